import CMalloc
import Dispatch
import Glibc

/// What loading needed and serving does not: given back once the server answers (docs/decisions/0045).
enum ProcessMemory {
    /// Before the load: the heap grows by a mebibyte at a time, so that loading does not ask the kernel 3 000 times.
    static func prepare() {
        _ = mallopt(M_TOP_PAD, 1 << 20)
        // So that `AllProcessors` can make the heaps of its threads wide.
        _ = mallopt(M_MMAP_THRESHOLD, 32 << 20)
    }

    /// After the load: what is large comes from the kernel and goes back to it, as by default.
    static func settle() {
        _ = mallopt(M_MMAP_THRESHOLD, 128 << 10)
    }

    /// Gives back once the start has settled: the first requests would only fetch the pages again.
    static func giveBack(after delay: DispatchTimeInterval) {
        DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + delay) { giveBack() }
    }

    /// After a load: free pages of the heap go back to the kernel, and so do the pages of program text that were mapped on
    /// the way, most of them code that only loads. What is needed again comes back from the page cache by a minor fault.
    static func giveBack() {
        malloc_trim(0)
        for range in executableMappings() {
            guard let start = UnsafeMutableRawPointer(bitPattern: range.lowerBound) else { continue }
            // A mapping that is never written holds nothing that the file has not. Refused (locked memory): stays.
            _ = madvise(start, Int(range.count), MADV_DONTNEED)
        }
    }

    /// The mapped files' read-only executable parts: lines of `/proc/self/maps` such as `55d0-55f0 r-xp 0010 fe:00 1234 /…`.
    static func executableMappings() -> [Range<UInt>] {
        guard let file = fopen("/proc/self/maps", "r") else { return [] }
        defer { fclose(file) }
        var ranges: [Range<UInt>] = []
        var line = [CChar](repeating: 0, count: 4_096)
        while fgets(&line, Int32(line.count), file) != nil {
            let bytes = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            let columns = String(decoding: bytes, as: UTF8.self).split(separator: " ", maxSplits: 5)
            guard columns.count == 6, columns[1] == "r-xp", columns[4] != "0" else { continue }
            let ends = columns[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            if ends.count == 2, ends[0] < ends[1] { ranges.append(ends[0]..<ends[1]) }
        }
        return ranges
    }
}
