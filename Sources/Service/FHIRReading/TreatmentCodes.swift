import ClinicalModel
import DecisionLogic
import KnowledgeStore

/// What drugs that were given are as treatments: the codes of `treatment.prior` and `treatment.intolerance`.
struct TreatmentCodes: Sendable {
    /// Combinations are given together where their drugs began within these days of each other.
    static let togetherWithinDays = 31

    private let single: [String: Int]
    private let classes: [String: BitSet]
    private let combinations: [(drugs: Set<String>, code: Int)]
    private let excludedBy: [String: BitSet]
    private let alternatives: Set<String>

    /// Made once for a release.
    init(_ knowledge: ClinicalKnowledge) {
        var single: [String: Int] = [:]
        var classes: [String: BitSet] = [:]
        var combinations: [(drugs: Set<String>, code: Int)] = []
        var excludedBy: [String: BitSet] = [:]
        var alternatives: Set<String> = []
        let definition = knowledge.vocabulary.index(of: "treatment.prior").map { knowledge.vocabulary[$0] }
        for id in knowledge.interventions.keys.sorted() {
            guard let intervention = knowledge.interventions[id], let definition, let code = definition.index(of: id),
                !intervention.drugs.isEmpty
            else { continue }
            let ways = intervention.waysToGive
            for way in ways {
                if way.count == 1, let drug = way.first, single[drug] == nil || id == drug { single[drug] = code }
                if way.count > 1 { combinations.append((way, code)) }
            }
            for drug in Set(intervention.drugs) {
                // A class that all treatments with this drug share holds whichever of them was given.
                let own = definition.codes[code].ancestors
                classes[drug] = classes[drug]?.intersection(own) ?? own
                if ways.allSatisfy({ $0.contains(drug) }) {
                    excludedBy[drug, default: BitSet()].insert(code)
                } else {
                    alternatives.insert(drug)
                }
            }
        }
        self.single = single
        self.classes = classes
        // The larger combination is looked for first: FOLFIRINOX holds all drugs of FOLFOX.
        self.combinations = combinations.sorted { ($0.drugs.count, $1.code) > ($1.drugs.count, $0.code) }
        self.excludedBy = excludedBy
        self.alternatives = alternatives
    }

    /// Whether a drug is any treatment of the tumour.
    func treats(_ drug: String) -> Bool { single[drug] != nil || !(classes[drug] ?? BitSet()).isEmpty }

    /// The codes that a patient who had these drugs was given, each with the use that shows it.
    func prior(_ uses: [DrugUse]) -> [(code: Int, use: DrugUse)] {
        var found: [(code: Int, use: DrugUse)] = []
        var taken: Set<String> = []
        for (drugs, code) in combinations where drugs.isDisjoint(with: taken) {
            guard let use = together(drugs, uses) else { continue }
            if !found.contains(where: { $0.code == code }) { found.append((code, use)) }
            taken.formUnion(drugs)
        }
        for use in uses where !taken.contains(use.drug) {
            let codes = single[use.drug].map { [$0] } ?? (classes[use.drug] ?? BitSet()).members
            for code in codes where !found.contains(where: { $0.code == code }) { found.append((code, use)) }
        }
        return found
    }

    private func together(_ drugs: Set<String>, _ uses: [DrugUse]) -> DrugUse? {
        guard let first = drugs.sorted().first else { return nil }
        return uses.first { use in
            guard use.drug == first, let day = use.started else { return false }
            return drugs.allSatisfy { drug in
                uses.contains { other in
                    guard other.drug == drug, let start = other.started else { return false }
                    return abs(start.number - day.number) <= Self.togetherWithinDays
                }
            }
        }
    }

    /// The treatments that cannot be given without a drug, and whether some can.
    func excluded(by drug: String) -> (codes: BitSet, hasAlternatives: Bool) {
        (excludedBy[drug] ?? BitSet(), alternatives.contains(drug))
    }
}

/// A drug that a record says was given, or is being given.
struct DrugUse: Equatable {
    let drug: String
    let source: FHIRSource
    let date: FHIRDate?
    /// The day it began; nil: not told to the day.
    let started: CivilDay?
    /// The last day of a dose that was given; nil for an order.
    let lastDose: CivilDay?
    /// The form that its code tells; nil: none.
    let form: Terminology.Form?
    let isCurrent: Bool
    let isForOtherUse: Bool
    let remark: String?
}
