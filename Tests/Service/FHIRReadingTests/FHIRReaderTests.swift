import ClinicalModel
import FHIRReading
import JSONText
import KnowledgeStore
import TestSupport
import Testing

private typealias R = RecordText

@Suite struct `A diagnosis` {
    @Test(
        "is read from",
        arguments: [
            ("icd10cm", "C7A.012", ["tumor.kind: neuroendocrine tumour", "tumor.primarySite: small intestine"]),
            ("icd10cm", "C7A012", ["tumor.kind: neuroendocrine tumour", "tumor.primarySite: small intestine"]),
            ("icd10cm", "c7a.020", ["tumor.kind: neuroendocrine tumour", "tumor.primarySite: appendix"]),
            ("icd10cm", "C7A.1", ["tumor.kind: neuroendocrine carcinoma"]),
            (
                "icd10cm", "E34.01",
                ["patient.comorbidities: carcinoid heart disease", "syndrome.functional: carcinoid syndrome"]
            ),
            ("sct", "77386006", ["patient.pregnancy: pregnant"]),
        ])
    func codes(_ system: String, _ code: String, _ facts: [String]) throws {
        #expect(try R.read([R.condition(system, code)]).facts.sorted() == facts)
    }

    @Test func `of a site alone is no neuroendocrine tumour`() throws {
        let read = try R.read([R.condition("icd10", "C25.4")])
        #expect(read.facts == [])
        #expect(read.unread == ["Condition.code ambiguous-tumour"])
        #expect(!read.record.showsNeuroendocrineNeoplasm)
    }

    @Test func `of a site counts with the histology beside it`() throws {
        let read = try R.read([R.condition("icd10", "C25.4", R.histology("8240/3"))])
        #expect(read.facts == ["tumor.kind: neuroendocrine tumour", "tumor.primarySite: pancreas"])
    }

    @Test func `of a site counts where a histology is reported apart and it is the only tumour`() throws {
        let histology = R.observation(
            "loinc", "31206-6", "\"valueCodeableConcept\":\(R.coding("icdo", "8240/3"))")
        let alone = try R.read([R.condition("icd10", "C17.1"), histology])
        #expect(alone.facts.contains { $0.hasPrefix("tumor.primarySite") })
        let two = try R.read([R.condition("icd10", "C17.1"), R.condition("icd10", "C50.9"), histology])
        #expect(!two.facts.contains { $0.hasPrefix("tumor.primarySite") })
    }

    @Test func `that is refuted, in error, unconfirmed or past is left aside and told`() throws {
        func with(_ name: String, _ code: String) throws -> [String] {
            let read = try R.read([
                R.condition("icd10cm", "C7A.012", ",\"\(name)\":{\"coding\":[{\"code\":\"\(code)\"}]}")
            ])
            #expect(read.facts == [])
            return read.unread
        }
        #expect(try with("verificationStatus", "refuted") == ["Condition.code refuted"])
        #expect(try with("verificationStatus", "entered-in-error") == ["Condition.code entered-in-error"])
        #expect(try with("verificationStatus", "provisional") == ["Condition.code not-confirmed"])
        #expect(try with("clinicalStatus", "resolved") == ["Condition.code not-active"])
    }

    @Test func `of another cancer leaves unspecific metastases unread`() throws {
        let liver = R.condition("icd10cm", "C78.7")
        #expect(
            try R.read([R.condition("icd10cm", "C7A.012"), liver]).facts.contains("disease.metastaticSites: liver"))
        let two = try R.read([R.condition("icd10cm", "C7A.012"), R.condition("icd10cm", "C50.911"), liver])
        #expect(!two.facts.contains { $0.hasPrefix("disease.") })
        #expect(two.unread.contains("Condition.code ambiguous-tumour"))
        let own = try R.read([
            R.condition("icd10cm", "C7A.012"), R.condition("icd10cm", "C50.911"), R.condition("icd10cm", "C7B.02"),
        ])
        #expect(own.facts.contains("disease.metastaticSites: liver"))
    }

    @Test func `of lymph nodes is no proof of distant disease`() throws {
        let read = try R.read([R.condition("icd10cm", "C7A.012"), R.condition("icd10cm", "C77.2")])
        #expect(read.facts.contains("disease.extent: regional or locally advanced or metastatic"))
    }
}

