import ClinicalModel
import DecisionLogic

/// Judges one intervention: all rules that speak of it, the limits of its drugs, and what the patient decided.
struct OptionJudge {
    let knowledge: ClinicalKnowledge
    let values: [FactValue]
    var audience = Audience.clinician
    var explains = false

    /// What came out for one intervention.
    enum Verdict {
        case offered(Guidance.Option, rank: Int)
        case refused(Guidance.Exclusion)
    }

    /// A rule with its truth and the rank it gives.
    private struct Judged {
        let rule: Recommendation
        let truth: Truth
        let rank: Int
    }

    /// The verdict over the rules of one intervention; nil where it has no rules for this case to speak of.
    func judge(_ intervention: Intervention, _ rules: [Recommendation], _ sources: inout Bibliography) -> Verdict {
        let judged = rules.map { Judged(rule: $0, truth: $0.appliesWhen.evaluate(values), rank: rank(of: $0)) }
        let pro = judged.filter { $0.rule.direction == .for }.sorted { ($0.rank, $0.rule.id) < ($1.rank, $1.rule.id) }
        let contra = judged.filter { $0.rule.direction == .against && $0.truth == .true }
        let best = pro.filter { $0.truth == .true }
        let possible = best.isEmpty && contra.isEmpty ? pro.filter { $0.truth == .unknown } : []
        if let refusal = forbidden(intervention, judged.map(\.rule), &sources) { return .refused(refusal) }
        if let lead = best.first {
            return .offered(
                option(intervention, lead.rule, best.map(\.rule), contra.map(\.rule), needs: [], &sources),
                rank: lead.rank)
        }
        if let lead = possible.first {
            let needs = possible.filter { $0.rank == lead.rank }.reduce(into: BitSet()) {
                $0.formUnion($1.rule.appliesWhen.needs(values))
            }
            return .offered(
                option(intervention, lead.rule, possible.map(\.rule), [], needs: needs.members, &sources),
                rank: lead.rank)
        }
        return .refused(notOffered(intervention, contra.map(\.rule) + pro.map(\.rule), judged.map(\.rule), &sources))
    }

    /// The first rank whose condition is true; conditions that cannot be decided are passed over.
    func rank(of rule: Recommendation) -> Int {
        rule.ranks.first { $0.when?.evaluate(values) ?? .true == .true }?.rank ?? Int.max
    }

    /// The unknown facts that could move a rule to another rank.
    func rankNeeds(_ rule: Recommendation) -> BitSet {
        rule.ranks.reduce(into: BitSet()) { sum, rank in
            if let when = rank.when { sum.formUnion(when.needs(values)) }
        }
    }

    // MARK: - Refusals

    private func forbidden(
        _ intervention: Intervention, _ rules: [Recommendation], _ sources: inout Bibliography
    ) -> Guidance.Exclusion? {
        for (number, definition) in knowledge.vocabulary.facts.enumerated() {
            guard let reason = definition.excludesNamed, let code = definition.index(of: intervention.id),
                FactTest.includes(code).evaluate(values[number]) == .true
            else { continue }
            return exclusion(intervention, Wording(clinician: reason, patient: reason), [number], nil, rules)
        }
        for limit in intervention.contraindications {
            guard let when = limit.when, when.evaluate(values) == .true else { continue }
            return exclusion(
                intervention, limit.wording, when.grounds(values).members, sources.cite(limit.reference), rules)
        }
        for drug in intervention.drugs.compactMap({ knowledge.drugs[$0] }) {
            for label in drug.labels {
                for part in DrugLabel.Part.allCases where part.forbids {
                    for fact in label.facts[part] ?? [] {
                        guard let when = fact.when, when.evaluate(values) == .true else { continue }
                        return exclusion(
                            intervention, fact.wording, when.grounds(values).members, sources.cite(label.reference),
                            rules)
                    }
                }
            }
        }
        return nil
    }

    private func notOffered(
        _ intervention: Intervention, _ speaking: [Recommendation], _ rules: [Recommendation],
        _ sources: inout Bibliography
    ) -> Guidance.Exclusion {
        for rule in speaking {
            guard let refusal = rule.otherwise.first(where: { $0.when?.evaluate(values) ?? .true == .true }) else {
                continue
            }
            return exclusion(
                intervention, refusal.wording, rule.appliesWhen.grounds(values).members,
                sources.cite(refusal.reference),
                rules)
        }
        let lead = speaking.first
        let clauses = lead?.appliesWhen.refutations(values, knowledge.vocabulary) ?? []
        var distinct: [String] = []
        for clause in clauses where !distinct.contains(clause) { distinct.append(clause) }
        let reason = "does not apply to this case: " + distinct.joined(separator: "; ")
        return exclusion(
            intervention, Wording(clinician: reason, patient: "does not fit what was said about this case"),
            lead?.appliesWhen.grounds(values).members ?? [], lead?.evidence.first.map { sources.cite($0.reference) },
            rules)
    }

    private func exclusion(
        _ intervention: Intervention, _ reason: Wording, _ because: [Int], _ number: Int?, _ rules: [Recommendation]
    ) -> Guidance.Exclusion {
        Guidance.Exclusion(
            intervention: intervention, reason: reason, because: because, number: number, rules: traces(rules))
    }

    private func traces(_ rules: [Recommendation]) -> [(id: String, trace: Trace?)] {
        rules.map { ($0.id, explains ? $0.appliesWhen.trace(values, knowledge.vocabulary) : nil) }
    }

    // MARK: - Options

    private func option(
        _ intervention: Intervention, _ lead: Recommendation, _ rules: [Recommendation], _ contra: [Recommendation],
        needs: [Int], _ sources: inout Bibliography
    ) -> Guidance.Option {
        // A patient's answer holds no doses: they are for whoever prescribes.
        let regimen = audience == .patient ? nil : intervention.regimens.first { $0.key == lead.regimen }
        let cited = regimen.map { regimen in
            (regimen: regimen, numbers: regimen.parts.map { sources.cite($0.reference) })
        }
        let labels = labelStatus(intervention, lead.use, &sources)
        let evidence = statements(rules, &sources)
        let cautions = CautionList(knowledge: knowledge, values: values).cautions(
            of: intervention, rules: rules, &sources)
        return Guidance.Option(
            intervention: intervention, isRecommended: needs.isEmpty, needs: needs, rankedBy: lead.rankedBy,
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
