import ClinicalModel
import DecisionLogic

/// The cautions of an option: what could forbid it and cannot be decided, what holds for this patient, and what is told
/// to everybody.
struct CautionList {
    let knowledge: ClinicalKnowledge
    let values: [FactValue]

    /// What decides whether and how a fact of a label or guideline is told.
    private struct Candidate {
        let wording: Wording
        let when: Condition?
        let isShown: Bool
        let forbids: Bool
        let section: String?
        let isConfirmed: Bool
        let reference: String
    }

    /// In the order: undecided contraindications, decided warnings, undecided ones, general ones.
    func cautions(
        of intervention: Intervention, rules: [Recommendation], _ sources: inout Bibliography
    ) -> [Guidance.Caution] {
        var candidates = intervention.contraindications.map { candidate($0, forbids: true) }
        candidates += intervention.cautions.map { candidate($0, forbids: false) }
        candidates += rules.flatMap(\.cautions).map { candidate($0, forbids: false) }
        for drug in intervention.drugs.compactMap({ knowledge.drugs[$0] }) {
            for label in drug.labels {
                for part in DrugLabel.Part.allCases where part != .dosing && part != .administration {
                    candidates += (label.facts[part] ?? []).map { candidate($0, part, label.reference) }
                }
            }
        }
        let told = candidates.compactMap { item in place(item).map { (place: $0, item: item) } }
        var result: [Guidance.Caution] = []
        for (_, item) in told.enumerated().sorted(by: {
            ($0.element.place, $0.offset) < ($1.element.place, $1.offset)
        }) {
            // What is said already is not cited again: the sources of an answer are exactly those it cites.
            if result.contains(where: { $0.wording == item.item.wording }) { continue }
            result.append(caution(item.item, &sources))
        }
        return result
    }

    private func candidate(_ limit: Limit, forbids: Bool) -> Candidate {
        Candidate(
            wording: limit.wording, when: limit.when, isShown: limit.isShown || !forbids, forbids: forbids,
            section: limit.section, isConfirmed: limit.isConfirmed, reference: limit.reference)
    }

    private func candidate(_ fact: LabelFact, _ part: DrugLabel.Part, _ reference: String) -> Candidate {
        Candidate(
            wording: fact.wording, when: fact.when, isShown: fact.isShown, forbids: part.forbids, section: fact.section,
            isConfirmed: fact.isConfirmed, reference: reference)
    }

    /// Where a candidate stands in the list; nil: it is not told. A contraindication that holds never comes here.
    private func place(_ item: Candidate) -> Int? {
        guard let when = item.when else { return item.isShown ? 3 : nil }
        switch when.evaluate(values) {
        case .true: return item.forbids ? nil : 1
        case .unknown: return item.forbids ? 0 : item.isShown ? 2 : nil
        case .false: return nil
        }
    }

    private func caution(_ item: Candidate, _ sources: inout Bibliography) -> Guidance.Caution {
        let truth = item.when?.evaluate(values) ?? .true
        return Guidance.Caution(
            severity: item.forbids ? .contraindication : .warning, wording: item.wording,
            because: truth == .true ? item.when?.grounds(values).members ?? [] : [],
            needs: truth == .unknown ? item.when?.needs(values).members ?? [] : [], section: item.section,
            isConfirmed: item.isConfirmed, number: sources.cite(item.reference))
    }
}
