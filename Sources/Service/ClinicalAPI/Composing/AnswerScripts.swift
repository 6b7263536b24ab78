import CPrefetch
import RecommendationEngine

/// How what a judge remembers is written: runs of rendered bytes, and between them the places where the numbers of sources,
/// the option's rank and the patient's own values go, which every answer fills itself. It holds what the judge numbers, era by
/// era, and the parts of recipes that answers have in common: facts with their codes, but no number, span or word of a case.
struct AnswerScripts: Sendable {
    /// What is remembered: facts that follow from others, an option or an exclusion, and what topics say beside them.
    enum Kind: UInt8, Sendable { case ground, card, frame }

    /// How many bytes follow, and what fills the slot behind them: `nothing`, `rank`, a source whose number it is, from
    /// `firstSource` on, or, below 0, -1 less a fact whose words it is.
    struct Step: Sendable {
        let count: Int32
        let slot: Int32
    }

    static let nothing: Int32 = 0
    static let rank: Int32 = 1
    static let firstSource: Int32 = 2

    /// A script under way: parts that other scripts may have too.
    struct Draft: Sendable {
        fileprivate var parts: [Part] = [Part()]
        var isInSlot = false

        mutating func add(_ bytes: UnsafeRawBufferPointer) { parts[parts.count - 1].add(bytes) }
        mutating func close(with slot: Int32) { parts[parts.count - 1].close(with: slot) }
        mutating func cut() { parts.append(Part()) }
    }

    fileprivate struct Part: Sendable {
        private(set) var steps: [Step] = []
        private(set) var text: [UInt8] = []
        /// The bytes behind the last slot.
        private var open: Int32 = 0

        var isEmpty: Bool { text.isEmpty && steps.isEmpty }

        mutating func add(_ bytes: UnsafeRawBufferPointer) {
            text.append(contentsOf: bytes)
            open += Int32(truncatingIfNeeded: bytes.count)
        }

        mutating func close(with slot: Int32) {
            steps.append(Step(count: open, slot: slot))
            open = 0
        }

        /// Ends it where it has no slot at its end.
        mutating func end() { if open > 0 { close(with: AnswerScripts.nothing) } }
    }

    /// What stands in front of a part: the number of its steps, which follow, and how many bytes of text stand behind them.
    private struct Head {
        let steps: Int32
        let text: Int32
    }

    /// All parts end to end, so that one is read along memory; with a block behind the last.
    private(set) var parts: [UInt8] = Array(repeating: 0, count: AnswerCursor.block)
    /// The parts of all scripts: of each how many it has and where they begin in `parts`.
    private var lists: [Int32] = []

    /// The place of the part of each hash: the first that had it.
    private var partPlaces: [Int: Int32] = [:]
    /// Where a script's parts stand in `lists`; -1 where there is none.
    private var grounds: [Int32] = []
    private var cards: [Int32] = []
    private var frames: [Int32] = []
    /// The era of the judge whose numbers these are.
    private(set) var era = 0

    /// About how many bytes it takes.
    var size: Int {
        parts.count + partPlaces.count * 32 + lists.count * 4 + (grounds.count + cards.count + frames.count) * 4
    }

    /// How much of each kind it holds, for benchmarks.
    var extent: [(name: String, count: Int)] {
        [
            ("bytes of parts", parts.count), ("parts", partPlaces.count), ("parts in lists", lists.count),
            ("scripts", grounds.count + cards.count + frames.count),
        ]
    }

    /// Forgets everything where the judge has; whether it did.
    mutating func enter(_ era: Int) -> Bool {
        if era == self.era { return false }
        self = AnswerScripts()
        self.era = era
        return true
    }

    /// Whether there is a script for a number.
    @inline(__always)
    func has(_ kind: Kind, _ number: Int32) -> Bool { list(kind, number) >= 0 }

    /// Where the parts of a script stand in `lists`; -1 where there is none.
    @inline(__always)
    private func list(_ kind: Kind, _ number: Int32) -> Int32 {
        let known = known(kind)
        return Int(number) < known.count ? known[Int(number)] : -1
    }

    @inline(__always)
    private func known(_ kind: Kind) -> [Int32] {
        switch kind {
        case .ground: grounds
        case .card: cards
        case .frame: frames
        }
    }

    /// Whether all of a plan that is remembered from other cases can be written.
    func cover(_ plan: AnswerPlan) -> Bool {
        (!plan.isGroundLearned || has(.ground, plan.ground)) && (!plan.isFrameLearned || has(.frame, plan.frame))
            && plan.offered.allSatisfy { $0.place >= 0 || has(.card, $0.card) }
            && plan.excluded.allSatisfy { $0.place >= 0 || has(.card, $0.card) }
    }

