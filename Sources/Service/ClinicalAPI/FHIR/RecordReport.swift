import ClinicalModel
import DecisionLogic
import FHIRReading
import KnowledgeStore

/// The report of `/recommend` for the chart of a patient, with what it rests on: where in the record each fact was read, how
/// old it is, and what was not read. For a patient of whom there is nothing to say it says why, and offers nothing.
struct RecordReport {
    let answer: RecordGuidance
    let knowledge: KnowledgeBase

    /// The report as Markdown.
    var markdown: String {
        var report = RecommendationReport(answer.guidance, knowledge: knowledge)
        report.appendix = record
        report.silence = silence
        return report.markdown
    }

    private var silence: String? {
        if answer.record.isDeceased { return "Nothing is offered: the record says that the patient has died." }
        if !answer.record.showsNeuroendocrineNeoplasm {
            return "Nothing is offered: nothing in the record says that the patient has a neuroendocrine neoplasm."
        }
        return nil
    }

    private var record: [ReportDocument.Block] {
        var blocks: [ReportDocument.Block] = [
            .heading(2, [.text("Read from the record")]),
            .paragraph([.text("As of \(answer.record.day.text).")]),
        ]
        if !answer.record.facts.isEmpty { blocks.append(.points(answer.record.facts.map(fact))) }
        let unread = Dictionary(grouping: answer.record.unread, by: \.reason)
        let points = unread.keys.sorted { $0.rawValue < $1.rawValue }.map { reason in
            [ReportDocument.Run.text("\(unread[reason]?.count ?? 0) × \(reason.sentence)")]
        }
        if answer.record.unreadCount > 0 {
            blocks.append(.heading(3, [.text("Not read: \(answer.record.unreadCount)")]))
            blocks.append(.points(points))
        }
        return blocks
    }

    private func fact(_ fact: ReadFact) -> [ReportDocument.Run] {
        let definition = knowledge.clinical.vocabulary[fact.statement.fact]
        var source = fact.source.resourceType + (fact.source.id.map { "/\($0)" } ?? "")
        if let date = fact.date { source += ", \(date)" }
        if let age = fact.ageDays { source += ", \(age) days old" }
        let remark = fact.remark.map { "; \($0)" } ?? ""
        return [
            .strong(definition.title),
            .text(": \(definition.words(for: fact.statement.value)) (\(source))\(remark)"),
        ]
    }
}
