import ClinicalModel
import DecisionLogic
import JSONText

/// Reads the documents of one topic.
struct TopicReader {
    let documents: DocumentReader
    let files: LoggedFiles
    private var conditions: ConditionReader { documents.conditions }

    /// A reader for one topic: the criteria of a topic are its own.
    init(conditions: ConditionReader, files: LoggedFiles) {
        documents = DocumentReader(conditions: conditions)
        self.files = files
    }

    /// A topic by its folder; nil, with a defect, where `topic.json` is missing.
    func read(_ id: String) -> Topic? {
        guard let node = files.document("topics/\(id)/topic.json") else {
            files.log.add(
                KnowledgeDefect(.missingMember, file: "topics/\(id)/topic.json", "the topic has no topic.json"))
            return nil
        }
        if files.files.places(in: "topics/\(id)/cases").isEmpty {
            files.log.add(KnowledgeDefect(.noCases, file: "topics/\(id)/topic.json", "the topic has no cases"))
        }
        node.allow(
            "schema", "id", "title", "patientTitle", "role", "standsAlone", "order", "withholdsDoses", "remark",
            "version",
            "review", "scope", "covers", "criteria", "assumptions", "summary", "tiers")
        node.checkHeader(kind: "topic", id: id)
        conditions.define(node.optional("criteria")?.members ?? [])
        var tiers: [Tier: [ConditionalWording]] = [:]
        for (name, list) in node.optional("tiers")?.members ?? [] {
            guard let tier = Tier(rawValue: name) else {
                node.defect(.unknownMember, "`\(name)` is no tier")
                continue
            }
            tiers[tier] = list.elements.map(conditionalWording)
        }
        let folder = "topics/\(id)"
        let isOverlay = node.choice("role", ["disease", "overlay"]) == "overlay"
        if !isOverlay {
            for name in ["standsAlone", "order", "withholdsDoses", "remark"] where node.has(name) {
                node.defect(.unknownMember, "`\(name)` belongs to an overlay")
            }
        }
        return Topic(
            id: id, title: Wording(clinician: node.string("title"), patient: node.optionalString("patientTitle")),
            isOverlay: isOverlay, standsAlone: node.optional("standsAlone")?.bool ?? false,
            order: node.optional("order")?.integer ?? 0, withholdsDoses: node.optional("withholdsDoses")?.bool ?? false,
            remark: remark(node.optional("remark")), version: node.string("version"),
            review: Review(node.required("review")),
            scope: node.required("scope").map(conditions.read) ?? .any([]), covers: node.strings("covers"),
            assumptions: node.nodes("assumptions").compactMap(assumption),
            summary: node.nodes("summary").map(conditionalWording), tierSummaries: tiers,
            statements: statements(files.document("\(folder)/statements.json")),
            recommendations: files.folder("\(folder)/recommendations").compactMap {
                let rule = recommendation(id, $0.name, $0.node)
                return isRetired($0.node) ? nil : rule
            },
            diagnostics: files.folder("\(folder)/diagnostics").map { diagnostic($0.name, $0.node) }
                .sorted { ($0.order, $0.id) < ($1.order, $1.id) },
            disagreements: files.folder("\(folder)/disagreements").map { disagreement($0.name, $0.node) })
    }

    private func conditionalWording(_ node: DocumentNode) -> ConditionalWording {
        node.allow("when", "statement", "patient")
        return ConditionalWording(
            when: conditions.readOptional(node.optional("when")), wording: documents.wording(node))
    }

    /// What an overlay remarks on a case.
    private func remark(_ node: DocumentNode?) -> CaseNote? {
        guard let node else { return nil }
        node.allow("code", "statement")
        let codes: [CaseNote.Code] = [.paediatric, .urgentCare]
        let code = node.choice("code", codes.map(\.rawValue))
        return CaseNote(CaseNote.Code(rawValue: code) ?? .urgentCare, node.string("statement"))
    }

    private func assumption(_ node: DocumentNode) -> Assumption? {
        node.allow("id", "when", "then", "because")
        let when = conditions.readOptional(node.optional("when"))
        guard let then = node.required("then") else { return nil }
        if let closing = then.optional("unnamedAre") {
            then.allow("fact", "unnamedAre")
            _ = then.choice("unnamedAre", ["excluded"])
            guard let fact = conditions.fact(then) else { return nil }
            if conditions.vocabulary[fact].type != .set {
                closing.defect(.wrongTest, "`unnamedAre` closes a set; this fact is none")
            }
            return Assumption(
                id: node.string("id"), when: when, fact: fact, content: .unnamedAreExcluded,
                because: node.string("because"))
        }
        guard let (fact, value) = conditions.value(then) else { return nil }
        return Assumption(
            id: node.string("id"), when: when, fact: fact, content: .value(value), because: node.string("because"))
    }

    private func statements(_ node: DocumentNode?) -> [Statement] {
        guard let node else { return [] }
        node.allow("schema", "statements")
        node.checkHeader(kind: "statements", id: nil)
        var ids: Set<String> = []
        return (node.required("statements")?.elements ?? []).map { element in
            let statement = documents.statement(element, hasID: true)
            if !ids.insert(statement.id ?? "").inserted {
                element.defect(.duplicateID, "the statement id `\(statement.id ?? "")` stands twice")
            }
            return statement
        }
    }

    // MARK: - Recommendations

