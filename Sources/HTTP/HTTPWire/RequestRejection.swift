/// Why bytes are refused as a request. Nothing of the request is used then, and the connection closes.
public enum RequestRejection: Error, Sendable, Equatable {
    /// The request line is not `method SP target SP version CRLF` (RFC 9112 §3).
    case badRequestLine
    /// The target is none that can be served (RFC 9112 §3.2).
    case badTarget
    /// A field line breaks RFC 9112 §5: bad name, space before the colon, folding, control characters, bare CR or LF.
    case badField
    /// Not exactly one valid Host in HTTP/1.1 (RFC 9112 §3.2).
    case badHost
    /// The length of the body cannot be told for certain (RFC 9112 §6.3).
    case badFraming
    /// A chunk breaks RFC 9112 §7.1.
    case badChunk
    /// A transfer coding other than `chunked` (RFC 9112 §6.1).
    case unknownTransferCoding
    /// The request line is longer than the limit, in bytes.
    case targetTooLong(limit: Int)
    /// The fields are longer, or more, than the limit allows.
    case fieldsTooLarge(limit: Int)
    /// The body is larger than the limit, in bytes.
    case bodyTooLarge(limit: Int)
    /// Another version than 1.0 or 1.1 (RFC 9110 §15.6.6).
    case unsupportedVersion
    /// An expectation other than `100-continue` (RFC 9110 §10.1.1).
    case unknownExpectation

    /// The status that answers it.
    public var status: HTTPStatus {
        switch self {
        case .badRequestLine, .badTarget, .badField, .badHost, .badFraming, .badChunk: HTTPStatus(400)
        case .unknownTransferCoding: HTTPStatus(501)
        case .targetTooLong: HTTPStatus(414)
        case .fieldsTooLarge: HTTPStatus(431)
        case .bodyTooLarge: HTTPStatus(413)
        case .unsupportedVersion: HTTPStatus(505)
        case .unknownExpectation: HTTPStatus(417)
        }
    }

    /// The last part of the problem's type.
    public var slug: String {
        switch self {
        case .badRequestLine, .badField, .badFraming, .badChunk: "malformed-request"
        case .badTarget: "bad-target"
        case .badHost: "bad-host"
        case .unknownTransferCoding: "unsupported-transfer-coding"
        case .targetTooLong: "target-too-long"
        case .fieldsTooLarge: "fields-too-large"
        case .bodyTooLarge: "body-too-large"
        case .unsupportedVersion: "unsupported-version"
        case .unknownExpectation: "unknown-expectation"
        }
    }

    /// One sentence for the sender, lower case, no final period.
    public var sentence: String {
        switch self {
        case .badRequestLine: "the request line is not `method target HTTP/1.1`"
        case .badTarget: "the request target is not a path that can be served"
        case .badField: "a header field is malformed"
        case .badHost: "exactly one valid Host field is needed"
        case .badFraming: "the length of the body is ambiguous"
        case .badChunk: "a chunk of the body is malformed"
        case .unknownTransferCoding: "the only transfer coding is chunked"
        case .targetTooLong(let limit): "the request line is longer than \(limit) bytes"
        case .fieldsTooLarge(let limit): "the header fields exceed the limit of \(limit)"
        case .bodyTooLarge(let limit): "the body is larger than \(limit) bytes"
        case .unsupportedVersion: "only HTTP/1.1 and HTTP/1.0 are spoken here"
        case .unknownExpectation: "the only expectation is 100-continue"
        }
    }
}
