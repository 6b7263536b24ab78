/// The truth of a condition over facts that may not be known yet: false < unknown < true (Kleene's strong logic, as in
/// HL7 CQL §"Logical operators").
///
/// `unknown` is never turned into `false`: a missing fact is asked for, not guessed.
public enum Truth: Int, Sendable, Comparable {
    /// No value that the facts may still have satisfies the condition.
    case `false` = 0
    /// Some values satisfy it and some do not.
    case unknown = 1
    /// Every value that the facts may still have satisfies it.
    case `true` = 2

    /// The order false < unknown < true.
    public static func < (left: Truth, right: Truth) -> Bool { left.rawValue < right.rawValue }

    /// The mirror: not true is false, not unknown is unknown.
    public static prefix func ! (truth: Truth) -> Truth {
        switch truth {
        case .false: .true
        case .unknown: .unknown
        case .true: .false
        }
    }

    /// True for true, false for false.
    public init(_ value: Bool) { self = value ? .true : .false }
}
