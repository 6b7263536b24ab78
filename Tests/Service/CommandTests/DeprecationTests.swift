import HTTPServer
import HTTPWire
import TestSupport
import Testing

@testable import consilium

@Suite struct `The list of what will go` {
    @Test(
        "takes",
        arguments: [
            ("/topics=2027-01-01", "/topics", 1_798_761_600, nil),
            ("/topics/{id}=2027-01-01..2027-01-01", "/topics/{id}", 1_798_761_600, 1_798_761_600),
            ("/=1970-01-01..2027-01-01", "/", 0, 1_798_761_600),
        ] as [(String, String, Int, Int?)])
    func taken(_ text: String, _ pattern: String, _ since: Int, _ until: Int?) {
        #expect(Deprecations.entry(text) == Deprecations.Entry(pattern: pattern, since: since, until: until))
        #expect(Deprecations.faults([text], link: "https://a.example/b") == [])
    }

    @Test(
        "refuses",
        arguments: [
            "", "/topics", "topics=2027-01-01", "/topics=", "/topics=2027-13-01", "/topics=2027-01-01..",
            "/topics=2027-01-01..2026-12-31", "/topics=2027-01-01..2027-02-01..2027-03-01", "/topics=1.1.2027",
        ])
    func refused(_ text: String) {
        #expect(Deprecations.entry(text) == nil)
        #expect(Deprecations.faults([text], link: "").count == 1)
    }

    @Test(arguments: ["docs.example", "https://a b", "https://a>b", "ftp://a.example"])
    func `takes no other address than one of the web`(_ link: String) {
        #expect(Deprecations.faults([], link: link).count == 1)
    }

    @Test func `may only name paths of the service`() throws {
        let routes = try Checkout.router().routes
        let known = Deprecations(entries: routes.map { .init(pattern: $0.pattern, since: 0, until: nil) }, link: "")
        #expect(known.unknown(among: routes) == [])
        let wrong = Deprecations(entries: [.init(pattern: "/topic", since: 0, until: nil)], link: "")
        #expect(wrong.unknown(among: routes) == ["/topic"])
    }
}

@Suite struct `The version of the contract` {
    @Test func `is that of the program`() throws {
        let contract = try Contract()
        #expect((contract.root["info"] as? [String: Any])?["version"] as? String == ProductVersion.current)
    }
}
