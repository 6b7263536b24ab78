import ClinicalModel
import DecisionLogic
import JSONText
import KnowledgeStore

extension FHIRReading {
    private static let snomed = "http://snomed.info/sct"
    /// mCODE STU4: the reason for ending a treatment was that it was not tolerated.
    private static let notTolerated = "407563006"

    /// Whether a status says that a drug was or is given, and whether it is given now.
    private static let states: [String: [String: (given: Bool, now: Bool)]] = [
        "MedicationRequest": [
            "active": (true, true), "on-hold": (true, false), "completed": (true, false), "stopped": (true, false),
        ],
        "MedicationAdministration": [
            "in-progress": (true, true), "completed": (true, false), "stopped": (true, false),
        ],
        "MedicationStatement": [
            "active": (true, true), "completed": (true, false), "stopped": (true, false), "on-hold": (true, false),
        ],
    ]

    /// An order, a dose that was given, or what the patient says is taken.
    mutating func readMedication(_ resource: FHIRResource) {
        let value = resource.value
        let (concept, element) = medicine(resource)
        let source = resource.source(element)
        let code = concept?.codings.first
        if resource.status == "entered-in-error" { return pool.leave(source, .enteredInError, code: code) }
        guard value["doNotPerform"]?.flag != true else { return pool.leave(source, .notDone, code: code) }
        guard let state = Self.states[resource.type]?[resource.status] else {
            return pool.leave(source, .notDone, code: code)
        }
        if resource.type == "MedicationRequest", ["proposal", "plan", "option"].contains(value["intent"]?.text ?? "") {
            return pool.leave(source, .notDone, code: code)
        }
        let names =
            resource.type == "MedicationRequest"
            ? ["authoredOn"] : ["effectiveDateTime", "effectivePeriod", "dateAsserted"]
        let start = names.lazy.compactMap { resource.date($0) }.first
        guard !isFuture(start) else { return pool.leave(source, .inTheFuture, code: code) }
        guard let concept else { return pool.leave(source, .noCode) }
        guard let (drug, row) = reader.medication(concept) else {
            return readComedication(concept, resource, source, start, isCurrent: state.now)
        }
        var lastDose: CivilDay?
        if resource.type == "MedicationAdministration" {
            lastDose = (resource.date("effectiveDateTime", "effectivePeriod", end: true)?.day).flatMap {
                $0 > day ? nil : $0
            }
        }
        uses.append(
            DrugUse(
                drug: drug, source: source, date: start, started: start?.day, lastDose: lastDose,
                form: row == nil ? onlyForm(of: drug) : row?.form, isCurrent: state.now,
                isForOtherUse: row?.isForOtherUse ?? false, remark: row?.remark))
        if isNotTolerated(resource) { addIntolerance(drug, source, start, remark: row?.remark) }
    }

    /// A drug found by its name alone is of a form where every listed code of it is.
    private func onlyForm(of drug: String) -> Terminology.Form? {
        let forms = terminology.allRows.filter { $0.drug == drug && !$0.isForOtherUse }.map(\.form)
        guard let first = forms.first, forms.allSatisfy({ $0 == first }) else { return nil }
        return first
    }

    /// The concept of a medicine, where it stands, or of the Medication that is referred to.
    private func medicine(_ resource: FHIRResource) -> (JSONValue?, String) {
        if let concept = resource.value["medicationCodeableConcept"] { return (concept, "medicationCodeableConcept") }
        let reference = resource.value["medicationReference"]?["reference"]?.text
        let target = reference.flatMap { collection.target(of: $0, in: resource) }
        return (target?["code"], "medicationReference")
    }

    private func isNotTolerated(_ resource: FHIRResource) -> Bool {
        var concepts = resource.value["statusReason"].elements  // MedicationAdministration, MedicationStatement
        if case .object? = resource.value["statusReason"], let single = resource.value["statusReason"] {
            concepts.append(single)  // MedicationRequest
        }
        return concepts.contains { concept in
            concept.codings.contains { $0.system == Self.snomed && $0.code == Self.notTolerated }
        }
    }

    /// A drug that treats no tumour here but may interact: only what is being taken counts.
    private mutating func readComedication(
        _ concept: JSONValue, _ resource: FHIRResource, _ source: FHIRSource, _ date: FHIRDate?, isCurrent: Bool
    ) {
        guard let fact = vocabulary.index(of: "patient.comedications") else { return }
        let names = reader.names(concept)
        let code = names.compactMap(reader.knowledge.comedication(named:)).first
        guard let code else {
            let codings = concept.codings
            return pool.leave(source, codings.isEmpty ? .noCode : .unknownCode, code: codings.first)
        }
        guard isCurrent else { return pool.leave(source, .notActive, code: concept.codings.first) }
        addMember(fact, code, source, date, remark: nil)
    }

    private mutating func addMember(_ fact: Int, _ code: Int, _ source: FHIRSource, _ date: FHIRDate?, remark: String?)
    {
        let value = vocabulary[fact].membership(included: BitSet([code]), excluded: BitSet())
        pool.add(
            Candidate(
                setting: .init(fact: fact, value: value), source: source, date: date, kind: .record, remark: remark)
        )
    }

    // MARK: - What the drugs add up to

