/// A response before it is serialised.
public struct HTTPResponse: Sendable {
    /// The status.
    public var status: HTTPStatus
    /// Its fields; framing, `Date` and `Connection` are set when it is serialised.
    public var fields: HTTPFields
    /// The body, whole.
    public var body: [UInt8]

    /// A response.
    public init(_ status: HTTPStatus, body: [UInt8] = [], contentType: String? = nil) {
        self.status = status
        self.body = body
        fields = HTTPFields()
        fields["Content-Type"] = contentType
    }

    /// The bytes of the response (RFC 9112 §4). `includesBody` is false for the answer to HEAD, whose fields are those of
    /// GET, the length included (RFC 9110 §9.3.2).
    public func serialise(into bytes: inout [UInt8], date: String, closes: Bool, includesBody: Bool) {
        bytes.append(contentsOf: "HTTP/1.1 ".utf8)
        bytes.append(contentsOf: String(status.code).utf8)
        bytes.append(0x20)
        bytes.append(contentsOf: status.phrase.utf8)
        bytes.append(contentsOf: "\r\nDate: ".utf8)
        bytes.append(contentsOf: date.utf8)
        for field in fields.fields {
            bytes.append(contentsOf: "\r\n".utf8)
            bytes.append(contentsOf: field.name.utf8)
            bytes.append(contentsOf: ": ".utf8)
            bytes.append(contentsOf: field.value.utf8)
        }
        if !status.forbidsBody {
            bytes.append(contentsOf: "\r\nContent-Length: ".utf8)
            bytes.append(contentsOf: String(body.count).utf8)
        }
        if closes { bytes.append(contentsOf: "\r\nConnection: close".utf8) }
        bytes.append(contentsOf: "\r\n\r\n".utf8)
        if includesBody && !status.forbidsBody { bytes.append(contentsOf: body) }
    }
}
