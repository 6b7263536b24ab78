import Foundation
import HTTPWire
import Synchronization
import Testing

@testable import HTTPServer

/// Echoes bodies, and says that it may be said again; with `remembers` it tells a generation.
private final class Parrot: HTTPHandler {
    let asked = Atomic<Int>(0)
    let repeated = Atomic<Int>(0)
    let number = Atomic<UInt64>(0)
    private let remembers: Bool

    init(remembers: Bool) { self.remembers = remembers }

    var generation: UInt64? { remembers ? number.load(ordering: .acquiring) : nil }

    func respond(to request: HTTPRequest) -> HTTPResponse {
        asked.add(1, ordering: .relaxed)
        let text = String(decoding: request.body, as: UTF8.self)
        var response = HTTPResponse(
            HTTPStatus(200),
            body: Array("\(number.load(ordering: .acquiring)) \(text) \(String(repeating: "x", count: 600))".utf8),
            contentType: "text/plain")
        if !text.contains("once") { response.repeated = { [self] in repeated.add(1, ordering: .relaxed) } }
        return response
    }
}

@Suite struct `Answers to posts given again` {
    private func post(_ body: String, _ fields: String = "") -> String {
        "POST /a HTTP/1.1\r\nHost: example.org\r\nContent-Type: text/plain\r\n\(fields)"
            + "Content-Length: \(body.utf8.count)\r\n\r\n" + body
    }

    @Test func `ask the handler once, count each, and end with their generation`() {
        let parrot = Parrot(remembers: true)
        let recorder = Recorder()
        var desk = Desk(handler: parrot, observer: recorder)
        var sent: [String] = []
        for _ in 0..<5 {
            desk.receive(post("hello"))
            sent += desk.answers()
        }
        #expect(Set(sent).count == 1 && sent[0].hasPrefix("200 0 hello "))
        #expect(parrot.asked.load(ordering: .relaxed) == 1 && parrot.repeated.load(ordering: .relaxed) == 4)
        let seen = recorder.exchanges.withLock { $0 }
        #expect(seen.allSatisfy { $0.method == .post && $0.bytesIn == 5 && $0.bytesOut == seen[0].bytesOut })
        #expect(Set(seen.map(\.id.text)).count == 5)
        desk.receive(post("hellp"))
        #expect(parrot.asked.load(ordering: .relaxed) == 2)
        parrot.number.store(1, ordering: .releasing)
        desk.receive(post("hello"))
        #expect(desk.answers().last?.hasPrefix("200 1 hello ") == true)
        #expect(parrot.asked.load(ordering: .relaxed) == 3)
    }

    @Test(
        "are not for what is one request's own",
        arguments: [
            "X-Request-Id: mine\r\n", "Authorization: Bearer x\r\n", "X-API-Key: x\r\n", "Prefer: x\r\n",
            "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n", "Origin: https://a.example\r\n",
        ])
    func notRemembered(_ fields: String) {
        let parrot = Parrot(remembers: true)
        var desk = Desk(handler: parrot)
        for _ in 0..<3 {
            desk.receive(post("hello", fields))
            #expect(desk.answers().count == 1)
        }
        #expect(parrot.asked.load(ordering: .relaxed) == 3)
    }

    @Test func `are not for what the handler says once, nor on the way down`() {
        let parrot = Parrot(remembers: true)
        var desk = Desk(handler: parrot)
        for _ in 0..<3 { desk.receive(post("once")) }
        #expect(parrot.asked.load(ordering: .relaxed) == 3)
        desk.receive(post("hello"))
        _ = desk.sent()
        desk.context.closesAll = true
        desk.receive(post("hello"))
        #expect(desk.sent().contains("Connection: close\r\n"))
    }

    @Test func `take no more than they may, whatever comes`() {
        let parrot = Parrot(remembers: true)
        var desk = Desk(handler: parrot)
        for number in 0..<3_000 {
            for _ in 0..<2 { desk.receive(post("body \(number % 1_500)")) }
            #expect(desk.context.posted.size <= PostedMemory.limit)
            _ = desk.sent()
        }
        #expect(desk.context.posted.size > 100_000)
    }

    /// The plain way is the oracle: whatever comes, in whatever pieces, the bytes are those of a server that always asks.
    @Test func `differ in no byte from a server that always asks`() {
        let requests = [
            post("a"), post("b"), post("once"), post("a", "Accept-Encoding: gzip\r\n"),
            post("a", "X-Request-Id: q\r\n"),
            "GET /a HTTP/1.1\r\nHost: example.org\r\n\r\n", "\r\n" + post("a"), post(""),
        ]
        for _ in 0..<300 {
            var desks = [Desk(handler: Parrot(remembers: true)), Desk(handler: Parrot(remembers: false))]
            for _ in 0..<20 {
                Desk.receive(someOf: requests, in: &desks)
                let sent = [desks[0].sent(), desks[1].sent()].map { text in
                    text.components(separatedBy: "\r\n").filter { !$0.hasPrefix("X-Request-Id: ") }
                }
                #expect(sent[0] == sent[1])
            }
        }
    }
}
