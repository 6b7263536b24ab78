import Foundation
import TestSupport
import Testing

@Suite struct `The audit of advice` {
    private static let person =
        #"{"resourceType":"Patient","id":"canary-p1","gender":"female","birthDate":"1961-03-01"}"#
    private static let conditions = [
        """
        {"resourceType":"Condition","id":"c1","subject":{"reference":"Patient/canary-p1"},
        "code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"C25.4"}]},"extension":[
        {"url":"http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-morphology-behavior",
        "valueCodeableConcept":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/icd-o-3","code":"8249/3"}]}}]}
        """,
        """
        {"resourceType":"Condition","id":"c2","subject":{"reference":"Patient/canary-p1"},
        "code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"C7B.02"}]}}
        """,
    ]
    private static let ki67 = """
        {"resourceType":"Observation","id":"k","status":"final","effectiveDateTime":"2026-10-01",
        "subject":{"reference":"Patient/canary-p1"},"code":{"coding":[{"system":"http://loinc.org","code":"29593-1"}]},
        "valueQuantity":{"value":7,"code":"%","system":"http://unitsofmeasure.org"}}
        """
    private static func bundle(_ resources: [String]) -> String {
        let entries = resources.map { #"{"resource":\#($0)}"# }.joined(separator: ",")
        return #"{"resourceType":"Bundle","type":"searchset","entry":[\#(entries)]}"#
    }
    private static let record = bundle([person] + conditions + [ki67])
    private static let card = """
        {"hook":"patient-view","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context":{"userId":"Practitioner/1","patientId":"canary-p1"},"prefetch":{"patient":\(person),
        "conditions":\(bundle(conditions)),"tumour":\(bundle([ki67]))}}
        """
    private static let question = #"{"question":"Metastatic ileal NET, G1, progressive on lanreotide"}"#

    /// What stands in a journal that was written by a server to which this was sent.
    private func kept(_ send: (WireClient) throws -> Void) throws -> [[String: Any]] {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.url.appendingPathComponent("audit.jsonl").path
        let (running, address) = try Command.serve([
            "CONSILIUM_AUDIT_JOURNAL": path, "CONSILIUM_AUDIT_KEY": String(repeating: "k", count: 43),
        ])
        try send(try #require(WireClient(address)))
        running.process.terminate()
        running.process.waitUntilExit()
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(!text.contains("canary"))
        return try text.split(separator: "\n").compactMap {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
    }

    @Test func `names the options and the release, whatever the form of the answer`() throws {
        var apply: WireClient.Answer?
        let lines = try kept { client in
            let forms = ["application/json", "text/markdown", "text/html"]
            for form in forms {
                let answer = try #require(
                    client.send("POST", "/recommend", fields: ["Accept: \(form)"], body: Self.question))
                #expect(answer.status == 200)
            }
            #expect(client.send("POST", "/cds-services/net-advisor", body: Self.card)?.status == 200)
            apply = client.send("POST", "/fhir/PlanDefinition/net-systemic/$apply", body: Self.record)
        }
        #expect(
            lines.map { $0["operation"] as? String } == [
                "recommend", "recommend", "recommend", "cds-services", "apply",
            ])
        let options = lines.map { $0["options"] as? [String] ?? [] }
        #expect(options[0].count > 1 && options[1] == options[0] && options[2] == options[0])
        #expect(options[3].count > 1 && options[4] == options[3])
        #expect(
            Set(lines.compactMap { $0["knowledge"] as? String }).count == 1
                && lines.allSatisfy { $0["knowledge"] != nil })
        // The options are those that the answer itself offers.
        let contained = try #require(apply?.json["contained"] as? [[String: Any]])
        let group = try #require(contained.first { $0["resourceType"] as? String == "RequestGroup" })
        let actions = try #require((group["action"] as? [[String: Any]])?.first?["action"] as? [[String: Any]])
        #expect(actions.map { $0["id"] as? String } == options[4])
    }

    @Test func `names no option where none was offered`() throws {
        let dead = Self.record.replacing(#""gender":"female""#, with: #""deceasedBoolean":true"#)
        let lines = try kept { client in
            let answer = try #require(client.send("POST", "/fhir/PlanDefinition/net-systemic/$apply", body: dead))
            #expect(answer.status == 200)
            #expect(
                client.send(
                    "POST", "/recommend", fields: ["Accept: text/markdown"],
                    body: #"{"question":"What is the weather?"}"#)?.status == 200)
        }
        #expect(lines.count == 2 && lines.allSatisfy { $0["options"] == nil && $0["knowledge"] != nil })
    }
}
