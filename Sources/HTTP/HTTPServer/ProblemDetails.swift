public import HTTPWire
import JSONText

/// A problem (RFC 9457) as this service writes it.
public struct ProblemDetails: Sendable {
    /// One fault of several.
    public struct Item: Sendable {
        /// A JSON Pointer as a URI fragment (`#/case/tumor/ki67`), or nil.
        public let pointer: String?
        /// The name of a query parameter, or nil.
        public let parameter: String?
        /// A stable code.
        public let code: String
        /// One sentence.
        public let detail: String
        /// What was probably meant.
        public let didYouMean: String?

        /// A fault.
        public init(
            pointer: String? = nil, parameter: String? = nil, code: String, detail: String, didYouMean: String? = nil
        ) {
            self.pointer = pointer
            self.parameter = parameter
            self.code = code
            self.detail = detail
            self.didYouMean = didYouMean
        }
    }

    /// The last part of `type`, which resolves under `/problems/`.
    public let slug: String
    /// A short name of the kind of problem.
    public let title: String
    /// The status.
    public let status: HTTPStatus
    /// What is wrong here.
    public let detail: String
    /// All faults at once, 20 at most.
    public let errors: [Item]
    /// Names that were probably meant.
    public let suggestions: [String]

    /// A problem.
    public init(
        slug: String, title: String, status: HTTPStatus, detail: String, errors: [Item] = [],
        suggestions: [String] = []
    ) {
        self.slug = slug
        self.title = title
        self.status = status
        self.detail = detail
        self.errors = Array(errors.prefix(20))
        self.suggestions = suggestions
    }

    /// The problem of a refused request.
    public init(_ rejection: RequestRejection) {
        self.init(
            slug: rejection.slug, title: rejection.status.phrase, status: rejection.status, detail: rejection.sentence)
    }

    /// The problem of a coded body that is not decoded.
    init(_ error: ContentDecodingError) {
        switch error {
        case .malformed:
            self.init(
                slug: "malformed-content-coding", title: "Bad Request", status: HTTPStatus(400),
                detail: "the body is no whole gzip stream")
        case .tooLarge(let limit): self.init(.bodyTooLarge(limit: limit))
        case .suspiciousRatio(let limit):
            self.init(
                slug: "body-too-large", title: "Content Too Large", status: HTTPStatus(413),
                detail: "the decoded body is more than \(limit) times as large as what came")
        }
    }

    /// RFC 9110 §15.6.2.
    static let unknownMethod = ProblemDetails(
        slug: "unknown-method", title: "Not Implemented", status: HTTPStatus(501),
        detail: "the method is not known here")

    /// The response; `instance` is the request's id as a URN.
    public func response(requestID: String) -> HTTPResponse {
        var json = JSONWriter()
        json.beginObject()
        json.member("type", "/problems/\(slug)")
        json.member("title", title)
        json.member("status", status.code)
        json.member("detail", detail)
        if !requestID.isEmpty { json.member("instance", "urn:consilium:request:\(requestID)") }
        json.list("errors", errors) { json, item in
            json.beginObject()
            json.member("pointer", item.pointer)
            json.member("parameter", item.parameter)
            json.member("code", item.code)
            json.member("detail", item.detail)
            json.member("didYouMean", item.didYouMean)
            json.endObject()
        }
        json.member("suggestions", suggestions)
        json.endObject()
        var response = HTTPResponse(status, body: json.bytes, contentType: "application/problem+json")
        // RFC 9111 §4.2.2 lets caches keep some refusals (404, 405, 410, 414, 501) by themselves.
        response.fields.append("Cache-Control", "no-store")
        return response
    }
}
