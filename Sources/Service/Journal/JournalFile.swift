import Glibc

/// What goes wrong with a file; the text is the system's own.
public struct JournalError: Error, Sendable, Equatable {
    /// One sentence for the operator.
    public let sentence: String

    init(_ what: String, _ number: Int32 = errno) {
        sentence = "\(what): \(String(cString: strerror(number)))"
    }

    init(sentence: String) { self.sentence = sentence }
}

/// The calls that may fail on a full or broken disk, so that a test can make them fail.
struct JournalDisk: Sendable {
    var write: @Sendable (Int32, UnsafeRawPointer, Int) -> Int = { Glibc.write($0, $1, $2) }
    var sync: @Sendable (Int32) -> Int32 = { fdatasync($0) }
}

/// One open file of lines. INVARIANT: behind `size` bytes nothing stands that anybody was told of.
struct JournalFile: ~Copyable {
    let path: String
    private let descriptor: Int32
    private let disk: JournalDisk
    /// Bytes of whole, synchronised lines.
    private(set) var size: Int
    /// The chain after the last line; the one given where the file was empty.
    private(set) var chain: JournalChain
    /// Bytes of a torn line that were cut off when it was opened.
    let cutBytes: Int
    private let identity: (device: dev_t, file: ino_t)

    /// Opens the file, or makes it with mode 600; cuts a torn last line. `chain` goes on where the file is empty.
    /// - Throws: `JournalError` where it cannot be used, another process has it, or its last line is none of a journal.
    init(_ path: String, after chain: JournalChain, _ disk: JournalDisk) throws(JournalError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw JournalError("`\(path)` cannot be opened") }
        let found: Finding
        do throws(JournalError) {
            found = try Self.examine(path, descriptor, chain)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        self.path = path
        (size, self.chain, cutBytes, identity) = (found.size, found.chain, found.cut, found.identity)
        self.descriptor = descriptor
        self.disk = disk
    }

    deinit { Glibc.close(descriptor) }

    private struct Finding {
        let size: Int
        let chain: JournalChain
        let cut: Int
        let identity: (device: dev_t, file: ino_t)
    }

    private static func examine(
        _ path: String, _ descriptor: Int32, _ chain: JournalChain
    ) throws(JournalError) -> Finding {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw JournalError("`\(path)` is in use") }
        guard fchmod(descriptor, 0o600) == 0 else { throw JournalError("`\(path)` cannot be made private") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw JournalError(sentence: "`\(path)` is no regular file")
        }
        let whole = Int(status.st_size)
        let (tail, start) = try readTail(path, descriptor, whole)
        var end = tail.count
        while end > 0, tail[end - 1] != 0x0A { end -= 1 }
        guard end > 0 || start == 0 else {
            throw JournalError(sentence: "`\(path)` ends in \(tail.count) bytes without a line; move it away")
        }
        let size = start + end
        if size < whole {
            guard ftruncate(descriptor, off_t(size)) == 0, fsync(descriptor) == 0 else {
                throw JournalError("the torn last line of `\(path)` cannot be cut off")
            }
        }
        try syncFolder(of: path)
        var found = chain
        if end > 0 {
            let line = tail[..<(end - 1)]
            let begin = line.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
            guard let last = JournalChain(after: line[begin...]) else {
                throw JournalError(sentence: "the last line of `\(path)` is none of a journal; move it away")
            }
            found = last
        }
        return Finding(
            size: size, chain: found, cut: whole - size, identity: (device: status.st_dev, file: status.st_ino))
    }

    /// A line is far shorter than this.
    private static let tailSize = 65_536

    private static func readTail(
        _ path: String, _ descriptor: Int32, _ size: Int
    ) throws(JournalError) -> (bytes: [UInt8], start: Int) {
        let start = max(0, size - tailSize)
        var bytes = [UInt8](repeating: 0, count: size - start)
        var read = 0
        while read < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress?.advanced(by: read), $0.count - read, off_t(start + read))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw JournalError("`\(path)` cannot be read") }
            read += count
        }
        return (bytes, start)
    }

    /// A new name lasts only when its folder is on the disk too.
    static func syncFolder(of path: String) throws(JournalError) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw JournalError("the folder `\(folder)` cannot be opened") }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw JournalError("the folder `\(folder)` cannot be synchronised") }
    }

    /// Whether the path still leads to this file.
    var isAtItsPath: Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_dev == identity.device && status.st_ino == identity.file
    }

    /// Appends whole lines and waits until they are on the disk. After a failure what was half written is cut off.
    /// - Throws: `JournalError`; `isUsable` is false where only opening anew helps.
    mutating func append(_ lines: [UInt8], _ chain: JournalChain, isUsable: inout Bool) throws(JournalError) {
        var written = 0
        while written < lines.count {
            guard lseek(descriptor, off_t(size + written), SEEK_SET) >= 0 else {
                throw cut(JournalError("`\(path)` cannot be written"), &isUsable)
            }
            let count = lines.withUnsafeBytes { bytes -> Int in
                guard let base = bytes.baseAddress else { return 0 }
                return disk.write(descriptor, base + written, bytes.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw cut(JournalError("`\(path)` cannot be written"), &isUsable) }
            written += count
        }
        guard disk.sync(descriptor) == 0 else {
            let error = JournalError("`\(path)` cannot be synchronised")
            // After a failed fsync the kernel may have dropped the pages and says so only once: nothing that this
            // descriptor tells later counts. Opening anew reads what is there.
            _ = cut(error, &isUsable)
            isUsable = false
            throw error
        }
        size += written
        self.chain = chain
    }

    private func cut(_ error: JournalError, _ isUsable: inout Bool) -> JournalError {
        if ftruncate(descriptor, off_t(size)) != 0 { isUsable = false }
        return error
    }
}
