public import DecisionLogic

/// One fact of a label, such as a warning.
public final class LabelFact: Sendable {
    /// The sentence.
    public let wording: Wording
    /// The section of the label.
    public let section: String?
    /// Whether it was read on the label or in a text that quotes it.
    public let isConfirmed: Bool
    /// The patients it concerns; nil: all.
    public let when: Condition?
    /// Whether it is told aloud even where `when` cannot be decided.
    public let isShown: Bool
    /// What an interaction is with.
    public let with: String?

    /// A fact of a label.
    public init(
        wording: Wording, section: String?, isConfirmed: Bool, when: Condition?, isShown: Bool, with: String? = nil
    ) {
        self.wording = wording
        self.section = section
        self.isConfirmed = isConfirmed
        self.when = when
        self.isShown = isShown
        self.with = with
    }
}

/// An indication of a label: a permission, never a ranking.
public struct Indication: Sendable {
    /// Its id within the drug.
    public let id: String
    /// What it permits the drug for: `tumour-control`, `hormone-control`, `imaging`, `other`.
    public let use: String
    /// The indication in own words.
    public let fact: LabelFact
    /// The year it was granted.
    public let since: Int?

    /// An indication.
    public init(id: String, use: String, fact: LabelFact, since: Int?) {
        self.id = id
        self.use = use
        self.fact = fact
        self.since = since
    }
}

/// A label of one jurisdiction.
public final class DrugLabel: Sendable {
    /// The sections of a label that the knowledge keeps, in the order in which they are told.
    public enum Part: String, Sendable, CaseIterable {
        /// Doses by indication.
        case dosing
        /// Changed doses.
        case adjustments
        /// Boxed warnings.
        case boxedWarnings
        /// Contraindications.
        case contraindications
        /// Warnings and precautions.
        case warnings
        /// Interactions.
        case interactions
        /// Use in pregnancy.
        case pregnancy
        /// Use while breastfeeding.
        case lactation
        /// How it is given.
        case administration

        /// Whether a fact of this part that holds forbids the drug.
        public var forbids: Bool { self == .contraindications || self == .pregnancy || self == .lactation }
    }

    /// Where it holds: `US`, `EU`.
    public let jurisdiction: String
    /// The id of the label's reference.
    public let reference: String
    /// `authorised` or `not-authorised`.
    public let status: String
    /// The revision, in words.
    public let revision: String?
    /// Its indications.
    public let indications: [Indication]
    /// Its other facts by part.
    public let facts: [Part: [LabelFact]]

    /// A label.
    public init(
        jurisdiction: String, reference: String, status: String, revision: String?, indications: [Indication],
        facts: [Part: [LabelFact]]
    ) {
        self.jurisdiction = jurisdiction
        self.reference = reference
        self.status = status
        self.revision = revision
        self.indications = indications
        self.facts = facts
    }
}

/// A drug with its names and labels.
public final class Drug: Sendable {
    /// Its id, for ever.
    public let id: String
    /// The generic name.
    public let generic: String
    /// Brand names.
    public let brands: [String]
    /// Other names and code names.
    public let synonyms: [String]
    /// The pharmacological class in words.
    public let drugClass: String
    /// How it works, in a sentence.
    public let mechanism: String?
    /// Routes of administration.
    public let routes: [String]
    /// Market status in words.
    public let market: String?
    /// Identifiers that were read in a source: `atc`, `unii`, `rxcui`, `setId`.
    public let identifiers: [(name: String, value: String)]
    /// Its labels.
    public let labels: [DrugLabel]
    /// Uses outside the labels.
    public let offLabelUses: [String]
    /// What to watch.
    public let monitoring: [String]
    /// Common adverse reactions.
    public let adverseReactions: [String]
    /// Storage.
    public let storage: String?
    /// Known mix-ups.
    public let pitfalls: [String]

    /// A drug.
    public init(
        id: String, generic: String, brands: [String], synonyms: [String], drugClass: String, mechanism: String?,
        routes: [String], market: String?, identifiers: [(name: String, value: String)], labels: [DrugLabel],
        offLabelUses: [String], monitoring: [String], adverseReactions: [String], storage: String?, pitfalls: [String]
    ) {
        self.id = id
        self.generic = generic
        self.brands = brands
        self.synonyms = synonyms
        self.drugClass = drugClass
        self.mechanism = mechanism
        self.routes = routes
        self.market = market
        self.identifiers = identifiers
        self.labels = labels
        self.offLabelUses = offLabelUses
        self.monitoring = monitoring
        self.adverseReactions = adverseReactions
        self.storage = storage
        self.pitfalls = pitfalls
    }

    /// All names a user may know it by, the id first.
    public var names: [String] { [id, generic] + brands + synonyms }
}
