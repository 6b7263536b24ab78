import CEpoll
import HTTPWire
import Testing

@testable import HTTPServer

/// A coding that a test can read: every byte twice.
final class Doubling: ContentCoder {
    func encode(_ body: [UInt8]) -> [UInt8]? { Array("z:".utf8) + body.prefix(4) }
    func decode(_ body: [UInt8], limit: Int, ratio: Int) throws(ContentDecodingError) -> [UInt8] {
        guard body.starts(with: "z:".utf8) else { throw .malformed }
        if body.count > 20 { throw .suspiciousRatio(limit: ratio) }
        guard body.count * 2 <= limit else { throw .tooLarge(limit: limit) }
        return Array(body.dropFirst(2)) + Array(body.dropFirst(2))
    }
}

/// Answers with a long text that has a tag.
private struct Tagged: HTTPHandler {
    var size = 2_000
    var type = "application/json"
    func respond(to request: HTTPRequest) -> HTTPResponse {
        var response = HTTPResponse(HTTPStatus(200), body: Array(repeating: 65, count: size), contentType: type)
        response.fields["Cache-Control"] = "private, no-cache"
        response.entityTag = "\"t\""
        return response
    }
}

@Suite struct `A representation` {
    private func ask(
        _ handler: any HTTPHandler, _ fields: String, method: String = "GET", coder: (any ContentCoder)? = Doubling()
    ) -> String {
        var desk = Desk(handler: handler, coder: coder)
        desk.receive("\(method) / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n")
        return desk.sent()
    }

    @Test func `is coded where the client takes it, with a tag of its own`() {
        let plain = ask(Tagged(), "")
        #expect(plain.contains("ETag: \"t\"\r\n") && plain.contains("Vary: Accept-Encoding\r\n"))
        #expect(plain.contains("Content-Length: 2000\r\n") && !plain.contains("Content-Encoding"))
        let coded = ask(Tagged(), "Accept-Encoding: gzip\r\n")
        #expect(coded.contains("ETag: \"t-gzip\"\r\n") && coded.contains("Vary: Accept-Encoding\r\n"))
        #expect(coded.contains("Content-Encoding: gzip\r\n") && coded.hasSuffix("\r\n\r\nz:AAAA"))
        #expect(!ask(Tagged(size: 100), "Accept-Encoding: gzip\r\n").contains("Content-Encoding"))
        #expect(ask(Tagged(size: 100), "Accept-Encoding: gzip, identity;q=0\r\n").contains("Content-Encoding: gzip"))
        #expect(!ask(Tagged(type: "image/png"), "Accept-Encoding: gzip\r\n").contains("Vary"))
        #expect(!ask(Tagged(), "Accept-Encoding: gzip\r\n", coder: nil).contains("Vary"))
    }