    /// Keeps a script.
    mutating func keep(_ kind: Kind, _ number: Int32, _ draft: Draft) {
        // Address space until it is written.
        if lists.isEmpty { lists.reserveCapacity(1 << 20) }
        let start = lists.count
        lists.append(0)
        for var part in draft.parts where !part.isEmpty {
            part.end()
            lists.append(
                part.steps.withUnsafeBytes { steps in part.text.withUnsafeBytes { place(of: $0, steps) } })
        }
        lists[start] = Int32(truncatingIfNeeded: lists.count - start - 1)
        switch kind {
        case .ground: Self.set(Int32(start), at: Int(number), &grounds)
        case .card: Self.set(Int32(start), at: Int(number), &cards)
        case .frame: Self.set(Int32(start), at: Int(number), &frames)
        }
    }

    /// The place of a part that is these bytes without a slot; nil where there is none and none is to be kept.
    mutating func place(ofCommon text: UnsafeRawBufferPointer, keep: Bool) -> Int32? {
        withUnsafeBytes(of: Step(count: Int32(truncatingIfNeeded: text.count), slot: Self.nothing)) { steps in
            let hash = Self.hash(steps, Self.hash(text, 0))
            if let known = partPlaces[hash] { return isPart(at: known, text, steps) ? known : nil }
            return keep ? add(text, steps, hash) : nil
        }
    }

    /// Where a part is kept; an equal one is already.
    private mutating func place(of text: UnsafeRawBufferPointer, _ steps: UnsafeRawBufferPointer) -> Int32 {
        let hash = Self.hash(steps, Self.hash(text, 0))
        if let known = partPlaces[hash], isPart(at: known, text, steps) { return known }
        return add(text, steps, hash)
    }

    private mutating func add(
        _ text: UnsafeRawBufferPointer, _ steps: UnsafeRawBufferPointer, _ hash: Int
    ) -> Int32 {
        // Address space until it is written.
        if parts.count == AnswerCursor.block { parts.reserveCapacity(1 << 24) }
        let place = Int32(parts.count - AnswerCursor.block)
        parts.removeLast(AnswerCursor.block)
        let head = Head(
            steps: Int32(truncatingIfNeeded: steps.count / MemoryLayout<Step>.stride),
            text: Int32(truncatingIfNeeded: text.count))
        withUnsafeBytes(of: head) { parts.append(contentsOf: $0) }
        parts.append(contentsOf: steps)
        parts.append(contentsOf: text)
        parts.append(contentsOf: repeatElement(0, count: AnswerCursor.block))
        if partPlaces[hash] == nil { partPlaces[hash] = place }
        return place
    }

    private func isPart(at place: Int32, _ text: UnsafeRawBufferPointer, _ steps: UnsafeRawBufferPointer) -> Bool {
        parts.withUnsafeBytes { parts in
            let start = Int(place)
            let head = parts.loadUnaligned(fromByteOffset: start, as: Head.self)
            guard Int(head.text) == text.count, Int(head.steps) * MemoryLayout<Step>.stride == steps.count,
                let base = parts.baseAddress, let words = text.baseAddress, let slots = steps.baseAddress
            else { return false }
            let first = base + start + MemoryLayout<Head>.stride
            return Self.isEqual(first, slots, steps.count)
                && Self.isEqual(first + steps.count, words, text.count)
        }
    }

    private static func isEqual(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ count: Int) -> Bool {
        var place = 0
        while place + 16 <= count {
            let words = (
                left.loadUnaligned(fromByteOffset: place, as: SIMD2<UInt64>.self),
                right.loadUnaligned(fromByteOffset: place, as: SIMD2<UInt64>.self)
            )
            if words.0 != words.1 { return false }
            place += 16
        }
        while place < count {
            if left.load(fromByteOffset: place, as: UInt8.self) != right.load(fromByteOffset: place, as: UInt8.self) {
                return false
            }
            place += 1
        }
        return true
    }

