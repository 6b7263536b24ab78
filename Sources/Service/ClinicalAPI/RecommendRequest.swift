import ClinicalModel
import DecisionLogic
import HTTPServer
import HTTPWire
import JSONText
import KnowledgeStore

/// The body of `POST /recommend`, read and checked; every fault is told at once.
struct RecommendRequest {
    /// How much of the reasoning is told.
    enum Explanation: String, CaseIterable {
        /// Nothing.
        case none
        /// The rules that spoke.
        case summary
        /// The rules with every condition and what is known of each fact.
        case full
    }

    /// The release that answers.
    let advisor: Advisor
    var question: String?
    var statements: [FactStatement] = []
    var notes: [CaseNote] = []
    var audience = Audience.clinician
    var explanation = Explanation.none

    private static let members = ["question", "case", "audience", "explain", "knowledge"]

    /// Reads a body.
    /// - Throws: the problem: 400 for what is no JSON, 422 for what is no case or question.
    init(body: [UInt8], current: CurrentKnowledge) throws(Refusal) {
        let value = try Self.tree(body)
        try self.init(value, current: current)
    }

    /// Reads a body that was read into a tree.
    init(_ value: JSONValue, current: CurrentKnowledge) throws(Refusal) {
        var items: [ProblemDetails.Item] = []
        guard case .object(let members) = value else {
            throw Self.invalid([
                .init(pointer: "#", code: "wrong-type", detail: "the body is an object, found \(value.kind)")
            ])
        }
        // The release comes first: it decides what the case may say.
        var release: String?
        if case .string(let text) = value["knowledge"] { release = text }
        advisor = try current.advisor(of: release, pointer: "#/knowledge")
        for member in members { read(member, &items) }
        if value["question"] == nil && value["case"] == nil {
            items.append(
                .init(pointer: "#", code: "missing-member", detail: "at least one of `question` and `case` is needed"))
        }
        if !items.isEmpty { throw Self.invalid(items) }
    }

    /// The tree of a body.
    /// - Throws: 400 for what is no JSON.
    static func tree(_ body: [UInt8]) throws(Refusal) -> JSONValue {
        do {
            return try JSONReader().read(body)
        } catch {
            throw Refusal(
                ProblemDetails(
                    slug: "malformed-json", title: "Malformed JSON", status: HTTPStatus(400), detail: error.sentence,
                    errors: [.init(pointer: "#", code: "syntax", detail: error.sentence)]))
        }
    }

    /// Reads the parameters of `GET /recommend`.
    init(query: [(name: String, value: String)], current: CurrentKnowledge) throws(Refusal) {
        let known = ["question", "audience", "explain", "knowledge"]
        var items: [ProblemDetails.Item] = []
        if let other = query.first(where: { !known.contains($0.name) }) {
            throw Refusal(.unknownParameter(other.name, known: known))
        }
        advisor = try current.advisor(of: query.first { $0.name == "knowledge" }?.value)
        for (name, value) in query {
            read(JSONMember(name, .string(value)), &items)
        }
        if !query.contains(where: { $0.name == "question" }) {
            throw Refusal(
                ProblemDetails(
                    slug: "bad-parameter", title: "Bad Parameter", status: HTTPStatus(400),
                    detail: "the parameter `question` is needed",
                    errors: [.init(parameter: "question", code: "missing-parameter", detail: "a question is needed")]))
        }
        if !items.isEmpty { throw Self.invalid(items) }
    }

