import ClinicalModel
import DecisionLogic
import JSONText
import KnowledgeStore
import RecommendationEngine

/// Puts an answer together from the pieces of its release and the plan of its case: the bytes that `GuidanceBody` writes for
/// a clinician who asks for no trace.
struct AnswerComposer: Sendable {
    private let tables: AnswerTables
    /// The place of each topic's review state and of the release's.
    private let stateOf: [Int]
    private let releaseState: Int
    /// Room for nearly every answer: one that needs more is written twice. What waits for a slow peer keeps it.
    static let room = 64 * 1_024

    init(_ compiled: CompiledKnowledge, _ knowledge: KnowledgeBase) {
        tables = AnswerTables(compiled: compiled, pieces: AnswerPieces(compiled, knowledge))
        stateOf = compiled.models.topics.map { AnswerPieces.states.firstIndex(of: $0.review.status) ?? 0 }
        releaseState =
            knowledge.local.isEmpty ? AnswerPieces.states.firstIndex(of: knowledge.manifest.review.status) ?? 0 : 0
    }

    var compiled: CompiledKnowledge { tables.compiled }

    /// The bytes of an answer. What the judge remembers of other cases is written as `scripts` tell, and what he will
    /// remember of this one is told to them.
    func bytes(
        _ plan: AnswerPlan, _ statements: [FactStatement], _ values: [FactValue], _ scripts: inout AnswerScripts,
        _ digits: inout AnswerDigits, _ marks: inout RecipeMarks?
    ) -> [UInt8] {
        let state = plan.topics.reduce(releaseState) { min($0, stateOf[$1]) }
        let isRecorded = marks != nil
        return digits.lend(plan.references, of: tables.pieces.references.count) { digits in
            AnswerBytes.made(of: tables.pieces.store, capacity: Self.room) { out in
                var writing = Writing(tables: tables, values: values, digits: digits, out: out)
                if isRecorded { writing.out.beginRecipe(&marks) }
                writing.write(plan, statements, &scripts)
                writing.end(plan, state: state)
                if isRecorded { writing.out.endRecipe(&marks) }
                out = writing.out
            }
        } ?? []
    }

    /// Appends an answer of `length` bytes that was put together before; false where it is not that long.
    func append(
        _ recipe: UnsafeBufferPointer<UInt32>, sources: UnsafeBufferPointer<UInt16>, length: Int,
        _ scripts: borrowing AnswerScripts, _ digits: inout AnswerDigits, to output: inout [UInt8]
    ) -> Bool {
        digits.lend(sources, of: tables.pieces.references.count) { digits in
            AnswerBytes.append(length, of: tables.pieces.store, to: &output) { out in
                scripts.follow(recipe, digits, &out) { $0.put(references: sources, tables.pieces.references) }
            }
        } ?? false
    }
}

/// What answers are written from, behind one reference.
private final class AnswerTables: Sendable {
    let compiled: CompiledKnowledge
    let pieces: AnswerPieces

    init(compiled: CompiledKnowledge, pieces: AnswerPieces) {
        self.compiled = compiled
        self.pieces = pieces
    }
}

/// One answer under way.
private struct Writing {
    let tables: AnswerTables
    let values: [FactValue]
    let digits: AnswerDigits.Lent
    var out: AnswerBytes

    private var pieces: AnswerPieces {
        @inline(__always) _read { yield tables.pieces }
    }
    private var vocabulary: Vocabulary { tables.compiled.clinical.vocabulary }

    @inline(__always)
    private mutating func put(_ piece: Piece) { out.put(piece) }

