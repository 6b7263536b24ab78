public import ClinicalModel
public import DecisionLogic

/// Judges a case with the knowledge of one release. Pure: the same case and knowledge give the same guidance; it sees no
/// file, no clock and no socket. Safe from any thread.
public struct RecommendationEngine: Sendable {
    /// What it judges with.
    public let knowledge: ClinicalKnowledge

    /// An engine.
    public init(knowledge: ClinicalKnowledge) { self.knowledge = knowledge }

    /// The guidance for what was said of a patient.
    ///
    /// - Parameters:
    ///   - statements: structured facts first, then facts read from text; each leaves values that may still hold.
    ///   - notes: remarks of whoever read the question.
    ///   - audience: whose words the answer will use; what has none for this reader is left out, cautions excepted.
    ///   - explains: whether each option carries its trace.
    public func recommend(
        for statements: [FactStatement], notes: [CaseNote] = [], audience: Audience = .clinician, explains: Bool = false
    ) -> Guidance {
        complete(statements, notes: notes, audience: audience, explains: explains).guidance
    }

    /// The guidance with the values that it was judged on, for the coverage of cases.
    func complete(
        _ statements: [FactStatement], notes: [CaseNote], audience: Audience, explains: Bool
    ) -> (guidance: Guidance, values: [FactValue]) {
        let completion = FactCompletion(
            statements, vocabulary: knowledge.vocabulary, derivations: knowledge.derivations)
        let views = knowledge.topics.filter { !$0.isOverlay }.map { topic -> (topic: Topic, facts: FactCompletion) in
            var own = completion
            own.assume(topic.assumptions)
            return (topic, own)
        }
        let judged = views.map { (view: $0, truth: $0.topic.scope.evaluate($0.facts.values)) }
        var allNotes = notes
        if !completion.conflicts.isEmpty { allNotes.append(contradiction(completion.conflicts)) }
        let fitting = judged.filter { $0.truth == .true }
        if fitting.count == 1, let view = fitting.first?.view {
            return (guidance(view.topic, view.facts, allNotes, audience, explains), view.facts.values)
        }
        let open = fitting.isEmpty ? judged.filter { $0.truth == .unknown } : fitting
        let isOfField = statements.contains { knowledge.vocabulary[$0.fact].anchors }
        if !isOfField && !allNotes.contains(where: { $0.code == .unsupportedLanguage || $0.code == .multiplePatients })
        {
            allNotes.append(
                CaseNote(.offTopic, "Nothing that was said shows that this is about a neuroendocrine neoplasm."))
        }
        var answer = Guidance(outcome: open.isEmpty || !isOfField ? .outOfScope : .dataRequired)
        answer.notes = allNotes
        answer.conflicts = completion.conflicts
        answer.facts = (open.count == 1 ? open[0].view.facts : completion).facts
        if answer.outcome == .dataRequired {
            answer.followUp = missing(open.map { ($0.view.topic, $0.view.facts.values) })
            if open.count == 1 { answer.topic = open[0].view.topic }
        }
        answer.summary = SummaryWriter(vocabulary: knowledge.vocabulary).undecided(
            answer, covers: knowledge.topics.flatMap(\.covers))
        return (answer, (open.first?.view.facts ?? completion).values)
    }

    private func contradiction(_ conflicts: [Guidance.Conflict]) -> CaseNote {
        let titles = conflicts.map { knowledge.vocabulary[$0.fact].title }
        return CaseNote(
            .contradiction,
            "What was said cannot all hold (\(titles.joined(separator: ", "))): the facts concerned count as unknown; "
                + "check them against the pathology report.")
    }

    /// The facts that decide which topic speaks.
    private func missing(_ open: [(topic: Topic, values: [FactValue])]) -> [Guidance.FollowUp] {
        let needs = open.reduce(into: BitSet()) { $0.formUnion($1.topic.scope.needs($1.values)) }
        let names = Set(open.flatMap { $0.topic.recommendations.map(\.intervention) }).sorted()
        return needs.members
            .sorted { (knowledge.vocabulary[$0].priority, $0) < (knowledge.vocabulary[$1].priority, $1) }
            .map { Guidance.FollowUp(fact: $0, wouldChange: names) }
    }

