import ClinicalModel
import DecisionLogic
import FHIRReading
import KnowledgeStore

/// The one card of `patient-view`: the options for this patient, what would change them, and what they rest on.
struct AdvisorCard {
    let answer: RecordGuidance
    let knowledge: KnowledgeBase
    let settings: EHRSettings
    /// Optional prefetch keys that were not sent.
    let missing: [String]

    private var guidance: Guidance { answer.guidance }
    private var vocabulary: Vocabulary { knowledge.clinical.vocabulary }

    /// More options than these stand behind a link and a count.
    private static let mostOptions = 8
    /// A card is read at a glance: more points than these are counted, not listed.
    private static let mostPoints = 6

    /// The card.
    var card: Card {
        var card = Card(
            summary: summary, detail: detail, indicator: indicator,
            topic: (guidance.topic?.id ?? guidance.overlays.first?.id ?? "data-required", title))
        card.links = links
        card.rules = guidance.options.flatMap { $0.rules.map(\.id) }
        return card
    }

    private var title: String {
        (guidance.topic ?? guidance.overlays.first)?.title.clinician ?? "Neuroendocrine neoplasm"
    }

    private var isUrgent: Bool { guidance.notes.contains { $0.code == .urgentCare } }

    private var indicator: Card.Indicator {
        isUrgent || !guidance.conflicts.isEmpty || !answer.record.incomplete.isEmpty ? .warning : .info
    }

    private var summary: String {
        if !guidance.conflicts.isEmpty {
            let titles = guidance.conflicts.map { vocabulary[$0.fact].title }.joined(separator: ", ")
            return Card.summary("\(title): the record contradicts itself (\(titles)); \(count)")
        }
        return Card.summary("\(title): \(count)")
    }

    private var count: String {
        let recommended = guidance.options.filter(\.isRecommended)
        let conditional = guidance.options.count - recommended.count
        guard let first = guidance.options.first else {
            return guidance.outcome == .dataRequired ? "facts are missing to choose options" : "no option is listed"
        }
        var words = recommended.isEmpty ? "" : Self.number(recommended.count, "option") + " recommended"
        if conditional > 0 {
            words +=
                (words.isEmpty ? "" : ", ") + Self.number(conditional, "option") + " depend"
                + (conditional == 1 ? "s" : "")
                + " on missing facts"
        }
        return words + "; first: " + first.intervention.title.clinician
    }

