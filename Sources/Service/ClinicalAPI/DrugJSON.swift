import ClinicalModel
import JSONText
import KnowledgeStore

/// Writes drugs.
enum DrugJSON {
    /// The members of a list entry.
    static func writeSummary(_ drug: Drug, to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", drug.id)
        json.member("generic", drug.generic)
        json.member("brands", drug.brands)
        json.member("class", drug.drugClass)
        json.endObject()
    }

    /// How a name belongs to a drug.
    enum NameKind: String, CaseIterable {
        case id, generic, brand, synonym
    }

    /// The body of `GET /drugs/<name>`, by the kind of name it was found by.
    static func bytes(_ drug: Drug, foundBy kind: NameKind) -> [UInt8] {
        var json = JSONWriter(capacity: 16 * 1024)
        json.beginObject()
        json.member("id", drug.id)
        json.member("generic", drug.generic)
        json.object("match") {
            $0.member("canonical", drug.id)
            $0.member("kind", kind.rawValue)
        }
        json.member("brands", drug.brands)
        json.member("synonyms", drug.synonyms)
        json.member("class", drug.drugClass)
        json.member("mechanism", drug.mechanism)
        json.member("routes", drug.routes)
        json.member("market", drug.market)
        if !drug.identifiers.isEmpty {
            json.object("identifiers") { for (name, value) in drug.identifiers { $0.member(name, value) } }
        }
        json.list("labels", drug.labels) { write($1, &$0) }
        json.member("offLabelUses", drug.offLabelUses)
        json.member("monitoring", drug.monitoring)
        json.member("adverseReactions", drug.adverseReactions)
        json.member("storage", drug.storage)
        json.member("pitfalls", drug.pitfalls)
        json.endObject()
        return json.bytes
    }

    /// The kind of name that a drug was found by.
    static func kind(of query: String, _ drug: Drug) -> NameKind {
        if query == drug.id { return .id }
        let folded = KnowledgeBase.folded(query)
        if folded == KnowledgeBase.folded(drug.id) { return .id }
        if folded == KnowledgeBase.folded(drug.generic) { return .generic }
        return drug.brands.contains { KnowledgeBase.folded($0) == folded } ? .brand : .synonym
    }

    private static func write(_ label: DrugLabel, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("jurisdiction", label.jurisdiction)
        json.member("reference", label.reference)
        json.member("status", label.status)
        json.member("revision", label.revision)
        json.list("indications", label.indications) { json, indication in
            json.beginObject()
            json.member("id", indication.id)
            json.member("use", indication.use)
            json.member("since", indication.since)
            writeMembers(indication.fact, &json)
            json.endObject()
        }
        for part in DrugLabel.Part.allCases {
            json.list(part.rawValue, label.facts[part] ?? []) { json, fact in
                json.beginObject()
                writeMembers(fact, &json)
                json.endObject()
            }
        }
        json.endObject()
    }

    private static func writeMembers(_ fact: LabelFact, _ json: inout JSONWriter) {
        json.member("with", fact.with)
        json.member("statement", fact.wording.clinician)
        json.member("section", fact.section)
        json.member("confirmed", fact.isConfirmed)
    }
}
