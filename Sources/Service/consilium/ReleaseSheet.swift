import ClinicalModel
import KnowledgeStore

/// The sheet that a clinician signs for a release, as Markdown: what is released, topic by topic, with its rules, sources,
/// what was not confirmed, what is overdue and where sources disagree. It holds no date of its own making but `today`, and
/// the same release gives the same sheet.
struct ReleaseSheet {
    private let base: KnowledgeBase
    private let examination: KnowledgeExamination
    private let today: String

    /// A sheet of a release without a defect; `today`, ISO 8601, decides what is overdue.
    init(_ examination: KnowledgeExamination, today: String) {
        self.base = examination.base
        self.examination = examination
        self.today = today
    }

    /// The lines, without line feeds.
    var lines: [String] {
        opening + overview + base.clinical.topics.flatMap(topic) + shared + disputes + signing
    }

    // MARK: - The release

    private var opening: [String] {
        let manifest = base.manifest
        let rules = base.clinical.topics.reduce(0) { $0 + $1.recommendations.count }
        return [
            "# Review sheet: \(manifest.title), release \(manifest.version)", "",
            "| | |", "|---|---|",
            "| release | \(manifest.version) of \(manifest.released) |",
            "| digest of the documents, which is what is signed | `\(base.documentsDigest)` |",
            "| digest of the release before it is signed | `\(base.digest)` |",
            "| state before it is signed | \(base.review().status) |",
            "| sheet made on | \(today) |",
            "| documents | \(base.fileCount) |",
            "| topics, rules, drugs, sources | \(base.clinical.topics.count), \(rules), \(base.clinical.drugs.count), "
                + "\(base.clinical.references.count) |",
            "| cases, all of which pass | \(examination.outcomes.count) |",
            "",
            "Intended use: \(manifest.intendedUse)", "", "Editorial policy: \(manifest.editorialPolicy)", "",
        ]
    }

    private var overview: [String] {
        let overdue = overdueReviews
        let warnings = examination.defects.filter { $0.code.isWarning && $0.code != .reviewOverdue }
        return [
            "## Topics", "", "| topic | state | rules | unconfirmed | disagreements | review by |",
            "|---|---|---|---|---|---|",
        ]
            + base.clinical.topics.map { topic in
                "| \(topic.id) | \(topic.review.status) | \(topic.recommendations.count) | "
                    + "\(SheetTopic(topic).unconfirmed.count) | \(topic.disagreements.count) | \(topic.review.reviewBy) |"
            }
            + ["", "A topic that is not `approved` here stays what it is after the release is signed.", ""]
            + section("Overdue reviews", overdue, none: "None on \(today).")
            + section("Warnings of the check", warnings.map { "- \($0)" }, none: "None.")
    }

    private var overdueReviews: [String] {
        let reviews =
            [("the release", base.manifest.review)] + base.clinical.topics.map { ("topic \($0.id)", $0.review) }
        return reviews.filter { $0.1.reviewBy < today }.map { "- \($0.0): due on \($0.1.reviewBy)" }
    }

    private func section(_ title: String, _ lines: [String], none: String) -> [String] {
        ["### \(title)", ""] + (lines.isEmpty ? [none] : lines) + [""]
    }

    // MARK: - Topics

    private func topic(_ topic: Topic) -> [String] {
        let sheet = SheetTopic(topic)
        var lines = ["## \(topic.title.clinician) (`\(topic.id)`, \(topic.version))", ""]
        lines += topic.covers.map { "- \($0)" }
        lines += [
            "", "State: \(topic.review.status). Reviewed \(topic.review.reviewed), due \(topic.review.reviewBy).", "",
        ]
        lines += section("Rules", sheet.rules, none: "None.")
        lines += section("Sources", sheet.references.compactMap(source), none: "None.")
        lines += section("Not confirmed in their source", sheet.unconfirmed, none: "None.")
        lines += section("Disagreements", sheet.disagreements, none: "None.")
        return lines + ["Agreed ☐   agreed with changes ☐   not agreed ☐   initials: ________   date: ________", ""]
    }

    private func source(_ id: String) -> String? {
        guard let reference = base.clinical.references[id] else { return nil }
        let parts = [
            reference.authors, reference.title, reference.journal, reference.year.map { String($0) },
            reference.revision,
        ].compactMap { $0 }
        return "- `\(id)` \(parts.joined(separator: ". "))" + (reference.isConfirmed ? "" : " (not seen itself)")
    }

    // MARK: - What all topics share

    private var shared: [String] {
        let drugs = base.clinical.drugs.values.sorted { $0.id < $1.id }.flatMap { drug in
            drug.labels.flatMap { label in
                (label.indications.map(\.fact) + DrugLabel.Part.allCases.flatMap { label.facts[$0] ?? [] })
                    .filter { !$0.isConfirmed }
                    .map { "- drug `\(drug.id)`, \(label.jurisdiction) label: \($0.wording.clinician)" }
            }
        }
        let interventions = base.clinical.interventions.values.sorted { $0.id < $1.id }.flatMap { intervention in
            (intervention.contraindications + intervention.cautions).filter { !$0.isConfirmed }
                .map { "- `\(intervention.id)`: \($0.wording.clinician) [`\($0.reference)`]" }
                + intervention.regimens.flatMap { regimen in
                    regimen.parts.filter { !$0.isConfirmed }
                        .map { "- `\(intervention.id)`, regimen `\(regimen.key)`: \($0.drug) [`\($0.reference)`]" }
                }
        }
        let doses = base.clinical.interventions.values.sorted { $0.id < $1.id }.flatMap { intervention in
            intervention.regimens.flatMap { regimen in
                regimen.parts.map {
                    "- `\(intervention.id)`, `\(regimen.key)`: \(ReadableAnswer.dose($0)) [`\($0.reference)`]"
                }
            }
        }
        return ["## Drugs and interventions", ""]
            + section("Doses", doses, none: "None.")
            + section("Not confirmed in their source", drugs + interventions, none: "None.")
            + ["Agreed ☐   agreed with changes ☐   not agreed ☐   initials: ________   date: ________", ""]
    }

