import ClinicalModel
import DecisionLogic
import JSONText
import KnowledgeStore

/// Writes guidance as the JSON of the contract: member order fixed, absent instead of null or empty, no time and no id,
/// so that the same case and knowledge give the same bytes.
struct GuidanceBody {
    let guidance: Guidance
    let knowledge: KnowledgeBase
    let audience: Audience
    let explanation: RecommendRequest.Explanation

    private var vocabulary: Vocabulary { knowledge.clinical.vocabulary }
    private var localTrace: LocalTrace { LocalTrace(knowledge: knowledge) }

    /// The bytes.
    func bytes() -> [UInt8] {
        var json = JSONWriter(capacity: 48 * 1024)
        json.beginObject()
        json.member("outcome", guidance.outcome.rawValue)
        json.member("summary", guidance.summary.compactMap(words).joined(separator: " "))
        if let topic = guidance.topic { json.object("topic") { write(topic, &$0) } }
        json.list("overlays", guidance.overlays) { json, topic in
            json.beginObject()
            write(topic, &json)
            json.endObject()
        }
        json.object("case") { writeCase(&$0) }
        json.list("options", Array(guidance.options.enumerated())) { write($1.element, rank: $1.offset + 1, &$0) }
        json.list("excluded", guidance.excluded) { write($1, &$0) }
        json.list("diagnostics", guidance.diagnostics) { write($1, &$0) }
        if !guidance.tiers.isEmpty { json.object("tiers") { writeTiers(&$0) } }
        json.list("disagreements", guidance.disagreements) { write($1, &$0) }
        json.list("followUp", guidance.followUp) { write($1, &$0) }
        json.list("questionsForDoctor", guidance.questionsForDoctor) { json, entry in
            json.beginObject()
            json.member("id", entry.id)
            json.member("question", entry.question)
            json.endObject()
        }
        json.list("seekHelp", guidance.seekHelp) { write($1, &$0) }
        json.list("references", Array(guidance.references.enumerated())) { json, entry in
            json.beginObject()
            json.member("number", entry.offset + 1)
            ReferenceJSON.writeMembers(entry.element, to: &json)
            json.endObject()
        }
        if explanation == .full {
            let documents = localTrace.documents(of: guidance)
            if !documents.isEmpty { json.object("trace") { LocalTrace.write(documents, to: &$0) } }
        }
        KnowledgeJSON(knowledge: knowledge).writeFooter(for: guidance, audience: audience, to: &json)
        json.endObject()
        return json.bytes
    }

    private func words(_ wording: Wording) -> String? { wording.text(for: audience) }

    /// Words that must reach every reader: the clinician's where none were written for the patient.
    private func safeWords(_ wording: Wording) -> String { words(wording) ?? wording.clinician }

    /// What a patient reads where a caution has clinician's words alone: it may hold a dose, and it must not be lost.
    static let plainCaution = "A further point of safety must be checked by the treatment team."

    private func paths(_ facts: [Int]) -> [String] { facts.map { vocabulary[$0].path } }

    private func write(_ topic: Topic, _ json: inout JSONWriter) {
        json.member("id", topic.id)
        json.member("title", safeWords(topic.title))
    }

    // MARK: - The case

    private func writeCase(_ json: inout JSONWriter) {
        let writer = FactJSON(vocabulary: vocabulary)
        json.list("facts", guidance.facts) { json, fact in
            json.beginObject()
            json.member("path", vocabulary[fact.fact].path)
            writer.writeValue(fact, to: &json)
            json.member("origin", fact.origin.rawValue)
            json.member("because", fact.because)
            if let age = fact.age {
                json.object("age") {
                    $0.member("value", age.value)
                    $0.member("unit", age.unit)
                }
            }
            if let span = fact.span {
                json.key("span")
                json.beginArray()
                json.number(span.lowerBound)
                json.number(span.upperBound)
                json.endArray()
            }
            json.endObject()
        }
        json.list("conflicts", guidance.conflicts) { json, conflict in
            json.beginObject()
            json.member("path", vocabulary[conflict.fact].path)
            json.member("between", conflict.between)
            json.member(
                "explanation",
                "These cannot all hold. Treated as unknown: \(conflict.facts.map { vocabulary[$0].title }.joined(separator: ", ")). "
                    + "Review the pathology and the source of each.")
            json.endObject()
        }
        Self.write(guidance.notes, vocabulary, to: &json)
    }

    /// Remarks, left out where there are none.
    static func write(_ notes: [CaseNote], _ vocabulary: Vocabulary, to json: inout JSONWriter) {
        json.list("notes", notes) { json, note in
            json.beginObject()
            json.member("code", note.code.rawValue)
            json.member("text", note.text)
            json.member("facts", note.facts.map { vocabulary[$0].path })
            json.member("options", note.interventions)
            json.endObject()
        }
    }

    // MARK: - Options

