package import ClinicalModel
import DecisionLogic
package import KnowledgeStore

/// A recommendation as a document to print: the same content as the JSON answer, in the words of its reader, with the
/// release that gave it. It tells no time: the same question and knowledge give the same document.
package struct RecommendationReport {
    let guidance: Guidance
    let knowledge: KnowledgeBase
    let audience: Audience
    let question: String?
    /// Parts behind the sources, of whoever knows more than the guidance.
    var appendix: [ReportDocument.Block] = []
    /// Why nothing is offered: then this stands in the place of all that the guidance says.
    var silence: String?

    /// A report of guidance that was given for `audience`; `question` is shown as it was typed.
    package init(
        _ guidance: Guidance, knowledge: KnowledgeBase, audience: Audience = .clinician, question: String? = nil
    ) {
        self.guidance = guidance
        self.knowledge = knowledge
        self.audience = audience
        self.question = question
    }

    /// The document as Markdown.
    package var markdown: String { MarkdownWriter.text(document) }

    /// The document as an HTML page.
    package var html: String { HTMLWriter.text(document) }

    /// The document.
    package var document: ReportDocument {
        let topic = guidance.topic.map { ": " + safeWords($0.title) } ?? ""
        let title = "Treatment options" + topic
        var blocks: [ReportDocument.Block] = [.heading(1, [.text(title)])]
        // Outside its use it must not be read by mistake: what it is comes first, what it is no less last.
        blocks.append(.paragraph([.strong("Intended use."), .text(" \(knowledge.manifest.intendedUse)")]))
        if let silence {
            blocks.append(.paragraph([.text(silence)]))
            return ReportDocument(title: title, blocks: blocks + appendix + release())
        }
        if let question { blocks += [.heading(2, [.text("Question")]), .quotation(question)] }
        blocks.append(.heading(2, [.text("Summary")]))
        blocks.append(.paragraph([.text(guidance.summary.compactMap(words).joined(separator: " "))]))
        // What a patient must not overlook stands before the options.
        blocks += section("When to seek help", guidance.seekHelp.map(alarm))
        blocks += understood()
        if !guidance.options.isEmpty { blocks.append(.heading(2, [.text("Options")])) }
        for (place, option) in guidance.options.enumerated() {
            blocks += OptionReport(option, rank: place + 1, in: self).blocks
        }
        blocks += section("Not offered", guidance.excluded.map(excluded))
        blocks += section("To examine", guidance.diagnostics.map(examination))
        blocks += tiers()
        blocks += disagreements()
        blocks += section("What would change this answer", guidance.followUp.map(followUp))
        blocks += section("What to ask the doctor", guidance.questionsForDoctor.map { [.text($0.question)] })
        if !guidance.references.isEmpty {
            blocks += [.heading(2, [.text("Sources")]), .sources(guidance.references.map(source))]
        }
        return ReportDocument(title: title, blocks: blocks + appendix + release())
    }

    // MARK: - Words

    private func words(_ wording: Wording) -> String? { wording.text(for: audience) }

    /// Words that must reach every reader: the clinician's where none were written for the patient.
    func safeWords(_ wording: Wording) -> String { words(wording) ?? wording.clinician }

    func titles(_ facts: [Int]) -> String {
        facts.map { knowledge.clinical.vocabulary[$0].title }.joined(separator: ", ")
    }

    /// What stands behind a statement: its section, whether it was read in its source, the number of the source.
    func ending(section: String? = nil, isConfirmed: Bool = true, _ number: Int?) -> [ReportDocument.Run] {
        var runs: [ReportDocument.Run] = []
        if let section { runs.append(.text(" (section \(section))")) }
        if !isConfirmed { runs.append(.strong(" (unconfirmed)")) }
        if let number { runs += [.text(" "), .citation(number)] }
        return runs
    }

    private func section(_ title: String, _ points: [[ReportDocument.Run]]) -> [ReportDocument.Block] {
        points.isEmpty ? [] : [.heading(2, [.text(title)]), .points(points)]
    }

    // MARK: - Parts

    private func understood() -> [ReportDocument.Block] {
        let vocabulary = knowledge.clinical.vocabulary
        var points = guidance.conflicts.map { conflict -> [ReportDocument.Run] in
            [
                .strong("Conflict: "),
                .text(
                    "\(conflict.between.joined(separator: " / ")). Treated as unknown: \(titles(conflict.facts)). "
                        + "Review the pathology and the source of each."),
            ]
        }
        points += guidance.notes.map { [.strong("Note (\($0.code.rawValue)): "), .text($0.text)] }
        points += guidance.facts.map { fact in
            let definition = vocabulary[fact.fact]
            let value = fact.closesSet ? "nothing else" : definition.words(for: fact.value)
            let age = fact.age.map { ", \(UnitWords.amount($0.value, $0.value, $0.unit)) old" } ?? ""
            let because = fact.because.map { "; \($0)" } ?? ""
            return [.strong(definition.title), .text(": \(value) (\(fact.origin.rawValue)\(age)\(because))")]
        }
        return section("What was understood", points)
    }

    private func excluded(_ exclusion: Guidance.Exclusion) -> [ReportDocument.Run] {
        let because = exclusion.because.isEmpty ? "" : " Because of: \(titles(exclusion.because))."
        return [
            .strong(safeWords(exclusion.intervention.title)), .text(": \(safeWords(exclusion.reason))\(because)"),
        ] + ending(section: exclusion.section, exclusion.number)
    }

    private func examination(_ examination: Guidance.Examination) -> [ReportDocument.Run] {
        let needs = examination.needs.isEmpty ? "" : " Not decided: \(titles(examination.needs))."
        return [
            .strong(examination.diagnostic.title), .text(": \(safeWords(examination.diagnostic.wording))\(needs)"),
        ] + examination.evidence.flatMap { ending(isConfirmed: $0.statement.isConfirmed, $0.number) }
    }

    private func tiers() -> [ReportDocument.Block] {
        guidance.tiers.flatMap { part -> [ReportDocument.Block] in
            let title =
                switch part.tier {
                case .guideline: "What guidelines say"
                case .label: "What labels say"
                case .research: "What research says"
                }
            var blocks: [ReportDocument.Block] = [.heading(2, [.text(title)])]
            if let summary = part.summary { blocks.append(.paragraph([.text(safeWords(summary))])) }
            if !part.statements.isEmpty { blocks.append(.points(part.statements.map(statement))) }
            return blocks
        }
    }

    func statement(_ cited: Guidance.Cited) -> [ReportDocument.Run] {
        [.text(safeWords(cited.statement.wording))]
            + ending(section: cited.statement.section, isConfirmed: cited.statement.isConfirmed, cited.number)
    }

    private func disagreements() -> [ReportDocument.Block] {
        guard !guidance.disagreements.isEmpty else { return [] }
        return [.heading(2, [.text("Where sources disagree")])]
            + guidance.disagreements.flatMap { cited -> [ReportDocument.Block] in
                let disagreement = cited.disagreement
                let positions = zip(disagreement.positions, cited.numbers).map { position, number in
                    [.strong(position.source), .text(": \(safeWords(position.wording))")]
                        + ending(isConfirmed: position.isConfirmed, number)
                }
                let reason = disagreement.reason.map { [ReportDocument.Block.paragraph([.text($0)])] } ?? []
                return [.heading(3, [.text(safeWords(disagreement.topic))]), .points(positions)] + reason
            }
    }

    private func alarm(_ entry: (alarm: PatientAdvice.Alarm, number: Int?)) -> [ReportDocument.Run] {
        guard let number = entry.number else { return [.text(entry.alarm.statement)] }
        return [.text(entry.alarm.statement)]
            + ending(section: entry.alarm.section, isConfirmed: entry.alarm.isConfirmed, number)
    }

    private func followUp(_ question: Guidance.FollowUp) -> [ReportDocument.Run] {
        let definition = knowledge.clinical.vocabulary[question.fact]
        let names = question.wouldChange.map { id in
            knowledge.clinical.interventions[id].map { safeWords($0.title) } ?? id
        }
        let moves = names.isEmpty ? "" : " It would move: \(names.joined(separator: ", "))."
        return [.text(GuidanceBody.question(definition, for: audience) + moves)]
    }

    private func source(_ reference: Reference) -> [ReportDocument.Run] {
        let year = reference.year.map { String($0) }
        let pmid = reference.pmid.map { "PMID \($0)" }
        let parts = [
            reference.authors, reference.title, reference.journal, year, reference.jurisdiction, reference.revision,
            pmid, reference.doi.map { "doi:\($0)" },
        ]
        return [.text(parts.compactMap { $0 }.joined(separator: ". "))]
            + ending(isConfirmed: reference.isConfirmed, nil)
    }

    private func release() -> [ReportDocument.Block] {
        let manifest = knowledge.manifest
        let review = knowledge.review(of: [guidance.topic].compactMap { $0 } + guidance.overlays)
        var points: [[ReportDocument.Run]] = [
            [.strong("Knowledge"), .text(": version \(manifest.version), released \(manifest.released)")],
            [.strong("Digest"), .text(": \(knowledge.digest)")],
            [.strong("Review"), .text(": \(review.status); reviewed \(review.reviewed), due \(review.reviewBy)")],
        ]
        if !knowledge.local.isEmpty {
            points.append([.strong("Local documents"), .text(": \(knowledge.local.documents.count)")])
        }
        return [
            .heading(2, [.text("This document")]), .points(points),
            .paragraph([.strong("Disclaimer."), .text(" \(safeWords(manifest.disclaimer))")]),
        ]
    }
}
