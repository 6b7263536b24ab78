import Foundation
import JSONText
import Synchronization
import Testing

@testable import Journal

/// A folder of its own, gone afterwards.
private final class Folder {
    let path = NSTemporaryDirectory() + "journal-" + UUID().uuidString
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    var file: String { path + "/feedback.jsonl" }
    func text(_ name: String = "feedback.jsonl") throws -> String {
        try String(contentsOfFile: path + "/" + name, encoding: .utf8)
    }
    func lines(_ name: String = "feedback.jsonl") throws -> [JSONValue] {
        try text(name).split(separator: "\n").map { try JSONReader().read(Array($0.utf8)) }
    }
}

private let vocabulary = JournalVocabulary(["net-advisor", "too-costly-uncovered", "recommend", "lanreotide"])

private func entry(_ number: Int) throws -> JournalEntry {
    let card = try #require(JournalUUID("00000000-0000-4000-8000-" + String(format: "%012d", number)))
    return .feedback(
        FeedbackEntry(
            service: try #require(vocabulary["net-advisor"]), card: card, outcome: .overridden,
            outcomeAt: 1_700_000_000_123, reason: vocabulary["too-costly-uncovered"]))
}

/// Outcomes as they are told.
private final class Told: Sendable {
    let outcomes = Mutex<[Journal.Outcome]>([])
    func tell(_ outcome: Journal.Outcome) { outcomes.withLock { $0.append(outcome) } }
    func count(_ outcome: Journal.Outcome) -> Int { outcomes.withLock { $0.count { $0 == outcome } } }
}

@Suite struct `A journal` {
    private func journal(_ folder: Folder, _ change: (inout JournalSettings) -> Void = { _ in }) throws -> Journal {
        var settings = JournalSettings(path: folder.file)
        change(&settings)
        return try Journal(settings, JournalDisk(), clock: { 1_764_000_000_000 })
    }

