import ClinicalModel
import DecisionLogic
import JSONText

/// Writes facts as the case format has them.
struct FactJSON {
    let vocabulary: Vocabulary

    /// The members that carry a fact's value: `value` with `unit` for a number; a range; a code; `{"anyOf"}`; a list with
    /// `excludes` beside it.
    func writeValue(_ fact: Guidance.Fact, to json: inout JSONWriter) {
        let definition = vocabulary[fact.fact]
        switch fact.value {
        case .codes(let codes):
            let names = codes.members.map { definition.codes[$0].id }
            json.key("value")
            if definition.type == .boolean, names.count == 1 {
                json.bool(names[0] == "true")
            } else if names.count == 1 {
                json.string(names[0])
            } else {
                json.beginObject()
                json.member("anyOf", names)
                json.endObject()
            }
        case .quantity(let interval):
            if let point = interval.point {
                json.member("value", point)
                json.member("unit", definition.unit)
            } else {
                json.object("value") { range(&$0, interval, definition.unit) }
            }
        case .members(let included, let excluded):
            let isRefusal = definition.excludesNamed != nil
            let named = isRefusal ? mostGeneral(included, definition) : mostSpecific(included, definition)
            if !named.isEmpty { json.member("value", named) }
            if fact.closesSet {
                json.member("complete", true)
            } else {
                json.member("excludes", mostGeneral(excluded, definition))
            }
        }
    }

    private func range(_ json: inout JSONWriter, _ interval: Interval, _ unit: String) {
        Self.writeMembers(interval, unit: unit, to: &json)
    }

    /// The members of a quantity as the case format has them: `value`, or `min` and `max` with `exclusive`; and `unit`.
    static func writeMembers(_ interval: Interval, unit: String, to json: inout JSONWriter) {
        if let point = interval.point {
            json.member("value", point)
            json.member("unit", unit)
            return
        }
        let (low, high) = (interval.lower.isFinite, interval.upper.isFinite)
        if low { json.member("min", interval.lower) }
        if high { json.member("max", interval.upper) }
        json.member("unit", unit)
        switch (low && interval.lowerIsOpen, high && interval.upperIsOpen) {
        case (true, true): json.member("exclusive", "both")
        case (true, false): json.member("exclusive", "min")
        case (false, true): json.member("exclusive", "max")
        case (false, false): break
        }
    }

    /// What was named, without the classes that it brought.
    private func mostSpecific(_ codes: BitSet, _ definition: FactDefinition) -> [String] {
        codes.members.filter { definition.codes[$0].descendants.isDisjoint(with: codes) }.map {
            definition.codes[$0].id
        }
    }

    /// What was named as a class, without the members that it brought.
    private func mostGeneral(_ codes: BitSet, _ definition: FactDefinition) -> [String] {
        codes.members.filter { definition.codes[$0].ancestors.isDisjoint(with: codes) }.map { definition.codes[$0].id }
    }
}
