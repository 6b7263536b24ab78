import ClinicalModel
import DecisionLogic
import HTTPServer
import HTTPWire
import JSONText
import KnowledgeStore
import RecommendationEngine

extension ClinicalAPI {
    func value(_ name: String, _ query: [(name: String, value: String)]) -> String? {
        query.first { $0.name == name }?.value
    }

    /// The forms of a list, the first for who does not choose.
    static let listTypes = ["application/json", "text/csv"]

    /// A page of a list, as JSON or as a table. `items` finds the entries by id.
    func list<Element>(
        _ request: HTTPRequest, known: [String], _ columns: [ListColumn<Element>],
        _ items: (Advisor, [(name: String, value: String)]) throws(Refusal) -> [Element]
    ) -> HTTPResponse {
        guard let type = MediaType.chosen(request, among: Self.listTypes) else {
            return notAcceptable(request, offered: Self.listTypes)
        }
        let query = request.queryItems
        do {
            let advisor = try current.advisor(of: value("knowledge", query))
            let page = try Page(query, known: known, digest: advisor.knowledge.digest, columns)
            let found = page.sorted(try items(advisor, query))
            let isTable = type == "text/csv"
            var response = answer(
                request, of: advisor, isTable ? page.csv(found) : page.json(found),
                contentType: isTable ? "text/csv; charset=utf-8; header=present" : type,
                cacheControl: CachePolicy.knowledge)
            response.fields.append("Link", page.links(request, total: found.count))
            response.fields.append("Vary", "Accept")
            Self.keep(&response, query)
            return response
        } catch {
            var response = refused(error.problem, request)
            // Where to start again, with the same filters.
            if error.problem.slug == "stale-cursor" {
                response.fields.append("Link", ListLink.text(request, cursor: nil, rel: "first"))
            }
            return response
        }
    }

    /// The year that a parameter gives.
    private func year(_ name: String, _ query: [(name: String, value: String)]) throws(Refusal) -> Int? {
        guard let text = value(name, query) else { return nil }
        guard let year = Int(text), (1900...2200).contains(year) else {
            throw Refusal(.badParameter(name, "\(name) is a year from 1900 to 2200"))
        }
        return year
    }

    // MARK: - References

    func listReferences(_ request: HTTPRequest) -> HTTPResponse {
        let known = ["q", "type", "year.ge", "year.le", "topic", "drug"]
        return list(request, known: known, ListColumns.references) { advisor, query throws(Refusal) in
            let knowledge = advisor.knowledge
            let (search, type) = (value("q", query), value("type", query))
            if let type, Tier(rawValue: type) == nil {
                throw Refusal(.badParameter("type", "type is guideline, label or research"))
            }
            let (first, last) = (try year("year.ge", query), try year("year.le", query))
            let places = try citing(knowledge, query)
            return knowledge.clinical.references.values.sorted { $0.id < $1.id }.filter { reference in
                let used = knowledge.usedBy[reference.id] ?? []
                return (type == nil || reference.type.rawValue == type)
                    // What has no year lies within no bound.
                    && (first.map { $0 <= reference.year ?? .min } ?? true)
                    && (last.map { reference.year ?? .max <= $0 } ?? true)
                    && places.allSatisfy { isPlace in used.contains(where: isPlace) }
                    && (search.map { words in
                        knowledge.holds(
                            [reference.id, reference.title, reference.authors ?? "", reference.journal ?? ""]
                                .joined(separator: " "), search: words)
                    } ?? true)
            }
        }
    }

    /// What must cite a source: statements of the topic that is named; labels, uses and rules of the drug that is named.
    private func citing(
        _ knowledge: KnowledgeBase, _ query: [(name: String, value: String)]
    ) throws(Refusal) -> [(String) -> Bool] {
        var places: [(String) -> Bool] = []
        if let topic = value("topic", query) {
            let ids = knowledge.clinical.topics.map(\.id)
            guard ids.contains(topic) else {
                throw Refusal(.unknownFilter("topic", topic, near: Suggestion.ranked(topic, ids)))
            }
            places.append { $0.hasPrefix(topic + ".") }
        }
        if let name = value("drug", query) {
            guard let drug = knowledge.drug(named: name) else {
                throw Refusal(.unknownFilter("drug", name, near: knowledge.drugs(near: name)))
            }
            let uses = knowledge.clinical.interventions.values.filter { $0.drugs.contains(drug.id) }.map(\.id)
            let rules = knowledge.clinical.topics.flatMap(\.recommendations).filter { uses.contains($0.intervention) }
            let named = Set(
                ["drugs.\(drug.id)"] + uses.flatMap { ["interventions.\($0)", "dose-rules.\($0)"] } + rules.map(\.id))
            places.append { named.contains($0) }
        }
        return places
    }

