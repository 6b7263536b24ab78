import HTTPServer
import HTTPWire
import JSONText
import KnowledgeStore

/// A kind of problem, where its `type` leads: for programs as JSON, for who opens it in a browser as a page.
enum ProblemPage {
    /// The media types, the first for who does not choose.
    static let types = ["application/json", "text/html"]

    /// The kind as JSON.
    static func json(_ entry: ProblemCatalog.Entry) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("slug", entry.slug)
        json.member("title", entry.title)
        json.member("status", entry.status)
        json.member("meaning", entry.meaning)
        json.member("remedy", entry.remedy)
        json.endObject()
        return json.bytes
    }

    /// The kind as a page: what it means, how to mend it, and the way to the other kinds.
    static func html(_ entry: ProblemCatalog.Entry) -> [UInt8] {
        let others = ProblemCatalog.entries.filter { $0.slug != entry.slug }.map { other -> [ReportDocument.Run] in
            [.link(other.slug, address: other.slug), .text(" (\(other.status)): \(other.meaning)")]
        }
        let blocks: [ReportDocument.Block] = [
            .heading(1, [.text("\(entry.status) \(entry.title)")]),
            .paragraph([.text("The problem "), .strong("/problems/\(entry.slug)"), .text(" of Consilium (RFC 9457).")]),
            .heading(2, [.text("What it means")]), .paragraph([.text(entry.meaning)]),
            .heading(2, [.text("What to do")]), .paragraph([.text(entry.remedy)]),
            .paragraph([
                .text(
                    "The answer that led here says more: `detail` what was wrong with this request, `errors` each fault with "
                        + "its place, `instance` the id under which the operator finds it in the log.")
            ]),
            .heading(2, [.text("The other kinds")]), .points(others),
            .paragraph([
                .text("All answers of the service are described in "), .link("the contract", address: "../docs"),
                .text("."),
            ]),
        ]
        return Array(HTMLWriter.text(ReportDocument(title: "\(entry.title): \(entry.slug)", blocks: blocks)).utf8)
    }
}

extension ClinicalAPI {
    /// What a kind of problem means.
    func problem(_ request: HTTPRequest, _ slug: String) -> HTTPResponse {
        guard let entry = ProblemCatalog.entry(slug) else {
            return refused(
                ProblemDetails(
                    slug: "not-found", title: "Not Found", status: HTTPStatus(404),
                    detail: "there is no problem of this name",
                    suggestions: Suggestion.ranked(slug, ProblemCatalog.entries.map(\.slug))), request)
        }
        guard let type = MediaType.chosen(request, among: ProblemPage.types) else {
            return notAcceptable(request, offered: ProblemPage.types)
        }
        let isPage = type == "text/html"
        var response = answer(
            request, of: current.advisor, isPage ? ProblemPage.html(entry) : ProblemPage.json(entry),
            contentType: isPage ? "text/html; charset=utf-8" : type, cacheControl: CachePolicy.knowledge)
        if isPage { response.fields.append("Content-Security-Policy", HTMLWriter.policy) }
        response.fields.append("Vary", "Accept")
        return response
    }
}