    @Test func `is not sent again to who has it in the same coding`() {
        let answer = ask(Tagged(), "If-None-Match: \"x\", W/\"t\"\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 304 Not Modified\r\n"))
        #expect(answer.contains("ETag: \"t\"\r\n") && answer.contains("Cache-Control: private, no-cache\r\n"))
        #expect(
            answer.contains("Vary: Accept-Encoding\r\n") && answer.contains("Date: ")
                && answer.contains("X-Request-Id: "))
        #expect(!answer.contains("\nContent-") && answer.hasSuffix("\r\n\r\n"))
        #expect(ask(Tagged(), "If-None-Match: \"t\"\r\nAccept-Encoding: gzip\r\n").hasPrefix("HTTP/1.1 200 "))
        #expect(ask(Tagged(), "If-None-Match: \"t-gzip\"\r\nAccept-Encoding: gzip\r\n").hasPrefix("HTTP/1.1 304 "))
        #expect(ask(Tagged(), "If-Match: \"x\"\r\n").hasPrefix("HTTP/1.1 412 "))
        #expect(ask(Tagged(), "If-None-Match: \"t\"\r\n", method: "POST").hasPrefix("HTTP/1.1 200 "))
    }

    @Test("keeps the fields of the stages where it is not sent", arguments: ["If-None-Match: *", "If-Match: \"x\""])
    func stages(_ precondition: String) {
        let chain = MiddlewareChain(
            [
                CrossOrigin(origins: ["https://ehr.example"], exposed: ["ETag"]) { _ in ["GET"] },
                RateLimit(requestsPerMinute: 10, clock: { 0 }),
            ], around: Tagged())
        let answer = ask(chain, "Origin: https://ehr.example\r\n\(precondition)\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 304 ") || answer.hasPrefix("HTTP/1.1 412 "))
        #expect(answer.contains("\r\nAccess-Control-Allow-Origin: https://ehr.example\r\n"))
        #expect(answer.contains("\r\nAccess-Control-Expose-Headers: ETag\r\n"))
        #expect(answer.contains("\r\nRateLimit: \"default\";r=9;t=6\r\n"))
        #expect(answer.contains("\r\nVary: ") && answer.contains("Origin"))
    }

    @Test func `tells that it varies wherever the field chose its coding`() {
        let answer = ask(Tagged(size: 100), "Accept-Encoding: gzip, identity;q=0\r\n")
        #expect(answer.contains("Content-Encoding: gzip\r\n") && answer.contains("Vary: Accept-Encoding\r\n"))
    }

    @Test(
        "has the same fields for HEAD with", arguments: ["", "Accept-Encoding: gzip\r\n", "If-None-Match: \"t\"\r\n"])
    func head(_ fields: String) {
        let strip = { (text: String) in text.split(separator: "\r\n").filter { !$0.hasPrefix("X-Request-Id") } }
        let get = ask(Tagged(), fields)
        let head = ask(Tagged(), fields, method: "HEAD")
        #expect(strip(head) == strip(get).filter { !$0.hasPrefix("AAAA") && !$0.hasPrefix("z:") })
        #expect(head.hasSuffix("\r\n\r\n"))
    }

    @Test func `that is stored is settled the same way`() throws {
        let document = StoredDocument(
            body: Array(repeating: 66, count: 2_000), contentType: "application/json", digest: "d",
            cacheControl: "public", lastModified: 784_111_777, fields: [("X", "y")], coder: Doubling())
        func fields(_ fields: [(String, String)]) throws -> HTTPResponse {
            document.response(to: try HTTPRequest(.get, "/", fields: fields))
        }
        let plain = try fields([])
        #expect(plain.fields["Last-Modified"] == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(plain.fields["Vary"] == "Accept-Encoding" && plain.fields["X"] == "y")
        let tag = try #require(plain.fields["ETag"])
        let coded = try fields([("Accept-Encoding", "gzip")])
        #expect(coded.fields["ETag"] == Representation.coded(tag) && coded.body.count == 6)
        #expect(coded.fields["Content-Encoding"] == "gzip" && coded.isFinal)
        #expect(try fields([("If-None-Match", tag)]).status.code == 304)
        #expect(try fields([("If-None-Match", tag)]).fields["Last-Modified"] == nil)
        #expect(try fields([("If-None-Match", tag), ("Accept-Encoding", "gzip")]).status.code == 200)
        #expect(try fields([("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")]).status.code == 304)
        #expect(try fields([("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT")]).status.code == 412)
        let small = StoredDocument(
            body: Array("x".utf8), contentType: "text/plain", digest: "d", cacheControl: "public", coder: Doubling())
        #expect(
            small.response(to: try HTTPRequest(.get, "/", fields: [("Accept-Encoding", "gzip")])).fields["Vary"] == nil)
    }
}

