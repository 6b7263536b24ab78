public import ClinicalModel
import DecisionLogic

/// One release of the knowledge: loaded whole, checked, linked, immutable. Safe from any thread.
public final class KnowledgeBase: Sendable {
    /// What the release says of itself.
    public let manifest: Manifest
    /// `sha256:` and 64 hexadecimal digits over every document that was loaded.
    public let digest: String
    /// `sha256:` and the digest over every document but the manifest: what a reviewer signs.
    public let documentsDigest: String
    /// `sha256:` and the digest of the release alone, whatever lies over it: what its maker signs.
    public let releaseDigest: String
    /// `sha256:` and the digest of the folder of local knowledge alone; nil where there is none.
    public let localDigest: String?
    /// What a folder of local knowledge changed in the release.
    public let local: LocalChanges
    /// What the engine judges with.
    public let clinical: ClinicalKnowledge
    /// What the question reader reads with.
    public let lexicon: Lexicon
    /// The cases beside the rules; none where they were only hashed.
    public let cases: [ClinicalCase]
    /// Where each leaf stands, by its number; none where the cases, which cover them, were only hashed.
    public let leaves: [LeafPlace]
    /// How many documents were loaded.
    public let fileCount: Int
    /// Warnings of the load: the knowledge may be served with them.
    public let warnings: [KnowledgeDefect]
    /// What the coverage matrix is made along.
    public let coverage: CoverageAxes
    /// What codes of other systems mean.
    public let terminology: Terminology
    /// Drugs by their names, which only a look-up asks for.
    private let drugIndex: OnDemand<DrugNameIndex>
    private let comedicationsByName: [String: Int]
    /// Statements by the reference that they cite: `file#pointer`-like places for `usedBy`.
    public let usedBy: [String: [String]]

    init(
        manifest: Manifest, digest: String, documentsDigest: String, releaseDigest: String, localDigest: String?,
        local: LocalChanges,
        clinical: ClinicalKnowledge, lexicon: Lexicon, cases: [ClinicalCase], leaves: [LeafPlace], fileCount: Int,
        warnings: [KnowledgeDefect], usedBy: [String: [String]], coverage: CoverageAxes,
        terminology: Terminology
    ) {
        self.manifest = manifest
        self.digest = digest
        self.documentsDigest = documentsDigest
        self.releaseDigest = releaseDigest
        self.localDigest = localDigest
        self.local = local
        self.clinical = clinical
        self.lexicon = lexicon
        self.cases = cases
        self.leaves = leaves
        self.fileCount = fileCount
        self.warnings = warnings
        self.usedBy = usedBy
        self.coverage = coverage
        self.terminology = terminology
        drugIndex = OnDemand { DrugNameIndex(clinical.drugs, clinical.drugNames) }
        let comedications = clinical.vocabulary.index(of: "patient.comedications").map { clinical.vocabulary[$0].codes }
        comedicationsByName = Dictionary(
            (comedications ?? []).enumerated().flatMap { place, code in
                [(FoldedName.key(code.id), place), (FoldedName.key(code.title), place)]
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Where what these topics say stands: the release and each of them must be approved, and nothing local may have
    /// changed what was signed; else the least of their words holds. The dates are those of the first topic.
    public func review(of topics: [Topic] = []) -> Review {
        let order = ["draft", "under-review", "approved"]
        let reviews = [manifest.review] + topics.map(\.review)
        let least = reviews.map { order.firstIndex(of: $0.status) ?? 0 }.min() ?? 0
        let dated = topics.first?.review ?? manifest.review
        return Review(
            status: local.isEmpty ? order[least] : order[0], reviewed: dated.reviewed, reviewBy: dated.reviewBy)
    }

    /// What a name leads to: id, generic, brand, synonym or code name, without regard to case, accents, hyphens, spaces,
    /// superscripts, salts and the spelling of a radiolabel (`¹⁷⁷Lu-DOTATATE`). O(name) for a known name.
    public func lookUp(drug name: String) -> DrugLookup { drugIndex.value.lookUp(name) }

    /// Whether every word of a search stands in a drug's names or class, however it is spelt.
    public func holds(_ drug: Drug, search: String) -> Bool {
        holds((drug.names + [drug.drugClass]).joined(separator: " "), search: search)
    }

    /// Whether every word of a search stands in one indication of a drug's labels, in its id or in its sentence.
    public func indicates(_ drug: Drug, search: String) -> Bool {
        drug.labels.flatMap(\.indications).contains { holds("\($0.id) \($0.fact.wording.clinician)", search: search) }
    }

    /// Whether every word of a search stands in a text, however it is spelt.
    public func holds(_ text: String, search: String) -> Bool {
        let folded = FoldedName.key(text)
        return search.split(separator: " ").allSatisfy { folded.contains(FoldedName.key(String($0))) }
    }

    /// The drug that a name is surely of.
    public func drug(named name: String) -> Drug? { drugIndex.value.drug(of: name).flatMap { clinical.drugs[$0] } }

    /// The code of `patient.comedications` of which a name surely is: its id or its title, however it is spelt.
    package func comedication(named name: String) -> Int? {
        name.unicodeScalars.count <= 64 ? comedicationsByName[FoldedName.key(name)] : nil
    }

    /// Up to five drugs whose names are near a word, nearest first; none where a name of another drug is as near.
    public func drugs(near name: String) -> [String] { drugIndex.value.near(FoldedName.key(name)).map(\.drug) }

    /// The known name of something not covered that is near a word, nearest first.
    public func notCovered(near name: String) -> DrugNotCovered? { drugIndex.value.nearestForeign(name) }

    /// The groups of names that are taken for each other in which a drug stands.
    public func lookAlikes(of drug: Drug) -> [DrugNames.LookAlikes] { drugIndex.value.lookAlikes(of: drug) }
}
