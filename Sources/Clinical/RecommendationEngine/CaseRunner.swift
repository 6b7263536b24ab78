public import ClinicalModel
public import DecisionLogic

/// What a clinical case showed.
public struct CaseOutcome: Sendable {
    /// The case.
    public let clinicalCase: ClinicalCase
    /// One sentence for each difference between the answer and the expectation; empty: passed.
    public let differences: [String]
    /// The values that the case was judged on, for coverage.
    let values: [FactValue]
    /// The ids of the topics that spoke.
    let topics: Set<String>
}

/// Runs the cases that stand beside the rules.
public struct CaseRunner: Sendable {
    /// Reads a question into statements and notes; the composition root gives the question reader.
    public typealias Reader = @Sendable (String) -> (statements: [FactStatement], notes: [CaseNote])

    private let engine: RecommendationEngine
    private let read: Reader

    /// A runner.
    public init(engine: RecommendationEngine, read: @escaping Reader) {
        self.engine = engine
        self.read = read
    }

    /// Judges one case and compares, exactly in both directions.
    public func run(_ clinicalCase: ClinicalCase) -> CaseOutcome {
        let question = clinicalCase.question.map(read)
        let statements = clinicalCase.statements + (question?.statements ?? [])
        let (answer, values) = engine.complete(
            statements, notes: question?.notes ?? [], audience: .clinician, explains: false)
        var differences: [String] = []
        func compare<Value: Equatable>(_ name: String, _ expected: Value, _ found: Value) {
            if expected != found { differences.append("\(name): expected \(expected), found \(found)") }
        }
        let expected = clinicalCase.expectation
        let paths = engine.knowledge.vocabulary.facts.map(\.path)
        compare("outcome", expected.outcome.rawValue, answer.outcome.rawValue)
        if let topic = expected.topic { compare("topic", topic, answer.topic?.id ?? "none") }
        compare("overlays", expected.overlays, answer.overlays.map(\.id))
        compare(
            "recommended", expected.recommended, answer.options.filter(\.isRecommended).map(\.intervention.id))
        let conditional = answer.options.filter { !$0.isRecommended }
        compare(
            "conditional", expected.conditional.keys.sorted(), conditional.map(\.intervention.id).sorted())
        for option in conditional {
            guard let needs = expected.conditional[option.intervention.id] else { continue }
            compare("needs of \(option.intervention.id)", needs, option.needs.map { paths[$0] }.sorted())
        }
        compare("excluded", expected.excluded, answer.excluded.map(\.intervention.id).sorted())
        compare("diagnostics", expected.diagnostics, answer.diagnostics.map(\.diagnostic.id))
        compare(
            "assumed", expected.assumed, answer.facts.filter { $0.origin == .assumed }.map { paths[$0.fact] }.sorted())
        compare("conflicts", expected.conflicts, answer.conflicts.map { paths[$0.fact] }.sorted())
        if let facts = expected.facts { compareFacts(facts, question?.statements ?? [], &differences) }
        compareDetails(expected, answer, &differences)
        return CaseOutcome(
            clinicalCase: clinicalCase, differences: differences, values: values,
            topics: Set(([answer.topic].compactMap { $0 } + answer.overlays).map(\.id)))
    }

    private func compareFacts(
        _ expected: [FactStatement], _ found: [FactStatement], _ differences: inout [String]
    ) {
        let vocabulary = engine.knowledge.vocabulary
        func merged(_ statements: [FactStatement]) -> [Int: FactValue] {
            statements.reduce(into: [:]) { result, statement in
                result[statement.fact] = result[statement.fact]?.intersection(statement.value) ?? statement.value
            }
        }
        let (wanted, got) = (merged(expected), merged(found))
        for fact in Set(wanted.keys).union(got.keys).sorted() where wanted[fact] != got[fact] {
            let definition = vocabulary[fact]
            differences.append(
                "facts: \(definition.path): expected \(wanted[fact].map(definition.words) ?? "nothing"), "
                    + "read \(got[fact].map(definition.words) ?? "nothing")")
        }
    }

    /// What was reckoned for an option, a line a part, as a case expects it.
    private func reckoned(_ option: Guidance.Option?) -> [String] {
        guard let cited = option?.regimen else { return [] }
        let vocabulary = engine.knowledge.vocabulary
        return zip(cited.regimen.parts, cited.calculated).compactMap { part, calculation in
            switch calculation {
            case .dose(let dose, _, _, _, _): "\(part.drug) \(dose.words)"
            case .needs(let facts, _):
                "\(part.drug) needs \(facts.map { vocabulary[$0].path }.joined(separator: ", "))"
            case .withheld: "\(part.drug) withheld"
            case nil: nil
            }
        }
    }

    private func compareDetails(
        _ expected: ClinicalCase.Expectation, _ answer: Guidance, _ differences: inout [String]
    ) {
        for (id, words) in expected.cautions.sorted(by: { $0.key < $1.key }) {
            let told = answer.options.first { $0.intervention.id == id }?.cautions.map(\.wording.clinician) ?? []
            for word in words where !told.contains(where: { $0.contains(word) }) {
                differences.append("cautions of \(id): nothing says `\(word)`")
            }
        }
        for (id, doses) in expected.doses.sorted(by: { $0.key < $1.key }) {
            let found = reckoned(answer.options.first { $0.intervention.id == id })
            if found != doses { differences.append("doses of \(id): expected \(doses), found \(found)") }
        }
        for (id, labels) in expected.labels.sorted(by: { $0.key < $1.key }) {
            let found = answer.options.first { $0.intervention.id == id }?.labels ?? []
            for (jurisdiction, status) in labels.sorted(by: { $0.key < $1.key })
            where !found.contains(where: { $0.jurisdiction == jurisdiction && $0.status == status }) {
                differences.append("labels of \(id): not \(status) in \(jurisdiction)")
            }
        }
    }
}

