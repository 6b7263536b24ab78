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
            {
                var bytes: [UInt8] = []
                appendText(to: &bytes)
                return String(decoding: bytes, as: UTF8.self)
            }()
        }
    }

    /// Writes the `X-Request-Id` line; nothing where there is no id.
    func writeField(into bytes: inout [UInt8]) {
        if case .none = self { return }
        bytes.append(contentsOf: "X-Request-Id: ".utf8)
        appendText(to: &bytes)
        bytes.append(contentsOf: "\r\n".utf8)
    }

    /// Appends the text; of a made one 8-4-4-4-12 digits.
    func appendText(to bytes: inout [UInt8]) {
        switch self {
        case .none: break
        case .given(let text): bytes.append(contentsOf: text.utf8)
        case .made(let high, let low):
            let start = bytes.count
            bytes.append(contentsOf: "00000000-0000-0000-0000-000000000000".utf8)
            Self.putDigits(UInt32(truncatingIfNeeded: high >> 32), &bytes, at: start)
            Self.putDigits(UInt16(truncatingIfNeeded: high >> 16), &bytes, at: start + 9)
            Self.putDigits(UInt16(truncatingIfNeeded: high), &bytes, at: start + 14)
            Self.putDigits(UInt16(truncatingIfNeeded: low >> 48), &bytes, at: start + 19)
            Self.putDigits(UInt16(truncatingIfNeeded: low >> 32), &bytes, at: start + 24)
            Self.putDigits(UInt32(truncatingIfNeeded: low), &bytes, at: start + 28)
        }
    }

    /// Puts the hexadecimal digits of a word at a place, most significant first.
    static func putDigits<Word: FixedWidthInteger>(_ word: Word, _ bytes: inout [UInt8], at place: Int) {
        var rest = word
        var index = place + Word.bitWidth / 4 - 1
        while index >= place {
            let nibble = UInt8(truncatingIfNeeded: rest) & 15
            bytes[index] = nibble < 10 ? 0x30 + nibble : 0x57 + nibble
            rest >>= 4
            index -= 1
        }
    }
}
