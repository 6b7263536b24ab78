/// How old a value was when it was told: a duration, never a date, because the rules see no clock.
public struct FactAge: Sendable, Equatable {
    /// The number as it was told.
    public let value: Double
    /// The place of its unit in `units`: a number, so that a statement is plain bytes.
    private let place: UInt8

    /// Its UCUM unit: `h`, `d`, `wk`, `mo`, `a`.
    public var unit: String { Self.units[Int(place)] }

    /// An age; nil for another unit.
    public init?(value: Double, unit: String) {
        guard let place = Self.units.firstIndex(of: unit) else { return nil }
        self.value = value
        self.place = UInt8(place)
    }

    /// The same in days.
    public var days: Double { value * Self.daysPerUnit[Int(place)] }

    /// The units, shortest first.
    public static let units = ["h", "d", "wk", "mo", "a"]

    /// UCUM: a year is 365.25 days, a month a twelfth of it.
    private static let daysPerUnit = [1.0 / 24, 1, 7, 30.4375, 365.25]
}

/// For how long a value is taken without a remark.
public struct Freshness: Sendable, Equatable {
    /// In days.
    public let days: Double
    /// The source that gives the limit; nil: the engine's own default.
    public let reference: String?

    /// A limit.
    public init(days: Double, reference: String?) {
        self.days = days
        self.reference = reference
    }
}
