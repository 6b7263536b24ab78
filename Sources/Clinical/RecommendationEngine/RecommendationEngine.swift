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

    /// The guidance with the values that it was judged on, for the coverage of cases and for laws.
    package func complete(
        _ statements: [FactStatement], notes: [CaseNote] = [], audience: Audience = .clinician, explains: Bool = false
    ) -> (guidance: Guidance, values: [FactValue]) {
        let completion = FactCompletion(
            statements, vocabulary: knowledge.vocabulary, derivations: knowledge.derivations)
        let isOfField = statements.contains { knowledge.vocabulary[$0.fact].anchors }
        var allNotes = notes
        if !completion.conflicts.isEmpty {
            allNotes.append(
                Self.contradiction(completion.conflicts.map { knowledge.vocabulary[$0.fact].title }))
        }
        let choice = TopicChoice(completion, knowledge.topics)
        if let bearing = choice.bearing, isOfField || !bearing.lead.isOverlay {
            var answer = guidance(bearing, allNotes, audience, explains)
            if bearing.lead.isOverlay { addMissing(choice.open, completion, to: &answer) }
            return (answer, bearing.facts.values)
        }
        if !isOfField && !allNotes.contains(where: { $0.code == .unsupportedLanguage || $0.code == .multiplePatients })
        {
            allNotes.append(
                CaseNote(.offTopic, "Nothing that was said shows that this is about a neuroendocrine neoplasm."))
        }
        return undecided(choice.open, completion, isOfField, allNotes, audience)
    }

    /// What follows from what was said, before any topic assumes anything: the ground that more knowledge only narrows.
    package func completed(_ statements: [FactStatement]) -> (values: [FactValue], hasConflicts: Bool) {
        let completion = FactCompletion(
            statements, vocabulary: knowledge.vocabulary, derivations: knowledge.derivations)
        return (completion.values, !completion.conflicts.isEmpty)
    }

    /// The answer where no topic could be chosen: what is missing, or what is covered.
    private func undecided(
        _ open: [(topic: Topic, facts: FactCompletion)], _ completion: FactCompletion, _ isOfField: Bool,
        _ notes: [CaseNote], _ audience: Audience
    ) -> (guidance: Guidance, values: [FactValue]) {
        var answer = Guidance(outcome: open.isEmpty || !isOfField ? .outOfScope : .dataRequired)
        answer.notes = notes
        answer.conflicts = completion.conflicts
        answer.facts = (open.count == 1 ? open[0].facts : completion).facts
        if answer.outcome == .dataRequired {
            answer.followUp = missing(open, completion)
            if open.count == 1 { answer.topic = open[0].topic }
        }
        if audience == .patient && isOfField {
            var sources = Bibliography(knowledge.references)
            advise(&answer, completion.values, &sources)
            answer.references = sources.references
        }
        answer.summary = SummaryWriter(vocabulary: knowledge.vocabulary).undecided(
            answer, topics: knowledge.topics.filter { !$0.isOverlay })
        return (answer, (open.first?.facts ?? completion).values)
    }

    /// Where an overlay answers alone, what would choose a disease topic is asked first.
    private func addMissing(
        _ open: [(topic: Topic, facts: FactCompletion)], _ completion: FactCompletion, to answer: inout Guidance
    ) {
        let wanted = missing(open, completion)
        let asked = answer.followUp.filter { question in !wanted.contains { $0.fact == question.fact } }
        answer.followUp = wanted + asked
    }

    /// The remark on facts that cannot all hold, by their titles.
    static func contradiction(_ titles: [String]) -> CaseNote {
        CaseNote(
            .contradiction,
            "What was said cannot all hold (\(titles.joined(separator: ", "))): the facts concerned count as unknown; "
                + "check them against the pathology report.")
    }

    /// The facts that decide which topic speaks, but those of which only what a topic would assume anyway is left.
    private func missing(
        _ open: [(topic: Topic, facts: FactCompletion)], _ completion: FactCompletion
    ) -> [Guidance.FollowUp] {
        let backwards = Contraposition(knowledge.derivations, knowledge.topics)
        let left = backwards.facts.reduce(into: [:]) { $0[$1] = backwards.onlyValue(of: $1, completion.values) }
        var moved: [Int: Set<String>] = [:]
        for (topic, facts) in open {
            var wanted = topic.scope.needs(facts.values).members
            // Where more than one fits, what was assumed made them fit: that is asked.
            if wanted.isEmpty {
                let grounds = topic.scope.grounds(facts.values)
                wanted = facts.facts.filter { $0.origin == .assumed && grounds.contains($0.fact) }.map(\.fact)
            }
            for fact in wanted where !(left[fact].map { topic.mayAssume($0, of: fact, facts.values) } ?? false) {
                moved[fact, default: []].formUnion(topic.recommendations.map(\.intervention))
            }
        }
        return moved.keys
            .sorted { (knowledge.vocabulary[$0].priority, $0) < (knowledge.vocabulary[$1].priority, $1) }
            .map { Guidance.FollowUp(fact: $0, wouldChange: moved[$0, default: []].sorted()) }
    }

    // MARK: - Guidance

    private func guidance(
        _ bearing: BearingTopics, _ notes: [CaseNote], _ audience: Audience, _ explains: Bool
    ) -> Guidance {
        let values = bearing.facts.values
        let withholdsDoses = bearing.all.contains(where: \.withholdsDoses)
        var sources = Bibliography(knowledge.references)
        var answer = Guidance(outcome: .guidance)
        answer.topic = bearing.lead
        answer.overlays = bearing.overlays
        answer.facts = bearing.facts.facts
        answer.conflicts = bearing.facts.conflicts
        answer.notes = notes
        for remark in bearing.all.compactMap(\.remark) where !answer.notes.contains(where: { $0.code == remark.code }) {
            answer.notes.append(remark)
        }
        judgeOptions(
            bearing,
            OptionJudge(
                knowledge: knowledge, values: values, audience: audience, explains: explains,
                withholdsDoses: withholdsDoses), &answer, &sources)
        answer.notes += OldValues(bearing.facts, knowledge: knowledge).notes(
            on: answer.options.map(\.intervention) + answer.excluded.map(\.intervention), bearing.recommendations)
        for diagnostic in bearing.diagnostics {
            let truth = diagnostic.appliesWhen.evaluate(values)
            if truth == .false { continue }
            answer.diagnostics.append(
                Guidance.Examination(
                    diagnostic: diagnostic, needs: diagnostic.appliesWhen.needs(values).members,
                    evidence: shown(diagnostic.evidence, values, audience).map { sources.cite($0) }))
        }
        for tier in Tier.allCases {
            let summary = bearing.all.compactMap { topic in
                (topic.tierSummaries[tier] ?? []).first { $0.when?.evaluate(values) ?? .true == .true }
            }.first
            let statements = shown(
                bearing.all.flatMap { $0.statements.filter { $0.tier == tier } }, values, audience
            ).map { sources.cite($0) }
            if summary == nil && statements.isEmpty { continue }
            answer.tiers.append(
                Guidance.TierPart(tier: tier, summary: summary?.wording, statements: statements))
        }
        answer.disagreements = disagreements(bearing.disagreements, values, audience, &sources)
        answer.followUp = FollowUps(
            knowledge: knowledge, values: values, recommendations: bearing.recommendations,
            prevailing: bearing.prevailing
        ).questions(for: answer.options)
        if explains { addSafety(to: &answer, values, &sources) }
        if audience == .patient { advise(&answer, values, &sources) }
        answer.references = sources.references
        answer.summary = SummaryWriter(vocabulary: knowledge.vocabulary).guidance(answer, bearing.all, values)
        return withholdsDoses ? DoseSilence().guidance(answer) : answer
    }

    /// What the patient asks and heeds; cited last, so that both readers find the same numbers for what both read.
    private func advise(_ answer: inout Guidance, _ values: [FactValue], _ sources: inout Bibliography) {
        let offered = answer.options.map(\.intervention)
        answer.questionsForDoctor = knowledge.patientAdvice.questions.filter { $0.occasion.arises(values, offered) }
        for alarm in knowledge.patientAdvice.alarms where alarm.occasion.arises(values, offered) {
            // Two drugs may bring the same danger: it is told once.
            if answer.seekHelp.contains(where: { $0.alarm.statement == alarm.statement }) { continue }
            answer.seekHelp.append((alarm: alarm, number: alarm.reference.map { sources.cite($0) }))
        }
    }

    /// The ledger comes last, so that no number of the answer depends on whether it was asked for.
    private func addSafety(to answer: inout Guidance, _ values: [FactValue], _ sources: inout Bibliography) {
        let ledger = SafetyLedger(knowledge: knowledge, values: values)
        for index in answer.options.indices {
            answer.options[index].safety = ledger.items(of: answer.options[index].intervention, &sources)
        }
        for index in answer.excluded.indices {
            answer.excluded[index].safety = ledger.items(of: answer.excluded[index].intervention, &sources)
        }
    }

    private func judgeOptions(
        _ bearing: BearingTopics, _ judge: OptionJudge, _ answer: inout Guidance, _ sources: inout Bibliography
    ) {
        let byIntervention = Dictionary(grouping: bearing.recommendations, by: \.intervention)
        // All are assessed first and cited in the order of the answer afterwards, so that numbers follow it.
        let assessed = byIntervention.compactMap { id, rules in
            knowledge.interventions[id].map { intervention in
                (
                    intervention: intervention, rules: rules,
                    assessment: judge.assess(intervention, rules, prevailing: bearing.prevailing)
                )
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
            case .forbidden(let reason, let because, let section, let reference):
                answer.excluded.append(
                    judge.exclusion(intervention, reason, because, section: section, reference, rules, &sources))
            case .notOffered(let speaking) where speaking.isEmpty:
                // Only rules against it, and none holds: nothing is said of it.
                continue
            case .notOffered(let speaking):
                answer.excluded.append(judge.exclusion(intervention, speaking, rules, &sources))
            }
        }
    }

    private func shown(_ statements: [Statement], _ values: [FactValue], _ audience: Audience) -> [Statement] {
        statements.filter { $0.when?.evaluate(values) ?? .true != .false && $0.wording.text(for: audience) != nil }
    }

    private func disagreements(
        _ all: [Disagreement], _ values: [FactValue], _ audience: Audience, _ sources: inout Bibliography
    ) -> [Guidance.CitedDisagreement] {
        all.filter {
            $0.when?.evaluate(values) ?? .true != .false && $0.topic.text(for: audience) != nil
        }.map { disagreement in
            Guidance.CitedDisagreement(
                disagreement: disagreement, numbers: disagreement.positions.map { sources.cite($0.reference) })
        }
    }
}

extension RecommendationEngine {
    /// The ledger of one treatment for a case, whether or not the answer names it. `references` are those of the answer; what
    /// is cited beyond them follows.
    package func safety(
        of intervention: Intervention, for statements: [FactStatement], citing references: [Reference]
    ) -> (items: [SafetyItem], references: [Reference]) {
        let values = complete(statements).values
        var sources = Bibliography(knowledge.references)
        for reference in references { _ = sources.cite(reference.id) }
        let items = SafetyLedger(knowledge: knowledge, values: values).items(of: intervention, &sources)
        return (items, sources.references)
    }
}
