import ClinicalModel
import DecisionLogic

/// Judges one intervention: all rules that speak of it, the limits of its drugs, and what the patient decided.
struct OptionJudge {
    let knowledge: ClinicalKnowledge
    let values: [FactValue]
    var audience = Audience.clinician
    var explains = false
    /// Whether no regimen is shown, as for a child.
    var withholdsDoses = false

    /// What came out for one intervention, before anything is cited.
    enum Assessment {
        /// It is offered: the leading rule, all that speak for it, those against it, and what is not known.
        case offered(lead: Recommendation, speaking: [Recommendation], contra: [Recommendation], needs: BitSet)
        /// A limit, or the patient's own decision, forbids it.
        case forbidden(Wording, because: BitSet, section: String?, reference: String?)
        /// No rule offers it: those against it first, then those for it that do not hold.
        case notOffered([Recommendation])
    }

    /// A rule with its truth and the rank it gives.
    private struct Judged {
        let rule: Recommendation
        let truth: Truth
        let rank: Int
    }

    /// Judges the rules of one intervention and its limits.
    /// `prevailing` names rules whose word against it prevails over every rule for it.
    func assess(
        _ intervention: Intervention, _ rules: [Recommendation], prevailing: Set<String> = []
    ) -> Assessment {
        if let forbidden = forbidden(intervention) { return forbidden }
        let judged = rules.map { Judged(rule: $0, truth: $0.appliesWhen.evaluate(values), rank: rank(of: $0)) }
        let pro = judged.filter { $0.rule.direction == .for }.sorted { ($0.rank, $0.rule.id) < ($1.rank, $1.rule.id) }
        let contra = judged.filter { $0.rule.direction == .against && $0.truth == .true }.map(\.rule)
        let overriding = contra.filter { prevailing.contains($0.id) }
        if !overriding.isEmpty { return .notOffered(overriding + pro.map(\.rule)) }
        let holding = pro.filter { $0.truth == .true }
        if let lead = holding.first {
            return .offered(lead: lead.rule, speaking: holding.map(\.rule), contra: contra, needs: BitSet())
        }
        let possible = contra.isEmpty ? pro.filter { $0.truth == .unknown } : []
        guard let lead = possible.first else { return .notOffered(contra + pro.map(\.rule)) }
        let needs = possible.reduce(into: BitSet()) {
            $0.formUnion($1.rule.appliesWhen.needs(values))
        }
        return .offered(lead: lead.rule, speaking: possible.map(\.rule), contra: [], needs: needs)
    }

    /// The place of an assessment in the answer: recommended, conditional, excluded; then by rank.
    func place(_ assessment: Assessment) -> (group: Int, rank: Int) {
        guard case .offered(let lead, _, _, let needs) = assessment else { return (2, 0) }
        return (needs.isEmpty ? 0 : 1, rank(of: lead))
    }

    /// The first rank whose condition is true; conditions that cannot be decided are passed over.
    func rank(of rule: Recommendation) -> Int {
        rule.ranks.first { $0.when?.evaluate(values) ?? .true == .true }?.rank ?? Int.max
    }

    /// The unknown facts that could move a rule to another rank.
    func rankNeeds(_ rule: Recommendation) -> BitSet {
        openRanks(rule).reduce(into: BitSet()) { sum, rank in
            if let when = rank.when { sum.formUnion(when.needs(values)) }
        }
    }

    /// The best and the worst rank that each rule may still have.
    func rankSpans(_ rules: [Recommendation]) -> [ClosedRange<Int>] {
        rules.map { rule in
            let open = openRanks(rule)
            let isSettled = open.last.map { $0.when?.evaluate(values) ?? .true == .true } ?? false
            let ranks = open.map(\.rank) + (isSettled ? [] : [Int.max])
            return (ranks.min() ?? Int.max)...(ranks.max() ?? Int.max)
        }
    }

