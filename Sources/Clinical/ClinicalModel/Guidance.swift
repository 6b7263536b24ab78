public import DecisionLogic

/// A whole answer, before it is written for one audience. Reference numbers are places in `references`, from 1.
public struct Guidance: Sendable {
    /// Whether there is guidance.
    public enum Outcome: String, Sendable {
        /// Options follow.
        case guidance
        /// Facts are missing that decide which topic speaks.
        case dataRequired = "data-required"
        /// The case is none that the knowledge covers.
        case outOfScope = "out-of-scope"
    }

    /// A fact of the completed case.
    public struct Fact: Sendable {
        /// The fact's number.
        public let fact: Int
        /// The part of its value that this entry explains.
        public let value: FactValue
        /// Where it came from.
        public let origin: FactOrigin
        /// Why, for a derived or assumed fact.
        public let because: String?
        /// Where it was read.
        public let span: Range<Int>?
        /// Whether a set counts as complete: nothing but what is named holds.
        public let closesSet: Bool
        /// How old the value is, where that was said.
        public let age: FactAge?

        /// A fact.
        public init(
            fact: Int, value: FactValue, origin: FactOrigin, because: String? = nil, span: Range<Int>? = nil,
            closesSet: Bool = false, age: FactAge? = nil
        ) {
            self.fact = fact
            self.value = value
            self.origin = origin
            self.because = because
            self.span = span
            self.closesSet = closesSet
            self.age = age
        }
    }

    /// A fact that nothing can satisfy.
    public struct Conflict: Sendable, Equatable {
        /// The fact's number.
        public let fact: Int
        /// What was said or derived, in words.
        public let between: [String]
        /// All facts that count as unknown because of it.
        public let facts: [Int]

        /// A conflict.
        public init(fact: Int, between: [String], facts: [Int]) {
            self.fact = fact
            self.between = between
            self.facts = facts
        }
    }

    /// A statement with the number of its source.
    public struct Cited: Sendable {
        /// The statement.
        public let statement: Statement
        /// Its number in `references`.
        public let number: Int

        /// A cited statement.
        public init(statement: Statement, number: Int) {
            self.statement = statement
            self.number = number
        }
    }

    /// A caution of an option.
    public struct Caution: Sendable {
        /// How it weighs.
        public enum Severity: String, Sendable {
            /// To be heeded.
            case warning
            /// Would forbid the option, and cannot be decided.
            case contraindication
        }

        /// How it weighs.
        public let severity: Severity
        /// The sentence.
        public var wording: Wording
        /// The facts that make it hold.
        public let because: [Int]
        /// The unknown facts that decide it.
        public let needs: [Int]
        /// The section of its source.
        public let section: String?
        /// Whether it is confirmed.
        public let isConfirmed: Bool
        /// The number of its source.
        public let number: Int

        /// A caution.
        public init(
            severity: Severity, wording: Wording, because: [Int], needs: [Int], section: String?, isConfirmed: Bool,
            number: Int
        ) {
            self.severity = severity
            self.wording = wording
            self.because = because
            self.needs = needs
            self.section = section
            self.isConfirmed = isConfirmed
            self.number = number
        }
    }

    /// What one jurisdiction's label says of the use.
    public struct LabelStatus: Sendable {
        /// The jurisdiction.
        public let jurisdiction: String
        /// The drug, where the intervention has several.
        public let drug: String
        /// `labelled`, `off-label` or `not-authorised`.
        public let status: String
        /// The section of the indication.
        public let section: String?
        /// Facts that must settle for the status to hold.
        public let needs: [Int]
        /// The number of the label.
        public let number: Int

        /// A status.
        public init(
            jurisdiction: String, drug: String, status: String, section: String?, needs: [Int], number: Int
        ) {
            self.jurisdiction = jurisdiction
            self.drug = drug
            self.status = status
            self.section = section
            self.needs = needs
            self.number = number
        }
    }

    /// A voice with the number of its source.
    public struct CitedVoice: Sendable {
        /// The voice.
        public let voice: Voice
        /// Its number in `references`.
        public let number: Int

        /// A cited voice.
        public init(voice: Voice, number: Int) {
            self.voice = voice
            self.number = number
        }
    }

    /// Something that is offered.
    public struct Option: Sendable {
        /// What it is.
        public let intervention: Intervention
        /// True: recommended. False: conditional on `needs`.
        public let isRecommended: Bool
        /// The facts that decide whether it applies.
        public let needs: [Int]
        /// `engine` or `guideline`.
        public let rankedBy: String
        /// The first voice's grade.
        public let strength: Strength?
        /// When it has its place.
        public var placement: String?
        /// How it is given, each part with the number of its source and what was reckoned for this patient.
        public let regimen: (regimen: Regimen, numbers: [Int], calculated: [DoseCalculation?])?
        /// What the labels say.
        public let labels: [LabelStatus]
        /// What the sources say.
        public var evidence: [Cited]
        /// Cautions, contraindications that cannot be decided first.
        public var cautions: [Caution]
        /// Guidelines for, against, silent.
        public let agreement: (for: [CitedVoice], against: [CitedVoice], silent: [CitedVoice])
        /// The rules that speak, with their traces where they were asked for.
        public let rules: [(id: String, trace: Trace?)]
        /// Every limit that the case can decide, where it was asked for.
        public var safety: [SafetyItem] = []

