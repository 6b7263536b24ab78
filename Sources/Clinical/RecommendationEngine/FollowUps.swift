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
        let rules = options.map { option in
            recommendations.filter { rule in option.rules.contains { $0.id == rule.id } && !rule.ranks.isEmpty }
        }
        let spans = zip(options, rules).map { option, rules in
            RankSpan(of: option, judge.rankSpans(rules))
        }
        for option in options {
            for fact in option.needs { note(fact, option.intervention.id, kind: 0) }
        }
        for (place, option) in options.enumerated() {
            // A rank that may change, and yet no other option stands where it could be overtaken, decides nothing.
            if spans.indices.contains(where: { $0 != place && spans[place].isContested(by: spans[$0]) }) {
                for rule in rules[place] {
                    for fact in judge.rankNeeds(rule).members { note(fact, option.intervention.id, kind: 1) }
                }
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

/// Where an option may come to stand among those of its standing, whatever its open ranks turn out to be.
private struct RankSpan {
    let isRecommended: Bool
    let best: Int
    let worst: Int
    let id: String

    /// The best of the rules' ranks counts.
    init(of option: Guidance.Option, _ spans: [ClosedRange<Int>]) {
        isRecommended = option.isRecommended
        best = spans.map(\.lowerBound).min() ?? Int.max
        worst = spans.map(\.upperBound).min() ?? Int.max
        id = option.intervention.id
    }

    /// Whether the order of the two is open.
    func isContested(by other: RankSpan) -> Bool {
        isRecommended == other.isRecommended && !(best == worst && other.best == other.worst)
            && !((worst, id) < (other.best, other.id)) && !((other.worst, other.id) < (best, id))
    }
}