    /// Prior treatment, comedication, and the time since the last long-acting analogue.
    mutating func settleMedicines() {
        let tumourUses = uses.filter { !$0.isForOtherUse && reader.treatments.treats($0.drug) }
        if let prior = vocabulary.index(of: "treatment.prior") {
            for (code, use) in reader.treatments.prior(tumourUses) {
                addMember(prior, code, use.source, use.date, remark: use.remark)
            }
        }
        if let comedications = vocabulary.index(of: "patient.comedications") {
            var told: Set<String> = []
            for use in uses where use.isForOtherUse || !reader.treatments.treats(use.drug) {
                guard let code = vocabulary[comedications].index(of: use.drug) else {
                    pool.leave(use.source, .codeNotUsed)
                    continue
                }
                if use.isCurrent && told.insert(use.drug).inserted {
                    addMember(comedications, code, use.source, use.date, remark: use.remark)
                }
            }
        }
        settleLongActingAnalogue()
    }

    /// Days since the last dose that was given of a long-acting analogue. An order is no dose. Where the form of a later dose
    /// is not told, the time is one of several, and said as that.
    private mutating func settleLongActingAnalogue() {
        guard let fact = vocabulary.index(of: "treatment.sinceLongActingAnalogue"),
            let prior = vocabulary.index(of: "treatment.prior"),
            let analogue = vocabulary[prior].index(of: "somatostatin-analogue")
        else { return }
        let doses = uses.filter { use in
            guard use.lastDose != nil, !use.isForOtherUse, let code = vocabulary[prior].index(of: use.drug) else {
                return false
            }
            return vocabulary[prior].codes[code].ancestors.contains(analogue)
        }
        func latest(_ uses: [DrugUse]) -> DrugUse? {
            uses.max { ($0.lastDose?.number ?? 0) < ($1.lastDose?.number ?? 0) }
        }
        let untold = latest(doses.filter { $0.form == nil })
        guard let known = latest(doses.filter { $0.form == .longActing }), let last = known.lastDose else {
            if let untold { pool.leave(untold.source, .formNotTold) }
            return
        }
        let days = Double(day.number - last.number)
        var interval = Interval(exactly: days)
        if let untold, let later = untold.lastDose, later > last {
            pool.leave(untold.source, .formNotTold)
            interval = Interval(lower: Double(day.number - later.number), upper: days)
        }
        guard days <= vocabulary[fact].bounds.upper else { return }
        pool.add(
            Candidate(
                setting: .init(fact: fact, value: .quantity(interval)), source: known.source, date: known.date,
                kind: .record))
    }

    private mutating func addIntolerance(_ drug: String, _ source: FHIRSource, _ date: FHIRDate?, remark: String?) {
        guard let fact = vocabulary.index(of: "treatment.intolerance") else { return }
        let (codes, hasAlternatives) = reader.treatments.excluded(by: drug)
        for code in codes.members { addMember(fact, code, source, date, remark: remark) }
        if hasAlternatives { pool.leave(source, .alternativesRemain) }
    }

    // MARK: - Procedures and allergies

    /// A procedure that was done, by the codes that a table lists; no standard code of one is shipped.
    mutating func readProcedure(_ resource: FHIRResource) {
        let codings = resource.value["code"]?.codings ?? []
        let source = resource.source("code")
        if resource.status == "entered-in-error" { return pool.leave(source, .enteredInError, code: codings.first) }
        guard ["completed", "in-progress", "stopped"].contains(resource.status) else {
            return pool.leave(source, .notDone, code: codings.first)
        }
        let date = resource.date("performedDateTime", "performedPeriod")
        guard !isFuture(date) else { return pool.leave(source, .inTheFuture, code: codings.first) }
        let rows = codings.compactMap { coding in
            terminology.row(system: coding.system, code: coding.code).map { (coding: coding, row: $0) }
        }
        for (coding, row) in rows {
            add(row.settings, of: row, source, date, kind: .record, code: coding)
            if let drug = row.drug {
                uses.append(
                    DrugUse(
                        drug: drug, source: source, date: date, started: date?.day, lastDose: date?.day,
                        form: row.form, isCurrent: false, isForOtherUse: row.isForOtherUse,
                        remark: row.remark))
            }
        }
        if rows.isEmpty { pool.leave(source, codings.isEmpty ? .noCode : .unknownCode, code: codings.first) }
    }

    /// An allergy or intolerance, suspected ones too: what may harm is kept away until it is cleared.
    mutating func readAllergy(_ resource: FHIRResource) {
        let codings = resource.value["code"]?.codings ?? []
        let source = resource.source("code")
        let verification = resource.value["verificationStatus"]?.codes ?? []
        if verification.contains("entered-in-error") { return pool.leave(source, .enteredInError, code: codings.first) }
        if verification.contains("refuted") { return pool.leave(source, .refuted, code: codings.first) }
        let clinical = resource.value["clinicalStatus"]?.codes ?? []
        guard clinical.isEmpty || clinical.contains("active") else {
            return pool.leave(source, .notActive, code: codings.first)
        }
        let concepts =
            [resource.value["code"]].compactMap { $0 }
            + resource.value["reaction"].elements.compactMap { $0["substance"] }
        guard let (drug, row) = concepts.compactMap(reader.medication).first else {
            return pool.leave(source, codings.isEmpty ? .noCode : .unknownCode, code: codings.first)
        }
        addIntolerance(drug, source, resource.date("recordedDate", "onsetDateTime"), remark: row?.remark)
    }
}
