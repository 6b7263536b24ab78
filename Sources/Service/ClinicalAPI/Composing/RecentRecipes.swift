import CPrefetch

/// Recipes of answers given lately, by the bodies that asked. They lie end to end in segments, which are used anew in turn:
/// what was asked for since its segment was last used stays.
struct RecentRecipes: Sendable {
    /// The name of a body: 128 bits under a key that nobody but this process knows.
    struct Key: Sendable, Equatable {
        let first: UInt64
        let second: UInt64
    }

    /// What stands in front of a recipe.
    struct Head: Sendable {
        var key: Key
        /// Bytes of the answer.
        var length: UInt32
        /// How often had been looked when it was asked for last.
        var asked: UInt32
        /// The topic that leads, -1 for none.
        var topic: Int16
        var isGuidance: Bool
        /// Whether it was asked for since its segment was used.
        var isWanted: Bool
        /// How many sources follow, two bytes each, and how many words of the recipe behind them, four bytes each.
        var sources: UInt16
        var words: UInt16

        /// Bytes of the whole record, a multiple of eight.
        var size: Int { (MemoryLayout<Head>.stride + wordsStart + Int(words) * 4 + 7) & ~7 }
        /// Where the words begin behind the head.
        var wordsStart: Int { (Int(sources) * 2 + 3) & ~3 }
    }

    static let segment = 1 << 16
    private static let head = MemoryLayout<Head>.stride

    /// Each of `segment` bytes.
    private var segments: [[UInt8]] = []
    /// How much of each is used.
    private var used: [Int] = []
    /// The segment that is filled now.
    private var current = -1
    /// Where each record lies, found by the low bits of its key: the record's place in eights plus one, and 32 bits of the key
    /// above; 0 for none.
    private var slots: [UInt64] = []
    private(set) var count = 0
    /// How often was looked.
    private var looks: UInt32 = 0

    /// Bytes that it takes.
    var size: Int { segments.count * Self.segment + slots.count * 8 }

    /// How much of each kind it holds, for benchmarks.
    var extent: [(name: String, count: Int)] { [("recipes", count), ("bytes of recipes", used.reduce(0, +))] }

    /// The place of the recipe for a key, and how many looks ago it was asked for; nil where there is none of an answer of
    /// `minimumSize` bytes or more. It is wanted from now on.
    mutating func find(_ key: Key, minimumSize: Int = 0) -> (place: Int, head: Head, ago: UInt32)? {
        looks &+= 1
        guard let slot = slot(of: key) else { return nil }
        let place = Self.place(slots[slot])
        let start = place % Self.segment
        return segments[place / Self.segment].withUnsafeMutableBytes { all in
            if let base = all.baseAddress { for line in 1..<5 { consilium_prefetch(base + start + 64 * line) } }
            var head = all.load(fromByteOffset: start, as: Head.self)
            if head.length < minimumSize { return nil }
            let found = head
            head.isWanted = true
            head.asked = looks
            all.storeBytes(of: head, toByteOffset: start, as: Head.self)
            return (place, found, looks &- found.asked)
        }
    }

    /// Lends the sources and the recipe of a record.
    func with<Result>(
        _ place: Int, _ head: Head, _ use: (UnsafeBufferPointer<UInt16>, UnsafeBufferPointer<UInt32>) -> Result
    ) -> Result {
        segments[place / Self.segment].withUnsafeBytes { all in
            let sources = place % Self.segment + Self.head
            let words = sources + head.wordsStart
            return use(
                all[sources..<sources + Int(head.sources) * 2].bound(to: UInt16.self),
                all[words..<words + Int(head.words) * 4].bound(to: UInt32.self))
        }
    }

