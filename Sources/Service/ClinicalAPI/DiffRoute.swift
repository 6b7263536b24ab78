import ClinicalModel
import DecisionLogic
import HTTPServer
import HTTPWire
import JSONText
import KnowledgeStore

/// The body of `POST /recommend/diff`: what is asked before and after, two cases or one case of two releases.
struct DiffRequest {
    let before: RecommendRequest
    let after: RecommendRequest

    private static let members = ["before", "after"]

    /// Reads a body; the faults of both sides are told at once, with their places in it.
    /// - Throws: 400 for what is no JSON, 422 for what cannot be asked.
    init(body: [UInt8], current: CurrentKnowledge) throws(Refusal) {
        let value = try RecommendRequest.tree(body)
        guard case .object(let members) = value else {
            throw RecommendRequest.invalid([
                .init(pointer: "#", code: "wrong-type", detail: "the body is an object, found \(value.kind)")
            ])
        }
        var faults: [ProblemDetails.Item] = []
        for member in members where !Self.members.contains(member.name) {
            let name = RecommendRequest.short(member.name)
            faults.append(
                .init(
                    pointer: JSONPointer.root.member(name).description, code: "unknown-member",
                    detail: "unknown member `\(name)`",
                    didYouMean: Suggestion.nearest(to: member.name, among: Self.members)))
        }
        var sides: [RecommendRequest] = []
        for name in Self.members {
            guard let side = value[name] else {
                faults.append(.init(pointer: "#", code: "missing-member", detail: "`\(name)` is needed"))
                continue
            }
            do throws(Refusal) {
                sides.append(try RecommendRequest(side, current: current))
            } catch {
                // A release that is not held is a problem of its own kind.
                if error.problem.slug != "invalid-case" { throw error }
                faults += error.problem.errors.map { item in
                    .init(
                        pointer: "#/\(name)" + (item.pointer ?? "#").dropFirst(), code: item.code, detail: item.detail,
                        didYouMean: item.didYouMean)
                }
            }
        }
        guard faults.isEmpty, sides.count == 2 else {
            throw RecommendRequest.invalid(Array(faults.prefix(PatientCaseReader.mostProblems)))
        }
        (before, after) = (sides[0], sides[1])
    }
}

/// What two answers say differently, and the facts and rules that account for it.
struct AnswerDifference {
    private let request: DiffRequest
    private let before: JSONValue
    private let after: JSONValue
    private let differences: [ReleaseComparison.Difference]
    /// Paths of facts that are not the same in both completed cases.
    private let facts: [String]

    /// nil where an answer cannot be read again, which does not happen.
    init?(_ request: DiffRequest) {
        self.request = request
        guard let before = Self.answer(request.before), let after = Self.answer(request.after) else { return nil }
        (self.before, self.after) = (before, after)
        differences = AnswerFeatures(before).differences(to: AnswerFeatures(after), why: { _, _, _ in [] }) { _, _ in []
        }
        var facts: [String] = []
        for difference in differences where difference.what == "facts" && !facts.contains(difference.subject) {
            facts.append(difference.subject)
        }
        self.facts = facts
    }

    /// The answer with the rules that spoke.
    private static func answer(_ asked: RecommendRequest) -> JSONValue? {
        var asked = asked
        asked.explanation = .summary
        return try? JSONReader().read(asked.advisor.document(asked))
    }

    /// The document.
    func bytes() -> [UInt8] {
        var json = JSONWriter(capacity: 8 * 1024)
        json.beginObject()
        write("before", before, request.before, &json)
        write("after", after, request.after, &json)
        json.member("isSame", differences.isEmpty)
        json.member("facts", facts)
        json.list("differences", differences) { json, difference in
            json.beginObject()
            json.member("what", difference.what)
            if !difference.subject.isEmpty { json.member("subject", difference.subject) }
            json.member("before", difference.old)
            json.member("after", difference.new)
            let (facts, rules) = reasons(for: difference)
            if !facts.isEmpty || !rules.isEmpty {
                json.object("because") {
                    $0.member("facts", facts)
                    $0.member("rules", rules)
                }
            }
            json.endObject()
        }
        json.endObject()
        return json.bytes
    }

    private func write(_ name: String, _ answer: JSONValue, _ asked: RecommendRequest, _ json: inout JSONWriter) {
        json.object(name) { json in
            if case .string(let outcome) = answer["outcome"] { json.member("outcome", outcome) }
            if case .string(let topic) = answer["topic"]?["id"] { json.member("topic", topic) }
            json.object("knowledge") {
                $0.member("version", asked.advisor.knowledge.manifest.version)
                $0.member("digest", asked.advisor.knowledge.digest)
            }
        }
    }

    /// What accounts for a difference that is about an intervention: the facts that differ and that its rules and limits
    /// read, and the rules that spoke on either side. Other differences follow from the facts, which are told anyway.
    private func reasons(for difference: ReleaseComparison.Difference) -> (facts: [String], rules: [String]) {
        var read: Set<String> = []
        for asked in [request.before, request.after] {
            let knowledge = asked.advisor.knowledge.clinical
            guard let intervention = knowledge.interventions[difference.subject] else { continue }
            for condition in knowledge.conditions(on: intervention) {
                condition.forEachLeaf { read.insert(knowledge.vocabulary[$0.fact].path) }
            }
        }
        let rules = [before, after].flatMap { Self.rules(of: difference.subject, in: $0) }
        return (facts.filter(read.contains), Array(Set(rules)).sorted())
    }

    /// The ids of the rules that spoke of an intervention.
    private static func rules(of intervention: String, in answer: JSONValue) -> [String] {
        ["options", "excluded"].flatMap { name -> [String] in
            guard case .array(let entries) = answer[name] else { return [] }
            return entries.flatMap { entry -> [String] in
                guard case .string(intervention) = entry["id"], case .array(let rules) = entry["trace"]?["rules"] else {
                    return []
                }
                return rules.compactMap { if case .string(let id) = $0["id"] { id } else { nil } }
            }
        }
    }
}

extension ClinicalKnowledge {
    /// Every condition that decides whether and how an intervention is offered.
    fileprivate func conditions(on intervention: Intervention) -> [Condition] {
        var result: [Condition?] = (intervention.contraindications + intervention.cautions).map(\.when)
        for rule in topics.flatMap(\.recommendations) where rule.intervention == intervention.id {
            result.append(rule.appliesWhen)
            result += rule.ranks.map(\.when) + rule.otherwise.map(\.when) + rule.cautions.map(\.when)
        }
        for label in intervention.drugs.compactMap({ drugs[$0] }).flatMap(\.labels) {
            result += label.indications.map(\.fact.when) + label.facts.values.flatMap { $0.map(\.when) }
        }
        return result.compactMap { $0 }
    }
}

extension ClinicalAPI {
    /// Compares two answers.
    func postDiff(_ request: HTTPRequest) -> HTTPResponse {
        do throws(Refusal) {
            let asked = try DiffRequest(body: request.body, current: current)
            guard let difference = AnswerDifference(asked) else {
                return refused(
                    ProblemDetails(
                        slug: "internal", title: "Internal Server Error", status: HTTPStatus(500),
                        detail: "an answer could not be compared"), request)
            }
            return json(request, of: asked.after.advisor, cacheControl: CachePolicy.patient) { _ in difference.bytes() }
        } catch {
            return refused(error.problem, request)
        }
    }
}
