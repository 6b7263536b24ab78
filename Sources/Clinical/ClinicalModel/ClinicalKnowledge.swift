public import DecisionLogic

/// Everything the engine judges with: values only, linked and checked by whoever made them.
public struct ClinicalKnowledge: Sendable {
    /// The facts.
    public let vocabulary: Vocabulary
    /// What follows from what, for every topic, by id in ascending order: their order in the files changes no byte.
    public let derivations: [Derivation]
    /// The topics, by id in ascending order.
    public let topics: [Topic]
    /// The interventions by id.
    public let interventions: [String: Intervention]
    /// The drugs by id.
    public let drugs: [String: Drug]
    /// The sources by id.
    public let references: [String: Reference]

    /// What is known of the drugs' names beside their own documents.
    public let drugNames: DrugNames
    /// How doses are reckoned for one patient.
    public let doseRules: DoseRules
    /// What patients are told to ask, and when to seek help.
    public let patientAdvice: PatientAdvice

    /// The knowledge of one release.
    public init(
        vocabulary: Vocabulary, derivations: [Derivation], topics: [Topic], interventions: [String: Intervention],
        drugs: [String: Drug], references: [String: Reference], drugNames: DrugNames = .none,
        doseRules: DoseRules = .none, patientAdvice: PatientAdvice = .none
    ) {
        self.vocabulary = vocabulary
        self.derivations = derivations.sorted { $0.id < $1.id }
        self.topics = topics
        self.interventions = interventions
        self.drugs = drugs
        self.references = references
        self.drugNames = drugNames
        self.doseRules = doseRules
        self.patientAdvice = patientAdvice
    }
}

/// A clinical case with the answer that a clinician expects: the test that stands beside the rules.
public struct ClinicalCase: Sendable {
    /// What must come out, exactly; a member that is absent in the file is empty here.
    public struct Expectation: Sendable, Equatable {
        /// The outcome.
        public let outcome: Guidance.Outcome
        /// The topic, where one is expected.
        public let topic: String?
        /// What lies over it, in order.
        public let overlays: [String]
        /// Recommended interventions, in order.
        public let recommended: [String]
        /// Conditional interventions and the paths of the facts they need, sorted.
        public let conditional: [String: [String]]
        /// Interventions that are not offered, sorted.
        public let excluded: [String]
        /// Examinations, in order.
        public let diagnostics: [String]
        /// Paths of assumed facts, sorted.
        public let assumed: [String]
        /// Paths of the facts in conflict, sorted.
        public let conflicts: [String]
        /// The facts that the question says, by path, in words of the case format; nil: not checked.
        public let facts: [FactStatement]?
        /// Words that must stand in a caution, by intervention.
        public let cautions: [String: [String]]
        /// Label status by intervention and jurisdiction.
        public let labels: [String: [String: String]]
        /// What is reckoned, by intervention: `capecitabine 1125 mg`, `cabozantinib needs hepatic.childPugh`,
        /// `streptozocin withheld`; an intervention that is not named is not checked.
        public let doses: [String: [String]]

        /// An expectation.
        public init(
            outcome: Guidance.Outcome, topic: String?, overlays: [String] = [], recommended: [String],
            conditional: [String: [String]],
            excluded: [String], diagnostics: [String], assumed: [String], conflicts: [String],
            facts: [FactStatement]?, cautions: [String: [String]], labels: [String: [String: String]],
            doses: [String: [String]] = [:]
        ) {
            self.outcome = outcome
            self.topic = topic
            self.overlays = overlays
            self.recommended = recommended
            self.conditional = conditional
            self.excluded = excluded
            self.diagnostics = diagnostics
            self.assumed = assumed
            self.conflicts = conflicts
            self.facts = facts
            self.cautions = cautions
            self.labels = labels
            self.doses = doses
        }
    }

    /// Its id within the topic.
    public let id: String
    /// The file it came from, for reports.
    public let file: String
    /// What it shows, in a line.
    public let title: String
    /// The question as a clinician types it.
    public let question: String?
    /// The structured facts.
    public let statements: [FactStatement]
    /// What must come out.
    public let expectation: Expectation

    /// A case.
    public init(
        id: String, file: String, title: String, question: String?, statements: [FactStatement],
        expectation: Expectation
    ) {
        self.id = id
        self.file = file
        self.title = title
        self.question = question
        self.statements = statements
        self.expectation = expectation
    }
}
