public import ClinicalModel
public import DecisionLogic
public import HTTPServer
public import HTTPWire
public import KnowledgeStore
import FHIRReading
import QuestionParsing
public import RecommendationEngine
import Synchronization
import Telemetry

/// One release of the knowledge with the reader and the engine made for it. Everything that answers goes through here,
/// so that every door gives the same answer for the same case. Immutable; safe from any thread.
public final class Advisor: Sendable {
    /// The knowledge.
    public let knowledge: KnowledgeBase
    /// The engine over it.
    public let engine: RecommendationEngine
    /// Reads records of patients.
    let records: FHIRReader
    /// Made when the first question is asked, or after the start.
    private let parser: OnDemand<QuestionParser>
    private let counts: RecommendationCounts?
    /// Compiled when the first case is posted. No `OnDemand`: every case asks for it, and a generic one looks for its type.
    private let madePress = Mutex<AnswerPress?>(nil)
    private let pressMemory: Int
    private var press: AnswerPress {
        madePress.withLock { made in
            if let made { return made }
            let press = AnswerPress(knowledge, memory: pressMemory, room: recentRoom)
            made = press
            return press
        }
    }
    private let recentRoom: Int
    /// The documents that are the same for every request.
    let stored: StoredDocuments
    /// The first eight digits of the digest: entity tags begin with it.
    let tagPrefix: String
    /// The fields of an answer to a posted case in JSON, written once.
    let caseFields: HTTPFields

    /// Questions are at most this long, in Unicode scalars.
    public static let longestQuestion = 4_000

    /// What is learned of the cases before takes at most so many bytes (docs/decisions/0060).
    public static let learned = 16 << 20

    /// An advisor over a release. `held` are the versions of the kept releases, told by `GET /knowledge`.
    /// `coding` codes the stored documents once; nil leaves them as they are. `counts` count what is answered. At most
    /// `recentAnswers` bytes of answers given lately are kept, and `learned` bytes of what judging asked of the cases before.
    public init(
        knowledge: KnowledgeBase, held: [String] = [], coding: (any ContentCoding)? = nil,
        counts: RecommendationCounts? = nil, recentAnswers: Int = 0, learned: Int = Advisor.learned
    ) {
        self.knowledge = knowledge
        engine = RecommendationEngine(knowledge: knowledge.clinical)
        tagPrefix = String(knowledge.digest.dropFirst(7).prefix(8))
        stored = StoredDocuments(knowledge, held: held, tagPrefix: tagPrefix, coding: coding)
        records = FHIRReader(knowledge: knowledge)
        var fields = HTTPFields()
        fields.append("Content-Type", "application/json")
        fields.append("Knowledge-Version", knowledge.manifest.version)
        fields.append("Content-Language", "en")
        fields.append("Cache-Control", CachePolicy.patient)
        fields.append("Vary", coding == nil ? "Accept" : "Accept, Accept-Encoding")
        caseFields = fields
        recentRoom = recentAnswers
        pressMemory = learned
        parser = OnDemand {
            QuestionParser(lexicon: knowledge.lexicon, vocabulary: knowledge.clinical.vocabulary)
        }
        self.counts = counts?.counting(topics: knowledge.clinical.topics.map(\.id))
    }

    /// Does now what would else be done by the first request: for who has the time, such as a reload.
    public func prepare() {
        prepareReading()
        _ = press
    }

    /// Makes the reader of questions and the table of drug names: for who has the time, such as a start that answers already.
    public func prepareReading() {
        _ = parser.value
        prepareNames()
    }

    /// Makes the table of drug names alone: all that a kept release is often asked for.
    public func prepareNames() { _ = stored.drugsByWrittenName.value }

    /// Bytes of answers given lately, with what asked for them.
    public var rememberedBytes: Int { press.keptBytes }

    /// About how many bytes are remembered of what judging asked of the cases before.
    public var learnedBytes: Int { press.learnedBytes }

    /// How much of each kind is remembered, for benchmarks.
    var learnedParts: [(name: String, count: Int)] { press.learnedParts }

    /// What a question says.
    public func read(_ question: String) -> (statements: [FactStatement], notes: [CaseNote]) {
        let parsed = parser.value.parse(question)
        return (parsed.statements, parsed.notes)
    }

    /// The guidance for structured facts, a question, or both; structured facts come first.
    public func guidance(
        statements: [FactStatement], notes: [CaseNote] = [], question: String?, audience: Audience = .clinician,
        explains: Bool = false
    ) -> Guidance {
        let (said, remarks) = merged(statements, notes, question)
        let guidance = engine.recommend(for: said, notes: remarks, audience: audience, explains: explains)
        counts?.count(guidance)
        return guidance
    }

    /// What was stated and read together. A read fact that only repeats a structured one says nothing new.
    private func merged(
        _ statements: [FactStatement], _ notes: [CaseNote], _ question: String?
    ) -> (statements: [FactStatement], notes: [CaseNote]) {
        guard let parsed = question.map(read) else { return (statements, notes) }
        let news = parsed.statements.filter { said in
            !statements.contains { $0.fact == said.fact && $0.value == said.value }
        }
        return (statements + news, notes + parsed.notes)
    }

