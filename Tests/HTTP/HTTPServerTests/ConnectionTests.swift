import Foundation
import HTTPWire
import Synchronization
import Testing
import WireCorpus

@testable import HTTPServer

/// Answers with what it was asked, so that a test sees which request an answer belongs to.
struct Echo: HTTPHandler {
    func respond(to request: HTTPRequest) -> HTTPResponse {
        HTTPResponse(
            HTTPStatus(200),
            body: Array("\(request.method) /\(request.target.segments.joined(separator: "/")) ".utf8) + request.body)
    }

    func admission(of head: HTTPRequest) -> Admission {
        switch head.target.segments.first {
        case "small": Admission(maximumBodySize: 4)
        case "nothing": Admission(refusal: HTTPResponse(HTTPStatus(404)))
        default: Admission()
        }
    }
}

/// A connection in memory with a clock that is turned by hand.
struct Desk {
    var connection: Connection
    var context: LoopContext
    var now: Milliseconds = 1_000

    init(
        handler: any HTTPHandler = Echo(), isDraining: Bool = false, coder: (any ContentCoder)? = nil,
        observer: (any ExchangeObserver)? = nil
    ) {
        context = LoopContext(handler: handler, coder: coder, observer: observer)
        context.setWallClock(milliseconds: 0)
        context.closesAll = isDraining
        connection = Connection(peer: nil, deadline: now + context.deadlines.idle)
    }

    mutating func receive(_ text: String) { receive(Array(text.utf8)) }

    mutating func receive(_ bytes: [UInt8]) { connection.receive(bytes.span, now: now, &context) }

    /// Every desk receives the same of some requests: mostly one and whole, sometimes two at once or in pieces.
    static func receive(someOf requests: [String], in desks: inout [Desk]) {
        let count = Int.random(in: 0..<6) == 0 ? 2 : 1
        let bytes = Array((0..<count).map { _ in requests.randomElement() ?? "" }.joined().utf8)
        let cut = Bool.random() ? bytes.count : Int.random(in: 0..<bytes.count)
        for index in desks.indices {
            for part in [bytes[..<cut], bytes[cut...]] where !part.isEmpty { desks[index].receive(Array(part)) }
        }
    }

