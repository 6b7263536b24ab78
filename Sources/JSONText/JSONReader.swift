/// Reads one JSON text (RFC 8259) into a tree, strictly: UTF-8 checked, no duplicate names, no trailing bytes, no
/// byte order mark, nesting bounded. Linear in the text; recursion is bounded by `maximumDepth`.
public struct JSONReader: Sendable {
    /// The deepest nesting accepted; 64 levels unless told.
    public let maximumDepth: Int

    /// A reader.
    public init(maximumDepth: Int = 64) { self.maximumDepth = maximumDepth }

    /// The tree of a whole text.
    /// - Throws: `JSONSyntaxError` with the offset of the first byte that does not fit.
    public func read(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONValue {
        try bytes.withUnsafeBufferPointer { (bytes) throws(JSONSyntaxError) in
            var scanner = Scanner(bytes: bytes, maximumDepth: maximumDepth)
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw JSONSyntaxError(.byteOrderMark, at: 0) }
            scanner.skipWhitespace()
            let value = try scanner.value(depth: 0)
            scanner.skipWhitespace()
            if scanner.position < bytes.count { throw JSONSyntaxError(.trailingBytes, at: scanner.position) }
            return value
        }
    }
}

/// The cursor over the bytes.
private struct Scanner {
    let bytes: UnsafeBufferPointer<UInt8>
    let maximumDepth: Int
    var position = 0