@Suite struct `A histology` {
    private func kind(_ code: String, site: String = "C25.4") throws -> [String] {
        try R.read([R.condition("icd10", site, R.histology(code))]).facts.filter { !$0.hasPrefix("tumor.primarySite") }
    }

    @Test func `8154 is the mixed neoplasm and 8246 the carcinoma`() throws {
        #expect(try kind("8154/3") == ["tumor.kind: mixed neoplasm"])
        #expect(try kind("8246/3") == ["tumor.kind: neuroendocrine carcinoma"])
        for code in ["8150/3", "8151/3", "8152/3", "8153/3", "8155/3", "8156/3"] {
            #expect(try kind(code) == ["tumor.kind: neuroendocrine tumour"])
        }
    }

    @Test func `8249 leaves the grades 2 and 3, and in the lung none`() throws {
        #expect(try kind("8249/3") == ["tumor.kind: neuroendocrine tumour", "tumor.grade: grade 2 or grade 3"])
        #expect(try kind("8249/3", site: "C34.1") == ["tumor.kind: neuroendocrine tumour"])
    }

    @Test func `8272 counts in the pancreas alone`() throws {
        #expect(try kind("8272/3") == ["tumor.kind: neuroendocrine tumour"])
        #expect(try kind("8272/3", site: "C17.1") == [])
    }

    @Test func `without the behaviour of a malignant tumour is not listed`() throws {
        #expect(try kind("8240/1") == [])
        #expect(try kind("8240") == [])
    }
}

@Suite struct `A grade` {
    private let low = R.answer("1155708003")
    private let high = R.answer("1155707008")

    @Test func `low is G1`() throws {
        #expect(try R.read([R.observation("ncit", "C18000", low)]).facts == ["tumor.grade: grade 1"])
    }

    @Test func `high says nothing without a histology, and G3 with that of a tumour`() throws {
        let alone = try R.read([R.observation("ncit", "C18000", high)])
        #expect(alone.facts == [])
        #expect(alone.unread == ["Observation.valueCodeableConcept needs-histology"])
        let grade = R.observation("ncit", "C18000", high)
        let net = try R.read([R.condition("icd10", "C25.4", R.histology("8240/3")), grade])
        #expect(net.facts.contains("tumor.grade: grade 3"))
        let nec = try R.read([R.condition("icd10", "C25.4", R.histology("8246/3")), grade])
        #expect(!nec.facts.contains { $0.hasPrefix("tumor.grade") })
    }

    @Test func `by a method that no table lists is left aside`() throws {
        let method = ",\"method\":\(R.coding("sct", "1"))"
        let read = try R.read([R.observation("ncit", "C18000", low, more: method)])
        #expect(read.facts == [])
        #expect(read.unread == ["Observation.method unknown-method"])
        let who = ",\"method\":\(R.coding("sct", "1149430001"))"
        #expect(try R.read([R.observation("ncit", "C18000", low, more: who)]).facts == ["tumor.grade: grade 1"])
    }
}

@Suite struct `A quantity` {
    private func ki67(_ number: String, _ unit: String, _ comparator: String? = nil) throws -> (
        facts: [String], unread: [String]
    ) {
        let read = try R.read([R.observation("loinc", "29593-1", R.quantity(number, unit, comparator: comparator))])
        return (read.facts, read.unread)
    }

    @Test func `with a comparator is an interval`() throws {
        #expect(try ki67("12", "%").facts == ["tumor.ki67: 12 %"])
        #expect(try ki67("3", "%", "<").facts == ["tumor.ki67: below 3 %"])
        #expect(try ki67("3", "%", "<=").facts == ["tumor.ki67: at most 3 %"])
        #expect(try ki67("20", "%", ">").facts == ["tumor.ki67: above 20 %"])
        #expect(try ki67("20", "%", ">=").facts == ["tumor.ki67: at least 20 %"])
        #expect(try ki67("20", "%", "ad").unread == ["Observation.valueQuantity malformed"])
    }

    @Test func `in a unit that no table knows is unknown, never guessed`() throws {
        #expect(try ki67("12", "kg").unread == ["Observation.valueQuantity unknown-unit"])
        #expect(try ki67("120", "%").unread == ["Observation.valueQuantity implausible"])
        let bare = try R.read([R.observation("loinc", "29593-1", "\"valueQuantity\":{\"value\":12}")])
        #expect(bare.unread == ["Observation.valueQuantity no-unit"])
    }

