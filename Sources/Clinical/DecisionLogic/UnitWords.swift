/// Units as people write them: `58 years`, `150 × 10⁹/L`, where data holds the UCUM code `a`, `10*9/L`. The one place for it.
package enum UnitWords {
    /// What stands behind a number, with the space in front; nothing for a bare number.
    package static func behind(_ number: Double?, _ unit: String) -> String {
        if unit == "1" || unit.isEmpty { return "" }
        if let duration = durations[unit] { return " " + duration + (number == 1 ? "" : "s") }
        return " " + (signs[unit] ?? unit)
    }

    /// A number, or two, with the unit: `28 days`, `3 to 8 mg/kg`.
    package static func amount(_ low: Double, _ high: Double, _ unit: String, between: String = " to ") -> String {
        let range = low == high ? "" : between + FactDefinition.plain(high)
        return FactDefinition.plain(low) + range + behind(low == high ? low : nil, unit)
    }

    private static let durations = ["a": "year", "mo": "month", "wk": "week", "d": "day", "h": "hour"]
    private static let signs = [
        "umol/L": "µmol/L", "10*9/L": "× 10⁹/L", "/(2.mm2)": "per 2 mm²", "mL/min/{1.73_m2}": "mL/min/1.73 m²",
        "mg/m2": "mg/m²", "g/m2": "g/m²", "kg/m2": "kg/m²", "mg/d": "mg/day", "mg/m2/d": "mg/m²/day",
        "mg/kg/d": "mg/kg/day", "ug": "µg", "ug/d": "µg/day",
    ]
}
