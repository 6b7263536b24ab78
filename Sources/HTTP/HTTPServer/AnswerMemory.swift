import Glibc
import HTTPWire

/// Answers that an event loop gave to heads it has seen, byte for byte the same: a stored document is answered again
/// without reading the request. It holds a fixed number of heads and answers, small ones as they go out.
///
/// Remembered is only what depends on nothing but the head: a stored document (`HTTPResponse.isFinal`) of a handler that
/// tells its generation, asked for by GET over HTTP/1.1 on a connection that goes on, without a body, a query, an id or a
/// trace of the sender's, credentials or preconditions.
struct AnswerMemory {
    private struct Entry {
        var head: [UInt8] = []
        var response = HTTPResponse(HTTPStatus(200))
        var generation: UInt64 = 0
        /// The whole answer as it goes out, with room for the preamble in front; empty until it was given again, and for a
        /// large one, whose body goes out by reference anyway.
        var wire: [UInt8] = []
    }

    /// As many answers as one loop remembers; a new one takes the place of the one in its slot.
    static let capacity = 64
    /// Larger answers have no wire of their own, bytes.
    static let largestWire = 16_384
    /// Longer heads are not remembered, bytes.
    static let longestHead = 1_024

    private var entries: [Entry] = []

    /// The slot of the answer whose head stands at `index` in the bytes, and the length of that head.
    func find(_ bytes: borrowing Span<UInt8>, _ index: Int, generation: UInt64) -> (slot: Int, length: Int)? {
        guard !entries.isEmpty, let slot = Self.slot(bytes, index) else { return nil }
        return bytes.withUnsafeBufferPointer { all in
            let length = entries[slot].head.count
            guard length > 0, length <= all.count - index, entries[slot].generation == generation,
                let start = all.baseAddress
            else { return nil }
            // INVARIANT: a remembered head ends with its empty line, so bytes that begin with it hold that very head.
            let isSame = entries[slot].head.withUnsafeBufferPointer { head in
                head.baseAddress.map { memcmp($0, start + index, length) == 0 } ?? false
            }
            return isSame ? (slot, length) : nil
        }
    }

    /// What is told of the answer in a slot, which is a 200.
    func told(of slot: Int) -> (route: String, bytesOut: Int) {
        (entries[slot].response.route, entries[slot].response.body.count)
    }

    /// Writes the answer in a slot under the next id, by reference where nothing waits before it.
    mutating func write(_ slot: Int, after preamble: inout ResponsePreamble, to output: inout OutputQueue) -> RequestID
    {
        let size = entries[slot].response.body.count
        guard output.isEmpty, size <= Self.largestWire else {
            let id = preamble.takeID()
            output.append(entries[slot].response, after: &preamble, id: id, .persists, hasBody: true)
            return id
        }
        let start = preamble.length
        let rest = entries[slot].response.fields.wire.count + 2 + size
        if entries[slot].wire.count != start + rest {
            entries[slot].wire =
                Array(repeating: 0, count: start) + entries[slot].response.fields.wire
                + [0x0D, 0x0A] + entries[slot].response.body
        }
        // Whoever still sends an earlier answer by reference keeps its own bytes.
        let id = preamble.overwrite(&entries[slot].wire)
        output.lend(entries[slot].wire)
        return id
    }

    /// Remembers an answer of a generation that was current before the handler was asked.
    mutating func remember(_ response: HTTPResponse, to request: HTTPRequest, generation: UInt64) {
        guard response.isFinal, response.status.code == 200, request.method == .get, request.minorVersion == 1,
            request.keepsAlive, !request.hasQuery, request.head.count <= Self.longestHead,
            !Self.telling.contains(where: { request.has($0) }), let slot = Self.slot(request.head.span, 0)
        else { return }
        if entries.isEmpty { entries = Array(repeating: Entry(), count: Self.capacity) }
        entries[slot] = Entry(head: Array(request.head), response: response, generation: generation)
    }

    /// Fields after which an answer, its id or its log line is this request's own.
    static let telling: [StaticString] = [
        "x-request-id", "traceparent", "authorization", "cookie", "origin", "if-none-match", "if-match",
        "if-modified-since", "if-unmodified-since", "range", "prefer", "expect", "x-api-key",
    ]

    /// By the bytes after `GET /`: paths differ early. nil for what is too short to be a request.
    private static func slot(_ bytes: borrowing Span<UInt8>, _ index: Int) -> Int? {
        guard bytes.count - index >= 32 else { return nil }
        return bytes.withUnsafeBytes { raw in
            var hash = raw.loadUnaligned(fromByteOffset: index + 5, as: UInt64.self)
            hash ^= raw.loadUnaligned(fromByteOffset: index + 13, as: UInt64.self) &* 0x9E37_79B9_7F4A_7C15
            hash ^= raw.loadUnaligned(fromByteOffset: index + 21, as: UInt64.self) &* 0xC2B2_AE3D_27D4_EB4F
            return Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) >> 58)
        }
    }
}
