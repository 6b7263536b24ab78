import ClinicalAPI
import ClinicalModel
import Foundation
import HTTPServer
import HTTPWire
import TestSupport
import Testing

@Suite struct `A report of a recommendation` {
    private static let settled =
        #"{"case":{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"pancreas","grade":"G2"},"disease":{"extent":"metastatic"},"imaging":{"somatostatinReceptor":"positive"}}AUDIENCE}"#

    private func post(_ accept: String, audience: String = "clinician") throws -> Reply {
        let body = Self.settled.replacingOccurrences(of: "AUDIENCE", with: ",\"audience\":\"\(audience)\"")
        return try Checkout.router().send(
            .post, "/recommend", fields: [("Content-Type", "application/json"), ("Accept", accept)],
            body: Array(body.utf8))
    }

    private func text(_ reply: Reply) -> String { String(decoding: reply.response.body, as: UTF8.self) }

    /// The text of a page as a reader sees it.
    private func seen(_ html: String) -> String {
        html.replacingOccurrences(of: "<style>.*?</style>", with: "", options: .regularExpression)
            .replacingOccurrences(of: "<[^>]*>", with: "", options: .regularExpression)
            .replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(of: "&gt;", with: ">")
            .replacingOccurrences(of: "&quot;", with: "\"").replacingOccurrences(of: "&#39;", with: "'")
            .replacingOccurrences(of: "&amp;", with: "&")
    }

    /// The text of Markdown without its escapes.
    private func plain(_ markdown: String) -> String {
        markdown.replacingOccurrences(of: "\\\\([^A-Za-z0-9\\s])", with: "$1", options: .regularExpression)
            .replacingOccurrences(of: "**", with: "")
    }

    @Test func `says everything that the JSON says, in both forms`() throws {
        let json = try post("application/json")
        let forms = [plain(text(try post("text/markdown"))), seen(text(try post("text/html")))]
        var needed = json.strings("options.*.title") + json.strings("excluded.*.title")
        needed += json.strings("excluded.*.reason") + json.strings("diagnostics.*.statement")
        needed += json.strings("disagreements.*.topic") + json.strings("followUp.*.question")
        needed += json.strings("references.*.title")
        let options = try #require(json.value("options") as? [[String: Any]])
        for option in options {
            needed += (option["evidence"] as? [[String: Any]] ?? []).compactMap { $0["statement"] as? String }
            needed += (option["cautions"] as? [[String: Any]] ?? []).compactMap { $0["statement"] as? String }
            let parts = (option["regimen"] as? [String: Any])?["parts"] as? [[String: Any]] ?? []
            needed += parts.compactMap { $0["section"] as? String }.map { "(section \($0))" }
        }
        needed += ["intendedUse", "disclaimer", "knowledge.version", "knowledge.digest", "knowledge.released"]
            .compactMap {
                json.string($0)
            }
        needed += [json.string("review.status"), json.string("review.reviewBy")].compactMap { $0 }
        #expect(needed.count > 40)
        for form in forms {
            #expect(needed.filter { !form.contains($0) } == [])
            for number in 1...(json.value("references") as? [Any] ?? []).count { #expect(form.contains("[\(number)]")) }
        }
    }

    @Test func `gives a patient no dose and loses no option`() throws {
        let json = try post("application/json", audience: "patient")
        for accept in ["text/markdown", "text/html"] {
            let form =
                accept == "text/html"
                ? seen(text(try post(accept, audience: "patient"))) : plain(text(try post(accept, audience: "patient")))
            #expect(json.strings("options.*.title").allSatisfy(form.contains))
            #expect(!form.contains("Dose:"))
            #expect(form.firstRange(of: #/\d\s*(mg|GBq|µg)\b/#) == nil)
        }
        #expect(plain(text(try post("text/markdown"))).contains("Dose:"))
    }

    @Test(
        "interprets nothing of the question:",
        arguments: [
            "<script>alert(1)</script> NET", "[x](javascript:alert(1)) ![i](http://a.example/b.png) NET",
            "# pancreatic NET\n- a\n> b\n```\n<img src=x onerror=y>", "NET & \"quotes\" ' </blockquote></main>",
            "www.evil.example http://evil.example a@evil.example NET", "1. NET *\u{308}strong*\u{308} \u{202E}TEN",
        ])
    func question(_ question: String) throws {
        let escaped = try #require(
            question.addingPercentEncoding(
                withAllowedCharacters: .alphanumerics.intersection(CharacterSet(charactersIn: "a"..."z"))))
        let html = text(try Checkout.router().get("/recommend?question=\(escaped)", accept: "text/html"))
        #expect(!html.contains("<script") && !html.contains("<img") && !html.contains("</blockquote></main>"))
        #expect(html.components(separatedBy: "</main>").count == 2)
        let markdown = text(try Checkout.router().get("/recommend?question=\(escaped)", accept: "text/markdown"))
        let quoted = try #require(markdown.components(separatedBy: "\n").first { $0.hasPrefix("> ") })
        for sign in ["<", ">", "[", "]", "`", "*", "#", "!", "@", "&"] {
            let bare = String(quoted.dropFirst(2)).unicodeScalars.reduce(into: (found: false, escaped: false)) {
                state, scalar in
                if String(scalar) == sign, !state.escaped { state.found = true }
                state.escaped = scalar == "\\" && !state.escaped
            }
            #expect(!bare.found, "\(sign) in \(quoted)")
        }
        #expect(!quoted.contains("http://") && !quoted.contains("www.") && !quoted.contains("\u{202E}"))
        #expect(!quoted.hasPrefix("> 1. "))
    }

