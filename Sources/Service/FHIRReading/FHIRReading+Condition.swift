import ClinicalModel
import DecisionLogic
import JSONText

extension FHIRReading {
    private static let histologyExtension =
        "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-morphology-behavior"
    private static let primaryCancerProfile =
        "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-primary-cancer-condition"

    /// A diagnosis: its code, its site, and mCODE's histology beside them.
    mutating func readCondition(_ resource: FHIRResource) {
        let value = resource.value
        let codings = value["code"]?.codings ?? []
        let source = resource.source("code")
        let verification = value["verificationStatus"]?.codes ?? []
        if verification.contains("refuted") { return pool.leave(source, .refuted, code: codings.first) }
        if verification.contains("entered-in-error") { return pool.leave(source, .enteredInError, code: codings.first) }
        guard verification.isEmpty || verification.contains("confirmed") else {
            return pool.leave(source, .notConfirmed, code: codings.first)
        }
        let date = resource.date("recordedDate", "onsetDateTime", "onsetPeriod")
        let rows = codings.compactMap { coding in
            terminology.row(system: coding.system, code: coding.code).map { (coding: coding, row: $0) }
        }
        let histology = value["extension"].elements.first { $0["url"]?.text == Self.histologyExtension }?[
            "valueCodeableConcept"]
        let morphology = (histology?.codings ?? []).compactMap { coding in
            terminology.row(system: coding.system, code: coding.code).map { (coding: coding, row: $0) }
        }.filter { $0.row.role == .histology }
        let kind = vocabulary.index(of: "tumor.kind")
        let isOwn =
            !morphology.isEmpty || rows.contains { $0.row.settings.sets.contains { $0.fact == kind } }
        if !isOwn && isMalignantPrimary(resource, codings, rows.map(\.row)) { pool.noteOtherTumour() }
        let clinical = value["clinicalStatus"]?.codes ?? []
        guard clinical.isEmpty || !Set(clinical).isDisjoint(with: ["active", "recurrence", "relapse"]) else {
            return pool.leave(source, .notActive, code: codings.first)
        }
        guard !isFuture(date) else { return pool.leave(source, .inTheFuture, code: codings.first) }
        for (coding, row) in rows {
            if let unused = row.unused { pool.leave(source, .codeNotUsed, code: coding, detail: unused) }
            add(row.settings, of: row, source, date, kind: .record, isOfNeuroendocrineRecord: isOwn, code: coding)
        }
        if rows.isEmpty { pool.leave(source, codings.isEmpty ? .noCode : .unknownCode, code: codings.first) }
        let place = resource.source("extension[histology-morphology-behavior]")
        for (coding, row) in morphology {
            add(row.settings, of: row, place, date, kind: .record, isOfNeuroendocrineRecord: true, code: coding)
        }
        if let histology, morphology.isEmpty { pool.leave(place, .unknownCode, code: histology.codings.first) }
        readBodySites(resource, date, isOwn: isOwn)
    }

    /// The site of a diagnosis. An unlisted one, as most of SNOMED CT's are, is told.
    private mutating func readBodySites(_ resource: FHIRResource, _ date: FHIRDate?, isOwn: Bool) {
        let source = resource.source("bodySite")
        for site in resource.value["bodySite"].elements.prefix(16) {
            let rows = site.codings.compactMap { coding in
                terminology.row(system: coding.system, code: coding.code).map { (coding: coding, row: $0) }
            }.filter { $0.row.role == .site }
            for (coding, row) in rows {
                add(row.settings, of: row, source, date, kind: .record, isOfNeuroendocrineRecord: isOwn, code: coding)
            }
            if rows.isEmpty { pool.leave(source, .unknownCode, code: site.codings.first) }
        }
    }

    /// Whether a diagnosis is a malignant primary tumour by its code or profile. ICD-10: C00 to C97 but for the secondary
    /// C77 to C79 and for the neuroendocrine C7A and C7B of the American edition.
    private func isMalignantPrimary(
        _ resource: FHIRResource, _ codings: [FHIRCoding], _ rows: [Terminology.Row]
    ) -> Bool {
        if rows.contains(where: { $0.role == .site }) { return true }
        if rows.contains(where: { $0.role == .metastasis }) { return false }
        let profiles = resource.value["meta"]?["profile"].elements.compactMap(\.text) ?? []
        if profiles.contains(where: { $0.hasPrefix(Self.primaryCancerProfile) }) { return true }
        return codings.contains { coding in
            guard coding.system.hasPrefix("http://hl7.org/fhir/sid/icd-10"), rows.isEmpty else { return false }
            let code = Array(coding.code.uppercased().utf8)
            guard code.count >= 3, code[0] == UInt8(ascii: "C"), (0x30...0x39).contains(code[1]),
                (0x30...0x39).contains(code[2])
            else { return false }
            return code[1] != UInt8(ascii: "7") || code[2] < UInt8(ascii: "7")
        }
    }
}
