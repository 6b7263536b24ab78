import Foundation
import HTTPServer
import HTTPWire
import TestSupport
import Testing

@testable import ClinicalAPI

@Suite struct `Every route` {
    /// A path for each pattern that is read, with names that exist.
    private static let named = [
        "/drugs/{name}": "/drugs/lanreotide", "/references/{id}": "/references/clarinet-2014",
        "/topics/{id}": "/topics/pancreatic-net", "/problems/{slug}": "/problems/not-found",
        "/fhir/PlanDefinition/{id}": "/fhir/PlanDefinition/net-systemic",
        "/fhir/Library/{id}": "/fhir/Library/consilium-knowledge",
    ]

    private static func path(_ pattern: String) -> String {
        if let path = named[pattern] { return path }
        let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
        return parts.map { $0.hasPrefix("{") ? "net-advisor" : String($0) }.joined(separator: "/")
    }

    @Test func `answers HEAD with the status and the fields of GET`() throws {
        let router = try Checkout.router()
        var count = 0
        for route in router.routes where route.method == .get {
            for base in route.isUnversioned ? [""] : ["", "/v1"] {
                let path =
                    base + (route.pattern == "/recommend" ? "/recommend?question=PNET" : Self.path(route.pattern))
                let (get, head) = (try router.send(.get, path), try router.send(.head, path))
                #expect(head.status == get.status, "\(path)")
                let changing: Set<String> = route.pattern == "/metrics" ? ["content-length"] : []
                let fields = { (reply: Reply) in
                    reply.response.fields.fields.filter { !changing.contains($0.name.lowercased()) }
                }
                #expect(fields(head) == fields(get), "\(path)")
                count += 1
            }
        }
        #expect(count >= 30)
    }

    @Test func `answers OPTIONS, and any method that it lacks, with its methods`() throws {
        let router = try Checkout.router()
        for (pattern, routes) in Dictionary(grouping: router.routes, by: \.pattern) {
            var methods = Set(routes.map(\.method.name) + ["OPTIONS"])
            if methods.contains("GET") { methods.insert("HEAD") }
            let allow = methods.sorted().joined(separator: ", ")
            let path = Self.path(pattern)
            let options = router.respond(to: try HTTPRequest(.options, path, fields: [], body: []))
            #expect(options.status.code == 204)
            #expect(options.fields["Allow"] == allow, "\(path)")
            for method in HTTPMethod.known where !methods.contains(method.name) && method.name != "CONNECT" {
                let other = router.respond(to: try HTTPRequest(method, path, fields: [], body: []))
                #expect(other.status.code == 405, "\(method) \(path)")
                #expect(other.fields["Allow"] == allow, "\(method) \(path)")
            }
        }
    }

    @Test func `says what its content may do, a page its own`() throws {
        let router = try Checkout.router()
        for route in router.routes where route.method == .get {
            for accept in ["application/json", "text/html", "image/png"] {
                let path = route.pattern == "/recommend" ? "/recommend?question=PNET" : Self.path(route.pattern)
                let response = try router.get(path, accept: accept).response
                guard !response.body.isEmpty else { continue }
                let policies = response.fields.fields.filter { $0.name == "Content-Security-Policy" }.map(\.value)
                #expect(policies.count == 1, "\(path) \(accept)")
                #expect(policies.allSatisfy { $0.hasPrefix("default-src 'none'") })
                if response.status.code == 406 { #expect(response.fields["Vary"]?.contains("Accept") == true) }
            }
        }
    }

    @Test func `that negotiates says so whatever it gives`() throws {
        let router = try Checkout.router()
        for path in ["/", "/drugs", "/references", "/topics", "/problems/not-found", "/recommend?question=PNET"] {
            for accept in ["application/json", "text/html", "text/csv", "text/markdown", "*/*", "image/png"] {
                let vary = try router.get(path, accept: accept).response.fields["Vary"] ?? ""
                #expect(vary.split(separator: ",").contains { $0.drop { $0 == " " } == "Accept" }, "\(path) \(accept)")
            }
        }
    }
}

@Suite struct `A release that is named by its digest` {
    @Test(
        "is kept for good by caches of",
        arguments: ["/drugs", "/drugs/lanreotide", "/references?limit=3", "/topics/pancreatic-net", "/knowledge"])
    func pinned(_ path: String) throws {
        let router = try Checkout.router()
        let digest = try #require(try router.get("/knowledge").string("digest"))
        let mark = path.contains("?") ? "&" : "?"
        let pinned = try router.get(path + mark + "knowledge=" + digest)
        #expect(pinned.status == 200)
        #expect(pinned.response.fields["Cache-Control"] == "public, max-age=31536000, immutable")
        // A version is a name: what stands under it may be mended.
        let version = try #require(try router.get("/knowledge").string("version"))
        for other in [path, path + mark + "knowledge=" + version] {
            let reply = try router.get(other)
            #expect(reply.response.fields["Cache-Control"] == "public, max-age=300, stale-while-revalidate=86400")
        }
    }