    func reference(_ request: HTTPRequest, _ id: String, _ advisor: Advisor) -> HTTPResponse {
        let knowledge = advisor.knowledge
        guard knowledge.clinical.references[id] != nil else {
            return refused(
                ProblemDetails(
                    slug: "not-found", title: "Not Found", status: HTTPStatus(404),
                    detail: "there is no source of this id",
                    suggestions: Suggestion.ranked(id, knowledge.clinical.references.keys)), request,
                of: advisor)
        }
        return stored(request, of: advisor) { $0.references[id] }
    }

    // MARK: - Topics

    func listTopics(_ request: HTTPRequest) -> HTTPResponse {
        list(request, known: ["q"], ListColumns.topics) { advisor, query in
            guard let search = value("q", query) else { return advisor.knowledge.clinical.topics }
            return advisor.knowledge.clinical.topics.filter { topic in
                let text = ([topic.id, topic.title.clinician] + topic.covers).joined(separator: " ")
                return advisor.knowledge.holds(text, search: search)
            }
        }
    }

    func topic(_ request: HTTPRequest, _ id: String, _ advisor: Advisor) -> HTTPResponse {
        let knowledge = advisor.knowledge
        guard knowledge.clinical.topics.contains(where: { $0.id == id }) else {
            return refused(
                ProblemDetails(
                    slug: "not-found", title: "Not Found", status: HTTPStatus(404),
                    detail: "there is no topic of this id",
                    suggestions: Suggestion.ranked(id, knowledge.clinical.topics.map(\.id))), request,
                of: advisor)
        }
        return stored(request, of: advisor) { $0.topics[id] }
    }
}

/// Writes a topic with the facts that it accepts, enough to draw a form.
struct TopicJSON {
    let topic: Topic
    let knowledge: KnowledgeBase
    let matrix: CoverageMatrix

    func bytes() -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("id", topic.id)
        json.member("title", topic.title.clinician)
        json.member("version", topic.version)
        KnowledgeJSON(knowledge: knowledge).write("review", knowledge.review(of: [topic]), &json)
        json.member("covers", topic.covers)
        json.list("rows", topic.recommendations) { json, rule in
            json.beginObject()
            json.member("recommendation", rule.id)
            json.member("title", rule.title)
            json.member("intervention", rule.intervention)
            json.member("decisionTableRows", rule.rows)
            json.endObject()
        }
        json.list(
            "facts", knowledge.clinical.vocabulary.facts.sorted { ($0.priority, $0.path) < ($1.priority, $1.path) }
        ) {
            write($1, &$0)
        }
        let cells = matrix.cells(of: topic.id)
        if !cells.isEmpty {
            let writer = CoverageJSON(matrix: matrix)
            json.object("coverage") {
                writer.writeAxes(to: &$0)
                $0.list("cells", cells) { writer.write($1, to: &$0) }
            }
        }
        json.endObject()
        return json.bytes
    }

    private func write(_ fact: FactDefinition, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("path", fact.path)
        json.member("title", fact.title)
        json.member("type", fact.type.rawValue)
        json.member("question", fact.question)
        json.member("patientQuestion", fact.patientQuestion)
        if fact.type == .quantity {
            json.member("unit", fact.unit)
            json.member("alsoIn", fact.conversions.keys.sorted())
            if fact.bounds.lower.isFinite { json.member("min", fact.bounds.lower) }
            if fact.bounds.upper.isFinite { json.member("max", fact.bounds.upper) }
            if let fresh = fact.freshFor {
                json.object("freshFor") {
                    $0.member("value", fresh.days)
                    $0.member("unit", "d")
                    $0.member("reference", fresh.reference)
                }
            }
        }
        if fact.type == .code || fact.type == .set {
            json.list("codes", fact.codes) { json, code in
                json.beginObject()
                json.member("code", code.id)
                json.member("title", code.title)
                json.endObject()
            }
        }
        json.endObject()
    }
}

extension ProblemDetails {
    /// 422 for a filter that names what is not covered: an empty list would say that nothing is known of it.
    static func unknownFilter(_ parameter: String, _ name: String, near: [String]) -> ProblemDetails {
        let detail = "there is no \(parameter) `\(RecommendRequest.short(name))` here"
        return ProblemDetails(
            slug: "unknown-filter", title: "Unknown Filter", status: HTTPStatus(422), detail: detail,
            errors: [.init(parameter: parameter, code: "unknown-filter", detail: detail, didYouMean: near.first)],
            suggestions: near)
    }
}
