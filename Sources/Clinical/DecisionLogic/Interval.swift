/// The numbers a quantity may still have, in the fact's unit: an interval whose ends may be left out.
public struct Interval: Sendable, Equatable, Hashable {
    /// The lower end; −infinity where there is none.
    public let lower: Double
    /// Whether the lower end itself is left out ("above 20").
    public let lowerIsOpen: Bool
    /// The upper end; +infinity where there is none.
    public let upper: Double
    /// Whether the upper end itself is left out ("below 3").
    public let upperIsOpen: Bool

    /// An interval. An end at infinity counts as open.
    public init(
        lower: Double = -.infinity, lowerIsOpen: Bool = false, upper: Double = .infinity, upperIsOpen: Bool = false
    ) {
        self.lower = lower
        self.lowerIsOpen = lowerIsOpen || lower == -.infinity
        self.upper = upper
        self.upperIsOpen = upperIsOpen || upper == .infinity
    }

    /// Exactly one number.
    public init(exactly value: Double) { self.init(lower: value, upper: value) }

    /// All numbers.
    public static let everything = Interval()

    /// Whether no number is inside.
    public var isEmpty: Bool { lower > upper || (lower == upper && (lowerIsOpen || upperIsOpen)) }

    /// The number, where exactly one is inside.
    public var point: Double? { lower == upper && !lowerIsOpen && !upperIsOpen ? lower : nil }

    /// The numbers inside both.
    public func intersection(_ other: Interval) -> Interval {
        let low: (Double, Bool) =
            if lower == other.lower {
                (lower, lowerIsOpen || other.lowerIsOpen)
            } else {
                lower > other.lower ? (lower, lowerIsOpen) : (other.lower, other.lowerIsOpen)
            }
        let high: (Double, Bool) =
            if upper == other.upper {
                (upper, upperIsOpen || other.upperIsOpen)
            } else {
                upper < other.upper ? (upper, upperIsOpen) : (other.upper, other.upperIsOpen)
            }
        return Interval(lower: low.0, lowerIsOpen: low.1, upper: high.0, upperIsOpen: high.1)
    }

    /// Whether every number of `other` is inside this.
    public func contains(_ other: Interval) -> Bool { other.isEmpty || intersection(other) == other }
}
