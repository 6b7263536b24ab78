import ClinicalAPI
import Foundation
import HTTPServer
import HTTPWire
import KnowledgeStore
import TestSupport
import Testing

/// A service with a folder of local knowledge over the bundled one, loaded once.
private let withLocal: Result<KnowledgeBase, any Error> = Result {
    let folder = try TemporaryFolder.hospital()
    defer { folder.remove() }
    return try KnowledgeLoader(directory: Checkout.content, local: folder.path).load()
}

/// The bundled release as two others: an older one that knows no lanreotide first, and a newer one.
private let kept: Result<[KnowledgeBase], any Error> = Result {
    let folder = try TemporaryFolder.releases(["2026.9.0", "2027.1.0"])
    defer { folder.remove() }
    try folder.edit(
        "2026.9.0/topics/pancreatic-net/recommendations/first-line-lanreotide.json", "\"title\": \"Lanreotide",
        "\"title\": \"Old lanreotide")
    try folder.edit("2026.9.0/drugs/lanreotide.json", "\"synonyms\": [", "\"synonyms\": [\"lanreotidum\", ")
    try folder.edit("2026.9.0/references/clarinet-2014.json", "\"title\": \"", "\"title\": \"Old: ")
    return try KnowledgeReleases(directory: folder.path).load()
}

private func router(_ base: KnowledgeBase, kept: [KnowledgeBase] = []) -> Router {
    let held = kept.map(\.manifest.version)
    let current = CurrentKnowledge(
        Advisor(knowledge: base, held: held),
        kept: kept.map { Advisor(knowledge: $0, held: held + [base.manifest.version]) })
    return Router(routes: ClinicalAPI(current: current).routes)
}

@Suite struct `Local knowledge in an answer` {
    private let body =
        #"{"case":{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"pancreas","grade":"G2"},"disease":{"extent":"metastatic"},"hospital":{"trialOpen":false}},"explain":"full"}"#

    @Test func `is told with every answer, and in the trace of what it moved`() throws {
        let reply = try router(try withLocal.get()).recommend(body)
        #expect(reply.status == 200)
        #expect(reply.value("knowledge.localDocuments") as? Int == 7)
        #expect(reply.string("review.status") == "draft")
        #expect(reply.strings("excluded.*.id").contains("sunitinib"))
        let excluded = try #require(reply.json["excluded"] as? [[String: Any]])
        let sunitinib = try #require(excluded.first { $0["id"] as? String == "sunitinib" })
        #expect(sunitinib["reason"] as? String == "Not in the formulary of this hospital.")
        #expect(
            Reply.local(sunitinib) == ["added topics/house-formulary/recommendations/no-sunitinib.json"])
        let options = try #require(reply.json["options"] as? [[String: Any]])
        let lanreotide = try #require(options.first { $0["id"] as? String == "lanreotide" })
        #expect(
            Reply.local(lanreotide) == [
                "overridden topics/pancreatic-net/recommendations/first-line-lanreotide.json"
            ])
        #expect(options.filter { $0["id"] as? String != "lanreotide" }.allSatisfy { Reply.local($0).isEmpty })
        let statements = try #require(reply.value("tiers.guideline.statements") as? [[String: Any]])
        #expect(statements.filter { $0["local"] != nil }.map { $0["id"] as? String } == ["house-board"])
        #expect(
            Reply.local(reply.json) == [
                "added facts/hospital.json", "added references/house-formulary.json",
                "added topics/house-formulary/recommendations/no-sunitinib.json",
                "added topics/house-formulary/topic.json",
                "overridden topics/pancreatic-net/recommendations/first-line-lanreotide.json",
                "overridden topics/pancreatic-net/statements.json",
            ])
    }

    @Test func `is described by the contract`() throws {
        let contract = try Contract()
        let router = router(try withLocal.get())
        #expect(contract.faults(try router.recommend(body).json, contract.schema("Recommendation")) == [])
        #expect(contract.faults(try router.get("/knowledge").json, contract.schema("Release")) == [])
    }

    @Test func `brings facts and words of its own`() throws {
        let router = router(try withLocal.get())
        let open = try router.recommend(body.replacingOccurrences(of: "false", with: "true"))
        #expect(open.strings("case.facts.*.path").contains("hospital.trialOpen"))
        #expect(!open.strings("excluded.*.reason").contains("Not in the formulary of this hospital."))
        let read = try router.recommend(#"{"question":"tail NET G2, liver mets, trial open here"}"#)
        #expect(Set(read.strings("case.facts.*.path")).isSuperset(of: ["hospital.trialOpen", "tumor.primarySite"]))
        #expect(read.string("topic.id") == "pancreatic-net")
        let bundled = try Checkout.router().recommend(body)
        #expect(bundled.status == 422)
        #expect(bundled.string("errors.0.code") == "unknown-member")
    }

    @Test func `is listed with the release`() throws {
        let reply = try router(try withLocal.get()).get("/knowledge")
        #expect(Reply.local(["trace": reply.json]).count == 7)
        #expect(reply.string("digest") != (try Checkout.router().get("/knowledge").string("digest")))
        #expect(try Checkout.router().get("/knowledge").value("local") == nil)
    }

    @Test func `writes nothing into the trace of a release that stands as it was published`() throws {
        let reply = try Checkout.router().recommend(
            #"{"case":{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"pancreas","grade":"G2"},"disease":{"extent":"metastatic"}},"explain":"full"}"#
        )
        #expect(reply.value("trace") == nil && reply.value("options.0.trace.local") == nil)
        #expect(reply.value("knowledge.localDocuments") == nil)
    }
}

