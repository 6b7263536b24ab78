import Foundation
import HTTPServer
import HTTPWire
import Synchronization
import Testing

/// Answers `/slow` when the test says so, everything else at once.
private final class Postponing: HTTPHandler {
    private let pending = Mutex<[@Sendable (HTTPResponse) -> Void]>([])

    func respond(to request: HTTPRequest) -> HTTPResponse {
        let path = String(decoding: request.path, as: UTF8.self)
        var response = HTTPResponse(HTTPStatus(200), body: Array("at once \(path)\n".utf8))
        response.route = path
        guard path.hasPrefix("/slow") else { return response }
        response.fields["From-The-Stage"] = "yes"
        response.later = LaterAnswer { answer in
            self.pending.withLock {
                $0.append { _ in answer(HTTPResponse(HTTPStatus(202), body: Array("later \(path)\n".utf8))) }
            }
        }
        return response
    }

    var waiting: Int { pending.withLock { $0.count } }

    /// Gives all answers that are waited for, last first, and each of them twice.
    func answer() {
        for give in pending.withLock({ pending in
            defer { pending = [] }
            return pending.reversed()
        }) {
            give(HTTPResponse(HTTPStatus(200)))
            give(HTTPResponse(HTTPStatus(200)))
        }
    }

    func waits(for count: Int) {
        for _ in 0..<5_000 where waiting < count { usleep(1_000) }
        #expect(waiting == count)
    }
}

/// A server of one loop, so that whoever keeps it keeps everybody.
private struct Desk {
    let handler = Postponing()
    let server: HTTPServer
    let client: LiveClient

    init(_ configure: (inout ServerConfiguration) -> Void = { _ in }) throws {
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.loops = 1
        configure(&configuration)
        server = HTTPServer(configuration: configuration, handler: handler)
        client = LiveClient(port: try server.start().port)
    }

    static func get(_ path: String, _ more: String = "") -> [UInt8] {
        Array("GET \(path) HTTP/1.1\r\nHost: h\r\n\(more)\r\n".utf8)
    }

    static func post(_ path: String, bytes: Int) -> [UInt8] {
        Array("POST \(path) HTTP/1.1\r\nHost: h\r\nContent-Length: \(bytes)\r\n\r\n".utf8)
            + Array(repeating: UInt8(ascii: "x"), count: bytes)
    }

    /// The bodies of answers in the order in which they came.
    static func bodies(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").map(String.init).filter {
            $0.contains("later /") || $0.contains("at once /")
        }.flatMap { $0.split(separator: "\n").map { String($0.replacing("HTTP/1.1 200 OK", with: "")) } }
            .filter { !$0.isEmpty && !$0.hasPrefix("HTTP") }
    }
}