    private mutating func read(_ member: JSONMember, _ items: inout [ProblemDetails.Item]) {
        let pointer = JSONPointer.root.member(Self.short(member.name))
        func fault(_ code: String, _ detail: String, didYouMean: @autoclosure () -> String? = nil) {
            guard items.count < PatientCaseReader.mostProblems else { return }
            items.append(.init(pointer: pointer.description, code: code, detail: detail, didYouMean: didYouMean()))
        }
        switch (member.name, member.value) {
        case ("question", .string(let text)):
            let scalars = text.unicodeScalars
            if scalars.count > Advisor.longestQuestion {
                fault("too-long", "a question has at most \(Advisor.longestQuestion) characters")
            } else if scalars.allSatisfy({ $0.properties.isWhitespace || $0.properties.isDefaultIgnorableCodePoint }) {
                fault("empty", "the question is empty")
            } else {
                question = text
            }
        case ("case", let value):
            let (statements, unchecked, problems) = PatientCaseReader(
                vocabulary: advisor.knowledge.clinical.vocabulary, body: advisor.knowledge.clinical.doseRules.body
            ).read(value, at: pointer)
            self.statements = statements
            if !unchecked.isEmpty {
                notes.append(
                    CaseNote(
                        .unreadText, "Not known here and not checked: \(unchecked.prefix(8).joined(separator: ", "))."))
            }
            items += problems.map {
                .init(pointer: $0.pointer.description, code: $0.code, detail: $0.detail, didYouMean: $0.didYouMean)
            }
        case ("audience", .string(let text)):
            guard let audience = Audience(rawValue: text) else {
                return fault("unknown-code", "audience is clinician or patient")
            }
            self.audience = audience
        case ("explain", .string(let text)):
            guard let explanation = Explanation(rawValue: text) else {
                return fault("unknown-code", "explain is none, summary or full")
            }
            self.explanation = explanation
        case ("knowledge", .string): break
        case ("question", _), ("audience", _), ("explain", _), ("knowledge", _):
            fault("wrong-type", "\(member.name) is a string, found \(member.value.kind)")
        default:
            fault(
                "unknown-member", "unknown member `\(Self.short(member.name))`",
                didYouMean: Suggestion.nearest(to: member.name, among: Self.members))
        }
    }

    /// No more than 64 printable characters of what was sent are ever repeated.
    static func short(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(64).filter { $0.value >= 0x20 }))
    }

    static func invalid(_ items: [ProblemDetails.Item]) -> Refusal {
        let detail =
            items.count == 1 ? items[0].detail : "\(items.count) faults in the request; each stands in `errors`"
        return Refusal(
            ProblemDetails(
                slug: "invalid-case", title: "Invalid Case", status: HTTPStatus(422), detail: detail, errors: items))
    }
}

/// A request that is answered with a problem.
struct Refusal: Error {
    let problem: ProblemDetails

    init(_ problem: ProblemDetails) { self.problem = problem }
}

extension ProblemDetails {
    /// 400 for a query parameter that the path does not take.
    static func unknownParameter(_ name: String, known: [String]) -> ProblemDetails {
        let short = RecommendRequest.short(name)
        return ProblemDetails(
            slug: "bad-parameter", title: "Bad Parameter", status: HTTPStatus(400),
            detail: "unknown parameter `\(short)`",
            errors: [
                .init(
                    parameter: short, code: "unknown-parameter", detail: "unknown parameter `\(short)`",
                    didYouMean: Suggestion.nearest(to: name, among: known))
            ])
    }

    /// 400 for a query parameter with a value that cannot be.
    static func badParameter(_ name: String, _ detail: String, didYouMean: String? = nil) -> ProblemDetails {
        ProblemDetails(
            slug: "bad-parameter", title: "Bad Parameter", status: HTTPStatus(400), detail: detail,
            errors: [.init(parameter: name, code: "bad-value", detail: detail, didYouMean: didYouMean)])
    }

    /// One problem of several parameters; nil where there is none. That a cursor is stale is told only where nothing else is
    /// wrong: what must be mended goes first.
    static func together(_ faults: [ProblemDetails]) -> ProblemDetails? {
        let wrong = faults.filter { $0.slug == "bad-parameter" }
        guard wrong.count > 1, let first = wrong.first else { return wrong.first ?? faults.first }
        return ProblemDetails(
            slug: first.slug, title: first.title, status: first.status,
            detail: wrong.map(\.detail).joined(separator: "; "), errors: wrong.flatMap(\.errors))
    }
}
