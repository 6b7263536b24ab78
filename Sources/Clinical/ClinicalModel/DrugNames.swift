/// What is known of the names of drugs beside each drug's own document: names that several products bear, names that are
/// taken for each other, and how salts and radiolabels are written. Data of the knowledge (`drug-names.json`).
public struct DrugNames: Sendable {
    /// A product that bears a shared name.
    public struct Product: Sendable, Equatable {
        /// Its name, mostly a brand.
        public let name: String
        /// What sets it apart, in a sentence.
        public let note: String
        /// Whether it is another product than the record of that name describes, so that it never leads there.
        public let isSeparate: Bool

        /// A product.
        public init(name: String, note: String, isSeparate: Bool) {
            self.name = name
            self.note = note
            self.isSeparate = isSeparate
        }
    }

    /// A name that does not say which product is meant.
    public struct Shared: Sendable {
        /// Its id within the file.
        public let id: String
        /// The spellings of the name.
        public let names: [String]
        /// Why the name alone is not enough, in a sentence.
        public let statement: String
        /// The products, in the order in which they are told.
        public let products: [Product]
        /// The source, where one stands for all of it.
        public let reference: String?
        /// Whether it was read in a source.
        public let isConfirmed: Bool

        /// A shared name.
        public init(
            id: String, names: [String], statement: String, products: [Product], reference: String?, isConfirmed: Bool
        ) {
            self.id = id
            self.names = names
            self.statement = statement
            self.products = products
            self.reference = reference
            self.isConfirmed = isConfirmed
        }
    }

    /// Names that are taken for each other.
    public struct LookAlikes: Sendable, Equatable {
        /// The names; those that are no drug of the knowledge are known here so that they are never corrected.
        public let names: [String]
        /// What to mind, in a sentence.
        public let statement: String

        /// A group of names.
        public init(names: [String], statement: String) {
            self.names = names
            self.statement = statement
        }
    }

    /// Names that several products bear.
    public let shared: [Shared]
    /// Names that are taken for each other.
    public let lookAlikes: [LookAlikes]
    /// Words of salts and esters that may follow a generic name without changing the drug.
    public let salts: Set<String>
    /// Symbols of elements by their names, lower case.
    public let elements: [String: String]
    /// What carries the radionuclide, by its other names, folded.
    public let ligands: [String: String]

    /// Names.
    public init(
        shared: [Shared], lookAlikes: [LookAlikes], salts: Set<String>, elements: [String: String],
        ligands: [String: String]
    ) {
        self.shared = shared
        self.lookAlikes = lookAlikes
        self.salts = salts
        self.elements = elements
        self.ligands = ligands
    }

    /// Nothing beside the drugs' own documents.
    public static let none = DrugNames(shared: [], lookAlikes: [], salts: [], elements: [:], ligands: [:])
}
