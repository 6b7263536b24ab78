import COpenSSL
import Glibc
import HTTPServer
import HTTPWire

/// One TLS connection over a descriptor that it does not own.
final class TLSChannel: SecureChannel {
    private let connection: OpaquePointer
    private var isBroken = false
    private var isReady = false
    /// Whether the first bytes were those of a text; nil before they came.
    private var isText: Bool?

    /// Takes the connection over.
    init(_ connection: OpaquePointer) { self.connection = connection }

    deinit { SSL_free(connection) }

    func handshake() -> ChannelStep {
        ERR_clear_error()
        if isText == nil { isText = Self.beginsWithText(SSL_get_fd(connection)) }
        let result = SSL_do_handshake(connection)
        if result == 1 {
            isReady = true
            return .moved(0)
        }
        // SSL_get_error(3) looks at the queue of errors, which is read only after it.
        let kind = SSL_get_error(connection, result)
        switch kind {
        case SSL_ERROR_WANT_READ: return .needsReading
        case SSL_ERROR_WANT_WRITE: return .needsWriting
        default:
            isBroken = true
            // OpenSSL knows the methods GET, HEAD, POST, PUT and CONNECT; others it takes for a wrong version of TLS.
            if isText == true || consilium_is_http_request(ERR_peek_error()) != 0 {
                ERR_clear_error()
                return .failed(.plainHTTP)
            }
            guard kind == SSL_ERROR_SSL else { return .failed(.broken) }
            return .failed(.handshake(reason: OpenSSLError.last()))
        }
    }

    /// Whether what waits in a descriptor begins with three capital letters, as every method does, and no record of TLS; nil
    /// where less waits.
    private static func beginsWithText(_ descriptor: Int32) -> Bool? {
        var first: [UInt8] = [0, 0, 0]
        guard recv(descriptor, &first, first.count, Int32(MSG_PEEK)) == first.count else { return nil }
        return first.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> ChannelStep {
        ERR_clear_error()
        var count = 0
        let result = SSL_read_ex(connection, buffer.baseAddress, buffer.count, &count)
        return result == 1 ? .moved(count) : outcome(result)
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> ChannelStep {
        guard !bytes.isEmpty else { return .moved(0) }
        ERR_clear_error()
        var count = 0
        let result = SSL_write_ex(connection, bytes.baseAddress, bytes.count, &count)
        return result == 1 ? .moved(count) : outcome(result)
    }

    func close() {
        // SSL_shutdown(3): not after a fatal error, and not before the handshake is done.
        guard isReady, !isBroken else { return }
        isBroken = true
        ERR_clear_error()
        SSL_shutdown(connection)
        ERR_clear_error()
    }

    var clientCertificate: ClientCertificate? {
        // A resumed session keeps certificate and verdict in its ticket.
        var digest = [UInt8](repeating: 0, count: 32)
        return consilium_client_digest(connection, &digest) == 1 ? ClientCertificate(digest: digest) : nil
    }

    var hasBufferedInput: Bool { SSL_has_pending(connection) == 1 }

    private func outcome(_ result: Int32) -> ChannelStep {
        switch SSL_get_error(connection, result) {
        case SSL_ERROR_WANT_READ: return .needsReading
        case SSL_ERROR_WANT_WRITE: return .needsWriting
        case SSL_ERROR_ZERO_RETURN: return .ended
        default:
            isBroken = true
            ERR_clear_error()
            return .failed(.broken)
        }
    }
}
