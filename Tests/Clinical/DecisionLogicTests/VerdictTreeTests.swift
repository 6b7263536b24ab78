import Testing

@testable import DecisionLogic

/// What a judging ended in is found again where, and only where, everything that it asked is answered alike.
@Suite struct `Verdict trees` {
    private static let vocabulary = SmallVocabulary.sizeKindSites

    /// A small rule: small and of kind x, or r among the sites once what was not named is excluded.
    private struct Rule {
        let graph: ConditionGraph
        let isSmall: ConditionGraph.Node
        let isX: ConditionGraph.Node
        let hasP: ConditionGraph.Node
        let hasR: ConditionGraph.Node

        init() {
            var graph = ConditionGraph(vocabulary)
            isSmall = graph.add(.within(Interval(lower: 0, upper: 10)), on: 0)
            isX = graph.add(.isOneOf(BitSet([0])), on: 1)
            hasP = graph.add(.includes(1), on: 2)
            hasR = graph.add(.includes(3), on: 2)
            self.graph = graph
        }

        func judge(_ values: [(Int, FactValue)]) -> GraphJudge {
            var judge = GraphJudge(graph, vocabulary)
            for (fact, value) in values { judge.set(fact, value) }
            return judge
        }

        /// What it says of a case: closes the sites, and asks only what it must.
        func verdict(_ judge: inout GraphJudge) -> Int {
            _ = judge.close(2)
            judge.forget()
            if judge.truth(isSmall) == .true && judge.truth(isX) == .true { return 1 }
            if judge.truth(hasR) == .true { return 2 }
            return judge.truth(hasP) == .false ? 3 : 4
        }
    }

    private static let sets: [FactValue] = [
        .members(included: BitSet([3]), excluded: BitSet()), .members(included: BitSet([0]), excluded: BitSet()),
        .members(included: BitSet([0, 1]), excluded: BitSet()),
        .members(included: BitSet(), excluded: BitSet([0, 1, 2, 3])),
        .members(included: BitSet([3]), excluded: BitSet([0, 1, 2])),
    ]

    /// All cases of a size, a kind and sites, each of which may be unknown.
    private static let cases: [[(Int, FactValue)]] = {
        var result: [[(Int, FactValue)]] = []
        for size in [nil, 4.0, 9.5, 30] {
            for kind in [nil, BitSet([0]), BitSet([1]), BitSet([0, 1])] {
                for set in [nil] + sets.map(Optional.some) {
                    var values: [(Int, FactValue)] = []
                    if let size { values.append((0, .quantity(Interval(exactly: size)))) }
                    if let kind { values.append((1, .codes(kind))) }
                    if let set { values.append((2, set)) }
                    result.append(values)
                }
            }
        }
        return result
    }()

    @Test func `find what the judging would have said, whatever came before`() {
        let rule = Rule()
        var tree = VerdictTree()
        var found = 0
        for round in 0..<3 {
            for values in round == 1 ? Self.cases.reversed() : Self.cases {
                var judge = rule.judge(values)
                let known = judge.known
                let remembered = tree.result(of: 7, known: known, in: judge)
                judge.beginNoting()
                let said = rule.verdict(&judge)
                let asked = judge.endNoting()
                if let remembered {
                    #expect(remembered == said)
                    found += 1
                } else {
                    #expect(round == 0)
                    tree.keep(said, of: 7, known: known, asked)
                }
                #expect(tree.result(of: 8, known: known, in: rule.judge(values)) == nil)
            }
        }
        #expect(found > 2 * Self.cases.count)
    }

    /// 4 and 9.5 are both small: one case teaches the other. 30 is not.
    @Test func `know of a number only what was asked of it`() {
        let rule = Rule()
        var tree = VerdictTree()
        func values(_ size: Double) -> [(Int, FactValue)] {
            [(0, .quantity(Interval(exactly: size))), (1, .codes(BitSet([0])))]
        }
        var judge = rule.judge(values(4))
        let known = judge.known
        judge.beginNoting()
        let said = rule.verdict(&judge)
        tree.keep(said, of: 0, known: known, judge.endNoting())
        #expect(tree.result(of: 0, known: known, in: rule.judge(values(9.5))) == said)
        #expect(tree.result(of: 0, known: known, in: rule.judge(values(30))) == nil)
    }

    /// A value that is looked at whole is compared whole.
    @Test func `compare what was looked at whole`() {
        let rule = Rule()
        var tree = VerdictTree()
        for size in [4.0, 5, 6] {
            var judge = rule.judge([(0, .quantity(Interval(exactly: size)))])
            #expect(tree.result(of: 0, known: judge.known, in: judge) == nil)
            judge.beginNoting()
            judge.willRead(0)
            tree.keep(Int(size), of: 0, known: judge.known, judge.endNoting())
        }
        for size in [4.0, 5, 6] {
            let judge = rule.judge([(0, .quantity(Interval(exactly: size)))])
            #expect(tree.result(of: 0, known: judge.known, in: judge) == Int(size))
        }
    }

    /// More roots than it began with.
    @Test func `grow`() {
        let rule = Rule()
        var tree = VerdictTree()
        var judge = rule.judge([(1, .codes(BitSet([0])))])
        judge.beginNoting()
        _ = judge.truth(rule.isX)
        let asked = judge.endNoting()
        for number in 0..<2_000 { tree.keep(number, of: Int32(number), known: judge.known, asked) }
        for number in 0..<2_000 { #expect(tree.result(of: Int32(number), known: judge.known, in: judge) == number) }
    }
}
