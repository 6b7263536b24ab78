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

    /// A judge and how what he remembers is written, with a lock, which nobody waits for.
    private final class Desk: Sendable {
        let work: Mutex<Work>

        init(_ knowledge: CompiledKnowledge) { work = Mutex(Work(judge: CaseJudge(knowledge))) }
    }

    private struct Work: Sendable {
        var judge: CaseJudge
        var scripts = AnswerScripts()
        /// What it counted for in what all desks remember, and how much its judge had learned then.
        var remembered = 0
        var lessons = -1
    }

    /// What all desks together may remember of the cases before, bytes, and what they do.
    private let memory: Int
    private let remembered = Atomic(0)
    private let patience: Int

    /// A press whose desks remember at most `memory` bytes of the cases before, and begin anew after `patience` answers that
    /// were not known while they were full.
    init(_ knowledge: KnowledgeBase, memory: Int, patience: Int = 1_000_000) {
        scanner = CaseScanner(
            vocabulary: knowledge.clinical.vocabulary, body: knowledge.clinical.doseRules.body)
        let compiled = CompiledKnowledge(knowledge.clinical)
        composer = AnswerComposer(compiled, knowledge)
        desks = (0..<4).map { _ in Desk(compiled) }
        self.memory = memory
        self.patience = patience
    }

    /// About how many bytes the desks remember.
    var learnedBytes: Int { remembered.load(ordering: .relaxed) }

    /// How much of each kind the first desk remembers, for benchmarks.
    var learnedParts: [(name: String, count: Int)] {
        desks[0].work.withLock { $0.judge.rememberedParts + $0.scripts.extent }
    }

    /// The bytes of the answer for a clinician who asks for no trace; nil where the plain way must answer.
    ///
    /// - Parameter statements: structured facts in any order, then what was read in the order of the text.
    func answer(
        _ statements: [FactStatement], notes: [CaseNote]
    ) -> RecentAnswers.Answer? {
        for desk in desks {
            // Twice optional: nil where the desk is busy, else the answer, which the plain way may have to give.
            let tried = desk.work.withLockIfAvailable { work in
                Tried(answer: answer(statements, notes, &work))
            }
            if let tried { return tried.answer }
        }
        var work = Work(judge: CaseJudge(composer.compiled))
        work.judge.isLearning = false
        return answer(statements, notes, &work)
    }

    private struct Tried {
        let answer: RecentAnswers.Answer?
    }

    private func answer(
        _ statements: [FactStatement], _ notes: [CaseNote], _ work: inout Work
    ) -> RecentAnswers.Answer? {
        if work.judge.isLearning {
            if work.judge.lessons != work.lessons {
                work.lessons = work.judge.lessons
                count(&work)
            }
        } else if work.judge.unknownAnswers > patience {
            work.judge.forget()
        }
        work.scripts.enter(work.judge.era)
        let ordered = FactStatement.ordered(statements)
        guard work.judge.recommend(for: ordered, notes: notes) else { return nil }
        let plan = work.judge.plan
        guard work.scripts.cover(plan) else { return nil }
        return RecentAnswers.Answer(
            bytes: composer.bytes(plan, ordered, work.judge.values, &work.scripts), topic: plan.topics.first,
            isGuidance: plan.isGuidance)
    }

    /// Counts what a desk remembers in what all do.
    private func count(_ work: inout Work) {
        let size = work.judge.rememberedBytes + work.scripts.size
        if size == work.remembered { return }
        let all = remembered.add(size - work.remembered, ordering: .relaxed).newValue
        work.remembered = size
        work.judge.isLearning = all < memory
    }
}