    private func recommendation(_ topic: String, _ name: String, _ node: DocumentNode) -> Recommendation {
        node.allow(
            "schema", "id", "status", "replacedBy", "title", "rows", "use", "intervention", "regimen", "direction",
            "appliesWhen", "rank", "rankedBy", "strength", "agreement", "evidence", "cautions", "otherwise", "placement"
        )
        node.checkHeader(kind: "recommendation", id: "\(topic).\(name)")
        let direction = Recommendation.Direction(rawValue: node.choice("direction", ["for", "against"])) ?? .for
        let agreement = node.optional("agreement")
        agreement?.allow("for", "against", "silent")
        if direction == .against && !node.has("otherwise") {
            node.defect(.noReason, "a rule against something needs `otherwise` with the reason")
        }
        if !node.has("evidence") { node.defect(.noEvidence, "a recommendation needs `evidence`") }
        return Recommendation(
            id: "\(topic).\(name)", title: node.string("title"), rows: node.optionalStrings("rows"),
            use: node.string("use"), intervention: node.string("intervention"),
            regimen: node.optionalString("regimen"), direction: direction,
            appliesWhen: node.required("appliesWhen").map(conditions.read) ?? .any([]),
            ranks: direction == .for ? ranks(node) : [], rankedBy: rankedBy(node, direction),
            strength: node.optional("strength").map(strength),
            agreement: (
                for: agreement?.nodes("for").map(voice) ?? [], against: agreement?.nodes("against").map(voice) ?? [],
                silent: agreement?.nodes("silent").map(voice) ?? []
            ),
            evidence: node.nodes("evidence").map { documents.statement($0) },
            cautions: node.nodes("cautions").map(documents.limit), otherwise: node.nodes("otherwise").map(refusal),
            placement: node.optionalString("placement"))
    }

    /// A retired rule keeps its id for ever and judges nothing; it names what took its place.
    private func isRetired(_ node: DocumentNode) -> Bool {
        guard node.choice("status", ["active", "retired"]) == "retired" else { return false }
        if !node.has("replacedBy") {
            node.defect(.retiredAlone, "a retired recommendation needs `replacedBy`")
        }
        return true
    }

    private func rankedBy(_ node: DocumentNode, _ direction: Recommendation.Direction) -> String {
        guard direction == .for || node.has("rankedBy") else { return "engine" }
        return node.choice("rankedBy", ["engine", "guideline"])
    }

    private func ranks(_ node: DocumentNode) -> [Recommendation.ConditionalRank] {
        guard let rank = node.required("rank") else { return [] }
        if case .number = rank.value { return [.init(when: nil, rank: rank.integer)] }
        let list = rank.elements.map { element -> Recommendation.ConditionalRank in
            element.allow("when", "rank")
            return .init(when: conditions.readOptional(element.optional("when")), rank: element.integer("rank"))
        }
        if list.last?.when != nil { rank.defect(.missingMember, "the last rank of a list must have no `when`") }
        return list
    }

    private func strength(_ node: DocumentNode) -> Strength {
        node.allow("scheme", "grade")
        return Strength(scheme: node.string("scheme"), grade: node.string("grade"))
    }

    private func voice(_ node: DocumentNode) -> Voice {
        node.allow("source", "scheme", "grade", "jurisdiction", "reference", "confirmed", "when")
        let graded = node.has("scheme") || node.has("grade")
        return Voice(
            source: node.string("source"),
            strength: graded ? Strength(scheme: node.string("scheme"), grade: node.string("grade")) : nil,
            jurisdiction: node.optionalString("jurisdiction"), reference: node.string("reference"),
            isConfirmed: node.bool("confirmed"), when: conditions.readOptional(node.optional("when")))
    }

    private func refusal(_ node: DocumentNode) -> Recommendation.Refusal {
        node.allow("when", "statement", "patient", "reference")
        return Recommendation.Refusal(
            when: conditions.readOptional(node.optional("when")), wording: documents.wording(node),
            reference: node.string("reference"))
    }

    // MARK: - Diagnostics, disagreements

    private func diagnostic(_ name: String, _ node: DocumentNode) -> Diagnostic {
        node.allow("schema", "id", "title", "order", "appliesWhen", "statement", "patient", "evidence")
        node.checkHeader(kind: "diagnostic", id: name)
        if !node.has("evidence") { node.defect(.noEvidence, "an examination needs `evidence`") }
        return Diagnostic(
            id: name, title: node.string("title"), order: node.integer("order"),
            appliesWhen: node.required("appliesWhen").map(conditions.read) ?? .any([]),
            wording: documents.wording(node), evidence: node.nodes("evidence").map { documents.statement($0) })
    }

    private func disagreement(_ name: String, _ node: DocumentNode) -> Disagreement {
        node.allow("schema", "id", "topic", "patient", "when", "positions", "reason", "between")
        node.checkHeader(kind: "disagreement", id: name)
        return Disagreement(
            id: name,
            topic: Wording(clinician: node.string("topic"), patient: node.optionalString("patient")),
            when: conditions.readOptional(node.optional("when")),
            positions: (node.required("positions")?.elements ?? []).map { position in
                position.allow("source", "says", "patient", "reference", "confirmed")
                return Disagreement.Position(
                    source: position.string("source"),
                    wording: Wording(clinician: position.string("says"), patient: position.optionalString("patient")),
                    reference: position.string("reference"), isConfirmed: position.bool("confirmed"))
            },
            reason: node.optionalString("reason"), between: node.optionalStrings("between"))
    }
}