    mutating func write(_ plan: AnswerPlan, _ statements: [FactStatement], _ scripts: inout AnswerScripts) {
        out.put(
            plan.isGuidance
                ? "{\"outcome\":\"guidance\",\"summary\":\"" : "{\"outcome\":\"data-required\",\"summary\":\"")
        writeSummary(plan)
        out.put(plan.topics.isEmpty ? "\"" : "\",\"topic\":")
        for (place, topic) in plan.topics.enumerated() {
            if place == 1 { out.put(",\"overlays\":[") }
            if place > 1 { out.put(",") }
            put(pieces.topics[topic])
            out.put("}")
        }
        if plan.topics.count > 1 { out.put("]") }
        out.put(",\"case\":{")
        out.seam()
        writeFacts(plan, statements, &scripts)
        if !plan.conflicts.isEmpty { writeConflicts(plan, statements) }
        if !plan.notes.isEmpty { write(plan.notes, isFirst: plan.facts.isEmpty && plan.conflicts.isEmpty) }
        out.put("}")
        if !plan.offered.isEmpty { writeOptions(plan, &scripts) }
        if !plan.excluded.isEmpty { writeExcluded(plan, &scripts) }
        if plan.isFrameLearned {
            follow(scripts, .frame, plan.frame)
        } else {
            beginScript(scripts, .frame, plan.frame)
            if !plan.examinations.isEmpty { writeExaminations(plan) }
            if !plan.tiers.isEmpty { writeTiers(plan) }
            if !plan.disagreements.isEmpty { writeDisagreements(plan) }
            endScript(&scripts, .frame, plan.frame)
        }
        if !plan.questions.isEmpty { writeQuestions(plan) }
        if !plan.references.isEmpty { out.put(references: plan.references, pieces.references) }
    }

    mutating func end(_ plan: AnswerPlan, state: Int) {
        out.seam()
        out.put(",\"review\":{\"status\":\"")
        put(pieces.states[state])
        out.put("\"")
        put(plan.topics.first.map { pieces.reviewDates[$0] } ?? pieces.releaseDates)
        out.put("}")
        put(pieces.footer)
        out.put("}")
    }

    // MARK: - Summary

    private mutating func writeSummary(_ plan: AnswerPlan) {
        for note in plan.notes where note.code == .urgentCare || note.code == .contradiction {
            out.put(escaping: note.text)
            out.put(" ")
        }
        for opening in plan.openings {
            put(pieces.openings[Int(opening)])
            out.put(" ")
        }
        if !plan.isGuidance {
            out.put("More must be known before options can be named: ")
            for (place, question) in plan.questions.enumerated() {
                if place > 0 { out.put(", ") }
                put(pieces.facts[question.fact].title)
            }
            return out.put(".")
        }
        guard let first = plan.offered.first else {
            return out.put("No option of this topic applies to the case as stated.")
        }
        // Recommended options come first, so that the first one tells whether there are some.
        let isRecommended = first.needs.isEmpty
        out.put(
            isRecommended
                ? "First in order: " : "First in order, each only once what it needs is known: ")
        var count = 0
        for option in plan.offered where count < 3 && option.needs.isEmpty == isRecommended {
            if count > 0 { out.put("; ") }
            put(pieces.interventions[Int(option.intervention)].title)
            count += 1
        }
        out.put(".")
        if isRecommended { return }
        out.put(" The first depends on: ")
        putTitles(first.needs)
        out.put(".")
    }

    private mutating func putTitles(_ facts: BitSet) {
        var isFirst = true
        facts.forEach {
            if !isFirst { out.put(", ") }
            isFirst = false
            put(pieces.facts[$0].title)
        }
    }

    // MARK: - The case

    private mutating func writeFacts(
        _ plan: AnswerPlan, _ statements: [FactStatement], _ scripts: inout AnswerScripts
    ) {
        if plan.facts.isEmpty { return }
        out.put("\"facts\":[")
        // What was said is this case's own; what follows from it is remembered.
        let said = plan.ground >= 0 ? statements.count : plan.facts.count
        writeFacts(0..<said, plan, statements)
        if plan.isGroundLearned {
            follow(scripts, .ground, plan.ground)
        } else if plan.ground >= 0 {
            beginScript(scripts, .ground, plan.ground)
            writeFacts(said..<plan.facts.count, plan, statements)
            endScript(&scripts, .ground, plan.ground)
        }
        out.put("]")
    }

