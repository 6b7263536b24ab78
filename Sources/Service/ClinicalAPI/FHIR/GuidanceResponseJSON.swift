import ClinicalModel
import DecisionLogic
import FHIRReading
import JSONText
import KnowledgeStore

/// Writes guidance as a FHIR R4 GuidanceResponse that holds everything it refers to.
struct GuidanceResponseJSON {
    let answer: RecordGuidance
    let knowledge: KnowledgeBase
    let settings: EHRSettings
    let patientID: String?

    private var guidance: Guidance { answer.guidance }
    private var vocabulary: Vocabulary { knowledge.clinical.vocabulary }
    private var hasOptions: Bool { answer.speaks && !guidance.options.isEmpty }

    /// The bytes.
    func bytes() -> [UInt8] {
        let issues = issues
        var json = JSONWriter(capacity: 64 * 1024)
        json.beginObject()
        json.member("resourceType", "GuidanceResponse")
        json.key("contained")
        json.beginArray()
        if hasOptions { writeRequestGroup(to: &json) }
        if !issues.isEmpty {
            json.beginObject()
            OperationOutcome(200, issues).write(to: &json, id: "messages")
            json.endObject()
        }
        writeOutput(to: &json)
        json.endArray()
        json.member("moduleCanonical", PlanJSON(knowledge: knowledge, settings: settings).canonical)
        json.member("status", guidance.outcome == .dataRequired ? "data-required" : "success")
        if let patientID { reference("subject", "Patient/\(patientID)", to: &json) }
        json.member("occurrenceDateTime", answer.record.day.text)
        if !issues.isEmpty {
            json.key("evaluationMessage")
            json.beginArray()
            json.beginObject()
            json.member("reference", "#messages")
            json.endObject()
            json.endArray()
        }
        reference("outputParameters", "#output", to: &json)
        if hasOptions { reference("result", "#options", to: &json) }
        json.list("dataRequirement", answer.speaks ? guidance.followUp : []) { write($1, to: &$0) }
        json.endObject()
        return json.bytes
    }

    private func reference(_ name: String, _ reference: String, to json: inout JSONWriter) {
        json.object(name) { $0.member("reference", reference) }
    }

    // MARK: - Messages

    private var issues: [OperationOutcome.Issue] {
        var issues: [OperationOutcome.Issue] = []
        func tell(_ severity: String, _ code: String, _ text: String) {
            issues.append(.init(code: code, text: text, expression: nil, severity: severity))
        }
        if answer.record.isDeceased {
            tell("information", "informational", "the record says that the patient has died")
        }
        if !answer.record.showsNeuroendocrineNeoplasm {
            tell("information", "not-found", "nothing in the data says that the patient has a neuroendocrine neoplasm")
        }
        for conflict in guidance.conflicts {
            tell(
                "warning", "conflict",
                "\(vocabulary[conflict.fact].title): \(conflict.between.joined(separator: " against ")); counted as unknown"
            )
        }
        for note in guidance.notes { tell("warning", "informational", note.text) }
        if answer.record.unreadCount > 0 {
            tell("information", "incomplete", "\(answer.record.unreadCount) elements of the data were not read")
        }
        return Array(issues.prefix(20))
    }

    // MARK: - Options

    private func writeRequestGroup(to json: inout JSONWriter) {
        json.beginObject()
        json.member("resourceType", "RequestGroup")
        json.member("id", "options")
        json.member("instantiatesCanonical", [PlanJSON(knowledge: knowledge, settings: settings).canonical])
        json.member("status", "draft")
        json.member("intent", "proposal")
        if let patientID { reference("subject", "Patient/\(patientID)", to: &json) }
        json.list("note", guidance.excluded) { json, exclusion in
            json.beginObject()
            json.member(
                "text", "Not offered: \(exclusion.intervention.title.clinician). \(exclusion.reason.clinician)")
            json.endObject()
        }
        json.key("action")
        json.beginArray()
        json.beginObject()
        json.member("title", "Options for discussion in the tumour board, best first")
        json.member("selectionBehavior", "at-most-one")
        json.list("action", guidance.options) { write($1, to: &$0) }
        json.endObject()
        json.endArray()
        json.endObject()
    }