@Suite struct `A coded request` {
    private func post(_ fields: String, _ body: String, coder: (any ContentCoder)? = Doubling()) -> String {
        var desk = Desk(coder: coder)
        desk.receive("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
        return desk.sent()
    }

    @Test func `is decoded before it is answered`() {
        #expect(post("Content-Encoding: gzip\r\n", "z:ab").hasSuffix("POST /a abab"))
        #expect(post("Content-Encoding: GZIP\r\n", "z:ab").hasSuffix("POST /a abab"))
        #expect(post("Content-Encoding: identity\r\n", "z:ab").hasSuffix("POST /a z:ab"))
    }

    @Test func `is refused where it is malformed, too large, or coded otherwise`() {
        #expect(post("Content-Encoding: gzip\r\n", "ab").hasPrefix("HTTP/1.1 400 "))
        #expect(post("Content-Encoding: gzip\r\n", "z:" + String(repeating: "a", count: 30)).hasPrefix("HTTP/1.1 413 "))
        for coding in ["br", "gzip, gzip", "deflate", "", "gzip\r\nContent-Encoding: gzip"] {
            let answer = post("Content-Encoding: \(coding)\r\n", "z:ab")
            #expect(answer.hasPrefix("HTTP/1.1 415 ") && answer.contains("Accept-Encoding: gzip\r\n"), "\(coding)")
            #expect(!answer.contains("Connection: close"), "the body was read, so the connection goes on")
        }
        #expect(post("Content-Encoding: gzip\r\n", "z:ab", coder: nil).contains("Accept-Encoding: identity\r\n"))
    }
}

@Suite struct `The timer wheel` {
    @Test func `gives each slot at its time and not before, whatever order they come in`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20 {
            var wheel = TimerWheel(now: 10_000)
            var deadlines: [Int: Milliseconds] = [:]
            for slot in 0..<200 {
                deadlines[slot] = 10_000 + UInt64.random(in: 1...200_000, using: &generator)
                wheel.schedule(slot, at: deadlines[slot] ?? 0)
            }
            for slot in stride(from: 0, to: 200, by: 7) {
                wheel.cancel(slot)
                deadlines[slot] = nil
            }
            var now: Milliseconds = 10_000
            while !deadlines.isEmpty, now < 400_000 {
                now += UInt64.random(in: 1...9_000, using: &generator)
                for slot in wheel.expired(now: now) {
                    guard let deadline = deadlines[slot] else {
                        Issue.record("a cancelled slot came up")
                        continue
                    }
                    if now >= deadline {
                        deadlines[slot] = nil
                    } else {
                        wheel.schedule(slot, at: deadline)
                    }
                }
                // Late by two ticks at most.
                #expect(deadlines.values.allSatisfy { $0 + 256 > now })
            }
            #expect(deadlines.isEmpty)
        }
    }

    @Test func `moves a slot to an earlier time, and leaves it where a later one is set`() {
        var wheel = TimerWheel(now: 0)
        wheel.schedule(1, at: 60_000)
        wheel.schedule(1, at: 1_000)
        wheel.schedule(1, at: 50_000)
        #expect(wheel.expired(now: 1_200) == [1])
        #expect(wheel.expired(now: 61_000) == [])
    }
}

@Suite struct `The output queue` {
    @Test func `gives the same bytes however little is taken at a time`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            var queue = OutputQueue()
            var preamble = ResponsePreamble()
            preamble.set(common: Array("Date: D\r\n".utf8), wallClock: 1)
            var expected: [UInt8] = []
            for _ in 0..<Int.random(in: 1...150, using: &generator) {
                let body = Array(
                    repeating: UInt8.random(in: 65...90, using: &generator),
                    count: [0, 5, 512, 513, 3_000].randomElement(using: &generator) ?? 0)
                queue.append(
                    HTTPResponse(HTTPStatus(200), body: body), after: &preamble, id: .none, .persists, hasBody: true)
                expected += Array("HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body
            }
            var seen: [UInt8] = []
            #expect(queue.count == expected.count)
            while !queue.isEmpty {
                let limit = Int.random(in: 1...20_000, using: &generator)
                let count = queue.gather { vectors in
                    var taken: [UInt8] = []
                    for vector in vectors where taken.count < limit {
                        taken += UnsafeRawBufferPointer(
                            start: vector.iov_base, count: min(vector.iov_len, limit - taken.count))
                    }
                    seen += taken
                    return taken.count
                }
                queue.advance(count)
            }
            #expect(seen == expected)
        }
    }
}
