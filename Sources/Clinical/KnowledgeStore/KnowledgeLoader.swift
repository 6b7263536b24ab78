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
        let documents = LoggedFiles(files: files, log: log)
        guard let manifestNode = documents.document(KnowledgeFiles.manifest) else {
            throw refusal(log, files)
        }
        let manifest = Manifest(manifestNode)
        let (vocabulary, entries, units) = VocabularyReader(
            files: documents.folder("facts").map(\.node), drugs: documents.folder("drugs"),
            interventions: documents.folder("interventions"), log: log
        ).read()

        // Digests need the bytes alone; cases are half of all documents and touch nothing that the rest changes.
        let topics = Self.topicIDs(files)
        let makeDigests = files.digests
        let (linked, (digests, cases)) = AllProcessors.both {
            link(documents, topics, manifest, vocabulary, keepsLeaves: treatment == .read)
        } _: {
            let known = topics.filter { files.place(of: "topics/\($0)/topic.json") != nil }
            return (makeDigests(), CaseReader(vocabulary: vocabulary).read(treatment == .read ? known : [], files))
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
            usedBy: linked.usedBy, coverage: linked.coverage, terminology: linked.terminology,
            drugIndex: linked.drugIndex)
    }

    /// Everything but the cases, read and linked.
    private struct Linked {
        let clinical: ClinicalKnowledge
        let phrases: [LexiconEntry]
        let leaves: [LeafPlace]
        let usedBy: [String: [String]]
        let coverage: CoverageAxes
        let terminology: Terminology
        let drugIndex: DrugNameIndex
    }

    private func link(
        _ files: LoggedFiles, _ topicIDs: [String], _ manifest: Manifest, _ vocabulary: Vocabulary, keepsLeaves: Bool
    ) -> Linked {
        let factFiles = files.folder("facts").map(\.node)
        let conditions = ConditionReader(vocabulary: vocabulary, leavesFrom: keepsLeaves ? 0 : nil)
        let criteria = conditions.define(factFiles.flatMap { $0.optional("criteria")?.members ?? [] })
        let readTopic = { @Sendable [files = files.files] (id: String, firstLeaf: Int?) in
            ReadTopic(id, files, vocabulary, criteria, leavesFrom: firstLeaf)
        }
        let common: Common
        let read: [ReadTopic]
        if keepsLeaves {
            // A leaf's number is the place at which it is read.
            common = Common(files, factFiles, conditions, criteria)
            var count = conditions.leaves.count
            read = topicIDs.map { id in
                let topic = readTopic(id, count)
                count += topic.leaves.count
                return topic
            }
        } else {
            (common, read) = AllProcessors.both {
                Common(files, factFiles, conditions, criteria)
            } _: {
                AllProcessors.map(topicIDs.count, stride: 1) { readTopic(topicIDs[$0], nil) }
            }
        }
        for defect in read.flatMap(\.defects) { files.log.add(defect) }
        let clinical = ClinicalKnowledge(
            vocabulary: vocabulary, derivations: common.derivations, topics: read.compactMap(\.topic),
            interventions: common.interventions, drugs: common.drugs, references: common.references,
            drugNames: common.drugNames, doseRules: common.doseRules, patientAdvice: common.patientAdvice)
        let checker = LinkChecker(
            clinical: clinical, manifest: manifest, retired: Self.retiredRules(files.files), today: today,
            log: files.log)
        checker.check()
        return Linked(
            clinical: clinical, phrases: common.phrases, leaves: conditions.leaves + read.flatMap(\.leaves),
            usedBy: checker.usedBy, coverage: common.coverage, terminology: common.terminology,
            drugIndex: common.drugIndex)
    }

    /// A topic with what is wrong in its documents: topics know nothing of each other, so each has a log of its own.
    private struct ReadTopic: Sendable {
        let topic: Topic?
        let leaves: [LeafPlace]
        let defects: [KnowledgeDefect]

        init(
            _ id: String, _ files: KnowledgeFiles, _ vocabulary: Vocabulary, _ criteria: [String: Condition],
            leavesFrom firstLeaf: Int?
        ) {
            let log = DefectLog()
            let conditions = ConditionReader(vocabulary: vocabulary, given: criteria, leavesFrom: firstLeaf)
            topic = TopicReader(conditions: conditions, files: LoggedFiles(files: files, log: log)).read(id)
            leaves = conditions.leaves
            defects = log.defects
        }
    }

    /// What belongs to no topic.
    private struct Common {
        let derivations: [Derivation]
        let phrases: [LexiconEntry]
        let coverage: CoverageAxes
        let references: [String: Reference]
        let drugs: [String: Drug]
        let interventions: [String: Intervention]
        let terminology: Terminology
        let drugNames: DrugNames
        let drugIndex: DrugNameIndex
        let doseRules: DoseRules
        let patientAdvice: PatientAdvice

        init(
            _ files: LoggedFiles, _ factFiles: [DocumentNode], _ conditions: ConditionReader,
            _ criteria: [String: Condition]
        ) {
            derivations = factFiles.flatMap { $0.nodes("derivations") }.compactMap { derivation($0, conditions) }
            phrases = factFiles.flatMap { $0.nodes("phrases") }.flatMap { phrase($0, conditions) }
            coverage =
                files.document("coverage.json").map(CoverageReader(conditions: conditions).read) ?? CoverageAxes()
            let documents = DocumentReader(conditions: conditions)
            references = byID(files.folder("references").map { documents.reference($0.name, $0.node) }, \.id)
            drugs = byID(files.folder("drugs").map { documents.drug($0.name, $0.node) }, \.id)
            let interventionNodes = files.folder("interventions")
            interventions = byID(interventionNodes.map { documents.intervention($0.name, $0.node) }, \.id)
            checkClasses(interventionNodes, conditions.vocabulary)
            terminology = TerminologyReader(conditions: conditions, drugs: Set(drugs.keys)).read(
                files.folder("terminology"))
            drugNames = files.document("drug-names.json").map(DrugNamesReader.read) ?? .none
            drugIndex = DrugNameIndex(drugs, drugNames)
            doseRules = files.document("dose-rules.json").map(DoseRulesReader(documents: documents).read) ?? .none
            // What only a patient reads decides no option: no case has to cover it, so its conditions are read apart.
            let apart = DocumentReader(conditions: ConditionReader(vocabulary: conditions.vocabulary, given: criteria))
            patientAdvice =
                files.document("patient-advice.json").map(PatientAdviceReader(documents: apart).read) ?? .none
        }
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
        files.documents.compactMap { path, value in
            guard KnowledgeFolder.lies(path, in: "recommendations"), case .string("retired") = value["status"],
                case .string(let id) = value["id"], case .string(let successor) = value["replacedBy"]
            else { return nil }
            return RetiredRule(id: id, successor: successor, file: path)
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
