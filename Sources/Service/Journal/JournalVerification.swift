import Glibc
import JSONText

/// Reads a journal from its first line to its last and says where the chain breaks. For the command; it may take its time.
public struct JournalVerification: Sendable, Equatable {
    /// Lines that were read.
    public private(set) var lines = 0
    /// The files, oldest first.
    public private(set) var files: [String] = []
    /// What is wrong, one sentence each; empty: nothing was changed, left out or put in between.
    public private(set) var faults: [String] = []
    /// Bytes of a torn last line of the last file: what a crash leaves; no fault.
    public private(set) var tornBytes = 0
    /// The number of the last line.
    public private(set) var lastNumber = 0
    /// SHA-256 of the last line, to compare with what was noted elsewhere.
    public private(set) var lastDigest = ""

    /// Reads the file at a path and those that were full beside it. A first line that is not number 1 is a fault unless
    /// `isPart`: older files may have been put elsewhere.
    public init(path: String, isPart: Bool = false) throws(JournalError) {
        let rotated = RotatedFiles(path).numbers.map { RotatedFiles.path(path, $0) }
        files = rotated + [path]
        var chain: JournalChain? = isPart ? nil : JournalChain()
        for (index, file) in files.enumerated() {
            try read(file, isLast: index == files.count - 1, &chain)
        }
        lastNumber = chain?.number ?? 0
        lastDigest = chain?.last.text ?? ""
    }

    private mutating func read(_ path: String, isLast: Bool, _ chain: inout JournalChain?) throws(JournalError) {
        guard let stream = fopen(path, "re") else { throw JournalError("`\(path)` cannot be read") }
        defer { fclose(stream) }
        var buffer: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(buffer) }
        var number = 0
        while true {
            let count = getline(&buffer, &capacity, stream)
            guard count > 0, let buffer else { break }
            number += 1
            var line = buffer.withMemoryRebound(to: UInt8.self, capacity: count) {
                [UInt8](UnsafeBufferPointer(start: $0, count: count))
            }
            guard line.last == 0x0A else {
                if isLast { tornBytes = count } else { faults.append("\(path):\(number): the line is torn") }
                continue
            }
            line.removeLast()
            check(line, "\(path):\(number)", &chain)
        }
        guard ferror(stream) == 0 else { throw JournalError("`\(path)` cannot be read") }
    }

    private mutating func check(_ line: [UInt8], _ place: String, _ chain: inout JournalChain?) {
        lines += 1
        guard let next = JournalChain(after: line) else {
            return faults.append("\(place): this is no line of a journal")
        }
        defer { chain = next }
        guard let before = chain else { return }
        if next.number != before.number + 1 {
            faults.append("\(place): line \(next.number) follows line \(before.number)")
        }
        if let value = try? JSONReader(maximumDepth: 4).read(line), case .string(let previous) = value["previous"] {
            if previous != before.last.text {
                faults.append("\(place): the line before it is not the one it was written after")
            }
        } else {
            faults.append("\(place): the line carries no digest of the one before")
        }
    }
}
