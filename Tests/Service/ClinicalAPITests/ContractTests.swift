import ClinicalAPI
import Foundation
import HTTPServer
import HTTPWire
import TestSupport
import Testing
import Yams

@Suite struct `The contract` {
    @Test func `declares every route of the table and no other`() throws {
        let declared = Set(
            try Contract().paths.flatMap { path, operations in operations.keys.map { "\($0.uppercased()) \(path)" } })
        let served = Set(try Checkout.router().routes.map { "\($0.method) \($0.pattern)" })
        #expect(declared == served)
    }

    @Test func `names each operation as the table does`() throws {
        for route in try Checkout.router().routes {
            let operation = try Contract().paths[route.pattern]?[route.method.name.lowercased()]
            #expect(operation?["operationId"] as? String == route.name)
        }
    }

    @Test func `is served as it stands`() throws {
        #expect(
            try Checkout.router().get("/openapi.yaml").response.body == Array(try Checkout.text("openapi.yaml").utf8))
    }

    @Test(
        "describes the answer of",
        arguments: [
            ("/", "ServiceIndex"), ("/drugs", "DrugPage"), ("/references", "ReferencePage"), ("/topics", "TopicPage"),
            ("/topics/pancreatic-net", "TopicDetail"),
            ("/knowledge", "Release"), ("/problems/invalid-case", "ProblemKind"), ("/livez", "Status"),
            ("/readyz", "Readiness"),
            ("/references/clarinet-2014", "Reference"), ("/nothing", "Problem"), ("/drugs/x", "Problem"),
            ("/recommend?question=%20", "Problem"),
        ])
    func answers(_ path: String, _ schema: String) throws {
        let contract = try Contract()
        #expect(contract.faults(try Checkout.router().get(path).json, contract.schema(schema)) == [])
    }

    @Test func `describes every drug`() throws {
        let contract = try Contract()
        let router = try Checkout.router()
        for id in try router.get("/drugs?limit=200").strings("items.*.id") {
            #expect(contract.faults(try router.get("/drugs/\(id)").json, contract.schema("Drug")) == [], "\(id)")
        }
    }

    @Test func `describes the answer to every bundled case, for both readers, with and without a trace`() throws {
        let contract = try Contract()
        let router = try Checkout.router()
        let folder = Checkout.content + "/topics/pancreatic-net/cases"
        for file in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
            let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + file))
            let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            var body = document.filter { $0.key == "question" || $0.key == "case" }
            for (audience, explain) in [("clinician", "full"), ("patient", "none"), ("clinician", "summary")] {
                body["audience"] = audience
                body["explain"] = explain
                let text = String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
                let reply = try router.recommend(text)
                #expect(reply.status == 200)
                #expect(contract.faults(reply.json, contract.schema("Recommendation")) == [], "\(file) for \(audience)")
            }
        }
    }

    @Test func `lists every fact with the codes that the service takes`() throws {
        let contract = try Contract()
        let facts = try #require(try Checkout.router().get("/topics/pancreatic-net").value("facts") as? [[String: Any]])
        var declared: Set<String> = []
        for group in contract.schema("PatientCase")["properties"] as? [String: [String: Any]] ?? [:] {
            let name = String((group.value["$ref"] as? String ?? "").split(separator: "/").last ?? "")
            let members = contract.schema(name)["properties"] as? [String: [String: Any]] ?? [:]
            declared.formUnion(members.keys.map { "\(group.key).\($0)" })
            for fact in facts {
                guard let path = fact["path"] as? String, path.hasPrefix(group.key + "."),
                    let member = members[String(path.dropFirst(group.key.count + 1))],
                    let first = (contract.resolved(member)["oneOf"] as? [[String: Any]])?.first
                else { continue }
                let choice = contract.resolved(first)
                if fact["type"] as? String == "quantity" {
                    #expect((choice["minimum"] as? NSNumber)?.doubleValue == fact["min"] as? Double)
                    #expect((choice["maximum"] as? NSNumber)?.doubleValue == fact["max"] as? Double)
                    #expect(contract.resolved(member)["x-unit"] as? String == fact["unit"] as? String)
                }
                let listed = (choice["items"] as? [String: Any]).map(contract.resolved) ?? choice
                guard let codes = listed["enum"] as? [String] else { continue }
                #expect(codes == (fact["codes"] as? [[String: Any]])?.compactMap { $0["code"] as? String }, "\(path)")
            }
        }
        #expect(declared == Set(facts.compactMap { $0["path"] as? String }))
    }

    @Test func `has examples that are answered`() throws {
        let operation = try #require(try Contract().paths["/recommend"]?["post"])
        let content =
            ((operation["requestBody"] as? [String: Any])?["content"] as? [String: Any])?["application/json"]
            as? [String: Any]
        let examples = try #require(content?["examples"] as? [String: [String: Any]])
        for (name, example) in examples {
            let body = try JSONSerialization.data(withJSONObject: try #require(example["value"]))
            #expect(
                try Checkout.router().recommend(String(decoding: body, as: UTF8.self)).string("outcome") == "guidance",
                "\(name)")
        }
    }

    @Test func `has recorded examples that are still what the service says`() throws {
        let contract = try Contract()
        let router = try Checkout.router()
        let examples =
            (contract.root["components"] as? [String: Any])?["examples"] as? [String: [String: Any]] ?? [:]
        #expect(examples.count >= 29)
        var sent = 0
        for (name, example) in examples.sorted(by: { $0.key < $1.key }) {
            // What only a connection or a server of its own can answer is compared by `Scripts/contract-examples --check`.
            let alone = ["settings", "stall", "size", "pad", "hold"]
            guard let request = example["x-request"] as? [String: Any], !alone.contains(where: { request[$0] != nil }),
                let status = example["x-status"] as? Int, ![412, 417].contains(status), name != "Ready"
            else { continue }
            var fields = (request["headers"] as? [String: String] ?? [:]).map { ($0.key, $0.value) }
            var body: [UInt8] = []
            if let text = request["body"] as? String {
                body = Array(text.utf8)
            } else if let value = request["body"] {
                fields.append(("Content-Type", "application/json"))
                let data = try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys])
                body = Array(data)
            }
            let method = try #require(request["method"] as? String) == "POST" ? HTTPMethod.post : .get
            let reply = try router.send(
                method, try #require(request["path"] as? String), fields: fields, body: body)
            #expect(reply.status == status, "\(name)")
            let isText = example["value"] is String
            let text = String(decoding: reply.response.body, as: UTF8.self)
            let said = isText ? text : cut(reply.json, request["keep"] as? Int)
            let recorded = try #require(example["value"])
            #expect(try comparable(said) == comparable(recorded), "\(name): Scripts/contract-examples records it anew")
            sent += 1
        }
        #expect(sent >= 20)
    }

    /// The value with no list longer than that.
    private func cut(_ value: Any, _ most: Int?) -> Any {
        guard let most else { return value }
        if let object = value as? [String: Any] { return object.mapValues { cut($0, most) } }
        if let list = value as? [Any] { return list.prefix(most).map { cut($0, most) } }
        return value
    }

    /// The text of a value without digests, cursors and ids of requests: they change with every release.
    private func comparable(_ value: Any) throws -> String {
        let data = try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed])
        return String(decoding: data, as: UTF8.self)
            .replacingOccurrences(
                of: "sha256:[0-9a-f]{64}|(?<=\"nextCursor\":\")[^\"]*", with: "…", options: .regularExpression
            )
            .replacingOccurrences(of: ",?\"instance\":\"[^\"]*\"", with: "", options: .regularExpression)
    }

    @Test func `notices an answer whose status, field, media type or path it does not declare`() throws {
        let contract = try Contract()
        func breaches(_ response: HTTPResponse, _ target: String = "/livez") -> [String] {
            contract.breaches(of: response, to: .get, target)
        }
        var answer = HTTPResponse(
            HTTPStatus(200), body: Array(#"{"status":"ok"}"#.utf8), contentType: "application/json")
        #expect(breaches(answer) == [])
        #expect(breaches(answer, "/nowhere") == ["GET /nowhere is not declared"])
        answer.fields["X-New"] = "1"
        #expect(breaches(answer) == ["the field x-new is not declared"])
        #expect(breaches(HTTPResponse(HTTPStatus(418), body: [], contentType: nil)) == ["418 is not declared"])
        #expect(
            breaches(HTTPResponse(HTTPStatus(200), body: [65], contentType: "text/plain"))
                == ["the media type text/plain is not declared"])
    }

    @Test func `notices an answer that it does not describe`() throws {
        let contract = try Contract()
        #expect(contract.faults(["status": 1], contract.schema("Status")) != [])
        #expect(contract.faults(["status": "ok", "more": 1], contract.schema("Status")) != [])
        #expect(contract.faults([:] as [String: Any], contract.schema("Status")) != [])
    }
}

