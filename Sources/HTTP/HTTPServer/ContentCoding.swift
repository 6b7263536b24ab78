/// Why a coded body is not decoded.
public enum ContentDecodingError: Error, Sendable, Equatable {
    /// The bytes are no whole stream of the coding, or something follows it.
    case malformed
    /// The decoded body would be larger than the limit, in bytes.
    case tooLarge(limit: Int)
    /// The body would grow by more than the permitted ratio: a bomb.
    case suspiciousRatio(limit: Int)
}

/// Encodes and decodes bodies. One lives on each event loop, so that its state is made once and used again.
public protocol ContentCoder: AnyObject {
    /// The coded body; nil where memory is short.
    func encode(_ body: [UInt8]) -> [UInt8]?
    /// The body decoded, at most `limit` bytes and at most `ratio` times as large as what came.
    func decode(_ body: [UInt8], limit: Int, ratio: Int) throws(ContentDecodingError) -> [UInt8]
}

/// A content coding (RFC 9110 §8.4.1). Safe from any thread.
public protocol ContentCoding: Sendable {
    /// Its token, such as `gzip`.
    var name: String { get }
    /// A coder for one event loop; nil where memory is short.
    func makeCoder() -> (any ContentCoder)?
}
