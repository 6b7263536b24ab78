import Synchronization

/// Counts the signals that asked the process to stop.
final class SignalCounter: Sendable {
    private let count = Atomic<Int>(0)

    /// Counts one more and tells whether it is the second or a later one.
    func isSecond() -> Bool { count.add(1, ordering: .relaxed).newValue >= 2 }
}
