import CZlib
import HTTPServer

/// A `z_stream` in one direction. It stays at one address, since zlib keeps a pointer back to it, and ends exactly once.
final class ZStream {
    private let stream: UnsafeMutablePointer<z_stream>
    private let isDeflating: Bool
    private static let piece = 32_768
    private static let ratioFloor = 65_536

    /// An encoder; nil where memory is short.
    init?(deflating level: Int) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        isDeflating = true
        guard consilium_deflate_init(stream, Int32(level)) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    /// A decoder; nil where memory is short.
    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        isDeflating = false
        guard consilium_inflate_init(stream) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        if isDeflating { deflateEnd(stream) } else { inflateEnd(stream) }
        stream.deallocate()
    }

    /// The body as one gzip member. nil where it does not fit zlib's counters.
    func deflate(_ body: [UInt8]) -> [UInt8]? {
        guard deflateReset(stream) == Z_OK, let count = UInt32(exactly: body.count) else { return nil }
        // zlib.h: deflate() with Z_FINISH ends in one call if deflateBound() bytes are free.
        let bound = Int(deflateBound(stream, UInt(body.count)))
        guard bound <= Int(UInt32.max) else { return nil }
        var isWhole = false
        let coded = [UInt8](unsafeUninitializedCapacity: bound) { room, written in
            body.withUnsafeBufferPointer { bytes in
                // deflate only reads next_in; its type lacks the const.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
                stream.pointee.avail_in = count
                stream.pointee.next_out = room.baseAddress
                stream.pointee.avail_out = UInt32(bound)
                isWhole = CZlib.deflate(stream, Z_FINISH) == Z_STREAM_END
                written = bound - Int(stream.pointee.avail_out)
            }
            forget()
        }
        return isWhole ? coded : nil
    }

    /// The decoded bodies of all members. A bomb costs the limit and one piece: both bounds are looked at after each.
    func inflate(_ body: [UInt8], limit: Int, ratio: Int) throws(ContentDecodingError) -> [UInt8] {
        guard !body.isEmpty, UInt32(exactly: body.count) != nil else { throw .malformed }
        defer { forget() }
        var decoded: [UInt8] = []
        var room = [UInt8](repeating: 0, count: Self.piece)
        var used = 0
        // Whether the bytes so far end with a whole member.
        var isWhole = false
        while used < body.count || !isWhole {
            if isWhole || used == 0 {
                guard inflateReset(stream) == Z_OK else { throw .malformed }
                isWhole = false
            }
            let (status, taken, given) = step(body, used, &room)
            used += taken
            decoded.append(contentsOf: room[0..<given])
            if decoded.count > limit { throw .tooLarge(limit: limit) }
            if decoded.count > Self.ratioFloor, decoded.count / body.count >= ratio {
                throw .suspiciousRatio(limit: ratio)
            }
            switch status {
            case Z_STREAM_END: isWhole = true
            // Room for more was there and nothing moved: the stream is cut off.
            case Z_OK where taken > 0 || given > 0: break
            default: throw .malformed
            }
        }
        return decoded
    }

    private func step(_ body: [UInt8], _ used: Int, _ room: inout [UInt8]) -> (status: Int32, taken: Int, given: Int) {
        let left = body.count - used
        return body.withUnsafeBufferPointer { bytes in
            room.withUnsafeMutableBufferPointer { room in
                stream.pointee.next_in = bytes.baseAddress.map { UnsafeMutablePointer(mutating: $0 + used) }
                stream.pointee.avail_in = UInt32(left)
                stream.pointee.next_out = room.baseAddress
                stream.pointee.avail_out = UInt32(room.count)
                let status = CZlib.inflate(stream, Z_NO_FLUSH)
                return (status, left - Int(stream.pointee.avail_in), room.count - Int(stream.pointee.avail_out))
            }
        }
    }

    /// Leaves no pointer to memory that is not ours behind.
    private func forget() {
        stream.pointee.next_in = nil
        stream.pointee.avail_in = 0
        stream.pointee.next_out = nil
        stream.pointee.avail_out = 0
    }
}
