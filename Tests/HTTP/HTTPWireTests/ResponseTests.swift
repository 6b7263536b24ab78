import HTTPWire
import Testing

@Suite struct `A response` {
    private func head(
        _ response: HTTPResponse, _ option: ConnectionOption = .persists, id: RequestID = .none
    ) -> String {
        var preamble = ResponsePreamble()
        preamble.set(common: Array("Date: D\r\n".utf8), wallClock: 0x0191_2345_6789)
        var bytes: [UInt8] = []
        ResponseSerializer.writeHead(of: response, after: &preamble, id: id, option, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `is written with its framing`() {
        let response = HTTPResponse(HTTPStatus(200), body: Array("hi".utf8), contentType: "text/plain")
        #expect(
            head(response, .closes)
                == "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
                + "Content-Type: text/plain\r\nConnection: close\r\nContent-Length: 2\r\n\r\n"
        )
    }

    @Test func `leaves a page the policy that it brings, and what has no content without one`() {
        let page = HTTPResponse(HTTPStatus(200), body: Array("<p>".utf8), contentType: "text/html; charset=utf-8")
        #expect(page.fields["Content-Security-Policy"] == nil)
        #expect(HTTPResponse(HTTPStatus(204)).fields.wire.isEmpty)
    }

    @Test func `has no length where it has no body`() {
        #expect(head(HTTPResponse(HTTPStatus(204))) == "HTTP/1.1 204 No Content\r\nDate: D\r\n\r\n")
        #expect(head(HTTPResponse(HTTPStatus(304))) == "HTTP/1.1 304 Not Modified\r\nDate: D\r\n\r\n")
    }

    @Test func `tells HTTP 1.0 that it goes on`() {
        #expect(head(HTTPResponse(HTTPStatus(404)), .keepAlive).contains("\r\nConnection: keep-alive\r\n"))
    }

    @Test func `has an id that is a UUID of version 7 or the sender's`() {
        let id = RequestID.made(0x0191_2345_6789_7ABC, 0x8123_4567_89AB_CDEF)
        #expect(id.text == "01912345-6789-7abc-8123-456789abcdef")
        #expect(
            head(HTTPResponse(HTTPStatus(200)), id: id).contains(
                "X-Request-Id: 01912345-6789-7abc-8123-456789abcdef\r\n"))
        #expect(head(HTTPResponse(HTTPStatus(200)), id: .given("a-1")).contains("X-Request-Id: a-1\r\n"))
        for _ in 0..<1_000 {
            let high = UInt64.random(in: 0 ... .max)
            for start in [high, 0x0191_2345_6789 << 16 | high & 0xFFFF] {
                let random = RequestID.made(start, .random(in: 0 ... .max))
                for status in [200, 404] {
                    #expect(
                        head(HTTPResponse(HTTPStatus(status)), id: random).contains("X-Request-Id: \(random.text)\r\n"))
                }
            }
        }
    }

    @Test func `has ids that never come twice and begin with the time`() {
        var preamble = ResponsePreamble()
        var seen: Set<String> = []
        for millisecond in 0..<50 {
            preamble.set(common: [], wallClock: UInt64(millisecond / 10))
            for _ in 0..<200 {
                let id = preamble.takeID()
                #expect(id.text.hasPrefix("00000000-000\(millisecond / 10)-7"))
                #expect("89ab".contains(id.text.dropFirst(19).prefix(1)))
                seen.insert(id.text)
            }
        }
        #expect(seen.count == 10_000)
    }

    @Test("does not take an id such as", arguments: ["", "a b", "a\r\nb", "é", String(repeating: "a", count: 129)])
    func badID(_ text: String) { #expect(RequestID(given: text) == nil) }

    @Test func `cannot be split by a field`() {
        var fields = HTTPFields()
        fields["X"] = "a\r\nSet-Cookie: b"
        fields["X: y\r\nZ"] = "a"
        fields[""] = "a"
        #expect(fields.fields.isEmpty)
    }

    @Test func `replaces, removes and joins its fields`() {
        var fields = HTTPFields()
        fields["A"] = "1"
        fields["b"] = ""
        fields.append("a", "2")
        #expect(fields["a"] == "1")
        #expect(fields.fields.map(\.name) == ["A", "b", "a"])
        fields["a"] = "3"
        #expect(fields.fields.map(\.value) == ["", "3"])
        fields["B"] = nil
        #expect(String(decoding: fields.wire, as: UTF8.self) == "a: 3\r\n")
        fields.add("Origin", to: "Vary")
        fields.add("accept-encoding", to: "vary")
        fields.add("origin", to: "Vary")
        #expect(fields["Vary"] == "Origin, accept-encoding")
    }
}

