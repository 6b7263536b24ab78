import DecisionLogic
import JSONText
import KnowledgeStore

/// The body of `POST /recommend` as nearly all senders write it, read without a tree: a case, a question, or both, for a
/// clinician who asks for no trace of the present release. nil for everything else.
struct RequestScan {
    var statements: [FactStatement] = []
    var question: String?

    init?(_ body: [UInt8], _ scanner: CaseScanner) {
        var found: RequestScan?
        body.withUnsafeBufferPointer { bytes in
            var scan = JSONScan(bytes)
            found = RequestScan(&scan, scanner)
        }
        guard let found else { return nil }
        self = found
    }

    private init?(_ scan: inout JSONScan, _ scanner: CaseScanner) {
        guard scan.take(UInt8(ascii: "{")) else { return nil }
        var seen = (hasCase: false, hasAudience: false, hasExplain: false)
        repeat {
            guard let name = scan.name() else { return nil }
            let bytes = scan[name]
            if bytes.elementsEqual("case".utf8), !seen.hasCase {
                guard let read = scanner.read(&scan) else { return nil }
                statements = read
                seen.hasCase = true
            } else if bytes.elementsEqual("question".utf8), question == nil {
                guard let text = scan.string(), let words = String(validating: scan[text], as: UTF8.self),
                    Self.isAskable(words)
                else { return nil }
                question = words
            } else if bytes.elementsEqual("audience".utf8), !seen.hasAudience {
                guard let text = scan.string(), scan[text].elementsEqual("clinician".utf8) else { return nil }
                seen.hasAudience = true
            } else if bytes.elementsEqual("explain".utf8), !seen.hasExplain {
                guard let text = scan.string(), scan[text].elementsEqual("none".utf8) else { return nil }
                seen.hasExplain = true
            } else {
                return nil
            }
        } while scan.take(UInt8(ascii: ","))
        guard scan.take(UInt8(ascii: "}")), seen.hasCase || question != nil else { return nil }
        scan.skipWhitespace()
        guard scan.isAtEnd else { return nil }
    }

    /// Neither empty nor too long, as far as a look at the bytes can tell.
    private static func isAskable(_ text: String) -> Bool {
        text.utf8.count <= Advisor.longestQuestion
            && text.utf8.contains { $0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z") }
    }
}
