package import ClinicalAPI
package import ClinicalModel
package import DecisionLogic
import KnowledgeStore
package import RecommendationEngine

/// What laws judge with: the knowledge, the engine, the cases, and twins of the knowledge that must answer alike.
package struct LawBench: Sendable {
    /// The service's own way to an answer.
    package let advisor: Advisor
    /// The same, with room for some of the answers that it gave.
    package let remembering: Advisor
    /// The same knowledge, loaded a second time.
    package let reloaded: Advisor
    /// The same knowledge with its clauses and members in another order.
    package let shuffled: Advisor
    /// Makes cases.
    package let generator: CaseGenerator
    /// Writes cases.
    package let text: CaseText
    /// Every condition of the knowledge without `isKnown`.
    package let monotone: [Condition]
    /// The rules by id.
    package let rules: [String: Recommendation]

    /// The engine.
    package var engine: RecommendationEngine { advisor.engine }
    /// The knowledge.
    package var knowledge: ClinicalKnowledge { engine.knowledge }
    /// The facts.
    package var vocabulary: Vocabulary { knowledge.vocabulary }

    /// A bench over a knowledge folder.
    package init(directory: String) throws {
        advisor = Advisor(knowledge: try KnowledgeLoader(directory: directory).load())
        remembering = Advisor(knowledge: advisor.knowledge, recentAnswers: 1 << 20)
        reloaded = Advisor(knowledge: try KnowledgeLoader(directory: directory).load())
        shuffled = try ShuffledKnowledge(of: directory, seed: 1).advisor()
        let advisor = advisor
        let conditions = advisor.engine.knowledge.allConditions
        generator = CaseGenerator(
            vocabulary: advisor.engine.knowledge.vocabulary,
            bundled: advisor.knowledge.cases.map { item in
                let expected = item.expectation
                return (
                    statements: item.statements + (item.question.map { advisor.read($0).statements } ?? []),
                    interventions: Set(expected.recommended + expected.conditional.keys + expected.excluded)
                )
            },
            conditions: conditions)
        text = CaseText(vocabulary: advisor.engine.knowledge.vocabulary)
        monotone = conditions.filter { !$0.restsOnIgnorance }
        rules = Dictionary(
            advisor.engine.knowledge.topics.flatMap(\.recommendations).map { ($0.id, $0) },
            uniquingKeysWith: { first, _ in first })
    }

    /// A case with its answer.
    package func judged(_ statements: [FactStatement]) -> JudgedCase {
        let (answer, values) = engine.complete(statements)
        return JudgedCase(statements: statements, answer: answer, values: values)
    }

    /// A digest over the answers to cases of all sorts: two builds of one source must agree on it.
    package func digest(cases: Int) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for number in 0..<cases {
            var random = SeededGenerator(seed: 1, case: number)
            let statements = generator.statements(emphasis: [], near: [], using: &random)
            for byte in advisor.document(statements) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        }
        return "fnv1a:" + String(hash, radix: 16) + " over \(cases) answers"
    }

    /// The interventions of a class of treatment.
    package func interventions(ofKind kind: String) -> Set<String> {
        guard let fact = vocabulary.index(of: "treatment.prior"), let parent = vocabulary[fact].index(of: kind) else {
            return []
        }
        return Set(vocabulary[fact].codes.filter { $0.ancestors.contains(parent) }.map(\.id))
    }

    /// The interventions that hold one of these drugs.
    package func interventions(holding drugs: Set<String>) -> Set<String> {
        Set(knowledge.interventions.values.filter { !drugs.isDisjoint(with: $0.drugs) }.map(\.id))
    }
}

extension Guidance {
    /// What is offered of these interventions.
    func offered(_ ids: Set<String>) -> [Option] { options.filter { ids.contains($0.intervention.id) } }

    /// Whether one of these interventions was judged at all.
    func judges(_ ids: Set<String>) -> Bool {
        options.contains { ids.contains($0.intervention.id) } || excluded.contains { ids.contains($0.intervention.id) }
    }
}