    private func write(_ option: Guidance.Option, rank: Int, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("id", option.intervention.id)
        json.member("kind", option.intervention.kind.rawValue)
        json.member("title", safeWords(option.intervention.title))
        if audience == .patient { json.member("description", option.intervention.patientSummary) }
        json.member("standing", option.isRecommended ? "recommended" : "conditional")
        json.member("needs", paths(option.needs))
        json.member("rank", rank)
        json.member("rankedBy", option.rankedBy)
        if let strength = option.strength {
            json.object("strength") {
                $0.member("scheme", strength.scheme)
                $0.member("grade", strength.grade)
            }
        }
        if audience == .clinician { json.member("placement", option.placement) }
        if let cited = option.regimen { json.object("regimen") { write(cited, &$0) } }
        json.list("labels", option.labels) { json, label in
            json.beginObject()
            json.member("jurisdiction", label.jurisdiction)
            if option.intervention.drugs.count > 1 { json.member("drug", label.drug) }
            json.member("status", label.status)
            json.member("section", label.section)
            json.member("needs", paths(label.needs))
            json.member("reference", label.number)
            json.endObject()
        }
        json.list("evidence", option.evidence) { write($1, &$0) }
        json.list("cautions", option.cautions) { write($1, &$0) }
        writeAgreement(option, &json)
        writeTrace(option.intervention, option.rules, option.safety, option.evidence.map(\.number), &json)
        json.endObject()
    }

    private func write(
        _ cited: (regimen: Regimen, numbers: [Int], calculated: [DoseCalculation?]), _ json: inout JSONWriter
    ) {
        json.member("title", cited.regimen.title)
        json.list("parts", Array(cited.regimen.parts.enumerated())) { json, entry in
            let (place, part) = (entry.offset, entry.element)
            let number = cited.numbers[place]
            json.beginObject()
            Self.writeMembers(of: part, to: &json)
            json.member("reference", number)
            json.member("confirmed", part.isConfirmed)
            if let calculation = cited.calculated[place] {
                json.object("calculated") {
                    DoseJSON(vocabulary: vocabulary).write(calculation, to: &$0)
                }
            }
            json.endObject()
        }
    }

    /// The members of a part of a regimen up to its source.
    static func writeMembers(of part: RegimenPart, to json: inout JSONWriter) {
        json.member("drug", part.drug)
        amount("dose", part.dose, &json)
        json.member("timesPerDay", part.timesPerDay)
        amount("every", part.every, &json)
        json.member("days", part.days)
        amount("cycle", part.cycle, &json)
        if let cycles = part.cycles { json.member("maximumCycles", cycles.maximum) }
        json.member("route", part.route)
        json.member("duration", part.duration)
        json.member("note", part.note)
        json.member("section", part.section)
    }

    private static func amount(_ name: String, _ amount: Amount?, _ json: inout JSONWriter) {
        guard let amount else { return }
        json.object(name) { DoseJSON.writeMembers(amount, to: &$0) }
    }

    private func write(_ cited: Guidance.Cited, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("id", cited.statement.id)
        json.member("tier", cited.statement.tier.rawValue)
        json.member("statement", safeWords(cited.statement.wording))
        json.member("reference", cited.number)
        json.member("section", cited.statement.section)
        json.member("confirmed", cited.statement.isConfirmed)
        if explanation == .full { json.member("local", localTrace.kind(of: cited.statement, in: guidance)?.rawValue) }
        json.endObject()
    }

    private func write(_ caution: Guidance.Caution, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("severity", caution.severity.rawValue)
        json.member("statement", caution.wording.text(for: audience) ?? Self.plainCaution)
        json.member("because", paths(caution.because))
        json.member("needs", paths(caution.needs))
        json.member("section", caution.section)
        json.member("reference", caution.number)
        json.member("confirmed", caution.isConfirmed)
        json.endObject()
    }

    private func writeAgreement(_ option: Guidance.Option, _ json: inout JSONWriter) {
        let (pro, contra, silent) = option.agreement
        if pro.isEmpty && contra.isEmpty && silent.isEmpty { return }
        json.object("agreement") { json in
            for (name, voices) in [("for", pro), ("against", contra), ("silent", silent)] {
                json.list(name, voices) { json, cited in
                    json.beginObject()
                    json.member("source", cited.voice.source)
                    json.member("scheme", cited.voice.strength?.scheme)
                    json.member("grade", cited.voice.strength?.grade)
                    json.member("jurisdiction", cited.voice.jurisdiction)
                    json.member("reference", cited.number)
                    json.member("confirmed", cited.voice.isConfirmed)
                    json.endObject()
                }
            }
        }
    }

    // MARK: - Trace

