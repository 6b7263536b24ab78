import HTTPWire
import Testing

@testable import HTTPServer

/// Answers with what it was asked, so that a test sees which request an answer belongs to.
struct Echo: HTTPHandler {
    func respond(to request: HTTPRequest) -> HTTPResponse {
        HTTPResponse(
            HTTPStatus(200),
            body: Array("\(request.method) /\(request.target.segments.joined(separator: "/")) ".utf8) + request.body)
    }

    func maximumBodySize(for request: HTTPRequest) -> Int? { request.target.segments == ["small"] ? 4 : nil }
}

/// A connection in memory with a clock that is turned by hand.
struct Desk {
    var connection: Connection
    var world: Connection.Surroundings
    var now: Milliseconds = 1_000
    private var taken = 0

    init(isDraining: Bool = false) {
        world = Connection.Surroundings(
            handler: Echo(), limits: ParsingLimits(), deadlines: Deadlines(), date: "D", isDraining: isDraining,
            identifier: RequestIdentifier(loop: 0), records: true)
        connection = Connection(now: now, world.deadlines)
    }

    mutating func receive(_ text: String) { connection.receive(Array(text.utf8)[...], now: now, &world) }

    /// Everything written since the last call, taken as sent.
    mutating func sent() -> String {
        let text = String(decoding: connection.output.dropFirst(connection.written), as: UTF8.self)
        connection.didWrite(connection.output.count - connection.written, now: now, &world)
        return text
    }

    /// The statuses and bodies of what was sent.
    mutating func answers() -> [String] {
        sent().components(separatedBy: "HTTP/1.1 ").dropFirst().map { part in
            let sides = part.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
            return part.prefix(3) + " " + (sides.count > 1 ? sides[1] : "")
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
        desk.connection.expire(&desk.world)
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
        desk.connection.expire(&desk.world)
        #expect(desk.sent().hasPrefix("HTTP/1.1 408 "))
    }

    @Test func `gives a body its own deadline`() {
        var desk = Desk()
        desk.receive("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc")
        #expect(desk.connection.deadline == 31_000)
        desk.connection.expire(&desk.world)
        #expect(desk.sent().hasPrefix("HTTP/1.1 408 "))
    }

    @Test func `closes after each answer while the server drains`() {
        var desk = Desk(isDraining: true)
        desk.receive("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(desk.sent().contains("Connection: close\r\n"))
        #expect(desk.connection.isClosing)
    }

    @Test func `keeps a harmless request id and replaces another`() {
        var desk = Desk()
        desk.receive("GET /a HTTP/1.1\r\nHost: h\r\nX-Request-Id: abc-1.2_3\r\n\r\n")
        #expect(desk.sent().contains("X-Request-Id: abc-1.2_3\r\n"))
        desk.receive("GET /a HTTP/1.1\r\nHost: h\r\nX-Request-Id: a b\r\n\r\n")
        #expect(!desk.sent().contains("a b"))
    }

    @Test func `records method, status and size, never the path`() {
        var desk = Desk()
        desk.receive("GET /secret HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(desk.connection.records.map(\.status) == [200])
        #expect(desk.connection.records.map(\.template) == ["-"])
    }

    @Test func `stops reading while its answers are not taken`() {
        var desk = Desk()
        let request =
            "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n" + String(repeating: "x", count: 200_000)
        for _ in 0..<12 { desk.receive(request) }
        #expect(desk.connection.output.count < 2 << 20)
        var bodies = 0
        while desk.connection.hasOutput { bodies += desk.answers().count }
        #expect(bodies == 12)
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
        ] as [(String, String, Int, String?)])
    func answers(_ method: String, _ path: String, _ status: Int, _ allow: String?) throws {
        let response = router.respond(to: try HTTPRequest(HTTPMethod(method), path))
        #expect(response.status.code == status)
        #expect(response.fields["Allow"] == allow)
    }

    @Test func `names the route for the log, not the path`() throws {
        #expect(router.template(of: try HTTPRequest(.get, "/drugs/secret")) == "/drugs/{name}")
        #expect(router.template(of: try HTTPRequest(.get, "/secret")) == "unmatched")
    }
}