    /// Everything written since the last call, taken as sent.
    mutating func sent() -> String {
        var bytes: [UInt8] = []
        while !context.output.isEmpty {
            let before = bytes.count
            context.output.copy(into: &bytes, limit: .max)
            context.output.advance(bytes.count - before)
            connection.resume(now: now, &context)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The statuses and bodies of what was sent.
    mutating func answers() -> [String] {
        sent().components(separatedBy: "HTTP/1.1 ").dropFirst().map { part in
            let sides = part.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
            return part.prefix(3) + " " + (sides.count > 1 ? sides[1] : "")
        }
    }

    /// The deadline passes.
    mutating func expire() { connection.expire(&context) }
}

/// Remembers what it is told.
final class Recorder: ExchangeObserver {
    let exchanges = Mutex<[Exchange]>([])
    let reasons = Mutex<[String]>([])
    func didAnswer(_ exchange: Exchange) { exchanges.withLock { $0.append(exchange) } }
    func connectionsChanged(by difference: Int) {}
    func didTurnAway(_ reason: String) { reasons.withLock { $0.append(reason) } }
}

/// The handler that the corpus is written for: 200 and what was read, 501 for a method that nobody knows.
struct Oracle: HTTPHandler {
    func respond(to request: HTTPRequest) -> HTTPResponse {
        guard HTTPMethod.known.contains(request.method) else { return HTTPResponse(HTTPStatus(501)) }
        let path = request.hasAsterisk ? "*" : "/" + request.target.segments.joined(separator: "/")
        return HTTPResponse(
            HTTPStatus(200),
            body: Array("\(request.method)\u{1}\(path)\u{1}\(request.target.query ?? "\u{2}")\u{1}".utf8)
                + request.body,
            contentType: "application/octet-stream")
    }

    /// What the bytes of answers of this handler tell.
    static func answers(in text: String) -> [WireSample.Answer] {
        // A body may hold `HTTP/1.1 ` too, but no digit behind it.
        text.components(separatedBy: "HTTP/1.1 ").dropFirst().filter { $0.first?.isNumber == true }.map { part in
            let status = Int(part.prefix(3)) ?? 0
            guard status == 200, let start = part.range(of: "\r\n\r\n")?.upperBound else {
                return WireSample.Answer(status: status)
            }
            let parts = part[start...].split(separator: "\u{1}", maxSplits: 3, omittingEmptySubsequences: false)
                .map(String.init)
            guard parts.count == 4 else { return WireSample.Answer(status: status) }
            return WireSample.Answer(
                status: status, method: parts[0], path: parts[1], query: parts[2] == "\u{2}" ? nil : parts[2],
                body: parts[3].isEmpty ? nil : parts[3])
        }
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}

@Suite struct `A connection` {
    @Test func `answers pipelined requests in order and stays open`() {
        var desk = Desk()
        desk.receive(
            "GET /a HTTP/1.1\r\nHost: h\r\n\r\nPOST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nxyGET /c HTTP/1.1\r\nHo"
        )
        #expect(desk.answers() == ["200 GET /a ", "200 POST /b xy"])
        desk.receive("st: h\r\n\r\n")
        #expect(desk.answers() == ["200 GET /c "])
        #expect(!desk.connection.isClosing)
    }

    @Test func `gives the same answers however the bytes are split`() {
        let text =
            "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n"
        for step in [1, 2, 3, 5, 7, 11, 200] {
            var desk = Desk()
            var rest = text[...]
            var answers: [String] = []
            while !rest.isEmpty {
                desk.receive(String(rest.prefix(step)))
                rest = rest.dropFirst(step)
                answers += desk.answers()
            }
            #expect(answers == ["200 POST /b abc", "200 GET /a "], "in steps of \(step)")
        }
    }

    @Test func `answers HEAD with the length of GET and no body`() {
        var desk = Desk()
        desk.receive("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n")
        let sent = desk.sent()
        #expect(sent.contains("Content-Length: 8\r\n"))
        #expect(sent.hasSuffix("\r\n\r\n"))
    }

    @Test(
        "sends no body to HEAD also where it refuses it",
        arguments: [
            "HEAD / HTTP/1.1\r\nHost: a b\r\n\r\n", "\r\nHEAD /\\ HTTP/1.1\r\n", "HEAD / HTTP/2.0\r\n",
            "HEAD / HTTP/1.1\r\nHost: h\r\nContent-Length: 999999\r\n\r\n",
        ])
    func refusedHead(_ text: String) {
        var desk = Desk()
        desk.receive(text)
        let sent = desk.sent()
        #expect(sent.contains("Connection: close\r\n") && sent.contains("Content-Length: "))
        #expect(sent.hasSuffix("\r\n\r\n"))
    }

    @Test func `sends the body of a refusal to GET after a HEAD`() {
        var desk = Desk()
        desk.receive("HEAD / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\n\r\n")
        #expect(desk.sent().hasSuffix("}"))
    }

    @Test func `says when to come again where there is no room for a request`() {
        var desk = Desk()
        desk.receive("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc")
        desk.connection.refuseForWantOfRoom(&desk.context)
        let sent = desk.sent()
        #expect(sent.hasPrefix("HTTP/1.1 503 ") && sent.contains("Retry-After: "))
    }

    @Test func `closes after a refusal and says so`() {
        var desk = Desk()
        desk.receive("GET / HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n")
        let sent = desk.sent()
        #expect(sent.hasPrefix("HTTP/1.1 400 "))
        #expect(sent.contains("Connection: close\r\n"))
        #expect(sent.contains("\"type\":\"/problems/bad-host\""))
        #expect(!sent.contains("/next"))
        #expect(desk.connection.isClosing)
    }

    @Test func `asks for the body of a sender that waits, unless the head already decides`() {
        var desk = Desk()
        desk.receive("POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        #expect(desk.sent() == "HTTP/1.1 100 Continue\r\n\r\n")
        desk.receive("ok")
        #expect(desk.answers() == ["200 POST /a ok"])
        desk.receive("POST /small HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        #expect(desk.sent().hasPrefix("HTTP/1.1 413 "))
    }

    @Test func `holds a route to its own limit, in chunks too`() {
        var desk = Desk()
        desk.receive("POST /small HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n")
        #expect(desk.sent().hasPrefix("HTTP/1.1 413 "))
    }

    @Test func `closes a connection that is idle, without a word`() {
        var desk = Desk()
        #expect(desk.connection.deadline == 61_000)
        desk.expire()
        #expect(desk.sent() == "")
        #expect(desk.connection.isClosing)
    }

    @Test func `answers 408 to a head that comes too slowly, and does not let single bytes push the deadline`() {
        var desk = Desk()
        desk.receive("GET / HT")
        #expect(desk.connection.deadline == 11_000)
        desk.now = 9_000
        desk.receive("TP")
        #expect(desk.connection.deadline == 11_000)
        desk.expire()
        #expect(desk.sent().hasPrefix("HTTP/1.1 408 "))
    }

    @Test func `takes an empty line behind a request for no beginning of the next`() {
        var desk = Desk()
        desk.receive("GET /a HTTP/1.1\r\nHost: h\r\n\r\n\r\n")
        _ = desk.sent()
        #expect(desk.connection.isIdle)
        #expect(desk.connection.deadline == desk.now + desk.context.deadlines.idle)
        desk.receive("G")
        #expect(!desk.connection.isIdle)
        #expect(desk.connection.deadline == desk.now + desk.context.deadlines.head)
        desk = Desk()
        desk.receive("\r\n")
        desk.expire()
        #expect(desk.sent() == "", "there is no request to answer")
    }

    @Test func `gives each pipelined head a time of its own`() {
        var desk = Desk()
        desk.receive("GET /a HTTP/1.1\r\nHost: h\r\n")
        let first = desk.connection.deadline
        desk.now += 9_000
        desk.receive("\r\nGET /b HTTP/1.1\r\n")
        #expect(desk.connection.deadline == first + 9_000)
    }

    @Test func `gives a body its own deadline`() {
        var desk = Desk()
        desk.receive("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc")
        #expect(desk.connection.deadline == 31_000)
        desk.expire()
        #expect(desk.sent().hasPrefix("HTTP/1.1 408 "))
    }

    @Test func `closes after each answer while the server drains`() {
        var desk = Desk(isDraining: true)
        desk.receive("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(desk.sent().contains("Connection: close\r\n"))
        #expect(desk.connection.isClosing)
    }

    @Test func `reads on for a while where it closes against the will of its peer`() {
        var desk = Desk(isDraining: true)
        desk.receive("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(desk.connection.isClosing && desk.connection.lingers, "the next request may be on its way")
        desk = Desk(isDraining: true)
        desk.receive("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        #expect(desk.connection.isClosing && !desk.connection.lingers)
        desk = Desk()
        desk.receive("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(desk.connection.isClosing && desk.connection.lingers)
    }

    @Test func `keeps a harmless request id and replaces another`() {
        var desk = Desk()
        desk.receive("GET /a HTTP/1.1\r\nHost: h\r\nX-Request-Id: abc-1.2_3\r\n\r\n")
        #expect(desk.sent().contains("X-Request-Id: abc-1.2_3\r\n"))
        desk.receive("GET /a HTTP/1.1\r\nHost: h\r\nX-Request-Id: a b\r\n\r\n")
        #expect(!desk.sent().contains("a b"))
    }

    @Test func `tells what came of each request, never the path`() {
        let recorder = Recorder()
        var desk = Desk(handler: Router(routes: []), observer: recorder)
        desk.receive("GET /secret?q=secret HTTP/1.1\r\nHost: h\r\n\r\nBREW / HTTP/1.1\r\nHost: h\r\n\r\n\0")
        let seen = recorder.exchanges.withLock { $0 }
        #expect(seen.map(\.status) == [404, 501, 400])
        #expect(seen.map(\.method) == [.get, .other, .unread])
        #expect(seen.map(\.route) == ["unmatched", "unmatched", "unread"])
        #expect(seen.map(\.refusal) == [nil, nil, "malformed-request"])
        #expect(!"\(seen)".contains("secret"))
    }

    @Test func `carries the trace of its sender`() {
        let recorder = Recorder()
        var desk = Desk(observer: recorder)
        desk.receive(
            "GET / HTTP/1.1\r\nHost: h\r\ntraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n")
        #expect(recorder.exchanges.withLock { $0.first?.trace?.traceID } == "4bf92f3577b34da6a3ce929d0e0e4736")
    }

    @Test func `keeps an HTTP 1.0 connection that asks for it, and says so`() {
        var desk = Desk()
        desk.receive("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n")
        let sent = desk.sent()
        #expect(sent.contains("Connection: keep-alive\r\n"))
        #expect(sent.contains("GET /b") && sent.contains("Connection: close\r\n"))
        #expect(desk.connection.isClosing && !desk.connection.lingers)
    }

    @Test func `refuses early what waits for 100, and reads the body of others`() {
        var desk = Desk()
        desk.receive("POST /nothing HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n")
        #expect(desk.sent() == "")
        desk.receive("ok")
        #expect(desk.answers() == ["404 "])
        #expect(!desk.connection.isClosing)
        desk.receive("POST /nothing HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        let sent = desk.sent()
        #expect(sent.hasPrefix("HTTP/1.1 404 ") && sent.contains("Connection: close"))
        #expect(desk.connection.isClosing && desk.connection.lingers)
    }

    @Test func `refuses under the name of the request, before and after its body`() {
        let router = Router(routes: [
            Route(
                .post, "/p", name: "p", refusal: { ProblemDetails.unknownMethod.response(requestID: $0.id) },
                { _, _ in HTTPResponse(HTTPStatus(200)) })
        ])
        for path in ["/p", "/nothing"] {
            for fields in ["", "Expect: 100-continue\r\n", "Content-Encoding: br\r\n"] {
                var desk = Desk(handler: router)
                desk.receive(
                    "POST \(path) HTTP/1.1\r\nHost: h\r\nX-Request-Id: mine\r\nContent-Length: 2\r\n\(fields)\r\n")
                desk.receive("ok")
                #expect(desk.sent().contains("\"instance\":\"urn:consilium:request:mine\""), "\(path) \(fields)")
            }
        }
        var desk = Desk(handler: router)
        desk.receive("POST /p HTTP/1.1\r\nHost: h\r\nX-Request-Id: mine\r\nContent-Length: 999999\r\n\r\n")
        #expect(desk.sent().contains("urn:consilium:request:mine"))
    }

    @Test(
        "lets pages of other origins read why it was refused:",
        arguments: [
            ("Content-Length: 999999\r\n", 413), ("Content-Length: 2\r\nContent-Encoding: br\r\n", 415),
            ("Content-Length: 2\r\nContent-Encoding: gzip\r\n", 400),
            ("Content-Length: 2\r\nContent-Encoding: br\r\nExpect: 100-continue\r\n", 415),
            ("Transfer-Encoding: chunked\r\n", 400),
        ])
    func readable(_ fields: String, _ status: Int) {
        let chain = MiddlewareChain(
            [CrossOrigin(origins: ["https://ehr.example"], exposed: []) { _ in ["POST"] }], around: Echo())
        var desk = Desk(handler: chain, coder: Doubling())
        desk.receive("POST / HTTP/1.1\r\nHost: h\r\nOrigin: https://ehr.example\r\n\(fields)\r\n")
        desk.receive("ok")
        let sent = desk.sent()
        #expect(sent.hasPrefix("HTTP/1.1 \(status) "))
        #expect(sent.contains("\r\nAccess-Control-Allow-Origin: https://ehr.example\r\n"))
        #expect(sent.contains("\r\nVary: Origin"))
    }

    @Test func `invites no body that has begun to come`() {
        var desk = Desk()
        desk.receive("POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\no")
        #expect(desk.sent() == "")
        desk.receive("k")
        #expect(desk.answers() == ["200 POST /a ok"])
    }

    @Test func `drops half a request when its peer has no more to say, and answers a whole one`() {
        var desk = Desk()
        desk.receive("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b")
        desk.connection.receiveEnd()
        #expect(desk.connection.isClosing)
        #expect(desk.answers() == ["200 GET /a "])
    }

    @Test func `stops answering while its answers are not taken, and goes on when they are`() {
        var desk = Desk()
        let request =
            "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n" + String(repeating: "x", count: 200_000)
        desk.receive(String(repeating: request, count: 12))
        #expect(desk.context.output.count < 2 << 20)
        #expect(desk.connection.isHeldBack)
        desk.connection.receiveEnd()
        #expect(!desk.connection.isClosing)
        #expect(desk.answers().count == 12)
    }

    @Test("answers the corpus however the bytes are split", arguments: WireSample.all)
    func corpus(_ sample: WireSample) {
        let steps = sample.bytes.count > 4_096 ? [sample.bytes.count, 1_021] : [sample.bytes.count, 1, 2, 3, 7, 64]
        for step in steps {
            var desk = Desk(handler: Oracle())
            var answers: [WireSample.Answer] = []
            var index = 0
            while index < sample.bytes.count, !desk.connection.isClosing {
                let end = min(sample.bytes.count, index + max(1, step))
                desk.receive(Array(sample.bytes[index..<end]))
                index = end
                answers += Oracle.answers(in: desk.sent())
            }
            #expect(sample.isMet(by: answers), "in steps of \(step): saw \(answers), expected \(sample.answers)")
            // Where several statuses are fine, one of them may close and another not.
            if sample.answers.last?.alsoFine == nil {
                #expect(
                    desk.connection.isClosing == (sample.answers.last?.closes ?? false),
                    "in steps of \(step): whether it closes")
            }
            if sample.waits {
                let isBlank = [[0x0D], [0x0D, 0x0A]].contains(sample.bytes)
                #expect(desk.connection.isIdle == isBlank, "whether a head began")
            }
        }
    }

    @Test func `never traps on random bytes`() {
        var generator = SystemRandomNumberGenerator()
        let pieces = [
            "GET / HTTP/1.1\r\n", "Host: h\r\n", "\r\n", "POST /b HTTP/1.1\r\n", "Content-Length: 3\r\n", "abc",
            "0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n", "3\r\n", "\0", "é",
        ]
        for _ in 0..<5_000 {
            var desk = Desk()
            for _ in 0..<Int.random(in: 1...10, using: &generator) {
                desk.receive(pieces.randomElement(using: &generator) ?? "")
                _ = desk.sent()
            }
        }
    }
}

@Suite struct `The router` {
    private let router = Router(routes: [
        Route(.get, "/drugs/{name}", name: "getDrug") { _, path in
            HTTPResponse(HTTPStatus(200), body: Array(path["name"].utf8))
        },
        Route(.get, "/drugs", name: "listDrugs") { _, _ in HTTPResponse(HTTPStatus(200)) },
        Route(.post, "/recommend", name: "recommend") { _, _ in HTTPResponse(HTTPStatus(200)) },
        Route(.get, "/livez", name: "live", isUnversioned: true) { _, _ in HTTPResponse(HTTPStatus(200)) },
    ])

    @Test(
        "answers",
        arguments: [
            ("GET", "/drugs/a%20b", 200, nil), ("GET", "/v1/drugs/x", 200, nil), ("HEAD", "/drugs", 200, nil),
            ("GET", "/nothing", 404, nil),
            ("GET", "/v1/livez", 404, nil), ("GET", "/drugs/", 404, nil), ("POST", "/drugs", 405, "GET, HEAD, OPTIONS"),
            ("BREW", "/drugs", 405, "GET, HEAD, OPTIONS"), ("GET", "/recommend", 405, "OPTIONS, POST"),
            ("BREW", "/nothing", 501, nil),
            ("OPTIONS", "/recommend", 204, "OPTIONS, POST"), ("OPTIONS", "*", 204, "GET, HEAD, OPTIONS, POST"),
            ("GET", "/%64rugs/x", 200, nil), ("GET", "/drugs/x/", 404, nil), ("GET", "//drugs", 404, nil),
            ("GET", "http://h", 404, nil),
        ] as [(String, String, Int, String?)])
    func answers(_ method: String, _ path: String, _ status: Int, _ allow: String?) throws {
        let response = router.respond(to: try HTTPRequest(HTTPMethod(method), path))
        #expect(response.status.code == status)
        #expect(response.fields["Allow"] == allow)
    }

    @Test func `names the route for the log, not the path`() throws {
        #expect(router.respond(to: try HTTPRequest(.get, "/drugs/secret")).route == "/drugs/{name}")
        #expect(router.respond(to: try HTTPRequest(.get, "/v1/drugs/secret")).route == "/drugs/{name}")
        #expect(router.respond(to: try HTTPRequest(.post, "/drugs/secret")).route == "/drugs/{name}")
        #expect(router.respond(to: try HTTPRequest(.get, "/secret")).route == "unmatched")
    }
}
