import Foundation
import HTTPWire
import Synchronization
import Testing

@testable import HTTPServer

/// Answers with a body's own text and length, and knows what it answered.
private final class Memory: HTTPHandler, AnswerRepeater {
    let asked = Atomic<Int>(0)
    let again = Atomic<Int>(0)
    let number = Atomic<UInt64>(0)
    private let known = Mutex<[[UInt8]: [UInt8]]>([:])
    private let isFrequent: Bool
    private let size: Int
    private let remembers: Bool

    init(isFrequent: Bool = false, size: Int = 2_000, remembers: Bool = true) {
        self.isFrequent = isFrequent
        self.size = size
        self.remembers = remembers
    }

    var generation: UInt64? { remembers ? number.load(ordering: .acquiring) : nil }

    func respond(to request: HTTPRequest) -> HTTPResponse {
        asked.add(1, ordering: .relaxed)
        let text = String(decoding: request.body, as: UTF8.self)
        let body = Array("\(number.load(ordering: .acquiring)) \(text) \(String(repeating: "x", count: size))".utf8)
        let isGood = !text.contains("bad")
        if isGood { known.withLock { $0[request.body] = body } }
        var response = HTTPResponse(HTTPStatus(isGood ? 200 : 400), body: body, contentType: "text/plain")
        response.fields.append("Kind", "mine")
        response.route = "/a"
        response.repeater = self
        return response
    }

    func repeatAnswer(
        to body: Span<UInt8>, minimumSize: Int, into output: inout [UInt8], head: (Int, inout [UInt8]) -> Void
    ) -> RepeatedAnswer? {
        let wanted = body.withUnsafeBufferPointer { Array($0) }
        guard let answer = known.withLock({ $0[wanted] }), answer.count >= minimumSize else { return nil }
        again.add(1, ordering: .relaxed)
        head(answer.count, &output)
        output += answer
        guard isFrequent else { return RepeatedAnswer(length: answer.count) }
        return RepeatedAnswer(length: answer.count) { [self] in again.add(1, ordering: .relaxed) }
    }
}

@Suite struct `Posts under a head that was answered` {
    private func post(_ body: String, _ fields: String = "", length: String? = nil, path: String = "/a") -> String {
        "POST \(path) HTTP/1.1\r\nHost: example.org\r\nContent-Type: text/plain\r\n\(fields)"
            + "Content-Length: \(length ?? String(body.utf8.count))\r\nAccept: */*\r\n\r\n" + body
    }

