import Crypto
import CryptoExtras
import FoundationEssentials

/// The algorithms of signatures that are taken (RFC 7518 §3.1). `none` and those of a shared secret are not among them, so
/// that no public key can pass for a secret.
enum SignatureAlgorithm: String, Sendable, CaseIterable {
    case es256 = "ES256"
    case es384 = "ES384"
    case rs256 = "RS256"
    case rs384 = "RS384"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
}

/// A public key that checks signatures. The kind of key decides the algorithms, not the token.
enum VerificationKey: Sendable {
    case p256(P256.Signing.PublicKey)
    case p384(P384.Signing.PublicKey)
    case rsa(_RSA.Signing.PublicKey)

    /// Whether the key is one for the algorithm.
    func serves(_ algorithm: SignatureAlgorithm) -> Bool {
        switch (self, algorithm) {
        case (.p256, .es256), (.p384, .es384): true
        case (.rsa, .rs256), (.rsa, .rs384), (.rsa, .ps256), (.rsa, .ps384), (.rsa, .ps512): true
        default: false
        }
    }

    /// Whether `signature` is one of this key over the bytes.
    func verifies(_ signature: [UInt8], over bytes: some DataProtocol, by algorithm: SignatureAlgorithm) -> Bool {
        switch (self, algorithm) {
        case (.p256(let key), .es256):
            guard let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(parsed, for: SHA256.hash(data: bytes))
        case (.p384(let key), .es384):
            guard let parsed = try? P384.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(parsed, for: SHA384.hash(data: bytes))
        case (.rsa(let key), .rs256): return Self.rsa(key, signature, SHA256.hash(data: bytes), .insecurePKCS1v1_5)
        case (.rsa(let key), .rs384): return Self.rsa(key, signature, SHA384.hash(data: bytes), .insecurePKCS1v1_5)
        case (.rsa(let key), .ps256): return Self.rsa(key, signature, SHA256.hash(data: bytes), .PSS)
        case (.rsa(let key), .ps384): return Self.rsa(key, signature, SHA384.hash(data: bytes), .PSS)
        case (.rsa(let key), .ps512): return Self.rsa(key, signature, SHA512.hash(data: bytes), .PSS)
        default: return false
        }
    }

    private static func rsa(
        _ key: _RSA.Signing.PublicKey, _ signature: [UInt8], _ digest: some Digest, _ padding: _RSA.Signing.Padding
    ) -> Bool {
        key.isValidSignature(_RSA.Signing.RSASignature(rawRepresentation: signature), for: digest, padding: padding)
    }
}
