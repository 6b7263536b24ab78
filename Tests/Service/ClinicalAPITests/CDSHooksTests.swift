import ClinicalAPI
import ClinicalModel
import Foundation
import HTTPServer
import HTTPWire
import KnowledgeStore
import TestSupport
import Testing

/// A client of the EHR doors, on a day that does not move.
private struct EHRClient {
    let router: Router

    init(base: String? = "https://cds.example.org") throws {
        let settings = EHRSettings(publicBaseURL: base, clock: { 1_795_651_200_000 })  // 2026-11-26
        router = Router(
            routes: ClinicalAPI(current: CurrentKnowledge(try Checkout.advisor()), ehr: settings).routes)
    }

    func post(_ path: String, _ body: Any, type: String = "application/json") throws -> Reply {
        let bytes = try body as? String ?? String(decoding: JSONSerialization.data(withJSONObject: body), as: UTF8.self)
        return Reply(
            router.respond(
                to: try HTTPRequest(.post, path, fields: [("Content-Type", type)], body: Array(bytes.utf8))))
    }

    func view(_ prefetch: [String: Any] = Patient.pancreas) throws -> Reply {
        try post("/cds-services/net-advisor", Patient.call("patient-view", prefetch))
    }

    func order(_ orders: [[String: Any]], _ prefetch: [String: Any] = Patient.pancreas) throws -> [[String: Any]] {
        var call = Patient.call("order-sign", prefetch)
        var context = call["context"] as? [String: Any] ?? [:]
        context["draftOrders"] = Patient.bundle(orders)
        call["context"] = context
        return try post("/cds-services/net-order-check", call).value("cards") as? [[String: Any]] ?? []
    }
}

/// Resources of a patient, as an EHR prefetches them.
private enum Patient {
    static func concept(_ system: String, _ code: String) -> [String: Any] {
        ["coding": [["system": system, "code": code]]]
    }

    static func bundle(_ resources: [[String: Any]]) -> [String: Any] {
        ["resourceType": "Bundle", "type": "searchset", "entry": resources.map { ["resource": $0] }]
    }

    static func condition(_ code: String, _ id: String) -> [String: Any] {
        [
            "resourceType": "Condition", "id": id, "subject": ["reference": "Patient/p1"],
            "code": concept("http://hl7.org/fhir/sid/icd-10-cm", code),
        ]
    }

    static func ki67(_ value: Double, _ id: String = "k") -> [String: Any] {
        [
            "resourceType": "Observation", "id": id, "status": "final", "effectiveDateTime": "2026-10-01",
            "subject": ["reference": "Patient/p1"], "code": concept("http://loinc.org", "29593-1"),
            "valueQuantity": ["value": value, "code": "%", "system": "http://unitsofmeasure.org"],
        ]
    }

    static func order(_ atc: String, dose: Double? = nil, perDay: Int? = nil) -> [String: Any] {
        var order: [String: Any] = [
            "resourceType": "MedicationRequest", "id": "d-\(atc)", "status": "draft", "intent": "order",
            "medicationCodeableConcept": concept("http://www.whocc.no/atc", atc),
        ]
        var instruction: [String: Any] = [:]
        if let dose { instruction["doseAndRate"] = [["doseQuantity": ["value": dose, "unit": "mg"]]] }
        if let perDay {
            instruction["timing"] = ["repeat": ["frequency": perDay, "period": 1, "periodUnit": "d"]]
        }
        if !instruction.isEmpty { order["dosageInstruction"] = [instruction] }
        return order
    }

    static var person: [String: Any] {
        ["resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1961-03-01"]
    }

    static var pancreas: [String: Any] {
        var cancer = condition("C25.4", "c1")
        cancer["extension"] = [
            [
                "url": "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-morphology-behavior",
                "valueCodeableConcept": concept("http://terminology.hl7.org/CodeSystem/icd-o-3", "8249/3"),
            ]
        ]
        let scan: [String: Any] = [
            "resourceType": "DiagnosticReport", "id": "r", "status": "final", "effectiveDateTime": "2026-10-02",
            "extension": [["url": "urn:consilium:somatostatin-receptor", "valueCode": "positive"]],
        ]
        return [
            "patient": person, "conditions": bundle([cancer, condition("C7B.02", "c2")]), "tumour": bundle([ki67(7)]),
            "reports": bundle([scan]),
        ]
    }

