import Foundation
import TestSupport
import Testing

/// A client that keeps its connection: one request after the other over a raw socket.
final class WireClient {
    /// An answer as it came.
    struct Answer: Equatable {
        let status: Int
        let head: String
        let body: String

        /// The value of a field; nil where it is not there.
        func field(_ name: String) -> String? {
            head.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }
                .map { String($0.dropFirst(name.count + 2)) }
        }

        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
        }
    }

    private let descriptor: Int32
    private var unread: [UInt8] = []

    /// Connects to `http://127.0.0.1:port`, `127.0.0.1:port` or `unix:/path`; nil where nobody listens.
    init?(_ address: String) {
        if address.hasPrefix("unix:") {
            descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var target = sockaddr_un()
            target.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: Array(address.dropFirst(5).utf8)) }
            guard Self.reach(descriptor, &target) else { return nil }
        } else {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var target = sockaddr_in()
            target.sin_family = sa_family_t(AF_INET)
            target.sin_port = UInt16(address.split(separator: ":").last ?? "0")?.bigEndian ?? 0
            inet_pton(AF_INET, "127.0.0.1", &target.sin_addr)
            guard Self.reach(descriptor, &target) else { return nil }
        }
        Patience.limit(descriptor)
    }

    private static func reach<Address>(_ descriptor: Int32, _ target: inout Address) -> Bool {
        withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size)) == 0
            }
        }
    }

    deinit { close(descriptor) }

    /// Sends a request and reads its answer; nil where none came whole.
    func send(
        _ method: String, _ path: String, fields: [String] = [], body: String? = nil
    ) -> Answer? {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: test"] + fields
        if let body { lines += ["Content-Type: application/json", "Content-Length: \(body.utf8.count)"] }
        return sendRaw(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
    }

    /// Sends bytes as they are and reads one answer.
    func sendRaw(_ text: String) -> Answer? {
        write(text)
        return read()
    }

    /// Sends bytes, as far as they are taken.
    func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Says that no more comes.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Everything until the peer closes.
    func readToEnd() -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer.prefix(count)
        }
    }

    private func read() -> Answer? {
        let end = Array("\r\n\r\n".utf8)
        var headEnd: Int?
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            if headEnd == nil, let range = unread.firstRange(of: end) { headEnd = range.upperBound }
            if let headEnd {
                let head = String(decoding: unread[..<(headEnd - 4)], as: UTF8.self)
                let bare = Answer(status: Int(head.dropFirst(9).prefix(3)) ?? 0, head: head, body: "")
                let length = bare.field("Content-Length").flatMap { Int($0) } ?? 0
                if unread.count >= headEnd + length {
                    let body = String(decoding: unread[headEnd..<(headEnd + length)], as: UTF8.self)
                    unread.removeFirst(headEnd + length)
                    return Answer(status: bare.status, head: head, body: body)
                }
            }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return nil }
            unread += buffer.prefix(count)
        }
    }
}
