import Testing

@testable import DecisionLogic

/// What a judging sees of a case in short is the same for two cases where, and only where, all that it asks is answered alike.
@Suite struct `Case profiles` {
    private static let vocabulary = SmallVocabulary.sizeKindSites

    private struct Tests {
        var graph = ConditionGraph(vocabulary)
        let size: [ConditionGraph.Node]
        let kind: [ConditionGraph.Node]
        let sites: [ConditionGraph.Node]
        var all: [ConditionGraph.Node] { size + kind + sites }

        init() {
            size = [
                graph.add(.within(Interval(lower: 3, upper: 20)), on: 0),
                graph.add(.within(Interval(lower: 20, lowerIsOpen: true)), on: 0), graph.add(.isKnown, on: 0),
                graph.add(.isPartlyKnown, on: 0),
            ]
            kind = [graph.add(.isOneOf(BitSet([0, 1])), on: 1), graph.add(.isOneOf(BitSet([2])), on: 1)]
            sites = [graph.add(.includes(0), on: 2), graph.add(.includes(2), on: 2)]
        }

        func judge(_ values: [(Int, FactValue)]) -> GraphJudge {
            var judge = GraphJudge(graph, vocabulary)
            for (fact, value) in values { judge.set(fact, value) }
            return judge
        }

        /// What these tests say of a case, and of which of their facts something is known.
        func said(
            _ judge: GraphJudge, _ tests: [ConditionGraph.Node], _ facts: BitSet, isWhole: Bool
        ) -> [Int] {
            let plain = tests.map { judge.tested($0).rawValue } + facts.members.map { judge.known.contains($0) ? 1 : 0 }
            guard isWhole else { return plain }
            let closing = facts.contains(2) && judge.known.contains(2) ? [judge.isClosable(2) ? 1 : 0] : []
            var codes = [0]
            if facts.contains(1), case .codes(let left) = judge.values[1] { codes = left.members }
            return plain + tests.map { judge.testedClosed($0).rawValue } + closing + codes
        }
    }

    private static let cases: [[(Int, FactValue)]] = {
        let ends = [0, 2.9, 3, 3.1, 19.9, 20, 20.1, 60]
        let ranges = ([-.infinity] + ends).flatMap { lower in
            (ends + [.infinity]).flatMap { upper in
                [(false, false), (false, true), (true, false), (true, true)].map {
                    Interval(lower: lower, lowerIsOpen: $0.0, upper: upper, upperIsOpen: $0.1)
                }
            }
        }
        let sizes = [nil] + (ends.map { Interval(exactly: $0) } + ranges.filter { !$0.isEmpty }).map(FactValue.quantity)
        let kinds: [FactValue?] = [nil] + [[0], [1], [2], [0, 1], [0, 2]].map { .codes(BitSet($0)) }
        let sites: [FactValue?] =
            [nil]
            + [([0], []), ([1], []), ([2], [0]), ([], [2]), ([0, 2], [1])].map {
                .members(included: BitSet($0.0), excluded: BitSet($0.1))
            }
        return sizes.flatMap { size in
            kinds.flatMap { kind in
                sites.map { sites in
                    [size, kind, sites].enumerated().compactMap { fact, value in value.map { (fact, $0) } }
                }
            }
        }
    }()

    @Test func `tell apart what tests tell apart and nothing else`() {
        let tests = Tests()
        let looks: [(facts: BitSet, tests: [ConditionGraph.Node], isWhole: Bool)] = [
            (BitSet([0]), tests.size, false), (BitSet([0]), [tests.size[0]], true),
            (BitSet([0, 1, 2]), tests.all, false), (BitSet([1, 2]), [tests.kind[1], tests.sites[0]], false),
            (BitSet([2]), [], false), (BitSet(), [], false), (BitSet([2]), tests.sites, true),
            (BitSet([2]), [tests.sites[1]], true), (BitSet([2]), [], true), (BitSet([0, 1, 2]), tests.all, true),
            (BitSet([1]), [tests.kind[1]], true),
        ]
        var profile = CaseProfile(tests.graph)
        var keys = ProfileKeys(
            looks.map {
                ProfileKeys.View(facts: $0.facts, tests: TestSet($0.tests, of: tests.graph), whole: $0.isWhole)
            }, facts: 3)
        var words: [UInt64] = []
        var met: [[(seen: SeenCase, said: [Int])]] = looks.map { _ in [] }
        for values in Self.cases + Self.cases.reversed() {
            let judge = tests.judge(values)
            let isWhole = keys.take(judge, &profile, into: &words)
            #expect(isWhole)
            for (place, look) in looks.enumerated() {
                let seen = ProfileKeys.seen(words, by: place)
                let said = tests.said(judge, look.tests, look.facts, isWhole: look.isWhole)
                let isTold = met[place].allSatisfy { ($0.seen == seen) == ($0.said == said) }
                #expect(isTold)
                if !met[place].contains(where: { $0.seen == seen }) { met[place].append((seen, said)) }
            }
        }
        // A case has as many ways as its facts have together.
        #expect(met.map(\.count) == [10, 4, 10 * 4 * 6, 4 * 4, 2, 1, 6, 5, 2, 10 * 6 * 6, 6])
    }