    static func call(_ hook: String, _ prefetch: [String: Any]) -> [String: Any] {
        [
            "hook": hook, "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
            "context": ["userId": "Practitioner/1", "patientId": "p1"], "prefetch": prefetch,
        ]
    }
}

@Suite struct `A CDS service` {
    @Test func `is discovered with templates of the allowed grammar`() throws {
        let reply = Reply(try EHRClient().router.respond(to: try HTTPRequest(.get, "/cds-services")))
        #expect(try Contract().faults(reply.json, Contract().schema("CDSServices")) == [])
        #expect(reply.strings("services.*.id") == ["net-advisor", "net-order-check", "net-order-check"])
        #expect(reply.strings("services.*.hook") == ["patient-view", "order-select", "order-sign"])
        let services = try #require(reply.value("services") as? [[String: Any]])
        let grammar =
            #/(Patient/\{\{context\.patientId\}\})|([A-Z][A-Za-z]+\?patient=\{\{context\.patientId\}\}(&(code|category|status|_sort|_count)=[^&{}]+)*)/#
        for template in services.flatMap({ ($0["prefetch"] as? [String: String] ?? [:]).values }) {
            #expect(template.wholeMatch(of: grammar) != nil, "\(template)")
        }
    }

    @Test func `asks only for codes that its tables list`() throws {
        let reply = Reply(try EHRClient().router.respond(to: try HTTPRequest(.get, "/cds-services")))
        let services = try #require(reply.value("services") as? [[String: Any]])
        let terminology = try Checkout.knowledge.get().terminology
        for template in services.flatMap({ ($0["prefetch"] as? [String: String] ?? [:]).values }) {
            guard let codes = template.split(separator: "&").first(where: { $0.hasPrefix("code=") }) else { continue }
            for token in codes.dropFirst(5).split(separator: ",") {
                let parts = token.split(separator: "|").map(String.init)
                #expect(terminology.row(system: parts[0], code: parts[1]) != nil, "\(token)")
            }
        }
    }

    @Test func `refuses a body with every fault and its place`() throws {
        var call = Patient.call("order-select", [:])
        call["hookInstance"] = "x"
        call["context"] = ["userId": "Robot/1", "selections": [1]]
        call["fhirAuthorization"] = ["token_type": "MAC", "expires_in": "soon"]
        let reply = try EHRClient().post("/cds-services/net-order-check", call)
        #expect(reply.status == 400)
        #expect(try Contract().faults(reply.json, Contract().schema("OperationOutcome")) == [])
        let issues = try #require(reply.value("issue") as? [[String: Any]])
        #expect(
            Set(issues.compactMap { ($0["expression"] as? [String])?.first }) == [
                "hookInstance", "fhirServer", "fhirAuthorization.access_token", "fhirAuthorization.scope",
                "fhirAuthorization.subject", "fhirAuthorization.token_type", "fhirAuthorization.expires_in",
                "context.userId", "context.patientId", "context.draftOrders", "context.selections[0]",
            ])
    }

    @Test func `refuses what is not for it`() throws {
        let client = try EHRClient()
        #expect(
            try client.post("/cds-services/net-advisor", Patient.call("order-sign", Patient.pancreas)).status == 400)
        #expect(try client.post("/cds-services/nobody", "{}").status == 404)
        #expect(try client.post("/cds-services/net-advisor", "{").status == 400)
        #expect(try client.post("/cds-services/net-advisor", "[]").status == 400)
        #expect(try client.post("/cds-services/net-advisor", "{}", type: "text/plain").status == 415)
        #expect(try client.post("/cds-services/net-advisor?x=1", "{}").status == 400)
    }

    @Test(
        "answers a key in the state",
        arguments: [
            ("patient", "absent", 412), ("patient", "null", 412), ("patient", "outcome", 412),
            ("patient", "empty", 412), ("patient", "other", 412), ("conditions", "absent", 412),
            ("conditions", "outcome", 412), ("conditions", "null", 200), ("conditions", "empty", 200),
            ("conditions", "text", 412), ("tumour", "absent", 200), ("tumour", "outcome", 200),
            ("tumour", "null", 200), ("labs", "text", 412),
        ])
    func keys(_ key: String, _ state: String, _ status: Int) throws {
        var prefetch = Patient.pancreas
        switch state {
        case "absent": prefetch[key] = nil
        case "null": prefetch[key] = NSNull()
        case "outcome": prefetch[key] = ["resourceType": "OperationOutcome", "issue": [Any]()] as [String: Any]
        case "other": prefetch[key] = ["resourceType": "Patient", "id": "p2"]
        case "text": prefetch[key] = "text"
        default: prefetch[key] = ["resourceType": "Bundle", "type": "searchset"]
        }
        let reply = try EHRClient().view(prefetch)
        #expect(reply.status == status)
        if status == 412 {
            #expect((reply.string("issue.0.details.text") ?? "").contains("`\(key)`"))
            #expect((reply.value("issue.0.expression") as? [String]) == ["prefetch.\(key)"])
        }
    }
}

