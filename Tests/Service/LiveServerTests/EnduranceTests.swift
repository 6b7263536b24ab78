import Foundation
import HTTPServer
import HTTPTLS
import HTTPWire
import Synchronization
import Testing

/// Answers with as many bytes as the path says, and waits for nothing.
private struct Sizes: HTTPHandler {
    func respond(to request: HTTPRequest) -> HTTPResponse {
        let size = request.target.segments.last.flatMap { Int($0) } ?? 0
        return HTTPResponse(HTTPStatus(200), body: Array(repeating: 65, count: size), contentType: "text/plain")
    }
}

/// Counts what was turned away.
private final class Turned: ExchangeObserver {
    let reasons = Mutex<[String]>([])
    let open = Atomic<Int>(0)
    func didAnswer(_ exchange: Exchange) {}
    func connectionsChanged(by difference: Int) { open.add(difference, ordering: .relaxed) }
    func didTurnAway(_ reason: String) { reasons.withLock { $0.append(reason) } }
}

@Suite(.serialized) struct `A server under abuse` {
    private func start(_ change: (inout ServerConfiguration) -> Void = { _ in }) throws -> (HTTPServer, LiveClient) {
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.loops = 1
        change(&configuration)
        let server = HTTPServer(configuration: configuration, handler: Sizes())
        return (server, LiveClient(port: try server.start().port))
    }

    private func get(_ path: String, _ fields: String = "") -> [UInt8] {
        Array("GET \(path) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n".utf8)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Reads until so many bytes are there.
    private func read(_ descriptor: Int32, _ count: Int = 1) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < count {
            let got = recv(descriptor, &buffer, buffer.count, 0)
            guard got > 0 else { break }
            bytes += buffer.prefix(got)
        }
        return bytes
    }

    @Test func `answers the half of a connection that only listens`() async throws {
        let (server, client) = try start()
        let descriptor = client.connection()
        let answer = client.exchange(get("/3000000"), descriptor)
        close(descriptor)
        #expect(text(answer).hasPrefix("HTTP/1.1 200 ") && answer.count > 3_000_000)
        await server.stop(within: .seconds(5))
    }

    @Test func `keeps a large answer for a slow reader while others are served`() async throws {
        let (server, client) = try start()
        // More than the buffers of both sockets hold.
        let slow = (0..<5).map { _ in client.connection() }
        for descriptor in slow {
            client.write(get("/20000000") + get("/7"), descriptor)
            _ = read(descriptor)
        }
        for _ in 0..<50 {
            let descriptor = client.connection()
            #expect(text(client.exchange(get("/1", "Connection: close\r\n"), descriptor)).hasSuffix("\r\n\r\nA"))
            close(descriptor)
        }
        // What was not taken is still there, whole and in order.
        let rest = client.exchange([], slow[0])
        #expect(rest.count > 19_900_000 && text(Array(rest.suffix(11))).hasSuffix("\r\n\r\nAAAAAAA"))
        for descriptor in slow { close(descriptor) }
        await server.stop(within: .seconds(5))
    }

    @Test func `closes what is too slow, each phase by its own time`() async throws {
        let turned = Turned()
        let (server, client) = try start {
            $0.deadlines.head = 300
            $0.deadlines.body = 300
            $0.deadlines.idle = 300
            $0.deadlines.write = 300
            $0.observer = turned
        }
        let idle = client.connection()
        let head = client.connection()
        client.write(Array("GET / HT".utf8), head)
        let body = client.connection()
        client.write(Array("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc".utf8), body)
        let writing = client.connection()
        client.write(get("/20000000"), writing)
        #expect(client.readAll(idle).isEmpty)
        #expect(text(client.readAll(head)).hasPrefix("HTTP/1.1 408 "))
        #expect(text(client.readAll(body)).hasPrefix("HTTP/1.1 408 "))
        // The reader takes nothing until the time is over; then less than everything comes.
        while turned.open.load(ordering: .relaxed) > 0 { try await Task.sleep(for: .milliseconds(20)) }
        #expect(client.readAll(writing).count < 20_000_000)
        for descriptor in [idle, head, body, writing] { close(descriptor) }
        await server.stop(within: .seconds(5))
    }

    @Test func `holds no more than it may for all, of requests and of answers`() async throws {
        let turned = Turned()
        let (server, client) = try start {
            $0.maximumHeldBytes = 1_000_000
            $0.observer = turned
        }
        let half =
            Array("POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 200001\r\n\r\n".utf8)
            + Array(repeating: 65, count: 200_000)
        let writers = (0..<20).map { _ in client.connection() }
        for descriptor in writers { client.write(half, descriptor) }
        while turned.reasons.withLock({ $0.count }) < 15 { try await Task.sleep(for: .milliseconds(5)) }
        // Those that are kept can end what they began; the others were told.
        var statuses: [String] = []
        for descriptor in writers {
            client.write([65], descriptor)
            statuses.append(String(text(read(descriptor, 12)).prefix(12)))
            close(descriptor)
        }
        #expect(statuses.count { $0 == "HTTP/1.1 503" } >= 15 && statuses.count { $0 == "HTTP/1.1 200" } >= 1)
        let readers = (0..<8).map { _ in client.connection() }
        for descriptor in readers { client.write(get("/9000000"), descriptor) }
        while turned.reasons.withLock({ $0.count }) < 22 { try await Task.sleep(for: .milliseconds(5)) }
        for descriptor in readers { close(descriptor) }
        let after = client.connection()
        #expect(text(client.exchange(get("/1"), after)).hasPrefix("HTTP/1.1 200 "))
        close(after)
        #expect(turned.reasons.withLock { Set($0) } == ["memory"])
        await server.stop(within: .seconds(5))
    }

