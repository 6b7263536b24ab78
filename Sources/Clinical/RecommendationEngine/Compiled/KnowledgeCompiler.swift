import ClinicalModel
import DecisionLogic

/// Fills the tables of a `CompiledKnowledge`.
struct KnowledgeCompiler {
    typealias Node = ConditionGraph.Node

    let clinical: ClinicalKnowledge
    var graph: ConditionGraph
    private(set) var references: [Reference]
    private(set) var statements: [CompiledKnowledge.CompiledStatement] = []
    private(set) var voices: [CompiledKnowledge.CompiledVoice] = []
    private(set) var limits: [CompiledKnowledge.CompiledLimit] = []
    private(set) var reasons: [CompiledKnowledge.Reason] = []
    private(set) var regimens: [CompiledKnowledge.CompiledRegimen] = []
    private(set) var openings: [Wording] = []
    private(set) var sections: [String] = []
    /// The uses that labels and rules name.
    private let uses: [String: Int]
    private(set) var diagnostics: [CompiledKnowledge.CompiledDiagnostic] = []
    private(set) var disagreements: [CompiledKnowledge.CompiledDisagreement] = []
    private var rules: [CompiledKnowledge.CompiledRule] = []
    private let referenceNumbers: [String: Int32]
    private var interventionNumbers: [String: Int32] = [:]
    /// Where the regimens of each intervention begin.
    private var firstRegimens: [Int32] = []
    /// Numbers of what is the same, by kind and content.
    private var samenesses: [[String]: Int32] = [:]

    init(_ clinical: ClinicalKnowledge) {
        self.clinical = clinical
        graph = ConditionGraph(clinical.vocabulary)
        let labelled = clinical.drugs.values.flatMap(\.labels).flatMap(\.indications).map(\.use)
        let ruled = clinical.topics.flatMap(\.recommendations).map(\.use)
        uses = Dictionary(
            uniqueKeysWithValues: Set(labelled + ruled).sorted().enumerated().map { ($1, $0) })
        references = clinical.references.values.sorted { $0.id < $1.id }
        referenceNumbers = Dictionary(
            uniqueKeysWithValues: references.enumerated().map { ($1.id, Int32($0)) })
    }

    private mutating func sameness(_ content: [String]) -> Int32 {
        if let number = samenesses[content] { return number }
        let number = Int32(samenesses.count)
        samenesses[content] = number
        return number
    }

    private mutating func node(_ condition: Condition?) -> Node? { condition.map { graph.add($0) } }

    /// INVARIANT: the store let no dangling id through.
    private func reference(_ id: String) -> Int32 { referenceNumbers[id] ?? 0 }

    mutating func derivation(_ model: Derivation) -> CompiledKnowledge.CompiledDerivation {
        CompiledKnowledge.CompiledDerivation(
            given: node(model.given), when: graph.add(model.when), fact: model.fact, value: model.value,
            isOfSet: clinical.vocabulary[model.fact].type == .set)
    }

    // MARK: - Statements, voices, limits

    private mutating func statement(_ model: Statement) -> Int32 {
        statements.append(
            CompiledKnowledge.CompiledStatement(
                model: model, when: node(model.when), reference: reference(model.reference),
                sameness: sameness(["s", model.reference, model.wording.clinician, model.wording.patient ?? "\0"]),
                tier: Tier.allCases.firstIndex(of: model.tier) ?? 0))
        return Int32(statements.count - 1)
    }

    private mutating func voice(_ model: Voice) -> Int32 {
        let strength = model.strength.map { [$0.scheme, $0.grade] } ?? []
        voices.append(
            CompiledKnowledge.CompiledVoice(
                model: model, when: node(model.when), reference: reference(model.reference),
                sameness: sameness(["v", model.source] + strength)))
        return Int32(voices.count - 1)
    }

    private mutating func limit(_ model: Limit, forbids: Bool) -> Int32 {
        limit(
            model.wording, model.when, isShown: model.isShown || !forbids, forbids: forbids, section: model.section,
            isConfirmed: model.isConfirmed, reference: model.reference)
    }

    private mutating func limit(
        _ wording: Wording, _ when: Condition?, isShown: Bool, forbids: Bool, section: String?, isConfirmed: Bool,
        reference id: String
    ) -> Int32 {
        limits.append(
            CompiledKnowledge.CompiledLimit(
                wording: wording, section: section, isConfirmed: isConfirmed, forbids: forbids, when: node(when),
                isShown: isShown, reference: reference(id),
                sameness: sameness(["l", wording.clinician, wording.patient ?? "\0"])))
        return Int32(limits.count - 1)
    }

