/// Which values of a case no test of a graph tells apart from others: each known value gets the number of the pattern in which
/// the tests of its fact answer; a code has one of its own. Patients whose numbers differ only where nobody looks have the same patterns.
package struct CaseProfile: Sendable {
    /// The tests of a fact, and how its values find their pattern.
    fileprivate struct Column: Sendable {
        let fact: Int
        /// Of a set also what its tests say once it is closed, and whether closing it excludes anything.
        let isSet: Bool
        /// Of a code each value has a pattern of its own, whether its tests tell it apart or not.
        let isCode: Bool
        /// Whether it has so few codes that two words tell a value.
        let isFew: Bool
        var tests: [ConditionGraph.Node] = []
        /// The ends of the intervals that it is tested for, ascending: between them and on them all tests say the same.
        var ends: [Double] = []
        /// The pattern of a number by its place among the ends, of one code by the code; -1: not seen yet.
        var plain: [Int32] = []
        /// The pattern of a range by the places of its ends.
        var ranges: [Extent: Int32] = [:]
        /// Two bits an answer, the patterns end to end.
        var patterns: [UInt64] = []
        var count: Int32 = 0

        /// How many answers a pattern holds: those of the tests, then those of a closed set.
        var answers: Int { isSet ? 2 * tests.count + 1 : tests.count }
        var width: Int { (2 * answers + 63) / 64 }
    }

    /// Where a range lies among the ends of the intervals that its fact is tested for; −1: it has no such end.
    fileprivate struct Extent: Hashable, Sendable {
        let lower: Int32
        let upper: Int32
        let lowerIsOpen: Bool
        let upperIsOpen: Bool
    }

    private var columns: [Column]
    /// The place of each test among those of its fact.
    private var places: [Int32]
    /// The patterns of sets, and of values that leave several codes.
    private var others: [Named: Int32] = [:]
    /// The same of facts with few codes.
    private var fewOthers: [FewNamed: Int32] = [:]
    /// The pattern of each known fact of this case.
    private(set) var numbers: [Int32]
    private var sights: [Sight] = []
    private var sightNumbers: [SightKey: Int32] = [:]

    private struct SightKey: Hashable, Sendable {
        let fact: Int
        let mask: [UInt64]
        let isWhole: Bool
    }

    private struct Named: Hashable, Sendable {
        let fact: Int
        let value: FactValue
    }

    /// The same of a fact with few codes.
    private struct FewNamed: Hashable, Sendable {
        let fact: Int
        let words: Words

        func hash(into hasher: inout Hasher) {
            hasher.combine(words.first)
            hasher.combine(words.second)
            hasher.combine(fact)
        }
    }

    /// So many values that are neither a number, nor a range, nor one code are told apart, and as many of facts with few codes.
    private static let most = 4_096

    /// For cases that are judged by a graph.
    package init(_ graph: ConditionGraph) {
        columns = (0..<graph.factCount).map { fact in
            let (isSet, isCode) =
                switch graph.unrestricted(fact) {
                case .codes: (false, true)
                case .quantity: (false, false)
                case .members: (true, false)
                }
            return Column(fact: fact, isSet: isSet, isCode: isCode, isFew: graph.isFew(fact))
        }
        numbers = Array(repeating: -1, count: graph.factCount)
        places = Array(repeating: 0, count: graph.count)
        for (node, part) in graph.parts.enumerated() where part.kind.isTest {
            let fact = Int(part.operand)
            places[node] = Int32(columns[fact].tests.count)
            columns[fact].tests.append(ConditionGraph.Node(node))
            guard part.kind == .within else { continue }
            let interval = graph.intervals[Int(part.first)]
            columns[fact].ends += [interval.lower, interval.upper].filter(\.isFinite)
        }
        for fact in columns.indices {
            columns[fact].ends = Set(columns[fact].ends).sorted()
            let values = max(2 * columns[fact].ends.count + 1, graph.codeCount(of: fact))
            columns[fact].plain = Array(repeating: -1, count: values)
        }
    }

    /// About how many bytes what it learned takes.
    package var size: Int { learnedBytes + others.count * 192 + fewOthers.count * 64 }
    private var learnedBytes = 0

    /// Takes what is known of some facts of a case. A fact has no number where it has a value of which there are too many to
    /// tell apart, or one that is new while nothing may be learned.
    package mutating func take(_ facts: BitSet, of judge: borrowing GraphJudge, isLearning: Bool = true) {
        facts.forEach { numbers[$0] = pattern($0, judge, isLearning) }
    }

    @inline(__always)
    private mutating func pattern(_ fact: Int, _ judge: borrowing GraphJudge, _ isLearning: Bool) -> Int32 {
        switch judge.values[fact] {
        case .quantity(let interval):
            guard let point = interval.point, point.isFinite else { return range(fact, interval, judge, isLearning) }
            return plain(fact, columns[fact].place(of: point), judge, isLearning)
        case .codes(let set):
            guard let code = set.first, set.count == 1 else { return named(fact, judge, isLearning) }
            return plain(fact, code, judge, isLearning)
        case .members: return named(fact, judge, isLearning)
        }
    }

    @inline(__always)
    private mutating func plain(
        _ fact: Int, _ place: Int, _ judge: borrowing GraphJudge, _ isLearning: Bool
    ) -> Int32 {
        let known = columns[fact].plain[place]
        if known >= 0 || !isLearning { return known }
        let number = made(fact, judge)
        columns[fact].plain[place] = number
        return number
    }

    /// How a test answers for a range is told by the order of its ends and the test's, and by which of them belong to it.
    private mutating func range(
        _ fact: Int, _ interval: Interval, _ judge: borrowing GraphJudge, _ isLearning: Bool
    ) -> Int32 {
        func place(of end: Double) -> Int32 { end.isFinite ? Int32(columns[fact].place(of: end)) : -1 }
        let (lower, upper) = (place(of: interval.lower), place(of: interval.upper))
        // Between the ends asked for it makes no difference whether a range has its own.
        let extent = Extent(
            lower: lower, upper: upper, lowerIsOpen: lower & 1 == 1 && interval.lowerIsOpen,
            upperIsOpen: upper & 1 == 1 && interval.upperIsOpen)
        if let known = columns[fact].ranges[extent] { return known }
        guard isLearning else { return -1 }
        let number = made(fact, judge)
        columns[fact].ranges[extent] = number
        learnedBytes += 64
        return number
    }

    private mutating func named(_ fact: Int, _ judge: borrowing GraphJudge, _ isLearning: Bool) -> Int32 {
        if columns[fact].isFew {
            let key = FewNamed(fact: fact, words: judge.words[fact])
            if let known = fewOthers[key] { return known }
            if !isLearning || fewOthers.count >= Self.most { return -1 }
            let number = made(fact, judge)
            fewOthers[key] = number
            return number
        }
        let key = Named(fact: fact, value: judge.values[fact])
        if let known = others[key] { return known }
        if !isLearning || others.count >= Self.most { return -1 }
        let number = made(fact, judge)
        others[key] = number
        return number
    }

    private mutating func made(_ fact: Int, _ judge: borrowing GraphJudge) -> Int32 {
        learnedBytes += columns[fact].width * 8
        return columns[fact].made(judge)
    }

    // MARK: - What is seen of a pattern

    /// What is told apart of a fact by whoever looks at some of its tests.
    fileprivate struct Sight: Sendable {
        let fact: Int
        /// The bits of these tests in a pattern; or all patterns are told apart.
        let mask: [UInt64]
        let isWhole: Bool
        /// How many bits the number of a kind takes.
        let width: Int
        /// The kind of each pattern, from 1; 0: not met yet. And the first pattern of each kind.
        var kinds: [UInt8] = []
        var first: [Int32] = []
    }

    /// The number of the sight of a fact through some tests.
    fileprivate mutating func sight(of fact: Int, _ tests: TestSet, whole: Bool) -> Int32 {
        var mask = Array(repeating: UInt64(0), count: columns[fact].width)
        var count = 0
        func look(at answer: Int) {
            mask[answer / 32] |= 3 << UInt64(answer % 32 * 2)
            count += 1
        }
        let closes = whole && columns[fact].isSet
        let isWhole = whole && columns[fact].isCode
        for test in tests.tests(of: fact) {
            look(at: Int(places[Int(test)]))
            if closes { look(at: columns[fact].tests.count + Int(places[Int(test)])) }
        }
        if closes { look(at: 2 * columns[fact].tests.count) }
        let key = SightKey(fact: fact, mask: mask, isWhole: isWhole)
        if let known = sightNumbers[key] { return known }
        // Three answers a test, and one number for nothing known.
        let width = isWhole || count > 4 ? 8 : count == 0 ? 1 : [2, 4, 5, 7][count - 1]
        sightNumbers[key] = Int32(sights.count)
        sights.append(Sight(fact: fact, mask: mask, isWhole: isWhole, width: width))
        learnedBytes += 256 + mask.count * 16
        return Int32(sights.count - 1)
    }

    fileprivate func width(of sight: Int32) -> Int { sights[Int(sight)].width }

    /// The kind of the value that is known now of a sight's fact; nil where there are too many.
    fileprivate mutating func kind(seenBy sight: Int32) -> UInt8? {
        let (fact, mask) = (sights[Int(sight)].fact, sights[Int(sight)].mask)
        let number = Int(numbers[fact])
        while sights[Int(sight)].kinds.count <= number {
            sights[Int(sight)].kinds.append(0)
            learnedBytes += 1
        }
        if sights[Int(sight)].kinds[number] > 0 { return sights[Int(sight)].kinds[number] }
        let isWhole = sights[Int(sight)].isWhole
        func isSame(_ other: Int32) -> Bool {
            if isWhole { return number == Int(other) }
            let (own, its) = (number * mask.count, Int(other) * mask.count)
            return mask.indices.allSatisfy {
                (columns[fact].patterns[own + $0] ^ columns[fact].patterns[its + $0]) & mask[$0] == 0
            }
        }
        let kind = sights[Int(sight)].first.firstIndex(where: isSame) ?? sights[Int(sight)].first.count
        guard kind + 1 < 1 << sights[Int(sight)].width else { return nil }
        if kind == sights[Int(sight)].first.count { sights[Int(sight)].first.append(Int32(number)) }
        sights[Int(sight)].kinds[number] = UInt8(kind + 1)
        return UInt8(kind + 1)
    }
}