    @Test func `is told for good also with 304, and never with a refusal or a question`() throws {
        let router = try Checkout.router()
        let digest = try #require(try router.get("/knowledge").string("digest"))
        let path = "/drugs/lanreotide?knowledge=" + digest
        let tag = try #require(try router.get(path).response.fields["ETag"])
        let same = try router.send(.get, path, fields: [("If-None-Match", tag)])
        #expect(same.status == 304)
        #expect(same.response.fields["Cache-Control"] == "public, max-age=31536000, immutable")
        for refused in ["/drugs/x?knowledge=", "/drugs?limit=0&knowledge="] {
            #expect(try router.get(refused + digest).response.fields["Cache-Control"] == "no-store")
        }
        let asked = try router.get("/recommend?question=PNET&knowledge=" + digest)
        #expect(asked.response.fields["Cache-Control"] == "private, no-cache")
        #expect(try router.get("/drugs?knowledge=sha256:00").status == 422)
    }
}

@Suite struct `The time of an answer` {
    @Test(
        "is told to who prefers it at",
        arguments: [
            ("/drugs", #"total;dur=\d+\.\d{3}"#), ("/livez", ""), ("/drugs/lanreotide", #"total;dur=\d+\.\d{3}"#),
            ("/recommend?question=PNET", #"read;dur=\d+\.\d{3}, advise;dur=\d+\.\d{3}, total;dur=\d+\.\d{3}"#),
        ])
    func told(_ path: String, _ pattern: String) throws {
        let router = try Checkout.router()
        let asked = try router.send(.get, path, fields: [("Prefer", "respond-async, Server-Timing; x=1")]).response
        let timing = asked.fields["Server-Timing"] ?? ""
        #expect(
            timing.range(of: "^\(pattern)$", options: .regularExpression) != nil || pattern.isEmpty && timing.isEmpty)
        #expect((asked.fields["Preference-Applied"] == "server-timing") == !pattern.isEmpty)
        let plain = try router.get(path).response
        #expect(plain.fields["Server-Timing"] == nil)
        #expect(plain.body == asked.body)
    }

    @Test(arguments: [("server-timing", true), ("a, SERVER-TIMING=1", true), ("server-timings", false), ("", false)])
    func `is wanted where a preference says so`(_ field: String, _ isWanted: Bool) {
        #expect(ServerTiming.isWanted(field) == isWanted)
    }
}

@Suite struct `The kinds of problem` {
    /// The slugs that the sources write.
    private func written() throws -> Set<String> {
        let root = Checkout.root + "/Sources"
        var slugs: Set<String> = []
        let files = try #require(FileManager.default.enumerator(atPath: root)).compactMap { $0 as? String }
        for file in files where file.hasSuffix(".swift") && !file.hasSuffix("ProblemCatalog.swift") {
            let text = try String(contentsOfFile: root + "/" + file, encoding: .utf8)
            for match in text.matches(of: /slug: (?:[a-zA-Z.]+ \? )?"([a-z-]+)"(?: : "([a-z-]+)")?/) {
                slugs.insert(String(match.1))
                if let other = match.2 { slugs.insert(String(other)) }
            }
        }
        let rejections: [RequestRejection] = [
            .badRequestLine, .badTarget, .badField, .badHost, .badFraming, .badChunk, .unknownTransferCoding,
            .targetTooLong(limit: 1), .fieldsTooLarge(limit: 1), .bodyTooLarge(limit: 1), .unsupportedVersion,
            .unknownExpectation,
        ]
        return slugs.union(rejections.map(\.slug))
    }

    @Test func `are exactly those that the service can send`() throws {
        #expect(try written() == Set(ProblemCatalog.entries.map(\.slug)))
        #expect(ProblemCatalog.entries.map(\.slug) == ProblemCatalog.entries.map(\.slug).sorted())
    }

    @Test func `are explained and mended, as JSON and as a page that leads to the others`() throws {
        let router = try Checkout.router()
        for entry in ProblemCatalog.entries {
            let json = try router.get("/problems/\(entry.slug)")
            #expect(json.string("remedy")?.isEmpty == false, "\(entry.slug)")
            let page = try router.get("/problems/\(entry.slug)", accept: "text/html,*/*;q=0.8").response
            #expect(page.fields["Content-Type"] == "text/html; charset=utf-8")
            #expect(page.fields["Content-Security-Policy"]?.contains("script-src") == false)
            let text = String(decoding: page.body, as: UTF8.self)
            for words in [entry.meaning, entry.remedy, "\(entry.status) \(entry.title)"] {
                #expect(text.contains(HTMLWriter.escaped(words)), "\(entry.slug)")
            }
            for other in ProblemCatalog.entries where other.slug != entry.slug {
                #expect(text.contains("href=\"\(other.slug)\""), "\(entry.slug)")
            }
        }
    }

    @Test func `come with the status that their page tells`() throws {
        for path in ["/nothing", "/drugs?x=1", "/drugs/x", "/recommend?question=%20", "/drugs?knowledge=x"] {
            let reply = try Checkout.router().get(path)
            let kind = try Checkout.router().get(try #require(reply.string("type")))
            #expect(kind.value("status") as? Int == reply.status)
        }
    }
}
