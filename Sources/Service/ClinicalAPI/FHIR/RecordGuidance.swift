import ClinicalModel
import DecisionLogic
import FHIRReading
import JSONText

/// The guidance for what a record says: the one way from resources to options, for cards and for `$apply` alike.
struct RecordGuidance {
    let record: FHIRCase
    let guidance: Guidance

    /// Reads resources and judges them.
    init(_ sent: [(place: String, value: JSONValue)], patient: String?, on day: CivilDay, by advisor: Advisor) {
        record = advisor.records.read(sent, patient: patient, on: day)
        guidance = advisor.guidance(
            statements: record.statements, notes: Self.notes(record), question: nil)
    }

    /// Whether there is anything to say of this patient: the record shows a neoplasm of this field, and the patient lives.
    var speaks: Bool {
        record.showsNeuroendocrineNeoplasm && !record.isDeceased && guidance.outcome != .outOfScope
    }

    /// What must be said of the reading beside the facts.
    private static func notes(_ record: FHIRCase) -> [CaseNote] {
        var notes: [CaseNote] = []
        if record.patientCount > 1 {
            notes.append(CaseNote(.multiplePatients, "The data is of more than one patient."))
        }
        if !record.incomplete.isEmpty {
            notes.append(
                CaseNote(
                    .unreadText,
                    "Only a part of the data was sent (\(record.incomplete.joined(separator: ", "))): what the rest holds is unknown."
                ))
        }
        return notes
    }
}
