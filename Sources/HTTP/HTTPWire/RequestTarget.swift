/// The target of a request (RFC 9112 §3.2): the path and query of the origin form or of the absolute form, or the asterisk
/// of OPTIONS.
public struct RequestTarget: Sendable, Equatable {
    /// Where the parts of a checked target lie in its bytes.
    struct Places: Sendable, Equatable {
        var path = 0..<0
        var query: Range<Int>?
        var isAsterisk = false
        /// Whether the path holds percent-encoded bytes.
        var isEscaped = false
        /// Whether the authority form of CONNECT, which has no path.
        var isAuthority = false
    }

    /// The path's segments, percent-decoded, checked before routing: none is `.` or `..`, none holds `/`, `\` or a control
    /// character.
    public let segments: [String]
    /// The query as it came, without `?`; nil where there is none.
    public let query: String?
    /// Whether it is the asterisk form.
    public let isAsterisk: Bool

    /// Reads a target of any form but the authority one.
    /// - Throws: `RequestRejection.badTarget` for bytes that may not stand there, bad percent-encoding, climbing paths, or
    ///   another form.
    public init(_ bytes: some Collection<UInt8>) throws(RequestRejection) {
        let text = Array(bytes)
        self.init(checked: text, try Self.places(in: text.span, 0..<text.count, method: .get))
    }

    init(checked text: [UInt8], _ places: Places) {
        isAsterisk = places.isAsterisk
        query = places.query.map { String(decoding: text[$0], as: UTF8.self) }
        segments =
            isAsterisk
            ? []
            : text[places.path].dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
                .map { Self.decoded($0, plusIsSpace: false) ?? "" }
    }

    // MARK: - Checking

    /// Finds the parts of a target and checks every byte of it. The only place that decides what a target is.
    static func places(
        in text: borrowing Span<UInt8>, _ range: Range<Int>, method: HTTPMethod
    ) throws(RequestRejection) -> Places {
        var places = Places()
        guard let first = range.first else { throw .badTarget }
        if method == .connect {
            // RFC 9112 §3.2.3: the authority form, and only for CONNECT; the port is needed.
            guard Authority.isValid(text, range, needsPort: true) else { throw .badTarget }
            places.isAuthority = true
            return places
        }
        if range.count == 1, text[first] == UInt8(ascii: "*") {
            guard method == .options else { throw .badTarget }
            places.isAsterisk = true
            return places
        }
        var start = range.lowerBound
        if text[start] != UInt8(ascii: "/") {
            // RFC 9112 §3.2.2: a server must accept the absolute form; its authority counts instead of Host.
            start = try endOfAuthority(text, range)
        }
        var end = start
        while end < range.upperBound, text[end] != UInt8(ascii: "?") { end += 1 }
        places.path = start..<end
        places.isEscaped = try checkPath(text, start..<end)
        if end < range.upperBound {
            places.query = end + 1..<range.upperBound
            try checkQuery(text, end + 1..<range.upperBound)
        }
        return places
    }

    /// Passes `http://host:port` and tells where the path or the query begins.
    private static func endOfAuthority(
        _ text: borrowing Span<UInt8>, _ range: Range<Int>
    ) throws(RequestRejection) -> Int {
        var index = range.lowerBound
        while index < range.upperBound, Byte.lowercased(text[index]) &- 0x61 < 26 { index += 1 }
        let scheme = index - range.lowerBound
        let isHTTP = scheme == 4 || scheme == 5 && Byte.lowercased(text[index - 1]) == UInt8(ascii: "s")
        guard isHTTP, matches(text, range.lowerBound, "http"), index + 3 <= range.upperBound,
            text[index] == UInt8(ascii: ":"), text[index + 1] == UInt8(ascii: "/"), text[index + 2] == UInt8(ascii: "/")
        else { throw .badTarget }
        let start = index + 3
        index = start
        while index < range.upperBound, text[index] != UInt8(ascii: "/"), text[index] != UInt8(ascii: "?") {
            index += 1
        }
        guard Authority.isValid(text, start..<index, needsPort: false) else { throw .badTarget }
        return index
    }

