import ClinicalModel
import KnowledgeStore

/// What was advised, by ids: the remark on an answer that does not tell it in the members of a recommendation, for whoever
/// keeps an account. Nothing of the patient.
public final class Advice: Sendable {
    /// The digest of the knowledge that answered, `sha256:…`.
    public let knowledge: String
    /// The ids of the options that were offered, best first.
    public let options: [String]

    init(_ knowledge: KnowledgeBase, options: [Guidance.Option]) {
        self.knowledge = knowledge.digest
        self.options = options.map(\.intervention.id)
    }
}
