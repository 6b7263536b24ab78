import ClinicalModel
import JSONText
import KnowledgeStore

/// Writes drugs.
enum DrugJSON {
    /// The body of `GET /drugs/<name>` for the name that was asked.
    static func bytes(_ match: DrugMatch, askedFor name: String, lookAlikes: [DrugNames.LookAlikes]) -> [UInt8] {
        let drug = match.drug
        var json = JSONWriter(capacity: 16 * 1024)
        json.beginObject()
        json.member("id", drug.id)
        json.member("generic", drug.generic)
        json.object("match") { write(match, askedFor: name, &$0) }
        json.list("lookAlikes", lookAlikes) { json, group in
            json.beginObject()
            json.member("names", group.names)
            json.member("statement", group.statement)
            json.endObject()
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

    /// How the name led to the drug.
    private static func write(_ match: DrugMatch, askedFor name: String, _ json: inout JSONWriter) {
        json.member("query", name)
        json.member("matchedOn", match.matchedOn)
        json.member("kind", match.kind.rawValue)
        json.member("canonical", match.drug.id)
        json.member("folded", match.folded.map(\.rawValue))
        if let product = match.product {
            json.object("product") {
                $0.member("name", product.name)
                $0.member("note", product.note)
            }
        }
        if let choice = match.ambiguous { json.object("ambiguous") { write(choice, &$0) } }
    }

    /// The body of an answer that leaves the choice to whoever asked.
    static func bytes(_ choice: DrugChoice, askedFor name: String) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("query", name)
        write(choice, &json)
        json.endObject()
        return json.bytes
    }

    private static func write(_ choice: DrugChoice, _ json: inout JSONWriter) {
        json.member("statement", choice.statement)
        json.list("candidates", choice.candidates) { json, candidate in
            json.beginObject()
            json.member("name", candidate.name)
            json.member("covered", candidate.drug != nil)
            json.member("drug", candidate.drug)
            json.member("note", candidate.note)
            json.endObject()
        }
        json.member("reference", choice.reference)
        if let isConfirmed = choice.isConfirmed { json.member("confirmed", isConfirmed) }
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
