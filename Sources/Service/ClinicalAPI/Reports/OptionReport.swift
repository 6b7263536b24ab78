import ClinicalModel
import DecisionLogic

/// One option of a report: standing and needs, doses with the section of the label that gives them, labels, evidence,
/// cautions, and each guideline in its own grade.
struct OptionReport {
    private let option: Guidance.Option
    private let rank: Int
    private let report: RecommendationReport

    init(_ option: Guidance.Option, rank: Int, in report: RecommendationReport) {
        self.option = option
        self.rank = rank
        self.report = report
    }

    /// Its heading and its points.
    var blocks: [ReportDocument.Block] {
        var points = [standing]
        if report.audience == .patient, let summary = option.intervention.patientSummary {
            points.append([.text(summary)])
        }
        if report.audience == .clinician {
            if let placement = option.placement { points.append([.strong("Place"), .text(": \(placement)")]) }
            points += doses
        }
        points += cautions + option.labels.map(label)
        points += option.evidence.map { cited in
            [.strong(cited.statement.tier.rawValue.capitalizedFirst), .text(": ")] + report.statement(cited)
        }
        points += voices("For", option.agreement.for) + voices("Against", option.agreement.against)
        points += voices("Silent", option.agreement.silent)
        return [.heading(3, [.text("\(rank). \(report.safeWords(option.intervention.title))")]), .points(points)]
    }

    private var standing: [ReportDocument.Run] {
        var runs: [ReportDocument.Run] = [.strong(option.isRecommended ? "Recommended" : "Conditional")]
        if !option.needs.isEmpty { runs.append(.text(", needs to be known: \(report.titles(option.needs))")) }
        if let strength = option.strength { runs.append(.text("; \(strength.scheme): \(strength.grade)")) }
        return runs + [.text("; placed by the \(option.rankedBy)")]
    }

    private var doses: [[ReportDocument.Run]] {
        guard let cited = option.regimen else { return [] }
        return cited.regimen.parts.enumerated().flatMap { place, part -> [[ReportDocument.Run]] in
            let dose =
                [.strong("Dose"), .text(": \(DoseWords.sentence(part))")]
                + report.ending(section: part.section, isConfirmed: part.isConfirmed, cited.numbers[place])
            return [dose] + (cited.calculated[place].map(calculation) ?? [])
        }
    }

    private func calculation(_ calculation: DoseCalculation) -> [[ReportDocument.Run]] {
        let lines = { (lines: [DoseCalculation.Line]) in
            lines.map {
                [.text($0.statement)]
                    + report.ending(section: $0.section, isConfirmed: $0.isConfirmed ?? true, $0.number)
            }
        }
        switch calculation {
        case .dose(let dose, let perDay, let steps, let rounding, let remark):
            let daily = perDay.map { ", \(DoseWords.amount($0)) a day" } ?? ""
            let words = [rounding, remark].compactMap { $0 }.joined(separator: " ")
            return lines(steps) + [
                [.strong("For this patient"), .text(": \(DoseWords.amount(dose))\(daily). \(words)")]
            ]
        case .needs(_, let explanation): return [[.text(explanation)]]
        case .withheld(let reasons): return lines(reasons)
        }
    }

    private var cautions: [[ReportDocument.Run]] {
        option.cautions.map { caution in
            let because = caution.because.isEmpty ? "" : " Because of: \(report.titles(caution.because))."
            let needs = caution.needs.isEmpty ? "" : " Not decided: \(report.titles(caution.needs))."
            // A caution without words for the patient may hold a dose, and it must not be lost.
            let words = caution.wording.text(for: report.audience) ?? GuidanceBody.plainCaution
            return [.strong(caution.severity.rawValue.capitalizedFirst), .text(": \(words)\(because)\(needs)")]
                + report.ending(section: caution.section, isConfirmed: caution.isConfirmed, caution.number)
        }
    }

    private func label(_ label: Guidance.LabelStatus) -> [ReportDocument.Run] {
        let needs = label.needs.isEmpty ? "" : ", if settled by: \(report.titles(label.needs))"
        return [.strong("Label \(label.jurisdiction)"), .text(", \(label.drug): \(label.status)\(needs)")]
            + report.ending(section: label.section, label.number)
    }

    private func voices(_ side: String, _ voices: [Guidance.CitedVoice]) -> [[ReportDocument.Run]] {
        guard !voices.isEmpty else { return [] }
        var runs: [ReportDocument.Run] = [.strong(side), .text(": ")]
        for (place, cited) in voices.enumerated() {
            let grade = cited.voice.strength.map { " (\($0.scheme): \($0.grade))" } ?? ""
            runs.append(.text((place == 0 ? "" : "; ") + cited.voice.source + grade))
            runs += report.ending(isConfirmed: cited.voice.isConfirmed, cited.number)
        }
        return [runs]
    }
}

/// Amounts and parts of a regimen in words.
enum DoseWords {
    /// A part of a regimen on one line, up to its source.
    static func sentence(_ part: RegimenPart) -> String {
        var text = "\(part.drug) \(amount(part.dose))"
        if let times = part.timesPerDay { text += times == 1 ? " once a day" : " \(times) times a day" }
        if let every = part.every { text += " every \(amount(every))" }
        if let days = part.days { text += ", days \(days)" }
        if let cycle = part.cycle { text += " of a cycle of \(amount(cycle))" }
        if let cycles = part.cycles { text += ", at most \(plain(cycles.maximum)) cycles" }
        text += ", \(part.route)"
        if let duration = part.duration { text += ", \(duration)" }
        if let note = part.note { text += ". \(note)" }
        return text
    }

    /// A number, or two, with the unit.
    static func amount(_ amount: Amount) -> String {
        UnitWords.amount(amount.minimum, amount.maximum, amount.unit, between: "–")
    }

    /// A number without a needless fraction.
    static func plain(_ value: Double) -> String { Int(exactly: value).map { String($0) } ?? String(value) }
}

extension String {
    /// The text with a capital first letter.
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
