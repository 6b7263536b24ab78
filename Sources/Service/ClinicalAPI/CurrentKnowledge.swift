import HTTPServer
import HTTPWire
import KnowledgeStore
import Synchronization

/// The advisor that answers now, and those of the releases that are kept. A request takes one once, so its whole answer
/// comes from one release.
public final class CurrentKnowledge: Sendable {
    private let present: Mutex<Advisor>
    private let kept: [String: Advisor]
    private let changes = Atomic<UInt64>(0)

    /// Holds an advisor, and those of kept releases by their versions. The first answers for its own version, whatever is
    /// kept.
    public init(_ advisor: Advisor, kept: [Advisor] = []) {
        present = Mutex(advisor)
        self.kept = Dictionary(
            kept.map { ($0.knowledge.manifest.version, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The advisor of this moment: one retain under a short lock.
    public var advisor: Advisor { present.withLock { $0 } }

    /// Puts another in its place; answers under way keep theirs.
    public func replace(with advisor: Advisor) {
        present.withLock { $0 = advisor }
        // INVARIANT: counted after the change, so that nobody takes the earlier advisor under the later number.
        changes.add(1, ordering: .releasing)
    }

    /// How often it was replaced.
    public var generation: UInt64 { changes.load(ordering: .acquiring) }

    /// The advisor of a release; nil asks for the one of this moment.
    /// - Throws: 422 with the releases that are held, where this one is not.
    func advisor(of release: String?, pointer: String? = nil) throws(Refusal) -> Advisor {
        let advisor = advisor
        guard let release, release != advisor.knowledge.manifest.version else { return advisor }
        if let other = kept[release] { return other }
        let held = KnowledgeReleases.newestFirst(Set(kept.keys).union([advisor.knowledge.manifest.version]).sorted())
        throw Refusal(.unknownRelease(release, held: held, pointer: pointer))
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
