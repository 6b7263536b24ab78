import ClinicalModel
import DecisionLogic

/// Reads `patient-advice.json`, which a folder of knowledge may have.
struct PatientAdviceReader {
    let documents: DocumentReader

    func read(_ node: DocumentNode) -> PatientAdvice {
        node.allow("schema", "questionsForDoctor", "seekHelp")
        node.checkHeader(kind: "patient-advice", id: nil)
        var ids: Set<String> = []
        func once(_ entry: DocumentNode) -> String {
            let id = entry.string("id")
            if !DocumentNode.isID(id) { entry.defect(.wrongType, "`\(id)` is no id") }
            if !ids.insert(id).inserted { entry.defect(.duplicateID, "the id `\(id)` stands twice") }
            return id
        }
        return PatientAdvice(
            questions: (node.required("questionsForDoctor")?.elements ?? []).map { entry in
                entry.allow("id", "when", "options", "drugs", "question")
                return PatientAdvice.Question(
                    id: once(entry), occasion: occasion(entry), question: entry.string("question"))
            },
            alarms: (node.required("seekHelp")?.elements ?? []).map { entry in alarm(entry, once(entry)) })
    }

    private func alarm(_ node: DocumentNode, _ id: String) -> PatientAdvice.Alarm {
        node.allow("id", "when", "options", "drugs", "statement", "reference", "section", "confirmed")
        let occasion = occasion(node)
        let reference = node.optionalString("reference")
        if reference == nil && !occasion.isGeneral {
            node.defect(.missingMember, "a danger of a disease or a treatment needs its `reference`")
        }
        if reference == nil && node.has("section") {
            node.defect(.missingMember, "a `section` needs its `reference`")
        }
        return PatientAdvice.Alarm(
            id: id, occasion: occasion, statement: node.string("statement"), reference: reference,
            section: node.optionalString("section"), isConfirmed: reference != nil && node.bool("confirmed"))
    }

    private func occasion(_ node: DocumentNode) -> PatientAdvice.Occasion {
        PatientAdvice.Occasion(
            when: documents.conditions.readOptional(node.optional("when")), options: node.optionalStrings("options"),
            drugs: node.optionalStrings("drugs"))
    }
}
