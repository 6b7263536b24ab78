import ClinicalModel
import DecisionLogic
import KnowledgeStore
import RecommendationEngine
import Synchronization

/// Gives the answer to a case near the cost of sending it: compiled knowledge judges, and what was rendered at load is put
/// together. Answers what it can and passes on the rest; `RecommendationEngine` with `GuidanceBody` is its plain twin and its
/// oracle in the tests. Safe from any thread.
final class AnswerPress: Sendable {
    private let composer: AnswerComposer
    /// Reads the cases that it answers.
    let scanner: CaseScanner
    /// Judges that rest: there are never more than requests at one moment.
    private let resting = Mutex<[CaseJudge]>([])

    init(_ knowledge: KnowledgeBase) {
        scanner = CaseScanner(
            vocabulary: knowledge.clinical.vocabulary, body: knowledge.clinical.doseRules.body)
        composer = AnswerComposer(CompiledKnowledge(knowledge.clinical), knowledge)
    }

    /// The bytes of the answer for a clinician who asks for no trace; nil where the plain way must answer.
    ///
    /// - Parameter statements: structured facts in any order, then what was read in the order of the text.
    func answer(
        _ statements: [FactStatement], notes: [CaseNote], _ counts: RecommendationCounts?
    ) -> [UInt8]? {
        var judge = resting.withLock { $0.popLast() } ?? CaseJudge(composer.compiled)
        defer { resting.withLock { $0.append(judge) } }
        let ordered = FactStatement.ordered(statements)
        guard judge.recommend(for: ordered, notes: notes) else { return nil }
        counts?.count(topic: judge.plan.topics.first, isGuidance: judge.plan.isGuidance)
        return composer.bytes(judge.plan, ordered, judge.values)
    }
}
