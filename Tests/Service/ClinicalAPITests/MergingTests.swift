import HTTPServer
import TestSupport
import Testing

/// What a client sends as a member and what the text says of the same fact, and what must come of it.
struct Merging: CustomTestStringConvertible, Sendable {
    let name: String
    let question: String
    /// The `case` beside the question.
    let record: String
    let path: String
    /// The origins under which the fact stands, in order.
    let origins: [String]
    var conflicts = false
    /// Whether the answer would change with the fact, so that it must be asked.
    var isAsked = false

    var testDescription: String { name }

    static let all: [Merging] = [
        Merging(
            name: "a code that agrees", question: "pancreatic NET G2, metastatic", record: #"{"tumor":{"grade":"G2"}}"#,
            path: "tumor.grade", origins: ["stated"]),
        Merging(
            name: "a code that narrows", question: "metastatic NET of small bowel or pancreas, G2",
            record: #"{"tumor":{"primarySite":"pancreas"}}"#, path: "tumor.primarySite", origins: ["stated", "read"]),
        Merging(
            name: "a code that contradicts", question: "pancreatic NET G1, metastatic",
            record: #"{"tumor":{"grade":"G3"}}"#, path: "tumor.grade", origins: ["stated", "read"], conflicts: true,
            isAsked: true),
        Merging(
            name: "a receptor status that contradicts", question: "pancreatic NET G2, metastatic, SSTR negative",
            record: #"{"imaging":{"somatostatinReceptor":"positive"}}"#, path: "imaging.somatostatinReceptor",
            origins: ["stated", "read"], conflicts: true, isAsked: true),
        Merging(
            name: "a quantity that agrees", question: "metastatic pancreatic NET, Ki-67 12 %",
            record: #"{"tumor":{"ki67":{"value":12,"unit":"%"}}}"#, path: "tumor.ki67", origins: ["stated"]),
        Merging(
            name: "a quantity that narrows", question: "metastatic pancreatic NET, Ki-67 3-20 %",
            record: #"{"tumor":{"ki67":12}}"#, path: "tumor.ki67", origins: ["stated", "read"]),
        Merging(
            name: "a quantity that contradicts", question: "metastatic pancreatic NET, Ki-67 2 %",
            record: #"{"tumor":{"ki67":12}}"#, path: "tumor.ki67", origins: ["stated", "read"], conflicts: true,
            isAsked: true),
        Merging(
            name: "a quantity at a bound that is left out", question: "metastatic pancreatic NET, Ki-67 <3 %",
            record: #"{"tumor":{"ki67":3}}"#, path: "tumor.ki67", origins: ["stated", "read"], conflicts: true,
            isAsked: true),
        Merging(
            name: "a member that agrees", question: "pancreatic NET G2 with liver metastases",
            record: #"{"disease":{"metastaticSites":["liver"]}}"#, path: "disease.metastaticSites", origins: ["stated"]),
        Merging(
            name: "a member that adds", question: "pancreatic NET G2 with liver metastases",
            record: #"{"disease":{"metastaticSites":["bone"]}}"#, path: "disease.metastaticSites",
            origins: ["stated", "read"]),
        Merging(
            name: "a member against an exclusion", question: "metastatic pancreatic NET G2, no liver metastases",
            record: #"{"disease":{"metastaticSites":["liver"]}}"#, path: "disease.metastaticSites",
            origins: ["stated", "read"], conflicts: true),
        Merging(
            name: "an exclusion that agrees", question: "metastatic pancreatic NET G2, no bone metastases",
            record: #"{"disease":{"metastaticSites":{"excludes":["bone"]}}}"#, path: "disease.metastaticSites",
            origins: ["stated"]),
        Merging(
            name: "an exclusion that narrows", question: "metastatic pancreatic NET G2 with liver metastases",
            record: #"{"disease":{"metastaticSites":{"excludes":["bone"]}}}"#, path: "disease.metastaticSites",
            origins: ["stated", "read"]),
        Merging(
            name: "an exclusion that contradicts", question: "pancreatic NET G2 with liver metastases",
            record: #"{"disease":{"metastaticSites":{"excludes":["liver"]}}}"#, path: "disease.metastaticSites",
            origins: ["stated", "read"], conflicts: true),
        Merging(
            name: "a complete set against a member",
            question: "pancreatic NET G2, metastatic, progressed on everolimus",
            record: #"{"treatment":{"prior":[]}}"#, path: "treatment.prior", origins: ["stated", "read"],
            conflicts: true, isAsked: true),
    ]
}

@Suite struct `What is stated beside a question` {
    @Test("is merged with what is read:", arguments: Merging.all)
    func merged(_ merging: Merging) throws {
        let router = try Checkout.router()
        let reply = try router.recommend(#"{"question":"\#(merging.question)","case":\#(merging.record)}"#)
        #expect(reply.status == 200)
        let facts = zip(reply.strings("case.facts.*.path"), reply.strings("case.facts.*.origin"))
        let origins = facts.filter { $0.0 == merging.path && ["stated", "read"].contains($0.1) }.map(\.1)
        #expect(origins == merging.origins)
        #expect(reply.strings("case.conflicts.*.path").contains(merging.path) == merging.conflicts)
        #expect(reply.strings("case.notes.*.code").contains("contradiction") == merging.conflicts)
        let opening = reply.string("summary")?.hasPrefix("What was said cannot all hold") == true
        #expect(opening == merging.conflicts)
        if merging.isAsked { #expect(reply.strings("followUp.*.fact").contains(merging.path)) }
    }

    @Test("decides as if the text had not been vaguer:", arguments: Merging.all.filter { $0.name.contains("narrows") })
    func narrowed(_ merging: Merging) throws {
        // The stated value alone decides what the wider words left open, so that the fact is asked no more.
        let reply = try Checkout.router().recommend(
            #"{"question":"\#(merging.question)","case":\#(merging.record)}"#)
        #expect(merging.path == "disease.metastaticSites" || !reply.strings("followUp.*.fact").contains(merging.path))
        #expect(reply.string("topic.id") == "pancreatic-net")
    }

    @Test func `is shown with both voices where they conflict`() throws {
        let reply = try Checkout.router().recommend(
            #"{"question":"metastatic pancreatic NET, Ki-67 2 %","case":{"tumor":{"ki67":12}}}"#)
        let voices = reply.value("case.conflicts.0.between") as? [String] ?? []
        #expect(voices.contains { $0.contains("stated") && $0.contains("12 %") })
        #expect(voices.contains { $0.contains("read") && $0.contains("2 %") })
    }

    @Test func `settles a conflict once it is sent as the text has it`() throws {
        let router = try Checkout.router()
        let question = "metastatic pancreatic NET, Ki-67 2 %"
        let settled = try router.recommend(#"{"question":"\#(question)","case":{"tumor":{"ki67":2}}}"#)
        #expect(settled.value("case.conflicts") == nil)
        #expect(!settled.strings("followUp.*.fact").contains("tumor.ki67"))
    }
}
