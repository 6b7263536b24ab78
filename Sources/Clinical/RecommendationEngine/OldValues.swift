import ClinicalModel
import DecisionLogic

/// Finds what an answer owes to values that were old when they were told.
struct OldValues {
    private let knowledge: ClinicalKnowledge
    private let values: [FactValue]
    /// Old facts by number, with their ages.
    private let ages: [Int: FactAge]
    /// Old facts, and what follows from each, by the old fact.
    private let reach: [Int: BitSet]

    init(_ facts: FactCompletion, knowledge: ClinicalKnowledge) {
        self.knowledge = knowledge
        values = facts.values
        var ages: [Int: FactAge] = [:]
        for fact in facts.facts {
            guard let age = fact.age, let limit = knowledge.vocabulary[fact.fact].freshFor, age.days > limit.days else {
                continue
            }
            ages[fact.fact] = age
        }
        self.ages = ages
        let values = values
        reach = ages.keys.reduce(into: [:]) { result, fact in
            result[fact] = Self.following(fact, knowledge.derivations, values)
        }
    }

    /// The facts that hold because of one.
    private static func following(_ fact: Int, _ derivations: [Derivation], _ values: [FactValue]) -> BitSet {
        var reached = BitSet([fact])
        while true {
            let more = derivations.filter {
                !reached.contains($0.fact) && $0.when.evaluate(values) == .true
                    && !$0.when.grounds(values).isDisjoint(with: reached)
            }
            if more.isEmpty { return reached }
            for derivation in more { reached.insert(derivation.fact) }
        }
    }

    /// A remark for each old value that a verdict on something offered or excluded rests on, also where it clears a limit.
    func notes(on interventions: [Intervention], _ rules: [Recommendation]) -> [CaseNote] {
        if ages.isEmpty { return [] }
        let judged = interventions.map { (intervention: $0, grounds: grounds($0, rules)) }
        return ages.keys.sorted().compactMap { fact in
            let resting = judged.filter { !$0.grounds.isDisjoint(with: reach[fact] ?? BitSet()) }.map(\.intervention)
            return resting.isEmpty ? nil : note(fact, resting)
        }
    }

    private func note(_ fact: Int, _ resting: [Intervention]) -> CaseNote? {
        let definition = knowledge.vocabulary[fact]
        guard let age = ages[fact], let limit = definition.freshFor else { return nil }
        let basis =
            limit.reference.flatMap { knowledge.references[$0]?.title }
            ?? "the engine's own default: no source gives a limit"
        return CaseNote(
            .oldValue,
            "Old value of \(definition.title): \(UnitWords.amount(age.value, age.value, age.unit)), more than "
                + "\(UnitWords.amount(limit.days, limit.days, "d")) (\(basis)). Measure it again before relying on: "
                + resting.map(\.title.clinician).joined(separator: ", ") + ".",
            facts: [fact], interventions: resting.map(\.id))
    }

    /// The facts that the settled conditions on an intervention rest on.
    private func grounds(_ intervention: Intervention, _ rules: [Recommendation]) -> BitSet {
        var conditions: [Condition?] = (intervention.contraindications + intervention.cautions).map(\.when)
        for rule in rules where rule.intervention == intervention.id {
            conditions.append(rule.appliesWhen)
            conditions += rule.cautions.map(\.when)
        }
        for label in intervention.drugs.compactMap({ knowledge.drugs[$0] }).flatMap(\.labels) {
            for part in DrugLabel.Part.allCases { conditions += (label.facts[part] ?? []).map(\.when) }
        }
        var sum = BitSet()
        for dose in knowledge.doseRules.rules where dose.intervention == intervention.id {
            conditions += dose.steps.map(\.when)
        }
        if let body = knowledge.doseRules.body, intervention.regimens.contains(where: \.isByBody) {
            sum.formUnion(BitSet([body.weight, body.height]))
        }
        for condition in conditions.compactMap({ $0 }) where condition.evaluate(values) != .unknown {
            sum.formUnion(condition.grounds(values))
        }
        return sum
    }
}

extension Regimen {
    /// Whether a dose of it is given by weight or surface.
    fileprivate var isByBody: Bool {
        parts.contains { part in
            part.dose.unit.split(separator: "/").dropFirst().contains { $0 == "kg" || $0 == "m2" }
        }
    }
}