    private func writeTrace(
        _ intervention: Intervention, _ rules: [(id: String, trace: Trace?)], _ safety: [SafetyItem],
        _ evidence: [Int], _ json: inout JSONWriter
    ) {
        guard explanation != .none, !rules.isEmpty else { return }
        json.object("trace") { json in
            json.list("rules", rules) { json, rule in
                json.beginObject()
                json.member("id", rule.id)
                if explanation == .full, let trace = rule.trace { json.object("condition") { write(trace, &$0) } }
                json.endObject()
            }
            json.list("safety", safety) { write($1, &$0) }
            guard explanation == .full else { return }
            json.object("sourceAttributes") {
                SourceAttributes(knowledge: knowledge).write(
                    rules.map(\.id), of: intervention, references: cited(evidence), to: &$0)
            }
            LocalTrace.write(localTrace.documents(of: intervention, rules: rules.map(\.id)), to: &json)
        }
    }

    /// The sources of these numbers, each once.
    private func cited(_ numbers: [Int]) -> [Reference] {
        numbers.reduce(into: [Int]()) { list, number in if !list.contains(number) { list.append(number) } }
            .compactMap { guidance.references.indices.contains($0 - 1) ? guidance.references[$0 - 1] : nil }
    }

    private func write(_ item: SafetyItem, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("verdict", item.verdict.rawValue)
        json.member("drug", item.drug)
        json.member("jurisdiction", item.jurisdiction)
        json.member("part", item.part)
        json.member("statement", item.wording.text(for: audience) ?? Self.plainCaution)
        json.member("because", paths(item.because))
        json.member("needs", paths(item.needs))
        json.member("section", item.section)
        json.member("reference", item.number)
        json.member("confirmed", item.isConfirmed)
        json.endObject()
    }

    private func write(_ trace: Trace, _ json: inout JSONWriter) {
        json.member("kind", trace.kind.rawValue)
        let truths: [Truth: String] = [.true: "true", .unknown: "unknown", .false: "false"]
        json.member("truth", truths[trace.truth] ?? "unknown")
        json.member("name", trace.name)
        json.member("test", trace.test)
        json.member("value", trace.value)
        json.member("note", trace.note)
        json.list("children", trace.children) { json, child in
            json.beginObject()
            write(child, &json)
            json.endObject()
        }
    }

    // MARK: - The rest

    private func write(_ exclusion: Guidance.Exclusion, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("id", exclusion.intervention.id)
        json.member("title", safeWords(exclusion.intervention.title))
        json.member("reason", safeWords(exclusion.reason))
        json.member("because", paths(exclusion.because))
        json.member("section", exclusion.section)
        json.member("reference", exclusion.number)
        writeTrace(
            exclusion.intervention, exclusion.rules, exclusion.safety, [exclusion.number].compactMap { $0 }, &json)
        json.endObject()
    }

    private func write(_ examination: Guidance.Examination, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("id", examination.diagnostic.id)
        json.member("title", examination.diagnostic.title)
        json.member("statement", safeWords(examination.diagnostic.wording))
        json.member("needs", paths(examination.needs))
        json.list("evidence", examination.evidence) { write($1, &$0) }
        json.endObject()
    }

    private func writeTiers(_ json: inout JSONWriter) {
        for part in guidance.tiers {
            json.object(part.tier.rawValue) {
                $0.member("summary", part.summary.map(safeWords))
                $0.list("statements", part.statements) { write($1, &$0) }
            }
        }
    }

    private func write(_ cited: Guidance.CitedDisagreement, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("id", cited.disagreement.id)
        json.member("topic", safeWords(cited.disagreement.topic))
        json.list("positions", Array(zip(cited.disagreement.positions, cited.numbers))) { json, entry in
            json.beginObject()
            json.member("source", entry.0.source)
            json.member("says", safeWords(entry.0.wording))
            json.member("reference", entry.1)
            json.member("confirmed", entry.0.isConfirmed)
            json.endObject()
        }
        json.member("reason", cited.disagreement.reason)
        json.endObject()
    }

    /// The question after a fact.
    static func question(_ definition: FactDefinition, for audience: Audience) -> String {
        let plain = audience == .patient ? definition.patientQuestion : nil
        return plain ?? definition.question ?? "What is known of: \(definition.title)?"
    }

    private func write(_ entry: (alarm: PatientAdvice.Alarm, number: Int?), _ json: inout JSONWriter) {
        json.beginObject()
        json.member("id", entry.alarm.id)
        json.member("statement", entry.alarm.statement)
        if let number = entry.number {
            json.member("section", entry.alarm.section)
            json.member("reference", number)
            json.member("confirmed", entry.alarm.isConfirmed)
        }
        json.endObject()
    }

    private func write(_ question: Guidance.FollowUp, _ json: inout JSONWriter) {
        let definition = vocabulary[question.fact]
        json.beginObject()
        json.member("fact", definition.path)
        json.member("question", Self.question(definition, for: audience))
        json.member("wouldChange", question.wouldChange)
        json.endObject()
    }
}
