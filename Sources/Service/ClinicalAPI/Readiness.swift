import Synchronization

/// Whether the service lives and takes new work, and what it looks at to know. Safe from any thread.
public final class Readiness: Sendable {
    /// What one look found.
    public struct Check: Sendable, Equatable {
        /// How much it matters.
        public enum Status: String, Sendable {
            /// All is well.
            case pass
            /// Something is wrong that keeps no request from its answer.
            case warn
            /// New work should go elsewhere.
            case fail
        }

        /// What was looked at, kebab-case.
        public let name: String
        /// What it came to.
        public let status: Status
        /// One sentence, without paths and without anything of a peer's; nil where there is nothing to say.
        public let detail: String?

        /// A finding.
        public init(_ name: String, _ status: Status, _ detail: String? = nil) {
            self.name = name
            self.status = status
            self.detail = detail
        }
    }

    private let draining = Atomic<Bool>(false)
    private let looks = Mutex<[@Sendable () -> Check]>([])
    private let longestTurn = Mutex<(@Sendable () -> UInt64)?>(nil)

    /// Milliseconds after which an event loop that does not come back counts as stuck. A handler takes about one.
    static let longestHealthyTurn: UInt64 = 10_000

    /// Ready; nothing but the drain is looked at.
    public init() {}

    /// Looks at this too, each time somebody asks. A look must return at once.
    public func watch(_ look: @escaping @Sendable () -> Check) { looks.withLock { $0.append(look) } }

    /// Asks here how long the event loop that is longest in its present turn has been, milliseconds.
    public func watchLoops(_ look: @escaping @Sendable () -> UInt64) { longestTurn.withLock { $0 = look } }

    /// Whether every event loop turns.
    public var isAlive: Bool { (longestTurn.withLock { $0 }?() ?? 0) < Self.longestHealthyTurn }

    /// Whether the drain has begun.
    public var isDraining: Bool { draining.load(ordering: .acquiring) }

    /// Says no from now on.
    public func beginDrain() { draining.store(true, ordering: .releasing) }

    /// Whether new work is taken.
    public var isReady: Bool { !isDraining && !checks.contains { $0.status == .fail } }

    /// Everything that is looked at, in a fixed order.
    public var checks: [Check] {
        [isDraining ? Check("drain", .fail, "the service is shutting down") : Check("drain", .pass)]
            + looks.withLock { $0 }.map { $0() }
    }
}