    private static func hash(_ bytes: UnsafeRawBufferPointer, _ seed: Int) -> Int {
        var hash = UInt64(truncatingIfNeeded: seed) ^ UInt64(bytes.count)
        var place = 0
        // Four lanes, so that none waits for the multiplication of the one before.
        if bytes.count >= 32 {
            var lanes = SIMD4<UInt64>(1, 2, 3, 4)
            while place + 32 <= bytes.count {
                let words = bytes.loadUnaligned(fromByteOffset: place, as: SIMD4<UInt64>.self) ^ lanes
                for lane in 0..<4 { lanes[lane] = words[lane] &* 0x9E37_79B9_7F4A_7C15 }
                lanes ^= lanes &>> 32
                place += 32
            }
            for lane in 0..<4 { hash = (hash ^ lanes[lane]) &* 0xC2B2_AE3D_27D4_EB4F }
        }
        while place + 8 <= bytes.count {
            hash = (hash ^ bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 32
            place += 8
        }
        while place < bytes.count {
            hash = (hash ^ UInt64(bytes[place])) &* 0x9E37_79B9_7F4A_7C15
            place += 1
        }
        return Int(truncatingIfNeeded: hash ^ hash >> 29)
    }

    // MARK: - Following

    /// Writes a script, with the numbers of its sources, an option's place from 0, and what `value` writes of a fact.
    @inline(__always)
    func follow(
        _ kind: Kind, _ number: Int32, _ digits: AnswerDigits.Lent, place: Int, _ out: inout AnswerCursor,
        value: (Int, inout AnswerCursor) -> Void
    ) {
        let list = list(kind, number)
        if list < 0 { return }
        digits.set(rank: place + 1)
        lists.withUnsafeBufferPointer { lists in
            parts.withUnsafeBytes { parts in
                guard let parts = parts.baseAddress, let lists = lists.baseAddress else { return }
                var next = lists + Int(list)
                for _ in 0..<next.pointee {
                    next += 1
                    Self.follow(parts + Int(next.pointee), digits, &out, value: value)
                }
            }
        }
    }

    /// Writes a part.
    @inline(__always)
    private static func follow(
        _ part: UnsafeRawPointer, _ digits: AnswerDigits.Lent, _ out: inout AnswerCursor,
        value: (Int, inout AnswerCursor) -> Void
    ) {
        // INVARIANT: `part` is where a part begins, written by `add`.
        let head = part.loadUnaligned(as: Head.self)
        var step = part + MemoryLayout<Head>.stride
        var text = step + Int(head.steps) * MemoryLayout<Step>.stride
        let needed = Int(head.text) + Int(head.steps) * MemoryLayout<UInt64>.size
        var hasRoom = out.hasRoom(needed)
        for _ in 0..<head.steps {
            let run = step.loadUnaligned(as: Step.self)
            step += MemoryLayout<Step>.stride
            if run.slot < 0 {
                out.put(text, Int(run.count))
                value(Int(-1 - run.slot), &out)
                hasRoom = out.hasRoom(needed)
            } else if hasRoom {
                out.putWithRoom(text, Int(run.count), digits[Int(run.slot)])
            } else {
                out.put(text, Int(run.count))
                out.put(written: digits[Int(run.slot)])
            }
            text += Int(run.count)
        }
    }

    /// The word of a recipe for a script with an option's place, and a comma in front; nil where there is none.
    func word(_ script: AnswerRecipe.Script) -> UInt32? {
        let list = list(script.kind, script.number)
        guard (0..<1 << 20).contains(list) else { return nil }
        return AnswerRecipe.isScript << 30 | (script.hasComma ? AnswerRecipe.comma : 0)
            | UInt32(script.place) << 20 | UInt32(list)
    }

    /// Follows a recipe; `references` writes their list.
    func follow(
        _ recipe: UnsafeBufferPointer<UInt32>, _ digits: AnswerDigits.Lent, _ out: inout AnswerCursor,
        references: (inout AnswerCursor) -> Void
    ) {
        guard let first = recipe.baseAddress else { return }
        let end = first + recipe.count
        lists.withUnsafeBufferPointer { lists in
            parts.withUnsafeBytes { parts in
                guard let parts = parts.baseAddress, let lists = lists.baseAddress else { return }
                // INVARIANT: words are those of `AnswerRecipe.write`, which tells how long each step is; lists and parts are
                // those of the same era.
                Self.prefetch(first, end, lists, parts)
                var next = first
                while next < end {
                    let word = next.pointee
                    next += 1
                    switch word >> 30 {
                    case AnswerRecipe.isPart:
                        Self.follow(parts + Int(word), digits, &out) { _, _ in }
                    case AnswerRecipe.isScript:
                        if word & AnswerRecipe.comma != 0 { out.put(byte: UInt8(ascii: ",")) }
                        digits.set(rank: Int(word >> 20 & 0xFF) + 1)
                        var part = lists + Int(word & 0xF_FFFF)
                        for _ in 0..<part.pointee {
                            part += 1
                            Self.follow(parts + Int(part.pointee), digits, &out) { _, out in
                                if next < end { Self.putBytes(&next, &out) }
                            }
                        }
                    case AnswerRecipe.isBytes:
                        next -= 1
                        Self.putBytes(&next, &out)
                    default:
                        if word == AnswerRecipe.references {
                            references(&out)
                        } else {
                            out.put(written: digits[Int(word & 0xFFFF) + Int(Self.firstSource)])
                        }
                    }
                }
            }
        }
    }

    /// Asks for the memory of a recipe's parts, so that it comes while others are copied.
    @inline(__always)
    private static func prefetch(
        _ first: UnsafePointer<UInt32>, _ end: UnsafePointer<UInt32>, _ lists: UnsafePointer<Int32>,
        _ parts: UnsafeRawPointer
    ) {
        forEach(first, end) { word in
            if word >> 30 == AnswerRecipe.isScript { consilium_prefetch(lists + Int(word & 0xF_FFFF)) }
        }
        forEach(first, end) { word in
            if word >> 30 == AnswerRecipe.isPart { return prefetch(parts + Int(word)) }
            guard word >> 30 == AnswerRecipe.isScript else { return }
            var part = lists + Int(word & 0xF_FFFF)
            for _ in 0..<part.pointee {
                part += 1
                prefetch(parts + Int(part.pointee))
            }
        }
    }

    @inline(__always)
    private static func prefetch(_ part: UnsafeRawPointer) {
        for line in 0..<4 { consilium_prefetch(part + 64 * line) }
    }

    /// The words of a recipe that are no bytes.
    @inline(__always)
    private static func forEach(
        _ first: UnsafePointer<UInt32>, _ end: UnsafePointer<UInt32>, _ use: (UInt32) -> Void
    ) {
        var next = first
        while next < end {
            let word = next.pointee
            next += word >> 30 == AnswerRecipe.isBytes ? 1 + Int((word & 0x3FFF_FFFF) + 3) / 4 : 1
            use(word)
        }
    }

    /// Writes bytes that stand in a recipe.
    @inline(__always)
    private static func putBytes(_ next: inout UnsafePointer<UInt32>, _ out: inout AnswerCursor) {
        let count = Int(next.pointee & 0x3FFF_FFFF)
        out.put(UnsafeRawPointer(next + 1), count)
        next += 1 + (count + 3) / 4
    }

    private static func set(_ start: Int32, at number: Int, _ known: inout [Int32]) {
        while known.count <= number { known.append(-1) }
        known[number] = start
    }
}

/// The numbers of an answer's sources and the rank of the option at hand, as they are written, by the slots of scripts.
struct AnswerDigits: Sendable {
    /// Each up to seven digits, the first in the lowest byte, and in the highest how many they are.
    private var words: [UInt64] = []