@Suite struct `A trace` {
    @Test func `shows each condition with its truth and what is known`() throws {
        let reply = try Checkout.router().recommend(
            #"{"case":{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"pancreas","grade":"G2"},"disease":{"extent":"metastatic"}},"explain":"full"}"#
        )
        #expect(reply.string("options.0.trace.rules.0.id") == "pancreatic-net.first-line-lanreotide")
        #expect(reply.string("options.0.trace.rules.0.condition.truth") == "unknown")
        #expect(reply.string("options.0.trace.rules.0.condition.children.0.children.0.value") == "grade 2")
        #expect(reply.string("options.0.trace.rules.0.condition.children.1.children.0.test") == "is positive")
    }

    @Test func `holds the safety ledger of what is offered and of what is excluded, only with explain full`() throws {
        let facts =
            #""case":{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"pancreas","grade":"G2"},"disease":{"extent":"metastatic"},"patient":{"pregnancy":"pregnant"}}"#
        let contract = try Contract()
        let full = try Checkout.router().recommend("{\(facts),\"explain\":\"full\"}")
        #expect(contract.faults(full.json, contract.schema("Recommendation")) == [])
        let excluded = try #require(full.value("excluded") as? [[String: Any]])
        let everolimus = try #require(excluded.first { $0["id"] as? String == "everolimus" })
        #expect(everolimus["section"] is String)
        let safety = try #require((everolimus["trace"] as? [String: Any])?["safety"] as? [[String: Any]])
        let pregnancy = try #require(safety.first { $0["part"] as? String == "pregnancy" })
        #expect(pregnancy["verdict"] as? String == "contraindicated")
        #expect(pregnancy["because"] as? [String] == ["patient.pregnancy"])
        #expect(pregnancy["drug"] as? String == "everolimus")
        let offered = try #require(full.value("options") as? [[String: Any]])
        #expect(offered.contains { ($0["trace"] as? [String: Any])?["safety"] != nil })
        let summary = try Checkout.router().recommend("{\(facts),\"explain\":\"summary\"}")
        #expect(!String(decoding: summary.response.body, as: UTF8.self).contains("\"safety\""))
    }
}
