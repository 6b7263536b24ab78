import DecisionLogic
import Testing

@testable import RecommendationEngine

/// The index leaves exactly the topics whose demands the case can still meet: one that it rules out has a false scope.
@Suite struct `Scope indexes` {
    private static let vocabulary = Vocabulary([
        FactDefinition(
            path: "a.site", title: "site", type: .code,
            codes: (0..<6).map { CodeDefinition(id: "s\($0)", title: "s\($0)") }),
        FactDefinition(
            path: "a.many", title: "many", type: .code,
            codes: (0..<100).map { CodeDefinition(id: "m\($0)", title: "m\($0)") }),
        FactDefinition(path: "a.size", title: "size", type: .quantity),
    ])

    @Test func `rule out what has a false scope, and only by demands`() {
        var generator = SystemRandomNumberGenerator()
        var graph = ConditionGraph(Self.vocabulary)
        func leaf(_ fact: Int, _ codes: [Int]) -> Condition {
            .leaf(FactLeaf(fact: fact, test: .isOneOf(BitSet(codes)), id: 0))
        }
        let conditions: [Condition] = (0..<150).map { number in
            switch number % 5 {
            case 0: leaf(0, [number % 6])
            case 1: .all([leaf(0, [number % 6, (number + 1) % 6]), leaf(1, [number % 100])])
            case 2: .all([.all([leaf(1, [number % 100, 7])]), .any([leaf(0, [1]), leaf(0, [2])])])
            case 3: .any([leaf(0, [0]), leaf(1, [1])])
            default: .all([.not(leaf(0, [3])), .leaf(FactLeaf(fact: 2, test: .within(Interval(upper: 3)), id: 0))])
            }
        }
        let scopes = conditions.map { graph.add($0) }
        let index = ScopeIndex(scopes, graph, Self.vocabulary)
        var ruledOut = 0
        for _ in 0..<500 {
            var judge = GraphJudge(graph, Self.vocabulary)
            for fact in 0..<2 where Bool.random(using: &generator) {
                let count = Self.vocabulary.facts[fact].codes.count
                judge.set(fact, .codes(BitSet((0...3).map { _ in Int.random(in: 0..<count, using: &generator) })))
            }
            let left = index.left(&judge)
            for (topic, condition) in conditions.enumerated() {
                let truth = condition.evaluate(judge.values)
                if !left.contains(topic) {
                    ruledOut += 1
                    #expect(truth == .false)
                } else if topic % 5 < 2 {
                    // All that these say is what they demand.
                    #expect(truth != .false)
                }
            }
        }
        #expect(ruledOut > 1_000)
    }
}
