import RecommendationEngine

/// How what a judge remembers is written: runs of rendered bytes, and between them the places where the numbers of sources,
/// the option's rank and the patient's own values go, which every answer fills itself. It holds what the judge numbers, era by
/// era, and nothing of a patient.
struct AnswerScripts: Sendable {
    /// What is remembered: facts that follow from others, an option or an exclusion, and what topics say beside them.
    enum Kind: Sendable { case ground, card, frame }

    /// Bytes to copy, then what fills the slot behind them.
    struct Step: Sendable, Hashable {
        /// In the piece store, or -1 less a place in `words`.
        let start: Int32
        let count: Int32
        /// A source whose number follows; `rank`, `nothing`; `firstValue` less a fact whose words follow.
        var slot: Int32
    }

    static let nothing: Int32 = -1
    static let rank: Int32 = -2
    static let firstValue: Int32 = -3

    /// A script under way: parts that other scripts may have too.
    struct Draft: Sendable {
        fileprivate var parts: [Part] = [Part()]
        var isInSlot = false

        mutating func add(_ bytes: UnsafeRawBufferPointer) { parts[parts.count - 1].add(bytes) }
        mutating func add(_ piece: Piece) { parts[parts.count - 1].add(piece) }
        mutating func close(with slot: Int32) { parts[parts.count - 1].close(with: slot) }
        mutating func cut() { parts.append(Part()) }
    }

    fileprivate struct Part: Sendable, Hashable {
        var steps: [Step] = []
        var words: [UInt8] = []

        mutating func add(_ bytes: UnsafeRawBufferPointer) {
            if bytes.isEmpty { return }
            if let last = steps.last, last.start < 0, last.slot == AnswerScripts.nothing {
                steps[steps.count - 1] = Step(
                    start: last.start, count: last.count + Int32(bytes.count), slot: AnswerScripts.nothing)
            } else {
                steps.append(
                    Step(start: -1 - Int32(words.count), count: Int32(bytes.count), slot: AnswerScripts.nothing))
            }
            words.append(contentsOf: bytes)
        }

        mutating func add(_ piece: Piece) {
            if piece.count == 0 { return }
            steps.append(Step(start: piece.start, count: piece.count, slot: AnswerScripts.nothing))
        }

        mutating func close(with slot: Int32) {
            if let last = steps.last, last.slot == AnswerScripts.nothing {
                steps[steps.count - 1].slot = slot
            } else {
                steps.append(Step(start: 0, count: 0, slot: slot))
            }
        }
    }

    private(set) var steps: [Step] = []
    /// With a block behind the last.
    private(set) var words: [UInt8] = Array(repeating: 0, count: AnswerCursor.block)
    /// The steps of each part, and the numbers of the parts of all scripts.
    private(set) var parts: [(start: Int32, end: Int32)] = []
    private(set) var lists: [Int32] = []

    /// The part of each hash: the first that had it.
    private var partNumbers: [Int: Int32] = [:]
    /// Where a script's parts begin and end in `lists`; begin 0 and end -1 where there is none.
    private var grounds: [(start: Int32, end: Int32)] = []
    private var cards: [(start: Int32, end: Int32)] = []
    private var frames: [(start: Int32, end: Int32)] = []
    /// The era of the judge whose numbers these are.
    private(set) var era = 0

    /// About how many bytes it takes.
    var size: Int {
        steps.count * MemoryLayout<Step>.stride + words.count + parts.count * 40 + lists.count * 4
            + (grounds.count + cards.count + frames.count) * 8
    }

    /// How much of each kind it holds, for benchmarks.
    var extent: [(name: String, count: Int)] {
        [
            ("steps", steps.count), ("bytes of words", words.count), ("parts", parts.count),
            ("parts in lists", lists.count), ("scripts", grounds.count + cards.count + frames.count),
        ]
    }

    /// Forgets everything where the judge has.
    mutating func enter(_ era: Int) {
        if era == self.era { return }
        self = AnswerScripts()
        self.era = era
    }

    /// Whether there is a script for a number.
    @inline(__always)
    func has(_ kind: Kind, _ number: Int32) -> Bool {
        let known = ranges(kind)
        return Int(number) < known.count && known[Int(number)].end >= 0
    }

    @inline(__always)
    private func ranges(_ kind: Kind) -> [(start: Int32, end: Int32)] {
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

    /// The parts of a script, in `lists`; none where there is none.
    @inline(__always)
    func parts(_ kind: Kind, _ number: Int32) -> Range<Int> {
        guard has(kind, number) else { return 0..<0 }
        let range = ranges(kind)[Int(number)]
        return Int(range.start)..<Int(range.end)
    }

    /// Keeps a script.
    mutating func keep(_ kind: Kind, _ number: Int32, _ draft: Draft) {
        // Address space until it is written.
        if lists.isEmpty { lists.reserveCapacity(1 << 20) }
        let start = Int32(lists.count)
        for part in draft.parts where !part.steps.isEmpty { lists.append(self.number(of: part)) }
        let range = (start: start, end: Int32(lists.count))
        switch kind {
        case .ground: Self.set(range, at: Int(number), &grounds)
        case .card: Self.set(range, at: Int(number), &cards)
        case .frame: Self.set(range, at: Int(number), &frames)
        }
    }

    private mutating func number(of part: Part) -> Int32 {
        let hash = part.hashValue
        if let known = partNumbers[hash], isPart(known, part) { return known }
        let number = Int32(parts.count)
        let (start, moved) = (Int32(steps.count), Int32(words.count - AnswerCursor.block))
        for step in part.steps {
            steps.append(step.start >= 0 ? step : Step(start: step.start - moved, count: step.count, slot: step.slot))
        }
        words.removeLast(AnswerCursor.block)
        words += part.words
        words += Array(repeating: 0, count: AnswerCursor.block)
        parts.append((start, Int32(steps.count)))
        if partNumbers[hash] == nil { partNumbers[hash] = number }
        return number
    }

    /// Whether a part that is kept is this one.
    private func isPart(_ number: Int32, _ part: Part) -> Bool {
        let (start, end) = parts[Int(number)]
        guard Int(end - start) == part.steps.count else { return false }
        var moved: Int?
        for (kept, step) in zip(steps[Int(start)..<Int(end)], part.steps) {
            guard kept.count == step.count, kept.slot == step.slot, (kept.start < 0) == (step.start < 0) else {
                return false
            }
            if step.start >= 0 {
                if kept.start != step.start { return false }
            } else {
                let own = Int(step.start - kept.start)
                if moved ?? own != own { return false }
                moved = own
            }
        }
        guard let moved else { return true }
        return words[moved..<moved + part.words.count].elementsEqual(part.words)
    }

    private static func set(
        _ range: (start: Int32, end: Int32), at number: Int, _ list: inout [(start: Int32, end: Int32)]
    ) {
        while list.count <= number { list.append((0, -1)) }
        list[number] = range
    }
}
