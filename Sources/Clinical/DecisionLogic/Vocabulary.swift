/// The type of a fact.
public enum FactType: String, Sendable {
    /// One of a list of codes.
    case code
    /// true or false.
    case boolean
    /// A number in the fact's unit.
    case quantity
    /// Any of a list of codes, each with a flag of its own.
    case set
}

/// One code of a fact.
public struct CodeDefinition: Sendable {
    /// The code as it stands in a case, kebab-case or as the field writes it (`G2`).
    public let id: String
    /// Its name for a reader.
    public let title: String
    /// In a set fact: the classes that hold where this code holds, itself left out.
    public let ancestors: BitSet
    /// In a set fact: the codes that are excluded where this code is excluded, itself left out.
    public let descendants: BitSet

    /// A code.
    public init(id: String, title: String, ancestors: BitSet = BitSet(), descendants: BitSet = BitSet()) {
        self.id = id
        self.title = title
        self.ancestors = ancestors
        self.descendants = descendants
    }
}

/// What a fact is: its path, type, codes, unit and bounds. Facts are data, not Swift: see docs/decisions. An object, since who looks
/// at one would else count each of its dozen parts.
public final class FactDefinition: Sendable {
    /// The members of a case joined by a dot, such as `tumor.ki67`.
    public let path: String
    /// Its name for a reader.
    public let title: String
    /// Its type.
    public let type: FactType
    /// The codes of a code or set fact; `false`, `true` of a boolean; none of a quantity.
    public let codes: [CodeDefinition]
    /// Named classes of the codes of a code fact, for `isKindOf`.
    public let groups: [String: BitSet]
    /// The UCUM unit of a quantity, "" otherwise.
    public let unit: String
    /// What a quantity can physically be; a value outside is refused.
    public let bounds: Interval
    /// Other units that are accepted: value × factor = value in `unit`.
    public let conversions: [String: Double]
    /// The follow-up question, for a clinician.
    public let question: String?
    /// The follow-up question in a patient's words.
    public let patientQuestion: String?
    /// The order of follow-up questions, smaller first.
    public let priority: Int
    /// In a set of interventions: the reason for which a named one is never offered; nil where naming excludes nothing.
    public let excludesNamed: String?
    /// Whether a word on this fact shows that a case is of this field at all.
    public let anchors: Bool
    /// In a set: whether names that are no code are taken; one that the knowledge has for codes stands for them, another
    /// is kept out of the value and told as not checked.
    public let isOpen: Bool
    /// In an open set: the codes of each name that the knowledge has for them, by its folded spelling.
    public let namedCodes: [String: BitSet]
    /// Of a quantity: for how long a value is taken without a remark; nil: for ever.
    public let freshFor: Freshness?

    private let codeIndex: [String: Int]

    /// A definition. `codes` of a boolean are filled in here.
    public init(
        path: String, title: String, type: FactType, codes: [CodeDefinition] = [], groups: [String: BitSet] = [:],
        unit: String = "", bounds: Interval = .everything, conversions: [String: Double] = [:],
        question: String? = nil, patientQuestion: String? = nil, priority: Int = 100, excludesNamed: String? = nil,
        anchors: Bool = false, isOpen: Bool = false, namedCodes: [String: BitSet] = [:], freshFor: Freshness? = nil
    ) {
        self.path = path
        self.title = title
        self.type = type
        self.codes =
            type == .boolean
            ? [CodeDefinition(id: "false", title: "no"), CodeDefinition(id: "true", title: "yes")] : codes
        self.groups = groups
        self.unit = unit
        self.bounds = bounds
        self.conversions = conversions
        self.question = question
        self.patientQuestion = patientQuestion
        self.priority = priority
        self.excludesNamed = excludesNamed
        self.anchors = anchors
        self.isOpen = isOpen
        self.namedCodes = namedCodes
        self.freshFor = freshFor
        codeIndex = Dictionary(
            self.codes.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The index of a code, nil where the fact has no such code.
    public func index(of code: String) -> Int? { codeIndex[code] }

    /// The value of a fact of which nothing is known.
    public var unrestricted: FactValue {
        switch type {
        case .code, .boolean: .codes(.upTo(codes.count))
        case .quantity: .quantity(.everything)
        case .set: .members(included: BitSet(), excluded: BitSet())
        }
    }

    /// A set value with its classes. What is included brings its classes, what is excluded brings its members; in a set
    /// of what is not wanted or not tolerated a class that is named means each of its members, and a member says nothing
    /// of its class.
    public func membership(included: BitSet, excluded: BitSet) -> FactValue {
        let isRefusal = excludesNamed != nil
        var allIncluded = included
        var allExcluded = excluded
        for code in included.members where code < codes.count {
            allIncluded.formUnion(isRefusal ? codes[code].descendants : codes[code].ancestors)
        }
        for code in excluded.members where code < codes.count && !isRefusal {
            allExcluded.formUnion(codes[code].descendants)
        }
        return .members(included: allIncluded, excluded: allExcluded)
    }
}

/// All facts of a knowledge base, each with a number.
public struct Vocabulary: Sendable {
    /// The facts, in the order of their numbers.
    public let facts: [FactDefinition]
    /// What is known where nothing was said, by fact number.
    public let unrestricted: [FactValue]
    /// The numbers of the sets of what is not wanted or not tolerated.
    public let refusals: [Int]
    /// The names before the dot of the facts' paths.
    public let groups: Set<String>
    private let pathIndex: [String: Int]

    /// A vocabulary of at most `BitSet.capacity` facts; the loader refuses more.
    public init(_ facts: [FactDefinition]) {
        self.facts = facts
        unrestricted = facts.map(\.unrestricted)
        refusals = facts.indices.filter { facts[$0].excludesNamed != nil }
        groups = Set(facts.compactMap { $0.path.split(separator: ".").first.map(String.init) })
        pathIndex = Dictionary(facts.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The number of a fact, nil where there is none of that path.
    public func index(of path: String) -> Int? { pathIndex[path] }

    /// The definition of a fact by its number.
    public subscript(_ index: Int) -> FactDefinition { _read { yield facts[index] } }
}
