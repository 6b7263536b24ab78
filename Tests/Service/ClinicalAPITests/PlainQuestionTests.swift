import HTTPServer
import HTTPWire
import TestSupport
import Testing

@Suite struct `What is asked of whom` {
    private func topic() throws -> Reply {
        Reply(try Checkout.router().respond(to: try HTTPRequest(.get, "/topics/pancreatic-net")))
    }

    @Test func `every fact has a question for the clinician and one for the patient`() throws {
        let facts = try topic().json["facts"] as? [[String: Any]] ?? []
        #expect(facts.count > 50)
        #expect(facts.filter { $0["question"] == nil }.map { $0["path"] as? String ?? "" } == [])
        #expect(facts.filter { $0["patientQuestion"] == nil }.map { $0["path"] as? String ?? "" } == [])
    }

    @Test func `a patient is asked the first question in the summary`() throws {
        let reply = Reply(
            try Checkout.router().respond(
                to: try HTTPRequest(.get, "/recommend?question=neuroendocrine%20tumour&audience=patient")))
        #expect(
            reply.json["summary"] as? String
                == "More must be known before the choices can be talked about. "
                + "First: In which organ did the tumour start?")
    }

    @Test(arguments: [
        ("clinician", "No options are given: more than one patient seems to be described; ask about one at a time."),
        ("patient", "More than one person seems to be described. Please ask about one at a time."),
    ])
    func `two patients are told to come one at a time`(audience: String, summary: String) throws {
        let text = "Patient%20A:%20G1%20pancreatic%20NET.%20Patient%20B:%20G3%20small%20bowel%20NET."
        let reply = Reply(
            try Checkout.router().respond(
                to: try HTTPRequest(.get, "/recommend?question=\(text)&audience=\(audience)")))
        #expect(reply.json["summary"] as? String == summary)
    }
}
