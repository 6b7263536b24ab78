/// What a name leads to. A name leads to a drug only where it is a name of it, however it is spelt; a name that is merely
/// near is never taken for it.
public enum DrugLookup: Sendable {
    /// One drug.
    case found(DrugMatch)
    /// Several drugs or products bear the name: whoever asked must choose.
    case several(DrugChoice)
    /// The name is known and no drug of the knowledge bears it.
    case notCovered(DrugNotCovered)
    /// The name is not known: drugs whose names are near, nearest first.
    case unknown([DrugSuggestion])
}

/// How a name belongs to a drug.
public enum DrugNameKind: String, Sendable, CaseIterable {
    /// The generic name, with or without its salt.
    case generic
    /// A brand name.
    case brand
    /// A code name of development: letters, then a number (`RAD001`).
    case code
    /// A spelling with a radionuclide (`177Lu-dotatate`).
    case radiolabel
    /// Another name.
    case synonym
    /// The id of the record.
    case id
}

/// What of a spelling was set aside to find a name.
public enum NameFolding: String, Sendable, CaseIterable {
    /// Capitals.
    case letterCase = "case"
    /// Accents.
    case diacritics
    /// Raised and full-width letters and digits.
    case superscripts
    /// Hyphens, spaces and other punctuation.
    case separators
    /// A salt behind the generic name.
    case salt
    /// The order and spelling of radionuclide and ligand.
    case radiolabel
}

/// A drug found by a name.
public struct DrugMatch: Sendable {
    /// The drug.
    public let drug: Drug
    /// The name of it that was meant, as the knowledge writes it.
    public let matchedOn: String
    /// How that name belongs to it.
    public let kind: DrugNameKind
    /// What of the spelling was set aside; empty where it is the same.
    public let folded: [NameFolding]
    /// The product that the name is of, where the record tells of several.
    public let product: DrugNames.Product?
    /// Set where the name is borne by several products.
    public let ambiguous: DrugChoice?

    /// A match.
    public init(
        drug: Drug, matchedOn: String, kind: DrugNameKind, folded: [NameFolding], product: DrugNames.Product?,
        ambiguous: DrugChoice?
    ) {
        self.drug = drug
        self.matchedOn = matchedOn
        self.kind = kind
        self.folded = folded
        self.product = product
        self.ambiguous = ambiguous
    }
}

/// The drugs and products that bear one name.
public struct DrugChoice: Sendable {
    /// One of them.
    public struct Candidate: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// The drug of the knowledge, where it is covered.
        public let drug: String?
        /// What sets it apart.
        public let note: String

        /// A candidate.
        public init(name: String, drug: String?, note: String) {
            self.name = name
            self.drug = drug
            self.note = note
        }
    }

    /// Why the name alone is not enough.
    public let statement: String
    /// All of them, in the order of the knowledge.
    public let candidates: [Candidate]
    /// The source.
    public let reference: String?
    /// Whether it was read in a source; nil where several records simply share a name.
    public let isConfirmed: Bool?

    /// A choice.
    public init(statement: String, candidates: [Candidate], reference: String?, isConfirmed: Bool?) {
        self.statement = statement
        self.candidates = candidates
        self.reference = reference
        self.isConfirmed = isConfirmed
    }
}

/// A known name of something that the knowledge does not cover.
public struct DrugNotCovered: Sendable {
    /// The name as the knowledge writes it.
    public let name: String
    /// What it is, or what it is taken for.
    public let statement: String

    /// A name.
    public init(name: String, statement: String) {
        self.name = name
        self.statement = statement
    }
}

/// A drug whose name is near to what was asked.
public struct DrugSuggestion: Sendable, Equatable {
    /// The drug's id.
    public let drug: String
    /// The name that is near.
    public let name: String

    /// A suggestion.
    public init(drug: String, name: String) {
        self.drug = drug
        self.name = name
    }
}
