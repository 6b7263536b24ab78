/// The name of a request in answers, logs and problems: the sender's where it is harmless, else a UUID of ours, version 7
/// (RFC 9562 §5.7). A made one stays two words until somebody asks for its text.
public enum RequestID: Sendable, Equatable {
    /// None yet.
    case none
    /// The sender's.
    case given(String)
    /// Ours, as the two halves of a UUID.
    case made(UInt64, UInt64)

    /// The sender's id, nil unless it is 1 to 128 of letters, digits, `.`, `_`, `-`.
    public init?(given text: String) {
        guard (1...128).contains(text.utf8.count), text.utf8.allSatisfy(ByteSet.identifier.contains) else { return nil }
        self = .given(text)
    }

    /// As it is written.
    public var text: String {
        switch self {
        case .none: ""
        case .given(let text): text
        case .made:
            String(unsafeUninitializedCapacity: 36) { buffer in
                for place in 0..<36 { buffer[place] = character(at: place) }
                return 36
            }
        }
    }

    /// Writes the `X-Request-Id` line; nothing where there is no id.
    func writeField(into bytes: inout [UInt8]) {
        switch self {
        case .none: return
        case .given(let text):
            bytes.append(contentsOf: "X-Request-Id: ".utf8)
            bytes.append(contentsOf: text.utf8)
        case .made(let high, let low):
            bytes.append(contentsOf: "X-Request-Id: ".utf8)
            // 8-4-4-4-12 digits: five groups from four words of eight digits.
            let second = Self.digits(UInt32(truncatingIfNeeded: high))
            let third = Self.digits(UInt32(truncatingIfNeeded: low >> 32))
            Self.append(Self.digits(UInt32(truncatingIfNeeded: high >> 32)), 8, &bytes)
            bytes.append(UInt8(ascii: "-"))
            Self.append(second, 4, &bytes)
            bytes.append(UInt8(ascii: "-"))
            Self.append(second >> 32, 4, &bytes)
            bytes.append(UInt8(ascii: "-"))
            Self.append(third, 4, &bytes)
            bytes.append(UInt8(ascii: "-"))
            Self.append(third >> 32, 4, &bytes)
            Self.append(Self.digits(UInt32(truncatingIfNeeded: low)), 8, &bytes)
        }
        bytes.append(contentsOf: "\r\n".utf8)
    }

    /// The eight hexadecimal digits of a word as bytes, the first one lowest: the nibbles are spread over the bytes of a
    /// word, and all eight become digits at once.
    @inline(__always)
    private static func digits(_ value: UInt32) -> UInt64 {
        var word = UInt64(value.byteSwapped)
        word = (word | word << 16) & 0x0000_FFFF_0000_FFFF
        word = (word | word << 8) & 0x00FF_00FF_00FF_00FF
        // Each pair of bytes holds one byte; its high nibble goes first.
        word = (word >> 4 | word << 8) & 0x0F0F_0F0F_0F0F_0F0F
        // 1 where the nibble is ten or more.
        let letters = (word &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return word &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
    }

    @inline(__always)
    private static func append(_ word: UInt64, _ count: Int, _ bytes: inout [UInt8]) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0.prefix(count)) }
    }

    /// The character of a UUID's text form at a place from 0 to 35.
    @inline(__always)
    private func character(at place: Int) -> UInt8 {
        guard case .made(let high, let low) = self else { return Byte.space }
        if place == 8 || place == 13 || place == 18 || place == 23 { return UInt8(ascii: "-") }
        let digit = place - (place > 8 ? 1 : 0) - (place > 13 ? 1 : 0) - (place > 18 ? 1 : 0) - (place > 23 ? 1 : 0)
        let word = digit < 16 ? high : low
        let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (digit & 15))) & 15
        return nibble < 10 ? 0x30 + nibble : 0x57 + nibble
    }
}
