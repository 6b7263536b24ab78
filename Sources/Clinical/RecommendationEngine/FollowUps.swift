import ClinicalModel
import DecisionLogic

/// Finds the unknown facts that would change the answer, and which options each would move.
struct FollowUps {
    let knowledge: ClinicalKnowledge
    let values: [FactValue]
    let recommendations: [Recommendation]

    /// The questions: first the facts that decide options, then those that decide ranks, then those that decide a limit
    /// of an option; within each the one that moves most first, then by the priority that the knowledge gives.
    func questions(for options: [Guidance.Option]) -> [Guidance.FollowUp] {
        // `weight` counts the options that the fact moves in its most decisive way; the list holds all that it moves.
        var moved: [Int: (kind: Int, weight: Int, options: [String])] = [:]
        func note(_ fact: Int, _ option: String, kind: Int) {
            var entry = moved[fact] ?? (kind, 0, [])
            if kind < entry.kind { (entry.kind, entry.weight) = (kind, 0) }
            if kind == entry.kind { entry.weight += 1 }
            if !entry.options.contains(option) { entry.options.append(option) }
            moved[fact] = entry
        }
        let judge = OptionJudge(knowledge: knowledge, values: values)
        for option in options {
            for fact in option.needs { note(fact, option.intervention.id, kind: 0) }
        }
        for option in options {
            let rules = recommendations.filter { rule in option.rules.contains { $0.id == rule.id } }
            for rule in rules {
                for fact in judge.rankNeeds(rule).members { note(fact, option.intervention.id, kind: 1) }
            }
            for caution in option.cautions where caution.severity == .contraindication {
                for fact in caution.needs { note(fact, option.intervention.id, kind: 2) }
            }
        }
        return moved.sorted { left, right in
            let (a, b) = (left.value, right.value)
            let (p, q) = (knowledge.vocabulary[left.key].priority, knowledge.vocabulary[right.key].priority)
            return (a.kind, -a.weight, p, left.key) < (b.kind, -b.weight, q, right.key)
        }.map { Guidance.FollowUp(fact: $0.key, wouldChange: $0.value.options) }
    }
}