    /// Words that were set, as long as they are lent.
    struct Lent {
        fileprivate let words: UnsafeMutablePointer<UInt64>

        @inline(__always)
        subscript(slot: Int) -> UInt64 { words[slot] }

        @inline(__always)
        func set(rank: Int) { words[Int(AnswerScripts.rank)] = AnswerDigits.word(rank) }
    }

    /// Lends the numbers of sources that are numbered from 1 on in this order, of `count` that there are.
    mutating func lend<Result>(
        _ sources: some Collection<some BinaryInteger>, of count: Int, _ use: (Lent) -> Result
    ) -> Result? {
        let first = Int(AnswerScripts.firstSource)
        if words.count != count + first { words = Array(repeating: 0, count: count + first) }
        return words.withUnsafeMutableBufferPointer { words in
            guard let start = words.baseAddress else { return nil }
            var number = 0
            for source in sources {
                number += 1
                words[Int(source) + first] = Self.word(number)
            }
            defer { for source in sources { words[Int(source) + first] = 0 } }
            return use(Lent(words: start))
        }
    }

    /// A number of at most seven digits.
    @inline(__always)
    private static func word(_ number: Int) -> UInt64 {
        let number = UInt64(truncatingIfNeeded: number)
        if number < 10 { return 1 << 56 | 48 + number }
        if number < 100 { return 2 << 56 | 48 + number / 10 | (48 + number % 10) << 8 }
        return wide(number)
    }

    @inline(never)
    private static func wide(_ number: UInt64) -> UInt64 {
        var (left, word, count) = (number, UInt64(0), UInt64(0))
        while left > 0 && count < 7 {
            word = word << 8 | (48 + left % 10)
            left /= 10
            count += 1
        }
        return count << 56 | word
    }
}
