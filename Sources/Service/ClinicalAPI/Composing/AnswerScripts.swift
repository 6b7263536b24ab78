import RecommendationEngine

/// How what a judge remembers is written: runs of rendered bytes, and between them the places where the numbers of sources,
/// the option's rank and the patient's own values go, which every answer fills itself. It holds what the judge numbers, era by
/// era, and nothing of a patient.
struct AnswerScripts: Sendable {
    /// What is remembered: facts that follow from others, an option or an exclusion, and what topics say beside them.
    enum Kind: Sendable { case ground, card, frame }

    /// How many bytes follow, and what fills the slot behind them: a source whose number it is; `rank`, `nothing`;
    /// `firstValue` less a fact whose words it is.
    struct Step: Sendable {
        let count: Int32
        let slot: Int32
    }

    static let nothing: Int32 = -1
    static let rank: Int32 = -2
    static let firstValue: Int32 = -3

    /// A script under way: parts that other scripts may have too.
    struct Draft: Sendable {
        fileprivate var parts: [Part] = [Part()]
        var isInSlot = false

        mutating func add(_ bytes: UnsafeRawBufferPointer) { parts[parts.count - 1].add(bytes) }
        mutating func close(with slot: Int32) { parts[parts.count - 1].close(with: slot) }
        mutating func cut() { parts.append(Part()) }
    }

    fileprivate struct Part: Sendable {
        private var steps: [Step] = []
        private var text: [UInt8] = []
        /// The bytes behind the last slot.
        private var open: Int32 = 0

        var isEmpty: Bool { text.isEmpty && steps.isEmpty }

        mutating func add(_ bytes: UnsafeRawBufferPointer) {
            text.append(contentsOf: bytes)
            open += Int32(bytes.count)
        }

        mutating func close(with slot: Int32) {
            steps.append(Step(count: open, slot: slot))
            open = 0
        }

        /// How it is kept: the number of its steps, the steps, and the bytes of all of them end to end.
        var kept: [UInt8] {
            let steps = open > 0 ? steps + [Step(count: open, slot: AnswerScripts.nothing)] : steps
            var bytes: [UInt8] = []
            bytes.reserveCapacity(MemoryLayout<Int32>.size + steps.count * MemoryLayout<Step>.stride + text.count)
            withUnsafeBytes(of: Int32(steps.count)) { bytes += $0 }
            steps.withUnsafeBytes { bytes += $0 }
            return bytes + text
        }
    }

    /// All parts end to end, so that one is read along memory; with a block behind the last.
    private(set) var parts: [UInt8] = Array(repeating: 0, count: AnswerCursor.block)
    /// Where the parts of all scripts begin in `parts`.
    private(set) var lists: [Int32] = []

    /// The place of the part of each hash: the first that had it.
    private var partPlaces: [Int: Int32] = [:]
    /// Where a script's parts begin and end in `lists`; begin 0 and end -1 where there is none.
    private var grounds: [(start: Int32, end: Int32)] = []
    private var cards: [(start: Int32, end: Int32)] = []
    private var frames: [(start: Int32, end: Int32)] = []
    /// The era of the judge whose numbers these are.
    private(set) var era = 0

    /// About how many bytes it takes.
    var size: Int {
        parts.count + partPlaces.count * 32 + lists.count * 4 + (grounds.count + cards.count + frames.count) * 8
    }

    /// How much of each kind it holds, for benchmarks.
    var extent: [(name: String, count: Int)] {
        [
            ("bytes of parts", parts.count), ("parts", partPlaces.count), ("parts in lists", lists.count),
            ("scripts", grounds.count + cards.count + frames.count),
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

    /// Where the places of a script's parts lie in `lists`; nowhere where there is none.
    @inline(__always)
    func places(_ kind: Kind, _ number: Int32) -> Range<Int> {
        guard has(kind, number) else { return 0..<0 }
        let range = ranges(kind)[Int(number)]
        return Int(range.start)..<Int(range.end)
    }

    /// Keeps a script.
    mutating func keep(_ kind: Kind, _ number: Int32, _ draft: Draft) {
        // Address space until it is written.
        if lists.isEmpty {
            lists.reserveCapacity(1 << 20)
            parts.reserveCapacity(1 << 24)
        }
        let start = Int32(lists.count)
        for part in draft.parts where !part.isEmpty { lists.append(place(of: part.kept)) }
        let range = (start: start, end: Int32(lists.count))
        switch kind {
        case .ground: Self.set(range, at: Int(number), &grounds)
        case .card: Self.set(range, at: Int(number), &cards)
        case .frame: Self.set(range, at: Int(number), &frames)
        }
    }

    /// Where a part is kept; an equal one is already.
    private mutating func place(of part: [UInt8]) -> Int32 {
        let hash = part.hashValue
        if let known = partPlaces[hash], parts[Int(known)...].starts(with: part) { return known }
        let place = Int32(parts.count - AnswerCursor.block)
        parts.removeLast(AnswerCursor.block)
        parts += part
        parts += Array(repeating: 0, count: AnswerCursor.block)
        if partPlaces[hash] == nil { partPlaces[hash] = place }
        return place
    }

    private static func set(
        _ range: (start: Int32, end: Int32), at number: Int, _ list: inout [(start: Int32, end: Int32)]
    ) {
        while list.count <= number { list.append((0, -1)) }
        list[number] = range
    }
}
