import ClinicalModel
import DecisionLogic
import HTTPServer
import HTTPWire
import JSONText
import KnowledgeStore
import RecommendationEngine

/// A page of a list: `limit` and `cursor` read and checked. The cursor names its release, so that a list never mixes two.
struct Page {
    /// No value of a parameter is longer, in Unicode scalars; the contract's `maxLength`.
    static let longestValue = 200

    let limit: Int
    let start: Int

    /// Reads the parameters of a list; others than `known`, `limit` and `cursor` are refused.
    init(_ query: [(name: String, value: String)], known: [String], digest: String) throws(Refusal) {
        let all = known + ["limit", "cursor"]
        var limit = 50
        var start = 0
        for (name, value) in query {
            guard all.contains(name) else { throw Refusal(.unknownParameter(name, known: all)) }
            guard value.unicodeScalars.count <= Self.longestValue else {
                throw Refusal(.badParameter(name, "\(name) has at most \(Self.longestValue) characters"))
            }
            if name == "limit" {
                guard let number = Int(value), (1...200).contains(number) else {
                    throw Refusal(.badParameter("limit", "limit is a number from 1 to 200"))
                }
                limit = number
            }
            if name == "cursor" {
                let parts = value.split(separator: ".")
                guard parts.count == 2, let place = Int(parts[1]), (0...1_000_000).contains(place) else {
                    throw Refusal(.badParameter("cursor", "cursor must be taken from a page of this list"))
                }
                guard parts[0] == Self.release(digest) else {
                    throw Refusal(
                        ProblemDetails(
                            slug: "stale-cursor", title: "Gone", status: HTTPStatus(410),
                            detail: "the cursor belongs to another release of the knowledge; start the list again"))
                }
                start = place
            }
        }
        self.limit = limit
        self.start = start
    }

    private static func release(_ digest: String) -> String { String(digest.dropFirst(7).prefix(8)) }

    /// The body of a page.
    func bytes<Element>(_ items: [Element], digest: String, _ write: (inout JSONWriter, Element) -> Void) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("items")
        json.beginArray()
        for item in items.dropFirst(start).prefix(limit) { write(&json, item) }
        json.endArray()
        json.object("page") {
            if start + limit < items.count { $0.member("nextCursor", "\(Self.release(digest)).\(start + limit)") }
            $0.member("total", items.count)
        }
        json.endObject()
        return json.bytes
    }
}

extension ClinicalAPI {
    func value(_ name: String, _ query: [(name: String, value: String)]) -> String? {
        query.first { $0.name == name }?.value
    }

    func list<Element>(
        _ request: HTTPRequest, known: [String],
        _ items: (Advisor, [(name: String, value: String)]) throws(Refusal) -> [Element],
        _ write: (inout JSONWriter, Element) -> Void
    ) -> HTTPResponse {
        let query = request.queryItems
        do {
            let advisor = try current.advisor(of: value("knowledge", query))
            let page = try Page(query, known: known + ["knowledge"], digest: advisor.knowledge.digest)
            let found = try items(advisor, query)
            return json(request, of: advisor) { page.bytes(found, digest: $0.knowledge.digest, write) }
        } catch {
            return refused(error.problem, request)
        }
    }

    /// Whether a text holds every word of a search, without regard to case.
    func holds(_ text: String, _ search: String?) -> Bool {
        guard let search else { return true }
        let folded = text.lowercased()
        return search.lowercased().split(separator: " ").allSatisfy { folded.contains($0) }
    }

    // MARK: - References

    func listReferences(_ request: HTTPRequest) -> HTTPResponse {
        list(request, known: ["q", "type"]) { advisor, query throws(Refusal) in
            let search = value("q", query)
            let type = value("type", query)
            if let type, Tier(rawValue: type) == nil {
                throw Refusal(.badParameter("type", "type is guideline, label or research"))
            }
            return advisor.knowledge.clinical.references.values.sorted { $0.id < $1.id }.filter { reference in
                (type == nil || reference.type.rawValue == type)
                    && holds(
                        [reference.id, reference.title, reference.authors ?? "", reference.journal ?? ""]
                            .joined(separator: " "), search)
            }
        } _: { json, reference in
            json.beginObject()
            ReferenceJSON.writeMembers(reference, to: &json)
            json.endObject()
        }
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
        list(request, known: []) { advisor, _ in
            advisor.knowledge.clinical.topics
        } _: { json, topic in
            json.beginObject()
            json.member("id", topic.id)
            json.member("title", topic.title.clinician)
            json.member("version", topic.version)
            json.member("covers", topic.covers)
            json.endObject()
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
