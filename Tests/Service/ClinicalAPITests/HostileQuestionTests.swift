import ClinicalAPI
import Foundation
import HTTPServer
import HTTPWire
import TestSupport
import Testing

/// A question as JSON.
private func body(_ question: String) throws -> String {
    String(decoding: try JSONSerialization.data(withJSONObject: ["question": question]), as: UTF8.self)
}

@Suite struct `A hostile question` {
    /// What must be answered with 200, and reads no fact.
    private static let samples: [(name: String, text: String)] = [
        ("one character", "x"), ("one digit", "7"), ("a full stop", "."), ("a minus", "-"),
        ("emoji alone", "\u{1F642}\u{1F44D}\u{1F3FD}\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}"),
        ("text from right to left", "\u{5E9}\u{5DC}\u{5D5}\u{5DD} \u{202E}dlrow\u{202C}"),
        ("Arabic", "\u{645}\u{631}\u{62D}\u{628}\u{627}"), ("control characters", "\u{0}\u{1}\u{7}\u{1B}[31m\u{7F}"),
        ("marks without a letter", String(repeating: "\u{301}", count: 3_000)),
        ("HTML", "<script>alert(1)</script><img src=x onerror=alert(1)>"), ("SQL", "'; DROP TABLE patients; --"),
        ("a template", "{{7*7}} ${7*7} %s%n"), ("a path", "../../../../etc/passwd"),
        ("a replacement character", "\u{FFFD}\u{FFFD}"),
    ]

    @Test("of nothing clinical is answered without a fact:", arguments: samples.map(\.name))
    func strange(_ name: String) throws {
        let text = try #require(Self.samples.first { $0.name == name }?.text)
        let reply = try Checkout.router().recommend(body(text))
        #expect(reply.status == 200)
        #expect(reply.string("outcome") == "out-of-scope")
        #expect(!reply.strings("case.facts.*.origin").contains("read"))
    }

    @Test("around clinical words changes no fact:", arguments: samples.map(\.name))
    func around(_ name: String) throws {
        let text = try #require(Self.samples.first { $0.name == name }?.text)
        guard !["Arabic", "text from right to left", "marks without a letter"].contains(name) else { return }
        let plain = "G2 pancreatic NET with liver metastases"
        let facts = { (reply: Reply) in
            zip(reply.strings("case.facts.*.path"), reply.strings("case.facts.*.origin")).filter { $1 == "read" }.map(
                \.0)
        }
        let router = try Checkout.router()
        #expect(facts(try router.recommend(body(plain + "\n\n" + text))) == facts(try router.recommend(body(plain))))
    }

    @Test func `of 4 000 characters exactly is answered, of one more refused with the limit`() throws {
        let router = try Checkout.router()
        let full = "pNET G2 " + String(repeating: "\u{E9}", count: 3_992)
        #expect(try router.recommend(body(full)).status == 200)
        let reply = try router.recommend(body(full + "\u{E9}"))
        #expect(reply.status == 422)
        #expect(reply.string("errors.0.code") == "too-long")
        #expect(reply.string("errors.0.detail")?.contains("4000") == true)
    }

    @Test func `counts scalars and neither bytes nor signs`() throws {
        // Each family is seven scalars, 25 bytes and one sign.
        let family = "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}\u{200D}\u{1F466}"
        let router = try Checkout.router()
        #expect(try router.recommend(body(String(repeating: family, count: 571))).status == 200)
        #expect(try router.recommend(body(String(repeating: family, count: 572))).status == 422)
    }

    @Test("of a megabyte is refused at once", arguments: ["a", "pNET ", "\u{1F642}", "no "])
    func megabyte(_ word: String) throws {
        let text = String(repeating: word, count: 1_000_000 / word.utf8.count)
        let clock = ContinuousClock()
        let router = try Checkout.router()
        let sent = try body(text)
        var status = 0
        let time = try clock.measure { status = try router.recommend(sent).status }
        #expect(status == 422 || status == 413)
        #expect(time < .seconds(5), "a bound against a hang, not a benchmark")
    }

    @Test("of ten thousand repeats is refused", arguments: ["metastatic ", "G2 ", "or "])
    func repeats(_ word: String) throws {
        let reply = try Checkout.router().recommend(body(String(repeating: word, count: 10_000)))
        #expect(reply.status == 422)
        #expect(reply.string("errors.0.code") == "too-long")
    }

    @Test(
        "with half a surrogate pair is refused as syntax:",
        arguments: [#"\uD83D"#, #"\uDE42"#, #"\uDE42\uD83D"#, #"\uD83Dx"#, #"\uD83D\u0041"#, #"\uD83"#])
    func surrogates(_ escape: String) throws {
        let reply = try Checkout.router().recommend(#"{"question":"pNET \#(escape)"}"#)
        #expect(reply.status == 400)
        #expect(reply.string("errors.0.code") == "syntax")
    }

    @Test func `with a whole surrogate pair and escaped controls is read`() throws {
        let reply = try Checkout.router().recommend(#"{"question":"pNET \uD83D\uDE42 \u0000\u001b G2"}"#)
        #expect(reply.status == 200)
        #expect(reply.strings("case.facts.*.path").contains("tumor.grade"))
    }

    @Test func `comes back as JSON text, never as markup`() throws {
        let reply = try Checkout.router().recommend(body("pNET <script>alert(1)</script>"))
        #expect(reply.response.fields["Content-Type"] == "application/json")
        #expect(!String(decoding: reply.response.body, as: UTF8.self).contains("<script>"))
    }
}
