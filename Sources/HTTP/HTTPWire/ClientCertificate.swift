/// The certificate of a client, as far as anybody needs to know: which one it is.
public struct ClientCertificate: Sendable, Hashable {
    /// SHA-256 of its DER bytes, 32 bytes: what `openssl x509 -fingerprint -sha256` prints.
    public let digest: [UInt8]

    /// A certificate with this digest.
    public init(digest: [UInt8]) { self.digest = digest }
}