    // MARK: - Guidance

    private func guidance(
        _ topic: Topic, _ completion: FactCompletion, _ notes: [CaseNote], _ audience: Audience, _ explains: Bool
    ) -> Guidance {
        let values = completion.values
        var sources = Bibliography(knowledge.references)
        var answer = Guidance(outcome: .guidance)
        answer.topic = topic
        answer.facts = completion.facts
        answer.conflicts = completion.conflicts
        answer.notes = notes
        judgeOptions(
            topic, OptionJudge(knowledge: knowledge, values: values, audience: audience, explains: explains), &answer,
            &sources)
        for diagnostic in topic.diagnostics {
            let truth = diagnostic.appliesWhen.evaluate(values)
            if truth == .false { continue }
            answer.diagnostics.append(
                Guidance.Examination(
                    diagnostic: diagnostic, needs: diagnostic.appliesWhen.needs(values).members,
                    evidence: shown(diagnostic.evidence, values, audience).map { sources.cite($0) }))
        }
        for tier in Tier.allCases {
            let summary = (topic.tierSummaries[tier] ?? []).first { $0.when?.evaluate(values) ?? .true == .true }
            let statements = shown(topic.statements.filter { $0.tier == tier }, values, audience).map {
                sources.cite($0)
            }
            if summary == nil && statements.isEmpty { continue }
            answer.tiers.append(
                Guidance.TierPart(tier: tier, summary: summary?.wording, statements: statements))
        }
        answer.disagreements = disagreements(topic, values, audience, &sources)
        answer.followUp = FollowUps(knowledge: knowledge, values: values, topic: topic).questions(for: answer.options)
        answer.references = sources.references
        answer.summary = SummaryWriter(vocabulary: knowledge.vocabulary).guidance(answer, topic, values)
        return answer
    }

    private func judgeOptions(
        _ topic: Topic, _ judge: OptionJudge, _ answer: inout Guidance, _ sources: inout Bibliography
    ) {
        let byIntervention = Dictionary(grouping: topic.recommendations, by: \.intervention)
        // All are assessed first and cited in the order of the answer afterwards, so that numbers follow it.
        let assessed = byIntervention.compactMap { id, rules in
            knowledge.interventions[id].map { intervention in
                (intervention: intervention, rules: rules, assessment: judge.assess(intervention, rules))
            }
        }
        let ordered = assessed.map { (place: judge.place($0.assessment), entry: $0) }.sorted {
            ($0.place.group, $0.place.rank, $0.entry.intervention.id)
                < ($1.place.group, $1.place.rank, $1.entry.intervention.id)
        }
        for (intervention, rules, assessment) in ordered.map(\.entry) {
            switch assessment {
            case .offered(let lead, let speaking, let contra, let needs):
                answer.options.append(judge.option(intervention, lead, speaking, contra, needs: needs, &sources))
            case .forbidden(let reason, let because, let reference):
                answer.excluded.append(judge.exclusion(intervention, reason, because, reference, rules, &sources))
            case .notOffered(let speaking):
                answer.excluded.append(judge.exclusion(intervention, speaking, rules, &sources))
            }
        }
    }

    private func shown(_ statements: [Statement], _ values: [FactValue], _ audience: Audience) -> [Statement] {
        statements.filter { $0.when?.evaluate(values) ?? .true != .false && $0.wording.text(for: audience) != nil }
    }

    private func disagreements(
        _ topic: Topic, _ values: [FactValue], _ audience: Audience, _ sources: inout Bibliography
    ) -> [Guidance.CitedDisagreement] {
        topic.disagreements.filter {
            $0.when?.evaluate(values) ?? .true != .false && $0.topic.text(for: audience) != nil
        }.map { disagreement in
            Guidance.CitedDisagreement(
                disagreement: disagreement, numbers: disagreement.positions.map { sources.cite($0.reference) })
        }
    }
}
