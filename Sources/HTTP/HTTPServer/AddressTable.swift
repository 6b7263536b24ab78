import HTTPWire
import Synchronization

/// How many connections each client has open, over all loops. It holds only clients that have one, so that it never grows
/// beyond the connections.
final class AddressTable: Sendable {
    private let counts = Mutex<[PeerAddress: Int]>([:])
    private let limit: Int

    /// A table; 0 is no limit, and then nothing is counted.
    init(limit: Int) { self.limit = limit }

    /// Counts one more connection; false where the client has all that it may have.
    func admit(_ address: PeerAddress?) -> Bool {
        guard limit > 0, let client = address?.client else { return true }
        return counts.withLock { counts in
            let present = counts[client, default: 0]
            guard present < limit else { return false }
            counts[client] = present + 1
            return true
        }
    }

    /// Counts one less.
    func release(_ address: PeerAddress?) {
        guard limit > 0, let client = address?.client else { return }
        counts.withLock { counts in
            guard let present = counts[client] else { return }
            counts[client] = present > 1 ? present - 1 : nil
        }
    }
}
