/// A request as it came: the head stays bytes until somebody asks for a field. The server reads one request after the
/// other into the same value, so that its arrays are made once; whoever keeps a copy keeps its own.
public struct HTTPRequest: Sendable {
    /// A field of the head, as places in its bytes.
    struct FieldPlace: Sendable, Equatable {
        let nameStart: UInt32
        let nameEnd: UInt32
        let valueStart: UInt32
        let valueEnd: UInt32

        init(name: Range<Int>, value: Range<Int>) {
            nameStart = UInt32(truncatingIfNeeded: name.lowerBound)
            nameEnd = UInt32(truncatingIfNeeded: name.upperBound)
            valueStart = UInt32(truncatingIfNeeded: value.lowerBound)
            valueEnd = UInt32(truncatingIfNeeded: value.upperBound)
        }

        var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
        var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
    }

    /// The method.
    public internal(set) var method = HTTPMethod.get
    /// Minor version of HTTP/1: 0 or 1; a higher one is read as 1 (RFC 9110 §2.5).
    public internal(set) var minorVersion = 1
    /// Whether the connection may serve another request after this one (RFC 9112 §9.3).
    public internal(set) var keepsAlive = true
    /// The body, complete, without chunks and decoded; trailers are dropped.
    public var body: [UInt8] = []
    /// The name under which this request is answered and logged; set by the server.
    public var identity = RequestID.none
    /// Whose connection it came on; set by the server.
    public var peer: PeerAddress?
    /// The certificate that the client proved to have, checked against the authorities; set by the server.
    public var certificate: ClientCertificate?
    /// The bytes of the head as they came, with the empty line at its end; for who looks at them without reading fields.
    public internal(set) var head: [UInt8] = []
    var fields: [FieldPlace] = []
    var targetPlaces = RequestTarget.Places()
    /// A bit for each length that a field name has here, modulo 64: most questions after an absent field end with it.
    var nameLengths: UInt64 = 0

    init() {}

    /// A request to read into.
    public static var blank: HTTPRequest { HTTPRequest() }

    /// A request made by hand, for tests and for a caller inside the process.
    /// - Throws: `RequestRejection.badTarget` where the target is none.
    public init(_ method: HTTPMethod, _ target: String, fields: [(String, String)] = [], body: [UInt8] = [])
        throws(RequestRejection)
    {
        self.method = method
        self.body = body
        head = Array(target.utf8)
        targetPlaces = try RequestTarget.places(in: head.span, 0..<head.count, method: method)
        for (name, value) in fields {
            let start = head.count
            head += Array(name.utf8)
            let middle = head.count
            head += Array(value.utf8)
            self.fields.append(FieldPlace(name: start..<middle, value: middle..<head.count))
            nameLengths |= 1 << UInt64(name.utf8.count & 63)
        }
    }

    /// The id as text; "" where there is none.
    public var id: String { identity.text }

    // MARK: - Target

    /// The target, with its path decoded. Made anew at each call.
    public var target: RequestTarget { RequestTarget(checked: head, targetPlaces) }

    /// Whether it is the asterisk form of OPTIONS (RFC 9112 §3.2.4).
    public var hasAsterisk: Bool { targetPlaces.isAsterisk }

    /// The path as it came, from its first `/` on; empty for the asterisk.
    public var path: ArraySlice<UInt8> { head[targetPlaces.path] }

    /// The bytes of the head, and where the path lies in them: for those who look at the path of every request.
    public var pathPlace: (bytes: [UInt8], range: Range<Int>) { (head, targetPlaces.path) }

    /// Whether the target is the authority form of CONNECT, which has no path.
    public var isTunnel: Bool { targetPlaces.isAuthority }

    /// Whether there is a query.
    public var hasQuery: Bool { targetPlaces.query != nil }

    /// The query's names and values, decoded, in order; none without a query.
    public var queryItems: [(name: String, value: String)] { hasQuery ? target.queryItems : [] }

    /// Whether the path holds percent-encoded bytes.
    public var hasEscapedPath: Bool { targetPlaces.isEscaped }

    // MARK: - Fields

    /// The value of a field without regard to the case of its name, which is given in lower case; several of one name are
    /// joined by a comma (RFC 9110 §5.3). nil where it is absent. O(fields).
    public subscript(field name: StaticString) -> String? {
        guard mayHave(name.utf8CodeUnitCount) else { return nil }
        var result: String?
        for place in fields where head[place.name].equalsIgnoringCase(name) {
            let value = String(decoding: head[place.value], as: UTF8.self)
            result = result.map { $0 + ", " + value } ?? value
        }
        return result
    }

    /// Whether a field is there, its name in lower case. O(fields).
    public func has(_ name: StaticString) -> Bool { place(of: name, from: 0) != nil }

    /// The bytes of a field that stands in one line; nil where it is absent or in several. O(fields).
    public func bytes(ofField name: StaticString) -> ArraySlice<UInt8>? {
        guard let index = place(of: name, from: 0), place(of: name, from: index + 1) == nil else { return nil }
        return head[fields[index].value]
    }

    /// Whether a field stands in one line with exactly this value. O(fields).
    public func field(_ name: StaticString, is value: StaticString) -> Bool {
        guard let index = place(of: name, from: 0), place(of: name, from: index + 1) == nil else { return false }
        let range = fields[index].value
        guard range.count == value.utf8CodeUnitCount else { return false }
        let bytes = head.span
        for place in 0..<range.count where bytes[range.lowerBound + place] != value.utf8Start[place] { return false }
        return true
    }

    /// Whether a name of this length is here; true also for lengths that differ by 64.
    @inline(__always)
    func mayHave(_ length: Int) -> Bool { nameLengths &>> UInt64(length & 63) & 1 == 1 }

    private func place(of name: StaticString, from start: Int) -> Int? {
        guard mayHave(name.utf8CodeUnitCount) else { return nil }
        let bytes = head.span
        let places = fields.span
        var index = start
        while index < places.count {
            if RequestParser.matches(bytes, places[index].name, name) { return index }
            index += 1
        }
        return nil
    }
}

/// The address of the peer of a connection, as 16 bytes; IPv4 in its mapped form (RFC 4291 §2.5.5.2).
public struct PeerAddress: Sendable, Hashable {
    /// The first eight bytes, big-endian.
    public let high: UInt64
    /// The last eight bytes, big-endian.
    public let low: UInt64

    /// An address.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Whether it is an IPv4 address.
    public var isFour: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// What limits count as one client: an IPv4 address, or the /64 of an IPv6 one, which a single host commands whole.
    public var client: PeerAddress { isFour ? self : PeerAddress(high: high, low: 0) }
}
