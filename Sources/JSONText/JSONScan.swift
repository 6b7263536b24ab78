/// A cursor over JSON text that is written the way nearly all senders write it: no escape in a string, no exponent in a
/// number. It answers nil to everything else, also to every fault, and whoever asked then reads the text with `JSONReader`,
/// which tells faults in words. What it does answer is what `JSONReader` would have read.
package struct JSONScan {
    private let bytes: UnsafeBufferPointer<UInt8>
    /// The place of the next byte.
    package private(set) var position = 0

    /// A cursor at the start of bytes that outlive it.
    package init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Whether all was read.
    package var isAtEnd: Bool { position == bytes.count }

    /// The bytes at some places.
    @inline(__always)
    package subscript(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[range])
    }

    @inline(__always)
    package mutating func skipWhitespace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    /// The next byte that is no white space, not taken; 0 at the end.
    @inline(__always)
    package mutating func next() -> UInt8 {
        skipWhitespace()
        return position < bytes.count ? bytes[position] : 0
    }

    /// Takes a byte if it is the next one that is no white space.
    @inline(__always)
    package mutating func take(_ byte: UInt8) -> Bool {
        guard next() == byte else { return false }
        position += 1
        return true
    }

    /// The places of a string's content, its quotes taken too.
    package mutating func string() -> Range<Int>? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = position
        var place = start
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "\"") {
                position = place + 1
                return start..<place
            }
            if byte < 0x20 || byte == UInt8(ascii: "\\") { return nil }
            place += 1
        }
        return nil
    }

    /// A member's name with its colon.
    @inline(__always)
    package mutating func name() -> Range<Int>? {
        guard let name = string(), take(UInt8(ascii: ":")) else { return nil }
        return name
    }

    /// Takes a word such as `true`.
    package mutating func take(_ word: StaticString) -> Bool {
        skipWhitespace()
        let count = word.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        for place in 0..<count where bytes[position + place] != word.utf8Start[place] { return false }
        position += count
        return true
    }

    /// A number of at most fifteen digits without an exponent. Digits and powers of ten up to 10²² are exact as Doubles, so
    /// that their quotient is the Double next to the number written, which is what reading it with all care gives.
    package mutating func number() -> Double? {
        skipWhitespace()
        var isNegative = false
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") {
            isNegative = true
            position += 1
        }
        let start = position
        var mantissa: Int64 = 0
        var digits = 0
        func digit(_ byte: UInt8) -> Int64? {
            byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int64(byte - UInt8(ascii: "0")) : nil
        }
        while position < bytes.count, let value = digit(bytes[position]) {
            mantissa = mantissa &* 10 &+ value
            digits += 1
            position += 1
            if digits > 15 { return nil }
        }
        // RFC 8259 §6: no leading zero.
        guard digits > 0, digits == 1 || bytes[start] != UInt8(ascii: "0") else { return nil }
        var scale = 0
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            while position < bytes.count, let value = digit(bytes[position]) {
                mantissa = mantissa &* 10 &+ value
                digits += 1
                scale += 1
                position += 1
                if digits > 15 { return nil }
            }
            guard scale > 0 else { return nil }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") { return nil }
        let value = Double(mantissa) / Self.powers[scale]
        return isNegative ? -value : value
    }

    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]
}