    @Test func `writes a line of JSON for an entry, in a file of mode 600, and tells when it is kept`() throws {
        let folder = try Folder()
        let journal = try journal(folder)
        let told = Told()
        let made = try entry(1)
        #expect(journal.append(done: told.tell) { made })
        journal.settle()
        #expect(told.count(.kept) == 1)
        let line = try #require(try folder.lines().first)
        #expect(line["n"] == .number(1))
        #expect(line["at"] == .string("2025-11-24T16:00:00.000Z"))
        #expect(line["kind"] == .string("feedback"))
        #expect(line["outcomeAt"] == .string("2023-11-14T22:13:20.123Z"))
        #expect(line["reason"] == .string("too-costly-uncovered"))
        #expect(line["card"] == .string("00000000-0000-4000-8000-000000000001"))
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `takes no text of a peer's: what is in no list is no code`() {
        #expect(vocabulary["John Doe"] == nil)
        #expect(JournalVocabulary(["John Doe", "a b", "", "x\n"])["John Doe"] == nil)
        #expect(JournalUUID("not a uuid") == nil)
        #expect(JournalDigest(hexadecimal: "John") == nil)
    }

    @Test func `hashes a case under a key of 32 bytes and no shorter one`() throws {
        #expect(JournalKey(Array(repeating: 1, count: 31)) == nil)
        let key = try #require(JournalKey(Array(repeating: 0x0B, count: 32)))
        #expect(key.digest(of: [1]) == key.digest(of: [1]))
        let other = try #require(JournalKey(Array(repeating: 0x0C, count: 32)))
        #expect(key.digest(of: [1]) != other.digest(of: [1]))
    }

    @Test func `shares one write among lines that came together`() throws {
        let folder = try Folder()
        let journal = try journal(folder)
        for number in 1...500 {
            let made = try entry(number)
            _ = journal.append { made }
        }
        journal.settle()
        #expect(journal.status.written == 500)
        #expect(journal.status.synchronisations < 500)
        #expect(try JournalVerification(path: folder.file).faults == [])
    }

    @Test func `goes on where it stopped, and its chain with it`() throws {
        let folder = try Folder()
        for round in 0..<3 {
            let journal = try journal(folder)
            let made = try entry(round)
            _ = journal.append { made }
            journal.settle()
        }
        let verified = try JournalVerification(path: folder.file)
        #expect(verified.lines == 3 && verified.lastNumber == 3 && verified.faults == [])
    }

    @Test func `cuts a torn last line and says so, in a remark and in a line`() throws {
        let folder = try Folder()
        do {
            let journal = try journal(folder)
            let made = try entry(1)
            _ = journal.append { made }
            journal.settle()
        }
        let handle = try #require(FileHandle(forWritingAtPath: folder.file))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("{\"n\":2,\"kind\":\"fee".utf8))
        try handle.close()
        let journal = try journal(folder)
        journal.settle()
        #expect(journal.remarks.count == 1)
        let lines = try folder.lines()
        #expect(lines.count == 2 && lines[1]["kind"] == .string("recovered") && lines[1]["cutBytes"] == .number(18))
        #expect(try JournalVerification(path: folder.file).faults == [])
    }

    @Test func `does not go on behind a file that is no journal`() throws {
        let folder = try Folder()
        try "something else\n".write(toFile: folder.file, atomically: true, encoding: .utf8)
        #expect(throws: JournalError.self) { try journal(folder) }
        #expect(try folder.text() == "something else\n")
    }

    @Test func `is one process's: a second one is refused`() throws {
        let folder = try Folder()
        let first = try journal(folder)
        #expect(throws: JournalError.self) { try journal(folder) }
        withExtendedLifetime(first) {}
    }

    @Test func `begins a file when one is full, keeps the full ones, and the chain goes through all`() throws {
        let folder = try Folder()
        for _ in 0..<2 {
            let journal = try journal(folder) { $0.maximumSize = 1_000 }
            for number in 1...10 {
                let made = try entry(number)
                _ = journal.append { made }
                journal.settle()
            }
        }
        let verified = try JournalVerification(path: folder.file)
        #expect(verified.files.count > 3 && verified.lines == 20 && verified.faults == [])
        #expect(try folder.text("feedback.jsonl.000001").utf8.count <= 1_000)
    }

    @Test func `opens its path anew when the file was moved away`() throws {
        let folder = try Folder()
        let journal = try journal(folder)
        for number in 1...2 {
            let made = try entry(number)
            _ = journal.append { made }
            journal.settle()
            if number == 1 {
                try FileManager.default.moveItem(atPath: folder.file, toPath: folder.path + "/old")
                journal.reopen()
                journal.settle()
            }
        }
        #expect(try folder.lines("old").count == 1)
        #expect(try folder.lines().first?["n"] == .number(2))
    }

    @Test func `refuses while the disk is full, leaves no half line, and goes on when there is room`() throws {
        let folder = try Folder()
        let room = Mutex(1_000_000)
        let full = JournalDisk(
            write: { descriptor, bytes, count in
                let taken = room.withLock { left in
                    let taken = min(left, count)
                    left -= taken
                    return taken
                }
                guard taken > 0 else {
                    errno = ENOSPC
                    return -1
                }
                return Glibc.write(descriptor, bytes, taken)
            }, sync: { fdatasync($0) })
        let journal = try Journal(JournalSettings(path: folder.file), full, clock: { 0 })
        let told = Told()
        for number in 1...3 {
            let made = try entry(number)
            room.withLock { $0 = number == 2 ? 100 : 1_000_000 }
            #expect(journal.append(done: told.tell) { made })
            journal.settle()
            #expect((journal.status.fault != nil) == (number == 2))
        }
        #expect(told.outcomes.withLock { $0 } == [.kept, .refused, .kept])
        let verified = try JournalVerification(path: folder.file)
        #expect(verified.lines == 2 && verified.faults == [] && verified.tornBytes == 0)
    }

    @Test func `opens the file anew after an fsync that failed, since its descriptor tells nothing more`() throws {
        let folder = try Folder()
        let isBroken = Mutex(false)
        let disk = JournalDisk(sync: { descriptor in
            guard isBroken.withLock({ $0 }) else { return fdatasync(descriptor) }
            errno = EIO
            return -1
        })
        let journal = try Journal(JournalSettings(path: folder.file), disk, clock: { 0 })
        let told = Told()
        for number in 1...3 {
            let made = try entry(number)
            isBroken.withLock { $0 = number == 2 }
            _ = journal.append(done: told.tell) { made }
            journal.settle()
        }
        #expect(told.outcomes.withLock { $0 } == [.kept, .refused, .kept])
        #expect(try JournalVerification(path: folder.file).faults == [])
    }

    @Test func `tells once whether several lines are kept, and no when the disk takes too long`() throws {
        let folder = try Folder()
        let (gate, told) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let isSlow = Mutex(false)
        let disk = JournalDisk(sync: { descriptor in
            if isSlow.withLock({ $0 }) { gate.wait() }
            return fdatasync(descriptor)
        })
        let journal = try Journal(JournalSettings(path: folder.file), disk, clock: { 0 })
        let answers = Mutex<[Bool]>([])
        func keep(_ numbers: ClosedRange<Int>, patience: Int) throws {
            journal.keep(try numbers.map(entry), patience: patience) { isKept in
                answers.withLock { $0.append(isKept) }
                told.signal()
            }
        }
        try keep(1...3, patience: 10_000)
        told.wait()
        isSlow.withLock { $0 = true }
        try keep(4...4, patience: 20)
        told.wait()
        // The disk keeps somebody waiting: nobody else waits, and none of these is appended.
        try keep(5...6, patience: 10_000)
        told.wait()
        isSlow.withLock { $0 = false }
        gate.signal()
        journal.settle()
        try keep(7...7, patience: 10_000)
        told.wait()
        #expect(answers.withLock { $0 } == [true, false, false, true])
        // What was told too late is on the disk all the same.
        #expect(try folder.lines().count == 5)
    }

    @Test func `refuses at once what is more than may wait`() throws {
        let folder = try Folder()
        let gate = DispatchSemaphore(value: 0)
        let journal = try journal(folder) { $0.capacity = 4 }
        let made = try entry(1)
        #expect(
            journal.append {
                gate.wait()
                return made
            })
        while journal.status.waiting > 0 { usleep(1_000) }
        for _ in 0..<4 { #expect(journal.append { made }) }
        #expect(!journal.append { made })
        #expect(!journal.hasRoom && journal.status.refused == 1)
        gate.signal()
        journal.settle()
        #expect(journal.hasRoom && journal.status.written == 5)
    }

    @Test(
        "shows by its chain what was done to it afterwards:",
        arguments: ["changed", "removed", "swapped", "inserted", "renumbered"])
    func tampering(_ what: String) throws {
        let folder = try Folder()
        let journal = try journal(folder)
        for number in 1...6 {
            let made = try entry(number)
            _ = journal.append { made }
        }
        journal.settle()
        #expect(try JournalVerification(path: folder.file).faults == [])
        var lines = try folder.text().split(separator: "\n").map(String.init)
        switch what {
        case "changed": lines[2] = lines[2].replacingOccurrences(of: "overridden", with: "accepted")
        case "removed": lines.remove(at: 2)
        case "swapped": lines.swapAt(2, 3)
        case "inserted": lines.insert(lines[2], at: 2)
        default: lines[3] = lines[3].replacingOccurrences(of: "\"n\":4", with: "\"n\":9")
        }
        try (lines.joined(separator: "\n") + "\n").write(toFile: folder.file, atomically: false, encoding: .utf8)
        #expect(try JournalVerification(path: folder.file).faults.isEmpty == false)
    }
}
