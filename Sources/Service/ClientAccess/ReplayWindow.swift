import Crypto
import Synchronization

/// The tokens that were used and have not expired, so that none is used twice. Its memory is bounded: when it is full of
/// tokens that are still valid, new ones are refused rather than old ones forgotten. Safe from any thread.
final class ReplayWindow: Sendable {
    private struct Mark: Hashable {
        let high: UInt64
        let low: UInt64
    }

    private struct State {
        var expiries: [Mark: Int] = [:]
        var sweptAt = Int.min
    }

    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int) { self.capacity = capacity }

    /// Tokens that are remembered.
    var count: Int { state.withLock { $0.expiries.count } }

    /// Remembers a token until `expiry`, in seconds since 1970.
    func use(issuer: Int, _ identity: String, until expiry: Int, now: Int) throws(AccessRefusal) {
        // Two names of one issuer are told apart by 128 bits of SHA-256, which nobody finds two texts for that they choose
        // in fewer than 2^64 tries; each entry then has the same size, whatever was sent.
        let digest = Array(SHA256.hash(data: Array("\(issuer)\u{0}\(identity)".utf8)))
        let mark = Mark(high: Self.word(digest[..<8]), low: Self.word(digest[8..<16]))
        let refusal = state.withLock { state -> AccessRefusal? in
            if let known = state.expiries[mark], known > now { return .replay }
            if state.expiries.count >= capacity {
                // A sweep costs a look at each entry: at most one a second.
                if state.sweptAt != now {
                    state.sweptAt = now
                    state.expiries = state.expiries.filter { $0.value > now }
                }
                if state.expiries.count >= capacity && state.expiries[mark] == nil { return .replayMemoryFull }
            }
            state.expiries[mark] = expiry
            return nil
        }
        if let refusal { throw refusal }
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}
