import ClinicalModel
import DecisionLogic

/// Whether the order of two options hangs on a fact: their ranks are judged for every answer to it, alone and beside one other
/// answer. What takes two others is asked once one of them is answered. The other answer may also take an option out, or let
/// a rule speak that does not yet: `movesBesideAnother` judges both options anew.
struct RankContest: Sendable {
    /// An option of a case with the rules that give its rank, and all rules that speak of it.
    struct Option: Sendable {
        let intervention: Intervention
        let speaking: [Recommendation]
        let rules: [Recommendation]
    }

    private typealias OpenRank = (when: Condition?, rank: Int)

    private struct Side: Sendable {
        let ranks: [[OpenRank]]
        let current: Int
        let facts: BitSet
    }

    private let knowledge: ClinicalKnowledge
    private let prevailing: Set<String>
    private let options: [Option]
    private var values: [FactValue]
    private let sides: [Side]
    private var tests: [Int: [FactTest]] = [:]
    private var answers: [Int: [FactValue]] = [:]
    /// The ranks of an option over the answers to a fact, and over those to two facts.
    private var alone: [Int: [Int]] = [:]
    private var beside: [Int: [Int]] = [:]

    /// A contest of the options of one case. `prevailing` names rules whose word against an option prevails.
    init(_ options: [Option], _ prevailing: Set<String>, _ knowledge: ClinicalKnowledge, _ values: [FactValue]) {
        (self.options, self.prevailing, self.knowledge, self.values) = (options, prevailing, knowledge, values)
        var tests: [Int: [FactTest]] = [:]
        sides = options.map { option in
            let ranks = option.speaking.map { Self.open($0, values) }
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

    /// Whether it does so where both are judged anew under the other answer: neither is lost by it, nor lets another rule of
    /// either speak that settles the order.
    func movesBesideAnother(_ left: Int, _ right: Int, over fact: Int) -> Bool {
        // Of the two alone, so that what is found of them does not hang on the others.
        var pair = RankContest([options[left], options[right]], prevailing, knowledge, values)
        for option in pair.options { pair.addTests(of: option) }
        return pair.moves(over: fact)
    }

    private mutating func moves(over fact: Int) -> Bool {
        for other in sides[0].facts.union(sides[1].facts).members where other != fact {
            let before = zip(ranks(0, other), ranks(1, other)).map { $0 <= $1 }
            let after = zip(ranks(0, other, fact), ranks(1, other, fact)).map { $0 <= $1 }
            let (outer, inner) = (answers(to: other), answers(to: fact))
            for place in after.indices where after[place] != before[place / inner.count] {
                var values = values
                values[other] = outer[place / inner.count]
                let standing = standing(values)
                values[fact] = inner[place % inner.count]
                if self.standing(values) != standing { return true }
            }
        }
        return false
    }

    /// How two options stand.
    private struct Standing: Equatable {
        let groups: [Int]
        let isFirstBefore: Bool
    }

    private func standing(_ values: [FactValue]) -> Standing {
        let judge = OptionJudge(knowledge: knowledge, values: values)
        let places = options.map {
            judge.place(judge.assess($0.intervention, $0.rules, prevailing: prevailing))
        }
        let isOffered = places.allSatisfy { $0.group < 2 }
        return Standing(groups: places.map(\.group), isFirstBefore: isOffered && places[0] <= places[1])
    }

    /// Adds all that judging an option asks, so that answers tell it apart.
    private mutating func addTests(of option: Option) {
        let labels = option.intervention.drugs.compactMap { knowledge.drugs[$0] }.flatMap(\.labels)
        let limits = labels.flatMap { label in
            DrugLabel.Part.allCases.filter(\.forbids).flatMap { (label.facts[$0] ?? []).map(\.when) }
        }
        let rules = option.rules.flatMap { rule in [rule.appliesWhen] + rule.ranks.map(\.when) }
        for condition in rules + option.intervention.contraindications.map(\.when) + limits {
            condition?.forEachLeaf { leaf in
                if !(tests[leaf.fact] ?? []).contains(leaf.test) { tests[leaf.fact, default: []].append(leaf.test) }
            }
        }
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
        let definition = knowledge.vocabulary[fact]
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
