import Foundation
import HTTPGzip
import HTTPServer
import Testing

/// Numbers that are the same in each run (splitmix64).
private struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}

/// Runs `gzip` as the oracle.
private func gzip(_ arguments: [String], _ input: [UInt8]) throws -> [UInt8] {
    let process = Process()
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data(input).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip"] + arguments
    process.standardInput = try FileHandle(forReadingFrom: file)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    return bytes
}

@Suite struct `The gzip coding` {
    private static let samples: [[UInt8]] = {
        var generator = Seeded(state: 7)
        var samples: [[UInt8]] = [[], [0], Array(repeating: 65, count: 300_000)]
        for size in [1, 9, 500, 1_024, 32_768, 32_769, 100_000, 262_144] {
            samples.append((0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) })
            samples.append((0..<size).map { _ in UInt8.random(in: 97...101, using: &generator) })
        }
        return samples
    }()

    private func coder(_ level: Int = 1) throws -> any ContentCoder {
        try #require(GzipCoding(level: level).makeCoder())
    }

    @Test("gives back what it coded, with one coder for all", arguments: [1, 6, 9, 99])
    func roundTrip(_ level: Int) throws {
        let coder = try coder(level)
        for sample in Self.samples {
            let coded = try #require(coder.encode(sample))
            #expect(try coder.decode(coded, limit: 1 << 20, ratio: 2_000) == sample)
            #expect(coder.encode(sample) == coded, "the same body gives the same bytes")
        }
    }

    @Test func `is understood by gzip, and understands it`() throws {
        let coder = try coder()
        for sample in Self.samples where sample.count != 300_000 {
            #expect(try gzip(["-dc"], try #require(coder.encode(sample))) == sample)
            #expect(try coder.decode(try gzip(["-c"], sample), limit: 1 << 20, ratio: 2_000) == sample)
        }
    }

    @Test func `takes several members, and nothing behind them`() throws {
        let coder = try coder()
        let one = try #require(coder.encode(Array("one ".utf8)))
        let two = try #require(coder.encode(Array("two".utf8)))
        #expect(try coder.decode(one + two, limit: 100, ratio: 100) == Array("one two".utf8))
        #expect(throws: ContentDecodingError.malformed) { try coder.decode(one + [0], limit: 100, ratio: 100) }
        #expect(throws: ContentDecodingError.malformed) {
            try coder.decode(one + two.dropLast(), limit: 100, ratio: 100)
        }
    }

    @Test func `refuses what is cut off at any place, and goes on with the next body`() throws {
        let coder = try coder()
        let body = Array("{\"question\":\"a question that is long enough to have some blocks\"}".utf8)
        let coded = try #require(coder.encode(body))
        for length in 0..<coded.count {
            #expect(throws: ContentDecodingError.malformed) {
                try coder.decode(Array(coded.prefix(length)), limit: 1_000, ratio: 100)
            }
        }
        #expect(try coder.decode(coded, limit: 1_000, ratio: 100) == body)
    }

    @Test func `never gives another body for bytes with a flipped bit`() throws {
        let coder = try coder()
        let body = Array("a body whose checksum stands behind it".utf8)
        let coded = try #require(coder.encode(body))
        for index in coded.indices {
            for bit in 0..<8 {
                var bad = coded
                bad[index] ^= 1 << UInt8(bit)
                // The time, the flags for text and speed, and the system are not part of the body.
                if let decoded = try? coder.decode(bad, limit: 1_000, ratio: 100) { #expect(decoded == body) }
            }
        }
    }

    @Test func `bounds a bomb by size and by ratio`() throws {
        let coder = try coder(9)
        let bomb = try #require(coder.encode(Array(repeating: 0, count: 10_000_000)))
        #expect(throws: ContentDecodingError.tooLarge(limit: 1_000)) {
            try coder.decode(bomb, limit: 1_000, ratio: 9_999)
        }
        #expect(throws: ContentDecodingError.suspiciousRatio(limit: 100)) {
            try coder.decode(bomb, limit: 1 << 30, ratio: 100)
        }
        let small = try #require(coder.encode(Array(repeating: 0, count: 60_000)))
        #expect(try coder.decode(small, limit: 60_000, ratio: 100).count == 60_000)
    }

    @Test func `refuses bytes that are no gzip`() throws {
        let coder = try coder()
        for text in ["", "{}", "\u{1F}\u{8B}", "PK\u{3}\u{4}"] {
            #expect(throws: ContentDecodingError.malformed) {
                try coder.decode(Array(text.utf8), limit: 1_000, ratio: 100)
            }
        }
    }
}