    /// The ranks that may hold, up to the first that does.
    private func openRanks(_ rule: Recommendation) -> [Recommendation.ConditionalRank] {
        var open: [Recommendation.ConditionalRank] = []
        for rank in rule.ranks {
            let truth = rank.when?.evaluate(values) ?? .true
            if truth != .false { open.append(rank) }
            if truth == .true { break }
        }
        return open
    }

    // MARK: - Refusals

    private func forbidden(_ intervention: Intervention) -> Assessment? {
        for number in knowledge.vocabulary.refusals {
            let definition = knowledge.vocabulary[number]
            guard let reason = definition.excludesNamed, let code = definition.index(of: intervention.id),
                FactTest.includes(code).evaluate(values[number]) == .true
            else { continue }
            return .forbidden(
                Wording(clinician: ([reason] + holding(intervention)).joined(separator: "; "), patient: reason),
                because: BitSet([number]), section: nil, reference: nil)
        }
        for limit in intervention.contraindications {
            guard let when = limit.when, when.evaluate(values) == .true else { continue }
            return .forbidden(
                limit.wording, because: when.grounds(values), section: limit.section, reference: limit.reference)
        }
        for label in intervention.drugs.compactMap({ knowledge.drugs[$0] }).flatMap(\.labels) {
            for part in DrugLabel.Part.allCases where part.forbids {
                for fact in label.facts[part] ?? [] {
                    guard let when = fact.when, when.evaluate(values) == .true else { continue }
                    return .forbidden(
                        fact.wording, because: when.grounds(values), section: fact.section, reference: label.reference)
                }
            }
        }
        return nil
    }

    /// The warnings of an intervention that hold for this patient, three at most: they are told with a refusal too, so that
    /// whoever thinks of overruling it reads them.
    private func holding(_ intervention: Intervention) -> [String] {
        let limits = (intervention.contraindications + intervention.cautions).map { ($0.when, $0.wording.clinician) }
        let labels = intervention.drugs.compactMap { knowledge.drugs[$0] }.flatMap(\.labels)
        let facts = labels.flatMap { label in
            [DrugLabel.Part.contraindications, .boxedWarnings, .warnings, .interactions].flatMap {
                (label.facts[$0] ?? []).map { ($0.when, $0.wording.clinician) }
            }
        }
        return (limits + facts).filter { $0.0?.evaluate(values) == .true }.prefix(3).map(\.1)
    }

    /// What is not offered, with the reason: the first that fits of those that the rules give, else the clauses that
    /// made the leading rule false.
    func exclusion(
        _ intervention: Intervention, _ speaking: [Recommendation], _ rules: [Recommendation],
        _ sources: inout Bibliography
    ) -> Guidance.Exclusion {
        for rule in speaking {
            guard let refusal = rule.otherwise.first(where: { $0.when?.evaluate(values) ?? .true == .true }) else {
                continue
            }
            return exclusion(
                intervention, refusal.wording, rule.appliesWhen.grounds(values), section: nil, refusal.reference,
                rules, &sources)
        }
        let lead = speaking.first
        let clauses = lead?.appliesWhen.refutations(values, knowledge.vocabulary) ?? []
        let reason = "does not apply to this case: " + clauses.joined(separator: "; ")
        return exclusion(
            intervention, Wording(clinician: reason, patient: "does not fit what was said about this case"),
            lead?.appliesWhen.grounds(values) ?? BitSet(), section: nil, lead?.evidence.first?.reference, rules,
            &sources)
    }

    /// What is not offered for a given reason.
    func exclusion(
        _ intervention: Intervention, _ reason: Wording, _ because: BitSet, section: String?, _ reference: String?,
        _ rules: [Recommendation], _ sources: inout Bibliography
    ) -> Guidance.Exclusion {
        Guidance.Exclusion(
            intervention: intervention, reason: reason, because: because.members, section: section,
            number: reference.map { sources.cite($0) }, rules: traces(rules))
    }

    private func traces(_ rules: [Recommendation]) -> [(id: String, trace: Trace?)] {
        rules.map { ($0.id, explains ? $0.appliesWhen.trace(values, knowledge.vocabulary) : nil) }
    }

    // MARK: - Options

