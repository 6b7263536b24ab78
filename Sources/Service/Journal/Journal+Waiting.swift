import Dispatch
import Synchronization

extension Journal {
    /// Appends entries and waits until all of them are on the disk, a quarter of a second at most. While the disk has kept
    /// somebody waiting for longer than that, nobody else waits: the answer is then no at once, so that a dying disk costs
    /// each waiting thread one quarter of a second and not one a request.
    /// - Returns: whether all are kept. After a no some may be kept all the same: who sends them again must expect both.
    public func keep(_ entries: [JournalEntry]) -> Bool {
        guard !entries.isEmpty else { return true }
        guard !isStuck else { return false }
        let settled = Settlement(entries.count)
        for entry in entries where !append(done: { settled.tell($0) }, { entry }) { settled.tell(.refused) }
        guard settled.wait(milliseconds: Self.patience) else {
            markStuck()
            return false
        }
        return settled.isKept
    }

    private static let patience = 250
}

/// What became of several lines.
private final class Settlement: Sendable {
    private let state: Mutex<(open: Int, isKept: Bool)>
    private let done = DispatchSemaphore(value: 0)

    init(_ count: Int) { state = Mutex((count, true)) }

    func tell(_ outcome: Journal.Outcome) {
        let isLast = state.withLock { state -> Bool in
            state.open -= 1
            if outcome == .refused { state.isKept = false }
            return state.open == 0
        }
        if isLast { done.signal() }
    }

    func wait(milliseconds: Int) -> Bool { done.wait(timeout: .now() + .milliseconds(milliseconds)) == .success }

    var isKept: Bool { state.withLock { $0.isKept } }
}
