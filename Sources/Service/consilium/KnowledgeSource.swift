import ClinicalAPI
import HTTPGzip
import HTTPServer
import KnowledgeStore
import RecommendationEngine

/// Loads what the settings name and makes the advisors that answer from it: the same way at the start and at a reload.
struct KnowledgeSource: Sendable {
    /// What the settings name, loaded and linked.
    struct Loaded {
        let base: KnowledgeBase
        let kept: [KnowledgeBase]

        /// What tells one load from another.
        var digests: [String] { [base.digest] + kept.map(\.digest).sorted() }

        /// Asks the release its own cases.
        /// - Throws: `ConfigurationError` where one is answered otherwise than it says. That a case is missing for some
        ///   rule is for the editor, not for who serves.
        func runCases() throws(ConfigurationError) {
            let failed = KnowledgeExamination(base) { _ in }.defects.filter { $0.code == .caseFails }
            guard failed.isEmpty else {
                throw ConfigurationError(
                    failed, "\(failed.count) cases of the release \(base.manifest.version) are answered otherwise")
            }
        }
    }

    /// Where it was loaded from; empty: nowhere.
    struct Folders {
        let release: String
        let local: String
        let releases: String
    }

    /// Codes the stored documents once; nil: not at all.
    let coding: GzipCoding?
    /// Counts what is answered.
    let counts: RecommendationCounts
    /// The most bytes of answers given lately that the release in use keeps.
    var answerMemory = 0

    /// Loads the release in use, the local knowledge over it and the kept releases, and checks their signatures where that
    /// is required. A start only hashes the cases; whoever brings other knowledge reads and runs them.
    func load(_ settings: Settings, cases: KnowledgeLoader.Cases) throws(ConfigurationError) -> Loaded {
        let named = settings.knowledge.isEmpty ? nil : settings.knowledge
        let base = try KnowledgeOption.read(
            named, local: settings.localKnowledge.isEmpty ? nil : settings.localKnowledge, cases: cases)
        let loaded = Loaded(
            base: base, kept: try KnowledgeOption.releases(settings.releases, beside: base, cases: cases))
        if settings.requireSignedKnowledge {
            let folders = Folders(
                release: try KnowledgeOption.find(named), local: settings.localKnowledge, releases: settings.releases)
            try KnowledgeTrust(files: settings.knowledgeKeys).check(loaded, folders)
        }
        return loaded
    }

    /// The advisors over what was loaded. Only the release in use remembers anything of a case, and only where it may.
    func advisors(_ loaded: Loaded) -> (advisor: Advisor, kept: [Advisor]) {
        let held = loaded.kept.map(\.manifest.version)
        return (
            Advisor(
                knowledge: loaded.base, held: held, coding: coding, counts: counts, recentAnswers: answerMemory,
                learned: answerMemory > 0 ? Advisor.learned : 0),
            loaded.kept.map {
                Advisor(
                    knowledge: $0, held: held + [loaded.base.manifest.version], coding: coding, counts: counts,
                    learned: 0)
            }
        )
    }

    /// What tells these advisors' releases from others.
    static func digests(_ advisor: Advisor, _ kept: [Advisor]) -> [String] {
        [advisor.knowledge.digest] + kept.map(\.knowledge.digest).sorted()
    }
}
