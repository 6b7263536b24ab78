import ClinicalModel
import DecisionLogic
import Foundation
import JSONText
import TestSupport
import Testing

@testable import KnowledgeStore

/// Reads one document that is written in a test, against the vocabulary of the checkout.
private struct Reading {
    let log = DefectLog()

    func node(_ text: String) throws -> DocumentNode {
        DocumentNode(
            value: try JSONReader().read(Array(text.utf8)), file: "document.json", log: log)
    }

    func codes(_ text: String) throws -> [DefectCode] {
        let vocabulary = try Checkout.knowledge.get().clinical.vocabulary
        let documents = DocumentReader(conditions: ConditionReader(vocabulary: vocabulary))
        _ = DoseRulesReader(documents: documents).read(try node(text))
        return log.defects.map(\.code)
    }
}

@Suite struct `The reader of dose rules` {
    private func rule(_ step: String) -> String {
        """
        {"schema":"dose-rules/1","rounding":"r","remark":"m","rules":[{"intervention":"i","regimen":"r","drug":"d","steps":[
        {"when":{"fact":"renal.dialysis","is":true},\(step)"statement":"s","reference":"x","confirmed":true}]}]}
        """
    }

    @Test(
        "takes exactly one change a step:",
        arguments: [
            (#""times":0.75,"#, []), (#""set":{"value":10,"unit":"mg"},"#, []),
            (#""less":{"value":20,"unit":"mg"},"#, []), (#""withhold":true,"#, []), ("", [.missingMember]),
            (#""times":0.75,"withhold":true,"#, [.missingMember]), (#""times":1.5,"#, [.wrongType]),
            (#""withhold":false,"#, [.wrongType]), (#""set":{"value":10},"#, [.missingMember]),
            (#""timez":0.75,"#, [.unknownMember, .missingMember]),
        ] as [(String, [DefectCode])])
    func steps(_ step: String, _ expected: [DefectCode]) throws {
        #expect(try Reading().codes(rule(step)) == expected)
    }

    @Test(
        "takes weight and height in their units only:",
        arguments: [
            ("patient.weight", "patient.height", []), ("patient.wait", "patient.height", [.unknownFact]),
            ("patient.weight", "patient.weight", [.wrongUnit]),
        ] as [(String, String, [DefectCode])])
    func body(_ weight: String, _ height: String, _ expected: [DefectCode]) throws {
        let text = rule(#""times":0.75,"#).replacing(
            #""rounding""#,
            with:
                #""body":{"weight":"\#(weight)","height":"\#(height)","massIndex":{"min":8,"max":110,"unit":"kg/m2"}},"rounding""#
        )
        #expect(try Reading().codes(text) == expected)
    }
}

@Suite struct `The reader of drug names` {
    @Test(
        "finds",
        arguments: [
            (
                #"{"schema":"drug-names/1","shared":[{"id":"a","names":["A"],"statement":"s","products":[{"name":"B","is":"b"}],"confirmed":true}]}"#,
                [.missingMember]
            ), (#"{"schema":"drug-names/1","lookAlikes":[{"names":["A"],"statement":"s"}]}"#, [.missingMember]),
            (#"{"schema":"drug-name/1"}"#, [.wrongSchema]),
            (#"{"schema":"drug-names/1","salt":["a"]}"#, [.unknownMember]),
        ] as [(String, [DefectCode])])
    func finds(_ text: String, _ expected: [DefectCode]) throws {
        let reading = Reading()
        _ = DrugNamesReader.read(try reading.node(text))
        #expect(reading.log.defects.map(\.code) == expected)
    }
}