    private static func matches(_ text: borrowing Span<UInt8>, _ start: Int, _ name: StaticString) -> Bool {
        for place in 0..<name.utf8CodeUnitCount where Byte.lowercased(text[start + place]) != name.utf8Start[place] {
            return false
        }
        return true
    }

    /// Checks a path and tells whether it holds percent-encoded bytes.
    private static func checkPath(
        _ text: borrowing Span<UInt8>, _ range: Range<Int>
    ) throws(RequestRejection) -> Bool {
        var isEscaped = false
        var mayClimb = false
        var previous = UInt8(ascii: "/")
        for index in range {
            let byte = text[index]
            guard ByteSet.path.contains(byte) else { throw .badTarget }
            if byte == UInt8(ascii: "%") { isEscaped = true }
            if byte == UInt8(ascii: ".") && previous == UInt8(ascii: "/") { mayClimb = true }
            previous = byte
        }
        guard isEscaped || mayClimb else { return false }
        var segment: [UInt8] = []
        var index = range.lowerBound
        while index <= range.upperBound {
            if index == range.upperBound || text[index] == UInt8(ascii: "/") {
                guard segment != [0x2E], segment != [0x2E, 0x2E], String(validating: segment, as: UTF8.self) != nil
                else { throw .badTarget }
                segment.removeAll(keepingCapacity: true)
                index += 1
            } else {
                let byte = try decodedByte(text, &index, range.upperBound)
                guard byte >= 0x20, byte != 0x7F, byte != UInt8(ascii: "/"), byte != UInt8(ascii: "\\") else {
                    throw .badTarget
                }
                segment.append(byte)
            }
        }
        return isEscaped
    }

    private static func checkQuery(
        _ text: borrowing Span<UInt8>, _ range: Range<Int>
    ) throws(RequestRejection) {
        var index = range.lowerBound
        var decoded: [UInt8] = []
        var isEscaped = false
        while index < range.upperBound {
            guard ByteSet.query.contains(text[index]) else { throw .badTarget }
            if text[index] == UInt8(ascii: "%") { isEscaped = true }
            index += 1
        }
        guard isEscaped else { return }
        index = range.lowerBound
        while index < range.upperBound {
            // A name and a value are decoded apart, so neither may begin or end inside a character.
            if text[index] == UInt8(ascii: "&") || text[index] == UInt8(ascii: "=") {
                guard String(validating: decoded, as: UTF8.self) != nil else { throw .badTarget }
                decoded.removeAll(keepingCapacity: true)
                index += 1
            } else {
                decoded.append(try decodedByte(text, &index, range.upperBound))
            }
        }
        guard String(validating: decoded, as: UTF8.self) != nil else { throw .badTarget }
    }

    private static func decodedByte(
        _ text: borrowing Span<UInt8>, _ index: inout Int, _ end: Int
    ) throws(RequestRejection) -> UInt8 {
        let byte = text[index]
        guard byte == UInt8(ascii: "%") else {
            index += 1
            return byte
        }
        guard index + 2 < end, let high = Byte.hexadecimal(text[index + 1]), let low = Byte.hexadecimal(text[index + 2])
        else { throw .badTarget }
        index += 3
        return high << 4 | low
    }

    // MARK: - Reading

    /// The query's names and values, decoded (`+` is a space, as forms write it), in order.
    public var queryItems: [(name: String, value: String)] {
        guard let query, !query.isEmpty else { return [] }
        return Array(query.utf8).split(separator: UInt8(ascii: "&")).map { pair in
            let sides = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (
                Self.decoded(sides[0], plusIsSpace: true) ?? "",
                sides.count > 1 ? Self.decoded(sides[1], plusIsSpace: true) ?? "" : ""
            )
        }
    }

    /// Percent-decodes bytes; nil where they are badly encoded or no UTF-8, which a checked target never is.
    public static func decoded(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool) -> String? {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < bytes.endIndex, let high = Byte.hexadecimal(bytes[index + 1]),
                    let low = Byte.hexadecimal(bytes[index + 2])
                else { return nil }
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(plusIsSpace && byte == UInt8(ascii: "+") ? Byte.space : byte)
                index += 1
            }
        }
        return String(validating: result, as: UTF8.self)
    }
}

