import ClinicalModel
package import DecisionLogic
import KnowledgeStore

/// Makes cases over all facts of the knowledge. Half of them vary a bundled case, so that every rule's neighbourhood is
/// visited; the others are put together from facts that decide the disease. Numbers lie on, below and above the limits
/// that the knowledge itself uses, since that is where mistakes live.
package struct CaseGenerator: Sendable {
    private let vocabulary: Vocabulary
    private let bundled: [[Int: FactValue]]
    /// Bundled cases by the interventions that their answers name.
    private let naming: [String: [Int]]
    /// The limits that conditions set, by fact.
    private let limits: [Int: [Double]]
    /// The facts that choose a topic and its options: generated often.
    private let leading: [Int]

    private static let leadingPaths = [
        "tumor.kind", "tumor.primarySite", "tumor.grade", "tumor.ki67", "tumor.differentiation", "disease.extent",
        "disease.resectable", "disease.pace", "disease.burden", "imaging.somatostatinReceptor", "syndrome.functional",
        "syndrome.hereditary", "syndrome.symptoms", "syndrome.control", "treatment.prior", "treatment.line",
        "patient.age", "patient.sex", "tumor.size", "tumor.margins", "tumor.lungHistology", "tumor.gastricType",
    ]

    /// A generator; `bundled` are cases with the interventions that their answers name.
    package init(
        vocabulary: Vocabulary, bundled: [(statements: [FactStatement], interventions: Set<String>)],
        conditions: [Condition]
    ) {
        self.vocabulary = vocabulary
        self.bundled = bundled.map { entry in
            entry.statements.reduce(into: [:]) { $0[$1.fact] = $0[$1.fact]?.intersection($1.value) ?? $1.value }
        }
        var naming: [String: [Int]] = [:]
        for (index, entry) in bundled.enumerated() {
            for id in entry.interventions { naming[id, default: []].append(index) }
        }
        self.naming = naming
        var limits: [Int: Set<Double>] = [:]
        for condition in conditions {
            condition.forEachLeaf { leaf in
                guard case .within(let interval) = leaf.test else { return }
                limits[leaf.fact, default: []].formUnion([interval.lower, interval.upper].filter(\.isFinite))
            }
        }
        self.limits = limits.mapValues { $0.sorted() }
        leading = Self.leadingPaths.compactMap(vocabulary.index(of:))
    }

    /// A case: one statement a fact, in the order of the vocabulary. What `emphasis` names is said in four of five cases,
    /// one alternative of each list; `near` names interventions whose bundled cases are varied first.
    package func statements(
        emphasis: [[Said]], near: Set<String>, using random: inout SeededGenerator
    ) -> [FactStatement] {
        var said = base(near, &random)
        for alternatives in emphasis where random.happens(80) {
            guard let chosen = alternatives.randomElement(using: &random),
                let (fact, value) = chosen.value(in: vocabulary)
            else { continue }
            said[fact] = over(said[fact], value, fact)
        }
        return said.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }.map {
            FactStatement(fact: $0.key, value: $0.value, origin: .stated)
        }
    }

    private func base(_ near: Set<String>, _ random: inout SeededGenerator) -> [Int: FactValue] {
        var said: [Int: FactValue] = [:]
        if random.happens(60) {
            let wanted = near.sorted().flatMap { naming[$0] ?? [] }
            let pool = wanted.isEmpty || random.happens(15) ? Array(bundled.indices) : wanted
            if let index = pool.randomElement(using: &random) { said = bundled[index] }
            for fact in said.keys.sorted() where random.happens(12) { said[fact] = nil }
        } else {
            for fact in leading where random.happens(45) { said[fact] = value(fact, &random) }
        }
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            let fact = Int.random(in: vocabulary.facts.indices, using: &random)
            said[fact] = value(fact, &random)
        }
        return said
    }

    /// What is emphasised prevails; a set keeps what else it holds.
    private func over(_ old: FactValue?, _ new: FactValue, _ fact: Int) -> FactValue {
        guard case .members(let included, let excluded) = old, case .members(let more, let less) = new else {
            return new
        }
        return .members(
            included: included.subtracting(less).union(more), excluded: excluded.subtracting(more).union(less))
    }

    /// A random value as the case format can say it.
    package func value(_ fact: Int, _ random: inout SeededGenerator) -> FactValue {
        let definition = vocabulary[fact]
        switch definition.type {
        case .boolean: return .codes(BitSet([Int.random(in: 0...1, using: &random)]))
        case .code:
            let all = Array(definition.codes.indices).shuffled(using: &random)
            return .codes(BitSet(all.prefix(random.happens(12) ? 2 : 1)))
        case .quantity: return .quantity(interval(fact, definition, &random))
        case .set:
            let codes = Array(definition.codes.indices).shuffled(using: &random)
            let classes = codes.filter { !definition.codes[$0].descendants.isEmpty }
            if let named = classes.first, random.happens(10) {
                // A class without any of its members, and nothing else.
                let family = definition.codes[named].descendants.union(definition.codes[named].ancestors)
                let others = BitSet(codes).subtracting(family).subtracting(BitSet(only: named))
                return definition.membership(included: BitSet(only: named), excluded: others)
            }
            let count = random.happens(25) ? 2 : 1
            let included = random.happens(80) ? BitSet(codes.prefix(count)) : BitSet()
            let excluded = included.isEmpty || random.happens(25) ? BitSet([codes[codes.count - 1]]) : BitSet()
            let value = definition.membership(included: included, excluded: excluded)
            return value.isEmpty ? definition.membership(included: included, excluded: BitSet()) : value
        }
    }

    /// The numbers that conditions name for a quantity, with a neighbour on each side.
    package func numbers(of fact: Int) -> [Double] {
        let bounds = vocabulary[fact].bounds
        return (limits[fact] ?? []).flatMap { [$0, $0 - 0.5, $0 + 0.5] }.filter {
            $0 >= bounds.lower && $0 <= bounds.upper
        }
    }

    private func interval(_ fact: Int, _ definition: FactDefinition, _ random: inout SeededGenerator) -> Interval {
        let bounds = definition.bounds
        func number(_ random: inout SeededGenerator) -> Double {
            let limit = limits[fact]?.randomElement(using: &random)
            let far = max(bounds.lower, 0) + Double(Int.random(in: 0...200, using: &random))
            let near = (limit ?? far) + [-5, -1, -0.1, 0, 0.1, 1, 5][Int.random(in: 0..<7, using: &random)]
            let made = random.happens(80) ? near : far
            return (min(max(made, bounds.lower), bounds.upper) * 10).rounded() / 10
        }
        let point = number(&random)
        if random.happens(75) { return Interval(exactly: point) }
        if random.happens(40) {
            return Interval(upper: max(point, bounds.lower + 0.1), upperIsOpen: random.happens(50))
        }
        if random.happens(50) {
            return Interval(lower: min(point, bounds.upper - 0.1), lowerIsOpen: random.happens(50))
        }
        let other = number(&random)
        return Interval(lower: min(point, other), upper: max(point, other))
    }
}
