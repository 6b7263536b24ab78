import ClinicalModel
import DecisionLogic
import KnowledgeStore
import TestSupport
import Testing

@testable import RecommendationEngine

private let net =
    #""tumor":{"kind":"neuroendocrine-tumor","primarySite":"pancreas","grade":"G2","ki67":8},"disease":{"extent":"metastatic","pace":"progressive"},"imaging":{"somatostatinReceptor":"positive"},"treatment":{"prior":["octreotide"],"line":2}"#

@Suite struct `The safety ledger` {
    private func ledger(of id: String, _ more: String) throws -> [SafetyItem] {
        let answer = try guidance("{\(net)\(more)}", explains: true)
        let offered = answer.options.first { $0.intervention.id == id }?.safety
        return try #require(offered ?? answer.excluded.first { $0.intervention.id == id }?.safety)
    }

    private func verdicts(of id: String, part: String, saying word: String, _ more: String) throws -> Set<String> {
        Set(
            try ledger(of: id, more).filter { $0.part == part && $0.wording.clinician.contains(word) }
                .map(\.verdict.rawValue))
    }

    @Test(
        "says of pregnancy and radioligand therapy",
        arguments: [
            ("", "not-evaluable"), (#","patient":{"pregnancy":"pregnant"}"#, "contraindicated"),
            (#","patient":{"sex":"male"}"#, "clear"), (#","patient":{"pregnancy":"not-pregnant"}"#, "clear"),
        ])
    func pregnancy(_ more: String, _ verdict: String) throws {
        #expect(
            try verdicts(of: "lutetium-lu-177-dotatate", part: "pregnancy", saying: "foetus", more) == [verdict])
    }

    @Test(
        "says of everolimus and a strong inhibitor",
        arguments: [
            ("", "not-evaluable"), (#","patient":{"comedications":["ketoconazole"]}"#, "caution"),
            (#","patient":{"comedications":[]}"#, "clear"),
        ])
    func interaction(_ more: String, _ verdict: String) throws {
        #expect(
            try verdicts(of: "everolimus", part: "interactions", saying: "Strong CYP3A4 or", more) == [verdict])
    }

    @Test func `names the facts of a verdict, or the facts that are missing`() throws {
        let vocabulary = try Checkout.knowledge.get().clinical.vocabulary
        let items = try ledger(of: "lutetium-lu-177-dotatate", #","patient":{"pregnancy":"pregnant"}"#)
        #expect(items.count > 8)
        for item in items {
            #expect(item.needs.isEmpty == (item.verdict != .notEvaluable))
            #expect(item.because.isEmpty == (item.verdict == .notEvaluable))
        }
        let pregnancy = try #require(items.first { $0.part == "pregnancy" })
        #expect(pregnancy.because.map { vocabulary[$0].path } == ["patient.pregnancy"])
        #expect(pregnancy.drug == "lutetium-lu-177-dotatate")
    }

    @Test func `is written only where it is asked for, and moves no number of a source`() throws {
        let plain = try guidance("{\(net)}")
        let full = try guidance("{\(net)}", explains: true)
        #expect(plain.options.allSatisfy { $0.safety.isEmpty })
        #expect(full.references.map(\.id).starts(with: plain.references.map(\.id)))
    }

    @Test func `leads to an exclusion with reason, section and fact`() throws {
        let vocabulary = try Checkout.knowledge.get().clinical.vocabulary
        let answer = try guidance("{\(net),\"patient\":{\"pregnancy\":\"pregnant\",\"sex\":\"female\"}}")
        let exclusion = try #require(answer.excluded.first { $0.intervention.id == "everolimus" })
        #expect(exclusion.section == "8.1")
        #expect(exclusion.because.map { vocabulary[$0].path } == ["patient.pregnancy"])
        #expect(exclusion.number != nil)
    }
}

@Suite struct `Kidney function for radioligand therapy` {
    @Test(
        "is too low where",
        arguments: [
            #""creatinineClearance":29"#, #""creatinineClearance":{"max":20,"unit":"mL/min"}"#,
            #""creatinineClearance":{"max":20,"unit":"mL/min"},"egfr":95"#, #""egfr":25"#, #""dialysis":true"#,
            #""egfr":80,"dialysis":true"#,
        ])
    func low(_ renal: String) throws {
        let answer = try guidance("{\(net),\"renal\":{\(renal)}}")
        #expect(answer.excluded.contains { $0.intervention.id == "lutetium-lu-177-dotatate" })
    }

    @Test(
        "is told as open where",
        arguments: [#""creatinine":90"#, #""creatinineClearance":{"min":20,"max":60,"unit":"mL/min"},"egfr":95"#])
    func open(_ renal: String) throws {
        let answer = try guidance("{\(net),\"renal\":{\(renal)}}")
        let option = try #require(answer.options.first { $0.intervention.id == "lutetium-lu-177-dotatate" })
        #expect(
            option.cautions.contains { $0.severity == .contraindication && $0.wording.clinician.contains("30 mL/min") })
    }

    @Test(
        "is enough where",
        arguments: [#""creatinineClearance":60"#, #""egfr":95"#, #""egfr":20,"creatinineClearance":55"#])
    func enough(_ renal: String) throws {
        let answer = try guidance("{\(net),\"renal\":{\(renal)}}")
        let option = try #require(answer.options.first { $0.intervention.id == "lutetium-lu-177-dotatate" })
        #expect(
            !option.cautions.contains { $0.severity == .contraindication && $0.wording.clinician.contains("30 mL/min") }
        )
    }
}

@Suite struct `A sentence without doses` {
    @Test(
        "keeps its words:",
        arguments: [
            (
                "Child-Pugh A: 7.5 mg daily; B: 5 mg daily.",
                "Child-Pugh A: [dose withheld] daily; B: [dose withheld] daily."
            ),
            ("octreotide LAR up to 60 mg a month", "octreotide LAR up to [dose withheld] a month"),
            ("100 to 200 mg/m2 on days 1–5", "[dose withheld] on days 1–5"),
            ("7.4 GBq every 8 weeks", "[dose withheld] every 8 weeks"), ("500–1,000 mg", "[dose withheld]"),
            ("bilirubin 3 mg/dL, haemoglobin 80 g/L", "bilirubin 3 mg/dL, haemoglobin 80 g/L"),
            ("Ki-67 of 10 %, 2 to 3 weeks, 30 mL/min", "Ki-67 of 10 %, 2 to 3 weeks, 30 mL/min"), ("", ""),
            ("12", "12"),
            ("177Lu 7 mgx", "177Lu 7 mgx"),
        ])
    func masked(_ text: String, _ expected: String) { #expect(DoseSilence().text(text) == expected) }

    @Test func `keeps a child's caution and takes its figure`() throws {
        let answer = try guidance(
            #"{"tumor":{"kind":"neuroendocrine-tumor"},"disease":{"emergency":"carcinoid-crisis"},"patient":{"age":9}}"#
        )
        #expect(answer.options.allSatisfy { $0.regimen == nil })
        let words = answer.options.flatMap { $0.cautions.map(\.wording.clinician) }
        #expect(words.contains { $0.contains(DoseSilence.mark) })
        #expect(words.allSatisfy { DoseSilence().text($0) == $0 })
    }
}