    private mutating func reason(_ wording: Wording, section: String? = nil, reference id: String? = nil) -> Int32 {
        reasons.append(CompiledKnowledge.Reason(wording: wording, section: section, reference: id.map(reference)))
        return Int32(reasons.count - 1)
    }

    private mutating func opening(_ list: [ConditionalWording]) -> [(when: Node?, opening: Int32)] {
        list.map {
            openings.append($0.wording)
            return (node($0.when), Int32(openings.count - 1))
        }
    }

    // MARK: - Interventions

    mutating func number(_ interventions: [Intervention]) {
        interventionNumbers = Dictionary(
            uniqueKeysWithValues: interventions.enumerated().map { ($1.id, Int32($0)) })
    }

    mutating func intervention(_ model: Intervention) -> CompiledKnowledge.CompiledIntervention {
        let labels = model.drugs.compactMap { clinical.drugs[$0] }.flatMap { drug in
            drug.labels.map { (drug: drug, label: $0) }
        }
        firstRegimens.append(Int32(regimens.count))
        return CompiledKnowledge.CompiledIntervention(
            model: model, forbidding: forbidding(model, labels.map(\.label)), holding: holding(model, labels.map(\.label)),
            ownLimits: model.contraindications.map { limit($0, forbids: true) }
                + model.cautions.map { limit($0, forbids: false) },
            labelLimits: labels.flatMap { labelLimits($0.label) }, labels: labels.map { label($0.drug, $0.label) },
            regimens: model.regimens.map { regimen($0, of: model) })
    }

    private mutating func forbidding(_ model: Intervention, _ labels: [DrugLabel]) -> [CompiledKnowledge.Forbidding] {
        var result: [CompiledKnowledge.Forbidding] = []
        for number in clinical.vocabulary.refusals {
            let definition = clinical.vocabulary[number]
            guard let words = definition.excludesNamed, let code = definition.index(of: model.id) else { continue }
            result.append(
                CompiledKnowledge.Forbidding(
                    when: graph.add(.includes(code), on: number), reason: reason(Wording(clinician: words)),
                    refusal: number))
        }
        for limit in model.contraindications {
            guard let when = limit.when else { continue }
            result.append(
                CompiledKnowledge.Forbidding(
                    when: graph.add(when),
                    reason: reason(limit.wording, section: limit.section, reference: limit.reference), refusal: nil))
        }
        for label in labels {
            for part in DrugLabel.Part.allCases where part.forbids {
                for fact in label.facts[part] ?? [] {
                    guard let when = fact.when else { continue }
                    result.append(
                        CompiledKnowledge.Forbidding(
                            when: graph.add(when),
                            reason: reason(fact.wording, section: fact.section, reference: label.reference),
                            refusal: nil))
                }
            }
        }
        return result
    }

    private mutating func holding(
        _ model: Intervention, _ labels: [DrugLabel]
    ) -> [(when: Node, reason: Int32)] {
        let limits = (model.contraindications + model.cautions).map { ($0.when, $0.wording) }
        let facts = labels.flatMap { label in
            [DrugLabel.Part.contraindications, .boxedWarnings, .warnings, .interactions].flatMap {
                (label.facts[$0] ?? []).map { ($0.when, $0.wording) }
            }
        }
        return (limits + facts).compactMap { when, wording in
            when.map { (graph.add($0), reason(wording)) }
        }
    }

    private mutating func labelLimits(_ label: DrugLabel) -> [Int32] {
        DrugLabel.Part.allCases.filter { $0 != .dosing && $0 != .administration }.flatMap { part in
            (label.facts[part] ?? []).map { fact in
                limit(
                    fact.wording, fact.when, isShown: fact.isShown, forbids: part.forbids, section: fact.section,
                    isConfirmed: fact.isConfirmed, reference: label.reference)
            }
        }
    }

    private mutating func label(_ drug: Drug, _ label: DrugLabel) -> CompiledKnowledge.CompiledLabel {
        var indications: [[(when: Node?, section: Int32)]] = Array(repeating: [], count: uses.count)
        for indication in label.indications {
            var section: Int32 = -1
            if let words = indication.fact.section {
                section = Int32(sections.count)
                sections.append(words)
            }
            indications[uses[indication.use] ?? 0].append((node(indication.fact.when), section))
        }
        return CompiledKnowledge.CompiledLabel(
            jurisdiction: label.jurisdiction, drug: drug.id, isAuthorised: label.status != "not-authorised",
            status: label.status, reference: reference(label.reference), indications: indications)
    }

