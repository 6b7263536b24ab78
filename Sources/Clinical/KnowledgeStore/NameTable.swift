import Glibc

/// Numbers by names, found by the bytes of a name: no String is made. Immutable after it is built; safe from any thread.
struct NameTable: Sendable {
    private struct Entry {
        let hash: UInt64
        let start: Int32
        let count: Int32
        let number: Int32
    }

    private var entries: [Entry] = []
    private var bytes: [UInt8] = []
    /// Places in `entries`, -1 for none; its length is a power of two.
    private var slots: [Int32] = []

    /// Names with their numbers; `owner` keeps the same name of several owners apart.
    init(_ names: [(owner: Int, name: String, number: Int)]) {
        var size = 16
        while size < names.count * 2 { size *= 2 }
        slots = Array(repeating: -1, count: size)
        for (owner, name, number) in names {
            let utf8 = Array(name.utf8)
            let hash = utf8.withUnsafeBufferPointer { Self.hash($0, owner) }
            var slot = Int(truncatingIfNeeded: hash) & (size - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Int32(entries.count)
            entries.append(
                Entry(hash: hash, start: Int32(bytes.count), count: Int32(utf8.count), number: Int32(number)))
            bytes += utf8
        }
    }

    /// A number that scatters names: from the owner, the length, and eight bytes at each end, which in a short name are the same.
    @inline(__always)
    private static func hash(_ name: UnsafeBufferPointer<UInt8>, _ owner: Int) -> UInt64 {
        let bytes = UnsafeRawBufferPointer(name)
        var ends: (UInt64, UInt64) = (0, 0)
        if bytes.count >= 8 {
            ends.0 = bytes.loadUnaligned(as: UInt64.self)
            ends.1 = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
        } else {
            for byte in bytes { ends.0 = ends.0 << 8 | UInt64(byte) }
        }
        var hash = ends.0 ^ UInt64(truncatingIfNeeded: owner << 8 ^ bytes.count) &* 0x9E37_79B9_7F4A_7C15
        hash = (hash ^ hash >> 32) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ hash >> 32 ^ ends.1) &* 0xFF51_AFD7_ED55_8CCD
        return hash ^ hash >> 29
    }

    /// The number of a name of an owner's; nil where there is none.
    @inline(__always)
    func number(_ name: UnsafeBufferPointer<UInt8>, owner: Int) -> Int? {
        let hash = Self.hash(name, owner)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let entry = entries[Int(slots[slot])]
            if entry.hash == hash, Int(entry.count) == name.count {
                let isSame = bytes.withUnsafeBytes { bytes in
                    guard let kept = bytes.baseAddress, let name = name.baseAddress else { return false }
                    return memcmp(kept + Int(entry.start), name, Int(entry.count)) == 0
                }
                if isSame { return Int(entry.number) }
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }
}
