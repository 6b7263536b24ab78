public import ClinicalModel
import DecisionLogic

/// One release of the knowledge: loaded whole, checked, linked, immutable. Safe from any thread.
public final class KnowledgeBase: Sendable {
    /// What the release says of itself.
    public let manifest: Manifest
    /// `sha256:` and 64 hexadecimal digits over every document that was loaded.
    public let digest: String
    /// What the engine judges with.
    public let clinical: ClinicalKnowledge
    /// What the question reader reads with.
    public let lexicon: Lexicon
    /// The cases beside the rules.
    public let cases: [ClinicalCase]
    /// Where each leaf stands, by its number.
    public let leaves: [LeafPlace]
    /// How many documents were loaded.
    public let fileCount: Int
    /// Warnings of the load: the knowledge may be served with them.
    public let warnings: [KnowledgeDefect]
    /// What the coverage matrix is made along.
    public let coverage: CoverageAxes
    /// Drugs by folded name.
    private let drugsByName: [String: String]
    /// Statements by the reference that they cite: `file#pointer`-like places for `usedBy`.
    public let usedBy: [String: [String]]

    init(
        manifest: Manifest, digest: String, clinical: ClinicalKnowledge, lexicon: Lexicon, cases: [ClinicalCase],
        leaves: [LeafPlace], fileCount: Int, warnings: [KnowledgeDefect], usedBy: [String: [String]],
        coverage: CoverageAxes
    ) {
        self.manifest = manifest
        self.digest = digest
        self.clinical = clinical
        self.lexicon = lexicon
        self.cases = cases
        self.leaves = leaves
        self.fileCount = fileCount
        self.warnings = warnings
        self.usedBy = usedBy
        self.coverage = coverage
        var byName: [String: String] = [:]
        for drug in clinical.drugs.values.sorted(by: { $0.id < $1.id }) {
            for name in drug.names where byName[Self.folded(name)] == nil { byName[Self.folded(name)] = drug.id }
        }
        drugsByName = byName
    }

    /// The drug of a name: id, generic, brand, synonym or code name, without regard to case, hyphens, spaces and
    /// superscripts (`¹⁷⁷Lu-DOTATATE`). O(name).
    public func drug(named name: String) -> Drug? {
        drugsByName[Self.folded(name)].flatMap { clinical.drugs[$0] }
    }

    /// Up to five drugs whose names are near a word, nearest first.
    public func drugs(near name: String) -> [String] {
        var found: [String] = []
        for candidate in Suggestion.ranked(Self.folded(name), drugsByName.keys, limit: 20) {
            if let id = drugsByName[candidate], !found.contains(id) { found.append(id) }
        }
        return Array(found.prefix(5))
    }

    /// A name as it is looked up: lower case, letters and digits only, superscript digits as digits.
    public static func folded(_ name: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in name.lowercased().unicodeScalars {
            if let digit = scalar.properties.numericType != nil ? scalar.properties.numericValue : nil,
                let whole = Int(exactly: digit), (0...9).contains(whole)
            {
                result.append(contentsOf: String(whole).unicodeScalars)
            } else if scalar.properties.isAlphabetic {
                result.append(scalar)
            }
        }
        return String(result)
    }
}
