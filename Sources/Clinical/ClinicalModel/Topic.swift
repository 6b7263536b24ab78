public import DecisionLogic

/// What follows from what.
public final class Derivation: Sendable {
    /// Its id.
    public let id: String
    /// Context that must be true but is never blamed in a conflict.
    public let given: Condition?
    /// What led there.
    public let when: Condition
    /// The fact that it narrows.
    public let fact: Int
    /// The values that it leaves.
    public let value: FactValue
    /// The reason in a sentence.
    public let because: String
    /// The source, nil for a definition.
    public let reference: String?

    /// A derivation.
    public init(
        id: String, given: Condition?, when: Condition, fact: Int, value: FactValue, because: String, reference: String?
    ) {
        self.id = id
        self.given = given
        self.when = when
        self.fact = fact
        self.value = value
        self.because = because
        self.reference = reference
    }
}

/// A declared default, echoed in every answer that rests on it.
public struct Assumption: Sendable {
    /// What is assumed of the fact.
    public enum Content: Sendable {
        /// These values.
        case value(FactValue)
        /// What a set does not name does not hold.
        case unnamedAreExcluded
    }

    /// Its id.
    public let id: String
    /// Where it is made; nil wherever the fact is untouched.
    public let when: Condition?
    /// The fact.
    public let fact: Int
    /// What is assumed.
    public let content: Content
    /// The reason in a sentence.
    public let because: String

    /// An assumption.
    public init(id: String, when: Condition?, fact: Int, content: Content, because: String) {
        self.id = id
        self.when = when
        self.fact = fact
        self.content = content
        self.because = because
    }
}

/// A sentence that is chosen by the case.
public struct ConditionalWording: Sendable {
    /// Where it is said; nil: everywhere.
    public let when: Condition?
    /// The sentence.
    public let wording: Wording

    /// A sentence with its condition.
    public init(when: Condition?, wording: Wording) {
        self.when = when
        self.wording = wording
    }
}

/// One recommendation of a topic: when, what, how strongly, and who says so.
public final class Recommendation: Sendable {
    /// Whether it speaks for or against the intervention.
    public enum Direction: String, Sendable {
        /// For it.
        case `for`
        /// Against it.
        case against
    }

    /// A rank that holds under a condition.
    public struct ConditionalRank: Sendable {
        /// Where it holds; nil: otherwise.
        public let when: Condition?
        /// Smaller is better.
        public let rank: Int

        /// A rank.
        public init(when: Condition?, rank: Int) {
            self.when = when
            self.rank = rank
        }
    }

    /// A reason for not offering the intervention.
    public struct Refusal: Sendable {
        /// Where it is the reason; nil: otherwise.
        public let when: Condition?
        /// The reason.
        public let wording: Wording
        /// The id of the source.
        public let reference: String

        /// A reason.
        public init(when: Condition?, wording: Wording, reference: String) {
            self.when = when
            self.wording = wording
            self.reference = reference
        }
    }

    /// `<topic>.<name>`, for ever.
    public let id: String
    /// What it says, in a line.
    public let title: String
    /// The rows of the decision table that it stands for.
    public let rows: [String]
    /// What the drug is used for: an indication covers it only for the same use.
    public let use: String
    /// The intervention's id.
    public let intervention: String
    /// The regimen's key.
    public let regimen: String?
    /// For or against.
    public let direction: Direction
    /// The patients it concerns.
    public let appliesWhen: Condition
    /// Its place among the options: the first whose condition is true.
    public let ranks: [ConditionalRank]
    /// `engine` where the guidelines give no order.
    public let rankedBy: String
    /// The first voice's grade.
    public let strength: Strength?
    /// Guidelines for, against and silent.
    public let agreement: (for: [Voice], against: [Voice], silent: [Voice])
    /// What the sources say of it.
    public let evidence: [Statement]
    /// Cautions of this rule.
    public let cautions: [Limit]
    /// Why it is not offered, where it is not.
    public let otherwise: [Refusal]
    /// When the option has its place, in a sentence.
    public let placement: String?

    /// A recommendation.
    public init(
        id: String, title: String, rows: [String], use: String, intervention: String, regimen: String?,
        direction: Direction, appliesWhen: Condition, ranks: [ConditionalRank], rankedBy: String, strength: Strength?,
        agreement: (for: [Voice], against: [Voice], silent: [Voice]), evidence: [Statement], cautions: [Limit],
        otherwise: [Refusal], placement: String?
    ) {
        self.id = id
        self.title = title
        self.rows = rows
        self.use = use
        self.intervention = intervention
        self.regimen = regimen
        self.direction = direction
        self.appliesWhen = appliesWhen
        self.ranks = ranks
        self.rankedBy = rankedBy
        self.strength = strength
        self.agreement = agreement
        self.evidence = evidence
        self.cautions = cautions
        self.otherwise = otherwise
        self.placement = placement
    }
}

