import ClinicalModel
import DecisionLogic
import JSONText

/// Writes amounts, and what was reckoned for one patient.
struct DoseJSON {
    let vocabulary: Vocabulary

    /// `value`, or `min` and `max`, with `unit`.
    static func writeMembers(_ amount: Amount, to json: inout JSONWriter) {
        if amount.minimum == amount.maximum {
            json.member("value", amount.minimum)
        } else {
            json.member("min", amount.minimum)
            json.member("max", amount.maximum)
        }
        json.member("unit", amount.unit)
    }

    /// The members of `calculated`: a dose with its steps; or the facts that it needs; or why none is given.
    ///
    /// - Parameter number: writes the value that stands for the number of a source.
    func write(
        _ calculation: DoseCalculation, to json: inout JSONWriter,
        number: (Int, inout JSONWriter) -> Void = { $1.number($0) }
    ) {
        switch calculation {
        case .dose(let dose, let perDay, let steps, let rounding, let remark):
            Self.writeMembers(dose, to: &json)
            if let perDay { json.object("perDay") { Self.writeMembers(perDay, to: &$0) } }
            write("steps", steps, &json, number)
            json.member("rounding", rounding)
            json.member("remark", remark)
        case .needs(let facts, let explanation):
            json.member("needs", facts.map { vocabulary[$0].path })
            json.member("explanation", explanation)
        case .withheld(let reasons): write("withheld", reasons, &json, number)
        }
    }

    private func write(
        _ name: String, _ lines: [DoseCalculation.Line], _ json: inout JSONWriter,
        _ number: (Int, inout JSONWriter) -> Void
    ) {
        json.list(name, lines) { json, line in
            json.beginObject()
            json.member("statement", line.statement)
            json.member("section", line.section)
            if let source = line.number {
                json.key("reference")
                number(source, &json)
            }
            if let isConfirmed = line.isConfirmed { json.member("confirmed", isConfirmed) }
            json.endObject()
        }
    }
}
