import Crypto

/// A key for clients that cannot sign: 256 random bits behind a prefix that scanners for leaked secrets can find.
///
/// It is kept as one SHA-256. Stretching (PBKDF2 and its kind) makes up for secrets that can be guessed; of 2^256 none can,
/// and each request would pay for it. That holds only because no other keys are taken: `isKey` refuses a password.
public struct APIKey: Sendable {
    /// What the client sends.
    public let text: String

    static let prefix = "consilium_"

    /// A new key.
    public init() {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<4).flatMap { _ in
            let word = generator.next()
            return (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
        }
        text = Self.prefix + Base64URL.encode(bytes)
    }

    /// What stands in the operator's file: `sha256:` and 64 digits.
    public var hash: String { SecretDigest.text(SecretDigest.of(text.utf8)) }

    /// Whether a text has the form of a key, 256 bits and all.
    static func isKey(_ text: some Collection<UInt8>) -> Bool {
        text.count == prefix.utf8.count + 43 && text.starts(with: prefix.utf8)
            && Base64URL.decode(text.dropFirst(prefix.utf8.count))?.count == 32
    }
}

/// Digests of secrets, and their comparison in a time that tells nothing of where two differ.
enum SecretDigest {
    static func of(_ bytes: some Collection<UInt8>) -> [UInt8] { Array(SHA256.hash(data: Array(bytes))) }

    static func text(_ digest: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return "sha256:" + String(decoding: text, as: UTF8.self)
    }

    /// The digest of a text in a file; colons between the bytes, as OpenSSL prints them, do not matter.
    static func read(_ text: String) -> [UInt8]? {
        let digits = (text.hasPrefix("sha256:") ? text.dropFirst(7) : text[...]).utf8.filter { $0 != 0x3A }
        guard digits.count == 64, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
        var digest: [UInt8] = []
        for place in stride(from: 0, to: 64, by: 2) {
            let pair = String(decoding: digits[place...place + 1], as: UTF8.self)
            guard let byte = UInt8(pair, radix: 16) else { return nil }
            digest.append(byte)
        }
        return digest
    }

    /// The holder of this digest; every one of them is compared whole.
    static func holder(of digest: [UInt8], in holders: [ClientList.Holder]) -> ClientList.Holder? {
        var found: ClientList.Holder?
        for holder in holders {
            var difference: UInt8 = holder.digest.count == digest.count ? 0 : 1
            for (one, other) in zip(digest, holder.digest) { difference |= one ^ other }
            if difference == 0 { found = holder }
        }
        return found
    }
}
