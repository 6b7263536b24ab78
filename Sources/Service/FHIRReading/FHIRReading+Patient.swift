import ClinicalModel
import DecisionLogic
import JSONText

extension FHIRReading {
    /// Age and sex. The name, address and telephone are not looked at.
    mutating func readPatient(_ resource: FHIRResource) {
        let value = resource.value
        isDeceased = isDeceased || value["deceasedBoolean"]?.flag == true || value["deceasedDateTime"] != nil
        if let gender = value["gender"]?.text, let fact = vocabulary.index(of: "patient.sex") {
            if let code = vocabulary[fact].index(of: gender) {
                pool.add(
                    Candidate(
                        setting: .init(fact: fact, value: .codes(BitSet([code]))), source: resource.source("gender"),
                        date: nil, kind: .record))
            } else {
                pool.leave(resource.source("gender"), .codeNotUsed)
            }
        }
        guard let text = value["birthDate"]?.text, let fact = vocabulary.index(of: "patient.age") else { return }
        let source = resource.source("birthDate")
        guard let birth = FHIRDate(text) else { return pool.leave(source, .malformed) }
        guard birth.first <= day else { return pool.leave(source, .inTheFuture) }
        // A year of birth alone leaves two ages.
        let youngest = max(0, day.years(since: birth.last))
        let interval = Interval(lower: Double(youngest), upper: Double(day.years(since: birth.first)))
        guard !vocabulary[fact].bounds.intersection(interval).isEmpty, interval.upper <= vocabulary[fact].bounds.upper
        else { return pool.leave(source, .implausible) }
        pool.add(
            Candidate(
                setting: .init(fact: fact, value: .quantity(interval)), source: source, date: nil, kind: .record))
    }
}