@Suite struct `The card of a patient` {
    @Test func `is one, described by the contract, and the same for the same call`() throws {
        let client = try EHRClient()
        let reply = try client.view()
        #expect(reply.status == 200)
        #expect(try Contract().faults(reply.json, Contract().schema("CDSResponse")) == [])
        #expect((reply.value("cards") as? [Any])?.count == 1)
        #expect(try client.view().response.body == reply.response.body)
        var call = Patient.call("patient-view", Patient.pancreas)
        call["hookInstance"] = "d1577c69-dfbe-44ad-ba6d-3e05e953b2eb"
        let other = try client.post("/cds-services/net-advisor", call)
        #expect(other.string("cards.0.uuid") != reply.string("cards.0.uuid"))
        #expect(other.string("cards.0.detail") == reply.string("cards.0.detail"))
    }

    @Test func `says the day, each fact with its source, and what was not sent`() throws {
        let detail = try #require(try EHRClient().view().string("cards.0.detail"))
        #expect(detail.contains("As of 2026-11-26"))
        #expect(detail.contains("Observation/k, 2026-10-01, 56 days old"))
        #expect(detail.contains("`labs`"))
        #expect(!detail.contains("<"))
    }

    @Test func `links only where the service knows its address`() throws {
        #expect(
            try EHRClient().view().string("cards.0.links.0.url")?.hasPrefix("https://cds.example.org/topics/") == true)
        let bare = try EHRClient(base: nil).view()
        #expect(bare.value("cards.0.links") == nil)
        #expect(bare.value("cards.0.source.url") == nil)
    }

    @Test func `is none for a patient without a neuroendocrine neoplasm, or who has died`() throws {
        let client = try EHRClient()
        let hypertension = ["patient": Patient.person, "conditions": Patient.bundle([Patient.condition("I10", "c")])]
        #expect(try String(decoding: client.view(hypertension).response.body, as: UTF8.self) == #"{"cards":[]}"#)
        let colon = ["patient": Patient.person, "conditions": Patient.bundle([Patient.condition("C18.7", "c")])]
        #expect(try String(decoding: client.view(colon).response.body, as: UTF8.self) == #"{"cards":[]}"#)
        var dead = Patient.pancreas
        dead["patient"] = Patient.person.merging(["deceasedDateTime": "2026-01-01"]) { $1 }
        #expect(try String(decoding: client.view(dead).response.body, as: UTF8.self) == #"{"cards":[]}"#)
    }

    @Test func `warns of a contradiction and of data that came in part`() throws {
        var prefetch = Patient.pancreas
        prefetch["tumour"] = Patient.bundle([Patient.ki67(4, "a"), Patient.ki67(30, "b")])
        let reply = try EHRClient().view(prefetch)
        #expect(reply.string("cards.0.indicator") == "warning")
        #expect(reply.string("cards.0.summary")?.contains("contradicts itself") == true)
        prefetch = Patient.pancreas
        var page = Patient.bundle([Patient.ki67(7)])
        page["link"] = [["relation": "next", "url": "https://ehr/next"]]
        prefetch["tumour"] = page
        let paged = try EHRClient().view(prefetch)
        #expect(paged.string("cards.0.indicator") == "warning")
        #expect(paged.string("cards.0.detail")?.contains("Only a part of the data was sent (tumour)") == true)
    }

    @Test func `never holds a name or a sentence of the record`() throws {
        var prefetch = Patient.pancreas
        prefetch["patient"] = Patient.person.merging(["name": [["family": "Quux", "text": "Zaphod Quux"]]]) { $1 }
        var note = Patient.condition("I10", "c9")
        note["code"] = ["text": "Zaphod Quux has pressure", "coding": [["system": "urn:x", "code": "Zaphod Quux"]]]
        prefetch["procedures"] = Patient.bundle([note])
        let text = String(decoding: try EHRClient().view(prefetch).response.body, as: UTF8.self)
        #expect(text.contains("\"cards\""))
        #expect(!text.contains("Quux") && !text.contains("Zaphod"))
    }
}