    /// Everything but the id.
    private func shape(_ sent: String) -> String {
        sent.split(separator: "\r\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("X-Request-Id") }
            .joined(separator: "\r\n")
    }

    @Test func `are given again without their requests being read, each as it was`() {
        let memory = Memory()
        let recorder = Recorder()
        var desk = Desk(handler: memory, observer: recorder)
        var first: [String: String] = [:]
        for body in ["one", "fourteen bytes", "two"] {
            desk.receive(post(body))
            first[body] = shape(desk.sent())
        }
        for _ in 0..<3 {
            for body in ["two", "one", "fourteen bytes"] {
                desk.receive(post(body))
                let sent = desk.sent()
                #expect(shape(sent) == first[body] && sent.contains("Kind: mine\r\n"))
            }
        }
        #expect(memory.asked.load(ordering: .relaxed) == 3 && memory.again.load(ordering: .relaxed) == 9)
        let seen = recorder.exchanges.withLock { $0 }
        #expect(seen.count == 12 && Set(seen.map(\.id.text)).count == 12)
        for exchange in seen {
            #expect(exchange.method == .post && exchange.route == "/a" && exchange.status == 200)
            #expect(exchange.bytesOut == exchange.bytesIn + 2_003)
        }
    }

    @Test func `end with their generation`() {
        let memory = Memory()
        var desk = Desk(handler: memory)
        for _ in 0..<2 { desk.receive(post("hello")) }
        #expect(desk.answers().count == 2 && memory.asked.load(ordering: .relaxed) == 1)
        memory.number.store(1, ordering: .releasing)
        desk.receive(post("hello"))
        #expect(desk.answers().last?.hasPrefix("200 1 hello ") == true)
        #expect(memory.asked.load(ordering: .relaxed) == 2)
    }

    @Test(
        "are read in full where something else is one request's own",
        arguments: [
            "X-Request-Id: mine\r\n", "Authorization: Bearer x\r\n", "X-API-Key: x\r\n", "Prefer: x\r\n",
            "Cookie: a=b\r\n",
            "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n", "Origin: https://a.example\r\n",
            "Connection: close\r\n", "Content-Encoding: identity\r\n", "Content-Length: 5\r\n",
            "Expect: 100-continue\r\n",
        ])
    func notRemembered(_ fields: String) {
        let memory = Memory()
        var desk = Desk(handler: memory)
        // Over one connection, and over others of the same loop.
        for fields in [fields, fields, "", fields] {
            desk.receive(post("hello", fields))
            _ = desk.sent()
            desk.connection = Connection(peer: nil, deadline: 100_000)
        }
        #expect(memory.again.load(ordering: .relaxed) == 0)
        desk.receive(post("hello"))
        #expect(memory.again.load(ordering: .relaxed) == 1)
    }

    @Test(
        "are read in full where the head or the length is another",
        arguments: [
            ("hello", "X: y\r\n", nil, "/a"), ("hello", "", nil, "/b"), ("hello", "", "05", "/a"),
            ("hello", "", "+5", "/a"),
            ("hello", "", "4", "/a"), ("hello", "", "6", "/a"), ("hello", "", "5 ", "/a"), ("hello", "", "", "/a"),
            ("hello", "", "99999999999999999999", "/a"), ("other", "", nil, "/a"), ("bad", "", nil, "/a"),
        ] as [(String, String, String?, String)])
    func otherwise(_ body: String, _ fields: String, _ length: String?, _ path: String) {
        let memory = Memory()
        var desk = Desk(handler: memory)
        for body in ["hello", "bad"] { desk.receive(post(body)) }
        _ = desk.sent()
        var plain = Desk(handler: Memory())
        desk.receive(post(body, fields, length: length, path: path))
        plain.receive(post(body, fields, length: length, path: path))
        // All but the instance of a problem.
        func words(_ answers: [String]) -> [Substring] {
            answers.map { $0.split(separator: ",\"instance\"")[0] }
        }
        #expect(words(desk.answers()) == words(plain.answers()))
        #expect(memory.again.load(ordering: .relaxed) == 0)
    }

    /// A head comes in two pieces, a body after its head, two requests at once: each is answered once.
    @Test func `are given again only where what came is whole and alone`() {
        let memory = Memory()
        var desk = Desk(handler: memory)
        desk.receive(post("hello"))
        _ = desk.sent()
        let whole = post("hello")
        for place in stride(from: 1, to: whole.utf8.count, by: 7) {
            desk.receive(String(whole.prefix(place)))
            desk.receive(String(whole.dropFirst(place)))
            #expect(desk.answers().count == 1)
        }
        // What comes in pieces is looked at whole, at the latest with its last byte.
        let again = memory.again.load(ordering: .relaxed)
        desk.receive(whole + whole)
        let answers = desk.answers()
        #expect(answers.count == 2 && answers[0] == answers[1] && answers[0].hasPrefix("200 0 hello x"))
        // The second stands alone once the first is read.
        #expect(memory.again.load(ordering: .relaxed) == again + 1)
    }

    @Test func `are read in full where the answer is small, or comes coded`() {
        let small = Memory(size: 10)
        var desk = Desk(handler: small)
        for _ in 0..<3 { desk.receive(post("hello")) }
        #expect(desk.answers().count == 3 && small.again.load(ordering: .relaxed) == 0)
        let large = Memory()
        desk = Desk(handler: large, coder: Doubling())
        for _ in 0..<3 { desk.receive(post("hello", "Accept-Encoding: gzip\r\n")) }
        let sent = desk.sent()
        #expect(sent.components(separatedBy: "Content-Encoding: gzip\r\n").count == 4)
        #expect(large.again.load(ordering: .relaxed) == 0)
    }

    @Test func `are nothing to HTTP 1.0, to HEAD and to bodies in chunks`() {
        let memory = Memory()
        var desk = Desk(handler: memory)
        desk.receive(post("hello"))
        _ = desk.sent()
        for _ in 0..<2 {
            desk.receive(
                "POST /a HTTP/1.1\r\nHost: example.org\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
            desk.receive(post("hello").replacingOccurrences(of: "POST", with: "HEAD"))
            desk.receive(
                post("hello", "Connection: keep-alive\r\n").replacingOccurrences(of: "HTTP/1.1", with: "HTTP/1.0"))
            #expect(desk.sent().components(separatedBy: "HTTP/1.1 200 ").count == 4)
        }
        #expect(memory.again.load(ordering: .relaxed) == 0)
    }

    /// What came in pieces has been answered, and nothing of it stays.
    @Test func `leave nothing of an answer in the loop`() {
        let memory = Memory()
        var desk = Desk(handler: memory)
        let whole = post("hello")
        for _ in 0..<2 {
            desk.receive(String(whole.dropLast(5)))
            desk.receive(String(whole.suffix(5)))
            #expect(desk.answers().count == 1)
        }
        #expect(desk.context.repeatable == nil)
        desk.receive(whole)
        #expect(desk.answers().count == 1 && desk.context.repeatable == nil)
    }

    /// The plain way is the oracle: whatever comes, in whatever pieces, the bytes are those of a server that always asks.
    @Test(arguments: [false, true])
    func `differ in no byte from a server that always asks`(_ isFrequent: Bool) {
        let requests = [
            post("a"), post("b"), post("cc"), post("bad"), post("a", "Accept-Encoding: gzip\r\n"),
            post("b", "X-Request-Id: q\r\n"), post("a", "X: 1\r\n"), post("a", path: "/b"), post("a", length: "01"),
            "GET /a HTTP/1.1\r\nHost: example.org\r\n\r\n", "\r\n" + post("a"), post(""),
        ]
        var again = 0
        for _ in 0..<200 {
            let memory = Memory(isFrequent: isFrequent)
            var desks = [Desk(handler: memory), Desk(handler: Memory(remembers: false))]
            for _ in 0..<20 {
                Desk.receive(someOf: requests, in: &desks)
                let sent = [desks[0].sent(), desks[1].sent()].map { text in
                    text.components(separatedBy: "\r\n").filter { !$0.hasPrefix("X-Request-Id: ") }.map {
                        $0.components(separatedBy: ",\"instance\"")[0]
                    }
                }
                #expect(sent[0] == sent[1])
            }
            again += memory.again.load(ordering: .relaxed)
        }
        #expect(again > 200)
    }

    @Test func `go into the memory of whole posts where they come often, in no more room than they need`() {
        let memory = Memory(isFrequent: true)
        var desk = Desk(handler: memory)
        var sent: [String] = []
        for _ in 0..<5 {
            desk.receive(post("hello"))
            sent += desk.answers()
        }
        #expect(Set(sent).count == 1 && sent.count == 5)
        // Asked once, given from its memory once, then as it went out.
        #expect(memory.asked.load(ordering: .relaxed) == 1 && memory.again.load(ordering: .relaxed) == 4)
        #expect(desk.context.posted.size > 2_000 && desk.context.posted.size < 5_000)
    }

    @Test func `do not keep who knows the answers`() {
        var desk = Desk(handler: Memory())
        desk.receive(post("hello"))
        _ = desk.sent()
        weak var gone: Memory?
        do {
            let memory = Memory()
            gone = memory
            var other = Desk(handler: memory)
            other.receive(post("hello"))
            _ = other.sent()
            desk.context.heads = other.context.heads
        }
        #expect(gone == nil)
        desk.receive(post("hello"))
        #expect(desk.answers().count == 1)
    }

    @Test func `are few: the oldest goes that nobody asked for`() {
        let memory = Memory()
        var desk = Desk(handler: memory)
        for _ in 0..<2 {
            for number in 0..<20 { desk.receive(post("hello", "X: \(number)\r\n")) }
            #expect(desk.answers().count == 20)
        }
        #expect(memory.again.load(ordering: .relaxed) == 0)
        for _ in 0..<2 { desk.receive(post("hello", "X: 19\r\n")) }
        #expect(memory.again.load(ordering: .relaxed) == 2)
        // One that is found stays, whatever comes between.
        for number in 0..<100 {
            desk.receive(post("hello", "X: 19\r\n"))
            desk.receive(post("hello", "Y: \(number)\r\n"))
        }
        #expect(desk.answers().count == 202)
        #expect(memory.again.load(ordering: .relaxed) == 102)
    }
}

@Suite struct `What waits to be written` {
    private func queue(_ bodies: [Int], isFinal: Bool = false) -> (queue: OutputQueue, bytes: [UInt8]) {
        var queue = OutputQueue()
        var preamble = ResponsePreamble()
        preamble.set(common: [], wallClock: 0)
        for size in bodies {
            var response = HTTPResponse(HTTPStatus(200), body: Array(repeating: UInt8(size & 0xFF), count: size))
            response.isFinal = isFinal
            queue.append(response, after: &preamble, id: preamble.takeID(), .persists, hasBody: true)
        }
        var bytes: [UInt8] = []
        queue.copy(into: &bytes, limit: .max)
        return (queue, bytes)
    }

    @Test(arguments: [[30_000], [100, 30_000, 600, 20_000], [10], [50_000, 50_000]])
    func `is given away in no more memory than it needs, and in order`(_ bodies: [Int]) {
        for sent in [0, 1, 90, 5_000] {
            var (queue, all) = queue(bodies)
            guard sent < all.count else { continue }
            queue.advance(sent)
            var rest = queue.takeRest()
            #expect(queue.isEmpty && queue.ownedBytes == 0 && rest.count == all.count - sent)
            #expect(rest.ownedBytes == rest.count && rest.bytes.capacity < rest.count + 4_096)
            var bytes: [UInt8] = []
            rest.copy(into: &bytes, limit: .max)
            #expect(bytes == Array(all[sent...]))
            rest.advance(bytes.count)
            #expect(rest.isEmpty)
        }
    }

    @Test func `gives stored bodies by reference`() {
        var (queue, all) = queue([30_000], isFinal: true)
        queue.advance(40)
        let rest = queue.takeRest()
        #expect(rest.ownedBytes < 1_000 && rest.count == all.count - 40 && queue.isEmpty)
    }
}
