import ClinicalAPI
import Foundation
import HTTPServer
import HTTPWire
import TestSupport
import Testing

/// The 20 rows of the audit of answer pages (evidence, guidelines.md section 10): what an answer to the main question must
/// hold, each with the place in the JSON that satisfies it.
struct AuditRow: CustomTestStringConvertible, Sendable {
    let number: Int
    let subject: String
    /// Places in the answer and the words that must stand there.
    let demands: [(path: String, words: [String])]

    var testDescription: String { "row \(number): \(subject)" }

    static let all: [AuditRow] = [
        AuditRow(
            number: 1, subject: "analogue first, and for whom",
            demands: [
                ("options.0.id", ["lanreotide"]),
                (
                    "options.0.evidence",
                    ["standard first line of receptor-positive", "NCCN prefers radioligand therapy there"]
                ),
                ("disagreements", ["NETTER-2 was published in 2024"]), ("tiers.research.statements", ["COMPETE"]),
            ]),
        AuditRow(
            number: 2, subject: "grade 2 by both indices and the 10 % cut",
            demands: [
                (
                    "tiers.guideline.statements",
                    ["Ki-67 of 3 to 20 % or 2 to 20 mitoses", "the higher of the two decides"]
                ),
                ("tiers.research.statements", ["Ki-67 of 10 % is a boundary of treatment trials"]),
            ]),
        AuditRow(
            number: 3, subject: "whole body restated",
            demands: [
                (
                    "tiers.guideline.statements",
                    [
                        "metastatic disease with a high burden", "M1b or M1c", "Tracer and uptake are unknown",
                        "physiologic uptake",
                    ]
                ),
                ("diagnostics", ["Multiphase CT or MRI", "lesions without uptake"]),
            ]),
        AuditRow(
            number: 4, subject: "goals",
            demands: [
                (
                    "tiers.guideline.statements",
                    [
                        "control of growth, control of hormones, shrinkage", "multidisciplinary team",
                        "observation and a clinical trial",
                    ]
                ),
                ("diagnostics", ["Hormonal work-up"]),
            ]),
        AuditRow(
            number: 5, subject: "analogue doses with their limits",
            demands: [
                ("options.0.regimen.parts", ["120", "deep subcutaneous", "2.2"]),
                (
                    "options.1.regimen.parts",
                    ["30", "intragluteal", "midgut NET only", "not an indication of the US label"]
                ),
                ("options.0.needs", ["imaging.somatostatinReceptor"]), ("diagnostics", ["worsen hypoglycaemia"]),
            ]),
        AuditRow(
            number: 6, subject: "everolimus, sunitinib, cabozantinib and when",
            demands: [
                ("options", ["progression within 12 months", "5 % against 2 %", "9.3 % against 0 %"]),
                ("excluded", ["cabozantinib", "after another systemic treatment"]),
                ("tiers.guideline.statements", ["the analogue is stopped in a non-functioning tumour"]),
            ]),
        AuditRow(
            number: 7, subject: "capecitabine-temozolomide as the trial gave it",
            demands: [
                (
                    "options.3.regimen.parts",
                    ["750", "1-14", "200", "10-14", "28", "13", "practice variant", "not to be doubled"]
                ), ("options.3.cautions", ["DPYD", "antiemetic"]),
            ]),
        AuditRow(
            number: 8, subject: "when chemotherapy",
            demands: [("options.3.evidence", ["needed for symptoms or cytoreduction", "MGMT testing is not required"])]),
        AuditRow(
            number: 9, subject: "receptor imaging and FDG",
            demands: [
                ("diagnostics", ["⁶⁸Ga-DOTATATE, ⁶⁸Ga-DOTATOC", "⁶⁴Cu-DOTATATE", "the first included", "FDG-PET"])
            ]),
        AuditRow(
            number: 10, subject: "labels permit, they do not rank",
            demands: [
                ("tiers.label.summary", ["not what is best"]),
                (
                    "tiers.label.statements",
                    [
                        "(1.2)", "(2.2)", "CLARINET", "no Ki-67 limit", "from 12 years", "Everolimus is labelled",
                        "Sunitinib is labelled", "Cabozantinib is labelled", "octreotide LAR",
                    ]
                ),
            ]),
        AuditRow(
            number: 11, subject: "radioligand therapy with honest survival",
            demands: [
                (
                    "tiers.research.statements",
                    ["four randomised trials", "48.0 against 36.3 months", "p=0.30", "did not differ in NETTER-2"]
                )
            ]),
        AuditRow(
            number: 12, subject: "who is fit for it",
            demands: [("options.2.cautions", ["Krenning 3 or 4", "75 × 10⁹/L", "80 g/L", "30 mL/min"])]),
        AuditRow(
            number: 13, subject: "limits of receptor PET",
            demands: [("diagnostics", ["two thirds of insulinomas", "not for routine surveillance"])]),
        AuditRow(
            number: 14, subject: "only lutetium",
            demands: [("tiers.research.statements", ["Only ¹⁷⁷Lu-dotatate is approved"])]),
        AuditRow(
            number: 15, subject: "chemotherapy of today",
            demands: [
                ("tiers.research.statements", ["30.3 %", "dacarbazine has been superseded"]), ("options", ["folfox"]),
            ]),
        AuditRow(
            number: 16, subject: "surgery with its condition",
            demands: [
                ("options", ["more than 90 % cytoreduction", "unlikely with whole-body disease", "disease.resectable"])
            ]),
        AuditRow(
            number: 17, subject: "liver-directed therapy with its conditions",
            demands: [
                (
                    "options",
                    ["liver-dominant", "Drug-eluting beads are not recommended", "Whipple", "70 % of the liver"]
                )
            ]),
        AuditRow(
            number: 18, subject: "references that resolve",
            demands: [
                (
                    "references",
                    ["10.1016/S0140-6736(24)00701-3", "38851203", "Lancet", "guideline", "label", "research"]
                )
            ]),
        AuditRow(
            number: 19, subject: "a review state that does not contradict itself",
            demands: [("review", ["draft", "2026-11-24"]), ("editorialPolicy", ["/knowledge"])]),
        AuditRow(
            number: 20, subject: "what pages leave out",
            demands: [
                ("options.2.cautions", ["myelodysplasia", "pregnancy"]), ("diagnostics", ["MEN1 and VHL"]),
                ("tiers.guideline.statements", ["Follow-up: CT or MRI", "pregnancy", "no order that data support"]),
                ("tiers.research.statements", ["What is uncertain"]),
                ("followUp", ["imaging.somatostatinReceptor", "tumor.ki67", "patient.pregnancy"]),
            ]),
    ]
}

