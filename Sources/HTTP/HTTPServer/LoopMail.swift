import HTTPWire
import Synchronization

/// Answers that other threads have for the connections of a loop, until the loop takes them.
final class LoopMail: Sendable {
    /// An answer and the token of the connection that waits for it.
    struct Letter: Sendable {
        let token: UInt64
        let response: HTTPResponse
    }

    private let letters = Mutex<[Letter]>([])

    /// Puts an answer in; true where the loop must be woken, since it was empty.
    func put(_ letter: Letter) -> Bool {
        letters.withLock { letters in
            letters.append(letter)
            return letters.count == 1
        }
    }

    /// Takes all.
    func take() -> [Letter] {
        letters.withLock { letters in
            defer { letters = [] }
            return letters
        }
    }
}

/// The one call that gives an answer: others after it count for nothing.
final class Delivery: Sendable {
    private let isDone = Atomic<Bool>(false)

    /// Whether this is the first call.
    func first() -> Bool { !isDone.exchange(true, ordering: .relaxed) }
}