/// `host [ ":" port ]` of Host and of targets (RFC 3986 §3.2.2, RFC 9110 §7.2).
enum Authority {
    /// Whether the bytes are one host, never empty and without user information, and a port up to 65535 where one is.
    static func isValid(_ text: borrowing Span<UInt8>, _ range: Range<Int>, needsPort: Bool) -> Bool {
        var index = range.lowerBound
        guard index < range.upperBound else { return false }
        if text[index] == UInt8(ascii: "[") {
            index += 1
            guard addressEnds(text, &index, range.upperBound) else { return false }
        } else {
            while index < range.upperBound, text[index] != UInt8(ascii: ":") {
                guard ByteSet.host.contains(text[index]) else { return false }
                if text[index] == UInt8(ascii: "%") {
                    guard index + 2 < range.upperBound, ByteSet.hexadecimal.contains(text[index + 1]),
                        ByteSet.hexadecimal.contains(text[index + 2])
                    else { return false }
                }
                index += 1
            }
            guard index > range.lowerBound else { return false }
        }
        guard index < range.upperBound else { return !needsPort }
        guard text[index] == UInt8(ascii: ":") else { return false }
        return isPort(text, index + 1..<range.upperBound, mayBeEmpty: !needsPort)
    }

    /// Passes an IPv6 address up to and with its `]` (RFC 3986 §3.2.2): eight groups of one to four digits, or fewer with one
    /// `::` for the zeros that are left out; the last two groups may be written as IPv4.
    private static func addressEnds(_ text: borrowing Span<UInt8>, _ index: inout Int, _ end: Int) -> Bool {
        var groups = 0
        var hasGap = passes(":", text, &index, end)
        // A single colon opens nothing.
        if hasGap { guard passes(":", text, &index, end) else { return false } }
        while index < end {
            if passes("]", text, &index, end) { return hasGap ? groups < 8 : groups == 8 }
            let start = index
            while index < end, index - start < 4, ByteSet.hexadecimal.contains(text[index]) { index += 1 }
            guard index > start, index < end else { return false }
            if text[index] == UInt8(ascii: ".") {
                index = start
                guard passesFour(text, &index, end) else { return false }
                groups += 2
            } else {
                groups += 1
            }
            if text[index] == UInt8(ascii: "]") { continue }
            guard passes(":", text, &index, end), index < end else { return false }
            if passes(":", text, &index, end) {
                guard !hasGap else { return false }
                hasGap = true
            } else if text[index] == UInt8(ascii: "]") {
                return false
            }
        }
        return false
    }

    /// Passes an IPv4 address (four dec-octets) that a `]` follows.
    private static func passesFour(_ text: borrowing Span<UInt8>, _ index: inout Int, _ end: Int) -> Bool {
        for part in 0..<4 {
            guard part == 0 || passes(".", text, &index, end) else { return false }
            let start = index
            var value = 0
            while index < end, index - start < 3, Byte.isDigit(text[index]) {
                value = value * 10 + Int(text[index] &- 0x30)
                index += 1
            }
            let isShort = index - start == 1 || index > start && text[start] != UInt8(ascii: "0")
            guard isShort, value <= 255 else { return false }
        }
        return index < end && text[index] == UInt8(ascii: "]")
    }

    /// Passes one byte where it is there.
    private static func passes(
        _ byte: Unicode.Scalar, _ text: borrowing Span<UInt8>, _ index: inout Int, _ end: Int
    ) -> Bool {
        guard index < end, text[index] == UInt8(ascii: byte) else { return false }
        index += 1
        return true
    }

    private static func isPort(_ text: borrowing Span<UInt8>, _ range: Range<Int>, mayBeEmpty: Bool) -> Bool {
        // RFC 3986 §3.2.3: a port may be empty.
        if range.isEmpty { return mayBeEmpty }
        guard range.count <= 5 else { return false }
        var port = 0
        for index in range {
            guard Byte.isDigit(text[index]) else { return false }
            port = port * 10 + Int(text[index] &- 0x30)
        }
        return port <= 65_535
    }
}
