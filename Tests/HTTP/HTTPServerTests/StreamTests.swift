import Foundation
import HTTPWire
import Synchronization
import Testing

@testable import HTTPServer

/// Answers with a body of so many slices of so many bytes: `/slices/size`.
struct Slicer: HTTPHandler {
    let made = CountOfSlices()

    func respond(to request: HTTPRequest) -> HTTPResponse {
        let numbers = request.target.segments.compactMap { Int($0) }
        guard numbers.count == 2 else { return HTTPResponse(HTTPStatus(200), body: Array("plain".utf8)) }
        var response = HTTPResponse(HTTPStatus(200), contentType: "text/plain")
        response.stream = BodyStream { [made] number in
            guard number < numbers[0] else { return nil }
            made.add()
            return Array(repeating: UInt8(ascii: "a") + UInt8(number % 26), count: numbers[1])
        }
        return response
    }
}

/// Counts from any thread.
final class CountOfSlices: Sendable {
    private let count = Atomic<Int>(0)
    func add() { count.add(1, ordering: .relaxed) }
    var value: Int { count.load(ordering: .relaxed) }
}

@Suite struct `A body that is made while it is sent` {
    @Test func `comes in chunks, and the connection goes on behind it`() {
        var desk = Desk(handler: Slicer())
        desk.receive("GET /3/2 HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
        let sent = desk.sent()
        #expect(sent.contains("Transfer-Encoding: chunked\r\n\r\n2\r\naa\r\n2\r\nbb\r\n2\r\ncc\r\n0\r\n\r\n"))
        #expect(!sent.contains("Content-Length: 0"))
        #expect(sent.hasSuffix("plain"))
        #expect(!desk.connection.isClosing)
    }

    @Test func `ends with the connection for HTTP/1.0, which knows no chunks`() {
        var desk = Desk(handler: Slicer())
        desk.receive("GET /3/2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        let sent = desk.sent()
        #expect(!sent.contains("Transfer-Encoding"))
        #expect(sent.hasSuffix("\r\n\r\naabbcc"))
        #expect(desk.connection.isClosing)
    }

    @Test func `is made only as far as its peer reads`() {
        let slicer = Slicer()
        var desk = Desk(handler: slicer)
        desk.receive("GET /1000/50000 HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(slicer.made.value <= Connection.slicesAtOnce)
        #expect(desk.connection.isHeldBack)
        _ = desk.sent()
        #expect(slicer.made.value == 1000)
        #expect(!desk.connection.isHeldBack)
    }

    @Test func `is not made for HEAD`() {
        let slicer = Slicer()
        var desk = Desk(handler: slicer)
        desk.receive("HEAD /3/2 HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(desk.sent().hasSuffix("\r\n\r\n"))
        #expect(slicer.made.value == 0)
    }

    @Test func `is counted with its bytes when it is out, and when it is cut short`() {
        let recorder = Recorder()
        var desk = Desk(handler: Slicer(), observer: recorder)
        desk.receive("GET /3/2 HTTP/1.1\r\nHost: x\r\n\r\n")
        _ = desk.sent()
        #expect(recorder.exchanges.withLock { $0.map(\.bytesOut) } == [6])
        desk.receive("GET /100/9 HTTP/1.1\r\nHost: x\r\n\r\n")
        desk.expire()
        #expect(recorder.exchanges.withLock { $0.last?.refusal } == "cut-short")
        #expect(desk.connection.isClosing)
    }

    @Test func `is never followed by another head where the server has no room left`() {
        var desk = Desk(handler: Slicer())
        desk.receive("GET /100/9 HTTP/1.1\r\nHost: x\r\n\r\n")
        desk.connection.refuseForWantOfRoom(&desk.context)
        #expect(desk.sent().components(separatedBy: "HTTP/1.1 ").count == 2)
        #expect(desk.connection.isClosing)
    }
}