@Suite struct `The main question` {
    static let question =
        "What should be started first for a grade 2 neuroendocrine tumour of the pancreas with whole-body involvement on PET?"

    private func answer() throws -> Reply { try Checkout.router().recommend(#"{"question":"\#(Self.question)"}"#) }

    private func text(_ value: Any?) -> String {
        switch value {
        case let object as [String: Any]:
            object.sorted { $0.key < $1.key }.map { text($0.value) }.joined(separator: " | ")
        case let list as [Any]: list.map(text).joined(separator: " | ")
        case let some?: "\(some)"
        case nil: ""
        }
    }

    @Test("satisfies", arguments: AuditRow.all)
    func row(_ row: AuditRow) throws {
        let answer = try answer()
        for demand in row.demands {
            let found = text(answer.value(demand.path))
            for words in demand.words { #expect(found.contains(words), "`\(words)` does not stand in \(demand.path)") }
        }
    }

    @Test func `has all 20 rows`() { #expect(AuditRow.all.map(\.number) == Array(1...20)) }

    @Test func `says nothing of receptors that nobody said`() throws {
        let facts = try answer().strings("case.facts.*.path")
        #expect(!facts.contains { $0.hasPrefix("imaging") })
        #expect(try answer().value("followUp.0.fact") as? String == "imaging.somatostatinReceptor")
    }

    @Test func `gives the same options as the equal case`() throws {
        let router = try Checkout.router()
        let asCase = try router.recommend(
            #"{"case":{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"pancreas","grade":"G2"},"disease":{"extent":"metastatic","burden":"high"},"treatment":{"line":1}}}"#
        )
        for path in ["options.*.id", "excluded.*.id", "references.*.id", "diagnostics.*.id", "followUp.*.fact"] {
            #expect(asCase.strings(path) == (try answer()).strings(path))
        }
    }

    @Test func `gives the same bytes each time`() throws {
        #expect(try answer().response.body == answer().response.body)
    }

    @Test func `offers nothing that has no place here`() throws {
        let offered = Set(try answer().strings("options.*.id"))
        #expect(
            offered.isDisjoint(with: ["platinum-etoposide", "telotristat", "diazoxide", "belzutifan", "cabozantinib"]))
    }
}