    /// Keeps a recipe. `grow` tells whether it may take so many bytes in all.
    mutating func keep(
        _ recipe: [UInt32], for key: Key, sources: [Int32], length: Int, topic: Int?, isGuidance: Bool,
        grow: (Int) -> Bool
    ) {
        guard sources.count < 1 << 15, let topic = Int16(exactly: topic ?? -1),
            sources.allSatisfy({ UInt16(exactly: $0) != nil }), slot(of: key) == nil
        else { return }
        let head = Head(
            key: key, length: UInt32(length), asked: looks, topic: topic, isGuidance: isGuidance, isWanted: false,
            sources: UInt16(sources.count), words: UInt16(recipe.count))
        if slots.count < (count + 1) * 2 {
            let wanted = max(1_024, slots.count * 2)
            if grow(size + (wanted - slots.count) * 8) {
                widen(to: wanted)
            } else {
                // Others go, until there are slots enough: what is wanted stays once.
                for _ in 0..<4 where slots.count < (count + 1) * 2 { _ = advance { _ in false } }
                if slots.count < (count + 1) * 2 { return }
            }
        }
        if current < 0 || used[current] + head.size > Self.segment {
            guard advance(grow), used[current] + head.size <= Self.segment else { return }
        }
        let start = used[current]
        used[current] += head.size
        segments[current].withUnsafeMutableBytes { all in
            all.storeBytes(of: head, toByteOffset: start, as: Head.self)
            var end = start + Self.head
            for source in sources {
                all.storeBytes(of: UInt16(truncatingIfNeeded: source), toByteOffset: end, as: UInt16.self)
                end += 2
            }
            recipe.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: all[(start + Self.head + head.wordsStart)...]).copyMemory(
                    from: $0)
            }
        }
        insert(key, current * Self.segment + start)
    }

    // MARK: - Segments

    /// Goes on to the next segment: a new one, or the oldest without what nobody asked for. False where there is none.
    private mutating func advance(_ grow: (Int) -> Bool) -> Bool {
        let next = current + 1
        if next == used.count && grow(size + Self.segment) {
            segments.append(Array(repeating: 0, count: Self.segment))
            used.append(0)
            current = next
            return true
        }
        if used.isEmpty { return false }
        current = next == used.count ? 0 : next
        clear(current)
        return true
    }

    /// Drops what nobody asked for since the segment was used, and moves the rest to its front: at most half of it.
    private mutating func clear(_ segment: Int) {
        var (from, to) = (0, 0)
        while from < used[segment] {
            var head = segments[segment].withUnsafeBytes { $0.load(fromByteOffset: from, as: Head.self) }
            let size = head.size
            remove(head.key)
            if head.isWanted && to + size <= Self.segment / 2 {
                head.isWanted = false
                segments[segment].withUnsafeMutableBytes { all in
                    if let base = all.baseAddress { (base + to).copyMemory(from: base + from, byteCount: size) }
                    all.storeBytes(of: head, toByteOffset: to, as: Head.self)
                }
                insert(head.key, segment * Self.segment + to)
                to += size
            }
            from += size
        }
        used[segment] = to
    }

    // MARK: - The table

    private static func place(_ slot: UInt64) -> Int { (Int(slot & 0xFFFF_FFFF) - 1) * 8 }

    /// The slot of a key, by the next place that is free or holds it.
    private func slot(of key: Key) -> Int? {
        if slots.isEmpty { return nil }
        let mask = slots.count - 1
        let tag = key.first & 0xFFFF_FFFF
        var slot = Int(tag) & mask
        while slots[slot] != 0 {
            if slots[slot] >> 32 == tag {
                let place = Self.place(slots[slot])
                let held = segments[place / Self.segment].withUnsafeBytes {
                    $0.load(fromByteOffset: place % Self.segment, as: Key.self)
                }
                if held == key { return slot }
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    private mutating func insert(_ key: Key, _ place: Int) {
        put(key.first << 32 | UInt64(place / 8 + 1))
        count += 1
    }

    private mutating func put(_ value: UInt64) {
        let mask = slots.count - 1
        var slot = Int(value >> 32) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = value
    }

    /// Takes a key out and closes the gap.
    private mutating func remove(_ key: Key) {
        guard var gap = slot(of: key) else { return }
        count -= 1
        let mask = slots.count - 1
        var next = (gap + 1) & mask
        while slots[next] != 0 {
            let home = Int(slots[next] >> 32) & mask
            // What lies behind the gap and belongs before it or into it moves there.
            if (next - home) & mask >= (next - gap) & mask {
                slots[gap] = slots[next]
                gap = next
            }
            next = (next + 1) & mask
        }
        slots[gap] = 0
    }

    private mutating func widen(to wanted: Int) {
        let old = slots
        slots = Array(repeating: 0, count: wanted)
        for value in old where value != 0 { put(value) }
    }
}

extension Slice<UnsafeRawBufferPointer> {
    /// The same memory as numbers of a kind. INVARIANT: it begins where such a number may.
    fileprivate func bound<Number>(to kind: Number.Type) -> UnsafeBufferPointer<Number> {
        UnsafeRawBufferPointer(rebasing: self).bindMemory(to: kind)
    }
}