extension CaseProfile.Column {
    @inline(__always)
    fileprivate func place(of point: Double) -> Int {
        ends.withUnsafeBufferPointer { ends in
            var place = 0
            while place < ends.count && ends[place] < point { place += 1 }
            return 2 * place + (place < ends.count && ends[place] == point ? 1 : 0)
        }
    }

    /// Asks all tests of the value that is known now; the number of their pattern.
    fileprivate mutating func made(_ judge: borrowing GraphJudge) -> Int32 {
        var pattern = Array(repeating: UInt64(0), count: width)
        func put(_ truth: Truth, _ answer: Int) {
            pattern[answer / 32] |= UInt64(truncatingIfNeeded: truth.rawValue) << UInt64(answer % 32 * 2)
        }
        for (place, test) in tests.enumerated() {
            put(judge.tested(test), place)
            if isSet { put(judge.testedClosed(test), tests.count + place) }
        }
        if isSet { put(Truth(judge.isClosable(fact)), 2 * tests.count) }
        patterns += pattern
        count += 1
        return count - 1
    }
}

/// What one judging sees of a case: for each fact that it looks at, which of the patterns that it tells apart.
package struct SeenCase: Sendable, Equatable {
    fileprivate let first: UInt64
    fileprivate let second: UInt64
}

