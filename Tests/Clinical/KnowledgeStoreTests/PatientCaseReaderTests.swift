import ClinicalModel
import DecisionLogic
import JSONText
import KnowledgeStore
import TestSupport
import Testing

@Suite struct `A structured case` {
    private func read(_ text: String) throws -> (facts: [String], problems: [String]) {
        let vocabulary = try Checkout.knowledge.get().clinical.vocabulary
        let (statements, unchecked, problems) = PatientCaseReader(vocabulary: vocabulary).read(
            try JSONReader().read(Array(text.utf8)), at: JSONPointer.root.member("case"))
        let facts = statements.map { "\(vocabulary[$0.fact].path) = \(vocabulary[$0.fact].code(for: $0.value))" }
        return (facts + unchecked.map { "unchecked \($0)" }, problems.map { "\($0.pointer) \($0.code)" })
    }

    @Test(
        "reads a quantity as",
        arguments: [
            ("12", "12 %"), (#"{"value":12,"unit":"%"}"#, "12 %"), (#"{"min":3,"max":20,"unit":"%"}"#, "3 to 20 %"),
            (#"{"max":3,"exclusive":"max","unit":"%"}"#, "below 3 %"),
            (#"{"min":20,"exclusive":"min","unit":"%"}"#, "above 20 %"),
            (#"{"min":3,"max":20,"exclusive":"both","unit":"%"}"#, "above 3 to below 20 %"), ("0", "0 %"),
            ("100", "100 %"),
        ])
    func quantities(_ value: String, _ words: String) throws {
        #expect(try read(#"{"tumor":{"ki67":\#(value)}}"#) == (["tumor.ki67 = \(words)"], []))
    }

    @Test(
        "converts by its table",
        arguments: [
            (#""renal":{"creatinine":{"value":2,"unit":"mg/dL"}}"#, "renal.creatinine = 176.8 umol/L"),
            (#""renal":{"creatinine":{"value":100,"unit":"µmol/L"}}"#, "renal.creatinine = 100 umol/L"),
            (#""hepatic":{"bilirubin":{"value":1,"unit":"mg/dL"}}"#, "hepatic.bilirubin = 17.1 umol/L"),
            (#""marrow":{"haemoglobin":{"value":7.8,"unit":"g/dL"}}"#, "marrow.haemoglobin = 78 g/L"),
            (#""marrow":{"platelets":{"value":75000,"unit":"/uL"}}"#, "marrow.platelets = 75 10*9/L"),
            (#""tumor":{"size":{"value":1.5,"unit":"cm"}}"#, "tumor.size = 15 mm"),
            (
                #""treatment":{"sinceLongActingAnalogue":{"value":4,"unit":"wk"}}"#,
                "treatment.sinceLongActingAnalogue = 28 d"
            ),
        ])
    func conversions(_ group: String, _ fact: String) throws { #expect(try read("{\(group)}") == ([fact], [])) }

    @Test(
        "reads codes as",
        arguments: [
            (#""tumor":{"grade":"G2"}"#, "tumor.grade = grade 2"),
            (#""tumor":{"grade":{"anyOf":["G1","G2"]}}"#, "tumor.grade = grade 1 or grade 2"),
            (#""disease":{"resectable":false}"#, "disease.resectable = no"),
            (#""disease":{"metastaticSites":["liver"]}"#, "disease.metastaticSites = liver"),
            (#""disease":{"metastaticSites":{"excludes":["liver"]}}"#, "disease.metastaticSites = not liver"),
            (
                #""disease":{"metastaticSites":{"includes":["liver"],"complete":true}}"#,
                "disease.metastaticSites = liver; nothing else"
            ),
            (#""disease":{"metastaticSites":[]}"#, "disease.metastaticSites = nothing else"),
            (#""patient":{"comedications":["mesalazine"]}"#, "patient.comedications = not known"),
            (
                #""patient":{"comedications":["Gentamicin"]}"#,
                "patient.comedications = a drug that harms the kidneys, an aminoglycoside"
            ),
            (
                #""patient":{"comedications":{"includes":["St. John's Wort"]}}"#,
                "patient.comedications = a strong CYP3A4 inducer, St John's wort"
            ),
        ])
    func codes(_ group: String, _ fact: String) throws { #expect(try read("{\(group)}").facts.first == fact) }

    @Test func `takes every fact of the contract`() throws {
        let paths = Set(try Checkout.knowledge.get().clinical.vocabulary.facts.map(\.path))
        let contract = [
            "tumor.kind", "tumor.primarySite", "tumor.grade", "tumor.ki67", "tumor.mitoses", "tumor.differentiation",
            "tumor.size", "tumor.gastricType",
            "tumor.lungHistology", "tumor.margins", "tumor.lymphovascularInvasion", "tumor.mesoappendix",
            "tumor.biomarkers", "tumor.multifocal",
            "disease.extent", "disease.metastaticSites", "disease.pace", "disease.burden", "disease.tumourSymptoms",
            "disease.resectable",
            "disease.liverInvolvement", "imaging.somatostatinReceptor", "imaging.krenning", "imaging.fdg",
            "imaging.tracer", "imaging.mibg",
            "syndrome.functional", "syndrome.hereditary", "syndrome.symptoms", "syndrome.control", "treatment.prior",
            "treatment.intolerance",
            "treatment.line", "treatment.controlAfterRadioligand", "treatment.sinceLongActingAnalogue",
            "treatment.planned", "patient.age", "patient.sex",
            "patient.weight", "patient.height", "patient.performanceStatus", "patient.pregnancy", "patient.lactation",
            "patient.comorbidities",
            "patient.comedications", "patient.declines", "renal.creatinineClearance", "renal.creatinine", "renal.egfr",
            "renal.dialysis",
            "hepatic.childPugh", "hepatic.bilirubin", "hepatic.alt", "hepatic.albumin", "marrow.haemoglobin",
            "marrow.platelets", "marrow.neutrophils",
            "marrow.leucocytes", "marrow.lymphocytes",
        ]
        #expect(paths.isSuperset(of: contract))
    }

    @Test func `leaves no statement where anything is wrong`() throws {
        let (facts, problems) = try read(#"{"tumor":{"grade":"G2","ki67":{"value":"x","unit":"%"},"size":-1}}"#)
        #expect(facts == [])
        #expect(
            problems == [
                "#/case/tumor/ki67/value wrong-type", "#/case/tumor/ki67 empty", "#/case/tumor/size out-of-range",
            ])
    }
}