    @Test(
        "is converted by table:",
        arguments: [
            ("2160-0", "1.0", "mg/dL", "renal.creatinine: 88.4 umol/L"),
            ("1975-2", "2", "mg/dL", "hepatic.bilirubin: 34.2 umol/L"),
            ("777-3", "150", "10*3/uL", "marrow.platelets: 150 10*9/L"),
            ("26499-4", "1.5", "10*3/uL", "marrow.neutrophils: 1.5 10*9/L"),
            ("718-7", "7.8", "g/dL", "marrow.haemoglobin: 78 g/L"),
            ("1742-6", "40", "[IU]/L", "hepatic.alt: 40 U/L"),
            ("29463-7", "70000", "g", "patient.weight: 70 kg"),
        ])
    func units(_ code: String, _ number: String, _ unit: String, _ fact: String) throws {
        #expect(try R.read([R.observation("loinc", code, R.quantity(number, unit))]).facts == [fact])
    }

    @Test func `of the latest day wins, and the age is reckoned from the day of the request`() throws {
        let read = try R.read([
            R.observation("loinc", "29593-1", R.quantity("4", "%"), on: "2020-05-01", id: "old"),
            R.observation("loinc", "29593-1", R.quantity("15", "%"), on: "2026-11-16T09:00:00+01:00", id: "new"),
        ])
        #expect(read.facts == ["tumor.ki67: 15 %"])
        #expect(read.record.facts.first?.date == "2026-11-16")
        #expect(read.record.facts.first?.ageDays == 10)
        #expect(
            read.record.facts.first?.source
                == FHIRSource(resourceType: "Observation", id: "new", path: "Observation.valueQuantity"))
        #expect(read.unread == ["Observation.valueQuantity superseded"])
    }

    @Test func `of one day in two values stands in both, so that the engine finds the conflict`() throws {
        let read = try R.read([
            R.observation("loinc", "29593-1", R.quantity("4", "%"), id: "a"),
            R.observation("loinc", "29593-1", R.quantity("25", "%"), id: "b"),
        ])
        #expect(read.facts == ["tumor.ki67: 4 %", "tumor.ki67: 25 %"])
        #expect(read.record.statements.count == 2)
    }

    @Test func `without a date yields to a dated one`() throws {
        let read = try R.read([
            R.observation("loinc", "29593-1", R.quantity("25", "%"), on: nil, id: "a"),
            R.observation("loinc", "29593-1", R.quantity("4", "%"), on: "2019", id: "b"),
        ])
        #expect(read.facts == ["tumor.ki67: 4 %"])
    }

    @Test(arguments: ["registered", "preliminary", "cancelled", "entered-in-error", "unknown"])
    func `of a result that does not stand is left aside`(_ status: String) throws {
        let read = try R.read([R.observation("loinc", "29593-1", R.quantity("4", "%"), status: status)])
        #expect(read.facts == [])
        #expect(read.unread.count == 1)
    }

    @Test func `dated tomorrow is left aside`() throws {
        let read = try R.read([R.observation("loinc", "29593-1", R.quantity("4", "%"), on: "2026-11-27")])
        #expect(read.unread == ["Observation.code in-the-future"])
    }

    @Test func `by race is not used`() throws {
        let read = try R.read([R.observation("loinc", "88293-6", R.quantity("60", "mL/min/{1.73_m2}"))])
        #expect(read.facts == [])
        #expect(read.unread == ["Observation.code code-not-used"])
    }

    @Test func `in a component is read`() throws {
        let component =
            "\"component\":[{\"code\":\(R.coding("loinc", "29593-1")),\(R.quantity("7", "%"))}]"
        #expect(try R.read([R.observation("loinc", "0-0", component)]).facts == ["tumor.ki67: 7 %"])
    }
}

@Suite struct `Metastases` {
    @Test func `found later outweigh an earlier M0`() throws {
        let m0 = R.observation("sct", "399387003", R.answer("1229901006"), on: "2020-01-01")
        let liver = R.condition("icd10cm", "C7B.02", ",\"recordedDate\":\"2025-06-01\"")
        let read = try R.read([m0, liver])
        #expect(read.facts.filter { $0.hasPrefix("disease.extent") } == ["disease.extent: metastatic"])
        let undated = try R.read([m0, R.condition("icd10cm", "C7B.02")])
        #expect(undated.facts.filter { $0.hasPrefix("disease.extent") }.count == 2)
    }
}

