public import HTTPServer

/// The content coding `gzip` (RFC 9110 §8.4.1.3, RFC 1952) over zlib.
public struct GzipCoding: ContentCoding {
    private let level: Int

    /// A coding. `level` from 1, fastest, to 9, smallest; others are taken as the nearest.
    public init(level: Int = 1) { self.level = min(max(level, 1), 9) }

    /// `gzip`.
    public var name: String { "gzip" }

    /// A coder for one event loop; nil where memory is short.
    public func makeCoder() -> (any ContentCoder)? { GzipCoder(level: level) }
}

/// Codes and decodes one body after the other with the same two streams: making a stream anew for each costs three times
/// as much as using it again.
public final class GzipCoder: ContentCoder {
    private let deflater: ZStream
    private var inflater: ZStream?

    /// nil where memory is short.
    public init?(level: Int) {
        guard let stream = ZStream(deflating: level) else { return nil }
        deflater = stream
    }

    /// One member without name and time, so that the same body gives the same bytes; nil where memory is short.
    public func encode(_ body: [UInt8]) -> [UInt8]? { deflater.deflate(body) }

    /// The body of one or more members (RFC 1952 §2.2). The ratio is held against bodies that decode to more than 64 KiB:
    /// below that a repetitive body is no danger.
    public func decode(_ body: [UInt8], limit: Int, ratio: Int) throws(ContentDecodingError) -> [UInt8] {
        if inflater == nil { inflater = ZStream() }
        guard let inflater else { throw .malformed }
        return try inflater.inflate(body, limit: limit, ratio: ratio)
    }
}
