import Foundation
import HTTPServer
import HTTPWire
import TestSupport
import Testing

@Suite struct `A drug by its name` {
    private func get(_ name: String) throws -> Reply {
        let allowed = CharacterSet.alphanumerics.intersection(CharacterSet(charactersIn: "\u{0}"..."\u{7f}"))
        return try Checkout.router().get(
            "/drugs/" + (name.addingPercentEncoding(withAllowedCharacters: allowed) ?? name))
    }

    @Test func `says how the name led there`() throws {
        let match = try #require(try get("SOMATULINE depot").value("match") as? [String: Any])
        #expect(
            match as NSDictionary == [
                "query": "SOMATULINE depot", "matchedOn": "Somatuline Depot", "kind": "brand",
                "canonical": "lanreotide",
                "folded": ["case"],
            ] as NSDictionary)
    }

    @Test func `names the products that share the name`() throws {
        let reply = try get("everolimus")
        #expect(reply.status == 200)
        #expect(reply.strings("match.ambiguous.candidates.*.name").last == "Zortress")
        #expect(reply.value("match.ambiguous.candidates.3.covered") as? Bool == false)
        #expect(reply.string("match.ambiguous.candidates.0.drug") == "everolimus")
        #expect(reply.string("match.ambiguous.reference") == "label-afinitor-us")
    }

    @Test func `leaves the choice where several drugs bear it`() throws {
        let reply = try get("dotatate")
        #expect(reply.status == 300)
        #expect(reply.strings("candidates.*.drug").count == 3)
        #expect(try Contract().faults(reply.json, Contract().schema("DrugChoice")) == [])
        #expect(reply.response.fields["Location"] == nil)
    }

    @Test func `tells another product as not covered`() throws {
        let reply = try get("Zortress")
        #expect(reply.status == 404)
        #expect(reply.string("type") == "/problems/drug-not-covered")
        #expect(reply.string("detail")?.hasPrefix("`Zortress` is not covered here: ") == true)
        #expect(reply.value("suggestions") == nil)
    }

    @Test func `suggests what is near, with what it must not be taken for`() throws {
        let reply = try get("cisplatn")
        #expect(reply.status == 404)
        #expect(reply.value("suggestions") as? [String] == ["cisplatin"])
        #expect(
            reply.string("detail")
                == "no drug of this name is covered; `cisplatin` is near. Cisplatin, carboplatin and oxaliplatin are different drugs, not interchangeable milligram for milligram."
        )
    }

    @Test(
        "is found in the list by a part of any name, however it is spelt:",
        arguments: [
            ("%C2%B9%E2%81%B7%E2%81%B7Lu", "lutetium-lu-177-dotatate"), ("LANR%C3%89O", "lanreotide"),
            ("mtor", "everolimus"), ("afinitor%20disperz", "everolimus"),
        ])
    func listed(_ search: String, _ drug: String) throws {
        #expect(try Checkout.router().get("/drugs?q=\(search)").strings("items.*.id") == [drug])
    }

    @Test func `is found by its class and by an indication`() throws {
        let router = try Checkout.router()
        #expect(
            try router.get("/drugs?class=somatostatin%20analogue").strings("items.*.id").contains("lanreotide"))
        let carcinoid = try router.get("/drugs?indication=carcinoid").strings("items.*.id")
        #expect(carcinoid.contains("octreotide") && carcinoid.contains("telotristat-ethyl"))
        #expect(!carcinoid.contains("sunitinib"))
        #expect(try router.get("/drugs?indication=gout").strings("items.*.id") == [])
        #expect(try router.get("/drugs?clas=x").status == 400)
    }

    @Test func `is told with the names that it is taken for`() throws {
        #expect(try get("Netspot").value("lookAlikes.0.names") as? [String] == ["Netspot", "Detectnet"])
    }

    @Test(
        "refuses or misses without a crash",
        arguments: [
            ("%F0%9F%92%8A", 404), (String(repeating: "a", count: 201), 400), (String(repeating: "a", count: 200), 404),
            ("%D1%81isplatin", 404), ("..%20", 404), ("%3Cscript%3E", 404),
        ])
    func hostile(_ path: String, _ status: Int) throws {
        #expect(try Checkout.router().get("/drugs/" + path).status == status)
    }

    @Test(
        "is described by the contract when asked for",
        arguments: ["Mycapssa", "rad-001", "¹⁷⁷Lu-DOTA-TATE", "cabozantinib"])
    func described(_ name: String) throws {
        let contract = try Contract()
        #expect(contract.faults(try get(name).json, contract.schema("Drug")) == [])
    }
}