    private mutating func writeFacts(_ places: Range<Int>, _ plan: AnswerPlan, _ statements: [FactStatement]) {
        for place in places {
            let fact = plan.facts[place]
            if place > 0 { out.put(",") }
            put(pieces.facts[fact.fact].opening)
            writeValue(fact)
            switch fact.source {
            case .said(let number):
                let statement = statements[number]
                put(pieces.origins[statement.origin == .stated ? 0 : 1])
                if let span = statement.span {
                    out.put(",\"span\":[")
                    out.put(span.lowerBound)
                    out.put(",")
                    out.put(span.upperBound)
                    out.put("]")
                }
            case .derived(let reasons):
                put(pieces.origins[2])
                out.put(",\"because\":\"")
                for reason in reasons {
                    if reason > reasons.lowerBound { out.put("; ") }
                    put(pieces.derivations[plan.becauses[reason]])
                }
                out.put("\"")
            case .derivedFromAssumed(let derivation):
                put(pieces.origins[2])
                out.put(",\"because\":\"")
                put(pieces.derivations[derivation])
                out.put(" (with what is assumed)\"")
            case .assumed(let number):
                put(pieces.origins[3])
                out.put(",\"because\":\"")
                put(pieces.assumptions[number])
                out.put("\"")
            }
            out.put("}")
            out.seam()
        }
    }

    // MARK: - Scripts

    /// The number of a source in this answer.
    @inline(__always)
    private mutating func putNumber(of source: Int32, _ plan: AnswerPlan) {
        out.put(number: plan.numbers[Int(source)], of: source)
    }

    /// Writes what is remembered under a number.
    private mutating func follow(
        _ scripts: borrowing AnswerScripts, _ kind: AnswerScripts.Kind, _ number: Int32, place: Int = 0
    ) {
        out.beginScript(kind, number, place: place, isNew: false)
        var bytes = out.cursor
        scripts.follow(kind, number, digits, place: place, &bytes) { fact, bytes in
            out.cursor = bytes
            let start = out.beginSlot(forValueOf: fact)
            putWords(values[fact], fact)
            out.endSlot(from: start)
            bytes = out.cursor
        }
        out.cursor = bytes
        _ = out.endScript()
    }

    /// Notes what is written from here on, where it will be remembered.
    private mutating func beginScript(
        _ scripts: borrowing AnswerScripts, _ kind: AnswerScripts.Kind, _ number: Int32, place: Int = 0
    ) {
        out.beginScript(kind, number, place: place, isNew: number >= 0 && !scripts.has(kind, number))
    }

    private mutating func endScript(_ scripts: inout AnswerScripts, _ kind: AnswerScripts.Kind, _ number: Int32) {
        if let script = out.endScript() { scripts.keep(kind, number, script) }
    }

    private mutating func writeConflicts(_ plan: AnswerPlan, _ statements: [FactStatement]) {
        out.put(plan.facts.isEmpty ? "\"conflicts\":[" : ",\"conflicts\":[")
        for (place, conflict) in plan.conflicts.enumerated() {
            if place > 0 { out.put(",") }
            put(pieces.facts[conflict.fact].opening)
            out.put(",\"between\":")
            var separator = UInt8(ascii: "[")
            for voice in plan.voices[conflict.between] {
                out.put(byte: separator)
                separator = UInt8(ascii: ",")
                out.put("\"")
                if voice < 0 {
                    put(pieces.derivations[Int(-1 - voice)])
                } else {
                    let statement = statements[Int(voice)]
                    put(pieces.facts[statement.fact].title)
                    out.put(statement.origin == .stated ? " stated as " : " read as ")
                    putWords(statement.value, statement.fact)
                }
                out.put("\"")
            }
            out.put("],\"explanation\":\"These cannot all hold. Treated as unknown: ")
            putTitles(conflict.facts)
            out.put(". Review the pathology and the source of each.\"}")
        }
        out.put("]")
    }

