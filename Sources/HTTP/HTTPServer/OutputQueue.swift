import CEpoll
import Glibc
import HTTPWire

/// Responses on their way out: heads and small bodies in one array, large bodies by reference in between, so that a stored
/// body is never copied and many responses leave in one system call.
struct OutputQueue {
    /// A body that stands behind the first `position` bytes.
    private struct Piece {
        let position: Int
        let body: [UInt8]
    }

    private(set) var bytes: [UInt8] = []
    private var pieces: [Piece] = []
    private var bodyBytes = 0
    /// Bytes of bodies that live only here; those of stored documents live on without it.
    private var ownedBodyBytes = 0
    /// How much of it went out.
    private(set) var written = 0
    /// Room for `bytes` while they are lent.
    private var spare: [UInt8] = []
    private(set) var isLent = false

    /// A body up to this size is copied where it is the first: the kernel takes one piece so much faster than two that it
    /// pays for a single answer. Behind others, up to the smaller size, since a gathered piece costs about as much.
    private static let copiedFirstBody = 8_192
    private static let copiedBody = 512
    /// How many pieces go out at once.
    private static let batch = 64

    /// Bytes that wait.
    var count: Int { bytes.count + bodyBytes - written }
    /// Bytes of memory that go with it.
    var ownedBytes: Int { bytes.count + ownedBodyBytes }
    /// Whether nothing waits.
    var isEmpty: Bool { count == 0 }

    /// Adds a response.
    mutating func append(
        _ response: HTTPResponse, after preamble: inout ResponsePreamble, id: RequestID, _ connection: ConnectionOption,
        hasBody: Bool
    ) {
        let limit = bytes.isEmpty ? Self.copiedFirstBody : Self.copiedBody
        ResponseSerializer.writeHead(of: response, after: &preamble, id: id, connection, into: &bytes)
        guard hasBody, !response.status.forbidsBody, !response.body.isEmpty else { return }
        if response.body.count <= limit {
            bytes.append(contentsOf: response.body)
        } else {
            pieces.append(Piece(position: bytes.count, body: response.body))
            bodyBytes += response.body.count
            if !response.isFinal { ownedBodyBytes += response.body.count }
        }
    }

    /// Adds what `write` appends, a whole response, or nothing.
    mutating func appendWhole<Result>(_ write: (inout [UInt8]) -> Result) -> Result { write(&bytes) }

    /// Adds the head of a response whose body follows in slices.
    mutating func appendHead(
        of response: HTTPResponse, after preamble: inout ResponsePreamble, id: RequestID,
        _ connection: ConnectionOption,
        isChunked: Bool
    ) {
        ResponseSerializer.writeHead(
            of: response, after: &preamble, id: id, connection, isChunked: isChunked, into: &bytes)
    }

    /// Adds a slice of a body, as a chunk (RFC 9112 §7.1) or as it is.
    mutating func append(slice: [UInt8], isChunked: Bool) {
        // A chunk of nothing would end the body (RFC 9112 §7.1).
        if slice.isEmpty { return }
        if isChunked { bytes.append(contentsOf: (String(slice.count, radix: 16) + "\r\n").utf8) }
        if slice.count <= Self.copiedBody {
            bytes.append(contentsOf: slice)
        } else {
            pieces.append(Piece(position: bytes.count, body: slice))
            bodyBytes += slice.count
            ownedBodyBytes += slice.count
        }
        if isChunked { bytes.append(contentsOf: "\r\n".utf8) }
    }

    /// Takes whole responses by reference instead of copying them. INVARIANT: the queue is empty.
    mutating func lend(_ wire: [UInt8]) {
        spare = bytes
        bytes = wire
        isLent = true
    }

