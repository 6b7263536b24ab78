package import ClinicalModel
package import DecisionLogic

/// The knowledge of one release in the form in which it is judged fastest: conditions are nodes of one graph, everything
/// that may be told has a number in a table, and what belongs together lies together. Made once, from the same values that
/// `RecommendationEngine` judges with; that is its plain twin.
package struct CompiledKnowledge: Sendable {
    package typealias Node = ConditionGraph.Node

    package struct CompiledDerivation: Sendable {
        let given: Node?
        let when: Node
        let fact: Int
        let value: FactValue
        let isOfSet: Bool
    }

    package struct CompiledAssumption: Sendable {
        let when: Node?
        let model: Assumption
    }

    /// A sentence with its source and condition.
    package struct CompiledStatement: Sendable {
        package let model: Statement
        let when: Node?
        let reference: Int32
        /// Equal for what says the same from the same source.
        let sameness: Int32
        let tier: Int
    }

    package struct CompiledVoice: Sendable {
        package let model: Voice
        let when: Node?
        let reference: Int32
        /// Equal for the same grade of the same source.
        let sameness: Int32
    }

    /// A limit or a fact of a label, as a caution.
    package struct CompiledLimit: Sendable {
        package let wording: Wording
        package let section: String?
        package let isConfirmed: Bool
        package let forbids: Bool
        let when: Node?
        let isShown: Bool
        let reference: Int32
        /// Equal for the same words.
        let sameness: Int32
    }

    /// Why something is not offered.
    package struct Reason: Sendable {
        package let wording: Wording
        package let section: String?
        let reference: Int32?
    }

    struct Forbidding: Sendable {
        let when: Node
        let reason: Int32
        /// The fact of a refusal; nil for a limit, whose grounds are those of its condition.
        let refusal: Int?
    }

    package struct CompiledLabel: Sendable {
        package let jurisdiction: String
        package let drug: String
        package let isAuthorised: Bool
        package let status: String
        let reference: Int32
        /// By use: where each holds, and its section, a number in `sections`, -1 for none.
        let indications: [[(when: Node?, section: Int32)]]
    }

    struct DoseStep: Sendable {
        let when: Node
        let withholds: Bool
        let isOptional: Bool
        /// What the dose that it sets is given by; nil where it sets none.
        let setBasis: DoseBasis?
    }

    enum DoseBasis: Sendable { case flat, weight, surface }

    struct CompiledPart: Sendable {
        let reference: Int32
        let basis: DoseBasis
        let steps: [DoseStep]
    }

    package struct CompiledRegimen: Sendable {
        package let model: Regimen
        let parts: [CompiledPart]
    }

    package struct CompiledIntervention: Sendable {
        package let model: Intervention
        let forbidding: [Forbidding]
        /// What is told with a refusal.
        let holding: [(when: Node, reason: Int32)]
        /// Numbers in `limits`, before those of the rules and after them.
        let ownLimits: [Int32]
        let labelLimits: [Int32]
        package let labels: [CompiledLabel]
        /// Numbers in `regimens`.
        let regimens: [Int32]
    }

    package struct CompiledRule: Sendable {
        package let model: Recommendation
        /// What it is used for, as labels count uses.
        let use: Int
        package let intervention: Int32
        let isFor: Bool
        /// Whether its word against prevails over every rule for it.
        let prevails: Bool
        /// Its place among all rules by id.
        let place: Int32
        let when: Node
        let ranks: [(when: Node?, rank: Int)]
        let evidence: [Int32]
        let cautions: [Int32]
        let voices: (for: [Int32], against: [Int32], silent: [Int32])
        let refusals: [(when: Node?, reason: Int32)]
        /// A number in `regimens`, -1 for none.
        let regimen: Int32
        /// The source of the reason where none of the refusals fits.
        let firstReference: Int32?
    }

    package struct CompiledDiagnostic: Sendable {
        package let model: Diagnostic
        let when: Node
        let evidence: [Int32]
        /// Equal for the same id.
        let sameness: Int32
    }

    package struct CompiledDisagreement: Sendable {
        package let model: Disagreement
        let when: Node?
        let references: [Int32]
        let sameness: Int32
    }

    package struct CompiledTopic: Sendable {
        package let model: Topic
        let scope: Node
        let asksWhatIsKnown: Bool
        let withholdsDoses: Bool
        let assumptions: [CompiledAssumption]
        let rules: [Int32]
        /// Numbers in `openings`.
        let summary: [(when: Node?, opening: Int32)]
        let tierSummaries: [[(when: Node?, opening: Int32)]]
        let statements: [[Int32]]
        let diagnostics: [Int32]
        let disagreements: [Int32]
    }

    package let clinical: ClinicalKnowledge
    package let graph: ConditionGraph
    package let derivations: [CompiledDerivation]
    /// The derivations that read a fact, by fact, ascending.
    let readers: [[Int32]]
    /// Derivations that hold where nothing is known.
    let spontaneous: [Int32]
    package let topics: [CompiledTopic]
    /// Disease topics, and overlays in the order in which they are told, as numbers of topics.
    let leads: [Int]
    let overlays: [Int]
    package let interventions: [CompiledIntervention]
    package let rules: [CompiledRule]
    package let references: [Reference]
    package let statements: [CompiledStatement]
    package let voices: [CompiledVoice]
    package let limits: [CompiledLimit]
    package let reasons: [Reason]
    package let regimens: [CompiledRegimen]
    package let openings: [Wording]
    /// Sections of indications.
    package let sections: [String]
    package let diagnostics: [CompiledDiagnostic]
    package let disagreements: [CompiledDisagreement]

    /// Compiles the knowledge of a release. Linear in its size.
    package init(_ clinical: ClinicalKnowledge) {
        var compiler = KnowledgeCompiler(clinical)
        let derivations = clinical.derivations.map { compiler.derivation($0) }
        let interventions = clinical.interventions.values.sorted { $0.id < $1.id }
        compiler.number(interventions)
        let compiledInterventions = interventions.map { compiler.intervention($0) }
        let topics = clinical.topics.map { compiler.topic($0) }
        compiler.graph.seal()
        self.clinical = clinical
        graph = compiler.graph
        self.derivations = derivations
        self.topics = topics
        self.interventions = compiledInterventions
        rules = compiler.placedRules()
        references = compiler.references
        statements = compiler.statements
        voices = compiler.voices
        limits = compiler.limits
        reasons = compiler.reasons
        regimens = compiler.regimens
        openings = compiler.openings
        sections = compiler.sections
        diagnostics = compiler.diagnostics
        disagreements = compiler.disagreements
        leads = clinical.topics.indices.filter { !clinical.topics[$0].isOverlay }
        overlays = clinical.topics.indices.filter { clinical.topics[$0].isOverlay }.sorted {
            (clinical.topics[$0].order, clinical.topics[$0].id) < (clinical.topics[$1].order, clinical.topics[$1].id)
        }
        var readers: [[Int32]] = Array(repeating: [], count: clinical.vocabulary.facts.count)
        for (number, derivation) in derivations.enumerated() {
            var facts = graph.facts(of: derivation.when)
            if let given = derivation.given { facts.formUnion(graph.facts(of: given)) }
            facts.forEach { readers[$0].append(Int32(number)) }
        }
        self.readers = readers
        var judge = GraphJudge(graph, clinical.vocabulary)
        spontaneous = derivations.indices.filter {
            judge.truth(derivations[$0].given) == .true && judge.truth(derivations[$0].when) == .true
        }.map(Int32.init)
    }
}
