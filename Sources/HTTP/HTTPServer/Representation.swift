public import HTTPWire

/// Settles what is sent of a response: its content coding, its tag, and whether the sender has it already.
enum Representation {
    /// Chooses the coding (RFC 9110 §12.5.3), gives the tag of what is sent (RFC 9110 §8.8.3: another one for each coding),
    /// judges the preconditions of GET and HEAD, and codes the body if it goes out.
    static func settle(
        _ response: inout HTTPResponse, for request: HTTPRequest, _ coder: (any ContentCoder)?, _ policy: CodingPolicy
    ) {
        let isRead = request.method == .get || request.method == .head
        let canBeCoded =
            coder != nil && !response.status.forbidsBody && !response.body.isEmpty
            && response.fields.has("Content-Type", where: isCompressible) && !response.fields.has("Content-Encoding")
        var choice = CodingChoice.identity
        if canBeCoded {
            let isSmall = response.body.count < policy.minimumSize
            choice = CodingChoice.choose(request[field: "accept-encoding"], prefersIdentity: isSmall)
            // What is small varies only for who refuses identity: the plain form of it fits everybody.
            if !isSmall || choice == .gzip { response.fields.add("Accept-Encoding", to: "Vary") }
            // A problem is told in any case: it is better than a second problem about it.
            if choice == .none { choice = .identity }
        }
        if isRead, response.status.code == 200, let tag = response.entityTag {
            let sent = choice == .gzip ? coded(tag) : tag
            response.fields["ETag"] = sent
            if Precondition.stands(in: request) {
                switch Precondition.judge(request, entityTag: sent, lastModified: nil) {
                case .passes: break
                case .notModified: return response = notModified(response)
                case .failed: return response = failed(response, request)
                }
            }
        }
        if choice == .gzip, let body = coder?.encode(response.body) {
            response.body = body
            response.fields["Content-Encoding"] = "gzip"
        }
    }

    /// The tag of a coded body: `"x"` becomes `"x-gzip"`.
    static func coded(_ tag: String) -> String { tag.dropLast() + "-gzip\"" }

    /// Whether coding makes a body of this type smaller.
    static func isCompressible(_ type: Span<UInt8>) -> Bool {
        holds("text/", type, at: 0) || contains("json", type) || contains("yaml", type) || contains("xml", type)
    }

    private static func contains(_ word: StaticString, _ type: Span<UInt8>) -> Bool {
        for place in type.indices where holds(word, type, at: place) { return true }
        return false
    }

    private static func holds(_ word: StaticString, _ type: Span<UInt8>, at place: Int) -> Bool {
        guard place + word.utf8CodeUnitCount <= type.count else { return false }
        for index in 0..<word.utf8CodeUnitCount where type[place + index] != word.utf8Start[index] { return false }
        return true
    }

    /// 304 with the fields that a cache updates and those of the stages, but none that tell of the body that is not sent
    /// (RFC 9110 §15.4.5).
    static func notModified(_ response: HTTPResponse) -> HTTPResponse {
        var answer = HTTPResponse(HTTPStatus(304))
        for field in response.fields.fields where !describesBody(field.name) {
            answer.fields.append(field.name, field.value)
        }
        answer.route = response.route
        return answer
    }

    private static func describesBody(_ name: String) -> Bool {
        ["Content-Type", "Content-Length", "Content-Encoding", "Content-Language", "Last-Modified"].contains(name)
    }

    /// 412 (RFC 9110 §15.5.13).
    static func failed(_ response: HTTPResponse, _ request: HTTPRequest) -> HTTPResponse {
        var answer = ProblemDetails(
            slug: "precondition-failed", title: "Precondition Failed", status: HTTPStatus(412),
            detail: "what is here now does not meet If-Match or If-Unmodified-Since"
        ).response(requestID: request.id)
        // The problem is for no cache, whatever the document was for.
        for field in response.fields.fields
        where !describesBody(field.name) && field.name != "Cache-Control" && field.name != "Expires" {
            answer.fields.append(field.name, field.value)
        }
        answer.route = response.route
        return answer
    }
}

/// A document that does not depend on the request, with everything rendered once: its body as it is and coded, and the
/// fields of each. Answering it is a look at the request and two references.
public final class StoredDocument: Sendable {
    private let identity: HTTPResponse
    private let gzip: HTTPResponse?
    private let identityTag: String
    private let gzipTag: String
    private let lastModified: Int?

    /// A document. `digest` begins its tag, so that every release has tags of its own; `lastModified` is in seconds since
    /// 1970; `fields` are written as they are. `coder` codes the body where that makes it smaller.
    public init(
        body: [UInt8], contentType: String, digest: String, cacheControl: String, lastModified: Int? = nil,
        fields: [(String, String)] = [], coder: (any ContentCoder)? = nil, minimumSize: Int = 1_024
    ) {
        identityTag = EntityTag.strong(for: body, prefix: digest)
        gzipTag = Representation.coded(identityTag)
        self.lastModified = lastModified
        var response = HTTPResponse(HTTPStatus(200), body: body, contentType: contentType)
        response.isFinal = true
        for (name, value) in fields { response.fields.append(name, value) }
        response.fields.append("Cache-Control", cacheControl)
        if let lastModified {
            response.fields.append("Last-Modified", HTTPDate.text(secondsSince1970: lastModified))
        }
        // A coded body has room for the worst case behind it; what is kept for good is copied without.
        let coded = body.count >= minimumSize ? coder?.encode(body)?.withUnsafeBufferPointer { Array($0) } : nil
        var gzip: HTTPResponse?
        if let coded, coded.count < body.count {
            response.fields.append("Vary", "Accept-Encoding")
            var other = response
            other.body = coded
            other.fields.append("Content-Encoding", "gzip")
            other.fields.append("ETag", gzipTag)
            other.fields.append("Content-Length", "\(coded.count)")
            gzip = other
        }
        response.fields.append("ETag", identityTag)
        response.fields.append("Content-Length", "\(body.count)")
        identity = response
        self.gzip = gzip
    }

    /// The body without a coding.
    public var body: [UInt8] { identity.body }

    /// The answer to GET or HEAD.
    public func response(to request: HTTPRequest) -> HTTPResponse {
        guard let gzip, request.has("accept-encoding"),
            CodingChoice.choose(request[field: "accept-encoding"]) == .gzip
        else { return answer(identity, identityTag, request) }
        return answer(gzip, gzipTag, request)
    }

    private func answer(_ chosen: HTTPResponse, _ tag: String, _ request: HTTPRequest) -> HTTPResponse {
        guard Precondition.stands(in: request) else { return chosen }
        switch Precondition.judge(request, entityTag: tag, lastModified: lastModified) {
        case .passes: return chosen
        case .notModified: return Representation.notModified(chosen)
        case .failed: return Representation.failed(chosen, request)
        }
    }
}
