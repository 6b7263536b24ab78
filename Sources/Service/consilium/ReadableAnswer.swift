import ClinicalModel
import DecisionLogic

/// Guidance as text for a terminal: what was understood, the options with doses and sources, what is excluded and why,
/// what to ask, the sources.
struct ReadableAnswer {
    let guidance: Guidance
    let vocabulary: Vocabulary
    let audience: Audience

    /// The text, with a line feed between lines and none at the end.
    func text(disclaimer: Wording, release: String) -> String {
        var lines = [guidance.summary.compactMap { $0.text(for: audience) }.joined(separator: " "), ""]
        lines += section(
            "When to seek help",
            guidance.seekHelp.map { entry in
                "  " + entry.alarm.statement
                    + (entry.number.map { unconfirmed(entry.alarm.isConfirmed) + " [\($0)]" } ?? "")
            })
        lines += understood()
        lines += section("Options", options())
        lines += section("Not offered", excluded())
        lines += section("To examine", diagnostics())
        lines += tiers()
        lines += section("Where sources disagree", disagreements())
        lines += section("What would change this answer", followUp())
        lines += section("What to ask the doctor", guidance.questionsForDoctor.map { "  " + $0.question })
        lines += section("Sources", sources())
        lines.append("Knowledge \(release). " + (disclaimer.text(for: audience) ?? disclaimer.clinician))
        return lines.joined(separator: "\n")
    }

    private func section(_ title: String, _ lines: [String]) -> [String] { lines.isEmpty ? [] : [title] + lines + [""] }

    private func words(_ wording: Wording) -> String { wording.text(for: audience) ?? wording.clinician }

    private func titles(_ facts: [Int]) -> String { facts.map { vocabulary[$0].title }.joined(separator: ", ") }

    private func unconfirmed(_ isConfirmed: Bool) -> String { Self.unconfirmed(isConfirmed) }

    private static func unconfirmed(_ isConfirmed: Bool) -> String { isConfirmed ? "" : " (unconfirmed)" }

    private func understood() -> [String] {
        var lines = guidance.facts.map { fact in
            let definition = vocabulary[fact.fact]
            let value = fact.closesSet ? "nothing else" : definition.words(for: fact.value)
            return "  \(definition.title): \(value)  [\(fact.origin.rawValue)]" + (fact.because.map { " \($0)" } ?? "")
        }
        lines += guidance.conflicts.map {
            "  CONFLICT \(vocabulary[$0.fact].title): \($0.between.joined(separator: " / "))"
        }
        lines += guidance.notes.map { "  note (\($0.code.rawValue)): \($0.text)" }
        return section("Understood", lines)
    }

    private func options() -> [String] {
        guidance.options.enumerated().flatMap { index, option -> [String] in
            let standing = option.isRecommended ? "recommended" : "if: \(titles(option.needs))"
            var lines = ["  \(index + 1). \(words(option.intervention.title)) — \(standing)"]
            if let cited = option.regimen {
                for (place, part) in cited.regimen.parts.enumerated() {
                    lines.append("       \(Self.dose(part)) [\(cited.numbers[place])]")
                    lines += cited.calculated[place].map(calculation) ?? []
                }
            }
            if audience == .clinician, let placement = option.placement { lines.append("       Place: \(placement)") }
            if audience == .patient, let summary = option.intervention.patientSummary {
                lines.append("       \(summary)")
            }
            lines += option.labels.map { label in
                let section = label.section.map { " \($0)" } ?? ""
                let needs = label.needs.isEmpty ? "" : " if \(titles(label.needs))"
                return
                    "       \(label.jurisdiction) label, \(label.drug): \(label.status)\(section)\(needs) [\(label.number)]"
            }
            lines += voices("for", option.agreement.for) + voices("against", option.agreement.against)
            lines += voices("silent", option.agreement.silent)
            lines += option.evidence.map {
                "       \($0.statement.tier.rawValue): \(words($0.statement.wording))"
                    + unconfirmed($0.statement.isConfirmed) + " [\($0.number)]"
            }
            lines += option.cautions.map { caution in
                let needs = caution.needs.isEmpty ? "" : " (not decided: \(titles(caution.needs)))"
                return "       \(caution.severity.rawValue): \(text(caution))\(needs)"
                    + unconfirmed(caution.isConfirmed) + " [\(caution.number)]"
            }
            return lines
        }
    }