    @Test func `gives an address its connections and no more`() async throws {
        let turned = Turned()
        let (server, client) = try start {
            $0.maximumConnectionsPerAddress = 3
            $0.observer = turned
        }
        let kept = (0..<3).map { _ in client.connection() }
        for descriptor in kept {
            client.write(get("/1"), descriptor)
            #expect(!read(descriptor).isEmpty)
        }
        let refused = client.connection()
        let answer = text(client.readAll(refused))
        #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.contains("Retry-After: 1\r\n"))
        let other = client.connection(from: "127.0.0.9")
        #expect(text(client.exchange(get("/1"), other)).hasPrefix("HTTP/1.1 200 "))
        close(kept[0])
        // The place is free again once the server has seen the end.
        while turned.open.load(ordering: .relaxed) > 2 { try await Task.sleep(for: .milliseconds(5)) }
        let again = client.connection()
        #expect(text(client.exchange(get("/1"), again)).hasPrefix("HTTP/1.1 200 "))
        #expect(turned.reasons.withLock { $0 } == ["address"])
        for descriptor in kept.dropFirst() + [refused, other, again] { close(descriptor) }
        await server.stop(within: .seconds(5))
    }

    @Test func `survives resets in the middle of its answers`() async throws {
        let (server, client) = try start()
        for round in 0..<60 {
            let descriptor = client.connection()
            client.write(get("/2000000") + get("/2000000"), descriptor)
            if round % 2 == 0 { _ = read(descriptor, 100_000) }
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
            close(descriptor)
        }
        let descriptor = client.connection()
        #expect(text(client.exchange(get("/1"), descriptor)).hasPrefix("HTTP/1.1 200 "))
        close(descriptor)
        await server.stop(within: .seconds(5))
        #expect(server.openConnections == 0)
    }

    @Test func `leaves in order: answers close, then listeners, then what is idle`() async throws {
        let (server, client) = try start()
        let kept = client.connection()
        client.write(get("/1"), kept)
        #expect(!text(read(kept)).contains("Connection: close"))
        let idle = client.connection()
        client.write(get("/1"), idle)
        _ = read(idle)
        server.beginLeaving()
        let fresh = client.connection()
        #expect(text(client.exchange(get("/1"), fresh)).contains("Connection: close\r\n"), "still accepting")
        client.write(get("/1"), kept)
        #expect(text(client.readAll(kept)).contains("Connection: close\r\n"))
        let busy = client.connection()
        client.write(Array("POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\no".utf8), busy)
        server.beginDrain()
        #expect(client.readAll(idle).isEmpty)
        client.write(Array("k".utf8), busy)
        #expect(text(client.readAll(busy)).hasPrefix("HTTP/1.1 200 "))
        await server.stop(within: .seconds(8))
        #expect(client.connection() == -1)
        for descriptor in [kept, idle, fresh, busy] { close(descriptor) }
    }

    @Test func `answers who connected just before the drain and asks just after it`() async throws {
        let (server, client) = try start()
        let seen = client.connection()
        client.write(get("/1"), seen)
        _ = read(seen)
        let newcomer = client.connection()
        server.beginDrain()
        // The loops have begun to drain once one of them closes the door.
        while true {
            let probe = client.connection()
            if probe < 0 { break }
            close(probe)
        }
        client.write(get("/1"), newcomer)
        let answer = text(client.readAll(newcomer))
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
        #expect(answer.contains("Connection: close\r\n"))
        await server.stop(within: .seconds(8))
        for descriptor in [seen, newcomer] { close(descriptor) }
    }

    @Test func `cuts off what does not end in time`() async throws {
        let (server, client) = try start()
        let stuck = client.connection()
        client.write(Array("POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\no".utf8), stuck)
        let other = client.connection()
        client.write(get("/1"), other)
        _ = read(other)
        let clock = ContinuousClock()
        let start = clock.now
        await server.stop(within: .milliseconds(400))
        #expect(clock.now - start < .seconds(25))
        #expect(client.readAll(stuck).isEmpty)
        for descriptor in [stuck, other] { close(descriptor) }
    }

    @Test func `ends handshakes that do not come, and tells HTTP in the clear`() async throws {
        let certificate = try TestCertificate()
        let turned = Turned()
        let context = try TLSContext(
            TLSConfiguration(certificates: [CertificateFiles(chain: certificate.chain, key: certificate.key)]))
        let (server, client) = try start {
            $0.secureChannels = context
            $0.deadlines.handshake = 300
            $0.observer = turned
        }
        let silent = client.connection()
        let half = client.connection()
        client.write([0x16, 0x03, 0x01], half)
        let clear = client.connection()
        client.write(get("/1"), clear)
        let answer = text(client.readAll(clear))
        #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.contains("/problems/tls-needed"))
        #expect(!answer.contains("Strict-Transport-Security"))
        #expect(client.readAll(silent).isEmpty && client.readAll(half).isEmpty)
        let good = client.connection()
        let secure = TLSClient(over: good)
        #expect(secure.connect() && secure.write(get("/3000000") + get("/5", "Connection: close\r\n")))
        let body = secure.read()
        #expect(body.count > 3_000_005 && text(Array(body.suffix(9))) == "\r\n\r\nAAAAA")
        #expect(text(body).contains("Strict-Transport-Security: max-age=31536000\r\n"))
        #expect(turned.reasons.withLock { $0 } == ["handshake"])
        for descriptor in [silent, half, clear, good] { close(descriptor) }
        await server.stop(within: .seconds(5))
    }
}
