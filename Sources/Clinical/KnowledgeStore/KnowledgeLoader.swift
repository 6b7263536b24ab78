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
        // Digests need the bytes alone.
        let makeDigests = files.digests
        let (words, digests) = AllProcessors.both {
            VocabularyReader(
                files: documents.folder("facts").map(\.node), drugs: documents.folder("drugs"),
                interventions: documents.folder("interventions"), log: log
            ).read()
        } _: {
            makeDigests()
        }
        // Cases, half of all documents, touch nothing that the rest changes.
        let topics = files.topicIDs
        let linked: Linked
        var cases: (cases: [ClinicalCase], defects: [KnowledgeDefect]) = ([], [])
        if treatment == .read {
            let known = topics.filter { files.place(of: "topics/\($0)/topic.json") != nil }
            (linked, cases) = AllProcessors.both {
                link(documents, topics, manifest, words, keepsLeaves: true)
            } _: {
                CaseReader(vocabulary: words.vocabulary).read(known, files)
            }
        } else {
            linked = link(documents, topics, manifest, words, keepsLeaves: false)
        }
        if files.local.isEmpty { manifest.checkSignature(documents: digests.documents, manifestNode) }
        for defect in cases.defects { log.add(defect) }
        guard !log.hasErrors else { throw refusal(log, files) }
        return KnowledgeBase(
            manifest: manifest, digest: digests.whole, documentsDigest: digests.documents,
            releaseDigest: digests.release, localDigest: digests.local, local: files.local,
            clinical: linked.clinical,
            lexicon: linked.common.lexicon, cases: cases.cases, leaves: linked.leaves, fileCount: files.documents.count,
            warnings: placed(log.defects, files),
            usedBy: linked.usedBy, coverage: linked.common.coverage,
            terminology: linked.common.terminology)
    }

    /// Everything but the cases, read and linked.
    private struct Linked {
        let clinical: ClinicalKnowledge
        let common: Common
        let leaves: [LeafPlace]
        let usedBy: [String: [String]]
    }

    private func link(
        _ files: LoggedFiles, _ topicIDs: [String], _ manifest: Manifest, _ words: Words, keepsLeaves: Bool
    ) -> Linked {
        let conditions = ConditionReader(vocabulary: words.vocabulary, leavesFrom: keepsLeaves ? 0 : nil)
        let criteria = conditions.define(
            files.folder("facts").flatMap { $0.node.optional("criteria")?.members ?? [] })
        let readCommon = { @Sendable [files = files.files] (firstLeaf: Int?) in
            Part(files, words.vocabulary, criteria, firstLeaf) { Common($0, words, $1, criteria) }
        }
        let readTopic = { @Sendable [files = files.files] (id: String, firstLeaf: Int?) in
            Part(files, words.vocabulary, criteria, firstLeaf) { TopicReader(conditions: $1, files: $0).read(id) }
        }
        let (common, topics) =
            keepsLeaves
            ? Self.readInOrder(topicIDs, from: conditions.leaves.count, readCommon, readTopic)
            : Self.readTogether(topicIDs, files.files, readCommon, readTopic)
        for defect in common.defects + topics.flatMap(\.defects) { files.log.add(defect) }
        let clinical = ClinicalKnowledge(
            vocabulary: words.vocabulary, derivations: common.value.derivations, topics: topics.compactMap(\.value),
            interventions: common.value.interventions, drugs: common.value.drugs, references: common.value.references,
            drugNames: common.value.drugNames, doseRules: common.value.doseRules,
            patientAdvice: common.value.patientAdvice)
        let checker = LinkChecker(
            clinical: clinical, manifest: manifest, retired: Self.retiredRules(topicIDs, files.files), today: today,
            log: files.log)
        checker.check()
        return Linked(
            clinical: clinical, common: common.value,
            leaves: conditions.leaves + common.leaves + topics.flatMap(\.leaves), usedBy: checker.usedBy)
    }

    /// Reads the parts one after another: a leaf's number is the place at which it is read.
    private static func readInOrder(
        _ topicIDs: [String], from first: Int, _ readCommon: (Int?) -> Part<Common>,
        _ readTopic: (String, Int?) -> Part<Topic?>
    ) -> (common: Part<Common>, topics: [Part<Topic?>]) {
        let common = readCommon(first)
        var count = first + common.leaves.count
        return (
            common,
            topicIDs.map { id in
                let topic = readTopic(id, count)
                count += topic.leaves.count
                return topic
            }
        )
    }

    /// Reads the parts on all processors, keeping no leaves. What takes longest begins first, so that nobody waits for it at
    /// the end.
    private static func readTogether(
        _ topicIDs: [String], _ files: KnowledgeFiles, _ readCommon: @Sendable (Int?) -> Part<Common>,
        _ readTopic: @Sendable (String, Int?) -> Part<Topic?>
    ) -> (common: Part<Common>, topics: [Part<Topic?>]) {
        enum Read {
            case common(Part<Common>)
            case topic(Part<Topic?>)
        }
        let sizes = topicIDs.map { files.places(in: "topics/\($0)/recommendations").count }
        let order = topicIDs.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }
        let read = AllProcessors.map(1 + order.count, stride: 1) { number in
            number == 0 ? Read.common(readCommon(nil)) : Read.topic(readTopic(topicIDs[order[number - 1]], nil))
        }
        var common: Part<Common>?
        var topics: [(place: Int, part: Part<Topic?>)] = []
        for (number, part) in read.enumerated() {
            switch part {
            case .common(let part): common = part
            case .topic(let part): topics.append((order[number - 1], part))
            }
        }
        return (common ?? readCommon(nil), topics.sorted { $0.place < $1.place }.map(\.part))
    }

    /// A part of the documents as it was read. Parts know nothing of each other, so each has a log of its own.
    private struct Part<Value: Sendable>: Sendable {
        let value: Value
        let leaves: [LeafPlace]
        let defects: [KnowledgeDefect]

        init(
            _ files: KnowledgeFiles, _ vocabulary: Vocabulary, _ criteria: [String: Condition], _ firstLeaf: Int?,
            _ read: (LoggedFiles, ConditionReader) -> Value
        ) {
            let log = DefectLog()
            let conditions = ConditionReader(vocabulary: vocabulary, given: criteria, leavesFrom: firstLeaf)
            value = read(LoggedFiles(files: files, log: log), conditions)
            leaves = conditions.leaves
            defects = log.defects
        }
    }

    /// The facts, and the words of them and of their codes.
    private typealias Words = (vocabulary: Vocabulary, entries: [LexiconEntry], units: [Int: [UnitSpelling]])

    /// What belongs to no topic.
    private struct Common: Sendable {
        let derivations: [Derivation]
        let lexicon: Lexicon
        let coverage: CoverageAxes
        let references: [String: Reference]
        let drugs: [String: Drug]
        let interventions: [String: Intervention]
        let terminology: Terminology
        let drugNames: DrugNames
        let doseRules: DoseRules
        let patientAdvice: PatientAdvice

        init(
            _ files: LoggedFiles, _ words: Words, _ conditions: ConditionReader, _ criteria: [String: Condition]
        ) {
            let facts = files.folder("facts").map(\.node)
            derivations = facts.flatMap { $0.nodes("derivations") }.compactMap { derivation($0, conditions) }
            lexicon = Lexicon(
                entries: facts.flatMap { $0.nodes("phrases") }.flatMap { phrase($0, conditions) } + words.entries,
                units: words.units)
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

    /// The retired rules with the rule that took the place of each, by path.
    private static func retiredRules(_ topicIDs: [String], _ files: KnowledgeFiles) -> [RetiredRule] {
        topicIDs.flatMap { files.places(in: "topics/\($0)/recommendations") }.compactMap { place in
            let (path, value) = files.documents[place]
            guard case .string("retired") = value["status"], case .string(let id) = value["id"],
                case .string(let successor) = value["replacedBy"]
            else { return nil }
            return RetiredRule(id: id, successor: successor, file: path)
        }.sorted { $0.file < $1.file }
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
