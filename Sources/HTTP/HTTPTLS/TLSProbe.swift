import COpenSSL
import Glibc

/// One request over TLS to a server on this machine, for its own health check: the certificate is not checked, since it
/// names the service and not the loopback address.
public enum TLSProbe {
    /// Sends a request over a connected, blocking descriptor and gives the first bytes of the answer, 16 KiB at most; nil
    /// where none came. The caller bounds the time by SO_RCVTIMEO and SO_SNDTIMEO, and closes the descriptor.
    public static func exchange(_ request: [UInt8], over descriptor: Int32) -> [UInt8]? {
        guard let context = SSL_CTX_new(TLS_client_method()) else { return nil }
        defer { SSL_CTX_free(context) }
        guard let connection = SSL_new(context) else { return nil }
        defer { SSL_free(connection) }
        var count = 0
        guard SSL_set_fd(connection, descriptor) == 1, SSL_connect(connection) == 1,
            request.withUnsafeBytes({ SSL_write_ex(connection, $0.baseAddress, $0.count, &count) }) == 1
        else { return nil }
        var answer = [UInt8](repeating: 0, count: 16_384)
        let result = answer.withUnsafeMutableBytes { SSL_read_ex(connection, $0.baseAddress, $0.count, &count) }
        return result == 1 ? Array(answer.prefix(count)) : nil
    }
}
