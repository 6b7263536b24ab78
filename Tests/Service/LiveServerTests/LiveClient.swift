import COpenSSL
import Foundation
import TestSupport
import Testing

/// Raw sockets to a port of the loopback interface.
struct LiveClient {
    let port: Int

    /// A connection; -1 where none could be made.
    func connection(from source: String? = nil) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        Patience.limit(descriptor)
        if let source {
            var local = address(source, 0)
            _ = withUnsafePointer(to: &local) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        var target = address("127.0.0.1", port)
        let result = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return result == 0 ? descriptor : -1
    }

    private func address(_ host: String, _ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        return address
    }

    /// Writes all, says that no more comes, and reads until the peer closes; two minutes of silence are an issue.
    func exchange(_ bytes: [UInt8], _ descriptor: Int32) -> [UInt8] {
        write(bytes, descriptor)
        shutdown(descriptor, Int32(SHUT_WR))
        return readAll(descriptor)
    }

    func write(_ bytes: [UInt8], _ descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    func readAll(_ descriptor: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 && errno == EAGAIN { Issue.record("the server neither answers nor closes") }
            if count <= 0 { return bytes }
            bytes += buffer.prefix(count)
        }
    }
}

/// A TLS client over a connected descriptor, by OpenSSL, blocking.
final class TLSClient {
    private let context: OpaquePointer?
    let connection: OpaquePointer?

    /// `version`: nothing but this (`TLS1_2_VERSION` or `TLS1_3_VERSION`); 0: both.
    init(over descriptor: Int32, version: Int32 = 0, session: OpaquePointer? = nil) {
        signal(SIGPIPE, SIG_IGN)
        context = SSL_CTX_new(TLS_client_method())
        if version != 0 { consilium_test_versions(context, version) }
        connection = SSL_new(context)
        SSL_set_fd(connection, descriptor)
        if let session { SSL_set_session(connection, session) }
    }

    deinit {
        SSL_free(connection)
        SSL_CTX_free(context)
    }

    func connect() -> Bool { SSL_connect(connection) == 1 }

    func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            var count = 0
            guard rest.withUnsafeBytes({ SSL_write_ex(connection, $0.baseAddress, $0.count, &count) }) == 1 else {
                return false
            }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Reads until the peer closes, or until so many bytes are there.
    func read(atLeast wanted: Int = .max) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < wanted {
            var count = 0
            guard SSL_read_ex(connection, &buffer, buffer.count, &count) == 1 else { break }
            bytes += buffer.prefix(count)
        }
        return bytes
    }

    /// Writes all, says that no more comes, and reads until the peer closes.
    static func exchange(_ bytes: [UInt8], over descriptor: Int32) -> [UInt8] {
        let client = TLSClient(over: descriptor)
        guard client.connect() else { return [] }
        _ = client.write(bytes)
        SSL_shutdown(client.connection)
        return client.read()
    }
}