/// What some judgings see of a case, each as a number of 128 bits. Cases of which a judging sees the same end alike in it.
package struct ProfileKeys: Sendable {
    /// What one judging looks at.
    package struct View: Sendable {
        let facts: BitSet
        let tests: TestSet
        let looksWhole: Bool

        /// - Parameter whole: whether it also looks at the value of each code, and at what these tests would say of each set
        ///   once that is closed.
        package init(facts: BitSet, tests: TestSet, whole: Bool = false) {
            self.facts = facts
            self.tests = tests
            looksWhole = whole
        }
    }

    /// Where in the numbers of a case goes what a view sees of a fact.
    private struct Spot: Sendable {
        let word: UInt16
        let shift: UInt16
        let sight: Int32
    }

    private let views: [View]
    package let facts: BitSet
    /// How many bits of each view's number are taken.
    private var taken: [Int]
    /// By fact, once it was known of a case: of each view that looks at it. A spot past all words: there was no room.
    private var spots: [[Spot]]
    /// By fact and pattern: where its row begins in `rows`; -1: not made yet, -2: none can be.
    private var starts: [[Int32]]
    /// What each view that looks at the fact sees of a pattern.
    private var rows: [UInt8] = []

    /// For judgings that look at these.
    package init(_ views: [View], facts count: Int) {
        self.views = views
        facts = views.reduce(into: BitSet()) { $0.formUnion($1.facts) }
        taken = Array(repeating: 0, count: views.count)
        spots = Array(repeating: [], count: count)
        starts = Array(repeating: [], count: count)
    }

    /// About how many bytes it takes.
    package private(set) var size = 0

    /// Puts the numbers of a case together, two words a view; false where what is seen of it does not fit into them, or is new
    /// while nothing may be learned.
    package mutating func put(
        _ profile: inout CaseProfile, known: BitSet, isLearning: Bool = true, into words: inout [UInt64]
    ) -> Bool {
        words.removeAll(keepingCapacity: true)
        for _ in 0..<2 * views.count { words.append(0) }
        var isWhole = true
        known.intersection(facts).forEach { fact in
            let number = Int(profile.numbers[fact])
            if number < 0 { return isWhole = false }
            var start = number < starts[fact].count ? starts[fact][number] : -1
            if start == -1 && isLearning { start = makeRow(fact, &profile) }
            if start < 0 { return isWhole = false }
            words.withUnsafeMutableBufferPointer { words in
                rows.withUnsafeBufferPointer { rows in
                    spots[fact].withUnsafeBufferPointer { spots in
                        // INVARIANT: a row has one byte a spot, and its spots lie within the words of the views.
                        for (place, spot) in spots.enumerated() {
                            words[Int(spot.word)] |= UInt64(rows[Int(start) + place]) << UInt64(spot.shift)
                        }
                    }
                }
            }
        }
        return isWhole
    }

    /// What a view sees, of numbers that `put` put together.
    @inline(__always)
    package static func seen(_ words: [UInt64], by view: Int) -> SeenCase {
        SeenCase(first: words[2 * view], second: words[2 * view + 1])
    }

    private mutating func makeRow(_ fact: Int, _ profile: inout CaseProfile) -> Int32 {
        if spots[fact].isEmpty { look(at: fact, &profile) }
        let number = Int(profile.numbers[fact])
        while starts[fact].count <= number {
            starts[fact].append(-1)
            size += 4
        }
        starts[fact][number] = -2
        var row: [UInt8] = []
        for spot in spots[fact] {
            guard spot.word < 2 * views.count, let kind = profile.kind(seenBy: spot.sight) else { return -2 }
            row.append(kind)
        }
        starts[fact][number] = Int32(rows.count)
        rows += row
        size += row.count
        return starts[fact][number]
    }

    /// Gives a fact its bits in the numbers of the views that look at it.
    private mutating func look(at fact: Int, _ profile: inout CaseProfile) {
        for (place, view) in views.enumerated() where view.facts.contains(fact) {
            let sight = profile.sight(of: fact, view.tests, whole: view.looksWhole)
            let width = profile.width(of: sight)
            // Nothing lies across the two words.
            if taken[place] < 64 && taken[place] + width > 64 { taken[place] = 64 }
            let isRoom = taken[place] + width <= 128
            let word = isRoom ? 2 * place + taken[place] / 64 : 2 * views.count
            spots[fact].append(Spot(word: UInt16(word), shift: UInt16(taken[place] % 64), sight: sight))
            if isRoom { taken[place] += width }
            size += MemoryLayout<Spot>.stride
        }
    }
}

