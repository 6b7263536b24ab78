import HTTPServer
import HTTPWire
import KnowledgeStore
import Synchronization

/// The advisor that answers now, and those of the releases that are kept. A request takes one once, so its whole answer
/// comes from one release.
public final class CurrentKnowledge: Sendable {
    /// What is held at one moment.
    private struct Held: Sendable {
        let advisor: Advisor
        let kept: [String: Advisor]

        init(_ advisor: Advisor, _ kept: [Advisor]) {
            self.advisor = advisor
            self.kept = Dictionary(
                kept.map { ($0.knowledge.manifest.version, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    private let present: Mutex<Held>
    private let changes = Atomic<UInt64>(0)

    /// Holds an advisor, and those of kept releases by their versions. The first answers for its own version, whatever is
    /// kept.
    public init(_ advisor: Advisor, kept: [Advisor] = []) { present = Mutex(Held(advisor, kept)) }

    /// The advisor of this moment: one retain under a short lock.
    public var advisor: Advisor { present.withLock { $0.advisor } }

    /// What is held at this moment, for an answer that takes longer than the moment.
    func pinned() -> CurrentKnowledge {
        let held = present.withLock { $0 }
        return CurrentKnowledge(held.advisor, kept: Array(held.kept.values))
    }

    /// The advisors of the kept releases of this moment.
    public var kept: [Advisor] { present.withLock { Array($0.kept.values) } }

    /// Puts others in their place, the kept releases only where some are given; answers under way keep theirs.
    /// - Returns: those of before. Whoever lets them go pays for taking a whole release apart, some milliseconds: that
    ///   should be no event loop, so keep them until the answers under way are out.
    @discardableResult public func replace(with advisor: Advisor, kept: [Advisor]? = nil) -> [Advisor] {
        let before = present.withLock { present in
            let before = present
            present = Held(advisor, kept ?? Array(present.kept.values))
            return before
        }
        // INVARIANT: counted after the change, so that nobody takes the earlier advisor under the later number.
        changes.add(1, ordering: .releasing)
        return [before.advisor] + before.kept.values
    }

    /// How often it was replaced.
    public var generation: UInt64 { changes.load(ordering: .acquiring) }

    /// The advisor of a release, by its version or its digest; nil asks for the one of this moment.
    /// - Throws: 422 with the releases that are held, where this one is not.
    func advisor(of release: String?, pointer: String? = nil) throws(Refusal) -> Advisor {
        guard let release else { return advisor }
        let held = present.withLock { $0 }
        let version = held.advisor.knowledge.manifest.version
        if release == version { return held.advisor }
        if let other = held.kept[release] { return other }
        if release.hasPrefix("sha256:"),
            let other = ([held.advisor] + held.kept.values).first(where: { $0.knowledge.digest == release })
        {
            return other
        }
        let versions = KnowledgeReleases.newestFirst(Set(held.kept.keys).union([version]).sorted())
        throw Refusal(.unknownRelease(release, held: versions, pointer: pointer))
    }
}

extension ProblemDetails {
    /// 422 for a release that is not held. `pointer` is its place in a body; nil: it stood in the query.
    static func unknownRelease(_ release: String, held: [String], pointer: String?) -> ProblemDetails {
        let detail =
            "the release `\(RecommendRequest.short(release))` is not held here; held: \(held.joined(separator: ", "))"
        return ProblemDetails(
            slug: "unknown-release", title: "Unknown Release", status: HTTPStatus(422), detail: detail,
            errors: [
                .init(
                    pointer: pointer, parameter: pointer == nil ? "knowledge" : nil, code: "unknown-release",
                    detail: detail, didYouMean: Suggestion.nearest(to: release, among: held))
            ], suggestions: held)
    }
}
