import ClinicalModel
import DecisionLogic
import FHIRReading
import JSONText
import KnowledgeStore
import TestSupport

/// A record in short words, so that a test shows the trap and not the syntax of FHIR.
enum RecordText {
    static let day = CivilDay(year: 2026, month: 11, day: 26) ?? CivilDay(number: 0)

    /// What is read of resources: facts as `path: words`, and what is left aside as `Type.path reason`.
    static func read(
        _ resources: [String], patient: String? = nil, knowledge: KnowledgeBase? = nil
    ) throws -> (facts: [String], unread: [String], record: FHIRCase) {
        let knowledge = try knowledge ?? Checkout.knowledge.get()
        let sent = try resources.map { (place: "test", value: try JSONReader().read(Array($0.utf8))) }
        let record = FHIRReader(knowledge: knowledge).read(sent, patient: patient, on: day)
        let vocabulary = knowledge.clinical.vocabulary
        let facts = record.facts.map { fact in
            let definition = vocabulary[fact.statement.fact]
            return "\(definition.path): \(definition.code(for: fact.statement.value))"
        }
        return (facts, record.unread.map { "\($0.path ?? $0.resourceType) \($0.reason.rawValue)" }, record)
    }

    static func coding(_ system: String, _ code: String) -> String {
        "{\"coding\":[{\"system\":\"\(systems[system] ?? system)\",\"code\":\"\(code)\"}]}"
    }

    static let systems = [
        "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm", "icd10": "http://hl7.org/fhir/sid/icd-10",
        "icdo": "http://terminology.hl7.org/CodeSystem/icd-o-3", "sct": "http://snomed.info/sct",
        "loinc": "http://loinc.org", "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
        "atc": "http://www.whocc.no/atc", "ncit": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
    ]

    static func condition(_ system: String, _ code: String, _ more: String = "") -> String {
        "{\"resourceType\":\"Condition\",\"id\":\"c-\(code.filter { $0.isLetter || $0.isNumber })\",\"code\":\(coding(system, code))\(more)}"
    }

    static func histology(_ code: String) -> String {
        ",\"extension\":[{\"url\":\"http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-morphology-behavior\",\"valueCodeableConcept\":\(coding("icdo", code))}]"
    }

    static func observation(
        _ system: String, _ code: String, _ value: String, on date: String? = "2026-11-01", status: String = "final",
        id: String = "o", more: String = ""
    ) -> String {
        let effective = date.map { ",\"effectiveDateTime\":\"\($0)\"" } ?? ""
        return
            "{\"resourceType\":\"Observation\",\"id\":\"\(id)\",\"status\":\"\(status)\",\"code\":\(coding(system, code))\(effective),\(value)\(more)}"
    }

    static func quantity(_ number: String, _ unit: String, comparator: String? = nil) -> String {
        let comparator = comparator.map { ",\"comparator\":\"\($0)\"" } ?? ""
        return
            "\"valueQuantity\":{\"value\":\(number)\(comparator),\"system\":\"http://unitsofmeasure.org\",\"code\":\"\(unit)\"}"
    }

    static func answer(_ code: String) -> String { "\"valueCodeableConcept\":\(coding("sct", code))" }

    static func medication(
        _ type: String, _ system: String, _ code: String, _ status: String, on date: String? = "2026-10-01",
        id: String = "m", more: String = ""
    ) -> String {
        let name = type == "MedicationRequest" ? "authoredOn" : "effectiveDateTime"
        let effective = date.map { ",\"\(name)\":\"\($0)\"" } ?? ""
        return
            "{\"resourceType\":\"\(type)\",\"id\":\"\(id)\",\"status\":\"\(status)\",\"intent\":\"order\",\"medicationCodeableConcept\":\(coding(system, code))\(effective)\(more)}"
    }

    static func bundle(_ resources: [String], next: Bool = false, type: String = "searchset") -> String {
        let link = next ? ",\"link\":[{\"relation\":\"self\",\"url\":\"x\"},{\"relation\":\"next\",\"url\":\"y\"}]" : ""
        return
            "{\"resourceType\":\"Bundle\",\"type\":\"\(type)\"\(link),\"entry\":[\(resources.map { "{\"resource\":\($0)}" }.joined(separator: ","))]}"
    }
}
