/// What is known of one fact: the set of values it may still have. Learning is intersecting; nothing left is a conflict.
public enum FactValue: Sendable, Equatable, Hashable {
    /// A code or boolean fact: the codes that remain, by their index in the definition.
    case codes(BitSet)
    /// A quantity: the numbers that remain, in the fact's unit.
    case quantity(Interval)
    /// A set fact: one flag a code. A code in neither is unknown.
    case members(included: BitSet, excluded: BitSet)

    /// Whether no value is left.
    public var isEmpty: Bool {
        switch self {
        case .codes(let codes): codes.isEmpty
        case .quantity(let interval): interval.isEmpty
        case .members(let included, let excluded): !included.isDisjoint(with: excluded)
        }
    }

    /// What both allow. Values of different kinds never meet: both come from one definition.
    public func intersection(_ other: FactValue) -> FactValue {
        switch (self, other) {
        case (.codes(let left), .codes(let right)): .codes(left.intersection(right))
        case (.quantity(let left), .quantity(let right)): .quantity(left.intersection(right))
        case (.members(let included, let excluded), .members(let moreIncluded, let moreExcluded)):
            .members(included: included.union(moreIncluded), excluded: excluded.union(moreExcluded))
        default: self
        }
    }

    /// Whether exactly one value remains. A set is known only where every code is settled, which the caller decides.
    public var isSingle: Bool {
        switch self {
        case .codes(let codes): codes.count == 1
        case .quantity(let interval): interval.point != nil
        case .members: false
        }
    }
}