@Suite struct `A medicine` {
    @Test(
        "counts as given",
        arguments: [
            ("MedicationRequest", "active", true), ("MedicationRequest", "completed", true),
            ("MedicationRequest", "draft", false), ("MedicationRequest", "cancelled", false),
            ("MedicationAdministration", "completed", true), ("MedicationAdministration", "not-done", false),
            ("MedicationStatement", "active", true), ("MedicationStatement", "not-taken", false),
            ("MedicationStatement", "intended", false),
        ])
    func states(_ type: String, _ status: String, _ counts: Bool) throws {
        let read = try R.read([R.medication(type, "atc", "L01EG02", status)])
        #expect(read.facts.contains { $0.hasPrefix("treatment.prior") } == counts)
        if !counts { #expect(read.unread == ["\(type).medicationCodeableConcept not-done"]) }
    }

    @Test func `that must not be given is none`() throws {
        let read = try R.read([
            R.medication("MedicationRequest", "atc", "L01EG02", "active", more: ",\"doNotPerform\":true")
        ])
        #expect(read.facts == [])
    }

    @Test func `stopped because it was not tolerated is an intolerance`() throws {
        let why = ",\"statusReason\":\(R.coding("sct", "407563006"))"
        let read = try R.read([R.medication("MedicationRequest", "atc", "L01EX01", "stopped", more: why)])
        #expect(read.facts.contains { $0.hasPrefix("treatment.intolerance") && $0.contains("unitinib") })
        let list = ",\"statusReason\":[\(R.coding("sct", "407563006"))]"
        let given = try R.read([R.medication("MedicationAdministration", "atc", "L01EX01", "stopped", more: list)])
        #expect(given.facts.contains { $0.hasPrefix("treatment.intolerance") && $0.contains("unitinib") })
        let response = ",\"statusReason\":\(R.coding("sct", "266721009"))"
        let ineffective = try R.read([R.medication("MedicationRequest", "atc", "L01EX01", "stopped", more: response)])
        #expect(!ineffective.facts.contains { $0.hasPrefix("treatment.intolerance") })
    }

    @Test func `beside another within a month is the combination, alone it is not`() throws {
        let capecitabine = R.medication("MedicationRequest", "atc", "L01BC06", "completed", on: "2026-01-05", id: "a")
        let near = R.medication("MedicationRequest", "rxnorm", "37776", "completed", on: "2026-01-05", id: "b")
        let far = R.medication("MedicationRequest", "rxnorm", "37776", "completed", on: "2024-01-05", id: "b")
        let together = try R.read([capecitabine, near]).facts
        #expect(together.count == 1)
        #expect(together[0].contains("apecitabine"))
        #expect(together[0].contains("emozolomide"))
        #expect(try R.read([capecitabine, far]).facts.count > 1)
    }

    @Test func `given as an immunosuppressant is no treatment of the tumour`() throws {
        let read = try R.read([R.medication("MedicationRequest", "atc", "L04AH02", "active")])
        #expect(read.facts == ["patient.comedications: everolimus"])
    }

    @Test func `that interacts counts while it is taken, found by its name`() throws {
        let text =
            "{\"resourceType\":\"MedicationStatement\",\"status\":\"active\",\"medicationCodeableConcept\":{\"text\":\"Ketoconazole\"}}"
        #expect(try R.read([text]).facts.first?.hasSuffix("ketoconazole") == true)
        let past = text.replacing("active", with: "completed")
        #expect(try R.read([past]).facts == [])
    }

    @Test func `is found through its reference`() throws {
        let contained =
            "{\"resourceType\":\"MedicationRequest\",\"status\":\"active\",\"medicationReference\":{\"reference\":\"#m\"},\"contained\":[{\"resourceType\":\"Medication\",\"id\":\"m\",\"code\":\(R.coding("atc", "L01EG02"))}]}"
        #expect(try R.read([contained]).facts.count == 1)
        let apart = contained.replacing("#m", with: "Medication/m1").replacing(",\"contained\"", with: ",\"x\"")
        let medicine = "{\"resourceType\":\"Medication\",\"id\":\"m1\",\"code\":\(R.coding("atc", "L01EG02"))}"
        #expect(try R.read([apart, medicine]).facts.count == 1)
        #expect(try R.read([apart]).unread == ["MedicationRequest.medicationReference no-code"])
    }

    @Test func `without a known code or name is told by its code alone`() throws {
        let text =
            "{\"resourceType\":\"MedicationStatement\",\"status\":\"active\",\"medicationCodeableConcept\":{\"coding\":[{\"system\":\"http://www.whocc.no/atc\",\"code\":\"B01AC06\",\"display\":\"Mrs Miller's tablets\"}],\"text\":\"as Mrs Miller says\"}}"
        let record = try R.read([text]).record
        #expect(record.unread.map(\.code) == ["B01AC06"])
        #expect(!"\(record.unread)".contains("Miller"))
    }
}

@Suite struct `The time since a long-acting analogue` {
    private func dose(_ system: String, _ code: String, _ date: String, _ id: String) -> String {
        R.medication("MedicationAdministration", system, code, "completed", on: date, id: id)
    }

