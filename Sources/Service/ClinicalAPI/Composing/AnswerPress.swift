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
    /// Judges, each for one request at a time: whoever finds all busy takes a new one.
    private let desks: [Desk]

    /// A judge with a lock, which nobody waits for.
    private final class Desk: Sendable {
        let judge: Mutex<CaseJudge>

        init(_ knowledge: CompiledKnowledge) { judge = Mutex(CaseJudge(knowledge)) }
    }

    init(_ knowledge: KnowledgeBase) {
        scanner = CaseScanner(
            vocabulary: knowledge.clinical.vocabulary, body: knowledge.clinical.doseRules.body)
        let compiled = CompiledKnowledge(knowledge.clinical)
        composer = AnswerComposer(compiled, knowledge)
        desks = (0..<4).map { _ in Desk(compiled) }
    }

    /// The bytes of the answer for a clinician who asks for no trace; nil where the plain way must answer.
    ///
    /// - Parameter statements: structured facts in any order, then what was read in the order of the text.
    func answer(
        _ statements: [FactStatement], notes: [CaseNote]
    ) -> RecentAnswers.Answer? {
        for desk in desks {
            // Twice optional: nil where the desk is busy, else the answer, which the plain way may have to give.
            let tried = desk.judge.withLockIfAvailable { judge in
                Tried(answer: answer(statements, notes, &judge))
            }
            if let tried { return tried.answer }
        }
        var judge = CaseJudge(composer.compiled)
        return answer(statements, notes, &judge)
    }

    private struct Tried {
        let answer: RecentAnswers.Answer?
    }

    private func answer(
        _ statements: [FactStatement], _ notes: [CaseNote], _ judge: inout CaseJudge
    ) -> RecentAnswers.Answer? {
        let ordered = FactStatement.ordered(statements)
        guard judge.recommend(for: ordered, notes: notes) else { return nil }
        return RecentAnswers.Answer(
            bytes: composer.bytes(judge.plan, ordered, judge.values), topic: judge.plan.topics.first,
            isGuidance: judge.plan.isGuidance)
    }
}
