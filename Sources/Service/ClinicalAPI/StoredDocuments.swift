import ClinicalModel
import HTTPServer
import HTTPWire
import JSONText
import KnowledgeStore

/// What does not depend on a request, rendered, tagged and coded once, when it is first asked for: from then on a read of it
/// is a look-up and two references.
struct StoredDocuments: Sendable {
    /// Drugs by their names as they are written in the knowledge: what is asked most is found without folding a name.
    let drugsByWrittenName: [String: StoredOnDemand]
    /// Drugs by id, and how the name that was asked for belongs to them.
    let drugs: [String: [DrugJSON.NameKind: StoredOnDemand]]
    /// Sources by id.
    let references: [String: StoredOnDemand]
    /// Topics by id.
    let topics: [String: StoredOnDemand]
    /// The release.
    let release: StoredOnDemand

    /// Renders the documents of a release.
    init(_ knowledge: KnowledgeBase, tagPrefix: String, coding: (any ContentCoding)?) {
        let matrix = CoverageOnDemand(axes: knowledge.coverage, knowledge: knowledge.clinical)
        let store = { (render: @escaping @Sendable () -> [UInt8]) in
            StoredOnDemand {
                StoredDocument(
                    body: render(), contentType: "application/json", digest: tagPrefix,
                    cacheControl: CachePolicy.knowledge,
                    lastModified: HTTPDate.seconds(isoDay: knowledge.manifest.released),
                    fields: [("Knowledge-Version", knowledge.manifest.version), ("Content-Language", "en")],
                    coder: coding?.makeCoder())
            }
        }
        let drugs = knowledge.clinical.drugs.mapValues { drug in
            Dictionary(
                uniqueKeysWithValues: DrugJSON.NameKind.allCases.map { kind in
                    (kind, store { DrugJSON.bytes(drug, foundBy: kind) })
                })
        }
        self.drugs = drugs
        var byName: [String: StoredOnDemand] = [:]
        for drug in knowledge.clinical.drugs.values.sorted(by: { $0.id < $1.id }) {
            for name in drug.names where knowledge.drug(named: name)?.id == drug.id {
                byName[name] = drugs[drug.id]?[DrugJSON.kind(of: name, drug)]
            }
        }
        drugsByWrittenName = byName
        references = knowledge.clinical.references.mapValues { reference in
            store {
                var json = JSONWriter()
                json.beginObject()
                ReferenceJSON.writeMembers(reference, to: &json)
                json.member("usedBy", knowledge.usedBy[reference.id] ?? [])
                json.endObject()
                return json.bytes
            }
        }
        topics = Dictionary(
            uniqueKeysWithValues: knowledge.clinical.topics.map { topic in
                (topic.id, store { TopicJSON(topic: topic, knowledge: knowledge, matrix: matrix.matrix).bytes() })
            })
        release = store { KnowledgeJSON(knowledge: knowledge).bytes(matrix.matrix) }
    }
}

/// What caches may do with the answers of each kind of route (RFC 9111 §5.2.2).
enum CachePolicy {
    /// Knowledge: five minutes, and a day more while a fresh copy is fetched (RFC 5861 §3).
    static let knowledge = "public, max-age=300, stale-while-revalidate=86400"
    /// The answer to a question in the query: the client alone, and asked each time.
    static let question = "private, no-cache"
    /// The answer to a posted case: nobody keeps it.
    static let patient = "private, no-store"
    /// The state of the service.
    static let state = "no-store"
}