    private var disputes: [String] {
        let count = base.clinical.topics.reduce(0) { $0 + $1.disagreements.count }
        let unseen = base.clinical.references.values.filter { !$0.isConfirmed }.sorted { $0.id < $1.id }
        return ["## Sources not seen themselves", ""]
            + (unseen.isEmpty ? ["None."] : unseen.map { "- `\($0.id)` \($0.title)" })
            + ["", "\(count) disagreements between sources are told in the topics above, never merged.", ""]
    }

    // MARK: - Signature

    private var signing: [String] {
        [
            "## Signature", "",
            "I have read the rules, doses and limits of this release and what is not confirmed in it. I approve the documents "
                + "of the digest above for the intended use.", "",
            "Name: ______________________________", "", "Role: ______________________________", "",
            "Date: ______________________________", "", "Signature: ______________________________", "",
            "Once signed, `manifest.json` says so, and nothing but its `review` and `signature` is changed:", "",
            "```json",
            "\"review\": { \"status\": \"approved\", \"reviewed\": \"<date>\", \"reviewBy\": \"<date>\" },",
            "\"signature\": { \"name\": \"<name>\", \"role\": \"<role>\", \"signed\": \"<date>\", \"documents\": "
                + "\"\(base.documentsDigest)\" }",
            "```",
        ]
    }
}

/// What a sheet tells of one topic.
struct SheetTopic {
    private let topic: Topic

    init(_ topic: Topic) { self.topic = topic }

    /// Each rule on one line: what it says, of what, how strongly, by which sources.
    var rules: [String] {
        topic.recommendations.map { rule in
            let strength = rule.strength.map { ", \($0.scheme) \($0.grade)" } ?? ""
            let rows = rule.rows.isEmpty ? "" : " (rows \(rule.rows.joined(separator: ", ")))"
            let sources = Self.distinct(rule.evidence.map { "`\($0.reference)`" }).joined(separator: ", ")
            return
                "- `\(rule.id)`: \(rule.title). \(rule.direction.rawValue) `\(rule.intervention)`\(strength)\(rows). \(sources)"
        }
    }

    /// The ids of the sources, ascending.
    var references: [String] {
        var cited = Set(statements.map(\.1.reference))
        for rule in topic.recommendations {
            cited.formUnion(Self.voices(rule).map(\.reference))
            cited.formUnion(rule.cautions.map(\.reference))
            cited.formUnion(rule.otherwise.map(\.reference))
        }
        for disagreement in topic.disagreements { cited.formUnion(disagreement.positions.map(\.reference)) }
        return cited.sorted()
    }

    /// What was not read in its source, each with its place.
    var unconfirmed: [String] {
        var lines = statements.filter { !$0.1.isConfirmed }.map {
            "- \($0.0): \($0.1.wording.clinician) [`\($0.1.reference)`]"
        }
        for rule in topic.recommendations {
            lines += Self.voices(rule).filter { !$0.isConfirmed }
                .map { voice in
                    "- `\(rule.id)`, grade: \(voice.source) \(voice.strength?.grade ?? "without a grade") [`\(voice.reference)`]"
                }
            lines += rule.cautions.filter { !$0.isConfirmed }.map {
                "- `\(rule.id)`, caution: \($0.wording.clinician) [`\($0.reference)`]"
            }
        }
        lines += topic.disagreements.flatMap { disagreement in
            disagreement.positions.filter { !$0.isConfirmed }.map {
                "- disagreement `\(disagreement.id)`: \($0.source) says: \($0.wording.clinician) [`\($0.reference)`]"
            }
        }
        return lines
    }

    /// Each disagreement with its positions.
    var disagreements: [String] {
        topic.disagreements.flatMap { disagreement in
            ["- `\(disagreement.id)` \(disagreement.topic.clinician)"]
                + disagreement.positions.map { "  - \($0.source): \($0.wording.clinician) [`\($0.reference)`]" }
        }
    }

    /// Every statement with its place.
    private var statements: [(String, Statement)] {
        topic.statements.map { ("statement `\($0.id ?? "")`", $0) }
            + topic.recommendations.flatMap { rule in rule.evidence.map { ("`\(rule.id)`", $0) } }
            + topic.diagnostics.flatMap { diagnostic in
                diagnostic.evidence.map { ("examination `\(diagnostic.id)`", $0) }
            }
    }

    private static func voices(_ rule: Recommendation) -> [Voice] {
        rule.agreement.for + rule.agreement.against + rule.agreement.silent
    }

    private static func distinct(_ texts: [String]) -> [String] {
        texts.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
