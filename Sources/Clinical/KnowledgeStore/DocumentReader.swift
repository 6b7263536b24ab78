import ClinicalModel
import DecisionLogic

/// Reads the documents of drugs, interventions and references into values. Links are checked afterwards.
struct DocumentReader {
    let conditions: ConditionReader

    // MARK: - Shared parts

    func wording(_ node: DocumentNode) -> Wording {
        Wording(clinician: node.string("statement"), patient: node.optionalString("patient"))
    }

    func statement(_ node: DocumentNode, hasID: Bool = false) -> Statement {
        if hasID {
            node.allow("id", "reference", "tier", "section", "statement", "patient", "confirmed", "when")
        } else {
            node.allow("reference", "tier", "section", "statement", "patient", "confirmed", "when")
        }
        return Statement(
            id: hasID ? node.string("id") : nil,
            tier: Tier(rawValue: node.choice("tier", Tier.allCases.map(\.rawValue))) ?? .guideline,
            wording: wording(node), reference: node.string("reference"), section: node.optionalString("section"),
            isConfirmed: node.bool("confirmed"), when: conditions.readOptional(node.optional("when")))
    }

    func limit(_ node: DocumentNode) -> Limit {
        node.allow(
            "statement", "patient", "reference", "section", "jurisdiction", "confirmed", "when", "shown", "severity")
        return Limit(
            wording: wording(node), reference: node.string("reference"), section: node.optionalString("section"),
            jurisdiction: node.optionalString("jurisdiction"), isConfirmed: node.bool("confirmed"),
            when: conditions.readOptional(node.optional("when")), isShown: node.optional("shown")?.bool ?? false)
    }

    func amount(_ node: DocumentNode, needsUnit: Bool = true) -> Amount {
        node.allow("value", "min", "max", "unit")
        let unit = needsUnit ? node.string("unit") : node.optionalString("unit") ?? "1"
        if let single = node.optional("value") {
            return Amount(minimum: single.number, maximum: single.number, unit: unit)
        }
        let low = node.optional("min")?.number
        let high = node.optional("max")?.number
        if low == nil && high == nil { node.defect(.missingMember, "an amount needs `value`, `min` or `max`") }
        return Amount(minimum: low ?? high ?? 0, maximum: high ?? low ?? 0, unit: unit)
    }

    // MARK: - References

    func reference(_ name: String, _ node: DocumentNode) -> Reference {
        node.allow(
            "schema", "id", "type", "design", "title", "authors", "journal", "year", "pmid", "doi", "setId", "revision",
            "jurisdiction", "confirmed")
        node.checkHeader(kind: "reference", id: name)
        return Reference(
            id: name, type: Tier(rawValue: node.choice("type", Tier.allCases.map(\.rawValue))) ?? .guideline,
            design: node.optionalString("design"), title: node.string("title"),
            authors: node.optionalString("authors"), journal: node.optionalString("journal"),
            year: node.optional("year")?.integer, pmid: node.optionalString("pmid"), doi: node.optionalString("doi"),
            setId: node.optionalString("setId"), revision: node.optionalString("revision"),
            jurisdiction: node.optionalString("jurisdiction"), isConfirmed: node.bool("confirmed"))
    }

    // MARK: - Drugs

    func drug(_ name: String, _ node: DocumentNode) -> Drug {
        node.allow(
            "schema", "id", "generic", "brands", "synonyms", "class", "mechanism", "routes", "market", "identifiers",
            "labels", "offLabelUses", "monitoring", "adverseReactions", "storage", "pitfalls")
        node.checkHeader(kind: "drug", id: name)
        return Drug(
            id: name, generic: node.string("generic"), brands: node.optionalStrings("brands"),
            synonyms: node.optionalStrings("synonyms"), drugClass: node.string("class"),
            mechanism: node.optionalString("mechanism"), routes: node.optionalStrings("routes"),
            market: node.optionalString("market"),
            identifiers: (node.optional("identifiers")?.members ?? []).map { ($0.name, $0.node.string) },
            labels: node.nodes("labels").map(label), offLabelUses: node.optionalStrings("offLabelUses"),
            monitoring: node.optionalStrings("monitoring"), adverseReactions: node.optionalStrings("adverseReactions"),
            storage: node.optionalString("storage"), pitfalls: node.optionalStrings("pitfalls"))
    }

