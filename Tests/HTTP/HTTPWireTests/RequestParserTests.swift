import Foundation
import HTTPWire
import Testing

/// A sample of the corpus: bytes, and what must come of them.
struct WireSample: CustomTestStringConvertible, Sendable {
    let name: String
    let bytes: [UInt8]
    let expectation: String

    var testDescription: String { name }

    /// The samples in `Corpus/<expectation>/<name>.http`; a line feed in a file is CR LF on the wire, `␍` and `␊` stand for
    /// the single bytes, and `␀` for NUL.
    static let all: [WireSample] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Corpus")
        let files =
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects as? [URL] ?? []
        return files.filter { $0.pathExtension == "http" }.sorted { $0.path < $1.path }.compactMap { url in
            guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
            let wire = text.replacingOccurrences(of: "\n", with: "\r\n").replacingOccurrences(of: "␍", with: "\r")
                .replacingOccurrences(of: "␊", with: "\n").replacingOccurrences(of: "␀", with: "\0")
            return WireSample(
                name: url.lastPathComponent, bytes: Array(wire.utf8),
                expectation: url.deletingLastPathComponent().lastPathComponent)
        }
    }()

    static let accepted = all.filter { $0.expectation == "accepted" }
    static let refused = all.filter { $0.expectation != "accepted" }
}

/// A request read whole from bytes, the plain way: the oracle of the connection.
func readWhole(_ bytes: [UInt8]) throws(RequestRejection) -> (request: HTTPRequest, consumed: Int)? {
    switch RequestParser().parse(bytes[...]) {
    case .needMore: return nil
    case .rejected(let rejection): throw rejection
    case .head(let head, let consumed):
        var decoder = BodyDecoder(head.framing, limits: ParsingLimits())
        let taken = try decoder.take(bytes[consumed...])
        return decoder.isComplete ? (head.request.with(body: decoder.body), consumed + taken) : nil
    }
}

@Suite struct `The request parser` {
    @Test func `finds its corpus`() {
        #expect(WireSample.accepted.count >= 8)
        #expect(WireSample.refused.count >= 30)
    }

    @Test("accepts", arguments: WireSample.accepted)
    func accepts(_ sample: WireSample) throws {
        let read = try #require(try readWhole(sample.bytes))
        #expect(read.consumed == sample.bytes.count)
    }

    @Test("refuses with its status", arguments: WireSample.refused)
    func refuses(_ sample: WireSample) {
        do throws(RequestRejection) {
            let read = try readWhole(sample.bytes)
            Issue.record("\(sample.name) was read as \(String(describing: read))")
        } catch {
            #expect("\(error.status.code)" == sample.expectation)
        }
    }

    @Test("needs more for every proper prefix of", arguments: WireSample.accepted)
    func prefixes(_ sample: WireSample) throws {
        for length in 0..<sample.bytes.count {
            #expect(try readWhole(Array(sample.bytes.prefix(length))) == nil, "at \(length) bytes")
        }
    }

    @Test("gives the same body however the bytes of a body are split", arguments: WireSample.accepted)
    func splits(_ sample: WireSample) throws {
        let whole = try #require(try readWhole(sample.bytes))
        guard case .head(let head, let consumed) = RequestParser().parse(sample.bytes[...]) else {
            Issue.record("no head")
            return
        }
        for step in 1...7 {
            var decoder = BodyDecoder(head.framing, limits: ParsingLimits())
            var index = consumed
            while index < sample.bytes.count, !decoder.isComplete {
                index += try decoder.take(sample.bytes[index..<min(sample.bytes.count, index + step)])
            }
            #expect(decoder.isComplete)
            #expect(decoder.body == whole.request.body)
        }
    }

