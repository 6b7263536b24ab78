import Foundation
import HTTPServer
import HTTPWire
import TestSupport
import Testing
import Yams

@testable import ClinicalAPI

/// `openapi.yaml` written as JSON, members in its order: a line for each member of the three outer levels.
private enum ContractText {
    static func json(_ node: Node, depth: Int = 0) throws -> String {
        switch node {
        case .mapping(let mapping):
            let members = try mapping.map { try quoted($0.key.string ?? "") + ": " + json($0.value, depth: depth + 1) }
            return wrapped(members, "{", "}", depth)
        case .sequence(let sequence):
            return wrapped(try sequence.map { try json($0, depth: depth + 1) }, "[", "]", depth)
        default:
            if let text = node.any as? String { return try quoted(text) }
            return String(
                decoding: try JSONSerialization.data(withJSONObject: node.any, options: .fragmentsAllowed),
                as: UTF8.self)
        }
    }

    private static func quoted(_ text: String) throws -> String {
        String(
            decoding: try JSONSerialization.data(
                withJSONObject: text, options: [.fragmentsAllowed, .withoutEscapingSlashes]), as: UTF8.self)
    }

    private static func wrapped(_ parts: [String], _ open: String, _ close: String, _ depth: Int) -> String {
        guard depth < 3, !parts.isEmpty else { return open + parts.joined(separator: ", ") + close }
        let inset = String(repeating: "  ", count: depth)
        return open + "\n" + parts.map { inset + "  " + $0 }.joined(separator: ",\n") + "\n" + inset + close
    }
}

@Suite struct `The pages` {
    private func ask(_ path: String, accept: String?) throws -> HTTPResponse {
        try Checkout.router().get(path, accept: accept).response
    }

    @Test func `openapi.json is openapi.yaml: UPDATE_GOLDEN=1 Scripts/test --filter PageTests`() throws {
        let node = try #require(try Yams.compose(yaml: Checkout.text("openapi.yaml")))
        let text = try ContractText.json(node) + "\n"
        let path = Checkout.root + "/openapi.json"
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        }
        let isEqual = try Checkout.text("openapi.json") == text
        #expect(isEqual, "run `UPDATE_GOLDEN=1 Scripts/test --filter PageTests` and commit openapi.json")
    }

    @Test(
        "are what is given at / for",
        arguments: [
            ("text/html", true), ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("*/*", false), (nil, false), ("application/json", false), ("text/html;q=0.5, application/json", false),
            ("application/json, text/html", false), ("text/html;q=0, */*", false), ("text/html, */*", true),
        ])
    func chosen(_ accept: String?, _ isPage: Bool) throws {
        let response = try ask("/", accept: accept)
        #expect(response.status.code == 200)
        #expect(response.fields["Content-Type"] == (isPage ? "text/html; charset=utf-8" : "application/json"))
        #expect(response.fields.fields.contains { $0.name == "Vary" && $0.value.contains("Accept") })
    }

    @Test(arguments: ["/", "/docs"])
    func `run their own script and style alone`(_ path: String) throws {
        let response = try ask(path, accept: "text/html")
        let policy = try #require(response.fields["Content-Security-Policy"])
        #expect(policy.hasPrefix("default-src 'none'; script-src 'sha256-"))
        #expect(!policy.contains("unsafe"))
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(text.ranges(of: "<script").count == 1 && text.ranges(of: "<style").count == 1)
        #expect(text.ranges(of: "{{").isEmpty)
        #expect(text.ranges(of: " style=\"").isEmpty && text.ranges(of: " onclick=").isEmpty)
        #expect(text.utf8.count < 61_440)
    }

    @Test func `hash what stands between the tags, in base64`() {
        // echo -n 'a' | openssl dgst -sha256 -binary | base64
        let policy = PageDocument.policy(of: "<script>a</script>")
        #expect(policy.contains("script-src 'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='; style-src 'none'"))
    }

    @Test func `write a report address as text`() {
        let page = PageDocument.stored(
            Array("<meta content=\"{{reportAddress}}\">".utf8), reportAddress: "https://a/?b&\"<x>", coder: nil)
        #expect(page.body == Array("<meta content=\"https://a/?b&amp;&quot;&lt;x&gt;\">".utf8))
    }

    @Test func `are missed by nobody but readers`() throws {
        let routes = ClinicalAPI(current: CurrentKnowledge(try Checkout.advisor())).routes
        let router = Router(routes: routes)
        #expect(try router.get("/", accept: "text/html, */*;q=0.8").status == 200)
        #expect(try router.get("/docs").status == 404)
        #expect(try router.get("/openapi.json").status == 404)
    }
}