    /// Adds bytes as they are.
    mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Notes that so many bytes went out, and empties itself once all did, keeping its room unless that is large.
    mutating func advance(_ count: Int) {
        written += count
        guard isEmpty else { return }
        if isLent {
            bytes = spare
            spare = []
            isLent = false
        }
        bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 18)
        pieces.removeAll(keepingCapacity: pieces.capacity <= 256)
        bodyBytes = 0
        ownedBodyBytes = 0
        written = 0
    }

    /// Gives away what is in it.
    mutating func take() -> OutputQueue {
        var other = OutputQueue()
        swap(&self, &other)
        return other
    }

    /// Gives away what waits, in no more memory than that, and keeps its own; stored bodies are given by reference.
    mutating func takeRest() -> OutputQueue {
        guard !isLent, bodyBytes == ownedBodyBytes, pieces.count <= Self.batch else { return take() }
        var rest = OutputQueue()
        rest.bytes.reserveCapacity(count)
        copy(into: &rest.bytes, limit: .max)
        advance(count)
        return rest
    }

    // MARK: - Sending

    /// Hands what waits to `send`, as places in memory, up to a batch of bodies; the result is that of `send`.
    func gather(_ send: (UnsafeMutableBufferPointer<iovec>) -> Int) -> Int {
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: 2 * min(pieces.count, Self.batch) + 1) { vectors in
            bytes.withUnsafeBufferPointer { heads in
                let (first, before) = firstUnsent
                return collect(first, heads, vectors, used: 0, skipping: written - before, send)
            }
        }
    }

    /// The first piece that is not wholly out, and how many bytes lie before it with the heads that lead to it. What is out
    /// stays until the queue is empty.
    private var firstUnsent: (index: Int, before: Int) {
        if written == 0 { return (0, 0) }
        var before = 0
        var position = 0
        for (index, piece) in pieces.enumerated() {
            let end = before + piece.position - position + piece.body.count
            if end > written { return (index, before) }
            before = end
            position = piece.position
        }
        return (pieces.count, before)
    }

    /// Adds the places of one piece and goes on inside, so that each body stays borrowed until the bytes are sent.
    private func collect(
        _ index: Int, _ heads: UnsafeBufferPointer<UInt8>, _ vectors: UnsafeMutableBufferPointer<iovec>, used: Int,
        skipping: Int, _ send: (UnsafeMutableBufferPointer<iovec>) -> Int
    ) -> Int {
        let start = index == 0 ? 0 : pieces[index - 1].position
        guard index < pieces.count, used + 2 < vectors.count else {
            var used = used
            if index == pieces.count {
                vectors[used] = Self.place(heads, start..<heads.count)
                used += 1
            }
            return send(Self.trim(UnsafeMutableBufferPointer(rebasing: vectors[0..<used]), by: skipping))
        }
        let piece = pieces[index]
        return piece.body.withUnsafeBufferPointer { body in
            vectors[used] = Self.place(heads, start..<piece.position)
            vectors[used + 1] = Self.place(body, 0..<body.count)
            return collect(index + 1, heads, vectors, used: used + 2, skipping: skipping, send)
        }
    }

    /// sendmsg(2) only reads what a vector points to; its structure lacks the const.
    private static func place(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> iovec {
        iovec(
            iov_base: bytes.baseAddress.map { UnsafeMutableRawPointer(mutating: $0 + range.lowerBound) },
            iov_len: range.count)
    }

    /// Leaves out the first bytes, which are out already.
    private static func trim(
        _ vectors: UnsafeMutableBufferPointer<iovec>, by count: Int
    ) -> UnsafeMutableBufferPointer<iovec> {
        var left = count
        var index = 0
        while index < vectors.count, left >= vectors[index].iov_len {
            left -= vectors[index].iov_len
            index += 1
        }
        if left > 0, index < vectors.count {
            vectors[index].iov_base = vectors[index].iov_base.map { $0 + left }
            vectors[index].iov_len -= left
        }
        return UnsafeMutableBufferPointer(rebasing: vectors[index...])
    }

    /// Copies what waits, at most `limit` bytes, behind the bytes in `room`.
    func copy(into room: inout [UInt8], limit: Int) {
        _ = gather { vectors in
            for vector in vectors where room.count < limit {
                guard let base = vector.iov_base else { continue }
                let count = min(vector.iov_len, limit - room.count)
                room.append(contentsOf: UnsafeRawBufferPointer(start: base, count: count))
            }
            return 0
        }
    }
}
