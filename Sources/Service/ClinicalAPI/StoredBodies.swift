import ClinicalModel
import JSONText
import KnowledgeStore

/// What does not depend on a request, rendered once at load: a read of it is a look-up and a copy.
struct StoredBodies: Sendable {
    /// Drugs by id, and how the name that was asked for belongs to them.
    let drugs: [String: [DrugJSON.NameKind: [UInt8]]]
    /// Sources by id.
    let references: [String: [UInt8]]
    /// Topics by id.
    let topics: [String: [UInt8]]
    /// The release.
    let release: [UInt8]

    /// Renders the documents of a release.
    init(_ knowledge: KnowledgeBase) {
        drugs = knowledge.clinical.drugs.mapValues { drug in
            Dictionary(
                uniqueKeysWithValues: DrugJSON.NameKind.allCases.map { ($0, DrugJSON.bytes(drug, foundBy: $0)) })
        }
        references = knowledge.clinical.references.mapValues { reference in
            var json = JSONWriter()
            json.beginObject()
            ReferenceJSON.writeMembers(reference, to: &json)
            json.member("usedBy", knowledge.usedBy[reference.id] ?? [])
            json.endObject()
            return json.bytes
        }
        topics = Dictionary(
            uniqueKeysWithValues: knowledge.clinical.topics.map {
                ($0.id, TopicJSON(topic: $0, knowledge: knowledge).bytes())
            })
        release = KnowledgeJSON(knowledge: knowledge).bytes()
    }
}
