import Synchronization

/// The advisor that answers now. A request takes it once, so its whole answer comes from one release.
public final class CurrentKnowledge: Sendable {
    private let present: Mutex<Advisor>
    private let changes = Atomic<UInt64>(0)

    /// Holds an advisor.
    public init(_ advisor: Advisor) { present = Mutex(advisor) }

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
}
