import ClinicalModel
import DecisionLogic
import JSONText
import KnowledgeStore

/// Reads the value of an observation as numbers of a fact: comparators become intervals, units go by table alone.
struct QuantityElement {
    let definition: FactDefinition
    let units: [String: Terminology.Unit]

    private static let ucum = "http://unitsofmeasure.org"

    /// The interval of an observation's value, with the name of the element; or why there is none.
    func read(_ value: JSONValue) -> (interval: Interval?, element: String, reason: UnreadItem.Reason?) {
        if let quantity = value["valueQuantity"] {
            let (interval, reason) = read(quantity: quantity)
            return (interval, "valueQuantity", reason)
        }
        if let number = value["valueInteger"]?.number {
            guard definition.unit == "1" else { return (nil, "valueInteger", .noUnit) }
            let (interval, reason) = checked(Interval(exactly: number))
            return (interval, "valueInteger", reason)
        }
        if let range = value["valueRange"] {
            let (interval, reason) = read(range: range)
            return (interval, "valueRange", reason)
        }
        if value["valueString"] != nil { return (nil, "valueString", .freeText) }
        return (nil, "value", .noValue)
    }

    private func read(quantity: JSONValue) -> (Interval?, UnreadItem.Reason?) {
        guard let number = quantity["value"]?.number else { return (nil, .noValue) }
        let (factor, reason) = factor(of: quantity)
        guard let factor else { return (nil, reason) }
        let scaled = CaseNumbers.scaled(number, factor)
        switch quantity["comparator"]?.text {
        case nil where quantity["comparator"] == nil: return checked(Interval(exactly: scaled))
        case "<": return checked(Interval(upper: scaled, upperIsOpen: true))
        case "<=": return checked(Interval(upper: scaled))
        case ">": return checked(Interval(lower: scaled, lowerIsOpen: true))
        case ">=": return checked(Interval(lower: scaled))
        // FHIR R5 has `ad`, sufficient to achieve a total: no interval. A comparator must not be passed over.
        default: return (nil, .malformed)
        }
    }

    private func read(range: JSONValue) -> (Interval?, UnreadItem.Reason?) {
        var ends: (low: Double?, high: Double?) = (nil, nil)
        for name in ["low", "high"] {
            guard let end = range[name], let number = end["value"]?.number else { continue }
            let (factor, reason) = factor(of: end)
            guard let factor else { return (nil, reason) }
            if name == "low" {
                ends.low = CaseNumbers.scaled(number, factor)
            } else {
                ends.high = CaseNumbers.scaled(number, factor)
            }
        }
        guard ends.low != nil || ends.high != nil else { return (nil, .noValue) }
        return checked(Interval(lower: ends.low ?? -.infinity, upper: ends.high ?? .infinity))
    }

    /// value × factor = value in the fact's unit. The UCUM code decides; a unit in words counts where the table has it.
    private func factor(of quantity: JSONValue) -> (Double?, UnreadItem.Reason?) {
        let code = quantity["code"]?.text
        let system = quantity["system"]?.text
        let unit = code != nil && (system == nil || system == Self.ucum) ? code : quantity["unit"]?.text
        guard let unit, !unit.isEmpty else {
            return definition.unit == "1" ? (1, nil) : (nil, .noUnit)
        }
        if let known = factor(of: unit) { return (known, nil) }
        if let other = units[unit], let known = factor(of: other.unit) { return (known * other.factor, nil) }
        return (nil, .unknownUnit)
    }

    private func factor(of unit: String) -> Double? { unit == definition.unit ? 1 : definition.conversions[unit] }

    private func checked(_ interval: Interval) -> (Interval?, UnreadItem.Reason?) {
        interval.isEmpty || !CaseNumbers.fits(interval, definition.bounds) ? (nil, .implausible) : (interval, nil)
    }
}
