/// A response before it is serialised.
public struct HTTPResponse: Sendable {
    /// The status.
    public var status: HTTPStatus
    /// Its fields; framing, `Date` and `Connection` are set when it is serialised.
    public var fields: HTTPFields
    /// The body, whole.
    public var body: [UInt8]
    /// The strong tag of the body as it stands here, without a content coding; nil: the answer is not for a cache.
    public var entityTag: String?
    /// Whether content coding and preconditions were settled already, so that it is sent as it is.
    public var isFinal = false
    /// The pattern of the route that answered, for logs and metrics; never a raw path.
    public var route = "unmatched"

    /// A response.
    public init(_ status: HTTPStatus, body: [UInt8] = [], contentType: String? = nil) {
        self.status = status
        self.body = body
        fields = HTTPFields()
        fields["Content-Type"] = contentType
    }
}

/// What a response says of its connection.
public enum ConnectionOption: Sendable, Equatable {
    /// HTTP/1.1 goes on without a word (RFC 9112 §9.3).
    case persists
    /// HTTP/1.0 goes on where it is told so.
    case keepAlive
    /// It closes after this response.
    case closes
}

/// Writes responses (RFC 9112 §4).
public enum ResponseSerializer {
    /// Writes the head of a response, up to and with its empty line. `common` are field lines that all responses have, each
    /// with its CRLF; a response that may have a body says its length, also to HEAD, whose fields are those of GET
    /// (RFC 9110 §9.3.2).
    public static func writeHead(
        of response: HTTPResponse, common: [UInt8], requestID: RequestID, _ connection: ConnectionOption,
        into bytes: inout [UInt8]
    ) {
        response.status.writeLine(into: &bytes)
        bytes.append(contentsOf: common)
        bytes.append(contentsOf: response.fields.wire)
        requestID.writeField(into: &bytes)
        switch connection {
        case .persists: break
        case .keepAlive: bytes.append(contentsOf: "Connection: keep-alive\r\n".utf8)
        case .closes: bytes.append(contentsOf: "Connection: close\r\n".utf8)
        }
        if response.status.forbidsBody {
            bytes.append(contentsOf: "\r\n".utf8)
        } else {
            bytes.append(contentsOf: "Content-Length: ".utf8)
            bytes.appendDecimal(response.body.count)
            bytes.append(contentsOf: "\r\n\r\n".utf8)
        }
    }
}

extension [UInt8] {
    /// Appends a number that is not negative, in decimal digits.
    mutating func appendDecimal(_ number: Int) {
        if number >= 10 { appendDecimal(number / 10) }
        append(UInt8(truncatingIfNeeded: 0x30 + number % 10))
    }
}
