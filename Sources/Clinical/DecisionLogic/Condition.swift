/// One test on one fact (rule language 1).
public enum FactTest: Sendable, Equatable {
    /// The value is one of these codes: `is`, `isOneOf` and `isKindOf` all mean this.
    case isOneOf(BitSet)
    /// The set holds this code.
    case includes(Int)
    /// The number lies inside.
    case within(Interval)
    /// Exactly one value remains. This test and the next are the only two-valued ones, and the only way to let a rule
    /// stand on ignorance.
    case isKnown
    /// Something is known of the number, if only one end: two-valued too, and for quantities alone. A clearance "below 20"
    /// is no exact value, and yet it decides.
    case isPartlyKnown

    /// The truth over what is known of the fact.
    public func evaluate(_ value: FactValue) -> Truth {
        switch (self, value) {
        case (.isOneOf(let wanted), .codes(let codes)):
            codes.isSubset(of: wanted) ? .true : codes.isDisjoint(with: wanted) ? .false : .unknown
        case (.includes(let code), .members(let included, let excluded)):
            included.contains(code) ? .true : excluded.contains(code) ? .false : .unknown
        case (.within(let wanted), .quantity(let interval)):
            wanted.contains(interval) ? .true : wanted.intersection(interval).isEmpty ? .false : .unknown
        case (.isKnown, _): Truth(value.isSingle)
        case (.isPartlyKnown, .quantity(let interval)): Truth(interval != .everything)
        // INVARIANT: the loader gives each fact only tests of its type.
        default: .unknown
        }
    }
}

/// A test on a fact, with its number for coverage.
public struct FactLeaf: Sendable {
    /// The fact's number in the vocabulary.
    public let fact: Int
    /// The test.
    public let test: FactTest
    /// The leaf's number in the knowledge base; each place in a file has its own.
    public let id: Int
    /// The author's remark, shown in the trace.
    public let note: String?

    /// A leaf.
    public init(fact: Int, test: FactTest, id: Int, note: String? = nil) {
        self.fact = fact
        self.test = test
        self.id = id
        self.note = note
    }
}

/// A condition over facts, compiled: total, pure, terminating, and indifferent to the order of its clauses.
public indirect enum Condition: Sendable {
    /// True where all are.
    case all([Condition])
    /// True where one is.
    case any([Condition])
    /// The mirror.
    case not(Condition)
    /// True where at least so many are.
    case count(atLeast: Int, of: [Condition])
    /// A named condition of the topic or of the vocabulary.
    case criterion(name: String, Condition)
    /// A test on one fact.
    case leaf(FactLeaf)

    /// The truth over what is known, `values` by fact number. Linear in the condition's size.
    public func evaluate(_ values: [FactValue]) -> Truth {
        switch self {
        case .all(let parts):
            var result = Truth.true
            for part in parts {
                result = min(result, part.evaluate(values))
                if result == .false { break }
            }
            return result
        case .any(let parts):
            var result = Truth.false
            for part in parts {
                result = max(result, part.evaluate(values))
                if result == .true { break }
            }
            return result
        case .not(let part): return !part.evaluate(values)
        case .count(let least, let parts):
            let truths = parts.map { $0.evaluate(values) }
            if truths.count(where: { $0 == .true }) >= least { return .true }
            return truths.count(where: { $0 != .false }) >= least ? .unknown : .false
        case .criterion(_, let part): return part.evaluate(values)
        case .leaf(let leaf): return leaf.test.evaluate(values[leaf.fact])
        }
    }

    /// The facts whose remaining values could still change an unknown verdict; empty where the verdict is settled.
    ///
    /// Law: settling every fact of this set settles the verdict (for conditions that do not rest on ignorance).
    public func needs(_ values: [FactValue]) -> BitSet {
        guard evaluate(values) == .unknown else { return BitSet() }
        switch self {
        case .all(let parts), .any(let parts), .count(_, let parts):
            return parts.reduce(into: BitSet()) { $0.formUnion($1.needs(values)) }
        case .not(let part), .criterion(_, let part): return part.needs(values)
        case .leaf(let leaf): return BitSet([leaf.fact])
        }
    }

    /// The facts that the verdict rests on: of a true or false verdict the leaves that made it so.
    public func grounds(_ values: [FactValue]) -> BitSet {
        let verdict = evaluate(values)
        switch self {
        case .all(let parts), .any(let parts), .count(_, let parts):
            return parts.reduce(into: BitSet()) { sum, part in
                if part.evaluate(values) == verdict { sum.formUnion(part.grounds(values)) }
            }
        case .not(let part), .criterion(_, let part): return part.grounds(values)
        case .leaf(let leaf): return BitSet([leaf.fact])
        }
    }

    /// Whether it asks what is known (`isKnown`, `isPartlyKnown`): then more knowledge may turn it.
    public var restsOnIgnorance: Bool {
        var found = false
        forEachLeaf { found = found || $0.test == .isKnown || $0.test == .isPartlyKnown }
        return found
    }

    /// Calls `visit` for every leaf, criteria opened, without regard to short cuts.
    public func forEachLeaf(_ visit: (FactLeaf) -> Void) {
        switch self {
        case .all(let parts), .any(let parts), .count(_, let parts): for part in parts { part.forEachLeaf(visit) }
        case .not(let part), .criterion(_, let part): part.forEachLeaf(visit)
        case .leaf(let leaf): visit(leaf)
        }
    }
}