    private func label(_ node: DocumentNode) -> DrugLabel {
        node.allow(
            "jurisdiction", "reference", "status", "revision", "indications", "dosing", "adjustments",
            "contraindications", "boxedWarnings", "warnings", "interactions", "pregnancy", "lactation", "administration"
        )
        var facts: [DrugLabel.Part: [LabelFact]] = [:]
        for part in DrugLabel.Part.allCases where node.has(part.rawValue) {
            facts[part] = node.nodes(part.rawValue).map(labelFact)
        }
        return DrugLabel(
            jurisdiction: node.string("jurisdiction"), reference: node.string("reference"),
            status: node.choice("status", ["authorised", "not-authorised"]),
            revision: node.optionalString("revision"), indications: node.nodes("indications").map(indication),
            facts: facts)
    }

    private func labelFact(_ node: DocumentNode) -> LabelFact {
        node.allow("id", "statement", "patient", "section", "confirmed", "when", "shown", "with", "indication")
        return LabelFact(
            wording: wording(node), section: node.optionalString("section"), isConfirmed: node.bool("confirmed"),
            when: conditions.readOptional(node.optional("when")), isShown: node.optional("shown")?.bool ?? false,
            with: node.optionalString("with"))
    }

    private func indication(_ node: DocumentNode) -> Indication {
        node.allow("id", "use", "statement", "patient", "section", "since", "confirmed", "when")
        let use = node.choice("use", ["tumour-control", "hormone-control", "imaging", "other"])
        if use != "other" && use != "imaging" && !node.has("when") {
            node.defect(.missingMember, "an indication for \(use) needs `when`: the patients it covers")
        }
        return Indication(
            id: node.string("id"), use: use,
            fact: LabelFact(
                wording: wording(node), section: node.optionalString("section"), isConfirmed: node.bool("confirmed"),
                when: conditions.readOptional(node.optional("when")), isShown: true),
            since: node.optional("since")?.integer)
    }

    // MARK: - Interventions

    func intervention(_ name: String, _ node: DocumentNode) -> Intervention {
        node.allow(
            "schema", "id", "kind", "title", "patientTitle", "patientSummary", "kindOf", "drugs", "alternatives",
            "terms",
            "regimens", "contraindications", "cautions")
        let drugs = node.optionalStrings("drugs")
        node.checkHeader(kind: "intervention", id: name)
        let kinds = Intervention.Kind.allCases.map(\.rawValue)
        return Intervention(
            id: name, kind: Intervention.Kind(rawValue: node.choice("kind", kinds)) ?? .drug,
            title: Wording(clinician: node.string("title"), patient: node.optionalString("patientTitle")),
            patientSummary: node.optionalString("patientSummary"), drugs: drugs,
            alternatives: node.nodes("alternatives").map { alternative($0, of: drugs) },
            regimens: (node.optional("regimens")?.members ?? []).map { regimen($0.name, $0.node) },
            contraindications: node.nodes("contraindications").map(limit),
            cautions: node.nodes("cautions").map(limit))
    }

    /// Drugs of which one is given; two at least, each a drug of the intervention.
    private func alternative(_ node: DocumentNode, of drugs: [String]) -> [String] {
        let choices = node.elements.map(\.string)
        if choices.count < 2 { node.defect(.missingMember, "alternatives are two drugs at least") }
        for choice in choices where !drugs.contains(choice) {
            node.defect(.danglingDrug, "`\(choice)` is none of the intervention's `drugs`")
        }
        return choices
    }

    private func regimen(_ key: String, _ node: DocumentNode) -> Regimen {
        node.allow("title", "parts")
        return Regimen(
            key: key, title: node.optionalString("title"), parts: (node.required("parts")?.elements ?? []).map(part))
    }

    private func part(_ node: DocumentNode) -> RegimenPart {
        node.allow(
            "drug", "dose", "timesPerDay", "every", "days", "cycle", "cycles", "route", "duration", "section",
            "reference",
            "confirmed")
        return RegimenPart(
            drug: node.string("drug"),
            dose: node.required("dose").map { amount($0) } ?? Amount(minimum: 0, maximum: 0, unit: ""),
            timesPerDay: node.optional("timesPerDay")?.integer, every: node.optional("every").map { amount($0) },
            days: node.optionalString("days"), cycle: node.optional("cycle").map { amount($0) },
            cycles: node.optional("cycles").map { amount($0, needsUnit: false) }, route: node.string("route"),
            duration: node.optionalString("duration"), section: node.optionalString("section"),
            reference: node.string("reference"), isConfirmed: node.bool("confirmed"),
            note: node.optionalString("note"))
    }
}
