import ClinicalModel
import FHIRReading
import JSONText

/// A drafted order of a medicine.
struct DraftOrder {
    /// `MedicationRequest/id`; nil: it has no id.
    let reference: String?
    let drug: String
    /// The dose of the first instruction, where it is one quantity.
    let dose: Amount?
    /// Doses in a day, where the timing says how often in which period.
    let timesPerDay: Double?

    /// An order of a drug that the knowledge has; nil for anything else: another resource, one that is not to be done, a
    /// medicine that is not known here.
    init?(_ resource: JSONValue, reader: FHIRReader) {
        guard resource["resourceType"] == .string("MedicationRequest"), resource["doNotPerform"] != .bool(true) else {
            return nil
        }
        if case .string(let status)? = resource["status"],
            ["cancelled", "entered-in-error", "stopped"].contains(status)
        {
            return nil
        }
        guard let drug = reader.drug(of: Self.medicine(resource)) else { return nil }
        self.drug = drug
        reference = Self.reference(resource)
        let instruction = Self.first(resource["dosageInstruction"])
        dose = Self.first(instruction?["doseAndRate"])?["doseQuantity"].flatMap(Self.amount)
        timesPerDay = instruction?["timing"]?["repeat"].flatMap(Self.frequency)
    }

    private static func medicine(_ resource: JSONValue) -> JSONValue? {
        if let concept = resource["medicationCodeableConcept"] { return concept }
        guard case .string(let reference)? = resource["medicationReference"]?["reference"], reference.hasPrefix("#"),
            case .array(let contained)? = resource["contained"]
        else { return nil }
        return contained.first { $0["id"] == .string(String(reference.dropFirst())) }?["code"]
    }

    /// `Type/id` of a draft.
    static func reference(_ resource: JSONValue) -> String? {
        guard case .string(let type)? = resource["resourceType"], case .string(let id)? = resource["id"],
            UUIDText.isFHIRID(id)
        else { return nil }
        return "\(type)/\(id)"
    }

    private static func first(_ value: JSONValue?) -> JSONValue? {
        if case .array(let elements)? = value { elements.first } else { nil }
    }

    private static func amount(_ quantity: JSONValue) -> Amount? {
        guard case .number(let number)? = quantity["value"], quantity["comparator"] == nil else { return nil }
        for name in ["code", "unit"] {
            if case .string(let unit)? = quantity[name] { return Amount(minimum: number, maximum: number, unit: unit) }
        }
        return nil
    }

    /// FHIR R4 `Timing.repeat`: so many times in so long; a range of either is no one rhythm.
    private static func frequency(_ timing: JSONValue) -> Double? {
        guard case .number(let period)? = timing["period"], period > 0, timing["periodMax"] == nil,
            timing["frequencyMax"] == nil, case .string(let unit)? = timing["periodUnit"],
            let days = DoseComparison.days[unit]
        else { return nil }
        var frequency = 1.0
        if case .number(let number)? = timing["frequency"] { frequency = number }
        return frequency > 0 ? frequency / (period * days) : nil
    }
}

/// Compares a drafted dose with that of a regimen, by a table of units alone.
struct DoseComparison {
    /// Days of FHIR's units of time (UCUM).
    static let days: [String: Double] = [
        "h": 1.0 / 24, "d": 1, "wk": 7, "mo": 30.4375, "a": 365.25,
    ]

    /// Units of one kind with their factor to the first of it.
    private static let units: [String: (kind: String, factor: Double)] = [
        "mg": ("mass", 1), "g": ("mass", 1_000), "ug": ("mass", 0.001), "mcg": ("mass", 0.001), "µg": ("mass", 0.001),
        "mg/m2": ("mass/surface", 1), "mg/kg": ("mass/weight", 1), "GBq": ("activity", 1), "MBq": ("activity", 0.001),
        "mCi": ("activity", 0.037),
    ]

    /// What of a draft differs from every part of a regimen that gives its drug; nil: nothing, or it cannot be compared.
    static func difference(
        _ order: DraftOrder, _ parts: [(part: RegimenPart, calculated: DoseCalculation?)]
    ) -> (words: String, part: RegimenPart)? {
        let own = parts.filter { $0.part.drug == order.drug }
        guard let first = own.first else { return nil }
        var words: [String] = []
        if let dose = order.dose {
            let verdicts = own.map { fits(dose, $0.part, $0.calculated) }
            if !verdicts.contains(true), verdicts.contains(false) {
                let expected = own.map { reckoned($0.calculated)?.words ?? $0.part.dose.words }
                words.append("dose \(dose.words) drafted, \(expected.joined(separator: " or ")) in the source")
            }
        }
        if let drafted = order.timesPerDay {
            let rhythms = own.compactMap { rhythm($0.part) }
            if !rhythms.isEmpty, rhythms.allSatisfy({ abs($0.perDay - drafted) > 0.02 * $0.perDay }) {
                words.append(
                    "drafted \(spoken(drafted)), \(rhythms.map(\.words).joined(separator: " or ")) in the source")
            }
        }
        return words.isEmpty ? nil : (words.joined(separator: "; "), first.part)
    }

    private static func reckoned(_ calculated: DoseCalculation?) -> Amount? {
        if case .dose(let amount, _, _, _, _)? = calculated { amount } else { nil }
    }

    /// nil: they cannot be compared. A dose that was reckoned is taken with a tenth of play, for rounding to what is sold.
    private static func fits(_ dose: Amount, _ part: RegimenPart, _ calculated: DoseCalculation?) -> Bool? {
        if let verdict = within(dose, part.dose, play: 0.005) { return verdict }
        return reckoned(calculated).flatMap { within(dose, $0, play: 0.1) }
    }

    private static func within(_ dose: Amount, _ wanted: Amount, play: Double) -> Bool? {
        guard let drafted = units[dose.unit], let expected = units[wanted.unit], drafted.kind == expected.kind else {
            return nil
        }
        let value = dose.minimum * drafted.factor
        return value >= wanted.minimum * expected.factor * (1 - play)
            && value <= wanted.maximum * expected.factor * (1 + play)
    }

    private static func rhythm(_ part: RegimenPart) -> (perDay: Double, words: String)? {
        if let every = part.every, every.minimum == every.maximum, let length = days[every.unit] {
            return (1 / (every.minimum * length), "every \(every.words)")
        }
        // A rhythm of some days of a cycle is no rhythm of every day.
        if let times = part.timesPerDay, part.days == nil { return (Double(times), "\(times) a day") }
        return nil
    }

    private static func spoken(_ perDay: Double) -> String {
        perDay >= 1
            ? "\(Self.short(perDay)) a day" : "every \(Self.short(1 / perDay)) days"
    }

    private static func short(_ value: Double) -> String {
        let rounded = (value * 10).rounded() / 10
        return Int(exactly: rounded).map(String.init) ?? String(rounded)
    }
}
