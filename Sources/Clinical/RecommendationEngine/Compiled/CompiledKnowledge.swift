package import ClinicalModel
import DecisionLogic

/// A run of entries in a table.
package struct Run: Sendable {
    let start: Int32
    let end: Int32

    static let empty = Run(start: 0, end: 0)

    init(start: Int32, end: Int32) {
        self.start = start
        self.end = end
    }

    init(_ range: Range<Int>) { self.init(start: Int32(range.lowerBound), end: Int32(range.upperBound)) }

    package var range: Range<Int> { Int(start)..<Int(end) }
    package var count: Int { Int(end - start) }
}

/// The knowledge of one release in the form in which it is judged fastest: conditions are nodes of one graph, everything
/// that may be told has a number, and what judging reads are plain numbers in flat tables, so that nothing is counted and
/// nothing allocated on the way. Made once, from the same values that `RecommendationEngine` judges with; that is its plain
/// twin. Words are in `models`, for whoever renders them.
///
/// INVARIANT: the store let no dangling id through, so every number here is one of its table.
package struct CompiledKnowledge: Sendable {
    typealias Node = ConditionGraph.Node

    struct DerivationEntry: Sendable {
        let given: Node
        let when: Node
        let fact: Int
        let value: FactValue
        /// Whether all that the fact may be lies in the value already; -1 for sets.
        let inside: Node
        let isOfSet: Bool
    }

    struct AssumptionEntry: Sendable {
        let when: Node
        let fact: Int
        /// nil: what is not named is excluded.
        let value: FactValue?
    }

    /// A sentence with its source and condition.
    struct StatementEntry: Sendable {
        let when: Node
        let reference: Int32
        /// Equal for what says the same from the same source.
        let sameness: Int32
        let tier: Int32
    }

    struct VoiceEntry: Sendable {
        let when: Node
        let reference: Int32
        /// Equal for the same grade of the same source.
        let sameness: Int32
    }

    /// A limit or a fact of a label, as a caution.
    package struct LimitEntry: Sendable {
        let when: Node
        let reference: Int32
        /// Equal for the same words.
        let sameness: Int32
        package let forbids: Bool
        let isShown: Bool
    }

    /// A limit that forbids where it holds; `refusal` is the fact of the patient's own decision, -1 for a limit.
    struct ForbiddingEntry: Sendable {
        let when: Node
        let reason: Int32
        let refusal: Int32
    }

    /// Something that is told where its condition is true.
    struct ConditionalEntry: Sendable {
        let when: Node
        let number: Int32
    }

    struct RankEntry: Sendable {
        let when: Node
        let rank: Int
    }

    package struct LabelEntry: Sendable {
        let isAuthorised: Bool
        let reference: Int32
        /// The indications for use 0, in `indications`; those for use n follow n runs later.
        let uses: Int32
    }

    enum DoseBasis: Int32, Sendable { case flat, weight, surface }

    struct DoseStepEntry: Sendable {
        let when: Node
        let withholds: Bool
        let isOptional: Bool
        /// What the dose that it sets is given by; nil where it sets none.
        let setBasis: DoseBasis?
    }

    struct PartEntry: Sendable {
        let reference: Int32
        let basis: DoseBasis
        let steps: Run
    }

    package struct InterventionEntry: Sendable {
        let forbidding: Run
        /// What is told with a refusal: in `conditionals`, numbers in `reasons`.
        let holding: Run
        /// In `lists`, numbers of limits: before those of the rules and after them.
        let ownLimits: Run
        let labelLimits: Run
        package let labels: Run
    }

    package struct RuleEntry: Sendable {
        package let intervention: Int32
        /// What it is used for, as labels count uses.
        let use: Int32
        let isFor: Bool
        /// Whether its word against prevails over every rule for it.
        let prevails: Bool
        /// Its place among all rules by id.
        var place: Int32
        let when: Node
        let ranks: Run
        /// In `lists`.
        let evidence: Run
        let cautions: Run
        let pro: Run
        let contra: Run
        let silent: Run
        /// In `conditionals`, numbers in `reasons`.
        let refusals: Run
        /// A number in `regimens`, -1 for none.
        let regimen: Int32
        /// The source of the reason where none of the refusals fits, -1 for none.
        let firstReference: Int32
    }

    struct DiagnosticEntry: Sendable {
        let when: Node
        let evidence: Run
        /// Equal for the same id.
        let sameness: Int32
    }

    struct DisagreementEntry: Sendable {
        let when: Node
        /// In `lists`, numbers of references.
        let references: Run
        let sameness: Int32
    }

    struct TopicEntry: Sendable {
        let scope: Node
        let asksWhatIsKnown: Bool
        let withholdsDoses: Bool
        let assumptions: Run
        /// In `lists`.
        let rules: Run
        let diagnostics: Run
        let disagreements: Run
        /// In `conditionals`, numbers in `openings`.
        let summary: Run
        /// Of tier 0; those of tier n follow n runs later in `tierRuns`.
        let tiers: Int32
    }

    /// The words behind the numbers.
    package struct Models: Sendable {
        package internal(set) var topics: [Topic] = []
        package internal(set) var interventions: [Intervention] = []
        package internal(set) var rules: [Recommendation] = []
        package internal(set) var references: [Reference] = []
        package internal(set) var statements: [Statement] = []
        package internal(set) var voices: [Voice] = []
        package internal(set) var limits: [(wording: Wording, section: String?, isConfirmed: Bool)] = []
        package internal(set) var reasons: [(wording: Wording, section: String?)] = []
        package internal(set) var regimens: [Regimen] = []
        package internal(set) var labels: [(label: DrugLabel, drug: String, isOneOfSeveral: Bool)] = []
        package internal(set) var openings: [Wording] = []
        /// Of indications.
        package internal(set) var sections: [String] = []
        package internal(set) var diagnostics: [Diagnostic] = []
        package internal(set) var disagreements: [Disagreement] = []
        package internal(set) var assumptions: [Assumption] = []
    }

    package let clinical: ClinicalKnowledge
    package internal(set) var models = Models()
    var graph: ConditionGraph
    var derivations: [DerivationEntry] = []
    /// The derivations that read a fact, by fact, ascending; and those that hold where nothing is known.
    var readers: [[Int32]] = []
    var spontaneous: [Int32] = []
    var topics: [TopicEntry] = []
    /// Disease topics, and overlays in the order in which they are told, as numbers of topics.
    var leads: [Int] = []
    var overlays: [Int] = []
    var scopes: ScopeIndex
    package internal(set) var interventions: [InterventionEntry] = []
    package internal(set) var rules: [RuleEntry] = []
    var statements: [StatementEntry] = []
    var voices: [VoiceEntry] = []
    package internal(set) var limits: [LimitEntry] = []
    /// The sources of reasons, -1 for none.
    var reasonReferences: [Int32] = []
    var assumptions: [AssumptionEntry] = []
    let backwards: Contraposition
    var forbidding: [ForbiddingEntry] = []
    var conditionals: [ConditionalEntry] = []
    var ranks: [RankEntry] = []
    package internal(set) var labels: [LabelEntry] = []
    var indicationRuns: [Run] = []
    /// Numbers in `sections`, -1 for none.
    var indications: [ConditionalEntry] = []
    /// The parts of each regimen.
    package internal(set) var regimens: [Run] = []
    var parts: [PartEntry] = []
    var doseSteps: [DoseStepEntry] = []
    var diagnostics: [DiagnosticEntry] = []
    var disagreements: [DisagreementEntry] = []
    var tierSummaries: [Run] = []
    var tierStatements: [Run] = []
    var lists: [Int32] = []
    /// The order in which facts are asked for, and what is known where nothing was said, by fact.
    var priorities: [Int] = []
    var unrestricted: [FactValue] = []
    /// By topic, those of its assumptions that can change what its scope says.
    var scopeAssumptions: [[Int]] = []
    /// What completing a case and choosing its topics may ask.
    var askedOfGround = LearnedCases.Asked()
    var groundFacts: BitSet { askedOfGround.facts }

    /// The first assumption of a topic, in `models.assumptions`.
    package func assumptions(of topic: Int) -> Range<Int> { topics[topic].assumptions.range }

    /// Compiles the knowledge of a release. Linear in its size.
    package init(_ clinical: ClinicalKnowledge) {
        self.clinical = clinical
        backwards = Contraposition(clinical.derivations, clinical.topics)
        graph = ConditionGraph(clinical.vocabulary)
        priorities = clinical.vocabulary.facts.map(\.priority)
        unrestricted = clinical.vocabulary.unrestricted
        scopes = ScopeIndex([], graph, clinical.vocabulary)
        var compiler = KnowledgeCompiler(clinical)
        compiler.fill(&self)
        graph.seal()
        index()
    }

    private mutating func index() {
        let topics = clinical.topics
        leads = topics.indices.filter { !topics[$0].isOverlay }
        overlays = topics.indices.filter { topics[$0].isOverlay }.sorted {
            (topics[$0].order, topics[$0].id) < (topics[$1].order, topics[$1].id)
        }
        scopes = ScopeIndex(self.topics.map(\.scope), graph, clinical.vocabulary)
        readers = Array(repeating: [], count: clinical.vocabulary.facts.count)
        for (number, derivation) in derivations.enumerated() {
            graph.facts(of: derivation.when).union(graph.facts(of: derivation.given))
                .forEach { readers[$0].append(Int32(number)) }
        }
        var judge = GraphJudge(graph, clinical.vocabulary)
        spontaneous = derivations.indices.filter {
            judge.truth(derivations[$0].given) == .true && judge.truth(derivations[$0].when) == .true
        }.map(Int32.init)
        scopeAssumptions = self.topics.map { topic in
            let facts = factsBehind(topic.scope, topic.assumptions.range)
            return topic.assumptions.range.filter { facts.contains(assumptions[$0].fact) }
        }
        var asking = LearnedCases.Asking()
        for fact in clinical.vocabulary.facts.indices where clinical.vocabulary.facts[fact].anchors { asking.add(fact) }
        for derivation in derivations {
            for node in [derivation.given, derivation.when, derivation.inside] { asking.add(node, graph) }
            asking.add(derivation.fact)
        }
        for topic in self.topics {
            asking.add(topic.scope, graph)
            for place in topic.assumptions.range {
                asking.add(assumptions[place].when, graph)
                asking.add(assumptions[place].fact)
            }
        }
        askedOfGround = asking.asked(of: graph)
        let order = rules.indices.sorted { models.rules[$0].id < models.rules[$1].id }
        for (place, rule) in order.enumerated() { rules[rule].place = Int32(place) }
    }
    /// The facts that a condition reads, and those from which they can be derived or assumed, however many steps away.
    private func factsBehind(_ node: Node, _ assumed: Range<Int>) -> BitSet {
        var result = graph.facts(of: node)
        func reads(_ nodes: Node...) -> BitSet {
            nodes.reduce(into: BitSet()) { $0.formUnion(graph.facts(of: $1)) }
        }
        while true {
            var more = result
            for derivation in derivations where result.contains(derivation.fact) {
                more.formUnion(reads(derivation.given, derivation.when))
            }
            for place in assumed where result.contains(assumptions[place].fact) {
                more.formUnion(reads(assumptions[place].when))
            }
            if more == result { return result }
            result = more
        }
    }
}
