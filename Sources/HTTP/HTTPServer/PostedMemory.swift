import Glibc
import HTTPWire

/// Whole answers, as they go out, that an event loop gave to requests with a body, by the exact bytes of head and body: who
/// sends the same again gets the same without being read. Whether an answer may be given again its handler says
/// (`HTTPResponse.repeated`); it ends with the generation.
///
/// Looked up is only what fills the whole of what arrived, which is how nearly all clients send; all else is read as ever.
struct PostedMemory {
    private struct Entry {
        let hash: UInt64
        let request: [UInt8]
        /// The preamble, the fields and the body.
        var wire: [UInt8]
        /// How long the preamble was.
        let preamble: Int
        let response: HTTPResponse
        let bytesIn: Int
        /// Whether it was given since it was last passed over.
        var isWanted = false

        var size: Int { request.count + wire.count + 256 }
    }

    /// The most bytes that one loop remembers, and the longest request.
    static let limit = 1 << 21
    static let longestRequest = 8_192
    private static let sets = 32
    private static let ways = 4
    /// So many requests found no room until an old answer makes some: what comes once shall not push out what comes often.
    private static let patience = 8

    private var entries: [Entry?] = []
    private var generation: UInt64 = 0
    private(set) var size = 0
    private var hand = 0
    private var refused = 0
    private let seed = UInt64.random(in: .min ... .max)

    /// The place of the answer to the request that the bytes from `index` on are; nil where none is remembered.
    func find(_ bytes: borrowing Span<UInt8>, _ index: Int, generation: UInt64) -> Int? {
        let length = bytes.count - index
        guard !entries.isEmpty, generation == self.generation, length >= 64, length <= Self.longestRequest,
            bytes[index] == UInt8(ascii: "P")
        else { return nil }
        let hash = hash(bytes.extracting(index..<bytes.count))
        let first = Int(truncatingIfNeeded: hash & UInt64(Self.sets - 1)) * Self.ways
        return bytes.withUnsafeBufferPointer { all in
            guard let start = all.baseAddress else { return nil }
            for place in first..<first + Self.ways where entries[place]?.hash == hash {
                let isSame =
                    entries[place]?.request.withUnsafeBufferPointer { request in
                        request.count == length
                            && request.baseAddress.map { memcmp($0, start + index, length) == 0 } ?? false
                    } ?? false
                if isSame { return place }
            }
            return nil
        }
    }

    /// Writes the answer in a place under the next id, by reference; nil where something waits before it, or where what stands
    /// in front of answers has another length by now.
    mutating func write(
        _ place: Int, after preamble: inout ResponsePreamble, to output: inout OutputQueue
    ) -> (id: RequestID, response: HTTPResponse, bytesIn: Int)? {
        guard output.isEmpty, var entry = entries[place], entry.preamble == preamble.length else { return nil }
        // Taken out while it is written, so that the bytes are not copied; whoever still sends them keeps his own.
        entries[place] = nil
        let id = preamble.overwrite(&entry.wire)
        output.lend(entry.wire)
        entry.isWanted = true
        entries[place] = entry
        return (id, entry.response, entry.bytesIn)
    }

    /// Remembers the answer to a request of a generation that was current before the handler was asked.
    mutating func remember(
        _ response: HTTPResponse, to request: Span<UInt8>, bytesIn: Int, after preamble: ResponsePreamble,
        generation: UInt64
    ) {
        guard request.count >= 64, request.count <= Self.longestRequest else { return }
        if generation != self.generation || entries.isEmpty {
            entries = Array(repeating: nil, count: Self.sets * Self.ways)
            (self.generation, size) = (generation, 0)
        }
        let hash = hash(request)
        let first = Int(truncatingIfNeeded: hash & UInt64(Self.sets - 1)) * Self.ways
        guard let place = (first..<first + Self.ways).first(where: { entries[$0] == nil }),
            size + request.count + response.body.count + 1_024 <= Self.limit
        else { return makeRoom() }
        var wire = [UInt8](repeating: 0, count: preamble.length)
        wire.reserveCapacity(preamble.length + response.fields.wire.count + response.body.count + 32)
        ResponseSerializer.writeRest(of: response, into: &wire)
        wire += response.body
        var kept = response
        // Only its length is told from here on.
        kept.fields = HTTPFields()
        let entry = Entry(
            hash: hash, request: request.withUnsafeBufferPointer { Array($0) }, wire: wire, preamble: preamble.length,
            response: kept, bytesIn: bytesIn)
        size += entry.size
        entries[place] = entry
    }

    /// Lets one answer go that was not given since it was last passed over.
    private mutating func makeRoom() {
        refused += 1
        guard refused % Self.patience == 0 else { return }
        hand = (hand + 1) % entries.count
        guard let entry = entries[hand] else { return }
        if entry.isWanted {
            entries[hand]?.isWanted = false
        } else {
            size -= entry.size
            entries[hand] = nil
        }
    }

    private func hash(_ bytes: Span<UInt8>) -> UInt64 {
        bytes.withUnsafeBytes { raw in
            var hash = seed ^ UInt64(raw.count)
            var place = 0
            while place + 8 <= raw.count {
                hash = (hash ^ raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)) &* 0x9E37_79B9_7F4A_7C15
                hash ^= hash >> 32
                place += 8
            }
            while place < raw.count {
                hash = (hash ^ UInt64(raw[place])) &* 0x9E37_79B9_7F4A_7C15
                place += 1
            }
            return hash ^ hash >> 29
        }
    }
}
