import Foundation
import Testing

@testable import consilium

@Suite struct `The memory that loading needed` {
    /// `/proc/self/maps` as columns, of ranges that are mapped from a file.
    private func mapped() throws -> [(range: String, access: String, path: String)] {
        // A file of /proc has no size: it is read to its end.
        let handle = try #require(FileHandle(forReadingAtPath: "/proc/self/maps"))
        let text = String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
        return text.split(separator: "\n").compactMap { line in
            let columns = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            guard columns.count == 6, columns[4] != "0" else { return nil }
            return (String(columns[0]), String(columns[1]), columns[5].trimmingCharacters(in: .whitespaces))
        }
    }

    @Test func `is sought in what is mapped from files to be run, and nowhere else`() throws {
        let wanted = Set(try mapped().filter { $0.access == "r-xp" }.map(\.range))
        let found = ProcessMemory.executableMappings().map {
            String($0.lowerBound, radix: 16) + "-" + String($0.upperBound, radix: 16)
        }
        #expect(found.count > 2)
        #expect(Set(found).isSubset(of: wanted))
    }

    @Test func `is given back while the program goes on`() {
        let before = (0..<1_000).map { "\($0)" }.joined()
        ProcessMemory.giveBack()
        #expect((0..<1_000).map { "\($0)" }.joined() == before)
    }
}