    private func since(_ resources: [String]) throws -> [String] {
        try R.read(resources).facts.filter { $0.hasPrefix("treatment.since") }
    }

    @Test func `is reckoned from the last dose that was given`() throws {
        #expect(
            try since([dose("atc", "H01CB03", "2026-10-01", "a"), dose("atc", "H01CB03", "2026-11-16", "b")])
                == ["treatment.sinceLongActingAnalogue: 10 d"])
    }

    @Test func `is not reckoned from an order`() throws {
        #expect(try since([R.medication("MedicationRequest", "atc", "H01CB03", "active", on: "2026-11-16")]) == [])
    }

    @Test func `is unknown where the form of octreotide is not told`() throws {
        let read = try R.read([dose("atc", "H01CB02", "2026-11-16", "a")])
        #expect(!read.facts.contains { $0.hasPrefix("treatment.since") })
        #expect(read.unread == ["MedicationAdministration.medicationCodeableConcept form-not-told"])
        #expect(try since([dose("rxnorm", "898589", "2026-11-16", "a")]) == ["treatment.sinceLongActingAnalogue: 10 d"])
        #expect(try since([dose("rxnorm", "312068", "2026-11-16", "a")]) == [])
    }

    @Test func `is a range where a later dose has no form`() throws {
        #expect(
            try since([dose("rxnorm", "898589", "2026-10-27", "a"), dose("atc", "H01CB02", "2026-11-16", "b")])
                == ["treatment.sinceLongActingAnalogue: 10 to 30 d"])
    }
}

@Suite struct `An allergy` {
    private func allergy(_ code: String, _ more: String = "") -> String {
        "{\"resourceType\":\"AllergyIntolerance\",\"id\":\"a\",\"code\":\(R.coding("atc", code))\(more)}"
    }

    @Test func `to a drug keeps away what cannot be given without it`() throws {
        let read = try R.read([allergy("L01BC06")])
        #expect(read.facts.contains { $0.contains("apecitabine") && $0.hasPrefix("treatment.intolerance") })
    }

    @Test func `to one of two drugs of a treatment keeps nothing away, and says so`() throws {
        let read = try R.read([allergy("L01XA01")])
        #expect(read.unread == ["AllergyIntolerance.code alternatives-remain"])
        #expect(!read.facts.contains { $0.contains("toposide") })
        #expect(try R.read([allergy("L01CB01")]).facts.contains { $0.contains("toposide") })
    }

    @Test func `that is refuted or inactive is none`() throws {
        #expect(
            try R.read([allergy("L01EG02", ",\"verificationStatus\":{\"coding\":[{\"code\":\"refuted\"}]}")]).facts
                == [])
        #expect(
            try R.read([allergy("L01EG02", ",\"clinicalStatus\":{\"coding\":[{\"code\":\"inactive\"}]}")]).facts == [])
    }
}

@Suite struct `A patient's record` {
    private func patient(_ members: String, id: String = "p") -> String {
        "{\"resourceType\":\"Patient\",\"id\":\"\(id)\",\(members)}"
    }

    @Test func `gives age and sex`() throws {
        let read = try R.read([patient("\"gender\":\"female\",\"birthDate\":\"1960-11-27\"")])
        #expect(read.facts == ["patient.age: 65 a", "patient.sex: female"])
        #expect(try R.read([patient("\"birthDate\":\"1960-11-26\"")]).facts == ["patient.age: 66 a"])
        #expect(try R.read([patient("\"birthDate\":\"1960\"")]).facts == ["patient.age: 65 to 66 a"])
        #expect(try R.read([patient("\"gender\":\"other\"")]).unread == ["Patient.gender code-not-used"])
        #expect(try R.read([patient("\"birthDate\":\"2027-01-01\"")]).unread == ["Patient.birthDate in-the-future"])
        #expect(try R.read([patient("\"birthDate\":\"1960-13-01\"")]).unread == ["Patient.birthDate malformed"])
    }

