public import DecisionLogic

/// What codes of other systems mean here: the tables of `terminology/`, linked to facts and drugs. Only what a table lists is
/// known; nothing is inferred from a hierarchy or a name.
public struct Terminology: Sendable {
    /// A value that a code stands for.
    public struct Setting: Sendable, Equatable {
        /// The fact's number.
        public let fact: Int
        /// The values that it leaves.
        public let value: FactValue

        /// A setting.
        public init(fact: Int, value: FactValue) {
            self.fact = fact
            self.value = value
        }
    }

    /// Settings, some of which hold at certain sites or for a certain histology alone.
    public struct Settings: Sendable, Equatable {
        /// Settings that need more than the code.
        public struct Guarded: Sendable, Equatable {
            /// Codes of `tumor.primarySite`, one of which must be the site; empty: any, known or not.
            public let sites: BitSet
            /// Codes of `tumor.kind`, one of which a histology must have named; empty: none is needed.
            public let histology: BitSet
            /// What holds then.
            public let sets: [Setting]

            /// Guarded settings.
            public init(sites: BitSet, histology: BitSet, sets: [Setting]) {
                self.sites = sites
                self.histology = histology
                self.sets = sets
            }
        }

        /// What always holds.
        public let sets: [Setting]
        /// What holds where more is known.
        public let guarded: [Guarded]

        /// Settings.
        public init(sets: [Setting], guarded: [Guarded] = []) {
            self.sets = sets
            self.guarded = guarded
        }
    }

    /// How long a dose of a product acts.
    public enum Form: String, Sendable, CaseIterable {
        /// For weeks.
        case longActing = "long-acting"
        /// For hours.
        case shortActing = "short-acting"
    }

    /// What part a code plays; it decides what its settings may do beside others.
    public enum Role: String, Sendable, CaseIterable {
        /// It says what it says.
        case fact
        /// It names a site of a malignant tumour of any kind: it counts only where the tumour is known to be this one.
        case site
        /// It names metastases without saying of which tumour.
        case metastasis
        /// It is a histology.
        case histology
    }

    /// A row of a table.
    public struct Row: Sendable {
        /// The code as the table writes it.
        public let code: String
        /// Its system.
        public let system: String
        /// Which of the file's sources gives it.
        public let source: String
        /// What part it plays.
        public let role: Role
        /// What it sets.
        public let settings: Settings
        /// The quantity that an observation of this code measures.
        public let measures: Int?
        /// What the answers to an observation of this code set, by system and code.
        public let answers: [Key: Settings]
        /// Whether a histology is the answer to an observation of this code.
        public let asksHistology: Bool
        /// The method codes with which an observation of this code may be made; empty: not checked.
        public let methods: Set<Key>
        /// The fact whose own codes are the value of an extension of this url.
        public let takes: Int?
        /// The drug that it names.
        public let drug: String?
        /// The form that it names, where that matters.
        public let form: Form?
        /// Whether the product is given for something other than the tumour.
        public let isForOtherUse: Bool
        /// Why a code that is known is not used.
        public let unused: String?
        /// What must be said beside it.
        public let remark: String?

        /// A row.
        public init(
            code: String, system: String, source: String, role: Role = .fact, settings: Settings = Settings(sets: []),
            measures: Int? = nil, answers: [Key: Settings] = [:], asksHistology: Bool = false,
            methods: Set<Key> = [], takes: Int? = nil, drug: String? = nil, form: Form? = nil,
            isForOtherUse: Bool = false, unused: String? = nil, remark: String? = nil
        ) {
            self.code = code
            self.system = system
            self.source = source
            self.role = role
            self.settings = settings
            self.measures = measures
            self.answers = answers
            self.asksHistology = asksHistology
            self.methods = methods
            self.takes = takes
            self.drug = drug
            self.form = form
            self.isForOtherUse = isForOtherUse
            self.unused = unused
            self.remark = remark
        }
    }

    /// A code with its system.
    public struct Key: Hashable, Sendable {
        /// The system's url.
        public let system: String
        /// The code.
        public let code: String

        /// A key.
        public init(system: String, code: String) {
            self.system = system
            self.code = code
        }
    }

    /// How the codes of a system are compared.
    public enum Matching: String, Sendable, CaseIterable {
        /// As they stand.
        case exact
        /// Without regard to case and the dot; a row may stand for all codes that begin with it, the longest row first.
        case classification
    }

    /// A table as its file describes it, for whoever asks where a code comes from.
    public struct Table: Sendable {
        /// The file's id.
        public let id: String
        /// The system's url.
        public let system: String
        /// How codes are compared.
        public let matching: Matching
        /// The sources of its rows, by id ascending.
        public let sources: [(id: String, title: String)]
        /// How many codes it lists.
        public let count: Int

        /// A description.
        public init(id: String, system: String, matching: Matching, sources: [(id: String, title: String)], count: Int)
        {
            self.id = id
            self.system = system
            self.matching = matching
            self.sources = sources
            self.count = count
        }
    }

    /// A unit that is another unit times a factor.
    public struct Unit: Sendable, Equatable {
        /// The unit that a fact knows.
        public let unit: String
        /// value × factor = value in `unit`.
        public let factor: Double

        /// A unit.
        public init(unit: String, factor: Double) {
            self.unit = unit
            self.factor = factor
        }
    }

    /// The tables, by id ascending.
    public let tables: [Table]
    /// Other ways of writing a unit.
    public let units: [String: Unit]
    /// Every row once, by system and code.
    public let allRows: [Row]
    private let rows: [Key: Row]
    private let prefixes: [Key: Row]
    private let matching: [String: Matching]

    /// Tables; `rows` and `prefixes` by normalised code.
    public init(tables: [Table], rows: [Key: Row], prefixes: [Key: Row], units: [String: Unit]) {
        self.tables = tables
        self.rows = rows
        self.prefixes = prefixes
        self.units = units
        allRows = (rows.values + prefixes.filter { rows[$0.key] == nil }.map(\.value))
            .sorted { ($0.system, $0.code) < ($1.system, $1.code) }
        matching = Dictionary(tables.map { ($0.system, $0.matching) }, uniquingKeysWith: { first, _ in first })
    }

    /// No table at all.
    public static let none = Terminology(tables: [], rows: [:], prefixes: [:], units: [:])

    /// Whether any table is of this system.
    public func knows(system: String) -> Bool { matching[system] != nil }

    /// The row of a code; nil where no table lists it. At most as many look-ups as the code is long.
    public func row(system: String, code: String) -> Row? {
        guard let matching = matching[system] else { return nil }
        let folded = Self.fold(code, matching)
        if let row = rows[Key(system: system, code: folded)] { return row }
        guard matching == .classification, folded.utf8.count <= 16 else { return nil }
        var rest = Substring(folded)
        while !rest.isEmpty {
            if let row = prefixes[Key(system: system, code: String(rest))] { return row }
            rest.removeLast()
        }
        return nil
    }

    /// A code as it is compared: `C7A.012` and `c7a012` are one.
    public static func fold(_ code: String, _ matching: Matching) -> String {
        switch matching {
        case .exact: code
        case .classification: String(code.uppercased().filter { $0 != "." })
        }
    }
}
