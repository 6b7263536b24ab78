import ClinicalModel
import DecisionLogic
import JSONText

extension FHIRReading {
    /// A result, and each of its components as a result of its own.
    mutating func readObservation(_ resource: FHIRResource) {
        let codings = resource.value["code"]?.codings ?? []
        let source = resource.source("code")
        guard resource.status != "entered-in-error" else {
            return pool.leave(source, .enteredInError, code: codings.first)
        }
        guard isFinal(resource) else {
            let reason: UnreadItem.Reason = resource.status == "cancelled" ? .notDone : .notFinal
            return pool.leave(source, reason, code: codings.first)
        }
        let date = resource.date("effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued")
        guard !isFuture(date) else { return pool.leave(source, .inTheFuture, code: codings.first) }
        let components = resource.value["component"].elements
        readResult(resource.value, in: resource, at: "", date: date, isParent: !components.isEmpty)
        for (index, component) in components.prefix(64).enumerated() {
            readResult(component, in: resource, at: "component[\(index)].", date: date, isParent: false)
        }
    }

    private mutating func readResult(
        _ value: JSONValue, in resource: FHIRResource, at prefix: String, date: FHIRDate?, isParent: Bool
    ) {
        let codings = value["code"]?.codings ?? []
        let known = codings.compactMap { coding in
            terminology.row(system: coding.system, code: coding.code).map { (coding: coding, row: $0) }
        }.first
        guard let (coding, row) = known else {
            if isParent { return }
            return pool.leave(
                resource.source(prefix + "code"), codings.isEmpty ? .noCode : .unknownCode, code: codings.first)
        }
        if let unused = row.unused {
            return pool.leave(resource.source(prefix + "code"), .codeNotUsed, code: coding, detail: unused)
        }
        guard hasKnownMethod(resource, row) else {
            return pool.leave(resource.source("method"), .unknownMethod, code: coding)
        }
        if let fact = row.measures {
            let (interval, element, reason) = QuantityElement(
                definition: vocabulary[fact], units: terminology.units
            ).read(value)
            let source = resource.source(prefix + element)
            guard let interval else { return pool.leave(source, reason ?? .noValue, code: coding) }
            pool.add(
                Candidate(
                    setting: .init(fact: fact, value: .quantity(interval)), source: source, date: date, kind: .result,
                    remark: row.remark, code: coding))
        } else if !row.answers.isEmpty || row.asksHistology {
            readAnswer(value, row, resource, prefix, date)
        } else if value["valueBoolean"]?.flag == true {
            // An observation of something that is a fact by itself says it only where it says that it is there.
            add(row.settings, of: row, resource.source(prefix + "valueBoolean"), date, kind: .result, code: coding)
        } else {
            pool.leave(resource.source(prefix + "value"), .noValue, code: coding)
        }
    }

    private mutating func readAnswer(
        _ value: JSONValue, _ row: Terminology.Row, _ resource: FHIRResource, _ prefix: String, _ date: FHIRDate?
    ) {
        let source = resource.source(prefix + "valueCodeableConcept")
        guard let answer = value["valueCodeableConcept"] else {
            let element = value["valueString"] == nil ? "value" : "valueString"
            return pool.leave(
                resource.source(prefix + element), value["valueString"] == nil ? .noValue : .freeText,
                code: FHIRCoding(system: row.system, code: row.code, display: nil))
        }
        let codings = answer.codings
        for coding in codings {
            if row.asksHistology {
                guard let histology = terminology.row(system: coding.system, code: coding.code),
                    histology.role == .histology
                else { continue }
                return add(histology.settings, of: histology, source, date, kind: .result, code: coding)
            }
            guard let settings = row.answers[.init(system: coding.system, code: coding.code)] else { continue }
            return add(settings, of: nil, source, date, kind: .result, code: coding)
        }
        pool.leave(source, codings.isEmpty ? .noCode : .unknownCode, code: codings.first)
    }

    /// A row that names methods takes no other; an observation without a method is taken.
    private func hasKnownMethod(_ resource: FHIRResource, _ row: Terminology.Row) -> Bool {
        guard !row.methods.isEmpty, let method = resource.value["method"] else { return true }
        return method.codings.contains { row.methods.contains(.init(system: $0.system, code: $0.code)) }
    }

    /// The coded conclusions of a report. Its text and images are not read.
    mutating func readReport(_ resource: FHIRResource) {
        let value = resource.value
        guard resource.status != "entered-in-error" else { return pool.leave(resource.source(""), .enteredInError) }
        guard isFinal(resource) else {
            return pool.leave(resource.source("status"), resource.status == "cancelled" ? .notDone : .notFinal)
        }
        let date = resource.date("effectiveDateTime", "effectivePeriod", "issued")
        guard !isFuture(date) else { return pool.leave(resource.source(""), .inTheFuture) }
        let source = resource.source("conclusionCode")
        for conclusion in value["conclusionCode"].elements.prefix(32) {
            let rows = conclusion.codings.compactMap { coding in
                terminology.row(system: coding.system, code: coding.code).map { (coding: coding, row: $0) }
            }
            for (coding, row) in rows {
                if let unused = row.unused { pool.leave(source, .codeNotUsed, code: coding, detail: unused) }
                add(row.settings, of: row, source, date, kind: .result, code: coding)
            }
            if rows.isEmpty { pool.leave(source, .unknownCode, code: conclusion.codings.first) }
        }
        for element in ["conclusion", "presentedForm"] where value[element] != nil {
            pool.leave(resource.source(element), .freeText)
        }
    }
}