    private static func number(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    // MARK: - Detail

    private var detail: String {
        [
            options,
            MarkdownText.points("Contradictions: check the source", guidance.conflicts.map(conflict)),
            MarkdownText.points("Notes", guidance.notes.map { MarkdownText.plain($0.text) }),
            limited("What would change this", guidance.followUp.map(question)),
            limited("Not offered", guidance.excluded.map(exclusion)),
            unsent,
            limited("Read from the record", answer.record.facts.map(fact), most: 30),
            unread,
            footer,
        ].compactMap { $0 }.joined(separator: "\n\n")
    }

    private var options: String? {
        guard !guidance.options.isEmpty else { return nil }
        let shown = guidance.options.prefix(Self.mostOptions)
        let rows = shown.enumerated().map { index, option in
            [
                "\(index + 1)", MarkdownText.plain(option.intervention.title.clinician),
                option.isRecommended
                    ? "recommended"
                    : "if settled: "
                        + option.needs.map { MarkdownText.plain(vocabulary[$0].title) }.joined(separator: ", "),
                labels(option),
                option.strength.map { MarkdownText.plain("\($0.scheme.uppercased()) \($0.grade)") } ?? "–",
            ]
        }
        let more = guidance.options.count - shown.count
        return "**Options for discussion in the tumour board**\n\n"
            + MarkdownText.table(["", "option", "standing", "label", "strength"], rows)
            + (more > 0 ? "\n\n… and \(more) more." : "")
    }

    private func labels(_ option: Guidance.Option) -> String {
        let words = option.labels.map { "\($0.jurisdiction) \($0.status)\($0.needs.isEmpty ? "" : " if settled")" }
        return words.isEmpty ? "–" : MarkdownText.plain(words.joined(separator: ", "))
    }

    private func conflict(_ conflict: Guidance.Conflict) -> String {
        MarkdownText.plain(
            "\(vocabulary[conflict.fact].title): \(conflict.between.joined(separator: " against ")). Counted as unknown."
        )
    }

    private func question(_ question: Guidance.FollowUp) -> String {
        let changed = question.wouldChange.prefix(4).joined(separator: ", ")
        let asked = vocabulary[question.fact].question ?? vocabulary[question.fact].title
        return MarkdownText.plain(asked) + (changed.isEmpty ? "" : " (" + MarkdownText.plain(changed) + ")")
    }

    private func exclusion(_ exclusion: Guidance.Exclusion) -> String {
        MarkdownText.plain("\(exclusion.intervention.title.clinician): \(exclusion.reason.clinician)")
    }

    private func fact(_ fact: ReadFact) -> String {
        let definition = vocabulary[fact.statement.fact]
        var source = fact.source.resourceType + (fact.source.id.map { "/\($0)" } ?? "")
        if let date = fact.date { source += ", \(date)" }
        if let age = fact.ageDays { source += ", \(age) days old" }
        let words = "\(definition.title): \(definition.words(for: fact.statement.value)) (\(source))"
        return MarkdownText.plain(words + (fact.remark.map { "; \($0)" } ?? ""))
    }

    private var unsent: String? {
        let words = missing.compactMap { key in
            CDSPrefetchTemplate.all.first { $0.key == key }.map { "`\(key)` (\($0.words))" }
        }
        guard !words.isEmpty else { return nil }
        return "**Not sent, so unknown:** " + words.joined(separator: ", ")
            + ". A fact among them may change the options named above."
    }

    private var unread: String? {
        guard answer.record.unreadCount > 0 else { return nil }
        let byReason = Dictionary(grouping: answer.record.unread, by: \.reason)
        let words = byReason.keys.sorted { $0.rawValue < $1.rawValue }.map {
            "\(byReason[$0]?.count ?? 0) × \($0.sentence)"
        }
        return
            "**Not read:** \(answer.record.unreadCount) element\(answer.record.unreadCount == 1 ? "" : "s") (\(MarkdownText.plain(words.joined(separator: "; "))))."
    }

    private var footer: String {
        let review = knowledge.review(of: [guidance.topic].compactMap { $0 } + guidance.overlays)
        return MarkdownText.plain(
            "As of \(answer.record.day.text). Knowledge \(knowledge.manifest.version), \(review.status). "
                + knowledge.manifest.disclaimer.clinician)
    }

    private func limited(_ title: String, _ points: [String], most: Int = mostPoints) -> String? {
        guard points.count > most else { return MarkdownText.points(title, points) }
        return MarkdownText.points(title, points.prefix(most) + ["… and \(points.count - most) more"])
    }

    // MARK: - Links

    private var links: [Card.Link] {
        CardLinks(settings: settings).links(
            topics: [guidance.topic].compactMap { $0 } + guidance.overlays, references: guidance.references)
    }
}

/// Links into the reading pages, where the service knows its own address.
struct CardLinks {
    let settings: EHRSettings

    private static let mostReferences = 5

    func links(topics: [Topic], references: [Reference]) -> [Card.Link] {
        guard let base = settings.publicBaseURL else { return [] }
        let pages = topics.prefix(2).map {
            Card.Link(label: "What is covered: \($0.title.clinician)", url: "\(base)/topics/\($0.id)")
        }
        return pages
            + references.prefix(Self.mostReferences).enumerated().map { index, reference in
                Card.Link(label: "[\(index + 1)] \(reference.title)", url: "\(base)/references/\(reference.id)")
            }
    }
}