        /// An option.
        public init(
            intervention: Intervention, isRecommended: Bool, needs: [Int], rankedBy: String, strength: Strength?,
            placement: String?, regimen: (regimen: Regimen, numbers: [Int], calculated: [DoseCalculation?])?,
            labels: [LabelStatus],
            evidence: [Cited], cautions: [Caution],
            agreement: (for: [CitedVoice], against: [CitedVoice], silent: [CitedVoice]),
            rules: [(id: String, trace: Trace?)]
        ) {
            self.intervention = intervention
            self.isRecommended = isRecommended
            self.needs = needs
            self.rankedBy = rankedBy
            self.strength = strength
            self.placement = placement
            self.regimen = regimen
            self.labels = labels
            self.evidence = evidence
            self.cautions = cautions
            self.agreement = agreement
            self.rules = rules
        }
    }

    /// Something that is not offered, and why.
    public struct Exclusion: Sendable {
        /// What it is.
        public let intervention: Intervention
        /// The reason.
        public var reason: Wording
        /// The facts that make it so.
        public let because: [Int]
        /// The section of the source, where a limit of a label or guideline forbids it.
        public let section: String?
        /// The number of the source; nil for the patient's own decision.
        public let number: Int?
        /// The rules that were judged, with their traces where they were asked for.
        public let rules: [(id: String, trace: Trace?)]
        /// Every limit that the case can decide, where it was asked for.
        public var safety: [SafetyItem] = []

        /// An exclusion.
        public init(
            intervention: Intervention, reason: Wording, because: [Int], section: String? = nil, number: Int?,
            rules: [(id: String, trace: Trace?)]
        ) {
            self.intervention = intervention
            self.reason = reason
            self.because = because
            self.section = section
            self.number = number
            self.rules = rules
        }
    }

    /// An examination to do.
    public struct Examination: Sendable {
        /// What it is.
        public let diagnostic: Diagnostic
        /// The facts that decide whether it applies; empty where it does.
        public let needs: [Int]
        /// What the sources say of it.
        public let evidence: [Cited]

        /// An examination.
        public init(diagnostic: Diagnostic, needs: [Int], evidence: [Cited]) {
            self.diagnostic = diagnostic
            self.needs = needs
            self.evidence = evidence
        }
    }

    /// A tier of the answer.
    public struct TierPart: Sendable {
        /// Whose voice.
        public let tier: Tier
        /// What opens it.
        public let summary: Wording?
        /// What is said of the case as a whole.
        public let statements: [Cited]

        /// A tier.
        public init(tier: Tier, summary: Wording?, statements: [Cited]) {
            self.tier = tier
            self.summary = summary
            self.statements = statements
        }
    }

    /// A disagreement with the numbers of its sources.
    public struct CitedDisagreement: Sendable {
        /// The disagreement.
        public let disagreement: Disagreement
        /// The numbers, in the order of its positions.
        public let numbers: [Int]

        /// A cited disagreement.
        public init(disagreement: Disagreement, numbers: [Int]) {
            self.disagreement = disagreement
            self.numbers = numbers
        }
    }

    /// A question whose answer would change this one.
    public struct FollowUp: Sendable, Equatable {
        /// The fact that is asked for.
        public let fact: Int
        /// The interventions that it would move.
        public let wouldChange: [String]

        /// A question.
        public init(fact: Int, wouldChange: [String]) {
            self.fact = fact
            self.wouldChange = wouldChange
        }
    }

    /// Whether there is guidance.
    public var outcome: Outcome
    /// What opens the answer, sentence by sentence.
    public var summary: [Wording] = []
    /// The disease topic.
    public var topic: Topic?
    /// What lies over it.
    public var overlays: [Topic] = []
    /// The completed case.
    public var facts: [Fact] = []
    /// What cannot all hold.
    public var conflicts: [Conflict] = []
    /// Remarks on the reading.
    public var notes: [CaseNote] = []
    /// What is offered, best first, recommended before conditional.
    public var options: [Option] = []
    /// What is not offered.
    public var excluded: [Exclusion] = []
    /// What to examine.
    public var diagnostics: [Examination] = []
    /// The three tiers.
    public var tiers: [TierPart] = []
    /// Where sources disagree.
    public var disagreements: [CitedDisagreement] = []
    /// What to ask, most decisive first.
    public var followUp: [FollowUp] = []
    /// What a patient takes to the doctor; empty for a clinician.
    public var questionsForDoctor: [PatientAdvice.Question] = []
    /// When a patient seeks help, each with the number of its source; empty for a clinician.
    public var seekHelp: [(alarm: PatientAdvice.Alarm, number: Int?)] = []
    /// Exactly what is cited, in the order of first citation.
    public var references: [Reference] = []

    /// An answer with this outcome and nothing else yet.
    public init(outcome: Outcome) { self.outcome = outcome }
}
