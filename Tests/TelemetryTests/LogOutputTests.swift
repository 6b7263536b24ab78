import Foundation
import JSONText
import Testing

@testable import Telemetry

/// A pipe whose other end a test reads when it likes.
private struct Drain {
    let pipe = Pipe()
    var descriptor: Int32 { pipe.fileHandleForWriting.fileDescriptor }

    /// What was written, once the writing end is closed.
    func lines() throws -> [[String: Any]] {
        try pipe.fileHandleForWriting.close()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        return try data.split(separator: 0x0A).map {
            try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any] ?? [:]
        }
    }
}

@Suite struct `The log` {
    @Test func `writes an object a line, whatever the text`() throws {
        let drain = Drain()
        let log = LogOutput(descriptor: drain.descriptor, level: .info)
        log.write(.debug, "unseen")
        log.write(.notice, "a \"b\"\n{c}") { $0.member("count", 3) }
        log.level = .error
        log.write(.warning, "unseen")
        log.flush(milliseconds: 5_000)
        let lines = try drain.lines()
        #expect(lines.count == 1)
        #expect(lines[0]["msg"] as? String == "a \"b\"\n{c}" && lines[0]["level"] as? String == "notice")
        #expect(lines[0]["count"] as? Int == 3)
        let time = try #require(lines[0]["ts"] as? String)
        #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
    }

    @Test func `writes the line of a request as it writes any other`() throws {
        let drain = Drain()
        let log = LogOutput(descriptor: drain.descriptor, level: .info)
        let texts = ["", "/drugs/{name}", "a \"b\"\\\n\u{1}é", String(repeating: "long ", count: 400)]
        let numbers = [0, 7, 10, -1, 999, 1_000, Int.max, Int.min]
        let halves: [UInt64] = [0, 1, 0x0123_4567_89AB_CDEF, .max]
        for text in texts {
            log.writeLine(.info, "request") { line in
                line.member("text", text)
                for number in numbers { line.member("number", number) }
                for half in halves { line.member("half", hexadecimal: half) }
                line.member("id", uuid: halves[2], halves[2])
            }
            log.write(.info, "request") { json in
                json.member("text", text)
                for number in numbers { json.member("number", number) }
                for half in halves {
                    let digits = String(half, radix: 16)
                    json.member("half", String(repeating: "0", count: 16 - digits.count) + digits)
                }
                json.member("id", "01234567-89ab-cdef-0123-456789abcdef")
            }
        }
        log.level = .error
        log.writeLine(.info, "unseen") { _ in }
        log.flush(milliseconds: 5_000)
        try drain.pipe.fileHandleForWriting.close()
        let all = String(decoding: drain.pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let lines = all.split(separator: "\n").map { $0.replacing(/"ts":"[-0-9T:.]{23}Z"/, with: "") }
        #expect(lines.count == 8)
        for (place, line) in lines.enumerated() where place % 2 == 1 { #expect(line == lines[place - 1]) }
    }

    @Test func `never waits for a slow reader, and says what it dropped`() throws {
        let drain = Drain()
        let log = LogOutput(descriptor: drain.descriptor, level: .info, capacity: 100_000)
        let began = ContinuousClock.now
        // Nobody reads: 64 KiB go into the pipe, 100 000 bytes wait, the rest is lost.
        for number in 0..<20_000 { log.write(.info, "line") { $0.member("number", number) } }
        #expect(ContinuousClock.now - began < .seconds(5))
        let dropped = log.dropped
        #expect(dropped > 10_000)
        let reading = DispatchQueue(label: "reader")
        var lines: [[String: Any]] = []
        try reading.sync {
            let group = DispatchGroup()
            DispatchQueue.global().async(group: group) {
                log.flush(milliseconds: 10_000)
                try? drain.pipe.fileHandleForWriting.close()
            }
            let data = drain.pipe.fileHandleForReading.readDataToEndOfFile()
            lines = try data.split(separator: 0x0A).map {
                try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any] ?? [:]
            }
            group.wait()
        }
        let told = lines.compactMap { $0["dropped"] as? Int }.reduce(0, +)
        #expect(told == dropped && lines.count(where: { $0["number"] != nil }) + dropped == 20_000)
    }

    @Test func `loses no line of many threads`() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).log")
        defer { try? FileManager.default.removeItem(at: file) }
        let descriptor = open(file.path, O_CREAT | O_WRONLY, 0o600)
        let log = LogOutput(descriptor: descriptor, level: .info)
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<4 {
                group.addTask { for number in 0..<500 { log.write(.info, "\(thread)-\(number)") } }
            }
        }
        log.flush(milliseconds: 10_000)
        close(descriptor)
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2_000 && log.dropped == 0)
        #expect(Set(lines).count == 2_000 && lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
    }

    @Test func `counts the lines that a broken descriptor takes away`() throws {
        let log = LogOutput(descriptor: -1, level: .info)
        log.write(.error, "lost")
        log.flush(milliseconds: 5_000)
        #expect(log.dropped == 1)
    }

    @Test(
        "knows the day of",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_399, "2000-02-28T23:59:59.000Z"),
            (951_782_400, "2000-02-29T00:00:00.000Z"), (951_868_800, "2000-03-01T00:00:00.000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000Z"), (1_795_694_901, "2026-11-26T12:08:21.000Z"),
        ])
    func days(_ seconds: Int, _ text: String) {
        #expect(LogTime.text(seconds: seconds, milliseconds: 0) == text)
    }
}