@Suite struct `The summaries of cards` {
    @Test func `are shorter than 140 characters, whatever the knowledge says`() throws {
        let knowledge = try Checkout.knowledge.get().clinical
        let client = try EHRClient()
        for drug in knowledge.drugs.values {
            guard let atc = drug.identifiers.first(where: { $0.name == "atc" })?.value else { continue }
            for card in try client.order([Patient.order(atc, dose: 1, perDay: 9)]) {
                let summary = try #require(card["summary"] as? String)
                #expect(summary.utf16.count < 140, "\(summary)")
                #expect(!summary.isEmpty)
            }
        }
    }
}

@Suite struct `A drafted order` {
    private func findings(_ cards: [[String: Any]]) -> [String] {
        cards.map {
            "\($0["indicator"] ?? "") \(((($0["source"] as? [String: Any])?["topic"] as? [String: Any])?["code"]) ?? "")"
        }
    }

    private func allergy(_ atc: String) -> [String: Any] {
        [
            "resourceType": "AllergyIntolerance", "id": "a", "patient": ["reference": "Patient/p1"],
            "code": Patient.concept("http://www.whocc.no/atc", atc),
        ]
    }

    @Test func `that is not tolerated is critical, and its removal is proposed`() throws {
        var prefetch = Patient.pancreas
        prefetch["allergies"] = Patient.bundle([allergy("L01EG02")])
        let cards = try EHRClient().order([Patient.order("L01EG02")], prefetch)
        #expect(findings(cards) == ["critical contraindicated"])
        let reply = try EHRClient().post("/cds-services/net-order-check", call([Patient.order("L01EG02")], prefetch))
        #expect(try Contract().faults(reply.json, Contract().schema("CDSResponse")) == [])
        #expect(reply.string("cards.0.suggestions.0.actions.0.resourceId") == "MedicationRequest/d-L01EG02")
        #expect(reply.string("cards.0.selectionBehavior") == "at-most-one")
    }

    private func call(_ orders: [[String: Any]], _ prefetch: [String: Any]) -> [String: Any] {
        var call = Patient.call("order-sign", prefetch)
        call["context"] = ["userId": "Practitioner/1", "patientId": "p1", "draftOrders": Patient.bundle(orders)]
        return call
    }

    @Test func `in another dose than the label's is told with both`() throws {
        let cards = try EHRClient().order([Patient.order("H01CB03", dose: 60)])
        #expect(findings(cards) == ["warning dose-differs"])
        #expect((cards.first?["detail"] as? String)?.contains("dose 60 mg drafted, 120 mg in the source") == true)
        #expect(try EHRClient().order([Patient.order("H01CB03", dose: 120)]).isEmpty)
    }

