import ClinicalModel
import DecisionLogic

/// Reckons the dose of a part of a regimen for one patient, step by step. Nothing is reckoned while a fact is unknown that
/// could change the result, and nothing for a body that cannot be.
struct DoseCalculator {
    let rules: DoseRules
    let vocabulary: Vocabulary
    let values: [FactValue]

    /// What a dose is given by.
    private enum Basis {
        case flat, weight, surface
    }

    /// A reckoning under way.
    private struct Reckoning {
        var low: Double
        var high: Double
        var unit: String
        var lines: [DoseCalculation.Line] = []
        var isReckoned = false
    }

    /// The dose of a part; nil where there is nothing to reckon: a fixed dose that no step concerns.
    func dose(
        of part: RegimenPart, in regimen: String, of intervention: String, _ sources: inout Bibliography
    ) -> DoseCalculation? {
        let steps = rules.steps(of: part.drug, in: regimen, of: intervention)
        let (basis, unit) = basis(part.dose.unit)
        if basis == .flat && steps.isEmpty { return nil }
        if basis != .flat && rules.body == nil { return nil }
        let truths = steps.map { $0.when.evaluate(values) }
        let withholding = zip(steps, truths).filter { $0.change == .withhold && $1 == .true }.map(\.0)
        if !withholding.isEmpty { return .withheld(withholding.map { line($0, $0.statement, &sources) }) }
        let needs = missing(basis, steps)
        if !needs.isEmpty {
            let names = needs.members.map { vocabulary[$0].title }.joined(separator: ", ")
            return .needs(
                needs.members, explanation: "Not calculated: not known, or not as one number: \(names).")
        }
        var reckoning = Reckoning(low: part.dose.minimum, high: part.dose.maximum, unit: unit)
        if let refusal = apply(basis, part.dose, &reckoning) { return .withheld([refusal]) }
        for (step, truth) in zip(steps, truths) {
            switch truth {
            case .true: apply(step, &reckoning, &sources)
            case .false:
                if let otherwise = step.otherwise { reckoning.lines.append(line(step, otherwise, &sources)) }
            case .unknown: break
            }
        }
        return reckoning.lines.isEmpty ? nil : result(reckoning, part)
    }

    /// `mg/m2` is by surface, `mg/kg` by weight; what remains is the unit of the result.
    private func basis(_ unit: String) -> (Basis, String) {
        var parts = unit.split(separator: "/").map(String.init)
        for (name, basis) in [("m2", Basis.surface), ("kg", Basis.weight)] {
            if let place = parts.dropFirst().firstIndex(of: name) {
                parts.remove(at: place)
                return (basis, parts.joined(separator: "/"))
            }
        }
        return (.flat, unit)
    }

    // MARK: - What must be known

    private func missing(_ basis: Basis, _ steps: [DoseRules.Step]) -> BitSet {
        var needs = BitSet()
        needs.formUnion(body(for: basis))
        for step in steps {
            if !step.isOptional { needs.formUnion(step.when.needs(values)) }
            if case .set(let dose) = step.change, step.when.evaluate(values) == .true {
                needs.formUnion(body(for: self.basis(dose.unit).0))
            }
        }
        return needs
    }

    /// The weight and the height, where a dose goes by them and they are not known as one number.
    private func body(for basis: Basis) -> BitSet {
        guard let body = rules.body, basis != .flat else { return BitSet() }
        let facts = basis == .surface ? [body.weight, body.height] : [body.weight]
        return BitSet(facts.filter { number($0) == nil })
    }

    private func number(_ fact: Int) -> Double? {
        if case .quantity(let interval) = values[fact] { return interval.point }
        return nil
    }

    // MARK: - Steps

    /// Multiplies by weight or surface; the line of a refusal where the body cannot be.
    private func apply(_ basis: Basis, _ dose: Amount, _ reckoning: inout Reckoning) -> DoseCalculation.Line? {
        guard basis != .flat, let body = rules.body, let weight = number(body.weight) else { return nil }
        guard body.fits(values[body.weight], values[body.height]) else {
            return DoseCalculation.Line(
                statement: "Not calculated: the weight and the height cannot be one person's.")
        }
        guard let factor = factor(of: basis) else { return nil }
        if basis == .surface, let height = number(body.height) {
            reckoning.lines.append(
                .init(
                    statement: "body surface (Mosteller): √(\(plain(height)) cm × \(plain(weight)) kg ÷ 3600) = "
                        + "\(plain(factor)) m², rounded to 0.01 m²"))
        }
        multiply(&reckoning, by: factor)
        let unit = basis == .weight ? "kg" : "m²"
        reckoning.lines.append(
            .init(statement: "\(dose.words) × \(plain(factor)) \(unit) = \(amount(reckoning))"))
        return nil
    }