/// Which leaves and rules the cases saw both ways.
public struct ConditionCoverage: Sendable {
    /// Leaves by number: how many there are.
    public let leafCount: Int
    /// Numbers of leaves that were never true.
    public let leavesNeverTrue: [Int]
    /// Numbers of leaves that were never false.
    public let leavesNeverFalse: [Int]
    /// Rules that were true in no case.
    public let rulesNeverTrue: [String]
    /// Rules that were true in every case.
    public let rulesNeverNotTrue: [String]
    /// Rules that were false in no case: what they ask for is never refuted, so a typing error in them would not show.
    public let rulesNeverFalse: [String]
    /// Rules for and against one thing that were true in one case, with no disagreement that names both.
    public let unspokenDisagreements: [(pro: String, contra: String, file: String)]

    /// The coverage that a set of outcomes gives.
    public init(_ outcomes: [CaseOutcome], knowledge: ClinicalKnowledge, leafCount: Int) {
        var seenTrue = Array(repeating: false, count: leafCount)
        var seenFalse = Array(repeating: false, count: leafCount)
        let conditions = knowledge.allConditions
        for outcome in outcomes {
            for condition in conditions {
                condition.forEachLeaf { leaf in
                    switch leaf.test.evaluate(outcome.values[leaf.fact]) {
                    case .true: seenTrue[leaf.id] = true
                    case .false: seenFalse[leaf.id] = true
                    case .unknown: break
                    }
                }
            }
        }
        let rules = knowledge.topics.flatMap { topic in topic.recommendations.map { (topic: topic.id, rule: $0) } }
        self.leafCount = leafCount
        leavesNeverTrue = seenTrue.indices.filter { !seenTrue[$0] }
        leavesNeverFalse = seenFalse.indices.filter { !seenFalse[$0] }
        rulesNeverTrue = rules.filter { entry in
            !outcomes.contains {
                $0.topics.contains(entry.topic) && entry.rule.appliesWhen.evaluate($0.values) == .true
            }
        }.map(\.rule.id)
        rulesNeverNotTrue = rules.filter { entry in
            outcomes.allSatisfy { entry.rule.appliesWhen.evaluate($0.values) == .true }
        }.map(\.rule.id)
        rulesNeverFalse = rules.filter { entry in
            outcomes.allSatisfy { entry.rule.appliesWhen.evaluate($0.values) != .false }
        }.map(\.rule.id)
        unspokenDisagreements = outcomes.flatMap { outcome in
            let bearing = knowledge.topics.filter { outcome.topics.contains($0.id) }
            return Self.unspoken(in: bearing, outcome.values).map { ($0.pro, $0.contra, outcome.clinicalCase.file) }
        }
    }

    private static func unspoken(in topics: [Topic], _ values: [FactValue]) -> [(pro: String, contra: String)] {
        let overlays = Set(topics.filter(\.isOverlay).flatMap { $0.recommendations.map(\.id) })
        let holding = topics.flatMap(\.recommendations).filter { $0.appliesWhen.evaluate(values) == .true }
        let spoken = topics.flatMap(\.disagreements).map { Set($0.between) }
        // The word of an overlay against something prevails; it leaves no two voices side by side.
        return holding.filter { $0.direction == .against && !overlays.contains($0.id) }.flatMap { contra in
            let opposed = holding.filter { $0.direction == .for && $0.intervention == contra.intervention }
            return opposed.filter { pro in !spoken.contains { $0.isSuperset(of: [pro.id, contra.id]) } }
                .map { ($0.id, contra.id) }
        }
    }
}

extension ClinicalKnowledge {
    /// Every condition of every document.
    package var allConditions: [Condition] {
        var all: [Condition?] = derivations.flatMap { [$0.given, $0.when] }
        for drug in drugs.values {
            for label in drug.labels {
                all += label.indications.map(\.fact.when)
                all += label.facts.values.flatMap { $0.map(\.when) }
            }
        }
        for intervention in interventions.values {
            all += (intervention.contraindications + intervention.cautions).map(\.when)
        }
        all += doseRules.rules.flatMap { $0.steps.map(\.when) }
        for topic in topics {
            all.append(topic.scope)
            all += topic.assumptions.map(\.when) + topic.summary.map(\.when) + topic.statements.map(\.when)
            all += topic.tierSummaries.values.flatMap { $0.map(\.when) }
            all += topic.disagreements.map(\.when)
            for diagnostic in topic.diagnostics { all += [diagnostic.appliesWhen] + diagnostic.evidence.map(\.when) }
            for rule in topic.recommendations {
                all += [rule.appliesWhen] + rule.ranks.map(\.when) + rule.evidence.map(\.when)
                all += rule.cautions.map(\.when) + rule.otherwise.map(\.when)
                all += (rule.agreement.for + rule.agreement.against + rule.agreement.silent).map(\.when)
            }
        }
        return all.compactMap { $0 }
    }
}
