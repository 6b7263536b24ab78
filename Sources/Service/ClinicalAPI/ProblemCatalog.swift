/// Every kind of problem that the service answers with; each resolves under `/problems/<slug>`.
public enum ProblemCatalog {
    /// One kind.
    public struct Entry: Sendable {
        /// The last part of `type`.
        public let slug: String
        /// Its name.
        public let title: String
        /// Its status.
        public let status: Int
        /// What it means.
        public let meaning: String
        /// What to do.
        public let remedy: String
    }

    /// The entry of a slug.
    public static func entry(_ slug: String) -> Entry? { entries.first { $0.slug == slug } }

    /// All kinds, by slug ascending.
    public static let entries: [Entry] = [
        Entry(
            slug: "bad-host", title: "Bad Request", status: 400, meaning: "Not exactly one valid Host field came.",
            remedy: "Send one Host field."),
        Entry(
            slug: "bad-parameter", title: "Bad Parameter", status: 400,
            meaning: "A query parameter is unknown, missing or has a value that cannot be.",
            remedy: "See `errors`; each names its parameter."),
        Entry(
            slug: "bad-target", title: "Bad Request", status: 400,
            meaning: "The request target is badly encoded or climbs out of the root.",
            remedy: "Encode the path with percent signs."),
        Entry(
            slug: "body-too-large", title: "Content Too Large", status: 413, meaning: "The body exceeds the limit.",
            remedy: "Send less; the limit stands in `detail`."),
        Entry(
            slug: "draining", title: "Service Unavailable", status: 503, meaning: "The service is shutting down.",
            remedy: "Ask another instance, or try again after Retry-After."),
        Entry(
            slug: "drug-not-covered", title: "Drug Not Covered", status: 404,
            meaning: "The name is known and is no drug of the knowledge: another product, or a drug of a like name.",
            remedy: "Read `detail`; ask for the drug that is meant by its own name."),
        Entry(
            slug: "fields-too-large", title: "Request Header Fields Too Large", status: 431,
            meaning: "The header fields exceed the limit.", remedy: "Send fewer or shorter fields."),
        Entry(
            slug: "forbidden", title: "Forbidden", status: 403,
            meaning: "The client is known and may not ask for this.",
            remedy: "The operator lists the scopes of each client."),
        Entry(
            slug: "internal", title: "Internal Server Error", status: 500,
            meaning: "The service met something that it holds to be impossible; nothing was advised.",
            remedy: "Send it once more; if it comes again, tell the operator the id in `instance`."),
        Entry(
            slug: "invalid-case", title: "Invalid Case", status: 422,
            meaning: "The body is JSON but no valid question or case.",
            remedy: "See `errors`; each points at its place."),
        Entry(
            slug: "journal-unavailable", title: "Service Unavailable", status: 503,
            meaning: "What is advised must be kept in the audit journal, which takes nothing now.",
            remedy: "Try again after Retry-After."),
        Entry(
            slug: "malformed-content-coding", title: "Bad Request", status: 400,
            meaning: "The body is no whole stream of the coding that Content-Encoding names.",
            remedy: "Send the whole gzip stream, or the body without a coding."),
        Entry(
            slug: "malformed-json", title: "Malformed JSON", status: 400, meaning: "The body is no JSON text.",
            remedy: "The byte offset stands in `detail`."),
        Entry(
            slug: "malformed-request", title: "Bad Request", status: 400, meaning: "The request breaks RFC 9112.",
            remedy: "Use a conforming HTTP/1.1 client."),
        Entry(
            slug: "method-not-allowed", title: "Method Not Allowed", status: 405,
            meaning: "The path does not take the method.", remedy: "See the Allow field."),
        Entry(
            slug: "not-acceptable", title: "Not Acceptable", status: 406,
            meaning: "No representation fits the Accept field.",
            remedy: "Put one of the types that `detail` lists into Accept, or leave the field out."),
        Entry(
            slug: "not-found", title: "Not Found", status: 404, meaning: "There is nothing of this name.",
            remedy: "See `suggestions`."),
        Entry(
            slug: "overloaded", title: "Service Unavailable", status: 503,
            meaning: "All connections or all the memory for requests are taken.",
            remedy: "Try again after Retry-After."),
        Entry(
            slug: "precondition-failed", title: "Precondition Failed", status: 412,
            meaning: "What is here now does not meet If-Match or If-Unmodified-Since.",
            remedy: "Get it anew; its tag stands in the ETag field."),
        Entry(
            slug: "rate-limited", title: "Too Many Requests", status: 429,
            meaning: "The address has used up its requests for now.", remedy: "Try again after Retry-After."),
        Entry(
            slug: "stale-cursor", title: "Gone", status: 410,
            meaning: "The cursor belongs to another release of the knowledge, or to another search.",
            remedy: "Start the list again without a cursor."),
        Entry(
            slug: "stalled", title: "Service Unavailable", status: 503,
            meaning: "A part of the service has not come back for too long.", remedy: "Restart the instance."),
        Entry(
            slug: "target-too-long", title: "URI Too Long", status: 414, meaning: "The request line exceeds the limit.",
            remedy: "Send long questions with POST."),
        Entry(
            slug: "timeout", title: "Request Timeout", status: 408, meaning: "The request arrived too slowly.",
            remedy: "Send it again."),
        Entry(
            slug: "tls-needed", title: "Bad Request", status: 400,
            meaning: "The port speaks TLS and the request came in the clear.",
            remedy: "Use https."),
        Entry(
            slug: "unauthorized", title: "Unauthorized", status: 401,
            meaning: "Clients are asked who they are, and this one did not prove it. Why is not said.",
            remedy: "See the WWW-Authenticate field; the operator sees the reason in the metrics."),
        Entry(
            slug: "unknown-expectation", title: "Expectation Failed", status: 417,
            meaning: "The only expectation is 100-continue.", remedy: "Leave the Expect field out."),
        Entry(
            slug: "unknown-filter", title: "Unknown Filter", status: 422,
            meaning: "A list was to be cut to a topic or a drug that is not covered.",
            remedy: "See `suggestions`; `/topics` and `/drugs` list what is covered."),
        Entry(
            slug: "unknown-method", title: "Not Implemented", status: 501, meaning: "The method is not known.",
            remedy: "Use a method of RFC 9110."),
        Entry(
            slug: "unknown-release", title: "Unknown Release", status: 422,
            meaning: "The release of the knowledge that must answer is not held here.",
            remedy: "See `suggestions` for those that are held, or leave `knowledge` out."),
        Entry(
            slug: "unsupported-content-coding", title: "Unsupported Media Type", status: 415,
            meaning: "The body has a content coding other than gzip, or several.",
            remedy: "See the Accept-Encoding field."),
        Entry(
            slug: "unsupported-media-type", title: "Unsupported Media Type", status: 415,
            meaning: "The body is of another type than the path takes.", remedy: "See the Accept-Post field."),
        Entry(
            slug: "unsupported-transfer-coding", title: "Not Implemented", status: 501,
            meaning: "The only transfer coding is chunked.", remedy: "Send the body with a length or in chunks."),
        Entry(
            slug: "unsupported-version", title: "HTTP Version Not Supported", status: 505,
            meaning: "Only HTTP/1.1 and 1.0 are spoken.", remedy: "Use HTTP/1.1."),
    ]
}
