import ClinicalModel
import DecisionLogic

/// Whether the order of two options hangs on a fact: their ranks are judged for every answer to it, alone and beside one other
/// answer. What takes two others is asked once one of them is answered.
struct RankContest: Sendable {
    private typealias OpenRank = (when: Condition?, rank: Int)

    private struct Side: Sendable {
        let ranks: [[OpenRank]]
        let current: Int
        let facts: BitSet
    }

    private let vocabulary: Vocabulary
    private var values: [FactValue]
    private let sides: [Side]
    private var tests: [Int: [FactTest]] = [:]
    private var answers: [Int: [FactValue]] = [:]
    /// The ranks of an option over the answers to a fact, and over those to two facts.
    private var alone: [Int: [Int]] = [:]
    private var beside: [Int: [Int]] = [:]

    /// A contest of the options of one case, each with the rules that give its rank, in the order of their ids where two rank
    /// alike.
    init(_ options: [[Recommendation]], _ vocabulary: Vocabulary, _ values: [FactValue]) {
        (self.vocabulary, self.values) = (vocabulary, values)
        var tests: [Int: [FactTest]] = [:]
        sides = options.map { rules in
            let ranks = rules.map { Self.open($0, values) }
            var facts = BitSet()
            for condition in ranks.joined().compactMap(\.when) {
                facts.formUnion(condition.needs(values))
                condition.forEachLeaf { leaf in
                    if !(tests[leaf.fact] ?? []).contains(leaf.test) { tests[leaf.fact, default: []].append(leaf.test) }
                }
            }
            return Side(ranks: ranks, current: Self.rank(ranks, values), facts: facts)
        }
        self.tests = tests
    }

    /// Whether an answer to a fact turns the order of two options, `left` the one whose id comes first.
    mutating func turns(_ left: Int, _ right: Int, over fact: Int) -> Bool {
        let now = sides[left].current <= sides[right].current
        return zip(ranks(left, fact), ranks(right, fact)).contains { ($0 <= $1) != now }
    }

    /// Whether it does so beside an answer to another fact.
    mutating func turnsBesideAnother(_ left: Int, _ right: Int, over fact: Int) -> Bool {
        for other in sides[left].facts.union(sides[right].facts).members where other != fact {
            let before = zip(ranks(left, other), ranks(right, other)).map { $0 <= $1 }
            let after = zip(ranks(left, other, fact), ranks(right, other, fact)).map { $0 <= $1 }
            let count = self.answers(to: fact).count
            if after.indices.contains(where: { after[$0] != before[$0 / count] }) { return true }
        }
        return false
    }

    /// The ranks of an option for each answer to a fact.
    private mutating func ranks(_ side: Int, _ fact: Int) -> [Int] {
        let key = side << 12 | fact
        if let known = alone[key] { return known }
        let answers = answers(to: fact)
        var result = Array(repeating: sides[side].current, count: answers.count)
        if sides[side].facts.contains(fact) {
            let open = values[fact]
            for (place, answer) in answers.enumerated() {
                values[fact] = answer
                result[place] = Self.rank(sides[side].ranks, values)
            }
            values[fact] = open
        }
        alone[key] = result
        return result
    }

    /// The same for each answer to one fact and, within, to another.
    private mutating func ranks(_ side: Int, _ first: Int, _ second: Int) -> [Int] {
        let key = (side << 12 | first) << 12 | second
        if let known = beside[key] { return known }
        let (outer, inner) = (answers(to: first), answers(to: second))
        var result: [Int] = []
        if !sides[side].facts.contains(first) {
            let own = ranks(side, second)
            for _ in outer { result += own }
        } else if !sides[side].facts.contains(second) {
            for rank in ranks(side, first) { result += Array(repeating: rank, count: inner.count) }
        } else {
            let open = (values[first], values[second])
            for one in outer {
                values[first] = one
                for other in inner {
                    values[second] = other
                    result.append(Self.rank(sides[side].ranks, values))
                }
            }
            (values[first], values[second]) = open
        }
        beside[key] = result
        return result
    }

    /// The ranks of a rule that may yet hold, up to the first that does.
    private static func open(_ rule: Recommendation, _ values: [FactValue]) -> [OpenRank] {
        var result: [OpenRank] = []
        for entry in rule.ranks {
            switch entry.when?.evaluate(values) ?? .true {
            case .true: return result + [(nil, entry.rank)]
            case .unknown: result.append((entry.when, entry.rank))
            case .false: break
            }
        }
        return result
    }

    private static func rank(_ rules: [[OpenRank]], _ values: [FactValue]) -> Int {
        var best = Int.max
        for ranks in rules {
            for entry in ranks where entry.when?.evaluate(values) ?? .true == .true {
                best = min(best, entry.rank)
                break
            }
        }
        return best
    }

    /// The answers that the tests tell apart: each code, a number at, below and above each end, each code of a set held or not.
    private mutating func answers(to fact: Int) -> [FactValue] {
        if let known = answers[fact] { return known }
        let definition = vocabulary[fact]
        var all: [FactValue] = []
        switch values[fact] {
        case .codes(let codes): all = codes.members.map { .codes(BitSet([$0])) }
        case .quantity:
            var ends: Set<Double> = []
            for case .within(let interval) in tests[fact] ?? [] { ends.formUnion([interval.lower, interval.upper]) }
            let sorted = ends.filter(\.isFinite).sorted()
            var numbers = sorted
            for (low, high) in zip(sorted, sorted.dropFirst()) { numbers.append((low + high) / 2) }
            if let least = sorted.first, let most = sorted.last { numbers += [least - 1, most + 1] }
            all = numbers.map { .quantity(Interval(exactly: $0).intersection(definition.bounds)) }
        case .members:
            for case .includes(let code) in tests[fact] ?? [] {
                all.append(definition.membership(included: BitSet([code]), excluded: BitSet()))
                all.append(definition.membership(included: BitSet(), excluded: BitSet([code])))
            }
        }
        all = all.map { values[fact].intersection($0) }.filter { !$0.isEmpty }
        answers[fact] = all
        return all
    }
}
