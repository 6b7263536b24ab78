import Glibc
import HTTPWire

/// Whole answers, as they go out, that an event loop gave to requests with a body, by the exact bytes of head and body: who
/// sends the same again gets the same without being read. Whether an answer may be given again its handler says
/// (`HTTPResponse.repeated`); it ends with the generation.
///
/// Looked up is only what fills the whole of what arrived, which is how nearly all clients send; all else is read as ever.
struct PostedMemory {
    private struct Entry {
        let request: [UInt8]
        /// How long the preamble was.
        let preamble: Int
        let answer: Answer
        let size: Int
    }

    /// What is told of an answer that is given again.
    struct Answer {
        let route: String
        let status: Int
        let bytesIn: Int
        let bytesOut: Int
        let repeated: (@Sendable () -> Void)?
    }

    /// The most bytes that one loop remembers, and the longest request.
    static let limit = 1 << 21
    static let longestRequest = 8_192
    private static let sets = 8
    private static let ways = 16
    /// So many requests found no room until an old answer makes some: what comes once shall not push out what comes often.
    private static let patience = 8

    private var entries: [Entry?] = []
    /// The hash of the request in each place, 0 where there is none: what is looked through.
    private var hashes: [UInt64] = []
    /// The preamble, the fields and the body in each place.
    private var wires: [[UInt8]] = []
    /// Whether it was given since it was last passed over.
    private var isWanted: [Bool] = []
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
            for place in first..<first + Self.ways where hashes[place] == hash {
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
    ) -> (id: RequestID, answer: Answer)? {
        guard output.isEmpty, entries[place]?.preamble == preamble.length else { return nil }
        // Taken out while it is written, so that the bytes are not copied; whoever still sends them keeps his own.
        var wire: [UInt8] = []
        swap(&wire, &wires[place])
        let id = preamble.overwrite(&wire)
        output.lend(wire)
        wires[place] = wire
        isWanted[place] = true
        return entries[place].map { (id, $0.answer) }
    }

    /// Remembers the answer to a request of a generation that was current before the handler was asked.
    mutating func remember(
        _ response: HTTPResponse, to request: Span<UInt8>, bytesIn: Int, after preamble: ResponsePreamble,
        generation: UInt64
    ) {
        let answer = Answer(
            route: response.route, status: response.status.code, bytesIn: bytesIn, bytesOut: response.body.count,
            repeated: response.repeated)
        remember(answer, to: request, preamble: preamble.length, generation: generation) {
            var wire = [UInt8](repeating: 0, count: preamble.length)
            wire.reserveCapacity(preamble.length + response.fields.wire.count + response.body.count + 32)
            ResponseSerializer.writeRest(of: response, into: &wire)
            wire += response.body
            return wire
        }
    }

    /// Remembers what `wire` gives: the whole answer, with a preamble of a length in front.
    mutating func remember(
        _ answer: Answer, to request: Span<UInt8>, preamble: Int, generation: UInt64, wire: () -> [UInt8]
    ) {
        guard request.count >= 64, request.count <= Self.longestRequest else { return }
        if generation != self.generation || entries.isEmpty {
            entries = Array(repeating: nil, count: Self.sets * Self.ways)
            hashes = Array(repeating: 0, count: entries.count)
            wires = Array(repeating: [], count: entries.count)
            isWanted = Array(repeating: false, count: entries.count)
            (self.generation, size) = (generation, 0)
        }
        let hash = hash(request)
        let first = Int(truncatingIfNeeded: hash & UInt64(Self.sets - 1)) * Self.ways
        guard let place = (first..<first + Self.ways).first(where: { hashes[$0] == 0 }),
            size + request.count + answer.bytesOut + 1_024 <= Self.limit
        else { return makeRoom() }
        let wire = wire()
        let entry = Entry(
            request: request.withUnsafeBufferPointer { Array($0) }, preamble: preamble, answer: answer,
            size: request.count + wire.count + 256)
        size += entry.size
        (entries[place], hashes[place], wires[place], isWanted[place]) = (entry, hash, wire, false)
    }

    /// Lets one answer go that was not given since it was last passed over.
    private mutating func makeRoom() {
        refused += 1
        guard refused % Self.patience == 0 else { return }
        hand = (hand + 1) % entries.count
        guard let entry = entries[hand] else { return }
        if isWanted[hand] {
            isWanted[hand] = false
        } else {
            size -= entry.size
            (entries[hand], hashes[hand], wires[hand]) = (nil, 0, [])
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
            // 0 is for places without a request.
            return max(1, hash ^ hash >> 29)
        }
    }
}
