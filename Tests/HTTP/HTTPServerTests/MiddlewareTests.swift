import Foundation
import HTTPWire
import Synchronization
import Telemetry
import Testing

@testable import HTTPServer

/// A clock that a test turns.
private final class HandClock: Sendable {
    let now = Atomic<UInt64>(1_000_000)
    func advance(milliseconds: UInt64) { now.add(milliseconds, ordering: .relaxed) }
}

@Suite struct `The rate limit` {
    private func request(_ low: UInt64) throws -> HTTPRequest {
        var request = try HTTPRequest(.get, "/")
        request.peer = PeerAddress(high: 0, low: 0xFFFF_0000_0000 | low)
        return request
    }

    private func limit(_ quota: Int, _ clock: HandClock, capacity: Int = 100) -> RateLimit {
        RateLimit(
            requestsPerMinute: quota, capacity: capacity, exempt: { $0.path.elementsEqual("/livez".utf8) },
            clock: { clock.now.load(ordering: .relaxed) })
    }

    private func ask(_ limit: RateLimit, _ request: HTTPRequest) -> HTTPResponse {
        limit.respond(to: request) { _ in HTTPResponse(HTTPStatus(200)) }
    }

    @Test func `gives each client its tokens, tells what is left, and refuses beyond`() throws {
        let clock = HandClock()
        let limit = limit(3, clock)
        #expect(ask(limit, try request(1)).fields["RateLimit"] == "\"default\";r=2;t=20")
        #expect(ask(limit, try request(1)).fields["RateLimit"] == "\"default\";r=1;t=40")
        #expect(ask(limit, try request(1)).fields["RateLimit-Policy"] == "\"default\";q=3;w=60")
        let refused = ask(limit, try request(1))
        #expect(refused.status.code == 429)
        #expect(refused.fields["Retry-After"] == "20")
        #expect(refused.fields["RateLimit"] == "\"default\";r=0;t=60")
        #expect(String(decoding: refused.body, as: UTF8.self).contains("/problems/rate-limited"))
        #expect(ask(limit, try request(2)).status.code == 200, "another client")
        clock.advance(milliseconds: 19_999)
        #expect(ask(limit, try request(1)).status.code == 429)
        clock.advance(milliseconds: 1)
        #expect(ask(limit, try request(1)).status.code == 200)
        #expect(ask(limit, try request(1)).status.code == 429)
    }

    @Test func `loses no time to rounding however often it is asked`() throws {
        let clock = HandClock()
        let limit = limit(7, clock)
        var allowed = 0
        // Ten minutes, asked every 37 ms: 7 at the start and 7 a minute.
        for _ in 0..<(600_000 / 37) {
            if ask(limit, try request(1)).status.code == 200 { allowed += 1 }
            clock.advance(milliseconds: 37)
        }
        #expect((76...77).contains(allowed))
    }

