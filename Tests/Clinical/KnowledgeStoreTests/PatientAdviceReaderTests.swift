import ClinicalModel
import DecisionLogic
import JSONText
import TestSupport
import Testing

@testable import KnowledgeStore

@Suite struct `The reader of advice for patients` {
    private func codes(_ question: String, _ alarm: String) throws -> [DefectCode] {
        let log = DefectLog()
        let text = """
            {"schema":"patient-advice/1","questionsForDoctor":[{"id":"q","question":"Q?"\(question)}],
            "seekHelp":[{"id":"a","statement":"S."\(alarm)}]}
            """
        let node = DocumentNode(
            value: try JSONReader().read(Array(text.utf8)), file: "patient-advice.json", log: log)
        let vocabulary = try Checkout.knowledge.get().clinical.vocabulary
        _ = PatientAdviceReader(documents: DocumentReader(conditions: ConditionReader(vocabulary: vocabulary))).read(
            node)
        return log.defects.map(\.code)
    }

    @Test(
        "wants a source for what is of a disease or a treatment:",
        arguments: [
            ("", []), (#","reference":"x","confirmed":true"#, []), (#","reference":"x""#, [.missingMember]),
            (#","drugs":["everolimus"]"#, [.missingMember]),
            (#","drugs":["everolimus"],"reference":"x","confirmed":false"#, []),
            (#","section":"5"# + "\"", [.missingMember]),
            (#","colour":"red""#, [.unknownMember]),
        ] as [(String, [DefectCode])])
    func alarms(_ members: String, _ expected: [DefectCode]) throws {
        #expect(try codes("", members) == expected)
    }

    @Test(
        "knows its members and the facts:",
        arguments: [
            (#","when":{"fact":"tumor.grade","isKnown":true}"#, []),
            (#","when":{"fact":"tumor.grrade","isKnown":true}"#, [.unknownFact]),
            (#","answer":"x""#, [.unknownMember]),
        ] as [(String, [DefectCode])])
    func questions(_ members: String, _ expected: [DefectCode]) throws {
        #expect(try codes(members, "") == expected)
    }
}
