import ClinicalModel
import DecisionLogic

/// The topics that speak on a case: one that leads, and what lies over it.
struct BearingTopics {
    /// The disease topic; an overlay where that answers by itself.
    let lead: Topic
    /// What lies over it, in order.
    let overlays: [Topic]
    /// The case with what the topics assume.
    let facts: FactCompletion

    /// The lead and what lies over it.
    var all: [Topic] { [lead] + overlays }
    /// The rules of all; each id once.
    var recommendations: [Recommendation] { all.flatMap(\.recommendations) }
    /// Rules whose word against an intervention prevails over every rule for it: those of overlays, since what lies over a
    /// disease knows what makes its usual treatment unsafe.
    var prevailing: Set<String> {
        Set(all.filter(\.isOverlay).flatMap { $0.recommendations.filter { $0.direction == .against }.map(\.id) })
    }
    /// The examinations of all, each once.
    var diagnostics: [Diagnostic] {
        all.flatMap(\.diagnostics).reduce(into: []) { list, next in
            if !list.contains(where: { $0.id == next.id }) { list.append(next) }
        }
    }
    /// The disagreements of all, each once.
    var disagreements: [Disagreement] {
        all.flatMap(\.disagreements).reduce(into: []) { list, next in
            if !list.contains(where: { $0.id == next.id }) { list.append(next) }
        }
    }
}

/// Chooses the topics of a case by their scopes.
struct TopicChoice {
    /// The topics that speak; nil where none can be chosen.
    let bearing: BearingTopics?
    /// The disease topics that may still be the one, each with the case as it sees it.
    let open: [(topic: Topic, facts: FactCompletion)]

    init(_ completion: FactCompletion, _ topics: [Topic]) {
        let judged = topics.filter { !$0.isOverlay && Self.mayFit(completion, $0) }.map { topic in
            let own = Self.view(completion, topic)
            return (topic: topic, facts: own, truth: topic.scope.evaluate(own.values))
        }
        let fitting = judged.filter { $0.truth == .true }
        let possible = fitting.isEmpty ? judged.filter { $0.truth == .unknown } : fitting
        open = possible.map { (topic: $0.topic, facts: $0.facts) }
        let overlays = topics.filter(\.isOverlay).sorted { ($0.order, $0.id) < ($1.order, $1.id) }
        if fitting.count == 1 {
            bearing = Self.covered(fitting[0].topic, fitting[0].facts, overlays)
            return
        }
        let alone = overlays.lazy.filter { $0.standsAlone && Self.mayFit(completion, $0) }.map {
            (topic: $0, facts: Self.view(completion, $0))
        }
        .first { $0.topic.scope.evaluate($0.facts.values) == .true }
        bearing = alone.map { found in
            Self.covered(found.topic, found.facts, overlays.filter { $0.id != found.topic.id })
        }
    }

    /// Whether its defaults could make a topic fit: they add to what is known, which turns no false scope true unless it asks
    /// what is known.
    private static func mayFit(_ completion: FactCompletion, _ topic: Topic) -> Bool {
        topic.scopeAsksWhatIsKnown || topic.scope.evaluate(completion.values) != .false
    }

    /// A case as a topic sees it: with its declared defaults.
    private static func view(_ completion: FactCompletion, _ topic: Topic) -> FactCompletion {
        var own = completion
        own.assume(topic.assumptions)
        return own
    }

    /// A topic with the overlays whose scope is true in its view, and with what those assume.
    private static func covered(_ lead: Topic, _ facts: FactCompletion, _ overlays: [Topic]) -> BearingTopics {
        let lying = overlays.filter { $0.scope.evaluate(facts.values) == .true }
        var facts = facts
        for overlay in lying { facts.assume(overlay.assumptions) }
        return BearingTopics(lead: lead, overlays: lying, facts: facts)
    }
}