@Suite(.timeLimit(.minutes(2))) struct `An answer that comes later` {
    @Test func `keeps nobody else waiting on its loop, and comes with the route and the fields of its response`()
        async throws
    {
        let desk = try Desk()
        let slow = desk.client.connection()
        desk.client.write(Desk.get("/slow", "Connection: close\r\n"), slow)
        desk.handler.waits(for: 1)
        // All of these are answered while the first one waits.
        for number in 0..<200 {
            let other = desk.client.connection()
            let bytes = desk.client.exchange(Desk.get("/fast-\(number)", "Connection: close\r\n"), other)
            #expect(Desk.bodies(bytes) == ["at once /fast-\(number)"])
            close(other)
        }
        #expect(desk.handler.waiting == 1)
        desk.handler.answer()
        let answer = String(decoding: desk.client.readAll(slow), as: UTF8.self)
        #expect(answer.hasPrefix("HTTP/1.1 202") && answer.contains("From-The-Stage: yes\r\n"))
        #expect(answer.hasSuffix("later /slow\n") && answer.contains("Connection: close\r\n"))
        close(slow)
        await desk.server.stop(within: .seconds(2))
    }

    @Test func `is sent before everything that its connection asked behind it`() async throws {
        let desk = try Desk()
        let one = desk.client.connection()
        let burst = Desk.get("/first") + Desk.post("/slow-1", bytes: 3_000) + Desk.get("/second") + Desk.get("/slow-2")
        desk.client.write(burst + Desk.get("/third"), one)
        desk.handler.waits(for: 1)
        // What comes while it waits is read later, byte by byte if need be.
        for byte in Desk.get("/fourth", "Connection: close\r\n") { desk.client.write([byte], one) }
        desk.handler.answer()
        desk.handler.waits(for: 1)
        desk.handler.answer()
        #expect(
            Desk.bodies(desk.client.readAll(one)) == [
                "at once /first", "later /slow-1", "at once /second", "later /slow-2", "at once /third",
                "at once /fourth",
            ])
        close(one)
        await desk.server.stop(within: .seconds(2))
    }

    @Test func `is sent to a peer that said that it sends no more, and dropped where the peer is gone`() async throws {
        let desk = try Desk()
        let half = desk.client.connection()
        desk.client.write(Desk.get("/slow"), half)
        shutdown(half, Int32(SHUT_WR))
        let gone = desk.client.connection()
        desk.client.write(Desk.get("/slow"), gone)
        desk.handler.waits(for: 2)
        // Closing with SO_LINGER 0 resets: the peer is gone for good.
        var hard = linger(l_onoff: 1, l_linger: 0)
        setsockopt(gone, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
        close(gone)
        for _ in 0..<2_000 where desk.server.openConnections > 1 { usleep(1_000) }
        #expect(desk.server.openConnections == 1)
        // Its place is taken by another one, which must not get its answer.
        let next = desk.client.connection()
        desk.client.write(Desk.get("/fast", "Connection: close\r\n"), next)
        #expect(Desk.bodies(desk.client.readAll(next)) == ["at once /fast"])
        close(next)
        desk.handler.answer()
        #expect(Desk.bodies(desk.client.readAll(half)) == ["later /slow"])
        close(half)
        await desk.server.stop(within: .seconds(2))
        #expect(desk.server.openConnections == 0 && desk.server.heldBytes == 0)
    }

    @Test func `is waited for by a drain`() async throws {
        let desk = try Desk()
        let (one, idle) = (desk.client.connection(), desk.client.connection())
        desk.client.write(Desk.get("/slow"), one)
        desk.handler.waits(for: 1)
        desk.server.beginDrain()
        #expect(desk.client.readAll(idle) == [])
        for _ in 0..<2_000 where desk.server.openConnections > 1 { usleep(1_000) }
        #expect(desk.server.openConnections == 1)
        desk.handler.answer()
        let answer = String(decoding: desk.client.readAll(one), as: UTF8.self)
        #expect(answer.hasPrefix("HTTP/1.1 202") && answer.contains("Connection: close\r\n"))
        close(one)
        close(idle)
        await desk.server.stop(within: .seconds(20))
        #expect(desk.server.openConnections == 0)
    }

    @Test func `may be one of many, given in any order`() async throws {
        let desk = try Desk()
        let all = (0..<300).map { _ in desk.client.connection() }
        for (number, one) in all.enumerated() { desk.client.write(Desk.post("/slow-\(number)", bytes: 100), one) }
        desk.handler.waits(for: 300)
        #expect(desk.server.heldBytes == 30_000)
        desk.handler.answer()
        for (number, one) in all.enumerated() {
            shutdown(one, Int32(SHUT_WR))
            #expect(Desk.bodies(desk.client.readAll(one)) == ["later /slow-\(number)"])
            close(one)
        }
        await desk.server.stop(within: .seconds(2))
        #expect(desk.server.heldBytes == 0)
    }

    @Test func `that never comes is a 503 when the time is over, and one too late is nobody's`() async throws {
        let desk = try Desk { $0.deadlines.write = 300 }
        let one = desk.client.connection()
        desk.client.write(Desk.get("/slow") + Desk.get("/fast"), one)
        desk.handler.waits(for: 1)
        let answer = String(decoding: desk.client.readAll(one), as: UTF8.self)
        #expect(answer.hasPrefix("HTTP/1.1 503") && answer.contains("Retry-After: 1\r\n"))
        #expect(!answer.contains("at once"))
        desk.handler.answer()
        close(one)
        await desk.server.stop(within: .seconds(2))
    }
}
