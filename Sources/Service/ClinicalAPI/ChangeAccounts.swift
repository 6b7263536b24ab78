import ClinicalModel
import KnowledgeStore

/// Finds the documents that account for a difference.
struct ChangeAccounts {
    private let changes: [KnowledgeDocuments.Change]
    /// Paths of the rules that speak of an intervention, and of its drugs, in either release.
    private let paths: [String: Set<String>]

    init(_ changes: [KnowledgeDocuments.Change], _ old: ClinicalKnowledge, _ new: ClinicalKnowledge) {
        self.changes = changes
        var paths: [String: Set<String>] = [:]
        for knowledge in [old, new] {
            for rule in knowledge.topics.flatMap(\.recommendations) {
                if let path = LocalTrace.path(ofRule: rule.id) { paths[rule.intervention, default: []].insert(path) }
            }
            for (id, intervention) in knowledge.interventions {
                paths[id, default: []].insert("interventions/\(id).json")
                paths[id, default: []].formUnion(intervention.drugs.map { "drugs/\($0).json" })
            }
        }
        self.paths = paths
    }

    /// What accounts for a difference of a member of the answer: the documents of its subject; where none of them changed,
    /// those that decide for a whole topic; where none of them did either, whatever changed.
    func words(of what: String, _ subject: String, topics: [String]) -> [String] {
        let folders = topics.map { "topics/\($0)/" }
        let close: (String) -> Bool
        switch what {
        case "tiers":
            close = { path in folders.contains { path == $0 + "statements.json" || path == $0 + "topic.json" } }
        case "diagnostics", "disagreements":
            close = { path in folders.contains { path == "\($0)\(what)/\(subject).json" } }
        case "facts", "conflicts", "notes", "followUp", "outcome", "topic", "overlays": close = Self.decides
        default:
            let own = paths[subject] ?? []
            close = { path in
                own.contains(path) && (!path.hasPrefix("topics/") || folders.contains { path.hasPrefix($0) })
            }
        }
        return nearest(close, folders)
    }

    /// What accounts for another order of these interventions.
    func words(ofOrder interventions: [String], topics: [String]) -> [String] {
        let own = interventions.reduce(into: Set<String>()) { $0.formUnion(paths[$1] ?? []) }
        let folders = topics.map { "topics/\($0)/" }
        return nearest({ path in own.contains(path) && folders.contains { path.hasPrefix($0) } }, folders)
    }

    private func nearest(_ close: @escaping (String) -> Bool, _ folders: [String]) -> [String] {
        for circle in [
            close,
            { path in Self.decides(path) && (path.hasPrefix("facts/") || folders.contains { path.hasPrefix($0) }) },
            { path in folders.contains { path.hasPrefix($0) } }, { _ in true },
        ] {
            let found = changes.filter { circle($0.path) }
            if !found.isEmpty { return found.prefix(5).map(\.words) }
        }
        return []
    }

    /// Documents that decide for a whole topic or for all.
    private static func decides(_ path: String) -> Bool { path.hasPrefix("facts/") || path.hasSuffix("/topic.json") }
}
