import ArgumentParser
import FoundationEssentials
import Glibc
import HTTPTLS

/// Asks a running server whether it is ready: the health check of the container, without curl.
struct HealthcheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "healthcheck", abstract: "Ask a running server whether it is ready.",
        discussion: "Exit code 0 where it is, 69 where it is not or does not answer within 5 seconds.")

    @Option(help: "The address (default: CONSILIUM_HOST, else 127.0.0.1).")
    var host: String?
    @Option(help: "The port (default: CONSILIUM_PORT, else 8080).")
    var port: Int?
    @Flag(
        inversion: .prefixedNo,
        help:
            "Whether the port speaks TLS (default: where CONSILIUM_TLS_CERTIFICATE is set). The certificate is not checked."
    )
    var tls: Bool?

    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        var address = host ?? environment["CONSILIUM_HOST"] ?? "127.0.0.1"
        // Listening on all addresses includes the loopback one.
        if address == "0.0.0.0" || address == "localhost" { address = "127.0.0.1" }
        if address == "::" { address = "::1" }
        let number = port ?? environment["CONSILIUM_PORT"].flatMap { Int($0) } ?? 8080
        guard let number = UInt16(exactly: number) else {
            throw ValidationError("the port must lie between 0 and 65535")
        }
        let isSecure = tls ?? (environment["CONSILIUM_TLS_CERTIFICATE"].map { !$0.isEmpty } ?? false)
        let status = Self.statusLine(host: address, port: number, isSecure: isSecure)
        guard let status, status.hasPrefix("HTTP/1.1 200 ") else {
            Console.error("consilium: not ready: \(status ?? "no answer from \(address) port \(number)")")
            throw ExitCode.unavailable
        }
        Console.line("ready")
    }

    /// The status line of `GET /readyz`, nil where none came.
    private static func statusLine(host: String, port: UInt16, isSecure: Bool) -> String? {
        let isSix = host.contains(":")
        let descriptor = socket(isSix ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var time = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        guard isSix ? connectSix(descriptor, host, port) : connectFour(descriptor, host, port) else { return nil }
        let request = Array("GET /readyz HTTP/1.1\r\nHost: healthcheck\r\nConnection: close\r\n\r\n".utf8)
        if isSecure {
            // A server that closes early must not end this process by SIGPIPE.
            signal(SIGPIPE, SIG_IGN)
            return TLSProbe.exchange(request, over: descriptor)
                .map { String(decoding: $0.prefix { $0 != 0x0D }, as: UTF8.self) }
        }
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return nil }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).prefix { $0 != 0x0D }, as: UTF8.self)
    }

    private static func connectFour(_ descriptor: Int32, _ host: String, _ port: UInt16) -> Bool {
        var address = sockaddr_in()
        guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return false }
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func connectSix(_ descriptor: Int32, _ host: String, _ port: UInt16) -> Bool {
        var address = sockaddr_in6()
        guard inet_pton(AF_INET6, host, &address.sin6_addr) == 1 else { return false }
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
            }
        }
    }
}
