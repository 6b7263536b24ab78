import Dispatch
import Synchronization

extension Journal {
    /// Appends entries and tells `done` once whether all of them are on the disk: on the journal's queue, or after `patience`
    /// milliseconds, which say no. While the disk has kept somebody waiting for longer than that, nobody else waits: the answer
    /// is then no at once, so that what waits for a dying disk stays bounded. After a no some entries may be kept all the same:
    /// who sends them again must expect both. Returns at once.
    public func keep(
        _ entries: [JournalEntry], patience: Int = 2_000, done: @escaping @Sendable (Bool) -> Void
    ) {
        guard !entries.isEmpty else { return done(true) }
        guard !isStuck else { return done(false) }
        let settled = Settlement(entries.count, done)
        for entry in entries where !append(done: { settled.tell($0) }, { entry }) { settled.tell(.refused) }
        guard !settled.isTold else { return }
        DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + .milliseconds(patience)) {
            guard let done = settled.giveUp() else { return }
            self.markStuck()
            done(false)
        }
    }
}

/// What became of several lines; it tells once.
private final class Settlement: Sendable {
    private struct State {
        var open: Int
        var isKept = true
        var done: (@Sendable (Bool) -> Void)?
    }

    private let state: Mutex<State>

    init(_ count: Int, _ done: @escaping @Sendable (Bool) -> Void) { state = Mutex(State(open: count, done: done)) }

    var isTold: Bool { state.withLock { $0.done == nil } }

    func tell(_ outcome: Journal.Outcome) {
        let (done, isKept) = state.withLock { state -> ((@Sendable (Bool) -> Void)?, Bool) in
            state.open -= 1
            if outcome == .refused { state.isKept = false }
            return (state.open == 0 ? state.done.take() : nil, state.isKept)
        }
        done?(isKept)
    }

    /// What is to be told no; nil where all was told already.
    func giveUp() -> (@Sendable (Bool) -> Void)? { state.withLock { $0.done.take() } }
}