    private mutating func writeValue(_ fact: AnswerPlan.PlannedFact) {
        let written = pieces.facts[fact.fact]
        switch fact.value {
        case .codes(let codes):
            if codes.count == 1 {
                out.put(",\"value\":")
                codes.forEach { put(pieces.codes[Int(written.firstCode) + $0]) }
                return
            }
            out.put(",\"value\":{")
            if !codes.isEmpty {
                out.put("\"anyOf\":")
                putCodes(codes, written, isBoolean: vocabulary.facts[fact.fact].type == .boolean)
            }
            out.put("}")
        case .quantity(let interval):
            guard let point = interval.point else { return writeRange(interval, fact.fact, written) }
            out.put(",\"value\":")
            out.put(point)
            put(written.unit)
        case .members(let included, let excluded):
            let definition = vocabulary.facts[fact.fact]
            let isRefusal = definition.excludesNamed != nil
            let named =
                isRefusal ? Self.mostGeneral(included, definition) : Self.mostSpecific(included, definition)
            if !named.isEmpty {
                out.put(",\"value\":")
                putCodes(named, written)
            }
            if fact.closesSet { return out.put(",\"complete\":true") }
            let ruledOut = Self.mostGeneral(excluded, definition)
            if !ruledOut.isEmpty {
                out.put(",\"excludes\":")
                putCodes(ruledOut, written)
            }
        }
    }

    private mutating func putCodes(_ codes: BitSet, _ written: AnswerPieces.FactPieces, isBoolean: Bool = false) {
        var separator = UInt8(ascii: "[")
        codes.forEach {
            out.put(byte: separator)
            separator = UInt8(ascii: ",")
            if isBoolean { out.put("\"") }
            put(pieces.codes[Int(written.firstCode) + $0])
            if isBoolean { out.put("\"") }
        }
        out.put("]")
    }

    private mutating func writeRange(
        _ interval: Interval, _ fact: Int, _ written: AnswerPieces.FactPieces
    ) {
        let (low, high) = (interval.lower.isFinite, interval.upper.isFinite)
        out.put(",\"value\":{")
        if low {
            out.put("\"min\":")
            out.put(interval.lower)
        }
        if high {
            out.put(low ? ",\"max\":" : "\"max\":")
            out.put(interval.upper)
        }
        if low || high {
            put(written.unit)
        } else {
            var json = JSONWriter()
            json.member("unit", vocabulary.facts[fact].unit)
            out.put(json.bytes[...])
        }
        switch (low && interval.lowerIsOpen, high && interval.upperIsOpen) {
        case (true, true): out.put(",\"exclusive\":\"both\"")
        case (true, false): out.put(",\"exclusive\":\"min\"")
        case (false, true): out.put(",\"exclusive\":\"max\"")
        case (false, false): break
        }
        out.put("}")
    }

    /// What was named, without the classes that it brought.
    private static func mostSpecific(_ codes: BitSet, _ definition: FactDefinition) -> BitSet {
        var result = BitSet()
        codes.forEach { if definition.codes[$0].descendants.isDisjoint(with: codes) { result.insert($0) } }
        return result
    }

    /// What was named as a class, without the members that it brought.
    private static func mostGeneral(_ codes: BitSet, _ definition: FactDefinition) -> BitSet {
        var result = BitSet()
        codes.forEach { if definition.codes[$0].ancestors.isDisjoint(with: codes) { result.insert($0) } }
        return result
    }

    /// Remarks are of this case alone and few.
    private mutating func write(_ notes: [CaseNote], isFirst: Bool) {
        var json = JSONWriter()
        json.beginObject()
        GuidanceBody.write(notes, vocabulary, to: &json)
        if !isFirst { out.put(",") }
        out.put(json.bytes.dropFirst())
    }

    // MARK: - Options

    private mutating func writeOptions(_ plan: AnswerPlan, _ scripts: inout AnswerScripts) {
        out.put(",\"options\":[")
        for (place, entry) in plan.offered.enumerated() {
            if place > 0 { out.put(",") }
            if entry.place < 0 {
                follow(scripts, .card, entry.card, place: place)
                continue
            }
            beginScript(scripts, .card, entry.card, place: place)
            write(plan.options[Int(entry.place)], plan, place)
            endScript(&scripts, .card, entry.card)
        }
        out.put("]")
    }

