import Foundation
import Testing

@Suite struct Dump {
    @Test func `dumps`() throws {
        guard let text = try? String(contentsOfFile: "/tmp/w/rt/sentences.txt", encoding: .utf8) else { return }
        var out = ""
        for line in text.split(separator: "\n") {
            out += "\(line)\t\(try short(String(line)).sorted().joined(separator: "; "))\n"
        }
        try out.write(toFile: "/tmp/w/rt/sentences.out", atomically: true, encoding: .utf8)
    }
}
