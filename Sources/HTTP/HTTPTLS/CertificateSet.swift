import COpenSSL
import Glibc

/// The contexts of all certificates as they were read at one moment. A connection keeps what it was made from
/// (SSL_CTX_free(3) counts references), so a set may go while connections of it are open.
struct CertificateSet: ~Copyable, Sendable {
    /// The address of the first certificate's context, which holds those of the others by their names. A context may be used
    /// from any thread (openssl-threads(7)); its address, unlike a pointer, says so to the compiler.
    private let address: UInt
    /// Seconds until the first of the certificates expires; negative where one has.
    let secondsOfValidity: Int

    /// Reads the files.
    init(_ configuration: TLSConfiguration, _ keys: OpaquePointer) throws(TLSConfigurationError) {
        guard let files = configuration.certificates.first else { throw .noCertificate }
        if configuration.clientCertificates != .none && configuration.clientAuthorities == nil { throw .noAuthorities }
        let first = try Self.context(files, configuration, keys)
        var validity = Self.validity(first)
        do throws(TLSConfigurationError) {
            if configuration.certificates.count > 1 { try Self.addNames(of: first, to: first) }
            for files in configuration.certificates.dropFirst() {
                let other = try Self.context(files, configuration, keys)
                // The names hold the context from here on.
                defer { SSL_CTX_free(other) }
                try Self.addNames(of: other, to: first)
                validity = min(validity, Self.validity(other))
            }
        } catch {
            SSL_CTX_free(first)
            throw error
        }
        address = UInt(bitPattern: first)
        secondsOfValidity = validity
    }

    deinit { SSL_CTX_free(OpaquePointer(bitPattern: address)) }

    /// A connection in the server's role over a descriptor; nil where memory is short.
    func makeConnection(_ descriptor: Int32) -> OpaquePointer? {
        guard let connection = SSL_new(OpaquePointer(bitPattern: address)) else { return nil }
        guard SSL_set_fd(connection, descriptor) == 1 else {
            SSL_free(connection)
            return nil
        }
        SSL_set_accept_state(connection)
        return connection
    }

    // MARK: - Reading

    private static func context(
        _ files: CertificateFiles, _ configuration: TLSConfiguration, _ keys: OpaquePointer
    ) throws(TLSConfigurationError) -> OpaquePointer {
        ERR_clear_error()
        guard let context = SSL_CTX_new(TLS_server_method()) else { throw .library(reason: OpenSSLError.last()) }
        do throws(TLSConfigurationError) {
            guard consilium_context_harden(context) == 1, consilium_context_callbacks(context, keys) == 1 else {
                throw .library(reason: OpenSSLError.last())
            }
            // A key with a passphrase must fail and not ask the terminal for it.
            SSL_CTX_set_default_passwd_cb(context) { _, _, _, _ in 0 }
            guard SSL_CTX_use_certificate_chain_file(context, files.chain) == 1 else {
                throw .badCertificate(file: files.chain, reason: OpenSSLError.last())
            }
            guard SSL_CTX_use_PrivateKey_file(context, files.key, SSL_FILETYPE_PEM) == 1 else {
                let reason = OpenSSLError.last()
                if reason.contains("mismatch") { throw .keyDoesNotMatch(certificate: files.chain, key: files.key) }
                throw .badKey(file: files.key, reason: reason)
            }
            guard SSL_CTX_check_private_key(context) == 1 else {
                throw .keyDoesNotMatch(certificate: files.chain, key: files.key)
            }
            try askForClients(configuration, context)
        } catch {
            SSL_CTX_free(context)
            throw error
        }
        return context
    }

    /// SSL_CTX_set_verify(3): the certificate of a client is checked against the authorities, and they are told to it.
    private static func askForClients(
        _ configuration: TLSConfiguration, _ context: OpaquePointer
    ) throws(TLSConfigurationError) {
        guard configuration.clientCertificates != .none, let file = configuration.clientAuthorities else { return }
        guard SSL_CTX_load_verify_locations(context, file, nil) == 1, let names = SSL_load_client_CA_file(file) else {
            throw .badAuthorities(file: file, reason: OpenSSLError.last())
        }
        SSL_CTX_set_client_CA_list(context, names)
        // A ticket stands for a certificate that was checked, so it must not outlive the authorities that it was checked by.
        guard consilium_context_bind_sessions(context) == 1 else { throw .library(reason: OpenSSLError.last()) }
        let isRequired = configuration.clientCertificates == .required
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (isRequired ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nil)
    }

    private static func addNames(of other: OpaquePointer, to first: OpaquePointer) throws(TLSConfigurationError) {
        guard let certificate = SSL_CTX_get0_certificate(other) else { return }
        var index: Int32 = 0
        while let name = consilium_certificate_name(certificate, index) {
            defer { consilium_free(name) }
            guard consilium_context_add_name(first, name, other) == 1 else { throw .library(reason: "out of memory") }
            index += 1
        }
    }

    private static func validity(_ context: OpaquePointer) -> Int {
        SSL_CTX_get0_certificate(context).map { Int(consilium_certificate_seconds($0)) } ?? 0
    }
}