    private mutating func write(_ option: AnswerPlan.PlannedOption, _ plan: AnswerPlan, _ place: Int) {
        put(pieces.interventions[Int(option.intervention)].option)
        if option.needs.isEmpty {
            out.put(",\"standing\":\"recommended\"")
        } else {
            out.put(",\"standing\":\"conditional\"")
            putPaths(",\"needs\":", option.needs)
        }
        out.put(",\"rank\":")
        out.put(rank: place + 1)
        put(pieces.rules[Int(option.lead)])
        if option.regimen >= 0 { writeRegimen(option, plan) }
        writeLabels(option, plan)
        out.cut()
        writeCited(",\"evidence\":", option.evidence, plan, pieces.statements)
        out.cut()
        writeCautions(option, plan)
        out.cut()
        writeAgreement(option, plan)
        out.put("}")
    }

    private mutating func putPaths(_ name: StaticString, _ facts: BitSet) {
        if facts.isEmpty { return }
        out.put(name)
        var separator = UInt8(ascii: "[")
        facts.forEach {
            out.put(byte: separator)
            separator = UInt8(ascii: ",")
            put(pieces.facts[$0].path)
        }
        out.put("]")
    }

    private mutating func writeRegimen(_ option: AnswerPlan.PlannedOption, _ plan: AnswerPlan) {
        let regimen = pieces.regimens[Int(option.regimen)]
        put(regimen.opening)
        for (place, number) in option.parts.enumerated() {
            if place > 0 { out.put(",") }
            let part = pieces.parts[Int(regimen.firstPart) + place]
            put(part.before)
            out.put(",\"reference\":")
            putNumber(of: plan.parts[number].source, plan)
            put(part.after)
            switch plan.parts[number].dose {
            case .nothing: break
            case .needs(let facts):
                putPaths(",\"calculated\":{\"needs\":", facts)
                out.put(",\"explanation\":\"Not calculated: not known, or not as one number: ")
                putTitles(facts)
                out.put(".\"}")
            case .reckoned(let dose, let sources):
                out.put(",\"calculated\":")
                write(dose, sources, plan)
            }
            out.put("}")
        }
        out.put("]}")
    }

    /// What was reckoned. Its sources have the numbers of this answer, which others give theirs.
    private mutating func write(_ dose: DoseCalculation, _ sources: [Int32], _ plan: AnswerPlan) {
        var json = JSONWriter()
        var places: [(end: Int, source: Int32)] = []
        json.beginObject()
        DoseJSON(vocabulary: vocabulary).write(dose, to: &json) { number, json in
            guard sources.indices.contains(number - 1) else { return json.number(number) }
            // Left open for the number in this answer.
            json.raw([])
            places.append((json.bytes.count, sources[number - 1]))
        }
        json.endObject()
        var start = 0
        for place in places {
            out.put(json.bytes[start..<place.end])
            putNumber(of: place.source, plan)
            start = place.end
        }
        out.put(json.bytes[start...])
    }

    private mutating func writeLabels(_ option: AnswerPlan.PlannedOption, _ plan: AnswerPlan) {
        if option.labels.isEmpty { return }
        out.put(",\"labels\":[")
        for place in option.labels {
            if place > option.labels.lowerBound { out.put(",") }
            let label = plan.labels[place]
            let written = pieces.labels[label.label]
            put(written.opening)
            switch label.status {
            case .labelled: out.put(",\"status\":\"labelled\"")
            case .offLabel: out.put(",\"status\":\"off-label\"")
            case .own: put(written.status)
            }
            if label.section >= 0 { put(pieces.sections[Int(label.section)]) }
            putPaths(",\"needs\":", label.needs)
            out.put(",\"reference\":")
            putNumber(of: label.source, plan)
            out.put("}")
        }
        out.put("]")
    }

