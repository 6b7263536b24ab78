package import Foundation

/// A sample of the corpus: bytes, and what a server must answer to them. Its form is told in `Corpus/README.md`.
package struct WireSample: Sendable, CustomStringConvertible {
    /// One answer.
    package struct Answer: Sendable, Equatable, Codable, CustomStringConvertible {
        /// The status.
        package var status: Int
        /// Statuses that are as right.
        package var alsoFine: [Int]?
        /// What was read of the request, of an answer that is 200.
        package var method: String?
        /// The decoded path.
        package var path: String?
        /// The query as it came.
        package var query: String?
        /// The body.
        package var body: String?
        /// Whether the connection closes after it.
        package var closes: Bool?
        /// `optional`: an interim answer that may be left out.
        package var interim: String?

        /// An answer as a test saw it.
        package init(status: Int, method: String? = nil, path: String? = nil, query: String? = nil, body: String? = nil)
        {
            self.status = status
            self.method = method
            self.path = path
            self.query = query
            self.body = body
        }

        package var description: String {
            "\(status) \(method ?? "") \(path ?? "")?\(query ?? "") \(body?.prefix(40) ?? "")"
        }
    }

    private struct Expectation: Codable {
        let rfc: String
        let why: String
        let answers: [Answer]
        let waits: Bool?
        /// Of the last answer.
        let alsoFine: [Int]?
    }

    /// `area/name`.
    package let name: String
    /// The bytes on the wire.
    package let bytes: [UInt8]
    /// The answers in order.
    package let answers: [Answer]
    /// Whether the server waits for more after them.
    package let waits: Bool

    package var description: String { name }

    /// Whether every byte belongs to an accepted request and the connection stays open.
    package var isAccepted: Bool {
        !waits && !answers.isEmpty
            && answers.allSatisfy { $0.status == 200 && $0.closes != true && $0.interim == nil && $0.alsoFine == nil }
    }

    /// All samples; a sample that cannot be read is left out, and the count of files tells.
    package static let all: [WireSample] = files.compactMap { try? WireSample($0) }

    /// The files of the corpus.
    package static let files: [URL] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("HTTPWireTests/Corpus")
        let files =
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects as? [URL] ?? []
        return files.filter { $0.pathExtension == "http" }.sorted { $0.path < $1.path }
    }()

    /// Reads a sample and the expectation beside it.
    package init(_ url: URL) throws {
        name = url.deletingLastPathComponent().lastPathComponent + "/" + url.deletingPathExtension().lastPathComponent
        bytes = Self.decode(Array(try Data(contentsOf: url)))
        let expectation = try JSONDecoder().decode(
            Expectation.self, from: try Data(contentsOf: url.deletingPathExtension().appendingPathExtension("json")))
        var answers = expectation.answers.map { answer in
            var answer = answer
            let decoded = { (text: String) in String(decoding: Self.decode(Array(text.utf8)), as: UTF8.self) }
            answer.body = answer.body.map(decoded)
            answer.path = answer.path.map(decoded)
            answer.query = answer.query.map(decoded)
            return answer
        }
        if let also = expectation.alsoFine, !answers.isEmpty { answers[answers.count - 1].alsoFine = also }
        self.answers = answers
        waits = expectation.waits ?? false
    }

    /// A sample made by hand.
    package init(name: String, bytes: [UInt8], answers: [Answer], waits: Bool) {
        self.name = name
        self.bytes = bytes
        self.answers = answers
        self.waits = waits
    }

    /// Whether what was seen is what must come. Interim answers that may be left out may be there or not.
    package func isMet(by seen: [Answer]) -> Bool {
        var rest = seen[...]
        for wanted in answers {
            if wanted.interim != nil {
                if rest.first?.status == wanted.status { rest = rest.dropFirst() }
                continue
            }
            guard let next = rest.popFirst() else { return false }
            guard next.status == wanted.status || wanted.alsoFine?.contains(next.status) == true else { return false }
            if next.status == 200 && wanted.method != nil {
                // HEAD has no body to tell what was read.
                guard
                    wanted.method == "HEAD"
                        || next.method == wanted.method && next.path == wanted.path
                            && next.query == wanted.query && (next.body ?? "") == (wanted.body ?? "")
                else { return false }
            }
        }
        return rest.isEmpty
    }

    /// Line breaks of the file are left out; `\r \n \t \0 \\ \xNN` are bytes; `\{N*text}` is text N times.
    package static func decode(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            let byte = text[index]
            index += 1
            if byte == 0x0A || byte == 0x0D { continue }
            guard byte == UInt8(ascii: "\\"), index < text.count else {
                result.append(byte)
                continue
            }
            let kind = text[index]
            index += 1
            switch kind {
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "0"): result.append(0)
            case UInt8(ascii: "x"):
                let digits = String(decoding: text[index..<min(index + 2, text.count)], as: UTF8.self)
                result.append(UInt8(digits, radix: 16) ?? 0x3F)
                index += 2
            case UInt8(ascii: "{"):
                let end = text[index...].firstIndex(of: UInt8(ascii: "}")) ?? text.count
                let inner = text[index..<end].split(separator: UInt8(ascii: "*"), maxSplits: 1)
                let count = Int(String(decoding: inner.first ?? [], as: UTF8.self)) ?? 0
                let piece = decode(Array(inner.count > 1 ? inner[1] : []))
                for _ in 0..<count { result += piece }
                index = min(end + 1, text.count)
            default: result.append(kind)
            }
        }
        return result
    }
}