    @Test func `gives nothing for a clock that another loop read later`() throws {
        let clock = HandClock()
        let limit = limit(60, clock)
        for _ in 0..<60 { #expect(ask(limit, try request(1)).status.code == 200) }
        clock.advance(milliseconds: 5)
        #expect(ask(limit, try request(1)).status.code == 429)
        clock.now.subtract(3, ordering: .relaxed)
        for _ in 0..<3 { #expect(ask(limit, try request(1)).status.code == 429) }
        clock.advance(milliseconds: 60_001)
        #expect(ask(limit, try request(1)).status.code == 200)
        clock.now.subtract(2, ordering: .relaxed)
        _ = ask(limit, try request(1))
        #expect(ask(limit, try request(1)).fields["RateLimit"] == "\"default\";r=57;t=3", "nothing is forgotten")
    }

    @Test func `counts an IPv6 network as one client, and exempts what it is told to`() throws {
        let clock = HandClock()
        let limit = limit(1, clock)
        var one = try HTTPRequest(.get, "/")
        one.peer = PeerAddress(high: 7, low: 1)
        var other = try HTTPRequest(.get, "/")
        other.peer = PeerAddress(high: 7, low: 2)
        #expect(ask(limit, one).status.code == 200)
        #expect(ask(limit, other).status.code == 429)
        var health = try HTTPRequest(.get, "/livez")
        health.peer = other.peer
        #expect(ask(limit, health).fields["RateLimit"] == nil)
    }

    @Test func `never remembers more clients than its capacity, and lets a flood share what is left`() throws {
        let clock = HandClock()
        let limit = limit(2, clock, capacity: 10)
        for address in 0..<10 { #expect(ask(limit, try request(UInt64(address))).status.code == 200) }
        let flood = try (100..<200).map { ask(limit, try request($0)).status.code }
        #expect(flood.count { $0 == 200 } == 2)
        #expect(limit.count <= 11)
        clock.advance(milliseconds: 61_000)
        _ = ask(limit, try request(1))
        #expect(limit.count == 1, "who has not come for a window is forgotten")
    }
}

@Suite struct `Cross-origin sharing` {
    private func stage(_ origins: [String] = ["https://ehr.example"], privateNetwork: Bool = false) -> CrossOrigin {
        CrossOrigin(origins: origins, exposed: ["ETag"], allowsPrivateNetwork: privateNetwork) {
            $0.path.elementsEqual("/known".utf8) ? ["GET", "HEAD", "OPTIONS", "POST"] : nil
        }
    }

    private func ask(_ stage: CrossOrigin, _ method: HTTPMethod, _ path: String, _ fields: [(String, String)]) throws
        -> HTTPResponse
    {
        stage.respond(to: try HTTPRequest(method, path, fields: fields)) { _ in HTTPResponse(HTTPStatus(404)) }
    }

    @Test func `lets pages of a listed origin read, and no others`() throws {
        let allowed = try ask(stage(), .get, "/known", [("Origin", "https://ehr.example")])
        #expect(allowed.fields["Access-Control-Allow-Origin"] == "https://ehr.example")
        #expect(allowed.fields["Access-Control-Expose-Headers"] == "ETag")
        #expect(allowed.fields["Vary"] == "Origin")
        for fields in [
            [("Origin", "https://evil.example")], [("Origin", "null")], [], [("Origin", "https://ehr.example.evil")],
        ] {
            let other = try ask(stage(), .get, "/known", fields)
            #expect(other.fields["Access-Control-Allow-Origin"] == nil)
            #expect(other.fields["Vary"] == "Origin")
        }
        #expect(try ask(stage(["*"]), .get, "/known", [("Origin", "x")]).fields["Access-Control-Allow-Origin"] == "*")
    }

    @Test func `lets a page read that a preflight found nothing`() throws {
        let answer = try ask(
            stage(), .options, "/nowhere",
            [("Origin", "https://ehr.example"), ("Access-Control-Request-Method", "GET")])
        #expect(answer.fields["Vary"]?.contains("Origin") == true)
    }

    @Test func `answers a preflight with what the path takes`() throws {
        let fields = [
            ("Origin", "https://ehr.example"), ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "content-type, X-Evil,Traceparent"),
            ("Access-Control-Request-Private-Network", "true"),
        ]
        let answer = try ask(stage(), .options, "/known", fields)
        #expect(answer.status.code == 204)
        #expect(answer.fields["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS, POST")
        #expect(answer.fields["Access-Control-Allow-Headers"] == "content-type, traceparent")
        #expect(answer.fields["Access-Control-Max-Age"] == "600")
        #expect(answer.fields["Access-Control-Allow-Private-Network"] == nil)
        #expect(answer.fields["Vary"]?.hasPrefix("Origin, ") == true)
        let asked = try ask(stage(privateNetwork: true), .options, "/known", fields)
        #expect(asked.fields["Access-Control-Allow-Private-Network"] == "true")
        #expect(try ask(stage(), .options, "/unknown", fields).status.code == 404)
        let evil = try ask(
            stage(), .options, "/known", [("Origin", "https://evil"), ("Access-Control-Request-Method", "POST")])
        #expect(evil.status.code == 204 && evil.fields["Access-Control-Allow-Methods"] == nil)
        #expect(
            try ask(stage(), .options, "/known", [("Origin", "https://ehr.example")]).status.code == 404, "no preflight"
        )
    }
}

@Suite struct `A chain of stages` {
    private struct Mark: Middleware {
        let name: String
        func respond(to request: HTTPRequest, next: (HTTPRequest) -> HTTPResponse) -> HTTPResponse {
            var response = next(request)
            response.fields.append("Mark", name)
            return response
        }
        func refusal(of head: HTTPRequest) -> HTTPResponse? { head.has("bad") ? HTTPResponse(HTTPStatus(403)) : nil }
    }

    @Test func `is passed also by what a head is refused for, and CONNECT is 501 with a body too`() throws {
        let router = Router(routes: [])
        let chain = MiddlewareChain(
            [
                CrossOrigin(origins: ["https://ehr.example"], exposed: []) { router.allowedMethods(of: $0) },
                RateLimit(requestsPerMinute: 1),
            ], around: router)
        let head = try HTTPRequest(.post, "/nowhere", fields: [("Origin", "https://ehr.example")])
        let refusal = chain.admission(of: head).refusal
        #expect(refusal?.status.code == 404)
        #expect(refusal?.fields["Access-Control-Allow-Origin"] == "https://ehr.example")
        #expect(refusal?.fields["RateLimit"] != nil)
        #expect(chain.admission(of: head).refusal?.status.code == 429)
        #expect(router.admission(of: try HTTPRequest(.connect, "h:1")).refusal?.status.code == 501)
    }