    /// What a dose is multiplied by: kilograms or square metres; nil where it is not known.
    private func factor(of basis: Basis) -> Double? {
        guard basis != .flat, let body = rules.body, let weight = number(body.weight) else { return nil }
        if basis == .weight { return weight }
        return number(body.height).map { Self.mosteller(kilograms: weight, centimetres: $0) }
    }

    /// The body surface by Mosteller's formula, m², to two decimals.
    static func mosteller(kilograms: Double, centimetres: Double) -> Double {
        ((centimetres * kilograms / 3_600).squareRoot() * 100).rounded() / 100
    }

    private func multiply(_ reckoning: inout Reckoning, by factor: Double) {
        reckoning.low *= factor
        reckoning.high *= factor
        reckoning.isReckoned = true
    }

    private func apply(_ step: DoseRules.Step, _ reckoning: inout Reckoning, _ sources: inout Bibliography) {
        let before = amount(reckoning)
        switch step.change {
        case .set(let dose):
            let (basis, unit) = basis(dose.unit)
            let factor = factor(of: basis) ?? 1
            (reckoning.low, reckoning.high, reckoning.unit) = (dose.minimum * factor, dose.maximum * factor, unit)
            reckoning.isReckoned = basis != .flat
            let times = basis == .flat ? "" : "\(dose.words) × \(plain(factor)) \(basis == .weight ? "kg" : "m²") = "
            reckoning.lines.append(
                line(step, "\(step.statement): \(times)\(amount(reckoning)) instead of \(before)", &sources))
        case .times(let share):
            multiply(&reckoning, by: share)
            reckoning.lines.append(
                line(step, "\(step.statement): \(before) × \(plain(share)) = \(amount(reckoning))", &sources))
        case .less(let less):
            reckoning.low -= less.minimum
            reckoning.high -= less.maximum
            reckoning.lines.append(
                line(
                    step,
                    "\(step.statement): \(before) − \(amount(less.minimum, less.maximum, less.unit)) = \(amount(reckoning))",
                    &sources))
        case .withhold: break
        }
    }

    private func line(
        _ step: DoseRules.Step, _ statement: String, _ sources: inout Bibliography
    ) -> DoseCalculation.Line {
        DoseCalculation.Line(
            statement: statement, section: step.section, number: sources.cite(step.reference),
            isConfirmed: step.isConfirmed)
    }

    // MARK: - The result

    /// What was multiplied is rounded once, at the end, to whole units.
    private func result(_ reckoning: Reckoning, _ part: RegimenPart) -> DoseCalculation {
        func rounded(_ value: Double) -> Double { reckoning.isReckoned ? value.rounded() : value }
        let dose = Amount(
            minimum: rounded(reckoning.low), maximum: rounded(reckoning.high), unit: reckoning.unit)
        let times = Double(part.timesPerDay ?? 1)
        let perDay =
            times > 1
            ? Amount(minimum: dose.minimum * times, maximum: dose.maximum * times, unit: "\(dose.unit)/d") : nil
        return .dose(
            dose, perDay: perDay, steps: reckoning.lines, rounding: reckoning.isReckoned ? rules.rounding : nil,
            remark: rules.remark)
    }

    private func amount(_ reckoning: Reckoning) -> String { amount(reckoning.low, reckoning.high, reckoning.unit) }

    private func amount(_ low: Double, _ high: Double, _ unit: String) -> String {
        let hundredths = { (value: Double) in (value * 100).rounded() / 100 }
        return UnitWords.amount(hundredths(low), hundredths(high), unit)
    }

    /// A number to two decimals, without a needless point.
    private func plain(_ value: Double) -> String { FactDefinition.plain((value * 100).rounded() / 100) }
}
