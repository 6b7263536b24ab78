public import DecisionLogic

/// What one source says: a statement with its reference, never without.
public final class Statement: Sendable {
    /// The statement's own id, where it stands in a list of the topic.
    public let id: String?
    /// Whose voice it is.
    public let tier: Tier
    /// The sentence.
    public let wording: Wording
    /// The id of the source.
    public let reference: String
    /// The section of a label, or the number of a guideline's statement.
    public let section: String?
    /// Whether it was read in the source or in a text that quotes it; false: told as unconfirmed.
    public let isConfirmed: Bool
    /// Where it is shown; nil everywhere.
    public let when: Condition?

    /// A statement.
    public init(
        id: String? = nil, tier: Tier, wording: Wording, reference: String, section: String? = nil, isConfirmed: Bool,
        when: Condition? = nil
    ) {
        self.id = id
        self.tier = tier
        self.wording = wording
        self.reference = reference
        self.section = section
        self.isConfirmed = isConfirmed
        self.when = when
    }
}

/// A source.
public final class Reference: Sendable {
    /// Its id, for ever.
    public let id: String
    /// Guideline, label or research.
    public let type: Tier
    /// The design of a study, such as `randomised phase 3`.
    public let design: String?
    /// Its title.
    public let title: String
    /// The authors in short.
    public let authors: String?
    /// The journal.
    public let journal: String?
    /// The year of publication.
    public let year: Int?
    /// The PubMed id, only where it was read in a source.
    public let pmid: String?
    /// The DOI, only where it was read in a source.
    public let doi: String?
    /// The DailyMed set id of a label.
    public let setId: String?
    /// The revision of a label, in words.
    public let revision: String?
    /// Where a label or guideline holds.
    public let jurisdiction: String?
    /// Whether the source itself was seen.
    public let isConfirmed: Bool

    /// A source.
    public init(
        id: String, type: Tier, design: String? = nil, title: String, authors: String? = nil, journal: String? = nil,
        year: Int? = nil, pmid: String? = nil, doi: String? = nil, setId: String? = nil, revision: String? = nil,
        jurisdiction: String? = nil, isConfirmed: Bool
    ) {
        self.id = id
        self.type = type
        self.design = design
        self.title = title
        self.authors = authors
        self.journal = journal
        self.year = year
        self.pmid = pmid
        self.doi = doi
        self.setId = setId
        self.revision = revision
        self.jurisdiction = jurisdiction
        self.isConfirmed = isConfirmed
    }
}

/// One guideline's voice on one option.
public final class Voice: Sendable {
    /// The guideline and its edition, as it is spoken of.
    public let source: String
    /// Its own grade.
    public let strength: Strength?
    /// Where it holds.
    public let jurisdiction: String?
    /// The id of the source.
    public let reference: String
    /// Whether the grade was read in the source or in a text that quotes it.
    public let isConfirmed: Bool
    /// Where it speaks; nil wherever its rule does.
    public let when: Condition?

    /// A voice.
    public init(
        source: String, strength: Strength?, jurisdiction: String?, reference: String, isConfirmed: Bool,
        when: Condition? = nil
    ) {
        self.source = source
        self.strength = strength
        self.jurisdiction = jurisdiction
        self.reference = reference
        self.isConfirmed = isConfirmed
        self.when = when
    }
}