    @Test func `never traps on random bytes`() {
        var generator = SystemRandomNumberGenerator()
        let pieces = [
            "GET ", "POST ", "/", " HTTP/1.1", "\r\n", "Host: a", "Content-Length: 5", "\r", "\n", ":", " ", "%2",
            "chunked",
            "Transfer-Encoding: ", "\0", "\u{80}", "99999999999999999999",
        ]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...12, using: &generator)).compactMap { _ in
                pieces.randomElement(using: &generator)
            }.joined()
            _ = try? readWhole(Array(text.utf8))
        }
    }

    @Test func `reads fields without regard to case and joins those of one name`() throws {
        let bytes = Array("GET /a HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a:  2 \r\n\r\n".utf8)
        let request = try #require(try readWhole(bytes)).request
        #expect(request[field: "x-a"] == "1, 2")
        #expect(request[field: "x-b"] == nil)
        #expect(request.keepsAlive)
    }

    @Test(
        "keeps the connection of",
        arguments: [
            ("1.1", "", true), ("1.1", "Connection: close\r\n", false), ("1.1", "Connection: Foo, Close\r\n", false),
            ("1.0", "", false), ("1.0", "Connection: keep-alive\r\n", true),
        ])
    func keepAlive(_ version: String, _ field: String, _ keeps: Bool) throws {
        let request = try #require(try readWhole(Array("GET / HTTP/\(version)\r\nHost: h\r\n\(field)\r\n".utf8)))
            .request
        #expect(request.keepsAlive == keeps)
    }

    @Test func `refuses a body larger than the limit before reading it`() {
        let bytes = Array("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 262145\r\n\r\n".utf8)
        #expect(throws: RequestRejection.bodyTooLarge(limit: 262_144)) { try readWhole(bytes) }
    }

    @Test func `refuses too long a line and too many fields`() {
        let line = Array("GET /\(String(repeating: "a", count: 9_000)) HTTP/1.1\r\n".utf8)
        #expect(throws: RequestRejection.targetTooLong(limit: 8_192)) { try readWhole(line) }
        let many = "GET / HTTP/1.1\r\nHost: h\r\n" + String(repeating: "a: b\r\n", count: 101) + "\r\n"
        #expect(throws: RequestRejection.fieldsTooLarge(limit: 100)) { try readWhole(Array(many.utf8)) }
        let wide = "GET / HTTP/1.1\r\nHost: h\r\na: \(String(repeating: "b", count: 30_000))\r\n\r\n"
        #expect(throws: RequestRejection.fieldsTooLarge(limit: 16_384)) { try readWhole(Array(wide.utf8)) }
    }
}

@Suite struct `A request target` {
    @Test(
        "is read",
        arguments: [
            ("/", [""], nil), ("/drugs/lanreotide", ["drugs", "lanreotide"], nil), ("/a%20b", ["a b"], nil),
            ("/a?b=c", ["a"], "b=c"), ("http://host:80/x?y", ["x"], "y"), ("http://host", [""], nil),
        ] as [(String, [String], String?)])
    func read(_ text: String, _ segments: [String], _ query: String?) throws {
        let target = try RequestTarget(text.utf8)
        #expect(target.segments == segments)
        #expect(target.query == query)
    }

    @Test(
        "is refused",
        arguments: ["", "a", "/%", "/%g0", "/..", "/a/../b", "/%2e%2e/b", "/a%2fb", "/a%00", "/%ff", "/a#b", "/?a=%"])
    func refused(_ text: String) {
        #expect(throws: RequestRejection.badTarget) { try RequestTarget(text.utf8) }
    }

    @Test func `decodes its query`() throws {
        let items = try RequestTarget("/r?q=a+b%26c&x&q=2".utf8).queryItems()
        #expect(items.map(\.name) == ["q", "x", "q"])
        #expect(items.map(\.value) == ["a b&c", "", "2"])
    }
}

@Suite struct `A response` {
    @Test func `is written with its framing, and without its body for HEAD`() {
        let response = HTTPResponse(HTTPStatus(200), body: Array("hi".utf8), contentType: "text/plain")
        var bytes: [UInt8] = []
        response.serialise(into: &bytes, date: "D", closes: true, includesBody: false)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
        )
    }

    @Test func `has no length where it has no body`() {
        var bytes: [UInt8] = []
        HTTPResponse(HTTPStatus(204)).serialise(into: &bytes, date: "D", closes: false, includesBody: true)
        #expect(String(decoding: bytes, as: UTF8.self) == "HTTP/1.1 204 No Content\r\nDate: D\r\n\r\n")
    }

    @Test func `cannot be split by a field value`() {
        var fields = HTTPFields()
        fields["X"] = "a\r\nSet-Cookie: b"
        #expect(fields.fields.isEmpty)
    }

    @Test(
        "writes the date",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
        ])
    func date(_ seconds: Int, _ text: String) { #expect(HTTPDate.text(secondsSince1970: seconds) == text) }
}
