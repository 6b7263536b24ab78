/// A status code with its phrase (RFC 9110 §15).
public struct HTTPStatus: Sendable, Hashable {
    /// Three digits.
    public let code: Int

    /// A status; unknown codes get the phrase of their class.
    public init(_ code: Int) { self.code = code }

    /// The phrase that stands behind the code in a status line.
    public var phrase: String { Self.phrases[code] ?? "Status" }

    /// Whether an answer with it has no body (RFC 9110 §6.4.1).
    public var forbidsBody: Bool { code < 200 || code == 204 || code == 304 }

    /// Writes the status line; the two that are sent most without looking for their phrase.
    func writeLine(into bytes: inout [UInt8]) {
        if code == 200 { return bytes.append(contentsOf: "HTTP/1.1 200 OK\r\n".utf8) }
        if code == 304 { return bytes.append(contentsOf: "HTTP/1.1 304 Not Modified\r\n".utf8) }
        bytes.append(contentsOf: "HTTP/1.1 ".utf8)
        bytes.appendDecimal(code)
        bytes.append(Byte.space)
        bytes.append(contentsOf: phrase.utf8)
        bytes.append(contentsOf: "\r\n".utf8)
    }

    private static let phrases: [Int: String] = [
        100: "Continue", 200: "OK", 204: "No Content", 300: "Multiple Choices", 304: "Not Modified", 400: "Bad Request",
        401: "Unauthorized",
        403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable", 408: "Request Timeout",
        410: "Gone", 411: "Length Required", 412: "Precondition Failed", 413: "Content Too Large", 414: "URI Too Long",
        415: "Unsupported Media Type", 417: "Expectation Failed", 422: "Unprocessable Content",
        429: "Too Many Requests", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
        501: "Not Implemented", 503: "Service Unavailable", 505: "HTTP Version Not Supported",
    ]
}
