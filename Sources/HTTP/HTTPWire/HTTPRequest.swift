/// A request as it came: the head stays bytes until somebody asks for a field.
public struct HTTPRequest: Sendable {
    /// A field of the head, as places in its bytes.
    struct FieldPlace: Sendable, Equatable {
        let name: Range<Int>
        let value: Range<Int>
    }

    /// The method.
    public let method: HTTPMethod
    /// The target.
    public let target: RequestTarget
    /// 0 or 1, of HTTP/1.x.
    public let minorVersion: Int
    /// The body, complete and without chunks; trailers are dropped.
    public internal(set) var body: [UInt8]
    /// The id under which this request is answered and logged; set by the server.
    public var id: String = ""
    private let head: [UInt8]
    private let fields: [FieldPlace]

    init(
        method: HTTPMethod, target: RequestTarget, minorVersion: Int, head: [UInt8], fields: [FieldPlace], body: [UInt8]
    ) {
        self.method = method
        self.target = target
        self.minorVersion = minorVersion
        self.head = head
        self.fields = fields
        self.body = body
    }

    /// A request made by hand, for tests and for a caller inside the process.
    /// - Throws: `RequestRejection` where the target is none.
    public init(_ method: HTTPMethod, _ target: String, fields: [(String, String)] = [], body: [UInt8] = [])
        throws(RequestRejection)
    {
        var head: [UInt8] = []
        var places: [FieldPlace] = []
        for (name, value) in fields {
            let start = head.count
            head += Array(name.utf8)
            let middle = head.count
            head += Array(value.utf8)
            places.append(FieldPlace(name: start..<middle, value: middle..<head.count))
        }
        self.init(
            method: method, target: target == "*" ? .asterisk : try RequestTarget(target.utf8), minorVersion: 1,
            head: head,
            fields: places, body: body)
    }

    /// The value of a field without regard to the case of its name; several of one name are joined by a comma
    /// (RFC 9110 §5.3). nil where it is absent. O(fields).
    public subscript(field name: StaticString) -> String? {
        var result: String?
        for place in fields where Self.matches(head[place.name], name) {
            let value = String(decoding: head[place.value], as: UTF8.self)
            result = result.map { $0 + ", " + value } ?? value
        }
        return result
    }

    static func matches(_ bytes: ArraySlice<UInt8>, _ name: StaticString) -> Bool {
        guard bytes.count == name.utf8CodeUnitCount else { return false }
        var index = 0
        for byte in bytes {
            let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            if lower != name.utf8Start[index] { return false }
            index += 1
        }
        return true
    }

    /// This request with its body.
    public func with(body: [UInt8]) -> HTTPRequest {
        var request = self
        request.body = body
        return request
    }

    /// Whether the connection may serve another request after this one (RFC 9112 §9.3).
    public var keepsAlive: Bool {
        let options = (self[field: "connection"] ?? "").lowercased().split { $0 == "," || $0 == " " || $0 == "\t" }
        if options.contains("close") { return false }
        return minorVersion == 1 || options.contains("keep-alive")
    }
}
