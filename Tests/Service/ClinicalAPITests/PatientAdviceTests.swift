import HTTPServer
import HTTPWire
import TestSupport
import Testing

@Suite struct `What a patient takes along` {
    private func answer(_ question: String, _ audience: String = "patient") throws -> Reply {
        let body = "{\"question\":\"\(question)\",\"audience\":\"\(audience)\"}"
        let type = [("Content-Type", "application/json")]
        return Reply(
            try Checkout.router().respond(
                to: try HTTPRequest(.post, "/recommend", fields: type, body: Array(body.utf8))))
    }

    private static let everolimus = "G1 pancreatic NET, liver metastases, progressed on lanreotide, SSTR negative"

    @Test func `the questions and the alarms of the treatments that are offered, each with its source`() throws {
        let reply = try answer(Self.everolimus)
        #expect(reply.strings("options.*.id").contains("everolimus"))
        #expect(reply.strings("questionsForDoctor.*.id").contains("tablets"))
        let alarms = reply.json["seekHelp"] as? [[String: Any]] ?? []
        let lungs = try #require(alarms.first { $0["id"] as? String == "everolimus-lungs" })
        let references = reply.strings("references.*.id")
        let number = try #require(lungs["reference"] as? Int)
        #expect(references[number - 1] == "label-afinitor-us")
        #expect(lungs["section"] as? String == "5.1")
        #expect(lungs["confirmed"] as? Bool == false)
        // Every other alarm than the general one names its source.
        #expect(alarms.filter { $0["reference"] == nil }.compactMap { $0["id"] as? String } == ["emergency"])
    }

    @Test func `the danger of the patient's own syndrome, and of no other`() throws {
        let ids = try answer("metastatic insulinoma").strings("seekHelp.*.id")
        #expect(ids.contains("low-sugar"))
        #expect(!ids.contains("carcinoid-crisis") && !ids.contains("watery-diarrhoea"))
    }

    @Test func `a danger that two drugs bring is told once`() throws {
        let reply = try answer("G1 ileal NET, liver metastases, SSTR positive, gallstones")
        #expect(reply.strings("options.*.id").contains("octreotide"))
        #expect(reply.strings("options.*.id").contains("lanreotide"))
        let told = reply.strings("seekHelp.*.statement")
        #expect(told.contains { $0.contains("gallstones") })
        #expect(Set(told).count == told.count)
    }

    @Test func `both where more must be known, neither where the question is of something else`() throws {
        let wanting = try answer("my mother has a neuroendocrine tumour")
        #expect(wanting.json["outcome"] as? String == "data-required")
        #expect(wanting.strings("questionsForDoctor.*.id").contains("aim"))
        #expect(wanting.strings("seekHelp.*.id") == ["emergency"])
        let other = try answer("dose of amoxicillin for otitis media")
        #expect(other.json["questionsForDoctor"] == nil && other.json["seekHelp"] == nil)
    }

    @Test func `a clinician reads neither, and the same numbers for the same sources`() throws {
        let clinician = try answer(Self.everolimus, "clinician")
        #expect(clinician.json["questionsForDoctor"] == nil && clinician.json["seekHelp"] == nil)
    }

    @Test func `reports tell both`() throws {
        let body = "{\"question\":\"\(Self.everolimus)\",\"audience\":\"patient\"}"
        for (accept, heading) in [
            ("text/markdown", "## When to seek help"), ("text/html", "<h2>When to seek help</h2>"),
        ] {
            let fields = [("Content-Type", "application/json"), ("Accept", accept)]
            let reply = Reply(
                try Checkout.router().respond(
                    to: try HTTPRequest(.post, "/recommend", fields: fields, body: Array(body.utf8))))
            #expect(reply.status == 200)
            #expect(
                String(decoding: reply.response.body, as: UTF8.self).contains(heading),
                "\(String(decoding: reply.response.body, as: UTF8.self).prefix(1500))")
            #expect(String(decoding: reply.response.body, as: UTF8.self).contains("What to ask the doctor"))
        }
    }
}
