import Foundation
import HTTPServer
import HTTPWire
import Testing

/// Answers `/size/name` with so many bytes of that name's first letter, and `/wait` once others have had the time to send.
private struct Letters: HTTPHandler {
    func respond(to request: HTTPRequest) -> HTTPResponse {
        let segments = request.target.segments
        if segments.first == "wait" { usleep(300_000) }
        let size = segments.first.flatMap { Int($0) } ?? 1
        let letter = segments.last?.utf8.first ?? 0
        return HTTPResponse(HTTPStatus(200), body: Array(repeating: letter, count: size), contentType: "text/plain")
    }
}

/// Connections that are ready at the same time have their long answers made before the first is sent: each its own, whole and
/// in order, whatever the others do meanwhile (docs/decisions/0068).
@Suite struct `Answers made together` {
    @Test func `reach each its own connection, whole`() async throws {
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.loops = 1
        let server = HTTPServer(configuration: configuration, handler: Letters())
        let client = LiveClient(port: try server.start().port)
        func get(_ path: String, _ fields: String = "") -> [UInt8] {
            Array("GET \(path) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n".utf8)
        }
        func bodies(_ answer: [UInt8]) -> [String] {
            String(decoding: answer, as: UTF8.self).components(separatedBy: "HTTP/1.1 200 ").dropFirst()
                .map { $0.components(separatedBy: "\r\n\r\n").last ?? "" }
        }
        func letters(_ letter: String, _ count: Int) -> String { String(repeating: letter, count: count) }
        func letter(_ place: Int) -> String { String("abc#####hijk".dropFirst(place).prefix(1)) }

        for round in 0..<5 {
            let busy = client.connection()
            let open = (0..<11).map { _ in client.connection() }
            // All are accepted: one answer each.
            for descriptor in open {
                client.write(get("/1/o"), descriptor)
                var answer: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 4_096)
                while !answer.ends(with: "\r\n\r\no") {
                    let count = recv(descriptor, &buffer, buffer.count, 0)
                    guard count > 0 else { break }
                    answer += buffer.prefix(count)
                }
            }
            client.write(get("/wait"), busy)
            usleep(50_000)
            // While the loop is busy: long answers, short ones, three in a row, one that nobody reads, one that is closed, and
            // one larger than the socket takes at once.
            for (place, descriptor) in open.enumerated() {
                switch place {
                case 3: client.write(get("/9/d"), descriptor)
                case 4: client.write(get("/30000/e") + get("/7/f") + get("/20000/g"), descriptor)
                case 5: client.write(get("/30000/x", "Connection: close\r\n"), descriptor)
                case 6:
                    client.write(get("/30000/y"), descriptor)
                    var abort = linger(l_onoff: 1, l_linger: 0)
                    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
                    close(descriptor)
                case 7:
                    var few: Int32 = 4_096
                    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &few, socklen_t(MemoryLayout<Int32>.size))
                    client.write(get("/1500000/z"), descriptor)
                default: client.write(get("/\(20_000 + place)/\(letter(place))"), descriptor)
                }
            }
            let late = client.connection()
            client.write(get("/15000/l"), late)
            for (place, descriptor) in open.enumerated() where place != 6 {
                let found = bodies(client.exchange([], descriptor))
                close(descriptor)
                switch place {
                case 3: #expect(found == [letters("d", 9)])
                case 4: #expect(found == [letters("e", 30_000), letters("f", 7), letters("g", 20_000)])
                case 5: #expect(found == [letters("x", 30_000)])
                case 7: #expect(found == [letters("z", 1_500_000)])
                default:
                    #expect(found == [letters(letter(place), 20_000 + place)], "round \(round), place \(place)")
                }
            }
            #expect(bodies(client.exchange([], late)) == [letters("l", 15_000)])
            close(late)
            close(busy)
        }
        await server.stop(within: .seconds(5))
    }
}

extension [UInt8] {
    fileprivate func ends(with text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