    @Test(
        "is chosen by Accept",
        arguments: [
            (nil, "application/json"), ("*/*", "application/json"), ("application/json, text/html", "application/json"),
            ("text/html", "text/html; charset=utf-8"), ("text/markdown", "text/markdown; charset=utf-8"),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
            ("text/*;q=0.4, application/json;q=0.3", "text/markdown; charset=utf-8"),
            ("text/html;q=0.2, text/markdown;q=0.7", "text/markdown; charset=utf-8"),
            ("application/json;q=0, */*", "text/markdown; charset=utf-8"), ("application/xml", nil),
            ("text/html;q=0", nil),
        ] as [(String?, String?)])
    func accept(_ accept: String?, _ type: String?) throws {
        let router = try Checkout.router()
        let get = try router.get("/recommend?question=pancreatic%20NET", accept: accept)
        let post = try router.send(
            .post, "/recommend",
            fields: [("Content-Type", "application/json")] + (accept.map { [("Accept", $0)] } ?? []),
            body: Array(Self.settled.replacingOccurrences(of: "AUDIENCE", with: "").utf8))
        for reply in [get, post] {
            guard let type else {
                #expect(reply.status == 406)
                #expect(reply.string("detail") == "this answer is given as application/json, text/markdown, text/html")
                continue
            }
            #expect(reply.status == 200)
            #expect(reply.response.fields["Content-Type"] == type)
            #expect(reply.response.fields["Vary"]?.contains("Accept") == true)
        }
    }

    @Test func `has a tag of its own in each form, and a policy that allows its style alone`() throws {
        let router = try Checkout.router()
        let tags = try ["application/json", "text/markdown", "text/html"].map {
            try #require(try router.get("/recommend?question=pancreatic%20NET", accept: $0).response.entityTag)
        }
        #expect(Set(tags).count == 3)
        let page = try router.get("/recommend?question=pancreatic%20NET", accept: "text/html").response
        let policy = try #require(page.fields["Content-Security-Policy"])
        #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"))
        #expect(!policy.contains("unsafe") && !policy.contains("script-src"))
    }

    @Test func `is the same bytes for the same question`() throws {
        #expect(text(try post("text/html")) == text(try post("text/html")))
    }
}
