import ClinicalModel
import DecisionLogic

/// Finds the unknown facts that would change the answer, and which options each would move.
struct FollowUps {
    let knowledge: ClinicalKnowledge
    let values: [FactValue]
    let recommendations: [Recommendation]
    /// Rules whose word against an option prevails.
    let prevailing: Set<String>

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
        let ranks = zip(options, rules).map { option, rules in OpenRanks(of: option, rules, judge) }
        var contest = RankContest(
            zip(options, rules).map { option, rules in
                RankContest.Option(
                    intervention: option.intervention, speaking: rules,
                    rules: recommendations.filter { $0.intervention == option.intervention.id })
            }, prevailing, knowledge, values)
        /// Whether some other option may change places with this one over a fact.
        func isContested(_ place: Int, over fact: Int) -> Bool {
            let others = ranks.indices.filter { $0 != place && ranks[place].mayBeContested(by: ranks[$0], over: fact) }
                .map { ranks[place].id < ranks[$0].id ? (place, $0) : ($0, place) }
            return others.contains { contest.turns($0.0, $0.1, over: fact) }
                || others.contains {
                    contest.turnsBesideAnother($0.0, $0.1, over: fact)
                        && contest.movesBesideAnother($0.0, $0.1, over: fact)
                }
        }
        for option in options {
            for fact in option.needs { note(fact, option.intervention.id, kind: 0) }
        }
        for (place, option) in options.enumerated() {
            // A fact that may change a rank, and yet lets nothing overtake anything, decides nothing.
            for fact in ranks[place].facts.members where isContested(place, over: fact) {
                note(fact, option.intervention.id, kind: 1)
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

/// The rank of an option, and those that it would have if a fact were known.
private struct OpenRanks {
    let isRecommended: Bool
    let id: String
    let current: Int
    var open: [(rank: Int, needs: BitSet)] = []
    var facts = BitSet()

    /// The best of its rules' ranks counts: a worse one goes no further than the other rules'.
    init(of option: Guidance.Option, _ rules: [Recommendation], _ judge: OptionJudge) {
        isRecommended = option.isRecommended
        id = option.intervention.id
        let own = rules.map(judge.rank)
        current = own.min() ?? Int.max
        for (place, rule) in rules.enumerated() {
            let others = own.indices.lazy.filter { $0 != place }.map { own[$0] }.min() ?? Int.max
            for entry in judge.openRanks(rule) where min(entry.rank, others) != current {
                open.append((min(entry.rank, others), entry.needs))
                facts.formUnion(entry.needs)
            }
        }
    }

    private func span(over fact: Int) -> (best: Int, worst: Int) {
        open.reduce((current, current)) { span, entry in
            entry.needs.contains(fact) ? (min(span.0, entry.rank), max(span.1, entry.rank)) : span
        }
    }

    /// Whether the order of the two may hang on a fact, as far as the best and the worst ranks of each tell.
    func mayBeContested(by other: OpenRanks, over fact: Int) -> Bool {
        let (own, its) = (span(over: fact), other.span(over: fact))
        return isRecommended == other.isRecommended && !((own.worst, id) < (its.best, other.id))
            && !((its.worst, other.id) < (own.best, id))
    }
}