    @Test func `learn of ranges only where that is allowed`() {
        let tests = Tests()
        var profile = CaseProfile(tests.graph)
        func take(_ lower: Double, isLearning: Bool) -> Bool {
            let judge = tests.judge([(0, .quantity(Interval(lower: lower, upper: 30)))])
            profile.take(judge.known, of: judge, isLearning: isLearning)
            return profile.numbers[0] >= 0
        }
        #expect(!take(4, isLearning: false) && profile.size == 0)
        #expect(take(4, isLearning: true) && profile.size > 0)
        let size = profile.size
        #expect(take(5, isLearning: false) && !take(3, isLearning: false) && profile.size == size)
    }

    @Test func `say where too much is seen`() {
        // 40 codes of five tests each take eight bits each: sixteen fit.
        let many = Vocabulary(
            (0..<40).map { number in
                FactDefinition(
                    path: "b.f\(number)", title: "f", type: .code,
                    codes: (0..<6).map { CodeDefinition(id: "c\($0)", title: "c") })
            })
        var graph = ConditionGraph(many)
        let all = (0..<40).flatMap { fact in (0..<5).map { graph.add(.isOneOf(BitSet([$0])), on: fact) } }
        var profile = CaseProfile(graph)
        var keys = ProfileKeys([ProfileKeys.View(facts: .upTo(40), tests: TestSet(all, of: graph))], facts: 40)
        var words: [UInt64] = []
        var judge = GraphJudge(graph, many)
        for fact in 0..<16 {
            judge.set(fact, .codes(BitSet([1])))
            let isWhole = keys.take(judge, &profile, into: &words)
            #expect(isWhole)
        }
        judge.set(16, .codes(BitSet([1])))
        let isRoom = keys.take(judge, &profile, into: &words)
        #expect(!isRoom)
        // Those that had their bits before keep them.
        judge.unset(16)
        let isWhole = keys.put(&profile, known: judge.known, into: &words)
        #expect(isWhole)
    }

    @Test func `keep verdicts by seat, however many`() {
        let tests = Tests()
        var profile = CaseProfile(tests.graph)
        let view = ProfileKeys.View(facts: .upTo(3), tests: TestSet(tests.all, of: tests.graph))
        var keys = ProfileKeys([view], facts: 3)
        var words: [UInt64] = []
        var verdicts = SeenVerdicts()
        var kept: [(Int32, SeenCase, [UInt64], Int)] = []
        func results(from seat: Int32, _ words: [UInt64]) -> [Int32] {
            var results: [Int32] = []
            verdicts.find(from: seat, words, into: &results)
            return results
        }
        for values in Self.cases {
            let judge = tests.judge(values)
            let isWhole = keys.take(judge, &profile, into: &words)
            #expect(isWhole)
            let seen = ProfileKeys.seen(words, by: 0)
            for seat in 0..<Int32(20) where results(from: seat, words) == [-1] {
                kept.append((seat, seen, words, kept.count))
                verdicts.keep(kept.count - 1, of: seat, seen)
            }
        }
        #expect(kept.count == 10 * 4 * 6 * 20)
        for entry in kept { #expect(results(from: entry.0, entry.2) == [Int32(entry.3)]) }
        #expect(kept.allSatisfy { results(from: 20, $0.2) == [-1] })
        // Those of neighbours in one go.
        #expect(results(from: 18, kept[0].2 + kept[0].2 + kept[0].2) == [18, 19, -1])
    }
}

extension ProfileKeys {
    /// Takes all that is known of a case, and puts its numbers together.
    fileprivate mutating func take(
        _ judge: GraphJudge, _ profile: inout CaseProfile, into words: inout [UInt64]
    ) -> Bool {
        profile.take(judge.known, of: judge)
        return put(&profile, known: judge.known, into: &words)
    }
}