@Suite struct `A date` {
    @Test(
        "is written and read again",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
        ])
    func date(_ seconds: Int, _ text: String) {
        #expect(HTTPDate.text(secondsSince1970: seconds) == text)
        #expect(HTTPDate.seconds(text) == seconds)
    }

    @Test("is read in the obsolete forms", arguments: ["Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])
    func obsolete(_ text: String) { #expect(HTTPDate.seconds(text) == 784_111_777) }

    @Test(
        "is read also before 1970 and with a day of two digits",
        arguments: [
            ("Wed, 31 Dec 1969 23:59:59 GMT", -1), ("Wed Nov 16 08:49:37 1994", 784_975_777),
            ("Thursday, 29-Feb-24 00:00:00 GMT", 1_709_164_800),
        ])
    func other(_ text: String, _ seconds: Int) { #expect(HTTPDate.seconds(text) == seconds) }

    @Test(
        "is none in",
        arguments: [
            "", "0", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 99999999999999999999 08:49:37 GMT",
            "Mon, 31 Feb 2026 00:00:00 GMT", "Sun, 29 Feb 2026 00:00:00 GMT", "Sun, 06 Nov 94 08:49:37 GMT",
            "Sun-06-Nov-1994-08:49:37-GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT",
            "Foo, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun, 06 Nov 1994  08:49:37 GMT",
            "Sun Nov 6 08:49:37 1994", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC",
            "06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        ])
    func bad(_ text: String) { #expect(HTTPDate.seconds(text) == nil) }

    @Test func `begins a day`() {
        #expect(
            HTTPDate.seconds(isoDay: "2026-11-24").map { HTTPDate.text(secondsSince1970: $0) }
                == "Tue, 24 Nov 2026 00:00:00 GMT")
        #expect(HTTPDate.seconds(isoDay: "2026-13-01") == nil)
    }
}

@Suite struct `An entity tag` {
    @Test(
        "is named by a list or not",
        arguments: [
            ("\"a\"", true, true), ("W/\"a\"", true, false), ("*", true, true), ("\"b\", \"a\"", true, true),
            ("\"b\",, W/\"a\" ,", true, false), ("\"b\"", false, false), ("a", false, false), ("\"a", false, false),
            ("\"a\" \"b\"", false, false), ("", false, false), ("w/\"a\"", false, false), ("\"a,b\"", false, false),
        ])
    func list(_ field: String, _ weakly: Bool, _ strongly: Bool) {
        #expect(EntityTag.list(field, names: "\"a\"", weakly: true) == weakly)
        #expect(EntityTag.list(field, names: "\"a\"", weakly: false) == strongly)
    }

    @Test func `differs where a byte differs`() {
        var seen: Set<String> = []
        var bytes = Array("the same document, more or less, of some length".utf8)
        for index in bytes.indices {
            for bit in 0..<8 {
                bytes[index] ^= 1 << UInt8(bit)
                seen.insert(EntityTag.strong(for: bytes, prefix: "p"))
                bytes[index] ^= 1 << UInt8(bit)
            }
        }
        #expect(seen.count == bytes.count * 8)
        #expect(EntityTag.strong(for: bytes, prefix: "p") == EntityTag.strong(for: bytes, prefix: "p"))
        #expect(EntityTag.strong(for: [], prefix: "p") != EntityTag.strong(for: [0], prefix: "p"))
    }

    @Test(
        "decides by the order of RFC 9110 §13.2.2",
        arguments: [
            ([("If-None-Match", "\"t\"")], .notModified), ([("If-None-Match", "\"x\"")], .passes),
            ([("If-Match", "\"x\"")], .failed), ([("If-Match", "\"t\"")], .passes),
            ([("If-Match", "W/\"t\"")], .failed),
            ([("If-Match", "*"), ("If-None-Match", "*")], .notModified),
            ([("If-Modified-Since", "Thu, 01 Jan 1970 00:01:40 GMT")], .notModified),
            ([("If-Modified-Since", "Thu, 01 Jan 1970 00:01:39 GMT")], .passes),
            ([("If-Modified-Since", "yesterday")], .passes),
            ([("If-None-Match", "\"x\""), ("If-Modified-Since", "Thu, 01 Jan 1970 00:01:40 GMT")], .passes),
            ([("If-Unmodified-Since", "Thu, 01 Jan 1970 00:01:39 GMT")], .failed),
            ([("If-Unmodified-Since", "Thu, 01 Jan 1970 00:01:40 GMT")], .passes), ([("Iffy", "1")], .passes),
        ] as [([(String, String)], Precondition)])
    func preconditions(_ fields: [(String, String)], _ outcome: Precondition) throws {
        let request = try HTTPRequest(.get, "/", fields: fields)
        #expect(Precondition.judge(request, entityTag: "\"t\"", lastModified: 100) == outcome)
        #expect(Precondition.stands(in: request) == (fields[0].0 != "Iffy"))
    }
}

@Suite struct `A content coding` {
    @Test(
        "is chosen",
        arguments: [
            (nil, .identity), ("gzip", .gzip), ("GZIP", .gzip), ("gzip;q=0", .identity), ("", .identity), ("*", .gzip),
            ("br", .identity), ("gzip, identity;q=0.5", .gzip), ("gzip;q=0.5, identity", .identity),
            ("identity;q=0", .none), ("*;q=0", .none), ("gzip, *;q=0", .gzip), ("gzip;q=0, identity;q=0", .none),
            ("gzip;q=0.001", .gzip), ("gzip;q=2", .identity), ("gzip ; q=1.000 , br", .gzip),
            ("deflate, gzip;q=1.0, *;q=0.5", .gzip), ("gzip;q=0x1", .identity), ("gzip;q=+1", .identity),
            ("gzip;q=1e0", .identity), ("gzip;q=.5", .identity), ("gzip;q =0", .identity), ("gzip;x=1", .identity),
            ("gzip;q=1.001", .identity), ("gzip;q=0.", .identity), ("gzip;q=1.", .gzip),
        ] as [(String?, CodingChoice)])
    func choice(_ field: String?, _ choice: CodingChoice) { #expect(CodingChoice.choose(field) == choice) }

    @Test func `is not used for a small body unless identity is refused`() {
        #expect(CodingChoice.choose("gzip", prefersIdentity: true) == .identity)
        #expect(CodingChoice.choose("gzip, identity;q=0", prefersIdentity: true) == .gzip)
    }
}