    private mutating func regimen(_ model: Regimen, of intervention: Intervention) -> Int32 {
        let parts = model.parts.map { part in
            CompiledKnowledge.CompiledPart(
                reference: reference(part.reference), basis: Self.basis(part.dose.unit),
                steps: clinical.doseRules.steps(of: part.drug, in: model.key, of: intervention.id).map { step in
                    var setBasis: CompiledKnowledge.DoseBasis?
                    if case .set(let dose) = step.change { setBasis = Self.basis(dose.unit) }
                    return CompiledKnowledge.DoseStep(
                        when: graph.add(step.when), withholds: step.change == .withhold, isOptional: step.isOptional,
                        setBasis: setBasis)
                })
        }
        regimens.append(CompiledKnowledge.CompiledRegimen(model: model, parts: parts))
        return Int32(regimens.count - 1)
    }

    private static func basis(_ unit: String) -> CompiledKnowledge.DoseBasis {
        let parts = unit.split(separator: "/").dropFirst()
        return parts.contains("m2") ? .surface : parts.contains("kg") ? .weight : .flat
    }

    // MARK: - Topics

    mutating func topic(_ model: Topic) -> CompiledKnowledge.CompiledTopic {
        CompiledKnowledge.CompiledTopic(
            model: model, scope: graph.add(model.scope), asksWhatIsKnown: model.scopeAsksWhatIsKnown,
            withholdsDoses: model.withholdsDoses,
            assumptions: model.assumptions.map { .init(when: node($0.when), model: $0) },
            rules: model.recommendations.compactMap { rule($0, of: model) }, summary: opening(model.summary),
            tierSummaries: Tier.allCases.map { opening(model.tierSummaries[$0] ?? []) },
            statements: Tier.allCases.map { tier in
                model.statements.filter { $0.tier == tier }.map { statement($0) }
            },
            diagnostics: model.diagnostics.map { diagnostic($0) },
            disagreements: model.disagreements.map { disagreement($0) })
    }

    private mutating func rule(_ model: Recommendation, of topic: Topic) -> Int32? {
        guard let number = interventionNumbers[model.intervention],
            let intervention = clinical.interventions[model.intervention]
        else { return nil }
        var regimen: Int32 = -1
        if let place = intervention.regimens.firstIndex(where: { $0.key == model.regimen }) {
            regimen = firstRegimens[Int(number)] + Int32(place)
        }
        rules.append(
            CompiledKnowledge.CompiledRule(
                model: model, use: uses[model.use] ?? 0, intervention: number, isFor: model.direction == .for,
                prevails: topic.isOverlay && model.direction == .against, place: 0, when: graph.add(model.appliesWhen),
                ranks: model.ranks.map { (node($0.when), $0.rank) }, evidence: model.evidence.map { statement($0) },
                cautions: model.cautions.map { limit($0, forbids: false) },
                voices: (
                    model.agreement.for.map { voice($0) }, model.agreement.against.map { voice($0) },
                    model.agreement.silent.map { voice($0) }
                ),
                refusals: model.otherwise.map { (node($0.when), reason($0.wording, reference: $0.reference)) },
                regimen: regimen, firstReference: (model.evidence.first?.reference).map(reference)))
        return Int32(rules.count - 1)
    }

    private mutating func diagnostic(_ model: Diagnostic) -> Int32 {
        diagnostics.append(
            CompiledKnowledge.CompiledDiagnostic(
                model: model, when: graph.add(model.appliesWhen), evidence: model.evidence.map { statement($0) },
                sameness: sameness(["d", model.id])))
        return Int32(diagnostics.count - 1)
    }

    private mutating func disagreement(_ model: Disagreement) -> Int32 {
        disagreements.append(
            CompiledKnowledge.CompiledDisagreement(
                model: model, when: node(model.when), references: model.positions.map { reference($0.reference) },
                sameness: sameness(["q", model.id])))
        return Int32(disagreements.count - 1)
    }

    /// The rules, each with its place among all by id.
    func placedRules() -> [CompiledKnowledge.CompiledRule] {
        let order = rules.indices.sorted { rules[$0].model.id < rules[$1].model.id }
        var places = [Int32](repeating: 0, count: rules.count)
        for (place, rule) in order.enumerated() { places[rule] = Int32(place) }
        return rules.indices.map { rules[$0].placed(at: places[$0]) }
    }
}

extension CompiledKnowledge.CompiledRule {
    fileprivate func placed(at place: Int32) -> Self {
        Self(
            model: model, use: use, intervention: intervention, isFor: isFor, prevails: prevails, place: place, when: when,
            ranks: ranks, evidence: evidence, cautions: cautions, voices: voices, refusals: refusals, regimen: regimen,
            firstReference: firstReference)
    }
}