    @Test func `is passed from outside to inside and back`() throws {
        let chain = MiddlewareChain([Mark(name: "outer"), Mark(name: "inner")], around: Echo())
        let response = chain.respond(to: try HTTPRequest(.get, "/"))
        #expect(response.fields.fields.map(\.value) == ["inner", "outer"])
        #expect(chain.admission(of: try HTTPRequest(.post, "/small")).maximumBodySize == 4)
        #expect(chain.admission(of: try HTTPRequest(.post, "/", fields: [("Bad", "1")])).refusal?.status.code == 403)
    }
}

@Suite struct `A trace` {
    @Test(
        "is read from",
        arguments: [
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", true),
            ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-brings", true),
            ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.what", false),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", false),
            ("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
            ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false),
            ("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0", false), ("", false), ("00", false),
        ])
    func trace(_ text: String, _ isOne: Bool) {
        let trace = TraceContext(Array(text.utf8)[...])
        #expect((trace != nil) == isOne)
        if let trace { #expect(trace.isSampled == (text.dropFirst(53).prefix(2) == "01")) }
    }
}

@Suite struct `What observers are told` {
    private func router() -> Router {
        Router(routes: [
            Route(.get, "/drugs/{name}", name: "getDrug") { _, _ in
                HTTPResponse(HTTPStatus(200), body: Array("abc".utf8), contentType: "text/plain")
            },
            Route(.get, "/livez", name: "live") { _, _ in HTTPResponse(HTTPStatus(200)) },
        ])
    }

    @Test func `is counted by route pattern, and no sender can make a new label`() {
        let metrics = ServerMetrics(prefix: "t", routes: router().routes.map(\.pattern))
        var desk = Desk(handler: router(), observer: metrics.observer(ofLoop: 0))
        for name in ["a", "b", "c"] { desk.receive("GET /drugs/\(name) HTTP/1.1\r\nHost: h\r\n\r\n") }
        for path in ["x", "y"] { desk.receive("BREW\(path) /\(path) HTTP/1.1\r\nHost: h\r\n\r\n") }
        desk.receive("\0")
        let other = metrics.observer(ofLoop: 1)
        other.connectionsChanged(by: 2)
        metrics.observer(ofLoop: 0).connectionsChanged(by: -1)
        other.requestsInFlightChanged(by: 1)
        other.didTurnAway("address")
        let text = String(decoding: MetricsText.write(metrics.read(), as: .prometheus), as: UTF8.self)
        for line in [
            #"t_requests_total{route="/drugs/{name}",method="GET",status_class="2xx"} 3"#,
            #"t_requests_total{route="unmatched",method="other",status_class="5xx"} 2"#,
            #"t_requests_total{route="unread",method="-",status_class="4xx"} 1"#,
            #"t_request_duration_seconds_count{route="/drugs/{name}"} 3"#,
            #"t_response_body_bytes_total{route="/drugs/{name}"} 9"#,
            #"t_rejected_total{reason="malformed-request"} 1"#, #"t_rejected_total{reason="address"} 1"#,
            "t_connections 1", "t_in_flight 1",
        ] {
            #expect(text.contains(line + "\n"), "\(line)\n\(text)")
        }
        #expect(!text.contains("/x") && !text.contains("BREW") && !text.contains("/livez"))
    }

    @Test func `is counted under a name of ours for every method`() {
        for name in MethodName.allCases.map(\.text).filter({ $0 != "other" && $0 != "-" }) {
            #expect(HTTPMethod(name).label.text == name)
        }
        for name in ["get", "GETS", "BREW", "CONNECTED", "POSTPOSTPOST", ""] {
            #expect(HTTPMethod(name).label == .other)
        }
    }

    @Test func `is logged in a line without path, query, field and body`() throws {
        let pipe = Pipe()
        let output = LogOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor, level: .info)
        let log = AccessLog(output, silentRoutes: ["/livez"])
        var desk = Desk(handler: router(), observer: ObserverGroup([log]))
        desk.receive(
            "GET /drugs/CANARY1?q=CANARY2 HTTP/1.1\r\nHost: CANARY3\r\nX: CANARY4\r\nX-Request-Id: id-1\r\n"
                + "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\nContent-Length: 7\r\n\r\nCANARY5"
        )
        desk.receive("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n")
        desk.receive("GET /CANARY6\r\n")
        output.flush(milliseconds: 5_000)
        try pipe.fileHandleForWriting.close()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let all = try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(all.count == 2)
        let members = all[0].mapValues { "\($0)" }
        for (name, value) in [
            ("bytes_in", "7"), ("bytes_out", "3"), ("method", "GET"), ("status", "200"), ("route", "/drugs/{name}"),
            ("request_id", "id-1"), ("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"), ("parent_id", "00f067aa0ba902b7"),
            ("level", "info"), ("msg", "request"),
        ] {
            #expect(members[name] == value, "\(name)")
        }
        #expect(members["span_id"]?.wholeMatch(of: /[0-9a-f]{16}/) != nil && members["span_id"] != members["parent_id"])
        #expect(all[1]["refusal"] as? String == "malformed-request" && all[1]["route"] as? String == "unread")
        #expect(!text.contains("CANARY"))
    }
}
