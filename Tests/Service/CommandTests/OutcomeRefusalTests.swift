import Foundation
import TestSupport
import Testing

/// A request that a path of an EHR's must refuse.
private struct Refused: CustomTestStringConvertible, Sendable {
    let method: String
    let path: String
    var fields: [String] = []
    var body: String?
    let status: Int
    let code: String

    init(_ method: String, _ path: String, _ status: Int, _ code: String, fields: [String] = [], body: String? = nil) {
        (self.method, self.path, self.status, self.code) = (method, path, status, code)
        (self.fields, self.body) = (fields, body)
    }

    var testDescription: String { "\(method) \(path) \(fields.joined(separator: " ")): \(status)" }

    var raw: String {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: test"] + fields
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
    }

    var isFHIR: Bool { !path.contains("cds-services") }

    static let documents = ["/fhir/metadata", "/fhir/PlanDefinition/net-systemic", "/fhir/Library/consilium-knowledge"]
    static let apply = "/fhir/PlanDefinition/net-systemic/$apply"
    static let posted = [apply, "/cds-services/net-advisor", "/cds-services/net-order-check/feedback"]

    static let all: [Refused] =
        (documents + ["/cds-services", "/v1/cds-services", "/v1/fhir/metadata"]).flatMap { path in
            [
                Refused("DELETE", path, 405, "not-supported"), Refused("BREW", path, 405, "not-supported"),
                Refused("POST", path, 405, "not-supported", fields: ["Content-Type: application/json"], body: "{}"),
                Refused("GET", path, 412, "conflict", fields: ["If-Match: \"other\""]),
                Refused("GET", path + "?x=1", 400, "not-supported"),
            ]
        }
        + documents.flatMap { path in
            [
                Refused("GET", path, 406, "not-supported", fields: ["Accept: text/turtle"]),
                Refused("GET", path + "?_format=xml", 406, "not-supported"),
            ]
        }
        + posted.flatMap { path in
            [
                Refused("GET", path, 405, "not-supported"), Refused("PUT", path, 405, "not-supported", body: "{}"),
                Refused("POST", path, 415, "not-supported", fields: ["Content-Type: text/plain"], body: "{}"),
                Refused(
                    "POST", path, 415, "not-supported",
                    fields: ["Content-Type: application/json", "Content-Encoding: br"], body: "{}"),
                Refused(
                    "POST", path, 400, "structure",
                    fields: ["Content-Type: application/json", "Content-Encoding: gzip"], body: "{}"),
                Refused("POST", path, 400, "structure", fields: ["Content-Type: application/json"], body: "{"),
                Refused(
                    "POST", path, 413, "too-long",
                    fields: ["Content-Type: application/json", "Content-Length: 99999999"]),
                Refused(
                    "POST", path, 413, "too-long",
                    fields: ["Content-Type: application/json", "Content-Length: 99999999", "Expect: 100-continue"]),
            ]
        }
        + [
            Refused("GET", "/fhir", 404, "not-found"), Refused("GET", "/fhir/Patient/1", 404, "not-found"),
            Refused("GET", "/%66hir/Patient/1", 404, "not-found"), Refused("GET", "/v1/fhir/", 404, "not-found"),
            Refused("BREW", "/fhir/Patient/1", 501, "not-supported"),
            Refused("GET", "/fhir/Library/other", 404, "not-found"),
            Refused("GET", "/cds-services/net-advisor/other", 404, "not-found"),
        ]
}

@Suite struct `A refusal to an EHR` {
    /// The one issue of the answer, which must be an OperationOutcome and nothing else.
    private func code(_ answer: WireClient.Answer, isFHIR: Bool) throws -> String {
        let type = isFHIR ? "application/fhir+json; fhirVersion=4.0" : "application/json"
        #expect(answer.field("Content-Type") == type)
        #expect(answer.field("Cache-Control") == "no-store")
        #expect(try Contract().faults(answer.json, Contract().schema("OperationOutcome")) == [])
        let issues = try #require(answer.json["issue"] as? [[String: Any]])
        #expect(issues.count == 1 && issues[0]["severity"] as? String == "error")
        return issues.first?["code"] as? String ?? ""
    }

    @Test func `is an OperationOutcome, whoever refuses`() throws {
        let (running, address) = try Command.serve()
        defer {
            running.process.terminate()
            running.process.waitUntilExit()
        }
        for refused in Refused.all {
            let client = try #require(WireClient(address))
            let answer = try #require(client.sendRaw(refused.raw), "\(refused.testDescription)")
            #expect(answer.status == refused.status, "\(refused.testDescription)")
            #expect(try code(answer, isFHIR: refused.isFHIR) == refused.code, "\(refused.testDescription)")
            if refused.status == 405 { #expect(answer.field("Allow") != nil) }
        }
        let elsewhere = try #require(WireClient(address)?.sendRaw("GET /fhirs HTTP/1.1\r\nHost: h\r\n\r\n"))
        #expect(elsewhere.field("Content-Type") == "application/problem+json")
    }

    @Test func `tells who is not let in nothing but that`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let hash = String(repeating: "0", count: 64)
        try folder.write("clients.json", #"{"keys":[{"name":"a","hash":"sha256:\#(hash)","scopes":["recommend"]}]}"#)
        let (running, address) = try Command.serve([
            "CONSILIUM_CLIENTS": folder.url.appendingPathComponent("clients.json").path, "CONSILIUM_RATE_LIMIT": "100",
        ])
        defer {
            running.process.terminate()
            running.process.waitUntilExit()
        }
        let client = try #require(WireClient(address))
        for path in Refused.documents.dropFirst() + ["/cds-services"] {
            for fields in [[], ["Authorization: Bearer x"]] {
                let answer = try #require(client.send("GET", path, fields: fields))
                #expect(answer.status == 401)
                #expect(try code(answer, isFHIR: path.hasPrefix("/fhir")) == "login")
                #expect(answer.field("WWW-Authenticate")?.hasPrefix("Bearer realm=\"consilium\"") == true)
                #expect(answer.body.contains("credentials that are taken here are needed"))
            }
        }
        for path in Refused.posted {
            let answer = try #require(client.send("POST", path, body: "{}"))
            #expect(answer.status == 401)
            #expect(try code(answer, isFHIR: path.hasPrefix("/fhir")) == "login")
        }
        for path in Refused.documents + ["/cds-services"] {
            var answer: WireClient.Answer?
            repeat { answer = client.send("GET", path) } while answer?.status == 401 || answer?.status == 200
            let last = try #require(answer)
            #expect(last.status == 429 && last.field("Retry-After") != nil)
            #expect(try code(last, isFHIR: path.hasPrefix("/fhir")) == "throttled")
        }
    }
}