/// What judgings ended in, by what they see of a case: one look instead of a way through a `VerdictTree`. It holds only what
/// was judged of a case of which the same is seen.
package struct SeenVerdicts: Sendable {
    private struct Entry: Sendable {
        var key = SeenCase(first: 0, second: 0)
        /// The number of who judges; negative: free.
        var seat: Int32 = -1
        var result: Int32 = 0
    }

    /// Open addressing; always at most three quarters full.
    private var entries = Array(repeating: Entry(), count: 1 << 10)
    /// How many it holds.
    package private(set) var count = 0

    /// None.
    package init() {}

    /// About how many bytes it takes.
    package var size: Int { entries.count * MemoryLayout<Entry>.stride }

    /// The result of whoever sits in a seat and sees this.
    package func result(of seat: Int32, _ key: SeenCase) -> Int? {
        let result = entries.withUnsafeBufferPointer { Self.result(of: seat, key, $0) }
        return result < 0 ? nil : Int(result)
    }

    /// The results of as many seats as there are pairs of words, one behind the other from a first; -1: it holds none.
    ///
    /// All in one go, so that the processor fetches the entries of several at the same time.
    package func find(from seat: Int32, _ words: [UInt64], into results: inout [Int32]) {
        entries.withUnsafeBufferPointer { entries in
            for view in 0..<words.count / 2 {
                results.append(Self.result(of: seat + Int32(view), ProfileKeys.seen(words, by: view), entries))
            }
        }
    }

    @inline(__always)
    private static func result(of seat: Int32, _ key: SeenCase, _ entries: UnsafeBufferPointer<Entry>) -> Int32 {
        let last = entries.count - 1
        var place = scattered(seat, key) & last
        while entries[place].seat >= 0 {
            if entries[place].seat == seat && entries[place].key == key { return entries[place].result }
            place = (place + 1) & last
        }
        return -1
    }

    /// Keeps a result that it does not hold.
    package mutating func keep(_ result: Int, of seat: Int32, _ key: SeenCase) {
        if (count + 1) * 4 > entries.count * 3 {
            let old = entries
            entries = Array(repeating: Entry(), count: old.count * 2)
            for entry in old where entry.seat >= 0 { insert(entry) }
        }
        insert(Entry(key: key, seat: seat, result: Int32(result)))
        count += 1
    }

    private mutating func insert(_ entry: Entry) {
        let last = entries.count - 1
        var place = Self.scattered(entry.seat, entry.key) & last
        while entries[place].seat >= 0 { place = (place + 1) & last }
        entries[place] = entry
    }

    @inline(__always)
    private static func scattered(_ seat: Int32, _ key: SeenCase) -> Int {
        var mixed = (key.first ^ UInt64(UInt32(bitPattern: seat)) &* 0x9E37_79B9_7F4A_7C15) &* 0xFF51_AFD7_ED55_8CCD
        mixed = (mixed ^ mixed >> 32 ^ key.second) &* 0xFF51_AFD7_ED55_8CCD
        mixed = (mixed ^ mixed >> 29) &* 0xFF51_AFD7_ED55_8CCD
        return Int(truncatingIfNeeded: mixed >> 33)
    }
}
