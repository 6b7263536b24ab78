/// A set of small numbers, 0 to 255, held in four words: codes of one fact, or facts of one vocabulary.
///
/// All operations are a handful of instructions and allocate nothing, which is what keeps a rule's test in nanoseconds.
public struct BitSet: Sendable, Equatable, Hashable {
    /// How many different members a set can tell apart.
    public static let capacity = 256

    @usableFromInline var words: (UInt64, UInt64, UInt64, UInt64)

    /// The empty set.
    @inlinable
    public init() { words = (0, 0, 0, 0) }

    /// The set of these members.
    public init(_ members: some Sequence<Int>) {
        self.init()
        for member in members { insert(member) }
    }

    /// The set of one member.
    @inlinable
    package init(only member: Int) {
        self.init()
        insert(member)
    }

    /// The set 0, 1 … count − 1.
    public static func upTo(_ count: Int) -> BitSet {
        func word(_ index: Int) -> UInt64 {
            let rest = count - 64 * index
            return rest >= 64 ? ~0 : rest <= 0 ? 0 : 1 << UInt64(rest) - 1
        }
        var result = BitSet()
        result.words = (word(0), word(1), word(2), word(3))
        return result
    }

    /// Adds a member; numbers outside 0…255 are no members of any set and change nothing.
    @inlinable
    public mutating func insert(_ member: Int) {
        guard (0..<Self.capacity).contains(member) else { return }
        let bit = UInt64(1) << UInt64(member & 63)
        switch member >> 6 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    /// Whether the number is a member.
    @inlinable
    public func contains(_ member: Int) -> Bool {
        guard (0..<Self.capacity).contains(member) else { return false }
        let word =
            switch member >> 6 {
            case 0: words.0
            case 1: words.1
            case 2: words.2
            default: words.3
            }
        return word >> UInt64(member & 63) & 1 == 1
    }

    /// The members below 64, by bit.
    @inline(__always)
    var firstWord: UInt64 { words.0 }

    /// A number that scatters sets in a table, with something else that tells entries apart.
    @inline(__always)
    func mixed(with other: UInt64) -> Int {
        var mixed = (words.0 ^ other &* 0x9E37_79B9_7F4A_7C15) &* 0xFF51_AFD7_ED55_8CCD
        mixed = (mixed ^ mixed >> 32 ^ words.1) &* 0xFF51_AFD7_ED55_8CCD
        mixed = (mixed ^ mixed >> 32 ^ words.2) &* 0xFF51_AFD7_ED55_8CCD
        mixed = (mixed ^ mixed >> 32 ^ words.3) &* 0xFF51_AFD7_ED55_8CCD
        return Int(truncatingIfNeeded: mixed >> 33)
    }

    /// Whether nothing is a member.
    @inlinable
    public var isEmpty: Bool { words.0 | words.1 | words.2 | words.3 == 0 }

    /// How many members there are.
    @inlinable
    public var count: Int {
        words.0.nonzeroBitCount + words.1.nonzeroBitCount + words.2.nonzeroBitCount + words.3.nonzeroBitCount
    }

    /// The least member.
    @inlinable
    package var first: Int? {
        if words.0 != 0 { return words.0.trailingZeroBitCount }
        if words.1 != 0 { return 64 + words.1.trailingZeroBitCount }
        if words.2 != 0 { return 128 + words.2.trailingZeroBitCount }
        return words.3 != 0 ? 192 + words.3.trailingZeroBitCount : nil
    }

    /// The members in ascending order.
    public var members: [Int] {
        var result: [Int] = []
        if isEmpty { return result }
        result.reserveCapacity(count)
        for (base, word) in [(0, words.0), (64, words.1), (128, words.2), (192, words.3)] {
            var rest = word
            while rest != 0 {
                result.append(base + rest.trailingZeroBitCount)
                rest &= rest &- 1
            }
        }
        return result
    }

    /// Calls `visit` for each member in ascending order; allocates nothing.
    @inlinable
    @inline(__always)
    package func forEach(_ visit: (Int) -> Void) {
        var rest = words.0
        while rest != 0 {
            visit(rest.trailingZeroBitCount)
            rest &= rest &- 1
        }
        rest = words.1
        while rest != 0 {
            visit(64 + rest.trailingZeroBitCount)
            rest &= rest &- 1
        }
        rest = words.2
        while rest != 0 {
            visit(128 + rest.trailingZeroBitCount)
            rest &= rest &- 1
        }
        rest = words.3
        while rest != 0 {
            visit(192 + rest.trailingZeroBitCount)
            rest &= rest &- 1
        }
    }

    /// The members of either.
    @inlinable
    public func union(_ other: BitSet) -> BitSet { combine(other) { $0 | $1 } }
    /// The members of both.
    @inlinable
    public func intersection(_ other: BitSet) -> BitSet { combine(other) { $0 & $1 } }
    /// The members that `other` lacks.
    @inlinable
    public func subtracting(_ other: BitSet) -> BitSet { combine(other) { $0 & ~$1 } }
    /// Adds the members of another set.
    @inlinable
    public mutating func formUnion(_ other: BitSet) { self = union(other) }
    /// Whether every member is one of `other`.
    @inlinable
    public func isSubset(of other: BitSet) -> Bool { subtracting(other).isEmpty }
    /// Whether no member is one of `other`.
    @inlinable
    public func isDisjoint(with other: BitSet) -> Bool { intersection(other).isEmpty }

    @inlinable
    func combine(_ other: BitSet, _ operation: (UInt64, UInt64) -> UInt64) -> BitSet {
        var result = BitSet()
        result.words = (
            operation(words.0, other.words.0), operation(words.1, other.words.1),
            operation(words.2, other.words.2), operation(words.3, other.words.3)
        )
        return result
    }

    /// Whether both have the same members.
    @inlinable
    public static func == (left: BitSet, right: BitSet) -> Bool {
        left.words.0 == right.words.0 && left.words.1 == right.words.1 && left.words.2 == right.words.2
            && left.words.3 == right.words.3
    }

    /// Feeds the members to a hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}