    private mutating func writeCited(
        _ name: StaticString, _ range: Range<Int>, _ plan: AnswerPlan, _ list: [AnswerPieces.Cut],
        isCut: Bool = false
    ) {
        if range.isEmpty { return }
        out.put(name)
        out.put(byte: UInt8(ascii: "["))
        for place in range {
            if isCut { out.cut() }
            let cited = plan.cited[place]
            let cut = list[Int(cited.entry)]
            out.put(cut.before, isFirst: place == range.lowerBound)
            putNumber(of: cited.source, plan)
            put(cut.after)
        }
        out.put(byte: UInt8(ascii: "]"))
    }

    private mutating func writeCautions(_ option: AnswerPlan.PlannedOption, _ plan: AnswerPlan) {
        if option.cautions.isEmpty { return }
        out.put(",\"cautions\":[")
        for place in option.cautions {
            let caution = plan.cautions[place]
            let written = pieces.limits[Int(caution.limit)]
            out.put(written.opening, isFirst: place == option.cautions.lowerBound)
            putPaths(",\"because\":", caution.because)
            putPaths(",\"needs\":", caution.needs)
            put(written.section)
            putNumber(of: caution.source, plan)
            put(written.confirmed)
        }
        out.put("]")
    }

    private mutating func writeAgreement(_ option: AnswerPlan.PlannedOption, _ plan: AnswerPlan) {
        if option.pro.isEmpty && option.contra.isEmpty && option.silent.isEmpty { return }
        out.put(",\"agreement\":{")
        writeCited("\"for\":", option.pro, plan, pieces.voices)
        writeCited(option.pro.isEmpty ? "\"against\":" : ",\"against\":", option.contra, plan, pieces.voices)
        writeCited(
            option.pro.isEmpty && option.contra.isEmpty ? "\"silent\":" : ",\"silent\":", option.silent, plan,
            pieces.voices)
        out.put("}")
    }

    // MARK: - The rest

    private mutating func writeExcluded(_ plan: AnswerPlan, _ scripts: inout AnswerScripts) {
        out.put(",\"excluded\":[")
        for (place, entry) in plan.excluded.enumerated() {
            if place > 0 { out.put(",") }
            if entry.place < 0 {
                follow(scripts, .card, entry.card)
                continue
            }
            beginScript(scripts, .card, entry.card)
            write(plan.exclusions[Int(entry.place)], plan)
            endScript(&scripts, .card, entry.card)
        }
        out.put("]")
    }

    private mutating func write(_ exclusion: AnswerPlan.PlannedExclusion, _ plan: AnswerPlan) {
        put(pieces.interventions[Int(exclusion.intervention)].exclusion)
        var section = Piece.empty
        switch exclusion.reason {
        case .refused(let reason, let holding):
            put(pieces.reasons[Int(reason)].words)
            for place in holding {
                out.put("; ")
                put(pieces.reasons[Int(plan.holding[place])].words)
            }
        case .told(let reason):
            put(pieces.reasons[Int(reason)].words)
            section = pieces.reasons[Int(reason)].section
        case .doesNotApply(let facts):
            out.put("does not apply to this case: ")
            var isFirst = true
            facts.forEach {
                if !isFirst { out.put("; ") }
                isFirst = false
                put(pieces.facts[$0].title)
                out.put(": ")
                // The value is this case's own, whatever of the rest is remembered.
                let start = out.beginSlot(forValueOf: $0)
                putWords(values[$0], $0)
                out.endSlot(from: start)
            }
        }
        out.put("\"")
        putPaths(",\"because\":", exclusion.because)
        put(section)
        if exclusion.source >= 0 {
            out.put(",\"reference\":")
            putNumber(of: exclusion.source, plan)
        }
        out.put("}")
    }

