import ClinicalModel
import DecisionLogic
import FHIRReading
import KnowledgeStore
import RecommendationEngine

/// The cards of an order hook: each drafted order against the options for this patient and against every limit of its labels.
struct OrderCheck {
    let answer: RecordGuidance
    let advisor: Advisor
    let settings: EHRSettings
    let orders: [DraftOrder]
    /// The references of the orders that cards are for; nil: all.
    let selections: Set<String>?

    /// Something that was found on one order.
    private struct Finding {
        let code: String
        let indicator: Card.Indicator
        let words: String
        var references: [Reference] = []
    }

    private var knowledge: KnowledgeBase { advisor.knowledge }
    private var vocabulary: Vocabulary { knowledge.clinical.vocabulary }

    /// One card for an order on which there is something to say, in the order of the drafts.
    var cards: [Card] {
        var told: Set<String> = []
        return orders.compactMap { order in
            if let selections, let reference = order.reference, !selections.contains(reference) { return nil }
            // Two drafts of one drug are told once.
            guard told.insert(order.drug).inserted else { return nil }
            return card(for: order)
        }
    }

    private func card(for order: DraftOrder) -> Card? {
        let findings = ranked(treatments(of: order.drug).flatMap { self.findings($0, order) })
        // A general warning of a label stands beside what is found, and is no reason to interrupt by itself.
        guard let worst = findings.first(where: { $0.code != "remark" }) else { return nil }
        let name = knowledge.clinical.drugs[order.drug]?.generic ?? order.drug
        let points = findings.map { "\($0.indicator.rawValue): \(MarkdownText.plain($0.words))" }
        let footer = MarkdownText.plain(
            "As of \(answer.record.day.text). Knowledge \(knowledge.manifest.version). "
                + knowledge.manifest.disclaimer.clinician)
        var card = Card(
            summary: Card.summary("\(name): \(worst.words)"),
            detail: [
                MarkdownText.points("Check of the drafted order of \(MarkdownText.plain(name))", points),
                alternatives(order), footer,
            ]
            .compactMap { $0 }.joined(separator: "\n\n"), indicator: worst.indicator,
            topic: (worst.code, Self.titles[worst.code] ?? worst.code))
        card.rules = findings.map(\.code)
        card.links = CardLinks(settings: settings).links(
            topics: [],
            references: findings.flatMap(\.references).reduce(into: []) { list, reference in
                if !list.contains(where: { $0.id == reference.id }) { list.append(reference) }
            })
        // Only what is forbidden is proposed to be removed, and only where the draft can be named.
        if worst.indicator == .critical, let reference = order.reference {
            card.removal = Card.Removal(label: "Remove the draft of \(name)", reference: reference)
        }
        return card
    }

    /// Each once, the gravest first.
    private func ranked(_ findings: [Finding]) -> [Finding] {
        var unique: [Finding] = []
        for finding in findings where !unique.contains(where: { $0.words == finding.words }) { unique.append(finding) }
        return [Card.Indicator.critical, .warning, .info].flatMap { indicator in
            unique.filter { $0.indicator == indicator }
        }
    }

    private static let titles = [
        "contraindicated": "Contraindicated", "not-offered": "Not offered for this patient",
        "interaction": "Interaction", "radioligand-timing": "Time between analogue and radioligand",
        "dose-differs": "Dose differs from the source", "off-label": "Outside the label",
        "not-first": "Not the first option", "needs-facts": "Facts are missing",
        "warning": "Boxed warning or change of dose of a label",
    ]

    // MARK: - What an order is for

    /// The treatments that a drafted drug stands for: with the other drafts and what is given now, its combinations; else
    /// itself; else all that hold it.
    private func treatments(of drug: String) -> [Intervention] {
        let present = Set(orders.map(\.drug) + answer.record.currentDrugs)
        let all = knowledge.clinical.interventions.values.sorted { $0.id < $1.id }
        let combined = all.filter {
            $0.waysToGive.contains { $0.count > 1 && $0.contains(drug) && $0.isSubset(of: present) }
        }
        if !combined.isEmpty { return combined }
        let alone = all.filter { $0.waysToGive.contains([drug]) }
        return alone.isEmpty ? all.filter { $0.drugs.contains(drug) } : alone
    }

    // MARK: - Findings

    private func findings(_ treatment: Intervention, _ order: DraftOrder) -> [Finding] {
        let option = answer.guidance.options.first { $0.intervention.id == treatment.id }
        let exclusion = answer.guidance.excluded.first { $0.intervention.id == treatment.id }
        let (safety, references) = advisor.engine.safety(
            of: treatment, for: answer.record.statements, citing: answer.guidance.references)
        func source(_ number: Int?) -> [Reference] {
            number.flatMap { references.indices.contains($0 - 1) ? [references[$0 - 1]] : nil } ?? []
        }
        // Of a combination only what concerns the drafted drug, or the treatment as a whole.
        var found = safety.filter { $0.drug == nil || $0.drug == order.drug }.compactMap { item in
            finding(item).map {
                Finding(code: $0.code, indicator: $0.indicator, words: $0.words, references: source(item.number))
            }
        }
        if let exclusion { found.append(finding(exclusion, source(exclusion.number))) }
        if let option { found += self.findings(option, order, source) }
        return found
    }

