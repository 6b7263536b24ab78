import ClinicalModel
import DecisionLogic

/// Reads a knowledge folder; the only code that does. Nothing with an error gets past it.
public struct KnowledgeLoader: Sendable {
    /// The folder with `manifest.json`.
    public let directory: String
    /// The day of the load, ISO 8601, for overdue reviews; nil: not checked. The loader itself sees no clock.
    public let today: String?

    /// A loader of a folder.
    public init(directory: String, today: String? = nil) {
        self.directory = directory
        self.today = today
    }

    /// Loads, validates and links the knowledge.
    /// - Throws: `InvalidKnowledge` with every defect that was found.
    public func load() throws(InvalidKnowledge) -> KnowledgeBase {
        let log = DefectLog()
        // A folder without a manifest is no knowledge; what else lies in it is not looked at.
        guard KnowledgeFiles.isKnowledge(directory) else {
            throw InvalidKnowledge(defects: [
                KnowledgeDefect(.unreadable, file: directory, "the folder has no readable manifest.json")
            ])
        }
        let files = KnowledgeFiles(directory: directory, log: log)
        guard let manifestNode = files.document("manifest.json") else {
            throw InvalidKnowledge(defects: log.defects)
        }
        let manifest = Manifest(manifestNode)
        let factFiles = files.folder("facts").map(\.node)
        let drugNodes = files.folder("drugs")
        let interventionNodes = files.folder("interventions")
        let vocabularyReader = VocabularyReader(
            files: factFiles,
            interventions: interventionNodes.map { Self.interventionCode($0.name, $0.node, drugNodes) },
            drugs: drugNodes.map { Self.drugCode($0.name, $0.node) }, log: log)
        let (vocabulary, entries, units) = vocabularyReader.read()

        let conditions = ConditionReader(vocabulary: vocabulary)
        conditions.addShared(factFiles.flatMap { $0.optional("criteria")?.members ?? [] })
        conditions.compileShared()
        let derivations = factFiles.flatMap { $0.nodes("derivations") }.compactMap { Self.derivation($0, conditions) }
        let phrases = factFiles.flatMap { $0.nodes("phrases") }.flatMap { Self.phrase($0, conditions) }

        let coverage = files.document("coverage.json").map(CoverageReader(conditions: conditions).read)

        let documents = DocumentReader(conditions: conditions)
        let references = Self.byID(files.folder("references").map { documents.reference($0.name, $0.node) }, \.id)
        let drugs = Self.byID(drugNodes.map { documents.drug($0.name, $0.node) }, \.id)
        let interventions = Self.byID(interventionNodes.map { documents.intervention($0.name, $0.node) }, \.id)
        let topicReader = TopicReader(documents: documents, files: files)
        var topics: [Topic] = []
        var cases: [ClinicalCase] = []
        for id in Self.topicIDs(files) {
            guard let topic = topicReader.read(id, log: log) else { continue }
            let own = topicReader.cases(id)
            if own.isEmpty {
                log.add(KnowledgeDefect(.noCases, file: "topics/\(id)/topic.json", "the topic has no cases"))
            }
            topics.append(topic)
            cases += own
        }
        let clinical = ClinicalKnowledge(
            vocabulary: vocabulary, derivations: derivations, topics: topics, interventions: interventions,
            drugs: drugs,
            references: references)
        let checker = LinkChecker(clinical: clinical, manifest: manifest, today: today, log: log)
        checker.check()
        guard !log.hasErrors else { throw InvalidKnowledge(defects: log.defects) }
        return KnowledgeBase(
            manifest: manifest, digest: files.digest, clinical: clinical,
            lexicon: Lexicon(entries: phrases + entries, units: units), cases: cases, leaves: conditions.leaves,
            fileCount: files.documents.count, warnings: log.defects, usedBy: checker.usedBy,
            coverage: coverage ?? CoverageAxes())
    }

    private static func byID<Value>(_ values: [Value], _ id: (Value) -> String) -> [String: Value] {
        Dictionary(values.map { (id($0), $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func topicIDs(_ files: KnowledgeFiles) -> [String] {
        let ids = files.documents.compactMap { path, _ -> String? in
            let parts = path.split(separator: "/")
            return parts.count > 1 && parts[0] == "topics" ? String(parts[1]) : nil
        }
        return Set(ids).sorted()
    }

    /// An intervention as a code: its own terms, and the names of its drug where it is that drug alone.
    private static func interventionCode(
        _ name: String, _ node: DocumentNode, _ drugs: [(name: String, node: DocumentNode)]
    ) -> VocabularyReader.ForeignCode {
        var terms = node.optionalStrings("terms")
        let components = node.optionalStrings("drugs")
        if components.count == 1, let drug = drugs.first(where: { $0.name == components[0] }) {
            terms += drugCode(drug.name, drug.node).terms.filter { !terms.contains($0) }
        }
        return VocabularyReader.ForeignCode(
            id: name, title: node.string("title"), kindOf: node.optionalStrings("kindOf"), terms: terms, node: node)
    }

    private static func drugCode(_ name: String, _ node: DocumentNode) -> VocabularyReader.ForeignCode {
        var terms: [String] = []
        for term in [node.string("generic")] + node.optionalStrings("brands") + node.optionalStrings("synonyms")
        where !terms.contains(term) {
            terms.append(term)
        }
        return VocabularyReader.ForeignCode(
            id: name, title: node.string("generic"), kindOf: [], terms: terms, node: node)
    }

    private static func derivation(_ node: DocumentNode, _ conditions: ConditionReader) -> Derivation? {
        node.allow("id", "kind", "given", "when", "then", "reference", "because", "confirmed", "definition")
        let given = node.optional("given").map(conditions.read)
        guard let whenNode = node.required("when"), let then = node.required("then") else { return nil }
        let when = conditions.read(whenNode)
        conditions.refuseKnown(when, whenNode)
        if let given { conditions.refuseKnown(given, node) }
        if !node.has("reference") && !(node.optional("definition")?.bool ?? false) {
            node.defect(.noEvidence, "a derivation needs `reference`, or `\"definition\": true` where it defines words")
        }
        guard let (fact, value) = conditions.value(then) else { return nil }
        return Derivation(
            id: node.string("id"), given: given, when: when, fact: fact, value: value, because: node.string("because"),
            reference: node.optionalString("reference"))
    }

    private static func phrase(_ node: DocumentNode, _ conditions: ConditionReader) -> [LexiconEntry] {
        node.allow("terms", "sets")
        let says = (node.required("sets")?.elements ?? []).compactMap { conditions.value($0) }
            .map { (fact: $0.fact, value: $0.value) }
        return node.strings("terms").map { LexiconEntry(term: $0, meaning: .says(says)) }
    }
}
