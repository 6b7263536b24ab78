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
        /// How the answers given lately were put together, and how much that counts for.
        var recipes = RecentRecipes()
        var kept = 0
        var marks: RecipeMarks? = RecipeMarks()
        var words: [UInt32] = []
        var digits = AnswerDigits()
    }

    /// An answer and what is counted of it.
    struct Answer: Sendable {
        let bytes: [UInt8]
        /// The number of the topic that leads.
        let topic: Int?
        let isGuidance: Bool
    }

    /// What all desks together may keep of answers given lately, bytes, and what they do.
    private let room: Int
    private let kept = Atomic(0)
    private let salts = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
    /// An answer is frequent that was given so many looks ago at most.
    private static let shortWhile: UInt32 = 4_096
    /// Room for what stands in front of an answer, and behind it while it is written.
    private static let headRoom = 2_048

    /// What all desks together may remember of the cases before, bytes, and what they do.
    private let memory: Int
    private let remembered = Atomic(0)
    private let patience: Int

    /// A press whose desks remember at most `memory` bytes of the cases before, and begin anew after `patience` answers that
    /// were not known while they were full.
    init(_ knowledge: KnowledgeBase, memory: Int, patience: Int = 1_000_000, room: Int = 0) {
        scanner = CaseScanner(
            vocabulary: knowledge.clinical.vocabulary, body: knowledge.clinical.doseRules.body)
        let compiled = CompiledKnowledge(knowledge.clinical)
        composer = AnswerComposer(compiled, knowledge)
        desks = (0..<4).map { _ in Desk(compiled) }
        self.memory = memory
        self.patience = patience
        self.room = memory > 0 ? room : 0
    }

    /// About how many bytes the desks remember.
    var learnedBytes: Int { remembered.load(ordering: .relaxed) }

    /// How much of each kind the first desk remembers, for benchmarks.
    var learnedParts: [(name: String, count: Int)] {
        desks[0].work.withLock { $0.judge.rememberedParts + $0.scripts.extent + $0.recipes.extent }
    }

    /// Bytes that the desks keep of answers given lately.
    var keptBytes: Int { kept.load(ordering: .relaxed) }

    /// The name of a body among those of this press; nil where no answers are kept. No peer can tell which bodies would share
    /// one, and none do by chance (docs/decisions/0069).
    func key(of body: Span<UInt8>) -> RecentRecipes.Key? {
        if room == 0 { return nil }
        return body.withUnsafeBytes { raw in
            var (first, second) = (Hasher(), Hasher())
            first.combine(salts.0)
            first.combine(bytes: raw)
            second.combine(salts.1)
            second.combine(bytes: raw)
            return RecentRecipes.Key(
                first: UInt64(bitPattern: Int64(first.finalize())), second: UInt64(bitPattern: Int64(second.finalize()))
            )
        }
    }

    /// What is told of an answer that was given again.
    struct Again {
        let length: Int
        let topic: Int?
        let isGuidance: Bool
        /// Whether it was given a short while ago.
        let isFrequent: Bool
    }

    /// Appends the answer that was given to a body lately behind what `head` writes of its length; nil, and nothing is
    /// written, where none of `minimumSize` bytes or more is known.
    func answer(
        again key: RecentRecipes.Key, minimumSize: Int = 0, into output: inout [UInt8],
        head: (Int, inout [UInt8]) -> Void
    ) -> Again? {
        for desk in desks {
            let found = desk.work.withLockIfAvailable { work in
                answer(again: key, minimumSize, &output, head, &work)
            }
            if let found, let again = found { return again }
        }
        return nil
    }

    private func answer(
        again key: RecentRecipes.Key, _ minimumSize: Int, _ output: inout [UInt8], _ head: (Int, inout [UInt8]) -> Void,
        _ work: inout Work
    ) -> Again? {
        guard let found = work.recipes.find(key, minimumSize: minimumSize) else { return nil }
        let length = Int(found.head.length)
        var digits = AnswerDigits()
        swap(&digits, &work.digits)
        defer { swap(&digits, &work.digits) }
        // Exactly: an array that grows by itself doubles, and what it leaves is of little use to the heap.
        let start = output.count
        let needed = start + length + Self.headRoom
        if output.capacity < needed { output.reserveCapacity(max(needed, AnswerComposer.room)) }
        head(length, &output)
        let isWhole = work.recipes.with(found.place, found.head) { sources, recipe in
            composer.append(recipe, sources: sources, length: length, work.scripts, &digits, to: &output)
        }
        guard isWhole else {
            output.removeSubrange(start...)
            return nil
        }
        return Again(
            length: length, topic: found.head.topic < 0 ? nil : Int(found.head.topic),
            isGuidance: found.head.isGuidance, isFrequent: found.ago <= Self.shortWhile)
    }

    /// The bytes of the answer for a clinician who asks for no trace; nil where the plain way must answer.
    ///
    /// - Parameter statements: structured facts in any order, then what was read in the order of the text.
    /// - Parameter key: the name of the body that asked, where the answer shall be kept for who sends it again.
    func answer(_ statements: [FactStatement], notes: [CaseNote], for key: RecentRecipes.Key? = nil) -> Answer? {
        for desk in desks {
            // Twice optional: nil where the desk is busy, else the answer, which the plain way may have to give.
            let tried = desk.work.withLockIfAvailable { work in
                Tried(answer: answer(statements, notes, key, &work))
            }
            if let tried { return tried.answer }
        }
        var work = Work(judge: CaseJudge(composer.compiled))
        work.judge.isLearning = false
        return answer(statements, notes, nil, &work)
    }

    private struct Tried {
        let answer: Answer?
    }

    private func answer(
        _ statements: [FactStatement], _ notes: [CaseNote], _ key: RecentRecipes.Key?, _ work: inout Work
    ) -> Answer? {
        if work.judge.isLearning {
            let lessons = work.judge.lessons &+ work.scripts.parts.count
            if lessons != work.lessons {
                work.lessons = lessons
                count(&work)
            }
        } else if work.judge.unknownAnswers > patience {
            work.judge.forget()
        }
        if work.scripts.enter(work.judge.era) {
            // They refer to scripts that are gone.
            work.recipes = RecentRecipes()
            countRecipes(&work)
        }
        let ordered = FactStatement.ordered(statements)
        guard work.judge.recommend(for: ordered, notes: notes) else { return nil }
        let plan = work.judge.plan
        guard work.scripts.cover(plan) else { return nil }
        var marks = key == nil ? nil : work.marks.take()
        let answer = Answer(
            bytes: composer.bytes(plan, ordered, work.judge.values, &work.scripts, &work.digits, &marks),
            topic: plan.topics.first, isGuidance: plan.isGuidance)
        if let key, let marks {
            keep(answer, plan, key, marks, &work)
            work.marks = marks
        }
        return answer
    }

    /// Keeps how an answer was put together, for who sends the same body again.
    private func keep(
        _ answer: Answer, _ plan: AnswerPlan, _ key: RecentRecipes.Key, _ marks: RecipeMarks, _ work: inout Work
    ) {
        guard marks.isWhole,
            AnswerRecipe.write(
                &work.words, of: answer.bytes, marks.list, &work.scripts, learn: work.judge.isLearning)
        else { return }
        work.recipes.keep(
            work.words, for: key, sources: plan.references, length: answer.bytes.count, topic: answer.topic,
            isGuidance: answer.isGuidance
        ) { [before = work.kept] in kept.load(ordering: .relaxed) - before + $0 <= room }
        countRecipes(&work)
    }

    /// Counts what a desk keeps of answers in what all do.
    private func countRecipes(_ work: inout Work) {
        let size = work.recipes.size
        if size == work.kept { return }
        kept.add(size - work.kept, ordering: .relaxed)
        work.kept = size
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