/// An examination that the case asks for.
public final class Diagnostic: Sendable {
    /// Its id.
    public let id: String
    /// Its name.
    public let title: String
    /// Its place, smaller first.
    public let order: Int
    /// The patients it concerns.
    public let appliesWhen: Condition
    /// What to do and why.
    public let wording: Wording
    /// What the sources say of it.
    public let evidence: [Statement]

    /// An examination.
    public init(
        id: String, title: String, order: Int, appliesWhen: Condition, wording: Wording, evidence: [Statement]
    ) {
        self.id = id
        self.title = title
        self.order = order
        self.appliesWhen = appliesWhen
        self.wording = wording
        self.evidence = evidence
    }
}

/// A question on which sources disagree.
public final class Disagreement: Sendable {
    /// One side of it.
    public struct Position: Sendable {
        /// Who.
        public let source: String
        /// What.
        public let wording: Wording
        /// The id of the source.
        public let reference: String
        /// Whether it was read in the source or in a text that quotes it.
        public let isConfirmed: Bool

        /// A position.
        public init(source: String, wording: Wording, reference: String, isConfirmed: Bool) {
            self.source = source
            self.wording = wording
            self.reference = reference
            self.isConfirmed = isConfirmed
        }
    }

    /// Its id.
    public let id: String
    /// The question in dispute.
    public let topic: Wording
    /// Where it matters; nil: everywhere in the topic.
    public let when: Condition?
    /// The sides.
    public let positions: [Position]
    /// Why they differ.
    public let reason: String?
    /// The rules that stand for the sides, where they are rules.
    public let between: [String]

    /// A disagreement.
    public init(
        id: String, topic: Wording, when: Condition?, positions: [Position], reason: String?, between: [String]
    ) {
        self.id = id
        self.topic = topic
        self.when = when
        self.positions = positions
        self.reason = reason
        self.between = between
    }
}

/// One disease, or what lies over it, with everything that is known of its treatment.
public final class Topic: Sendable {
    /// Its id, for ever.
    public let id: String
    /// Its name.
    public let title: Wording
    /// Whether it lies over a disease topic instead of being one.
    public let isOverlay: Bool
    /// Of an overlay: whether it answers by itself where no disease topic can be chosen.
    public let standsAlone: Bool
    /// Of overlays: the order in which they are told, smaller first; the first of those that stand alone leads.
    public let order: Int
    /// Of an overlay: whether no regimen is shown while it applies, as for a child.
    public let withholdsDoses: Bool
    /// Of an overlay: what is remarked on a case while it applies.
    public let remark: CaseNote?
    /// Its own version, CalVer.
    public let version: String
    /// Its review state.
    public let review: Review
    /// The patients it is about.
    public let scope: Condition
    /// Whether the scope asks what is known: then an assumption may make it true where it was false.
    public let scopeAsksWhatIsKnown: Bool
    /// What it covers, in sentences.
    public let covers: [String]
    /// Its declared defaults, in order.
    public let assumptions: [Assumption]
    /// What opens the summary: the first whose condition is true.
    public let summary: [ConditionalWording]
    /// What opens each tier, likewise.
    public let tierSummaries: [Tier: [ConditionalWording]]
    /// What is said of the case as a whole.
    public let statements: [Statement]
    /// Its rules.
    public let recommendations: [Recommendation]
    /// Its examinations, in order.
    public let diagnostics: [Diagnostic]
    /// Its disagreements.
    public let disagreements: [Disagreement]

    /// A topic.
    public init(
        id: String, title: Wording, isOverlay: Bool, standsAlone: Bool = false, order: Int = 0,
        withholdsDoses: Bool = false, remark: CaseNote? = nil, version: String, review: Review, scope: Condition,
        covers: [String], assumptions: [Assumption], summary: [ConditionalWording],
        tierSummaries: [Tier: [ConditionalWording]], statements: [Statement], recommendations: [Recommendation],
        diagnostics: [Diagnostic], disagreements: [Disagreement]
    ) {
        self.id = id
        self.title = title
        self.isOverlay = isOverlay
        self.standsAlone = standsAlone
        self.order = order
        self.withholdsDoses = withholdsDoses
        self.remark = remark
        self.version = version
        self.review = review
        self.scope = scope
        scopeAsksWhatIsKnown = scope.restsOnIgnorance
        self.covers = covers
        self.assumptions = assumptions
        self.summary = summary
        self.tierSummaries = tierSummaries
        self.statements = statements
        self.recommendations = recommendations
        self.diagnostics = diagnostics
        self.disagreements = disagreements
    }
}
