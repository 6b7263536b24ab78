import ClinicalModel
import JSONText
import KnowledgeStore

/// Tells what of an answer comes from the folder of local knowledge; it writes nothing where there is none.
struct LocalTrace {
    let knowledge: KnowledgeBase

    private var local: LocalChanges { knowledge.local }

    /// The local documents that one intervention rests on: its rules, itself, its drugs.
    func documents(of intervention: Intervention, rules: [String]) -> [LocalChanges.Document] {
        let paths =
            rules.compactMap(Self.path(ofRule:)) + ["interventions/\(intervention.id).json"]
            + intervention.drugs.map { "drugs/\($0).json" }
        return local.documents.filter { paths.contains($0.path) }
    }

    /// The local documents that had a part in an answer: facts, what the topics that spoke consist of, also rules that a
    /// local document retired, and the interventions, drugs and sources of the answer.
    func documents(of guidance: Guidance) -> [LocalChanges.Document] {
        if local.isEmpty { return [] }
        let topics = ([guidance.topic].compactMap { $0 } + guidance.overlays).map { "topics/\($0.id)/" }
        let interventions = guidance.options.map(\.intervention) + guidance.excluded.map(\.intervention)
        var paths = Set(interventions.map { "interventions/\($0.id).json" })
        paths.formUnion(interventions.flatMap(\.drugs).map { "drugs/\($0).json" })
        paths.formUnion(guidance.references.map { "references/\($0.id).json" })
        return local.documents.filter { document in
            document.path.hasPrefix("facts/") || paths.contains(document.path)
                || topics.contains { document.path.hasPrefix($0) } && !document.path.contains("/cases/")
        }
    }

    /// How a statement of the topics that spoke stands to the release.
    func kind(of statement: Statement, in guidance: Guidance) -> LocalChanges.Kind? {
        guard !local.isEmpty, let id = statement.id else { return nil }
        let topics = [guidance.topic].compactMap { $0 } + guidance.overlays
        return topics.first { $0.statements.contains { $0 === statement } }
            .flatMap { local.kind(ofStatement: id, in: $0.id) }
    }

    /// `topics/pancreatic-net/recommendations/first-line-lanreotide.json` of `pancreatic-net.first-line-lanreotide`.
    static func path(ofRule id: String) -> String? {
        guard let dot = id.firstIndex(of: ".") else { return nil }
        return "topics/\(id[..<dot])/recommendations/\(id[id.index(after: dot)...]).json"
    }

    /// A list of documents with what each did; nothing where there are none.
    static func write(_ documents: [LocalChanges.Document], to json: inout JSONWriter) {
        json.list("local", documents) { json, document in
            json.beginObject()
            json.member("document", document.path)
            json.member("change", document.kind.rawValue)
            json.endObject()
        }
    }
}