    @Test func `of the radioligand soon after a long-acting analogue is told`() throws {
        func dose(_ date: String) -> [String: Any] {
            var prefetch = Patient.pancreas
            prefetch["administrations"] = Patient.bundle([
                [
                    "resourceType": "MedicationAdministration", "id": "m", "status": "completed",
                    "effectiveDateTime": date, "subject": ["reference": "Patient/p1"],
                    "medicationCodeableConcept": Patient.concept("http://www.whocc.no/atc", "H01CB03"),
                ]
            ])
            return prefetch
        }
        func tells(_ prefetch: [String: Any]) throws -> Bool {
            try EHRClient().order([Patient.order("V10XX04")], prefetch).contains {
                ($0["detail"] as? String)?.contains("warning: A long-acting analogue within") == true
            }
        }
        #expect(try tells(dose("2026-11-16")))
        #expect(try !tells(dose("2026-09-01")))
    }

    @Test func `that the case excludes is told, one for another illness is not`() throws {
        #expect(try findings(EHRClient().order([Patient.order("L01CB01")])) == ["warning not-offered"])
        let asthma: [String: Any] = [
            "patient": Patient.person, "conditions": Patient.bundle([Patient.condition("I10", "c")]),
        ]
        #expect(try EHRClient().order([Patient.order("L01EG02")], asthma).isEmpty)
        #expect(try EHRClient().order([Patient.order("B01AC06")]).isEmpty)
    }

    @Test func `outside the label, or behind another option, is told quietly`() throws {
        let octreotide = try EHRClient().order([Patient.order("H01CB02")])
        #expect(findings(octreotide) == ["info off-label"])
        #expect((octreotide.first?["detail"] as? String)?.contains("not the first option here") == true)
    }

    @Test func `that was not just chosen is told when it is signed`() throws {
        var select = call([Patient.order("L01CB01"), Patient.order("H01CB02")], Patient.pancreas)
        select["hook"] = "order-select"
        var context = select["context"] as? [String: Any] ?? [:]
        context["selections"] = ["MedicationRequest/d-H01CB02"]
        select["context"] = context
        let reply = try EHRClient().post("/cds-services/net-order-check", select)
        #expect((reply.value("cards") as? [Any])?.count == 1)
        context["selections"] = ["MedicationRequest/none"]
        select["context"] = context
        #expect(try EHRClient().post("/cds-services/net-order-check", select).status == 400)
    }
}

@Suite struct `One core` {
    /// The report that `$apply` gives for resources.
    private func report(_ resources: [[String: Any]]) throws -> String {
        let reply = try EHRClient().post(
            "/fhir/PlanDefinition/net-systemic/$apply", Patient.bundle(resources), type: "application/fhir+json")
        let contained = try #require(reply.value("contained") as? [[String: Any]])
        let output = try #require(contained.first { $0["resourceType"] as? String == "Parameters" })
        let parameter = try #require((output["parameter"] as? [[String: Any]])?.first)
        let document = try #require(parameter["resource"] as? [String: Any])
        let content = try #require((document["content"] as? [[String: Any]])?.first?["attachment"] as? [String: Any])
        #expect(content["contentType"] as? String == "text/markdown; charset=utf-8")
        return String(decoding: try #require(Data(base64Encoded: content["data"] as? String ?? "")), as: UTF8.self)
    }

    @Test func `files the report of /recommend with where each fact was read`() throws {
        let resources = Patient.pancreas.keys.sorted().flatMap { key -> [[String: Any]] in
            guard let value = Patient.pancreas[key] as? [String: Any] else { return [] }
            guard let entries = value["entry"] as? [[String: Any]] else { return [value] }
            return entries.compactMap { $0["resource"] as? [String: Any] }
        }
        let text = try report(resources)
        #expect(text.hasPrefix("# Treatment options: "))
        for heading in [
            "Summary", "What was understood", "Options", "Sources", "Read from the record", "This document",
        ] {
            #expect(text.contains("\n## \(heading)\n"), "\(heading)")
        }
        #expect(
            text.contains("Observation/k, 2026\\-10\\-01, 56 days old")
                || text.contains("Observation/k, 2026-10-01, 56 days old"))
        // Nobody who has died is offered anything, and the report says why.
        let dead = try report(
            resources.map {
                $0["resourceType"] as? String == "Patient" ? $0.merging(["deceasedBoolean": true]) { $1 } : $0
            })
        #expect(dead.contains("the record says that the patient has died") && !dead.contains("## Options"))
        let well = try report([Patient.person])
        #expect(well.contains("nothing in the record says") && !well.contains("## Options"))
    }

