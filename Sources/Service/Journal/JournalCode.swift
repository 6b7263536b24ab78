import Crypto

/// A code out of a `JournalVocabulary`; there is no other way to one.
public struct JournalCode: Sendable, Hashable {
    /// The code.
    public let text: String

    fileprivate init(text: String) { self.text = text }
}

/// The codes that may be written, known from the release and from lists of ours before a request comes.
public struct JournalVocabulary: Sendable {
    private let codes: [String: JournalCode]

    /// Those of the texts that are codes: 1 to 64 letters, digits, hyphens and dots without a space.
    public init(_ texts: some Sequence<String>) {
        var codes: [String: JournalCode] = [:]
        for text in texts where Self.isCode(text) { codes[text] = JournalCode(text: text) }
        self.codes = codes
    }

    /// The code of this text; nil where it is not listed.
    public subscript(_ text: String) -> JournalCode? { codes[text] }

    private static func isCode(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
                    || $0 == 0x2E
            }
    }
}

/// A UUID as 16 bytes.
public struct JournalUUID: Sendable, Hashable {
    /// The first eight bytes, big-endian.
    public let high: UInt64
    /// The last eight bytes, big-endian.
    public let low: UInt64

    /// The UUID of RFC 9562 §4; nil for another text.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        var digits: [UInt64] = [0, 0]
        var count = 0
        for (place, byte) in bytes.enumerated() {
            if [8, 13, 18, 23].contains(place) {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = Hexadecimal.value(byte) else { return nil }
            digits[count / 16] = digits[count / 16] << 4 | UInt64(digit)
            count += 1
        }
        (high, low) = (digits[0], digits[1])
    }

    /// Lower case, with hyphens.
    public var text: String {
        let digits = Hexadecimal.text(
            (0..<8).map { UInt8(truncatingIfNeeded: high >> (56 - 8 * UInt64($0))) }
                + (0..<8).map { UInt8(truncatingIfNeeded: low >> (56 - 8 * UInt64($0))) })
        let places = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return places.map { String(digits.dropFirst($0.lowerBound).prefix($0.count)) }.joined(separator: "-")
    }
}

/// A digest of 32 bytes.
public struct JournalDigest: Sendable, Hashable {
    /// The bytes.
    public let bytes: [UInt8]

    /// The digest behind 64 hexadecimal digits, `sha256:` before them or not; nil for another text.
    public init?(hexadecimal text: String) {
        let digits = Array(text.hasPrefix("sha256:") ? text.utf8.dropFirst(7) : text.utf8[...])
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: 64, by: 2) {
            guard let high = Hexadecimal.value(digits[place]), let low = Hexadecimal.value(digits[place + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// SHA-256 of some bytes.
    static func of(_ bytes: some Sequence<UInt8>) -> JournalDigest {
        JournalDigest(bytes: Array(SHA256.hash(data: Array(bytes))))
    }

    /// 64 hexadecimal digits.
    public var text: String { Hexadecimal.text(bytes) }
}

/// The key under which cases are hashed. A case is short and its facts are few: without a key, who holds the file could try
/// them all.
public struct JournalKey: Sendable {
    private let key: SymmetricKey

    /// A key of at least 32 bytes; nil for fewer.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count >= 32 else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// HMAC-SHA-256 (RFC 2104).
    public func digest(of bytes: [UInt8]) -> JournalDigest {
        JournalDigest(bytes: Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key)))
    }
}

enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }

    static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x61...0x66: byte - 0x57
        case 0x41...0x46: byte - 0x37
        default: nil
        }
    }
}
