import COpenSSL

/// Why a key cannot be used.
public enum SigningError: Error, Sendable, Equatable {
    /// The bytes hold no key of this kind in PEM.
    case noKey
    /// OpenSSL refuses; the reason is its own text.
    case library(reason: String)
}

/// A public key of Ed25519 (RFC 8032): 32 bytes, so that it is a value and nobody has to let it go.
public struct VerifyingKey: Sendable, Hashable {
    /// The key itself.
    public let bytes: [UInt8]

    /// Every public key of a text in PEM, in its order.
    /// - Throws: `SigningError.noKey` where there is none, or one of another kind.
    public static func read(pem: [UInt8]) throws(SigningError) -> [VerifyingKey] {
        var keys: [VerifyingKey] = []
        var isGood = true
        PEM.withBIO(pem) { text in
            while let key = PEM_read_bio_PUBKEY(text, nil, nil, nil) {
                defer { EVP_PKEY_free(key) }
                var bytes = [UInt8](repeating: 0, count: 32)
                var count = bytes.count
                isGood =
                    isGood && EVP_PKEY_get_id(key) == EVP_PKEY_ED25519
                    && EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1 && count == 32
                keys.append(VerifyingKey(bytes: bytes))
            }
        }
        ERR_clear_error()
        guard isGood, !keys.isEmpty else { throw .noKey }
        return keys
    }

    /// The first eight bytes of its SHA-256, as 16 hexadecimal digits: enough to tell keys apart.
    public var id: String {
        Digest.sha256(bytes).prefix(8).map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }

    /// Whether the signature is this key's over the message.
    public func accepts(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard signature.count == 64, let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count)
        else { return false }
        defer { EVP_PKEY_free(key) }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        ERR_clear_error()
        // EVP_DigestVerify(3): Ed25519 takes the whole message at once and no digest.
        let isValid =
            EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
        ERR_clear_error()
        return isValid
    }
}

/// A private key of Ed25519. It is never printed; its description says which key it is.
public struct SigningKey: Sendable, CustomStringConvertible {
    private let seed: [UInt8]
    /// The public key that belongs to it.
    public let verifying: VerifyingKey

    /// The private key of a text in PEM, without a passphrase.
    /// - Throws: `SigningError.noKey` where there is none, or one of another kind.
    public init(pem: [UInt8]) throws(SigningError) {
        var seed = [UInt8](repeating: 0, count: 32)
        var bytes = seed
        var isGood = false
        PEM.withBIO(pem) { text in
            // A key with a passphrase must fail and not ask the terminal for it.
            guard let key = PEM_read_bio_PrivateKey(text, nil, { _, _, _, _ in 0 }, nil) else { return }
            defer { EVP_PKEY_free(key) }
            var (secretCount, count) = (seed.count, bytes.count)
            isGood =
                EVP_PKEY_get_id(key) == EVP_PKEY_ED25519
                && EVP_PKEY_get_raw_private_key(key, &seed, &secretCount) == 1 && secretCount == 32
                && EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1 && count == 32
        }
        ERR_clear_error()
        guard isGood else { throw .noKey }
        self.seed = seed
        verifying = VerifyingKey(bytes: bytes)
    }

    /// `key 0123456789abcdef`.
    public var description: String { "key \(verifying.id)" }

    /// The signature of a message, 64 bytes.
    /// - Throws: `SigningError.library` where memory is short.
    public func sign(_ message: [UInt8]) throws(SigningError) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: 64)
        var count = signature.count
        guard let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count) else {
            throw .library(reason: "no key")
        }
        defer { EVP_PKEY_free(key) }
        guard let context = EVP_MD_CTX_new() else { throw .library(reason: "no memory") }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
            EVP_DigestSign(context, &signature, &count, message, message.count) == 1, count == 64
        else {
            ERR_clear_error()
            throw .library(reason: "no signature")
        }
        return signature
    }
}

/// Digests by OpenSSL, which uses what the processor has for them.
public enum Digest {
    /// SHA-256, 32 bytes.
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        SHA256(bytes, bytes.count, &digest)
        return digest
    }
}

/// Base64 (RFC 4648 §4), as fields and files of signatures have it.
public enum Base64 {
    /// With padding, without line feeds.
    public static func encode(_ bytes: [UInt8]) -> String {
        // EVP_EncodeBlock(3) writes a zero byte behind the text.
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let count = EVP_EncodeBlock(&text, bytes, Int32(bytes.count))
        return String(decoding: text.prefix(Int(count)), as: UTF8.self)
    }

    /// The bytes of a text with its padding; nil where it is none.
    public static func decode(_ text: String) -> [UInt8]? {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count % 4 == 0, bytes.count <= 4_096 else { return nil }
        let padding = bytes.suffix(2).count { $0 == UInt8(ascii: "=") }
        var decoded = [UInt8](repeating: 0, count: bytes.count / 4 * 3)
        let count = EVP_DecodeBlock(&decoded, bytes, Int32(bytes.count))
        guard count == decoded.count else { return nil }
        decoded.removeLast(padding)
        // EVP_DecodeBlock(3) is lenient; only what it would write itself is taken.
        return encode(decoded) == text ? decoded : nil
    }
}

private enum PEM {
    /// Gives a text to OpenSSL for the time of a call.
    static func withBIO(_ text: [UInt8], _ body: (OpaquePointer) -> Void) {
        guard text.count <= 65_536, let bio = BIO_new_mem_buf(text, Int32(text.count)) else { return }
        defer { BIO_free(bio) }
        body(bio)
    }
}