    /// A value in words, as `FactDefinition.words(for:)` says it.
    private mutating func putWords(_ value: FactValue, _ fact: Int) {
        let written = pieces.facts[fact]
        switch value {
        case .codes(let codes):
            if codes == .upTo(Int(written.codeCount)) { return out.put("not known") }
            putTitles(codes, written, between: " or ")
        case .quantity(let interval): putWords(interval, written)
        case .members(let included, let excluded):
            if included.isEmpty && excluded.isEmpty { return out.put("not known") }
            putTitles(included, written, between: ", ")
            if excluded.isEmpty { return }
            if !included.isEmpty { out.put("; ") }
            if excluded.union(included).count == Int(written.codeCount) { return out.put("nothing else") }
            out.put("not ")
            putTitles(excluded, written, between: ", not ")
        }
    }

    private mutating func putTitles(
        _ codes: BitSet, _ written: AnswerPieces.FactPieces, between separator: StaticString
    ) {
        var isFirst = true
        codes.forEach {
            if !isFirst { out.put(separator) }
            isFirst = false
            put(pieces.codeTitles[Int(written.firstCode) + $0])
        }
    }

    private mutating func putWords(_ interval: Interval, _ written: AnswerPieces.FactPieces) {
        if let point = interval.point {
            putPlain(point)
            return put(point == 1 ? written.oneUnitWords : written.unitWords)
        }
        let (low, high) = (interval.lower.isFinite, interval.upper.isFinite)
        if !low && !high { return out.put("not known") }
        if low {
            if high {
                if interval.lowerIsOpen { out.put("above ") }
            } else {
                out.put(interval.lowerIsOpen ? "above " : "at least ")
            }
            putPlain(interval.lower)
        }
        if high {
            if low {
                out.put(interval.upperIsOpen ? " to below " : " to ")
            } else {
                out.put(interval.upperIsOpen ? "below " : "at most ")
            }
            putPlain(interval.upper)
        }
        put(written.unitWords)
    }

    private mutating func putPlain(_ number: Double) { out.put(text: FactDefinition.plain(number)) }

    private mutating func writeExaminations(_ plan: AnswerPlan) {
        out.put(",\"diagnostics\":[")
        for (place, examination) in plan.examinations.enumerated() {
            if place > 0 { out.put(",") }
            out.cut()
            put(pieces.diagnostics[Int(examination.diagnostic)])
            putPaths(",\"needs\":", examination.needs)
            writeCited(",\"evidence\":", examination.evidence, plan, pieces.statements)
            out.put("}")
        }
        out.put("]")
    }

    private mutating func writeTiers(_ plan: AnswerPlan) {
        out.put(",\"tiers\":{")
        for (place, tier) in plan.tiers.enumerated() {
            out.cut()
            out.put(place == 0 ? "\"" : ",\"")
            put(pieces.tiers[tier.tier])
            out.put("\":{")
            if let summary = tier.summary {
                out.put("\"summary\":\"")
                put(pieces.openings[Int(summary)])
                out.put("\"")
            }
            writeCited(
                tier.summary == nil ? "\"statements\":" : ",\"statements\":", tier.statements, plan, pieces.statements,
                isCut: true)
            out.put("}")
        }
        out.put("}")
    }

    private mutating func writeDisagreements(_ plan: AnswerPlan) {
        out.put(",\"disagreements\":[")
        for (place, entry) in plan.disagreements.enumerated() {
            if place > 0 { out.put(",") }
            out.cut()
            let written = pieces.disagreements[Int(entry.disagreement)]
            put(written.opening)
            for (side, place) in written.positions.enumerated() {
                let position = pieces.positions[place]
                out.put(position.before, isFirst: side == 0)
                putNumber(of: plan.sources[entry.sources.lowerBound + side], plan)
                put(position.after)
            }
            out.put("]")
            put(written.closing)
        }
        out.put("]")
    }

    private mutating func writeQuestions(_ plan: AnswerPlan) {
        out.put(",\"followUp\":[")
        for (place, question) in plan.questions.enumerated() {
            if place > 0 { out.put(",") }
            put(pieces.facts[question.fact].question)
            var separator: StaticString = ",\"wouldChange\":["
            for moved in question.wouldChange {
                out.put(separator)
                separator = ","
                put(pieces.interventions[Int(plan.moved[moved])].id)
            }
            out.put("]}")
            out.seam()
        }
        out.put("]")
    }
}
