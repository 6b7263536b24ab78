import Foundation
import HTTPServer
import HTTPWire
import TestSupport
import Testing

@testable import ClinicalAPI

@Suite struct `A list` {
    /// The lines of a table, without the last empty one.
    private func lines(_ path: String) throws -> [String] {
        let reply = try Checkout.router().get(path, accept: "text/csv")
        #expect(reply.status == 200)
        #expect(reply.response.fields["Content-Type"] == "text/csv; charset=utf-8; header=present")
        return String(decoding: reply.response.body, as: UTF8.self).components(separatedBy: "\r\n").dropLast()
    }

    @Test(
        "is sorted by",
        arguments: ["/references?sort=-year,title&limit=200", "/references?sort=year&limit=200&fields=year"])
    func sorted(_ path: String) throws {
        let years = try #require(try Checkout.router().get(path).value("items") as? [[String: Any]]).map {
            $0["year"] as? Int
        }
        let known = years.compactMap { $0 }
        #expect(known.count > 50)
        #expect(known == known.sorted { path.contains("-year") ? $0 > $1 : $0 < $1 })
        #expect(years.prefix(known.count).allSatisfy { $0 != nil }, "what has no year comes last")
    }

    @Test func `has the same entries in any order, and in the order of the ids without one`() throws {
        let router = try Checkout.router()
        for (path, member) in [("/drugs", "class"), ("/references", "title"), ("/topics", "title")] {
            let plain = try router.get("\(path)?limit=200").strings("items.*.id")
            let sorted = try router.get("\(path)?limit=200&sort=\(member)").strings("items.*.id")
            #expect(sorted.sorted() == plain.sorted())
            #expect(sorted != plain)
        }
    }

    @Test func `gives the members that are wanted, and the id`() throws {
        let items = try #require(
            try Checkout.router().get("/references?fields=year,type&limit=200").value("items") as? [[String: Any]])
        #expect(items.allSatisfy { Set($0.keys).isSubset(of: ["id", "type", "year"]) && $0["id"] != nil })
        #expect(try lines("/drugs?fields=class").first == "id,class")
    }

    @Test(
        "of sources keeps only",
        arguments: [
            ("year.ge=2020", 2020...9999, nil), ("year.le=2015", 0...2015, nil),
            ("type=label&year.ge=2020&year.le=2024", 2020...2024, "label"),
        ] as [(String, ClosedRange<Int>, String?)])
    func filtered(_ query: String, _ years: ClosedRange<Int>, _ type: String?) throws {
        let all = try #require(try Checkout.router().get("/references?limit=200").value("items") as? [[String: Any]])
        let wanted = all.filter { one in
            (one["year"] as? Int).map(years.contains) == true && (type == nil || one["type"] as? String == type)
        }
        let kept = try Checkout.router().get("/references?limit=200&" + query)
        #expect(kept.strings("items.*.id") == wanted.compactMap { $0["id"] as? String })
        #expect(kept.value("page.total") as? Int ?? 0 > 0)
    }

    @Test func `of sources finds what a topic and what a drug cites`() throws {
        let router = try Checkout.router()
        let ofTopic = try router.get("/references?topic=pancreatic-net&limit=200").strings("items.*.id")
        let ofDrug = try router.get("/references?drug=Somatuline%20Depot&limit=200").strings("items.*.id")
        let ofBoth = try router.get("/references?topic=pancreatic-net&drug=lanreotide&limit=200")
            .strings("items.*.id")
        for id in try router.get("/references?limit=200").strings("items.*.id") {
            let places = try router.get("/references/\(id)").value("usedBy") as? [String] ?? []
            #expect(ofTopic.contains(id) == places.contains { $0.hasPrefix("pancreatic-net.") }, "\(id)")
            if places.contains("drugs.lanreotide") || places.contains("interventions.lanreotide") {
                #expect(ofDrug.contains(id), "\(id)")
            }
        }
        #expect(ofDrug.contains("clarinet-2014"))
        #expect(ofBoth.contains("clarinet-2014"))
        #expect(Set(ofBoth).isSubset(of: Set(ofTopic).intersection(ofDrug)))
    }

    @Test func `searches without regard to accents, and to their place`() throws {
        let router = try Checkout.router()
        let plain = try router.get("/references?q=nejm%20everolimus").strings("items.*.id")
        #expect(try router.get("/references?q=EV%C3%89ROLIMUS%20nejm").strings("items.*.id") == plain)
        #expect(
            try router.get("/topics?q=p%C3%A1ncreatic").strings("items.*.id")
                == router.get("/topics?q=pancreatic").strings("items.*.id"))
        #expect(try router.get("/topics?q=pancreatic").strings("items.*.id").contains("pancreatic-net"))
    }

    @Test func `is refused with every fault at once`() throws {
        let reply = try Checkout.router().get("/references?sort=yaer&limit=0&fields=x&lmit=3&limit=5&q=a&q=b")
        #expect(reply.status == 400)
        #expect(
            reply.strings("errors.*.parameter") == ["sort", "limit", "fields", "lmit", "limit", "q"])
        #expect(reply.string("errors.0.didYouMean") == "year")
        #expect(reply.string("errors.3.didYouMean") == "limit")
    }

    @Test(
        "is not given for",
        arguments: [
            "/references?year.ge=x", "/references?year.le=20200",
            "/references?sort=", "/references?sort=doi", "/references?sort=--year", "/references?fields=,",
            "/drugs?year.ge=2020", "/topics?type=label",
        ])
    func refused(_ path: String) throws { #expect(try Checkout.router().get(path).status == 400) }
}