    private func write(_ option: Guidance.Option, to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", option.intervention.id)
        json.member("title", option.intervention.title.clinician)
        json.member("description", option.placement)
        json.list("code", [option.intervention.id]) { json, id in
            json.beginObject()
            json.list("coding", [id]) { json, id in
                json.beginObject()
                json.member("system", "urn:consilium:intervention")
                json.member("code", id)
                json.endObject()
            }
            json.endObject()
        }
        json.list("documentation", cited(option)) { json, cited in
            json.beginObject()
            json.member("type", "citation")
            json.member("label", "[\(cited.number)]")
            let section = cited.section.map { ", section \($0)" } ?? ""
            json.member("display", cited.reference.title + section)
            json.member(
                "url",
                settings.url("/references/\(cited.reference.id)") ?? cited.reference.doi.map { "https://doi.org/\($0)" }
            )
            json.endObject()
        }
        if !option.isRecommended {
            json.list("condition", [option.needs]) { json, needs in
                json.beginObject()
                json.member("kind", "applicability")
                json.object("expression") { json in
                    json.member(
                        "description", "Settled by: \(needs.map { vocabulary[$0].title }.joined(separator: ", "))")
                    // No EHR evaluates our rules: the expression names the facts that `$apply` wants to be told.
                    json.member("language", "text/plain")
                    json.member("expression", needs.map { vocabulary[$0].path }.joined(separator: " and "))
                }
                json.endObject()
            }
        }
        json.endObject()
    }

    private func cited(_ option: Guidance.Option) -> [(number: Int, section: String?, reference: Reference)] {
        var seen: Set<String> = []
        return option.evidence.compactMap { cited in
            let (number, section) = (cited.number, cited.statement.section)
            guard guidance.references.indices.contains(number - 1), seen.insert("\(number) \(section ?? "")").inserted
            else { return nil }
            return (number, section, guidance.references[number - 1])
        }
    }

    // MARK: - Output

    /// The report for the chart, the case as `/recommend` takes it, and what was read where.
    private func writeOutput(to json: inout JSONWriter) {
        json.beginObject()
        json.member("resourceType", "Parameters")
        json.member("id", "output")
        json.key("parameter")
        json.beginArray()
        json.beginObject()
        json.member("name", "report")
        json.object("resource") { writeDocument(to: &$0) }
        json.endObject()
        for (name, write) in documents {
            var inner = JSONWriter()
            inner.beginObject()
            write(&inner)
            inner.endObject()
            json.beginObject()
            json.member("name", name)
            json.member("valueString", String(decoding: inner.bytes, as: UTF8.self))
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }

    private var documents: [(String, (inout JSONWriter) -> Void)] {
        let record = RecordJSON(record: answer.record, vocabulary: vocabulary)
        var documents: [(String, (inout JSONWriter) -> Void)] = [("reading", { record.writeReading(to: &$0) })]
        if !answer.record.statements.isEmpty {
            documents.insert(("request", { record.writeCase("case", to: &$0) }), at: 0)
        }
        return documents
    }

    private func writeDocument(to json: inout JSONWriter) {
        json.member("resourceType", "DocumentReference")
        json.member("status", "current")
        json.object("type") { $0.member("text", "Treatment options for discussion") }
        if let patientID { reference("subject", "Patient/\(patientID)", to: &json) }
        json.member("description", "Options for discussion, from Consilium \(knowledge.manifest.version)")
        let report = RecordReport(answer: answer, knowledge: knowledge).markdown
        json.list("content", [report]) { json, report in
            json.beginObject()
            json.object("attachment") { json in
                json.member("contentType", "text/markdown; charset=utf-8")
                json.member("language", "en")
                json.member("data", Base64.text(Array(report.utf8)))
                json.member("title", "Treatment options")
                json.member("creation", answer.record.day.text)
            }
            json.endObject()
        }
    }

    // MARK: - What is missing

    /// A fact that would change the answer, as the observation that would tell it.
    private func write(_ question: Guidance.FollowUp, to json: inout JSONWriter) {
        let definition = vocabulary[question.fact]
        let rows = knowledge.terminology.allRows.filter { row in
            row.measures == question.fact
                || row.answers.values.contains { $0.sets.contains { $0.fact == question.fact } }
        }
        json.beginObject()
        json.member("type", "Observation")
        json.list("codeFilter", [rows]) { json, rows in
            json.beginObject()
            json.member("path", "code")
            json.key("code")
            json.beginArray()
            for row in rows {
                json.beginObject()
                json.member("system", row.system)
                json.member("code", row.code)
                json.endObject()
            }
            json.beginObject()
            json.member("system", "urn:consilium:fact")
            json.member("code", definition.path)
            json.member("display", definition.question ?? definition.title)
            json.endObject()
            json.endArray()
            json.endObject()
        }
        json.endObject()
    }
}
