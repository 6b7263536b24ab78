/// A set of ASCII bytes as two words, so that a test is a shift and no table lies in memory.
struct ByteSet: Sendable {
    let low: UInt64
    let high: UInt64

    /// Whether the byte is in the set; bytes beyond ASCII never are.
    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        (byte < 64 ? low : high) &>> UInt64(byte & 63) & 1 == 1 && byte < 128
    }

    /// tchar (RFC 9110 §5.6.2).
    static var token: ByteSet { ByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE) }
    /// pchar, `/` and `%` (RFC 3986 §3.3).
    static var path: ByteSet { ByteSet(low: 0x2FFF_FFF2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF) }
    /// What a query may hold (RFC 3986 §3.4), and also ``[ ] ^ ` { | }``, which browsers send as they are (WHATWG URL,
    /// query percent-encode set).
    static var query: ByteSet { ByteSet(low: 0xAFFF_FFF2_0000_0000, high: 0x7FFF_FFFF_EFFF_FFFF) }
    /// reg-name (RFC 3986 §3.2.2) without the comma, which would make a list of two hosts look like one.
    static var host: ByteSet { ByteSet(low: 0x2BFF_6FF2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }
    /// HEXDIG in either case.
    static var hexadecimal: ByteSet { ByteSet(low: 0x03FF_0000_0000_0000, high: 0x0000_007E_0000_007E) }
    /// What a request id may hold: letters, digits, `.`, `_`, `-`.
    static var identifier: ByteSet { ByteSet(low: 0x03FF_6000_0000_0000, high: 0x07FF_FFFE_87FF_FFFE) }
    /// etagc in ASCII (RFC 9110 §8.8.3).
    static var entityTag: ByteSet { ByteSet(low: 0xFFFF_FFFA_0000_0000, high: 0x7FFF_FFFF_FFFF_FFFF) }
}

/// Single bytes and small tests that the grammar of HTTP is made of.
enum Byte {
    static let carriageReturn: UInt8 = 0x0D
    static let lineFeed: UInt8 = 0x0A
    static let space: UInt8 = 0x20
    static let tab: UInt8 = 0x09

    /// SP or HTAB (OWS, RFC 9110 §5.6.3).
    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    /// field-vchar, SP or HTAB (RFC 9110 §5.5): no control characters; bytes beyond ASCII are opaque (obs-text).
    @inline(__always)
    static func isFieldContent(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == tab }

    /// DIGIT.
    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// The value of a HEXDIG, nil for another byte.
    @inline(__always)
    static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &- UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte &- UInt8(ascii: "a") &+ 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte &- UInt8(ascii: "A") &+ 10
        default: nil
        }
    }

    /// An ASCII letter in lower case, any other byte as it is.
    @inline(__always)
    static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}

extension Collection<UInt8> {
    /// Whether these bytes are a name, without regard to the case of ASCII letters; `name` is in lower case.
    @inline(__always)
    func equalsIgnoringCase(_ name: StaticString) -> Bool {
        guard count == name.utf8CodeUnitCount else { return false }
        var place = 0
        for byte in self {
            guard Byte.lowercased(byte) == name.utf8Start[place] else { return false }
            place += 1
        }
        return true
    }
}
