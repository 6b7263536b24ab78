import ClinicalModel
import DecisionLogic

/// Fills the tables of a `CompiledKnowledge`.
struct KnowledgeCompiler {
    typealias Node = ConditionGraph.Node

    private let clinical: ClinicalKnowledge
    private let referenceNumbers: [String: Int32]
    private let interventions: [Intervention]
    private let interventionNumbers: [String: Int32]
    /// The uses that labels and rules name.
    private let uses: [String: Int32]
    /// Numbers of what is the same, by kind and content.
    private var samenesses: [[String]: Int32] = [:]
    /// Where the regimens of each intervention begin.
    private var firstRegimens: [Int32] = []
    private let references: [Reference]

    init(_ clinical: ClinicalKnowledge) {
        self.clinical = clinical
        references = clinical.references.values.sorted { $0.id < $1.id }
        interventions = clinical.interventions.values.sorted { $0.id < $1.id }
        func numbers(_ ids: [String]) -> [String: Int32] {
            Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($1, Int32($0)) })
        }
        referenceNumbers = numbers(references.map(\.id))
        interventionNumbers = numbers(interventions.map(\.id))
        let labelled = clinical.drugs.values.flatMap(\.labels).flatMap(\.indications).map(\.use)
        let ruled = clinical.topics.flatMap(\.recommendations).map(\.use)
        uses = numbers(Set(labelled + ruled).sorted())
    }

    mutating func fill(_ tables: inout CompiledKnowledge) {
        tables.models.references = references
        tables.models.interventions = interventions
        tables.models.topics = clinical.topics
        for derivation in clinical.derivations {
            let inside: CompiledKnowledge.Node =
                switch derivation.value {
                case .codes(let codes): tables.graph.add(.isOneOf(codes), on: derivation.fact)
                case .quantity(let interval): tables.graph.add(.within(interval), on: derivation.fact)
                case .members: -1
                }
            tables.derivations.append(
                .init(
                    given: tables.node(derivation.given), when: tables.node(derivation.when), fact: derivation.fact,
                    value: derivation.value, inside: inside,
                    isOfSet: clinical.vocabulary[derivation.fact].type == .set))
        }
        for intervention in interventions { add(intervention, &tables) }
        for topic in clinical.topics { add(topic, &tables) }
    }

    private mutating func sameness(_ content: [String]) -> Int32 {
        if let number = samenesses[content] { return number }
        let number = Int32(samenesses.count)
        samenesses[content] = number
        return number
    }

    private func reference(_ id: String) -> Int32 { referenceNumbers[id] ?? 0 }

    // MARK: - Statements, voices, limits

    private mutating func statements(_ models: [Statement], _ tables: inout CompiledKnowledge) -> Run {
        let numbers = models.map { model in
            tables.statements.append(
                .init(
                    when: tables.node(model.when), reference: reference(model.reference),
                    sameness: sameness(
                        ["s", model.reference, model.wording.clinician, model.wording.patient ?? "\0"]),
                    tier: Int32(Tier.allCases.firstIndex(of: model.tier) ?? 0)))
            tables.models.statements.append(model)
            return Int32(tables.statements.count - 1)
        }
        return tables.list(numbers)
    }

    private mutating func voices(_ models: [Voice], _ tables: inout CompiledKnowledge) -> Run {
        let numbers = models.map { model in
            let strength = model.strength.map { [$0.scheme, $0.grade] } ?? []
            tables.voices.append(
                .init(
                    when: tables.node(model.when), reference: reference(model.reference),
                    sameness: sameness(["v", model.source] + strength)))
            tables.models.voices.append(model)
            return Int32(tables.voices.count - 1)
        }
        return tables.list(numbers)
    }

    private mutating func limit(_ model: Limit, forbids: Bool, _ tables: inout CompiledKnowledge) -> Int32 {
        limit(
            model.wording, model.when, isShown: model.isShown || !forbids, forbids: forbids, section: model.section,
            isConfirmed: model.isConfirmed, reference: model.reference, &tables)
    }

    private mutating func limit(
        _ wording: Wording, _ when: Condition?, isShown: Bool, forbids: Bool, section: String?, isConfirmed: Bool,
        reference id: String, _ tables: inout CompiledKnowledge
    ) -> Int32 {
        tables.limits.append(
            .init(
                when: tables.node(when), reference: reference(id),
                sameness: sameness(["l", wording.clinician, wording.patient ?? "\0"]), forbids: forbids,
                isShown: isShown))
        tables.models.limits.append((wording, section, isConfirmed))
        return Int32(tables.limits.count - 1)
    }

    private func reason(
        _ wording: Wording, section: String? = nil, reference id: String? = nil, _ tables: inout CompiledKnowledge
    ) -> Int32 {
        tables.models.reasons.append((wording, section))
        tables.reasonReferences.append(id.map(reference) ?? -1)
        return Int32(tables.reasonReferences.count - 1)
    }

    private func openings(_ list: [ConditionalWording], _ tables: inout CompiledKnowledge) -> Run {
        let start = tables.conditionals.count
        for entry in list {
            tables.models.openings.append(entry.wording)
            tables.conditionals.append(
                .init(when: tables.node(entry.when), number: Int32(tables.models.openings.count - 1)))
        }
        return Run(start..<tables.conditionals.count)
    }

    // MARK: - Interventions

    private mutating func add(_ model: Intervention, _ tables: inout CompiledKnowledge) {
        let labels = model.drugs.compactMap { clinical.drugs[$0] }.flatMap { drug in
            drug.labels.map { (drug: drug, label: $0) }
        }
        firstRegimens.append(Int32(tables.regimens.count))
        let own =
            model.contraindications.map { limit($0, forbids: true, &tables) }
            + model.cautions.map { limit($0, forbids: false, &tables) }
        let labelled = labels.flatMap { labelLimits($0.label, &tables) }
        tables.interventions.append(
            .init(
                forbidding: forbidding(model, labels.map(\.label), &tables),
                holding: holding(model, labels.map(\.label), &tables), ownLimits: tables.list(own),
                labelLimits: tables.list(labelled),
                labels: Run(
                    tables.labels.count..<tables.labels.count + labels.count)))
        for entry in labels { add(entry.label, of: entry.drug, isOneOfSeveral: model.drugs.count > 1, &tables) }
        for regimen in model.regimens { add(regimen, of: model, &tables) }
    }

    private func forbidding(
        _ model: Intervention, _ labels: [DrugLabel], _ tables: inout CompiledKnowledge
    ) -> Run {
        let start = tables.forbidding.count
        for number in clinical.vocabulary.refusals {
            let definition = clinical.vocabulary[number]
            guard let words = definition.excludesNamed, let code = definition.index(of: model.id) else { continue }
            tables.forbidding.append(
                .init(
                    when: tables.graph.add(.includes(code), on: number),
                    reason: reason(Wording(clinician: words), &tables), refusal: Int32(number)))
        }
        func add(_ when: Condition?, _ wording: Wording, _ section: String?, _ reference: String) {
            guard let when else { return }
            tables.forbidding.append(
                .init(
                    when: tables.node(when),
                    reason: reason(wording, section: section, reference: reference, &tables), refusal: -1))
        }
        for limit in model.contraindications { add(limit.when, limit.wording, limit.section, limit.reference) }
        for label in labels {
            for part in DrugLabel.Part.allCases where part.forbids {
                for fact in label.facts[part] ?? [] { add(fact.when, fact.wording, fact.section, label.reference) }
            }
        }
        return Run(start..<tables.forbidding.count)
    }

    private func holding(_ model: Intervention, _ labels: [DrugLabel], _ tables: inout CompiledKnowledge) -> Run {
        let limits = (model.contraindications + model.cautions).map { ($0.when, $0.wording) }
        let facts = labels.flatMap { label in
            [DrugLabel.Part.contraindications, .boxedWarnings, .warnings, .interactions].flatMap {
                (label.facts[$0] ?? []).map { ($0.when, $0.wording) }
            }
        }
        let start = tables.conditionals.count
        for (when, wording) in limits + facts {
            guard let when else { continue }
            tables.conditionals.append(.init(when: tables.node(when), number: reason(wording, &tables)))
        }
        return Run(start..<tables.conditionals.count)
    }

    private mutating func labelLimits(_ label: DrugLabel, _ tables: inout CompiledKnowledge) -> [Int32] {
        var result: [Int32] = []
        for part in DrugLabel.Part.allCases where part != .dosing && part != .administration {
            for fact in label.facts[part] ?? [] {
                result.append(
                    limit(
                        fact.wording, fact.when, isShown: fact.isShown, forbids: part.forbids, section: fact.section,
                        isConfirmed: fact.isConfirmed, reference: label.reference, &tables))
            }
        }
        return result
    }

    private func add(
        _ label: DrugLabel, of drug: Drug, isOneOfSeveral: Bool, _ tables: inout CompiledKnowledge
    ) {
        let first = tables.indicationRuns.count
        for use in uses.sorted(by: { $0.value < $1.value }).map(\.key) {
            let start = tables.indications.count
            for indication in label.indications where indication.use == use {
                var section: Int32 = -1
                if let words = indication.fact.section {
                    section = Int32(tables.models.sections.count)
                    tables.models.sections.append(words)
                }
                tables.indications.append(.init(when: tables.node(indication.fact.when), number: section))
            }
            tables.indicationRuns.append(Run(start..<tables.indications.count))
        }
        tables.labels.append(
            .init(
                isAuthorised: label.status != "not-authorised", reference: reference(label.reference),
                uses: Int32(first)))
        tables.models.labels.append((label, drug.id, isOneOfSeveral))
    }

    private func add(_ model: Regimen, of intervention: Intervention, _ tables: inout CompiledKnowledge) {
        let first = tables.parts.count
        for part in model.parts {
            let start = tables.doseSteps.count
            for step in clinical.doseRules.steps(of: part.drug, in: model.key, of: intervention.id) {
                var setBasis: CompiledKnowledge.DoseBasis?
                if case .set(let dose) = step.change { setBasis = Self.basis(dose.unit) }
                tables.doseSteps.append(
                    .init(
                        when: tables.node(step.when), withholds: step.change == .withhold, isOptional: step.isOptional,
                        setBasis: setBasis))
            }
            tables.parts.append(
                .init(
                    reference: reference(part.reference), basis: Self.basis(part.dose.unit),
                    steps: Run(start..<tables.doseSteps.count)))
        }
        tables.regimens.append(Run(first..<tables.parts.count))
        tables.models.regimens.append(model)
    }

    private static func basis(_ unit: String) -> CompiledKnowledge.DoseBasis {
        let parts = unit.split(separator: "/").dropFirst()
        return parts.contains("m2") ? .surface : parts.contains("kg") ? .weight : .flat
    }

    // MARK: - Topics

    private mutating func add(_ model: Topic, _ tables: inout CompiledKnowledge) {
        let assumptions = tables.assumptions.count
        for assumption in model.assumptions {
            var value: FactValue?
            if case .value(let assumed) = assumption.content { value = assumed }
            tables.assumptions.append(
                .init(when: tables.node(assumption.when), fact: assumption.fact, value: value))
            tables.models.assumptions.append(assumption)
        }
        let tiers = Int32(tables.tierStatements.count)
        for tier in Tier.allCases {
            tables.tierSummaries.append(openings(model.tierSummaries[tier] ?? [], &tables))
            tables.tierStatements.append(statements(model.statements.filter { $0.tier == tier }, &tables))
        }
        let rules = model.recommendations.compactMap { add($0, of: model, &tables) }
        let diagnostics = model.diagnostics.map { add($0, &tables) }
        let disagreements = model.disagreements.map { add($0, &tables) }
        tables.topics.append(
            .init(
                scope: tables.node(model.scope), asksWhatIsKnown: model.scopeAsksWhatIsKnown,
                withholdsDoses: model.withholdsDoses, assumptions: Run(assumptions..<tables.assumptions.count),
                rules: tables.list(rules), diagnostics: tables.list(diagnostics),
                disagreements: tables.list(disagreements), summary: openings(model.summary, &tables), tiers: tiers))
    }

    private mutating func add(
        _ model: Recommendation, of topic: Topic, _ tables: inout CompiledKnowledge
    ) -> Int32? {
        guard let number = interventionNumbers[model.intervention] else { return nil }
        var regimen: Int32 = -1
        if let place = interventions[Int(number)].regimens.firstIndex(where: { $0.key == model.regimen }) {
            regimen = firstRegimens[Int(number)] + Int32(place)
        }
        let ranks = tables.ranks.count
        for entry in model.ranks { tables.ranks.append(.init(when: tables.node(entry.when), rank: entry.rank)) }
        let rankRun = Run(ranks..<tables.ranks.count)
        let refusals = tables.conditionals.count
        for refusal in model.otherwise {
            tables.conditionals.append(
                .init(
                    when: tables.node(refusal.when),
                    number: reason(refusal.wording, reference: refusal.reference, &tables)))
        }
        let refusalRun = Run(refusals..<tables.conditionals.count)
        let cautions = model.cautions.map { limit($0, forbids: false, &tables) }
        tables.rules.append(
            .init(
                intervention: number, use: uses[model.use] ?? 0, isFor: model.direction == .for,
                prevails: topic.isOverlay && model.direction == .against, place: 0,
                when: tables.node(model.appliesWhen), ranks: rankRun, evidence: statements(model.evidence, &tables),
                cautions: tables.list(cautions), pro: voices(model.agreement.for, &tables),
                contra: voices(model.agreement.against, &tables), silent: voices(model.agreement.silent, &tables),
                refusals: refusalRun, regimen: regimen,
                firstReference: (model.evidence.first?.reference).map(reference) ?? -1))
        tables.models.rules.append(model)
        return Int32(tables.rules.count - 1)
    }

    private mutating func add(_ model: Diagnostic, _ tables: inout CompiledKnowledge) -> Int32 {
        tables.diagnostics.append(
            .init(
                when: tables.node(model.appliesWhen), evidence: statements(model.evidence, &tables),
                sameness: sameness(["d", model.id])))
        tables.models.diagnostics.append(model)
        return Int32(tables.diagnostics.count - 1)
    }

    private mutating func add(_ model: Disagreement, _ tables: inout CompiledKnowledge) -> Int32 {
        tables.disagreements.append(
            .init(
                when: tables.node(model.when),
                references: tables.list(model.positions.map { reference($0.reference) }),
                sameness: sameness(["q", model.id])))
        tables.models.disagreements.append(model)
        return Int32(tables.disagreements.count - 1)
    }
}

extension CompiledKnowledge {
    /// A condition's place in the graph; none: nothing is asked, which is always true.
    fileprivate mutating func node(_ condition: Condition?) -> Node { condition.map { graph.add($0) } ?? -1 }

    fileprivate mutating func list(_ numbers: [Int32]) -> Run {
        let start = lists.count
        lists += numbers
        return Run(start..<lists.count)
    }
}