    init(bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    @inline(__always)
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipWhitespace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        guard let byte = next else { throw JSONSyntaxError(.unexpectedEnd, at: position) }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: throw JSONSyntaxError(.unexpectedByte(expected: "a JSON value"), at: position)
        }
    }

    mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        for index in 0..<text.utf8CodeUnitCount {
            guard let byte = next else { throw JSONSyntaxError(.unexpectedEnd, at: position) }
            guard byte == text.utf8Start[index] else {
                throw JSONSyntaxError(.unexpectedByte(expected: "a JSON value"), at: position)
            }
            position += 1
        }
        return value
    }

    /// So many names are looked through faster than hashed.
    private static let fewNames = 12

    mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        guard depth <= maximumDepth else { throw JSONSyntaxError(.tooDeep(limit: maximumDepth), at: position) }
        position += 1
        var members: [JSONMember] = []
        members.reserveCapacity(4)
        // Few names are compared one with another; a set is for objects of many, so that reading stays linear.
        var names: Set<String> = []
        skipWhitespace()
        if next == UInt8(ascii: "}") {
            position += 1
            return .object([])
        }
        while true {
            skipWhitespace()
            let start = position
            try expect(UInt8(ascii: "\""), "a member name in quotes")
            position -= 1
            let name = try string()
            let isNew: Bool
            if members.count < Self.fewNames {
                isNew = !members.contains { $0.name == name }
            } else {
                if names.isEmpty { names = Set(members.map(\.name)) }
                isNew = names.insert(name).inserted
            }
            guard isNew else { throw JSONSyntaxError(.duplicateMember(name), at: start) }
            skipWhitespace()
            try expect(UInt8(ascii: ":"), "`:` after the member name")
            skipWhitespace()
            members.append(JSONMember(name, try value(depth: depth)))
            skipWhitespace()
            if next == UInt8(ascii: "}") {
                position += 1
                return .object(members)
            }
            try expect(UInt8(ascii: ","), "`,` or `}`")
        }
    }

    mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        guard depth <= maximumDepth else { throw JSONSyntaxError(.tooDeep(limit: maximumDepth), at: position) }
        position += 1
        var elements: [JSONValue] = []
        skipWhitespace()
        if next == UInt8(ascii: "]") {
            position += 1
            return .array([])
        }
        while true {
            skipWhitespace()
            elements.append(try value(depth: depth))
            skipWhitespace()
            if next == UInt8(ascii: "]") {
                position += 1
                return .array(elements)
            }
            try expect(UInt8(ascii: ","), "`,` or `]`")
        }
    }

    mutating func expect(_ byte: UInt8, _ words: String) throws(JSONSyntaxError) {
        guard let found = next else { throw JSONSyntaxError(.unexpectedEnd, at: position) }
        guard found == byte else { throw JSONSyntaxError(.unexpectedByte(expected: words), at: position) }
        position += 1
    }

    /// A string from its opening quote on. One without escapes, as nearly all are, is made from the bytes where they lie.
    mutating func string() throws(JSONSyntaxError) -> String {
        let start = position
        position += 1
        var seen: UInt8 = 0
        skipPlain()
        plain: while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                let content = UnsafeBufferPointer(rebasing: bytes[start + 1..<position])
                position += 1
                // Nothing can be wrong with ASCII, and validating has a price for each string however short.
                if seen < 0x80 { return String(decoding: content, as: UTF8.self) }
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw JSONSyntaxError(.invalidUTF8, at: start)
                }
                return text
            case UInt8(ascii: "\\"), 0..<0x20: break plain
            default:
                seen |= byte
                position += 1
            }
        }
        var content = Array(bytes[start + 1..<position])
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw JSONSyntaxError(.invalidUTF8, at: start)
                }
                return text
            case UInt8(ascii: "\\"): try escape(into: &content)
            case 0..<0x20: throw JSONSyntaxError(.controlCharacter, at: position)
            default:
                content.append(byte)
                position += 1
            }
        }
        throw JSONSyntaxError(.unexpectedEnd, at: position)
    }

    /// Goes over bytes that stand for themselves, eight at a time: ASCII but control characters, `"` and `\`.
    mutating func skipPlain() {
        let ones: UInt64 = 0x0101_0101_0101_0101, highs: UInt64 = 0x8080_8080_8080_8080
        while position + 8 <= bytes.count {
            let word = UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: position, as: UInt64.self)
            let quotes = word ^ (ones &* 0x22), slashes = word ^ (ones &* 0x5C)
            // A byte below n has its high bit set by subtracting n, where it had none before.
            let found = (word | (word &- ones &* 0x20) | (quotes &- ones) | (slashes &- ones)) & highs
            if found != 0 { return }
            position += 8
        }
    }

    mutating func escape(into content: inout [UInt8]) throws(JSONSyntaxError) {
        let start = position
        position += 1
        guard let byte = next else { throw JSONSyntaxError(.unexpectedEnd, at: position) }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexadecimal(start)
            if (0xD800..<0xDC00).contains(code) {
                // RFC 8259 §7: beyond the basic plane a character is a pair of surrogates; half a pair is no text.
                guard next == UInt8(ascii: "\\"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "u")
                else { throw JSONSyntaxError(.invalidEscape, at: start) }
                position += 2
                let low = try hexadecimal(start)
                guard (0xDC00..<0xE000).contains(low) else { throw JSONSyntaxError(.invalidEscape, at: start) }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw JSONSyntaxError(.invalidEscape, at: start) }
            content.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
        default: throw JSONSyntaxError(.invalidEscape, at: start)
        }
    }

    mutating func hexadecimal(_ start: Int) throws(JSONSyntaxError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next else { throw JSONSyntaxError(.unexpectedEnd, at: position) }
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw JSONSyntaxError(.invalidEscape, at: start)
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    /// RFC 8259 §6: no leading zero, digits on both sides of the point, finite as a Double.
    mutating func number() throws(JSONSyntaxError) -> Double {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        let leadingZero = next == UInt8(ascii: "0")
        let whole = try digits(start)
        if leadingZero && whole > 1 { throw JSONSyntaxError(.invalidNumber, at: start) }
        if next == UInt8(ascii: ".") {
            position += 1
            _ = try digits(start)
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            _ = try digits(start)
        }
        guard
            let value = Double(String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)),
            value.isFinite
        else {
            throw JSONSyntaxError(.invalidNumber, at: start)
        }
        return value
    }

    /// Skips digits and returns how many there were, at least one.
    mutating func digits(_ start: Int) throws(JSONSyntaxError) -> Int {
        let first = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > first else { throw JSONSyntaxError(.invalidNumber, at: start) }
        return position - first
    }
}
