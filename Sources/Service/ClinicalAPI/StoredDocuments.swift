import ClinicalModel
import HTTPServer
import HTTPWire
import JSONText
import KnowledgeStore
import RecommendationEngine

/// What does not depend on a request, rendered, tagged and coded once, when it is first asked for: from then on a read of it
/// is a look-up and two references.
struct StoredDocuments: Sendable {
    /// Drugs by their names as they are written in the knowledge, with how that name belongs to each: what is asked most is
    /// found without folding a name, and the rest is rendered when it is asked.
    let drugsByWrittenName: OnDemand<[String: OnDemand<StoredDocument>]>
    /// Sources by id.
    let references: [String: OnDemand<StoredDocument>]
    /// Topics by id.
    let topics: [String: OnDemand<StoredDocument>]
    /// The release.
    let release: OnDemand<StoredDocument>

    /// Renders the documents of a release.
    init(_ knowledge: KnowledgeBase, held: [String], tagPrefix: String, coding: (any ContentCoding)?) {
        let matrix = OnDemand { CoverageMatrix(axes: knowledge.coverage, knowledge: knowledge.clinical) }
        let store = { @Sendable (render: @escaping @Sendable () -> [UInt8]) in
            OnDemand {
                StoredDocument(
                    body: render(), contentType: "application/json", digest: tagPrefix,
                    cacheControl: CachePolicy.knowledge,
                    lastModified: HTTPDate.seconds(isoDay: knowledge.manifest.released),
                    fields: [("Knowledge-Version", knowledge.manifest.version), ("Content-Language", "en")],
                    coder: coding?.makeCoder())
            }
        }
        drugsByWrittenName = OnDemand {
            var byName: [String: OnDemand<StoredDocument>] = [:]
            for name in knowledge.clinical.drugs.values.flatMap(\.names) where byName[name] == nil {
                guard case .found(let match) = knowledge.lookUp(drug: name) else { continue }
                byName[name] = store {
                    DrugJSON.bytes(match, askedFor: name, lookAlikes: knowledge.lookAlikes(of: match.drug))
                }
            }
            return byName
        }
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
                (topic.id, store { TopicJSON(topic: topic, knowledge: knowledge, matrix: matrix.value).bytes() })
            })
        release = store { KnowledgeJSON(knowledge: knowledge, held: held).bytes(matrix.value) }
    }
}

/// What caches may do with the answers of each kind of route (RFC 9111 §5.2.2).
enum CachePolicy {
    /// Knowledge: five minutes, and a day more while a fresh copy is fetched (RFC 5861 §3).
    static let knowledge = "public, max-age=300, stale-while-revalidate=86400"
    /// Knowledge of a release that is named by its digest: it cannot change (RFC 8246).
    static let pinned = "public, max-age=31536000, immutable"
    /// The answer to a question in the query: the client alone, and asked each time.
    static let question = "private, no-cache"
    /// The answer to a posted case: nobody keeps it.
    static let patient = "private, no-store"
    /// A page: asked each time, for it changes with the program and is small.
    static let page = "no-cache"
    /// The state of the service.
    static let state = "no-store"
}
