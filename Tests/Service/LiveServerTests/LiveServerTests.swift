import Foundation
import HTTPServer
import HTTPWire
import TestSupport
import Testing

/// A server on a free port of the loopback interface, with raw sockets to it.
struct Live {
    let server: HTTPServer
    let address: ListeningAddress

    init(_ configure: (inout ServerConfiguration) -> Void = { _ in }) throws {
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.loops = 2
        configure(&configuration)
        server = HTTPServer(configuration: configuration, handler: try Checkout.router())
        address = try server.start()
    }

    /// A connection; -1 where none could be made.
    func connection() -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = UInt16(address.port).bigEndian
        inet_pton(AF_INET, "127.0.0.1", &target.sin_addr)
        Patience.limit(descriptor)
        let result = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return result == 0 ? descriptor : -1
    }

    /// Everything that comes until the peer closes; two minutes of silence are an issue.
    func readAll(_ descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 && errno == EAGAIN { Issue.record("the server neither answers nor closes") }
            if count <= 0 { break }
            bytes += buffer.prefix(count)
        }
        close(descriptor)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Sends bytes on a new connection and reads until it closes.
    func exchange(_ text: String) -> String {
        let descriptor = connection()
        write(text, descriptor)
        return readAll(descriptor)
    }

    func write(_ text: String, _ descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

@Suite struct `A live server` {
    @Test func `answers pipelined requests in order on one connection`() async throws {
        let live = try Live()
        let answer = live.exchange(
            "GET /livez HTTP/1.1\r\nHost: h\r\n\r\nHEAD /knowledge HTTP/1.1\r\nHost: h\r\n\r\nGET /nothing HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
        )
        let statuses = answer.components(separatedBy: "HTTP/1.1 ").dropFirst().map { String($0.prefix(3)) }
        #expect(statuses == ["200", "200", "404"])
        await live.server.stop(within: .seconds(5))
    }

    @Test func `answers a chunked question`() async throws {
        let live = try Live()
        let body = #"{"question":"PNET G2, liver mets, SSTR positive, first line"}"#
        let answer = live.exchange(
            "POST /recommend HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                + String(body.utf8.count, radix: 16) + "\r\n" + body + "\r\n0\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
        #expect(answer.contains(#""outcome":"guidance""#))
        await live.server.stop(within: .seconds(5))
    }

    @Test func `refuses ten megabytes with a whole problem, before reading them`() async throws {
        let live = try Live()
        let descriptor = live.connection()
        live.write(
            "POST /recommend HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 10485760\r\n\r\n",
            descriptor)
        live.write(String(repeating: "x", count: 1 << 20), descriptor)
        let answer = live.readAll(descriptor)
        #expect(answer.hasPrefix("HTTP/1.1 413 "))
        #expect(answer.contains("/problems/body-too-large"))
        #expect(answer.contains("Connection: close"))
        await live.server.stop(within: .seconds(5))
    }

    @Test func `finishes what is under way when it stops, and then listens no more`() async throws {
        let live = try Live()
        let busy = live.connection()
        live.write(
            "POST /recommend HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"question\"",
            busy)
        // An answer on another connection shows that the loops have seen both.
        let idle = live.connection()
        live.write("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n", idle)
        var buffer = [UInt8](repeating: 0, count: 4_096)
        #expect(recv(idle, &buffer, buffer.count, 0) > 0)
        live.server.beginDrain()
        #expect(live.readAll(idle) == "", "an idle connection is closed")
        live.write(#": "PNET"}"#, busy)
        let answer = live.readAll(busy)
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
        #expect(answer.contains("Connection: close"))
        await live.server.stop(within: .seconds(20))
        #expect(live.connection() == -1)
    }

    @Test func `refuses connections beyond its limit with 503`() async throws {
        let live = try Live {
            $0.maximumConnections = 2; $0.loops = 1
        }
        let kept = (0..<2).map { _ in
            let descriptor = live.connection()
            live.write("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n", descriptor)
            var buffer = [UInt8](repeating: 0, count: 4_096)
            #expect(recv(descriptor, &buffer, buffer.count, 0) > 0)
            return descriptor
        }
        let refused = live.exchange("")
        #expect(refused.hasPrefix("HTTP/1.1 503 "))
        #expect(refused.contains("Retry-After: 1"))
        for descriptor in kept { close(descriptor) }
        await live.server.stop(within: .seconds(5))
    }

    @Test func `survives connections that send nonsense, reset, or go away`() async throws {
        let live = try Live()
        for text in [
            "\0\u{1}\u{2}", "GET", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nab",
            "GET /knowledge HTTP/1.1\r\nHost: h\r\n\r\n",
        ] {
            for _ in 0..<20 {
                let descriptor = live.connection()
                live.write(text, descriptor)
                var linger = linger(l_onoff: 1, l_linger: 0)
                setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
                close(descriptor)
            }
        }
        #expect(live.exchange("GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
        await live.server.stop(within: .seconds(5))
    }

    @Test func `takes many connections at once`() async throws {
        let live = try Live()
        let descriptors = (0..<200).map { _ in live.connection() }
        for descriptor in descriptors {
            live.write("GET /readyz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", descriptor)
        }
        for descriptor in descriptors { #expect(live.readAll(descriptor).hasPrefix("HTTP/1.1 200 ")) }
        await live.server.stop(within: .seconds(5))
    }

    @Test func `does not share its port with another server`() async throws {
        let live = try Live()
        #expect(throws: ServerStartError.self) { _ = try Live { $0.port = live.address.port } }
        await live.server.stop(within: .seconds(5))
    }

    @Test func `says in a sentence why it cannot listen`() throws {
        var configuration = ServerConfiguration()
        configuration.host = "nowhere.example"
        let server = HTTPServer(configuration: configuration, handler: try Checkout.router())
        #expect(throws: ServerStartError.badHost("nowhere.example")) { try server.start() }
        #expect(ServerStartError.badHost("x").sentence == "`x` is no numeric IPv4 or IPv6 address and not `localhost`")
    }
}
