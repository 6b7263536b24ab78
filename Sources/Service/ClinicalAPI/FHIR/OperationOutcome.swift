import HTTPServer
import HTTPWire
import JSONText

/// A refusal as FHIR writes it: every fault at once, each with its place.
struct OperationOutcome: Error {
    /// One fault.
    struct Issue {
        /// The code of FHIR's value set `issue-type`.
        let code: String
        /// One sentence, lower case, no final period.
        let text: String
        /// Where: a FHIRPath-like expression of the body, such as `context.patientId`.
        var expression: String?
        /// `error`, `warning` or `information`.
        var severity = "error"
    }

    let status: HTTPStatus
    let issues: [Issue]

    init(_ status: Int, _ issues: [Issue]) {
        self.status = HTTPStatus(status)
        self.issues = Array(issues.prefix(20))
    }

    /// One fault.
    init(_ status: Int, _ code: String, _ text: String, at expression: String? = nil) {
        self.init(status, [Issue(code: code, text: text, expression: expression)])
    }

    /// The answer, under a media type.
    func response(_ contentType: String, version: String) -> HTTPResponse {
        var json = JSONWriter()
        json.beginObject()
        write(to: &json)
        json.endObject()
        var response = HTTPResponse(status, body: json.bytes, contentType: contentType)
        response.fields.append("Cache-Control", "no-store")
        response.fields.append("Knowledge-Version", version)
        return response
    }

    /// The members, without the braces.
    func write(to json: inout JSONWriter, id: String? = nil) {
        json.member("resourceType", "OperationOutcome")
        json.member("id", id)
        json.list("issue", issues) { json, issue in
            json.beginObject()
            json.member("severity", issue.severity)
            json.member("code", issue.code)
            json.object("details") { $0.member("text", issue.text) }
            json.member("expression", [issue.expression].compactMap { $0 })
            json.endObject()
        }
    }
}
