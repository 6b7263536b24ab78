import HTTPServer
import HTTPWire
import TestSupport
import Testing

/// A bad request and what must come back.
struct BadInput: CustomTestStringConvertible, Sendable {
    let name: String
    let body: String
    let status: Int
    /// Pointer, code and suggestion of the first error.
    let pointer: String
    let code: String
    var suggestion: String?

    var testDescription: String { name }

    static let all: [BadInput] = [
        BadInput(name: "an empty body", body: "", status: 400, pointer: "#", code: "syntax"),
        BadInput(name: "broken JSON", body: #"{"question": }"#, status: 400, pointer: "#", code: "syntax"),
        BadInput(name: "no object", body: "[]", status: 422, pointer: "#", code: "wrong-type"),
        BadInput(name: "nothing asked", body: "{}", status: 422, pointer: "#", code: "missing-member"),
        BadInput(
            name: "an unknown member", body: #"{"qestion":"x"}"#, status: 422, pointer: "#/qestion",
            code: "unknown-member", suggestion: "question"),
        BadInput(
            name: "an empty question", body: #"{"question":""}"#, status: 422, pointer: "#/question", code: "empty"),
        BadInput(
            name: "a question of white space", body: #"{"question":" \n\t"}"#, status: 422, pointer: "#/question",
            code: "empty"),
        BadInput(
            name: "a question that is too long", body: #"{"question":"\#(String(repeating: "a", count: 4_001))"}"#,
            status: 422, pointer: "#/question", code: "too-long"),
        BadInput(
            name: "an unknown fact", body: #"{"case":{"tumor":{"ki76":12}}}"#, status: 422,
            pointer: "#/case/tumor/ki76", code: "unknown-member", suggestion: "tumor.ki67"),
        BadInput(
            name: "an unknown group", body: #"{"case":{"tumour":{"ki67":12}}}"#, status: 422, pointer: "#/case/tumour",
            code: "unknown-member", suggestion: "tumor"),
        BadInput(
            name: "an unknown code", body: #"{"case":{"tumor":{"primarySite":"pancras"}}}"#, status: 422,
            pointer: "#/case/tumor/primarySite", code: "unknown-code", suggestion: "pancreas"),
        BadInput(
            name: "a wrong unit", body: #"{"case":{"tumor":{"ki67":{"value":12,"unit":"mm"}}}}"#, status: 422,
            pointer: "#/case/tumor/ki67/unit", code: "wrong-unit", suggestion: "%"),
        BadInput(
            name: "a missing unit", body: #"{"case":{"tumor":{"ki67":{"value":12}}}}"#, status: 422,
            pointer: "#/case/tumor/ki67", code: "wrong-unit", suggestion: "%"),
        BadInput(
            name: "a Ki-67 of 140", body: #"{"case":{"tumor":{"ki67":140}}}"#, status: 422,
            pointer: "#/case/tumor/ki67", code: "out-of-range"),
        BadInput(
            name: "an empty range", body: #"{"case":{"tumor":{"ki67":{"min":20,"max":3,"unit":"%"}}}}"#, status: 422,
            pointer: "#/case/tumor/ki67", code: "out-of-range"),
        BadInput(
            name: "a number for a code", body: #"{"case":{"tumor":{"grade":2}}}"#, status: 422,
            pointer: "#/case/tumor/grade", code: "wrong-type"),
        BadInput(
            name: "null", body: #"{"case":{"tumor":{"grade":null}}}"#, status: 422, pointer: "#/case/tumor/grade",
            code: "wrong-type"),
        BadInput(
            name: "an empty anyOf", body: #"{"case":{"tumor":{"grade":{"anyOf":[]}}}}"#, status: 422,
            pointer: "#/case/tumor/grade/anyOf", code: "empty"),
        BadInput(
            name: "a code included and excluded",
            body: #"{"case":{"disease":{"metastaticSites":{"includes":["liver"],"excludes":["liver"]}}}}"#, status: 422,
            pointer: "#/case/disease/metastaticSites", code: "contradiction"),
        BadInput(
            name: "an unknown audience", body: #"{"question":"PNET","audience":"nurse"}"#, status: 422,
            pointer: "#/audience", code: "unknown-code"),
        BadInput(
            name: "a release that is not held", body: #"{"question":"PNET","knowledge":"2020.1.0"}"#, status: 422,
            pointer: "#/knowledge", code: "unknown-release", suggestion: "2026.11.0"),
        BadInput(
            name: "a number beyond every Double", body: #"{"case":{"tumor":{"ki67":1e999}}}"#, status: 400,
            pointer: "#", code: "syntax"),
    ]
}

@Suite struct `Bad input` {
    @Test("gets a problem with a pointer:", arguments: BadInput.all)
    func problem(_ input: BadInput) throws {
        let reply = try Checkout.router().recommend(input.body)
        #expect(reply.status == input.status)
        #expect(reply.response.fields["Content-Type"] == "application/problem+json")
        #expect(reply.string("errors.0.pointer") == input.pointer)
        #expect(reply.string("errors.0.code") == input.code)
        if let suggestion = input.suggestion { #expect(reply.string("errors.0.didYouMean") == suggestion) }
    }

    @Test func `gets every fault at once`() throws {
        let reply = try Checkout.router().recommend(
            #"{"case":{"tumor":{"ki76":1,"grade":"G9","ki67":140}},"audience":"x","extra":1}"#)
        #expect(
            reply.strings("errors.*.pointer") == [
                "#/case/tumor/ki76", "#/case/tumor/grade", "#/case/tumor/ki67", "#/audience", "#/extra",
            ])
    }

    @Test func `gets the byte offset of broken JSON`() throws {
        #expect(
            try Checkout.router().recommend(#"{"question": }"#).string("detail") == "expected a JSON value at byte 13")
    }

    @Test func `gets 400 for bytes that are not UTF-8`() throws {
        let reply = try Checkout.router().send(
            .post, "/recommend", fields: [("Content-Type", "application/json")],
            body: Array("{\"question\":\"".utf8) + [0xFF] + Array("\"}".utf8))
        #expect(reply.string("detail") == "the bytes are not valid UTF-8 at byte 12")
    }

    @Test func `never repeats a value in a problem beyond 64 characters`() throws {
        let secret = String(repeating: "s", count: 500)
        let reply = try Checkout.router().recommend(#"{"case":{"tumor":{"grade":"\#(secret)"}},"\#(secret)":1}"#)
        #expect(!String(decoding: reply.response.body, as: UTF8.self).contains(String(repeating: "s", count: 65)))
    }

    @Test(
        "of another media type gets 415:",
        arguments: ["text/plain", "application/json; charset=latin-1", "application/jsonx"])
    func mediaType(_ type: String) throws {
        let reply = try Checkout.router().send(
            .post, "/recommend", fields: [("Content-Type", type)], body: Array("{}".utf8))
        #expect(reply.status == 415)
        #expect(reply.response.fields["Accept-Post"] == "application/json")
    }

    @Test(
        "by Accept gets",
        arguments: [
            ("application/json", 200), ("*/*", 200), ("application/*;q=0.1", 200), ("text/html", 406),
            ("application/json;q=0, */*", 406),
        ])
    func accept(_ accept: String, _ status: Int) throws {
        #expect(try Checkout.router().get("/knowledge", accept: accept).status == status)
    }

    @Test func `on another subject is told what is covered`() throws {
        let reply = try Checkout.router().recommend(#"{"question":"How is high blood pressure treated?"}"#)
        #expect(reply.status == 200)
        #expect(reply.string("outcome") == "out-of-scope")
        #expect(reply.strings("case.notes.*.code").contains("off-topic"))
        #expect(reply.string("summary")?.contains("Covered:") == true)
    }

    @Test func `that contradicts itself is answered with the conflict`() throws {
        let reply = try Checkout.router().recommend(
            #"{"case":{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"pancreas","grade":"G1","ki67":25},"disease":{"extent":"metastatic"}}}"#
        )
        #expect(reply.status == 200)
        #expect(reply.strings("case.conflicts.*.path").sorted() == ["tumor.grade", "tumor.ki67"])
        #expect(reply.strings("case.notes.*.code") == ["contradiction"])
        #expect(reply.string("summary")?.hasPrefix("What was said cannot all hold") == true)
    }

    @Test func `between question and case is a conflict too`() throws {
        let reply = try Checkout.router().recommend(
            #"{"question":"pancreatic NET G1, metastatic","case":{"tumor":{"grade":"G3"}}}"#)
        #expect(reply.strings("case.conflicts.*.path") == ["tumor.grade"])
    }

    @Test func `of a hundred wrong codes tells twenty, of a longer list only that it is too long`() throws {
        func codes(_ count: Int) throws -> [String] {
            let codes = Array(repeating: "\"livver\"", count: count).joined(separator: ",")
            let reply = try Checkout.router().recommend(#"{"case":{"disease":{"metastaticSites":[\#(codes)]}}}"#)
            #expect(reply.status == 422)
            return reply.strings("errors.*.code")
        }
        #expect(try codes(100) == Array(repeating: "unknown-code", count: 20))
        #expect(try codes(101) == ["too-many"])
        #expect(try codes(20_000) == ["too-many"])
    }

    @Test(
        "of a query where none is taken gets 400:",
        arguments: ["/knowledge?x=1", "/?x", "/drugs/lanreotide?x=1", "/openapi.yaml?a=b"])
    func parameters(_ path: String) throws {
        let reply = try Checkout.router().get(path)
        #expect(reply.status == 400)
        #expect(reply.string("errors.0.code") == "unknown-parameter")
    }

    @Test("that refuses a class excludes each of its members:", arguments: ["declines", "intolerance"])
    func refusals(_ member: String) throws {
        let group = member == "declines" ? "patient" : "treatment"
        let refusal = #""\#(member)":["chemotherapy"]"#
        let parts = [
            #""tumor":{"kind":"neuroendocrine-tumor","primarySite":"pancreas","ki67":15}"#,
            #""disease":{"extent":"metastatic","burden":"high","tumourSymptoms":true}"#,
            group == "patient" ? #""patient":{\#(refusal)}"# : #""treatment":{"line":1,\#(refusal)}"#,
        ]
        let reply = try Checkout.router().recommend("{\"case\":{\(parts.joined(separator: ","))}}")
        let chemotherapy: Set = ["capecitabine-temozolomide", "folfox", "streptozocin-fluorouracil", "folfiri"]
        #expect(Set(reply.strings("options.*.id")).isDisjoint(with: chemotherapy))
        #expect(Set(reply.strings("excluded.*.id")).isSuperset(of: chemotherapy))
        #expect(reply.strings("options.*.id").contains("lanreotide"))
    }

    @Test func `of unknown medicines is accepted and told as not checked`() throws {
        let reply = try Checkout.router().recommend(
            #"{"case":{"tumor":{"kind":"neuroendocrine-tumor"},"patient":{"comedications":["mesalazine"]}}}"#)
        #expect(reply.status == 200)
        #expect(reply.strings("case.notes.*.text").contains("Not known here and not checked: mesalazine."))
    }
}

@Suite struct `The collections` {
    @Test func `give every entry once over their pages`() throws {
        let router = try Checkout.router()
        for path in ["/drugs", "/references"] {
            var ids: [String] = []
            var cursor: String?
            repeat {
                let reply = try router.get(path + "?limit=7" + (cursor.map { "&cursor=\($0)" } ?? ""))
                ids += reply.strings("items.*.id")
                cursor = reply.string("page.nextCursor")
            } while cursor != nil
            #expect(ids.count == (try router.get(path).value("page.total") as? Int))
            #expect(ids == Set(ids).sorted())
        }
    }

    @Test(
        "answer",
        arguments: [
            ("/drugs/Somatuline%20Depot", 200), ("/v1/drugs/lanreotide", 200), ("/drugs/nothing-like-it", 404),
            ("/references/netter2-2024", 200),
            ("/references/nothing", 404), ("/topics/pancreatic-net", 200), ("/topics/x", 404), ("/drugs?limit=0", 400),
            ("/drugs?limt=5", 400),
            ("/drugs?cursor=x", 410), ("/drugs?cursor=x.y", 400), ("/drugs?cursor=MDAwMDAwMDAuNTAuODExYzlkYzU", 410),
            ("/references?type=poem", 400),
            ("/drugs/lanreotide?x=1", 400),
            ("/problems/invalid-case", 200), ("/problems/x", 404), ("/recommend", 400),
            ("/recommend?question=PNET&explane=full", 400),
            ("/recommend?question=%20", 422), ("/recommend?question=PNET&audience=patient", 200), ("/", 200),
            ("/openapi.yaml", 200), ("/livez", 200),
            ("/readyz", 200),
        ])
    func status(_ path: String, _ status: Int) throws { #expect(try Checkout.router().get(path).status == status) }

    @Test func `suggest the drug that was meant`() throws {
        #expect(try Checkout.router().get("/drugs/lanreotid").value("suggestions") as? [String] == ["lanreotide"])
    }

    @Test func `say who cites a source`() throws {
        let used = try Checkout.router().get("/references/netter2-2024").value("usedBy") as? [String] ?? []
        #expect(used.contains("pancreatic-net.first-line-prrt"))
    }

    @Test func `resolve every problem that the service writes`() throws {
        for entry in [
            "invalid-case", "malformed-json", "not-found", "body-too-large", "timeout", "draining", "bad-host",
        ] {
            #expect(try Checkout.router().get("/problems/\(entry)").status == 200)
        }
    }
}