    @Test func `gives the same options to the card, to $apply and to /recommend`() throws {
        let client = try EHRClient()
        let card = try client.view()
        let extensions = try #require(card.value("cards.0.extension") as? [String: Any])
        let fromCard = try #require(extensions["org.consilium.options"] as? [[String: Any]]).map {
            "\($0["id"] ?? "") \($0["standing"] ?? "")"
        }
        let asked = try client.post("/recommend", ["case": try #require(extensions["org.consilium.case"])])
        #expect(asked.status == 200)
        let fromCase = try #require(asked.value("options") as? [[String: Any]]).map {
            "\($0["id"] ?? "") \($0["standing"] ?? "")"
        }
        #expect(!fromCase.isEmpty)
        #expect(fromCard == fromCase)
        let resources = Patient.pancreas.values.compactMap { $0 as? [String: Any] }
        let applied = try client.post(
            "/fhir/PlanDefinition/net-systemic/$apply", Patient.bundle(resources), type: "application/fhir+json")
        #expect(applied.status == 200)
        let group = try #require(
            (applied.value("contained") as? [[String: Any]])?.first { $0["resourceType"] as? String == "RequestGroup" })
        let actions = (group["action"] as? [[String: Any]])?.first?["action"] as? [[String: Any]] ?? []
        #expect(
            actions.map { "\($0["id"] ?? "") \($0["condition"] == nil ? "recommended" : "conditional")" } == fromCase)
        let excluded = try #require(extensions["org.consilium.excluded"] as? [String])
        #expect(excluded == asked.strings("excluded.*.id"))
    }
}