    /// The document for what was asked.
    func document(_ asked: RecommendRequest) -> [UInt8] {
        let (said, remarks) = merged(asked.statements, asked.notes, asked.question)
        if asked.audience == .clinician, asked.explanation == .none,
            let answer = press.answer(said, notes: remarks)
        {
            counts?.count(topic: answer.topic, isGuidance: answer.isGuidance)
            return answer.bytes
        }
        return plainDocument(said, remarks, audience: asked.audience, explanation: asked.explanation)
    }

    /// The document for a body that is written plainly; nil where the body must be read with all care.
    package func document(forPlain body: [UInt8]) -> [UInt8]? { answer(toPlain: body)?.bytes }

    /// The same, with what may be called where it is given again.
    @inline(never)
    func answer(toPlain body: [UInt8]) -> (bytes: [UInt8], repeated: (@Sendable () -> Void)?)? {
        let press = press
        let key = press.key(of: body.span)
        if let key {
            var bytes: [UInt8] = []
            if let again = press.answer(again: key, into: &bytes, head: { _, _ in }) {
                return (bytes, counted(again).repeated)
            }
        }
        guard let asked = RequestScan(body, press.scanner) else { return nil }
        let (said, remarks) = merged(asked.statements, [], asked.question)
        guard let pressed = press.answer(said, notes: remarks, for: key) else {
            return (plainDocument(said, remarks), nil)
        }
        counts?.count(topic: pressed.topic, isGuidance: pressed.isGuidance)
        return (pressed.bytes, nil)
    }

    /// Counts an answer that is given again.
    private func counted(_ again: AnswerPress.Again) -> RepeatedAnswer {
        counts?.count(topic: again.topic, isGuidance: again.isGuidance)
        guard again.isFrequent else { return RepeatedAnswer(length: again.length) }
        return RepeatedAnswer(length: again.length) { [counts, topic = again.topic, isGuidance = again.isGuidance] in
            counts?.count(topic: topic, isGuidance: isGuidance)
        }
    }

    /// The document as the engine and the writer of all its parts give it.
    func plainDocument(
        _ statements: [FactStatement], _ notes: [CaseNote], audience: Audience = .clinician,
        explanation: RecommendRequest.Explanation = .none
    ) -> [UInt8] {
        let guidance = engine.recommend(
            for: statements, notes: notes, audience: audience, explains: explanation == .full)
        counts?.count(guidance)
        return GuidanceBody(
            guidance: guidance, knowledge: knowledge, audience: audience, explanation: explanation
        ).bytes()
    }

    /// The document for structured facts as compiled knowledge gives it; nil where the plain way must answer.
    package func pressed(_ statements: [FactStatement]) -> [UInt8]? { press.answer(statements, notes: [])?.bytes }

    /// The statements of a body's case as the scanner reads them; nil where the body must be read with all care.
    package func scanned(_ body: [UInt8]) -> [FactStatement]? { RequestScan(body, press.scanner)?.statements }

    /// What a body asks, as the scanner reads it; nil where the body must be read with all care.
    package func scannedBody(_ body: [UInt8]) -> PlainBody? {
        RequestScan(body, press.scanner).map { PlainBody(statements: $0.statements, question: $0.question) }
    }

    /// What a body asks, as it is read with all care; nil where it has a fault or asks what the scanner does not know.
    package func readBody(_ body: [UInt8]) -> PlainBody? {
        guard let asked = try? RecommendRequest(body: body, current: CurrentKnowledge(self)),
            asked.audience == .clinician, asked.explanation == .none, asked.notes.isEmpty
        else { return nil }
        return PlainBody(statements: asked.statements, question: asked.question)
    }
}

extension Advisor {
    /// The JSON document that `POST /recommend` gives for structured facts alone.
    package func document(_ statements: [FactStatement]) -> [UInt8] {
        GuidanceBody(
            guidance: engine.recommend(for: statements), knowledge: knowledge, audience: .clinician, explanation: .none
        ).bytes()
    }

    /// The JSON document that `POST /recommend` gives for a question alone. An `explain` that is none of `none`, `summary`
    /// and `full` counts as `none`.
    public func document(question: String, audience: Audience, explain: String) -> [UInt8] {
        let explanation = RecommendRequest.Explanation(rawValue: explain) ?? .none
        let guidance = guidance(
            statements: [], question: question, audience: audience, explains: explanation == .full)
        return GuidanceBody(
            guidance: guidance, knowledge: knowledge, audience: audience, explanation: explanation
        ).bytes()
    }
}

extension Advisor: AnswerRepeater {
    /// Who knows answers that were given; nil where none are kept.
    var repeater: (any AnswerRepeater)? { recentRoom > 0 ? self : nil }

    /// The answer to a body that was posted lately.
    public func repeatAnswer(
        to body: Span<UInt8>, minimumSize: Int, into output: inout [UInt8], head: (Int, inout [UInt8]) -> Void
    ) -> RepeatedAnswer? {
        let press = press
        guard let key = press.key(of: body),
            let again = press.answer(again: key, minimumSize: minimumSize, into: &output, head: head)
        else { return nil }
        return counted(again)
    }
}

/// What a plainly written body asks of the present release for a clinician.
package struct PlainBody: Sendable, Equatable {
    /// The statements of its case, in their order.
    package let statements: [FactStatement]
    /// Its question.
    package let question: String?
}
