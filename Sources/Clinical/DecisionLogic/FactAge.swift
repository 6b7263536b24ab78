/// How old a value was when it was told: a duration, never a date, because the rules see no clock.
public struct FactAge: Sendable, Equatable {
    /// The number as it was told.
    public let value: Double
    /// Its UCUM unit: `h`, `d`, `wk`, `mo`, `a`.
    public let unit: String

    /// An age; nil for another unit.
    public init?(value: Double, unit: String) {
        guard Self.daysPerUnit[unit] != nil else { return nil }
        self.value = value
        self.unit = unit
    }

    /// The same in days.
    public var days: Double { value * (Self.daysPerUnit[unit] ?? 1) }

    /// The units, shortest first.
    public static let units = ["h", "d", "wk", "mo", "a"]

    /// UCUM: a year is 365.25 days, a month a twelfth of it.
    private static let daysPerUnit: [String: Double] = ["h": 1.0 / 24, "d": 1, "wk": 7, "mo": 30.4375, "a": 365.25]
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
