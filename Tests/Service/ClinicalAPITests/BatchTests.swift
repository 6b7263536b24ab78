import Foundation
import HTTPServer
import HTTPWire
import TestSupport
import Testing

@testable import ClinicalAPI

extension Router {
    /// The whole body of an answer, streamed or not.
    func posted(_ path: String, _ body: Any, accept: String? = nil) throws -> (response: HTTPResponse, body: [UInt8]) {
        let data = try JSONSerialization.data(withJSONObject: body)
        var fields = [("Content-Type", "application/json")]
        if let accept { fields.append(("Accept", accept)) }
        let answer = respond(to: try HTTPRequest(.post, path, fields: fields, body: Array(data)))
        guard let stream = answer.stream else { return (answer, answer.body) }
        var bytes: [UInt8] = []
        var number = 0
        while let slice = stream.slice(number) {
            bytes += slice
            number += 1
        }
        return (answer, bytes)
    }
}

@Suite struct `A batch of cases` {
    private static let question = [
        "question": "G2 pancreatic NET, Ki-67 8 %, liver metastases, SSTR positive, first line"
    ]

    @Test func `gives each case what it would get alone, byte for byte, in their order`() throws {
        let router = try Checkout.router()
        let cases: [[String: Any]] = [
            Self.question, ["case": ["tumor": ["kind": "neuroendocrine-tumor", "primarySite": "small-intestine"]]],
            ["question": "appendix NET 8 mm", "audience": "patient"],
        ]
        let items = cases.enumerated().map { place, item in item.merging(["id": "p\(place)"]) { old, _ in old } }
        let (response, body) = try router.posted("/recommend/batch", ["items": items])
        #expect(response.status.code == 200)
        let text = String(decoding: body, as: UTF8.self)
        var rest = text[...]
        for (place, item) in cases.enumerated() {
            let alone = String(decoding: try router.posted("/recommend", item).body, as: UTF8.self)
            let entry = "{\"index\":\(place),\"id\":\"p\(place)\",\"status\":200,\"result\":\(alone)}"
            let found = try #require(rest.range(of: entry), "case \(place) is not answered as it is alone")
            rest = rest[found.upperBound...]
        }
        #expect(rest == "]}")
    }

    @Test func `tells a faulty case alone, and answers the others`() throws {
        let items: [Any] = [["case": ["tumor": ["ki76": 3]]], Self.question, 5]
        let (_, body) = try Checkout.router().posted("/recommend/batch", ["items": items])
        let answer = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: [[String: Any]]])
        let statuses = answer["items"]?.compactMap { $0["status"] as? Int }
        #expect(statuses == [422, 200, 422])
        let problem = answer["items"]?.first?["problem"] as? [String: Any]
        let pointer = (problem?["errors"] as? [[String: Any]])?.first?["pointer"] as? String
        #expect(pointer == "#/case/tumor/ki76")
    }

    @Test func `is a line a case for who wants lines`() throws {
        let (response, body) = try Checkout.router().posted(
            "/recommend/batch", ["items": [Self.question, Self.question]], accept: "application/x-ndjson")
        #expect(response.fields["Content-Type"] == "application/x-ndjson")
        #expect(body.split(separator: 0x0A).count == 2)
        #expect(body.last == 0x0A)
    }

    @Test(
        "is refused whole for",
        arguments: [
            ("{}", "missing-member"), ("{\"items\":[]}", "empty"), ("{\"items\":5}", "wrong-type"),
            ("{\"itemz\":[],\"items\":[{\"question\":\"x\"}]}", "unknown-member"), ("[]", "wrong-type"),
            ("{\"items\":[{\"id\":7,\"question\":\"x\"}]}", "wrong-type"),
            ("{\"items\":[" + String(repeating: "{\"question\":\"x\"},", count: 100) + "{}]}", "too-many"),
        ])
    func refusals(_ body: String, _ code: String) throws {
        let object = try JSONSerialization.jsonObject(with: Data(body.utf8))
        let (response, answer) = try Checkout.router().posted("/recommend/batch", object)
        #expect(response.status.code == 422)
        #expect(String(decoding: answer, as: UTF8.self).contains("\"code\":\"\(code)\""))
    }
}

@Suite struct `What differs between two answers` {
    @Test func `is told with the facts that account for it`() throws {
        func ask(_ receptor: String) -> [String: Any] {
            ["question": "G2 pancreatic NET, Ki-67 8 %, liver metastases, first line, SSTR \(receptor)"]
        }
        let (_, body) = try Checkout.router().posted(
            "/recommend/diff", ["before": ask("positive"), "after": ask("negative")])
        let answer = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
        #expect(answer["isSame"] as? Bool == false)
        #expect((answer["facts"] as? [String])?.contains("imaging.somatostatinReceptor") == true)
        let differences = try #require(answer["differences"] as? [[String: Any]])
        let lanreotide = differences.first {
            $0["what"] as? String == "option" && $0["subject"] as? String == "lanreotide"
        }
        let because = lanreotide?["because"] as? [String: [String]]
        #expect(because?["facts"]?.contains("imaging.somatostatinReceptor") == true)
        #expect(because?["rules"]?.isEmpty == false)
    }

    @Test func `is nothing between a case and itself`() throws {
        let side = ["question": "appendix NET 8 mm, R0"]
        let (_, body) = try Checkout.router().posted("/recommend/diff", ["before": side, "after": side])
        let answer = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
        #expect(answer["isSame"] as? Bool == true)
        #expect(answer["differences"] == nil)
    }

    @Test func `needs both sides, and points into the one that is wrong`() throws {
        let (response, body) = try Checkout.router().posted(
            "/recommend/diff", ["before": ["case": ["tumor": ["ki76": 3]]]])
        #expect(response.status.code == 422)
        let text = String(decoding: body, as: UTF8.self)
        #expect(text.contains("#/before/case/tumor/ki76"))
        #expect(text.contains("`after` is needed"))
    }
}