    /// Each guideline in its own grade, on one line.
    private func voices(_ side: String, _ voices: [Guidance.CitedVoice]) -> [String] {
        if voices.isEmpty { return [] }
        let words = voices.map { cited in
            let grade = cited.voice.strength.map { " (\($0.grade))" } ?? ""
            return cited.voice.source + grade + unconfirmed(cited.voice.isConfirmed) + " [\(cited.number)]"
        }
        return ["       \(side): \(words.joined(separator: "; "))"]
    }

    /// A caution that has clinician's words alone may hold a dose: a patient reads that there is one more.
    private func text(_ caution: Guidance.Caution) -> String {
        caution.wording.text(for: audience) ?? "A further point of safety must be checked by the treatment team."
    }

    /// A part of a regimen on one line.
    static func dose(_ part: RegimenPart) -> String {
        var text = "\(part.drug) \(amount(part.dose))"
        if let times = part.timesPerDay { text += times == 1 ? " once a day" : " \(times) times a day" }
        if let every = part.every { text += " every \(amount(every))" }
        if let days = part.days { text += ", days \(days)" }
        if let cycle = part.cycle { text += " of \(amount(cycle))" }
        text += ", \(part.route)"
        if let duration = part.duration { text += ", \(duration)" }
        if let section = part.section { text += " (section \(section))" }
        if let note = part.note { text += ". \(note)" }
        return text + unconfirmed(part.isConfirmed)
    }

    /// What was reckoned for this patient, a line a step.
    private func calculation(_ calculation: DoseCalculation) -> [String] {
        func line(_ line: DoseCalculation.Line) -> String {
            let section = line.section.map { " (section \($0))" } ?? ""
            return "         \(line.statement)\(section)\(unconfirmed(line.isConfirmed ?? true))"
                + (line.number.map { " [\($0)]" } ?? "")
        }
        switch calculation {
        case .dose(let dose, let perDay, let steps, _, let remark):
            let daily = perDay.map { ", \(Self.amount($0))" } ?? ""
            return steps.map(line) + ["         for this patient: \(Self.amount(dose))\(daily). \(remark)"]
        case .needs(_, let explanation): return ["         \(explanation)"]
        case .withheld(let reasons): return reasons.map(line)
        }
    }

    private static func amount(_ amount: Amount) -> String {
        UnitWords.amount(amount.minimum, amount.maximum, amount.unit, between: "–")
    }

    private func excluded() -> [String] {
        guidance.excluded.map { exclusion in
            "  \(words(exclusion.intervention.title)): \(words(exclusion.reason))"
                + (exclusion.number.map { " [\($0)]" } ?? "")
        }
    }

    private func diagnostics() -> [String] {
        guidance.diagnostics.map { "  \($0.diagnostic.title): \(words($0.diagnostic.wording))" }
    }

    private func tiers() -> [String] {
        guidance.tiers.flatMap { part in
            section(
                Self.heading(part.tier),
                [part.summary.map { "  \(words($0))" }].compactMap { $0 }
                    + part.statements.map {
                        "  - \(words($0.statement.wording))" + unconfirmed($0.statement.isConfirmed) + " [\($0.number)]"
                    })
        }
    }

    private static func heading(_ tier: Tier) -> String {
        switch tier {
        case .guideline: "Guidelines"
        case .label: "Labels"
        case .research: "Research"
        }
    }

    private func disagreements() -> [String] {
        guidance.disagreements.flatMap { cited -> [String] in
            ["  \(words(cited.disagreement.topic))"]
                + zip(cited.disagreement.positions, cited.numbers).map {
                    "     \($0.source): \(words($0.wording))" + unconfirmed($0.isConfirmed) + " [\($1)]"
                }
        }
    }

    private func followUp() -> [String] {
        guidance.followUp.map { question in
            let definition = vocabulary[question.fact]
            let plain = audience == .patient ? definition.patientQuestion : nil
            let asked = plain ?? definition.question ?? "What is known of: \(definition.title)?"
            return "  \(asked) (moves \(question.wouldChange.joined(separator: ", ")))"
        }
    }

    private func sources() -> [String] {
        guidance.references.enumerated().map { index, reference in
            var parts = [reference.title]
            if let authors = reference.authors { parts.insert(authors, at: 0) }
            if let journal = reference.journal { parts.append(journal) }
            if let year = reference.year { parts.append(String(year)) }
            if let pmid = reference.pmid { parts.append("PMID \(pmid)") }
            if let doi = reference.doi { parts.append("doi:\(doi)") }
            if let revision = reference.revision { parts.append(revision) }
            return "  [\(index + 1)] \(parts.joined(separator: ". "))" + unconfirmed(reference.isConfirmed)
        }
    }
}
