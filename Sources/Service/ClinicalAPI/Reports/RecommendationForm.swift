import ClinicalModel
import HTTPServer
import HTTPWire

/// The forms of a recommendation that a client may choose by Accept.
enum RecommendationForm: String, CaseIterable {
    case json = "application/json"
    case markdown = "text/markdown"
    case html = "text/html"

    /// Their media types, the first for who does not choose.
    static let types = allCases.map(\.rawValue)

    /// What a client chooses; nil where it takes none of them.
    static func chosen(_ request: HTTPRequest) -> RecommendationForm? {
        MediaType.chosen(request, among: types).flatMap(RecommendationForm.init)
    }

    /// The Content-Type. RFC 7763 demands the charset of Markdown.
    var contentType: String { self == .json ? rawValue : rawValue + "; charset=utf-8" }
}

extension ClinicalAPI {
    /// The report of what was asked, as Markdown or as a page.
    func report(_ asked: RecommendRequest, as form: RecommendationForm, cacheControl: String, _ request: HTTPRequest)
        -> HTTPResponse
    {
        let advisor = asked.advisor
        let guidance = advisor.guidance(
            statements: asked.statements, notes: asked.notes, question: asked.question, audience: asked.audience)
        let report = RecommendationReport(
            guidance, knowledge: advisor.knowledge, audience: asked.audience, question: asked.question)
        let text = form == .html ? report.html : report.markdown
        var response = answer(
            request, of: advisor, Array(text.utf8), contentType: form.contentType, cacheControl: cacheControl)
        response.remark = Advice(advisor.knowledge, options: guidance.options)
        if form == .html {
            response.fields.append("Content-Security-Policy", HTMLWriter.policy)
        }
        return response
    }
}
