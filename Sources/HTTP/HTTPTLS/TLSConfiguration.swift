/// The files of one certificate.
public struct CertificateFiles: Sendable, Equatable {
    /// PEM: the certificate, then those that lead to its root.
    public let chain: String
    /// PEM: its private key, without a passphrase.
    public let key: String

    /// A pair of files.
    public init(chain: String, key: String) {
        self.chain = chain
        self.key = key
    }
}

/// How a server speaks TLS: versions 1.2 and 1.3, `http/1.1` by ALPN, sessions in tickets.
public struct TLSConfiguration: Sendable, Equatable {
    /// What is asked of clients.
    public enum ClientCertificates: String, Sendable {
        /// Nothing.
        case none
        /// A certificate, which is checked where one comes.
        case requested
        /// A certificate; without one the handshake fails.
        case required
    }

    /// The certificates. The server name of a client chooses among them by their subject alternative names; the first is
    /// for clients that name none or another.
    public var certificates: [CertificateFiles]
    /// PEM: the authorities that sign the certificates of clients; nil where none are asked for.
    public var clientAuthorities: String?
    /// What is asked of clients.
    public var clientCertificates = ClientCertificates.none

    /// A configuration with these certificates.
    public init(certificates: [CertificateFiles]) { self.certificates = certificates }
}

/// Why TLS cannot be offered.
public enum TLSConfigurationError: Error, Sendable, Equatable {
    /// No certificate is named.
    case noCertificate
    /// The file cannot be read or holds no certificate in PEM.
    case badCertificate(file: String, reason: String)
    /// The file cannot be read or holds no private key without a passphrase in PEM.
    case badKey(file: String, reason: String)
    /// Certificate and key do not belong together.
    case keyDoesNotMatch(certificate: String, key: String)
    /// The file holds no certificates of authorities in PEM.
    case badAuthorities(file: String, reason: String)
    /// Client certificates are asked for, and no authorities are named.
    case noAuthorities
    /// OpenSSL refuses; the reason is its own text.
    case library(reason: String)

    /// One sentence for the operator.
    public var sentence: String {
        switch self {
        case .noCertificate: "TLS needs a certificate and its key"
        case .badCertificate(let file, let reason):
            "`\(file)` holds no certificate in PEM that can be read (\(reason))"
        case .badKey(let file, let reason):
            "`\(file)` holds no private key in PEM without a passphrase that can be read (\(reason))"
        case .keyDoesNotMatch(let certificate, let key):
            "the key `\(key)` does not belong to the certificate `\(certificate)`"
        case .badAuthorities(let file, let reason):
            "`\(file)` holds no certificates of authorities in PEM that can be read (\(reason))"
        case .noAuthorities: "to ask for client certificates, name the file of the authorities that sign them"
        case .library(let reason): "OpenSSL refuses: \(reason)"
        }
    }
}
