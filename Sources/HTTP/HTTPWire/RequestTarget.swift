/// The target of a request in origin form (RFC 9112 §3.2.1), or the asterisk of OPTIONS.
public struct RequestTarget: Sendable, Equatable {
    /// The path's segments, percent-decoded, checked before routing: none is `.` or `..`, none holds `/` or NUL.
    public let segments: [String]
    /// The query as it came, without `?`; nil where there is none.
    public let query: String?
    /// Whether it is the asterisk form.
    public let isAsterisk: Bool

    /// The target of an asterisk.
    public static let asterisk = RequestTarget(segments: [], query: nil, isAsterisk: true)

    init(segments: [String], query: String?, isAsterisk: Bool = false) {
        self.segments = segments
        self.query = query
        self.isAsterisk = isAsterisk
    }

    /// Reads a target.
    /// - Throws: `RequestRejection.badTarget` for bad percent-encoding, climbing paths, or another form.
    public init(_ bytes: some Collection<UInt8>) throws(RequestRejection) {
        var text = Array(bytes)
        // RFC 9112 §3.2.2: a server must accept the absolute form; its authority was checked as Host is.
        for scheme in ["http://", "https://"] where text.starts(with: scheme.utf8) {
            let rest = text.dropFirst(scheme.utf8.count)
            let path = rest.drop { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
            text = path.first == UInt8(ascii: "/") ? Array(path) : [UInt8(ascii: "/")] + path
        }
        guard text.first == UInt8(ascii: "/") else { throw .badTarget }
        let parts = text.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        guard text.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else { throw .badTarget }
        var segments: [String] = []
        for raw in parts[0].dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            let segment = try Self.decoded(raw, plusIsSpace: false)
            guard segment != ".", segment != "..", !segment.contains("/"), !segment.contains("\0") else {
                throw .badTarget
            }
            segments.append(segment)
        }
        self.init(
            segments: segments, query: parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : nil)
        _ = try queryItems()
    }

    /// The query's names and values, decoded (`+` is a space, as forms write it), in order.
    /// - Throws: `RequestRejection.badTarget` for bad percent-encoding.
    public func queryItems() throws(RequestRejection) -> [(name: String, value: String)] {
        guard let query, !query.isEmpty else { return [] }
        var items: [(name: String, value: String)] = []
        for pair in Array(query.utf8).split(separator: UInt8(ascii: "&")) {
            let sides = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            items.append(
                (
                    try Self.decoded(sides[0], plusIsSpace: true),
                    sides.count > 1 ? try Self.decoded(sides[1], plusIsSpace: true) : ""
                ))
        }
        return items
    }

    private static func decoded(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool) throws(RequestRejection) -> String {
        var result: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < bytes.endIndex, let high = hexadecimal(bytes[index + 1]),
                    let low = hexadecimal(bytes[index + 2])
                else { throw .badTarget }
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
                index += 1
            }
        }
        guard let text = String(validating: result, as: UTF8.self) else { throw .badTarget }
        return text
    }

    static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
