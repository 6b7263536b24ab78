import ClinicalModel
import DecisionLogic
import JSONText

/// Reads a knowledge folder; the only code that does. Nothing with an error gets past it.
public struct KnowledgeLoader: Sendable {
    /// The folder with `manifest.json`.
    public let directory: String
    /// A folder of local knowledge that adds to it and overrides it; nil: none.
    public let local: String?
    /// The day of the load, ISO 8601, for overdue reviews; nil: not checked. The loader itself sees no clock.
    public let today: String?

    /// What is done with the cases, half of all documents, which no answer needs.
    public enum Cases: Sendable {
        /// They are read and checked like every document.
        case read
        /// Their bytes count for the digests and nothing more; the knowledge then has no cases.
        case hashed
    }

    /// A loader of a folder.
    public init(directory: String, local: String? = nil, today: String? = nil) {
        self.directory = directory
        self.local = local
        self.today = today
    }

    /// Loads, validates and links the knowledge.
    /// - Throws: `InvalidKnowledge` with every defect that was found.
    public func load(cases treatment: Cases = .read) throws(InvalidKnowledge) -> KnowledgeBase {
        let log = DefectLog()
        let files = try files(log, cases: treatment)
        defer { files.letGo() }
        guard let manifestNode = files.document("manifest.json") else {
            throw refusal(log, files)
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

        // Cases are half of all documents and touch nothing that the rest changes; digests need the bytes alone.
        let topics = treatment == .hashed ? [] : Self.topicIDs(files)
        let caseDocuments = topics.filter { files.document("topics/\($0)/topic.json") != nil }
            .flatMap { files.folder("topics/\($0)/cases").map { CaseReader.Document($0.name, $0.node) } }
        let makeDigests = files.digests
        let (linked, (digests, cases)) = AllProcessors.both {
            link(
                files, factFiles, drugNodes, interventionNodes, manifest, vocabulary, log,
                keepsLeaves: treatment == .read)
        } _: {
            (makeDigests(), CaseReader(vocabulary: vocabulary).read(caseDocuments))
        }
        if files.local.isEmpty { manifest.checkSignature(documents: digests.documents, manifestNode) }
        for defect in cases.defects { log.add(defect) }
        guard !log.hasErrors else { throw refusal(log, files) }
        return KnowledgeBase(
            manifest: manifest, digest: digests.whole, documentsDigest: digests.documents,
            releaseDigest: digests.release, localDigest: digests.local, local: files.local,
            clinical: linked.clinical,
            lexicon: Lexicon(entries: linked.phrases + entries, units: units), cases: cases.cases,
            leaves: linked.leaves, fileCount: files.documents.count, warnings: placed(log.defects, files),
            usedBy: linked.usedBy, coverage: linked.coverage, terminology: linked.terminology)
    }

    /// Everything but the cases, read and linked.
    private struct Linked {
        let clinical: ClinicalKnowledge
        let phrases: [LexiconEntry]
        let leaves: [LeafPlace]
        let usedBy: [String: [String]]
        let coverage: CoverageAxes
        let terminology: Terminology
    }

    private func link(
        _ files: KnowledgeFiles, _ factFiles: [DocumentNode], _ drugNodes: [(name: String, node: DocumentNode)],
        _ interventionNodes: [(name: String, node: DocumentNode)], _ manifest: Manifest, _ vocabulary: Vocabulary,
        _ log: DefectLog, keepsLeaves: Bool
    ) -> Linked {
        let conditions = ConditionReader(vocabulary: vocabulary, keepsLeaves: keepsLeaves)
        conditions.addShared(factFiles.flatMap { $0.optional("criteria")?.members ?? [] })
        conditions.compileShared()
        let derivations = factFiles.flatMap { $0.nodes("derivations") }.compactMap { Self.derivation($0, conditions) }
        let phrases = factFiles.flatMap { $0.nodes("phrases") }.flatMap { Self.phrase($0, conditions) }

        let coverage = files.document("coverage.json").map(CoverageReader(conditions: conditions).read)

        let documents = DocumentReader(conditions: conditions)
        // What only a patient reads decides no option: no case has to cover it, so its conditions are read apart.
        let apart = ConditionReader(vocabulary: vocabulary)
        apart.addShared(factFiles.flatMap { $0.optional("criteria")?.members ?? [] })
        apart.compileShared()
        let references = Self.byID(files.folder("references").map { documents.reference($0.name, $0.node) }, \.id)
        let drugs = Self.byID(drugNodes.map { documents.drug($0.name, $0.node) }, \.id)
        let interventions = Self.byID(interventionNodes.map { documents.intervention($0.name, $0.node) }, \.id)
        let terminology = TerminologyReader(conditions: conditions, drugs: Set(drugs.keys)).read(
            files.folder("terminology"))
        let topicReader = TopicReader(documents: documents, files: files)
        var topics: [Topic] = []
        for id in Self.topicIDs(files) {
            guard let topic = topicReader.read(id, log: log) else { continue }
            if files.folder("topics/\(id)/cases").isEmpty {
                log.add(KnowledgeDefect(.noCases, file: "topics/\(id)/topic.json", "the topic has no cases"))
            }
            topics.append(topic)
        }
        let clinical = ClinicalKnowledge(
            vocabulary: vocabulary, derivations: derivations, topics: topics, interventions: interventions,
            drugs: drugs, references: references,
            drugNames: files.document("drug-names.json").map(DrugNamesReader.read) ?? .none,
            doseRules: files.document("dose-rules.json").map(DoseRulesReader(documents: documents).read) ?? .none,
            patientAdvice: files.document("patient-advice.json").map(
                PatientAdviceReader(documents: DocumentReader(conditions: apart)).read) ?? .none)
        Self.checkClasses(interventionNodes, vocabulary)
        let checker = LinkChecker(
            clinical: clinical, manifest: manifest, retired: Self.retiredRules(files), today: today, log: log)
        checker.check()
        return Linked(
            clinical: clinical, phrases: phrases, leaves: conditions.leaves, usedBy: checker.usedBy,
            coverage: coverage ?? CoverageAxes(), terminology: terminology)
    }

    /// The files of the folder, the local ones over them.
    /// - Throws: `InvalidKnowledge` where a folder is not there; what is wrong within goes to the log.
    func files(_ log: DefectLog, cases: Cases = .read) throws(InvalidKnowledge) -> KnowledgeFiles {
        // A folder without a manifest is no knowledge; what else lies in it is not looked at.
        guard KnowledgeFiles.isKnowledge(directory) else {
            throw InvalidKnowledge(defects: [
                KnowledgeDefect(.unreadable, file: directory, "the folder has no readable manifest.json")
            ])
        }
        return KnowledgeFiles(directory: directory, local: local, cases: cases, log: log)
    }

    private func refusal(_ log: DefectLog, _ files: KnowledgeFiles) -> InvalidKnowledge {
        InvalidKnowledge(defects: placed(log.defects, files))
    }

    /// Defects of local documents name the local folder, so that nobody looks for them in the release.
    private func placed(_ defects: [KnowledgeDefect], _ files: KnowledgeFiles) -> [KnowledgeDefect] {
        guard let local else { return defects }
        return defects.map { defect in
            let isLocal = files.local.kind(of: defect.file) != nil || defect.code == .localManifest
            return isLocal ? defect.moved(to: local) : defect
        }
    }

    private static func byID<Value>(_ values: [Value], _ id: (Value) -> String) -> [String: Value] {
        Dictionary(values.map { (id($0), $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func topicIDs(_ files: KnowledgeFiles) -> [String] {
        var ids: Set<Substring> = []
        var last: Substring?
        for (path, _) in files.documents {
            guard let id = KnowledgeFolder.topic(path), id != last else { continue }
            ids.insert(id)
            last = id
        }
        return ids.map(String.init).sorted()
    }

    /// The retired rules with the rule that took the place of each, by path.
    private static func retiredRules(_ files: KnowledgeFiles) -> [RetiredRule] {
        files.documents.compactMap { path, node in
            guard KnowledgeFolder.lies(path, in: "recommendations"), case .string("retired") = node.value["status"],
                case .string(let id) = node.value["id"], case .string(let successor) = node.value["replacedBy"]
            else { return nil }
            return RetiredRule(id: id, successor: successor, node: node)
        }
    }

    /// A class that is misspelt would silently let a rule about the class pass an intervention by.
    private static func checkClasses(_ interventions: [(name: String, node: DocumentNode)], _ vocabulary: Vocabulary) {
        let known = Set(vocabulary.facts.flatMap { $0.codes.map(\.id) + Array($0.groups.keys) })
        for node in interventions.flatMap({ $0.node.nodes("kindOf") }) {
            guard case .string(let name) = node.value, !known.contains(name) else { continue }
            node.defect(
                .danglingClass, "no fact has the class `\(name)`",
                suggestion: Suggestion.nearest(to: name, among: known.sorted()))
        }
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
        // A phrase without `sets` is read and says nothing: it keeps shorter terms inside it from being read.
        let says = (node.optional("sets")?.elements ?? []).compactMap { conditions.value($0) }
            .map { (fact: $0.fact, value: $0.value) }
        return node.strings("terms").map { LexiconEntry(term: $0, meaning: .says(says)) }
    }
}
