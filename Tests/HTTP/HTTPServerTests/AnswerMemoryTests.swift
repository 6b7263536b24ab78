import Foundation
import HTTPWire
import Synchronization
import Testing

@testable import HTTPServer

/// Stored documents at a few paths, and how often it was asked. With `remembers` it tells a generation.
private final class Library: HTTPHandler {
    let asked = Atomic<Int>(0)
    let number = Atomic<UInt64>(0)
    private let remembers: Bool

    init(remembers: Bool) { self.remembers = remembers }

    var generation: UInt64? { remembers ? number.load(ordering: .acquiring) : nil }

    func respond(to request: HTTPRequest) -> HTTPResponse {
        asked.add(1, ordering: .relaxed)
        let path = String(decoding: request.path, as: UTF8.self)
        guard path != "/computed" else {
            return HTTPResponse(HTTPStatus(200), body: Array(path.utf8), contentType: "text/plain")
        }
        let text =
            path + " \(number.load(ordering: .acquiring)) "
            + (path == "/long" ? String(repeating: "x", count: 9_000) : "")
        return StoredDocument(
            body: Array(text.utf8), contentType: "text/plain", digest: "d", cacheControl: "no-cache", lastModified: 0,
            coder: nil
        ).response(to: request)
    }
}

@Suite struct `Answers given again` {
    private let head = "GET /a HTTP/1.1\r\nHost: example.org\r\nAccept: */*\r\n\r\n"

    @Test func `ask the handler once, for the same head`() {
        let library = Library(remembers: true)
        var desk = Desk(handler: library)
        desk.receive(head)
        let first = desk.answers()
        for _ in 0..<5 {
            desk.receive(head)
            #expect(desk.answers() == first)
        }
        #expect(library.asked.load(ordering: .relaxed) == 1)
        desk.receive(head.replacingOccurrences(of: "*/*", with: "*/x"))
        #expect(library.asked.load(ordering: .relaxed) == 2)
    }

    /// What waits on a slow socket is lent by reference: a later answer from the same slot must not write into it.
    @Test func `leave what still waits as it is`() {
        var desk = Desk(handler: Library(remembers: true))
        desk.receive(head + head)
        _ = desk.sent()
        desk.receive(head)
        let waiting = desk.context.output.take()
        desk.context.setWallClock(milliseconds: 5_000)
        desk.receive(head)
        var earlier: [UInt8] = []
        var later: [UInt8] = []
        waiting.copy(into: &earlier, limit: .max)
        desk.context.output.copy(into: &later, limit: .max)
        let texts = [earlier, later].map { String(decoding: $0, as: UTF8.self) }
        #expect(texts[0].contains("00:00:00 GMT") && texts[1].contains("00:00:05 GMT"))
        #expect(texts[0].hasSuffix("\r\n\r\n/a 0 ") && texts[1].hasSuffix("\r\n\r\n/a 0 "))
    }

    @Test func `end with their generation`() {
        let library = Library(remembers: true)
        var desk = Desk(handler: library)
        desk.receive(head + head)
        #expect(desk.answers() == ["200 /a 0 ", "200 /a 0 "])
        library.number.store(1, ordering: .releasing)
        desk.receive(head + head)
        #expect(desk.answers() == ["200 /a 1 ", "200 /a 1 "])
        #expect(library.asked.load(ordering: .relaxed) == 2)
    }

    @Test(
        "are not for what is one request's own",
        arguments: [
            "GET /a?q=1 HTTP/1.1\r\nHost: example.org\r\n\r\n", "HEAD /a HTTP/1.1\r\nHost: example.org\r\n\r\n",
            "GET /computed HTTP/1.1\r\nHost: example.org\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: example.org\r\nX-Request-Id: mine\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: example.org\r\nAuthorization: Bearer x\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: example.org\r\nIf-None-Match: \"x\"\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: example.org\r\nContent-Length: 2\r\n\r\nok",
            "GET /a HTTP/1.0\r\nHost: example.org\r\nConnection: keep-alive\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: example.org\r\nX: \(String(repeating: "y", count: 1_100))\r\n\r\n",
        ])
    func notRemembered(_ request: String) {
        let library = Library(remembers: true)
        var desk = Desk(handler: library)
        desk.receive(request + request + request)
        #expect(library.asked.load(ordering: .relaxed) == 3)
    }

    @Test func `close like others once the server is on its way down`() {
        var desk = Desk(handler: Library(remembers: true))
        desk.receive(head)
        _ = desk.sent()
        desk.context.closesAll = true
        desk.receive(head)
        #expect(desk.sent().contains("Connection: close\r\n"))
        #expect(desk.connection.isClosing)
    }

    @Test func `are told like others, each under an id of its own`() {
        let recorder = Recorder()
        var desk = Desk(handler: Library(remembers: true), observer: recorder)
        desk.receive(head + head + head)
        let seen = recorder.exchanges.withLock { $0 }
        #expect(seen.map(\.status) == [200, 200, 200])
        #expect(Set(seen.map(\.bytesOut)).count == 1 && seen[0].bytesOut == 5)
        #expect(Set(seen.map(\.id.text)).count == 3)
    }

    /// The plain way is the oracle: whatever comes, in whatever pieces, the bytes are those of a server that always asks.
    @Test func `differ in no byte from a server that always asks`() {
        var generator = SystemRandomNumberGenerator()
        let heads = [
            head, "GET /b HTTP/1.1\r\nHost: example.org\r\n\r\n", "GET /long HTTP/1.1\r\nHost: example.org\r\n\r\n",
            "GET /computed HTTP/1.1\r\nHost: example.org\r\n\r\n", "HEAD /a HTTP/1.1\r\nHost: example.org\r\n\r\n",
            "\r\n" + head, "GET /a HTTP/1.1\r\nHost: example.org\r\nContent-Length: 3\r\n\r\nabc",
            "GET /a HTTP/1.1\r\nHost: example.org\r\nIf-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: example.org\n\r\n",
        ]
        for _ in 0..<400 {
            var desks = [Desk(handler: Library(remembers: true)), Desk(handler: Library(remembers: false))]
            // The last two end the connection: they come seldom.
            let picks = (0..<12).map { _ in Int.random(in: 0..<80, using: &generator) }
            let bytes = Array(picks.map { $0 < heads.count ? heads[$0] : heads[$0 % (heads.count - 2)] }.joined().utf8)
            var start = 0
            while start < bytes.count {
                let end = min(bytes.count, start + .random(in: 1...200, using: &generator))
                for index in desks.indices { desks[index].receive(Array(bytes[start..<end])) }
                start = end
            }
            let sent = [desks[0].sent(), desks[1].sent()].map { text in
                text.components(separatedBy: "\r\n").filter {
                    !$0.hasPrefix("X-Request-Id: ") && !$0.contains("urn:consilium:request")
                }
            }
            #expect(sent[0] == sent[1])
            #expect(desks[0].connection.isClosing == desks[1].connection.isClosing)
        }
    }
}