    @Test func `of somebody else is left aside`() throws {
        let other = R.condition("icd10cm", "C7A.012", ",\"subject\":{\"reference\":\"Patient/q\"}")
        let read = try R.read([patient("\"gender\":\"male\""), other], patient: "p")
        #expect(read.facts == ["patient.sex: male"])
        #expect(read.unread == ["Condition other-patient"])
        let own = R.condition("icd10cm", "C7A.012", ",\"subject\":{\"reference\":\"https://ehr/fhir/Patient/p\"}")
        #expect(try R.read([patient("\"gender\":\"male\""), own], patient: "p").facts.count == 3)
    }

    @Test func `says when the patient has died, and of how many patients it is`() throws {
        #expect(try R.read([patient("\"deceasedDateTime\":\"2026-01-01\"")]).record.isDeceased)
        #expect(try R.read([patient("\"deceasedBoolean\":false")]).record.isDeceased == false)
        #expect(try R.read([patient("\"active\":true"), patient("\"active\":true", id: "q")]).record.patientCount == 2)
    }
}

@Suite struct `What was sent` {
    @Test func `in part is told`() throws {
        let paged = R.bundle([R.condition("icd10cm", "C7A.012")], next: true)
        let read = try R.read([paged])
        #expect(read.record.incomplete == ["test"])
        #expect(read.facts.count == 2)
    }

    @Test func `twice is read once`() throws {
        let one = R.observation("loinc", "29593-1", R.quantity("4", "%"))
        #expect(try R.read([R.bundle([one]), R.bundle([one])]).record.facts.count == 1)
    }

    @Test func `with a modifier extension is not understood and not read`() throws {
        let read = try R.read([R.condition("icd10cm", "C7A.012", ",\"modifierExtension\":[{\"url\":\"x\"}]")])
        #expect(read.facts == [])
        #expect(read.unread == ["Condition.modifierExtension modifier-extension"])
    }

    @Test func `as an extension of our own is a finding`() throws {
        let scan =
            "{\"resourceType\":\"DiagnosticReport\",\"status\":\"final\",\"effectiveDateTime\":\"2026-10-01\",\"extension\":[{\"url\":\"urn:consilium:somatostatin-receptor\",\"valueCode\":\"positive\"}],\"conclusion\":\"avid\"}"
        let read = try R.read([scan])
        #expect(read.facts == ["imaging.somatostatinReceptor: positive"])
        #expect(read.unread == ["DiagnosticReport.conclusion free-text"])
    }

    @Test(
        "in a hostile form breaks nothing:",
        arguments: [
            "{}", "[]", "null", "1", "\"x\"", "{\"resourceType\":1}", "{\"resourceType\":\"Bundle\",\"entry\":{}}",
            "{\"resourceType\":\"Bundle\",\"entry\":[1,null,{\"resource\":3}]}",
            "{\"resourceType\":\"Observation\",\"status\":[],\"code\":{\"coding\":{}}}",
            "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"29593-1\"}]},\"valueQuantity\":{\"value\":\"12\",\"code\":\"%\"}}",
            "{\"resourceType\":\"Patient\",\"birthDate\":[1],\"gender\":{}}",
            "{\"resourceType\":\"Condition\",\"code\":[],\"bodySite\":{}}",
            "{\"resourceType\":\"MedicationRequest\",\"status\":\"active\",\"medicationReference\":{\"reference\":\"#\"}}",
            "{\"resourceType\":\"AllergyIntolerance\",\"reaction\":[null]}",
        ])
    func hostile(_ text: String) throws { #expect(try R.read([text]).facts == []) }

    @Test func `in nested bundles ends at a bound`() throws {
        var bundle = R.condition("icd10cm", "C7A.012")
        for _ in 0..<3 { bundle = R.bundle([bundle]) }
        #expect(try R.read([bundle]).facts.count == 2)
        bundle = R.bundle([bundle])
        let deep = try R.read([bundle])
        #expect(deep.facts == [])
        #expect(deep.record.incomplete == ["test"])
    }

    @Test func `in thousands is read to a bound and told in a bounded list`() throws {
        let many = (0..<5_000).map { R.condition("icd10cm", "I10", ",\"x\":\($0)").replacing("c-I10", with: "c\($0)") }
        let read = try R.read([R.bundle(many)])
        #expect(read.record.unread.count == FHIRCase.mostUnread)
        #expect(read.record.unreadCount == 4_000)
        #expect(read.record.incomplete == ["test"])
    }
}

@Suite struct `Code tables` {
    @Test func `ship no code that was not confirmed`() throws {
        let unconfirmed: Set<String> = [
            "254611009", "30664006", "53132006", "46659004", "92824003", "7199000", "88294-4", "10230-1", "8302-2",
            "2823-3", "2106-3", "2118-8", "7617", "1363268", "51499", "3098", "3639", "1547545", "1094833", "3327",
            "7646", "40790", "E16.4", "E16.1", "E16.2",
        ]
        let shipped = Set(try Checkout.knowledge.get().terminology.allRows.map(\.code))
        #expect(shipped.count > 150)
        #expect(shipped.intersection(unconfirmed) == [])
    }