@Suite struct `A filter that names what is not covered` {
    @Test func `is refused with what is near, where an empty list would mislead`() throws {
        let router = try Checkout.router()
        let topic = try router.get("/references?topic=pancreatic-ne")
        #expect(topic.status == 422 && topic.string("errors.0.didYouMean") == "pancreatic-net")
        let drug = try router.get("/references?drug=lanreotid")
        #expect(drug.status == 422 && (drug.value("suggestions") as? [String])?.contains("lanreotide") == true)
        #expect(try router.get("/references?drug=esomeprazole").status == 422)
    }
}

@Suite struct `The pages of a list` {
    /// The links of an answer, by their relation.
    private func links(_ reply: Reply) -> [String: String] {
        let parts = (reply.response.fields["Link"] ?? "").components(separatedBy: ", ").map {
            $0.components(separatedBy: ">; rel=")
        }
        return Dictionary(
            parts.map { (String($0[1].dropFirst().dropLast()), String($0[0].dropFirst())) },
            uniquingKeysWith: { first, _ in first })
    }

    @Test(
        "are led through by their links, forth and back:",
        arguments: [
            "/drugs?limit=3", "/references?limit=50&sort=-year", "/v1/topics?q=net&limit=4&fields=title",
            "/references?q=n%C3%A9t%20a%26b&limit=1",
        ])
    func walk(_ start: String) throws {
        let router = try Checkout.router()
        var pages = [try router.get(start)]
        while let next = links(pages[pages.count - 1])["next"] { pages.append(try router.get(next)) }
        let ids = pages.flatMap { $0.strings("items.*.id") }
        #expect(ids.count == pages[0].value("page.total") as? Int)
        #expect(Set(ids).count == ids.count)
        #expect(pages.allSatisfy { $0.status == 200 })
        for place in pages.indices.dropFirst() {
            let before = try router.get(try #require(links(pages[place])["prev"]))
            #expect(before.strings("items.*.id") == pages[place - 1].strings("items.*.id"))
        }
        #expect(links(pages[0])["prev"] == nil)
        #expect(
            try router.get(try #require(links(pages[pages.count - 1])["first"])).strings("items.*.id")
                == pages[0].strings("items.*.id"))
    }

    @Test func `hold as a table what they hold in JSON`() throws {
        let router = try Checkout.router()
        let table = try router.get("/drugs?limit=5&sort=class", accept: "text/csv")
        let text = String(decoding: table.response.body, as: UTF8.self)
        #expect(text.hasPrefix("id,generic,brands,class\r\n"))
        #expect(text.components(separatedBy: "\r\n").count == 7)
        #expect(table.response.fields["Link"] == (try router.get("/drugs?limit=5&sort=class").response.fields["Link"]))
        #expect(table.response.fields["Vary"]?.contains("Accept") == true)
        for id in try router.get("/drugs?limit=5&sort=class").strings("items.*.id") {
            #expect(text.contains("\r\n\(id),"))
        }
    }

    @Test func `take a cursor for the list it was made for, with another limit and other fields`() throws {
        let router = try Checkout.router()
        let cursor = try #require(try router.get("/drugs?q=a&sort=class&limit=2").string("page.nextCursor"))
        #expect(try router.get("/drugs?q=a&sort=class&limit=9&fields=id&cursor=\(cursor)").status == 200)
        for other in ["/drugs?q=a", "/drugs?q=a&sort=-class", "/drugs?q=b&sort=class", "/references?q=a"] {
            #expect(try router.get(other + "&cursor=\(cursor)").status == 410, "\(other)")
        }
        // A word that begins like a cursor of another release: 410, with the way back.
        let stale = try router.get("/drugs?q=a&sort=class&cursor=\(Base64.urlSafe(Array("00000000.2.0".utf8)))")
        #expect(stale.status == 410)
        #expect(links(stale) == ["first": "/drugs?q=a&sort=class"])
    }
}

@Suite struct `A table` {
    @Test(
        "writes",
        arguments: [
            ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("a \"b\"", "\"a \"\"b\"\"\""),
            ("two\r\nlines", "\"two\r\nlines\""), ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"),
            ("\tx", "'\tx"), ("\rx", "\"'\rx\""), ("＝1", "'＝1"), ("=a,b", "\"'=a,b\""), ("1-2", "1-2"),
        ])
    func cell(_ text: String, _ cell: String) { #expect(CSVWriter.cell(text) == cell) }
}

@Suite struct `Base64 of URLs` {
    @Test func `gives every short text back, and takes no other letters`() {
        for length in 0..<40 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ length &* 11) }
            #expect(Base64.bytes(urlSafe: Base64.urlSafe(bytes)) == bytes)
        }
        for text in ["a+b", "a/b", "a=", "é", "a b"] { #expect(Base64.bytes(urlSafe: text) == nil) }
    }
}
