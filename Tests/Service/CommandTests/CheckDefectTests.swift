import Foundation
import KnowledgeStore
import TestSupport
import Testing

/// One wrong thing that only the cases show, and the line that tells it.
struct CaseBreakage: CustomTestStringConvertible, Sendable {
    let code: DefectCode
    let file: String
    let old: String
    let new: String
    /// How the line begins; the code ends it.
    let line: String

    var testDescription: String { "\(code.rawValue) \(code)" }

    static let rule = "topics/raised-marker/recommendations/team.json"
    static let condition = #""appliesWhen": { "fact": "disease.raisedMarker", "is": true }"#
    static let all: [CaseBreakage] = [
        CaseBreakage(
            code: .unspokenDisagreement, file: "topics/pancreatic-net/disagreements/d13-platinum-in-net-g3.json",
            old: "\"pancreatic-net.platinum-etoposide\", ", new: "", line: "topics/pancreatic-net/cases/"),
        CaseBreakage(
            code: .caseFails, file: "topics/raised-marker/cases/marker-only.json", old: "[\"mdt-discussion\"]",
            new: "[\"surgery\"]", line: "topics/raised-marker/cases/marker-only.json#: recommended: expected"),
        CaseBreakage(
            code: .neverTrue, file: rule, old: condition,
            new:
                #""appliesWhen": { "all": [ { "fact": "disease.raisedMarker", "is": true }, { "fact": "tumor.size", "within": { "min": 399, "unit": "mm" } } ] }"#,
            line: "raised-marker.team#: no case makes this recommendation apply"),
        CaseBreakage(
            code: .neverNotTrue, file: rule, old: condition,
            new:
                #""appliesWhen": { "any": [ { "fact": "tumor.kind", "isKnown": true }, { "not": { "fact": "tumor.kind", "isKnown": true } } ] }"#,
            line: "raised-marker.team#: every case makes this recommendation apply"),
        CaseBreakage(
            code: .leafNotCovered, file: rule, old: condition,
            new:
                #""appliesWhen": { "any": [ { "fact": "disease.raisedMarker", "is": true }, { "fact": "tumor.size", "within": { "min": 399, "unit": "mm" } } ] }"#,
            line: rule + "#/appliesWhen/any/1: no case makes `tumor.size within at least 399 mm` true"),
        CaseBreakage(
            code: .neverFalse, file: rule, old: condition,
            new:
                #""appliesWhen": { "any": [ { "fact": "disease.raisedMarker", "is": true }, { "not": { "fact": "tumor.kind", "isKnown": true } }, { "fact": "disease.extent", "isOneOf": ["localised", "regional", "locally-advanced", "metastatic"] } ] }"#,
            line: "raised-marker.team#: no case makes this recommendation false"),
    ]
}

@Suite struct `The check` {
    @Test("finds", arguments: CaseBreakage.all)
    func finds(_ breakage: CaseBreakage) throws {
        let folder = try TemporaryFolder(copyOf: Checkout.content)
        defer { folder.remove() }
        try folder.edit(breakage.file, breakage.old, breakage.new)
        let run = try Command(["check", folder.path])
        #expect(run.status == 65)
        let lines = run.output.split(separator: "\n")
        #expect(
            lines.contains { $0.hasPrefix(breakage.line) && $0.hasSuffix("(\(breakage.code.rawValue))") },
            "\(run.output.prefix(2_000)) \(run.errors.prefix(2_000))")
    }
}