@Suite struct `FHIR out` {
    @Test(
        "is refused as an OperationOutcome:",
        arguments: [
            ("/fhir/PlanDefinition/none/$apply", #"{"resourceType":"Bundle"}"#, 404),
            ("/fhir/PlanDefinition/net-systemic/$apply", "{", 400),
            ("/fhir/PlanDefinition/net-systemic/$apply", "{}", 400),
            ("/fhir/PlanDefinition/net-systemic/$apply", #"{"resourceType":"Parameters"}"#, 422),
            (
                "/fhir/PlanDefinition/net-systemic/$apply",
                #"{"resourceType":"Parameters","parameter":[{"name":"subject","valueString":"Group/1"}]}"#, 422
            ),
            (
                "/fhir/PlanDefinition/net-systemic/$apply",
                #"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"a"}},{"resource":{"resourceType":"Patient","id":"b"}}]}"#,
                422
            ),
            ("/fhir/PlanDefinition/net-systemic/$apply?_format=xml", #"{"resourceType":"Bundle"}"#, 406),
        ])
    func refusals(_ path: String, _ body: String, _ status: Int) throws {
        let reply = try EHRClient().post(path, body, type: "application/fhir+json")
        #expect(reply.status == status)
        #expect(try Contract().faults(reply.json, Contract().schema("OperationOutcome")) == [])
        #expect(reply.response.fields["Content-Type"] == "application/fhir+json; fhirVersion=4.0")
    }

    @Test func `says what is missing where no topic can be chosen`() throws {
        let net: [String: Any] = Patient.bundle([Patient.person, Patient.condition("C7A.00", "c")])
        let reply = try EHRClient().post(
            "/fhir/PlanDefinition/net-systemic/$apply", net, type: "application/fhir+json")
        #expect(reply.string("status") == "data-required")
        #expect(reply.string("dataRequirement.0.type") == "Observation")
        #expect(reply.value("result") == nil)
    }

    @Test func `takes the patient that subject names`() throws {
        var other = Patient.condition("C7A.012", "x")
        other["subject"] = ["reference": "Patient/p2"]
        let parameters: [String: Any] = [
            "resourceType": "Parameters",
            "parameter": [
                ["name": "subject", "valueString": "Patient/p1"],
                [
                    "name": "data",
                    "resource": Patient.bundle([
                        Patient.person, ["resourceType": "Patient", "id": "p2"], other,
                        Patient.condition("C7A.020", "c"),
                    ]),
                ],
            ],
        ]
        let reply = try EHRClient().post(
            "/fhir/PlanDefinition/net-systemic/$apply", parameters, type: "application/fhir+json")
        #expect(reply.string("subject.reference") == "Patient/p1")
        let text = String(decoding: reply.response.body, as: UTF8.self)
        #expect(text.contains("appendix"))
        #expect(!text.contains("small-intestine\\\"}"))
    }

    @Test(arguments: ["/fhir/metadata", "/fhir/PlanDefinition/net-systemic", "/fhir/Library/consilium-knowledge"])
    func `is negotiated`(_ path: String) throws {
        let router = try EHRClient().router
        #expect(try router.get(path).status == 200)
        #expect(try router.get(path + "?_format=json").status == 200)
        #expect(try router.get(path + "?_format=xml").status == 406)
        #expect(try router.get(path, accept: "application/fhir+xml").status == 406)
        #expect(try router.get(path + "?x=1").status == 400)
    }
}

@Suite struct `Source attributes` {
    private func attributes(_ router: Router) throws -> [String: Any] {
        let reply = try router.recommend(
            #"{"case":{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"pancreas","grade":"G2"},"disease":{"extent":"metastatic"}},"explain":"full"}"#
        )
        let options = try #require(reply.value("options") as? [[String: Any]])
        let team = try #require(options.first { $0["id"] as? String == "mdt-discussion" })
        return try #require((team["trace"] as? [String: Any])?["sourceAttributes"] as? [String: Any])
    }

    private func uses(_ attributes: [String: Any], _ name: String) -> Bool? {
        (attributes[name] as? [String: Any])?["used"] as? Bool
    }

    @Test func `flip when a rule begins to read sex, race or age`() throws {
        let before = try attributes(try Checkout.router())
        for name in ["usesRace", "usesSex", "usesDateOfBirth"] { #expect(uses(before, name) == false) }
        let local = try TemporaryFolder(copyOf: Checkout.content)
        defer { local.remove() }
        let rule = "topics/pancreatic-net/recommendations/team-discussion.json"
        let data = Data(try local.text(rule).utf8)
        var document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let male: [String: Any] = ["fact": "patient.sex", "is": "male"]
        let race: [String: Any] = ["fact": "patient.race", "is": "told"]
        let old: [String: Any] = ["fact": "patient.age", "within": ["min": 70, "unit": "a"]]
        let always: [String: Any] = ["any": [male, ["not": male], race, old]]
        document["appliesWhen"] = ["all": [try #require(document["appliesWhen"]), always]]
        try local.write(rule, String(decoding: try JSONSerialization.data(withJSONObject: document), as: UTF8.self))
        try local.write(
            "facts/extra.json",
            #"{ "schema": "facts/1", "title": "Extra", "facts": { "patient.race": { "type": "code", "title": "race", "codes": { "unknown": { "title": "unknown" }, "told": { "title": "told" } } } } }"#
        )
        let advisor = Advisor(knowledge: try KnowledgeLoader(directory: local.path).load())
        let after = try attributes(
            Router(routes: ClinicalAPI(current: CurrentKnowledge(advisor)).routes))
        for name in ["usesRace", "usesSex", "usesDateOfBirth"] { #expect(uses(after, name) == true) }
        #expect(uses(after, "usesEthnicity") == false)
        #expect(((after["usesSex"] as? [String: Any])?["why"] as? String)?.contains("team-discussion") == true)
    }

    @Test func `and the criteria of the FDA stand in the release, with what it is not`() throws {
        let reply = try Checkout.router().get("/knowledge")
        #expect((reply.value("regulation.criteria") as? [Any])?.count == 4)
        #expect(reply.string("regulation.device")?.contains("not a medical device") == true)
    }

    @Test func `stand beside a list of what is excluded, never beside one option alone`() throws {
        let client = try EHRClient()
        let extensions = try #require(try client.view().value("cards.0.extension") as? [String: Any])
        #expect((extensions["org.consilium.options"] as? [Any] ?? []).count > 1)
        #expect((extensions["org.consilium.excluded"] as? [Any] ?? []).count > 0)
    }
}
