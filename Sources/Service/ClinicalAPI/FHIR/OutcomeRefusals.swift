public import HTTPServer
public import HTTPWire
import JSONText

/// Writes every refusal under `/fhir` and `/cds-services` as an OperationOutcome, whoever refused: the routes do so by
/// themselves; the router, the gate, the limits and the server speak RFC 9457, which a FHIR client does not read (FHIR R4
/// §3.1.0.1.8, CDS Hooks 3.0). The status, its fields and the sentence stay.
public struct OutcomeRefusals: RefusalWriter {
    /// The code of FHIR's value set `issue-type` for a problem's slug. A slug that is not here is `invalid` or `exception`.
    private static let codes: [String: String] = [
        "body-too-large": "too-long", "draining": "transient", "forbidden": "forbidden",
        "journal-unavailable": "transient", "malformed-content-coding": "structure",
        "method-not-allowed": "not-supported", "not-acceptable": "not-supported", "not-found": "not-found",
        "overloaded": "transient", "precondition-failed": "conflict", "rate-limited": "throttled",
        "stalled": "transient", "timeout": "timeout", "unauthorized": "login",
        "unknown-method": "not-supported", "unsupported-content-coding": "not-supported",
        "unsupported-media-type": "not-supported",
    ]

    /// Writes refusals anew.
    public init() {}

    /// Turns a problem on one of these paths into an OperationOutcome; leaves every other answer as it is.
    public func rewrite(_ response: inout HTTPResponse, to request: HTTPRequest) {
        guard let type = Self.contentType(of: request), response.fields["Content-Type"] == "application/problem+json",
            let problem = try? JSONReader().read(response.body),
            case .string(let kind) = problem["type"], case .string(let detail) = problem["detail"]
        else { return }
        let status = Int(response.status.code)
        let slug = String(kind.dropFirst("/problems/".count))
        let code = Self.codes[slug] ?? (status < 500 ? "invalid" : "exception")
        var json = JSONWriter()
        json.beginObject()
        OperationOutcome(status, code, detail).write(to: &json)
        json.endObject()
        response.body = json.bytes
        response.fields["Content-Type"] = type
    }

    /// The media type of refusals on a request's path; nil where they are problems. The path is read as the router reads it:
    /// decoded, with or without the version.
    private static func contentType(of request: HTTPRequest) -> String? {
        let path = RequestTarget.decoded(request.path, plusIsSpace: false) ?? ""
        let segments = path.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).dropFirst()
        switch segments.first == "v1" ? segments.dropFirst().first : segments.first {
        case "fhir": return FHIRRoutes.contentType
        case "cds-services": return CDSRoutes.mediaType
        default: return nil
        }
    }
}