@Suite struct `A kept release` {
    private func service() throws -> Router { router(try Checkout.knowledge.get(), kept: try kept.get()) }

    @Test(
        "answers where it is named:",
        arguments: [
            "/recommend?question=PNET%20G2&knowledge=2026.9.0", "/drugs?knowledge=2026.9.0",
            "/drugs/lanreotide?knowledge=2026.9.0", "/references?knowledge=2026.9.0",
            "/references/clarinet-2014?knowledge=2026.9.0", "/topics?knowledge=2026.9.0",
            "/topics/pancreatic-net?knowledge=2026.9.0", "/knowledge?knowledge=2026.9.0",
        ])
    func answers(_ path: String) throws {
        let reply = try service().get(path)
        #expect(reply.status == 200)
        #expect(reply.response.fields["Knowledge-Version"] == "2026.9.0")
    }

    @Test func `answers as it did`() throws {
        let service = try service()
        let old = try #require(try kept.get().first { $0.manifest.version == "2026.9.0" })
        let alone = router(old)
        let body = #"{"question":"PNET G2, liver mets, SSTR positive, first line","explain":"full"}"#
        let named = body.replacingOccurrences(of: "}", with: #","knowledge":"2026.9.0"}"#)
        #expect(try service.recommend(named).response.body == alone.recommend(body).response.body)
        #expect(try service.recommend(body).response.body != alone.recommend(body).response.body)
        for path in ["/drugs/lanreotide", "/references/clarinet-2014", "/topics/pancreatic-net", "/topics"] {
            #expect(try service.get(path + "?knowledge=2026.9.0").response.body == alone.get(path).response.body)
        }
        #expect(try service.get("/drugs/lanreotidum?knowledge=2026.9.0").string("id") == "lanreotide")
        #expect(try service.get("/drugs/lanreotidum").status == 404)
    }

    @Test func `is listed with the others, newest first, by each of them`() throws {
        let service = try service()
        let held = ["2027.1.0", "2026.11.0", "2026.9.0"]
        #expect(try service.get("/knowledge").value("releases") as? [String] == held)
        #expect(try service.get("/knowledge?knowledge=2026.9.0").value("releases") as? [String] == held)
    }

    @Test func `that is not held is a problem of its own that lists those held`() throws {
        let service = try service()
        let contract = try Contract()
        for path in [
            "/recommend?question=PNET&knowledge=2020.1.0", "/drugs?knowledge=2020.1.0", "/drugs/x?knowledge=2020.1.0",
            "/references?knowledge=2020.1.0", "/references/x?knowledge=2020.1.0", "/topics?knowledge=2020.1.0",
            "/topics/x?knowledge=2020.1.0", "/knowledge?knowledge=2020.1.0",
        ] {
            let reply = try service.get(path)
            #expect(reply.status == 422, "\(path)")
            #expect(reply.string("type") == "/problems/unknown-release")
            #expect(reply.string("errors.0.parameter") == "knowledge")
            #expect(reply.value("suggestions") as? [String] == ["2027.1.0", "2026.11.0", "2026.9.0"])
            #expect(contract.faults(reply.json, contract.schema("Problem")) == [])
        }
        let posted = try service.recommend(#"{"question":"PNET","knowledge":"2020.1.0"}"#)
        #expect(posted.string("type") == "/problems/unknown-release")
        #expect(posted.string("errors.0.pointer") == "#/knowledge")
        #expect(
            posted.string("detail")
                == "the release `2020.1.0` is not held here; held: 2027.1.0, 2026.11.0, 2026.9.0")
    }

    @Test func `takes no cursor of another`() throws {
        let service = try service()
        let cursor = try #require(try service.get("/drugs?limit=2").string("page.nextCursor"))
        #expect(try service.get("/drugs?limit=2&cursor=\(cursor)").status == 200)
        #expect(try service.get("/drugs?limit=2&cursor=\(cursor)&knowledge=2026.9.0").status == 410)
    }

    @Test func `leaves an unknown parameter unknown`() throws {
        #expect(try service().get("/drugs/lanreotide?knowlege=2026.9.0").string("errors.0.didYouMean") == "knowledge")
    }
}

extension Reply {
    /// `added path` of each local document in the `trace` of a part of an answer.
    static func local(_ part: [String: Any]) -> [String] {
        let list = (part["trace"] as? [String: Any])?["local"] as? [[String: Any]] ?? []
        return list.map { "\($0["change"] ?? "") \($0["document"] ?? "")" }
    }
}