    @Test func `are extended by a local folder`() throws {
        let local = try TemporaryFolder()
        defer { local.remove() }
        try local.write(
            "terminology/house.json",
            """
            { "schema": "terminology/1", "id": "house", "title": "Codes of this hospital", "system": "http://snomed.info/sct",
              "sources": { "board": "checked by the coding board" },
              "rows": [ { "codes": ["900000001"], "source": "board", "sets": [ { "fact": "treatment.prior", "includes": "surgery" } ] } ] }
            """)
        let knowledge = try KnowledgeLoader(directory: Checkout.content, local: local.path).load()
        let operation =
            "{\"resourceType\":\"Procedure\",\"status\":\"STATUS\",\"code\":\(R.coding("sct", "900000001"))}"
        let done = operation.replacing("STATUS", with: "completed")
        #expect(try R.read([done], knowledge: knowledge).facts.count == 1)
        #expect(try R.read([done]).unread == ["Procedure.code unknown-code"])
        let planned = operation.replacing("STATUS", with: "not-done")
        #expect(try R.read([planned], knowledge: knowledge).unread == ["Procedure.code not-done"])
    }

    @Test func `with faults are refused with all of them`() throws {
        let broken = try TemporaryFolder(copyOf: Checkout.content)
        defer { broken.remove() }
        try broken.write(
            "terminology/broken.json",
            """
            { "schema": "terminology/1", "id": "broken", "title": "Broken", "system": "http://loinc.org", "sources": { "a": "b" },
              "rows": [ { "codes": ["1"], "source": "z", "measures": "tumor.ki76" }, { "codes": ["2"], "source": "a" },
                        { "codes": ["29593-1"], "source": "a", "drug": "nothing" }, { "codes": ["3"], "source": "a", "measures": "tumor.grade" },
                        { "codes": ["4"], "source": "a", "sets": [ { "fact": "tumor.grade", "is": "G9" } ], "mystery": 1 } ] }
            """)
        do {
            _ = try KnowledgeLoader(directory: broken.path).load()
            Issue.record("loaded")
        } catch {
            #expect(
                Set(error.defects.filter { !$0.code.isWarning }.map(\.code)) == [
                    .danglingReference, .unknownFact, .missingMember, .duplicateID, .danglingDrug, .wrongTest,
                    .unknownCode, .unknownMember,
                ])
        }
    }
}

@Suite struct `A day` {
    @Test(arguments: [-800_000, -719_468, -1, 0, 59, 60, 20_783, 20_784, 2_932_896])
    func `and its calendar are one`(_ number: Int) {
        let day = CivilDay(number: number)
        let (year, month, date) = day.calendar
        if (1...9_999).contains(year) { #expect(CivilDay(year: year, month: month, day: date) == day) }
    }

    @Test func `is written as ISO 8601 has it`() {
        #expect(CivilDay(secondsSinceEpoch: 0).text == "1970-01-01")
        #expect(CivilDay(secondsSinceEpoch: -1).text == "1969-12-31")
        #expect(CivilDay(year: 2024, month: 2, day: 29)?.text == "2024-02-29")
        #expect(CivilDay(year: 2023, month: 2, day: 29) == nil)
    }
}