    private func finding(_ item: SafetyItem) -> (code: String, indicator: Card.Indicator, words: String)? {
        let place = [item.jurisdiction.map { "\($0) label" }, item.section.map { "section \($0)" }].compactMap { $0 }
        let cited = place.isEmpty ? "" : " (\(place.joined(separator: ", ")))"
        let isTiming = (item.because + item.needs).contains {
            vocabulary[$0].path == "treatment.sinceLongActingAnalogue"
        }
        switch item.verdict {
        case .contraindicated: return ("contraindicated", .critical, item.wording.clinician + cited)
        case .caution where isTiming: return ("radioligand-timing", .warning, item.wording.clinician + cited)
        case .caution where item.part == DrugLabel.Part.interactions.rawValue:
            return ("interaction", .warning, item.wording.clinician + cited)
        case .caution where Self.graveParts.contains(item.part):
            return ("warning", .warning, item.wording.clinician + cited)
        case .caution: return ("remark", .info, item.wording.clinician + cited)
        case .notEvaluable where isTiming:
            return (
                "radioligand-timing", .info,
                "not on record when the last long-acting analogue was given: " + item.wording.clinician + cited
            )
        default: return nil
        }
    }

    /// The parts of a label of which a fact that holds is worth an interruption by itself.
    private static let graveParts: Set<String> = [
        DrugLabel.Part.boxedWarnings.rawValue, DrugLabel.Part.adjustments.rawValue,
    ]

    private func finding(_ exclusion: Guidance.Exclusion, _ references: [Reference]) -> Finding {
        let isRefused = exclusion.because.contains { vocabulary[$0].excludesNamed != nil }
        let isForbidden = isRefused || exclusion.section != nil
        return Finding(
            code: isForbidden ? "contraindicated" : "not-offered", indicator: isForbidden ? .critical : .warning,
            words: "not offered for this patient: " + exclusion.reason.clinician, references: references)
    }

    private func findings(
        _ option: Guidance.Option, _ order: DraftOrder, _ source: (Int?) -> [Reference]
    ) -> [Finding] {
        var found: [Finding] = []
        if let regimen = option.regimen {
            let parts = zip(regimen.regimen.parts, regimen.calculated).map { (part: $0, calculated: $1) }
            if let (words, part) = DoseComparison.difference(order, parts) {
                let place = part.section.map { " (section \($0))" } ?? ""
                let number = zip(regimen.regimen.parts, regimen.numbers).first { $0.0.drug == order.drug }?.1
                found.append(
                    Finding(code: "dose-differs", indicator: .warning, words: words + place, references: source(number))
                )
            }
        }
        let outside = option.labels.filter {
            $0.status != "labelled" && ($0.drug == order.drug || option.intervention.drugs.count < 2)
        }
        if !outside.isEmpty {
            let words = outside.map { "\($0.jurisdiction) \($0.status)" }.joined(separator: ", ")
            found.append(
                Finding(
                    code: "off-label", indicator: .info, words: "use by label: \(words)",
                    references: outside.flatMap { source($0.number) }))
        }
        if !option.isRecommended {
            let needs = option.needs.map { vocabulary[$0].title }.joined(separator: ", ")
            found.append(Finding(code: "needs-facts", indicator: .info, words: "an option only if settled: \(needs)"))
        }
        if let first = answer.guidance.options.first, first.isRecommended,
            first.intervention.id != option.intervention.id, !hasSystemicTherapy
        {
            found.append(
                Finding(
                    code: "not-first", indicator: .info,
                    words: "not the first option here, which is \(first.intervention.title.clinician)"))
        }
        return found
    }

    /// Whether the record shows that a systemic therapy was given: then the first option of the list is no first line.
    private var hasSystemicTherapy: Bool {
        guard let prior = vocabulary.index(of: "treatment.prior"),
            let systemic = vocabulary[prior].index(of: "systemic-therapy")
        else { return false }
        return answer.record.statements.contains { statement in
            guard statement.fact == prior, case .members(let included, _) = statement.value else { return false }
            return included.contains(systemic)
        }
    }

    private func alternatives(_ order: DraftOrder) -> String? {
        let others = answer.guidance.options.filter { $0.isRecommended && !$0.intervention.drugs.contains(order.drug) }
        return MarkdownText.points(
            "Recommended for this patient", others.prefix(5).map { MarkdownText.plain($0.intervention.title.clinician) }
        )
    }
}
