public import DecisionLogic

/// What a phrase of clinical English says.
public struct LexiconEntry: Sendable {
    /// The meaning of a phrase.
    public enum Meaning: Sendable {
        /// It says these facts: each has its value.
        case says([(fact: Int, value: FactValue)])
        /// It names a quantity; a number stands beside it.
        case names(fact: Int)
        /// It is a word of an emergency.
        case urgent
    }

    /// The phrase as the knowledge writes it; matching folds case, hyphens, spaces and Unicode variants.
    public let term: String
    /// What it says.
    public let meaning: Meaning

    /// A phrase.
    public init(term: String, meaning: Meaning) {
        self.term = term
        self.meaning = meaning
    }
}

/// How the unit of a quantity is written in text.
public struct UnitSpelling: Sendable {
    /// The spelling.
    public let term: String
    /// The number before it × factor = the number in the fact's unit.
    public let factor: Double

    /// A spelling.
    public init(term: String, factor: Double) {
        self.term = term
        self.factor = factor
    }
}

/// Everything the question reader needs to know, as data from the knowledge: no word of medicine stands in its code.
public struct Lexicon: Sendable {
    /// The phrases.
    public let entries: [LexiconEntry]
    /// The unit spellings of each quantity, by fact number.
    public let units: [Int: [UnitSpelling]]

    /// A lexicon.
    public init(entries: [LexiconEntry], units: [Int: [UnitSpelling]]) {
        self.entries = entries
        self.units = units
    }
}

/// A remark on how a question or case was understood.
public struct CaseNote: Sendable, Equatable, Hashable {
    /// The codes of the contract.
    public enum Code: String, Sendable {
        /// Nothing of this field was recognised.
        case offTopic = "off-topic"
        /// Two things said cannot both hold.
        case contradiction
        /// A value that cannot be.
        case invalidValue = "invalid-value"
        /// More than one patient is described.
        case multiplePatients = "multiple-patients"
        /// Words of an emergency.
        case urgentCare = "urgent-care"
        /// A child or adolescent.
        case paediatric
        /// Words that were not understood.
        case unreadText = "unread-text"
        /// Not English.
        case unsupportedLanguage = "unsupported-language"
        /// A value that was old when it was told.
        case oldValue = "old-value"
    }

    /// The code.
    public let code: Code
    /// A sentence for the user.
    public let text: String
    /// The numbers of the facts that it is about, where it is about some.
    public let facts: [Int]
    /// The ids of the interventions that it concerns, where it concerns some.
    public let interventions: [String]

    /// A remark.
    public init(_ code: Code, _ text: String, facts: [Int] = [], interventions: [String] = []) {
        self.code = code
        self.text = text
        self.facts = facts
        self.interventions = interventions
    }
}
