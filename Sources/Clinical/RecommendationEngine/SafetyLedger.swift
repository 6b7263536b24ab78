import ClinicalModel
import DecisionLogic

/// Every limit of an intervention that a case can decide, with its verdict: nothing is passed over in silence, not even
/// what is clear. `CautionList` tells what matters of it; the ledger is the proof that all was looked at.
struct SafetyLedger {
    let knowledge: ClinicalKnowledge
    let values: [FactValue]

    /// The entries in the order: guideline limits, then each drug's labels part by part. What has no condition is no
    /// matter of the case and stands under `/drugs` alone.
    func items(of intervention: Intervention, _ sources: inout Bibliography) -> [SafetyItem] {
        var items: [SafetyItem] = []
        for (part, limits) in [
            ("contraindications", intervention.contraindications), ("cautions", intervention.cautions),
        ] {
            for limit in limits {
                guard let when = limit.when else { continue }
                items.append(
                    SafetyItem(
                        drug: nil, jurisdiction: limit.jurisdiction, part: part,
                        verdict: verdict(when, forbids: part == "contraindications"), wording: limit.wording,
                        because: because(when), needs: when.needs(values).members, section: limit.section,
                        isConfirmed: limit.isConfirmed, number: sources.cite(limit.reference)))
            }
        }
        for drug in intervention.drugs.compactMap({ knowledge.drugs[$0] }) {
            for label in drug.labels { items += self.items(of: drug, label, &sources) }
        }
        return items
    }

    private func items(of drug: Drug, _ label: DrugLabel, _ sources: inout Bibliography) -> [SafetyItem] {
        DrugLabel.Part.allCases.flatMap { part in
            (label.facts[part] ?? []).compactMap { fact in
                guard let when = fact.when else { return nil }
                return SafetyItem(
                    drug: drug.id, jurisdiction: label.jurisdiction, part: part.rawValue,
                    verdict: verdict(when, forbids: part.forbids), wording: fact.wording, because: because(when),
                    needs: when.needs(values).members, section: fact.section, isConfirmed: fact.isConfirmed,
                    number: sources.cite(label.reference))
            }
        }
    }

    private func verdict(_ when: Condition, forbids: Bool) -> SafetyItem.Verdict {
        switch when.evaluate(values) {
        case .true: forbids ? .contraindicated : .caution
        case .false: .clear
        case .unknown: .notEvaluable
        }
    }

    private func because(_ when: Condition) -> [Int] {
        when.evaluate(values) == .unknown ? [] : when.grounds(values).members
    }
}