    /// What is offered, with everything that stands behind it.
    func option(
        _ intervention: Intervention, _ lead: Recommendation, _ rules: [Recommendation], _ contra: [Recommendation],
        needs: BitSet, _ sources: inout Bibliography
    ) -> Guidance.Option {
        // A patient's answer holds no doses: they are for whoever prescribes.
        let regimen =
            audience == .patient || withholdsDoses ? nil : intervention.regimens.first { $0.key == lead.regimen }
        let calculator = DoseCalculator(rules: knowledge.doseRules, vocabulary: knowledge.vocabulary, values: values)
        let cited = regimen.map { regimen in
            (
                regimen: regimen, numbers: regimen.parts.map { sources.cite($0.reference) },
                calculated: regimen.parts.map {
                    calculator.dose(of: $0, in: regimen.key, of: intervention.id, &sources)
                }
            )
        }
        let labels = labelStatus(intervention, lead.use, &sources)
        let evidence = statements(rules, &sources)
        let cautions = CautionList(knowledge: knowledge, values: values).cautions(
            of: intervention, rules: rules, &sources)
        return Guidance.Option(
            intervention: intervention, isRecommended: needs.isEmpty, needs: needs.members, rankedBy: lead.rankedBy,
            strength: lead.strength, placement: lead.placement, regimen: cited, labels: labels, evidence: evidence,
            cautions: cautions,
            agreement: (
                for: voices(rules.map(\.agreement.for), &sources),
                against: voices(rules.map(\.agreement.against) + contra.map(\.agreement.against), &sources),
                silent: voices(rules.map(\.agreement.silent), &sources)
            ),
            rules: traces(rules + contra))
    }

    private func statements(_ rules: [Recommendation], _ sources: inout Bibliography) -> [Guidance.Cited] {
        var result: [Guidance.Cited] = []
        for statement in rules.flatMap(\.evidence) where statement.when?.evaluate(values) ?? .true != .false {
            if statement.wording.text(for: audience) == nil { continue }
            let isThere = result.contains {
                $0.statement.reference == statement.reference && $0.statement.wording == statement.wording
            }
            if !isThere { result.append(sources.cite(statement)) }
        }
        let order = Tier.allCases
        return result.enumerated().sorted {
            let left = order.firstIndex(of: $0.element.statement.tier) ?? 0
            let right = order.firstIndex(of: $1.element.statement.tier) ?? 0
            return (left, $0.offset) < (right, $1.offset)
        }.map(\.element)
    }

    private func voices(_ lists: [[Voice]], _ sources: inout Bibliography) -> [Guidance.CitedVoice] {
        if audience == .patient { return [] }
        var result: [Guidance.CitedVoice] = []
        for voice in lists.joined() where voice.when?.evaluate(values) ?? .true != .false {
            let isThere = result.contains { $0.voice.source == voice.source && $0.voice.strength == voice.strength }
            if !isThere { result.append(sources.cite(voice)) }
        }
        return result
    }

    /// A label permits the use where one of its indications for that use covers the patient.
    private func labelStatus(
        _ intervention: Intervention, _ use: String, _ sources: inout Bibliography
    ) -> [Guidance.LabelStatus] {
        var result: [Guidance.LabelStatus] = []
        for drug in intervention.drugs.compactMap({ knowledge.drugs[$0] }) {
            for label in drug.labels {
                let judged = label.indications.filter { $0.use == use }.map {
                    (indication: $0, truth: $0.fact.when?.evaluate(values) ?? .true)
                }
                let covering = judged.first { $0.truth == .true } ?? judged.first { $0.truth == .unknown }
                let status =
                    label.status == "not-authorised" ? label.status : covering == nil ? "off-label" : "labelled"
                let needs = covering?.truth == .unknown ? covering?.indication.fact.when?.needs(values) : nil
                result.append(
                    Guidance.LabelStatus(
                        jurisdiction: label.jurisdiction, drug: drug.id, status: status,
                        section: covering?.indication.fact.section, needs: needs?.members ?? [],
                        number: sources.cite(label.reference)))
            }
        }
        return result
    }
}
