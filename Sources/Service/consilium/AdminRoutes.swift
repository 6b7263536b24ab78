import ClinicalAPI
import HTTPServer
import HTTPWire

/// What the administrator's listener answers beside health and figures: the settings in force, the last reload, and the order
/// to do another. With a token every request but those for health must bring it; without one the two that tell or change
/// something are only for a listener that nobody else reaches.
struct AdminRoutes {
    let reloader: Reloader
    /// Whether settings and reload are at hand; false on a listener that others may reach without a token.
    let isTrusted: Bool

    var routes: [Route] {
        [
            Route(.get, "/config", name: "getConfig", isUnversioned: true) { request, _ in
                self.trusted(request) { Self.json(self.reloader.settings.json) }
            },
            Route(.get, "/reload", name: "getReload", isUnversioned: true) { request, _ in
                self.trusted(request) { Self.json(self.reloader.last?.json ?? Array(#"{"number":0}"#.utf8)) }
            },
            Route(.post, "/reload", name: "reload", maximumBodySize: 0, isUnversioned: true) { request, _ in
                self.trusted(request) {
                    self.reloader.reload()
                    return Self.json(Array(#"{"result":"accepted"}"#.utf8), HTTPStatus(202))
                }
            },
        ]
    }

    private func trusted(_ request: HTTPRequest, _ answer: () -> HTTPResponse) -> HTTPResponse {
        guard isTrusted else {
            return ProblemDetails(
                slug: "forbidden", title: "Forbidden", status: HTTPStatus(403),
                detail: "set `adminToken`, or let `adminAddress` be of the loopback interface or a socket"
            ).response(requestID: request.id)
        }
        return answer()
    }

    private static func json(_ body: [UInt8], _ status: HTTPStatus = HTTPStatus(200)) -> HTTPResponse {
        var response = HTTPResponse(status, body: body, contentType: "application/json")
        response.fields.append("Cache-Control", "no-store")
        return response
    }
}

/// Asks every request but those for health for a bearer token (RFC 6750).
struct TokenGate: Middleware {
    private let token: [UInt8]

    init(_ token: String) { self.token = Array(token.utf8) }

    func respond(to request: HTTPRequest, next: (HTTPRequest) -> HTTPResponse) -> HTTPResponse {
        refusal(of: request) ?? next(request)
    }

    func refusal(of head: HTTPRequest) -> HTTPResponse? {
        let path = head.path
        if OperationsRoutes.healthPatterns.contains(where: { path.elementsEqual($0.utf8) }) || bringsToken(head) {
            return nil
        }
        var response = ProblemDetails(
            slug: "unauthorized", title: "Unauthorized", status: HTTPStatus(401), detail: "a bearer token is needed"
        ).response(requestID: head.id)
        response.fields["WWW-Authenticate"] = "Bearer realm=\"consilium admin\""
        return response
    }

    /// Compares in a time that tells nothing of where the two differ.
    private func bringsToken(_ head: HTTPRequest) -> Bool {
        guard let field = head.bytes(ofField: "authorization"), field.count > 7,
            field.prefix(7).map({ $0 | 0x20 }).elementsEqual("bearer ".utf8)
        else { return false }
        let given = Array(field.dropFirst(7))
        var difference = UInt8(given.count == token.count ? 0 : 1)
        for (index, byte) in token.enumerated() { difference |= byte ^ (index < given.count ? given[index] : 0xFF) }
        return difference == 0
    }
}

/// Where the administrator's listener is: `127.0.0.1:9090`, `[::1]:9090`, `unix:/run/consilium/admin.sock`.
struct AdminAddress: Equatable {
    let host: String
    let port: Int

    /// nil where the text is none of these forms.
    init?(_ text: String) {
        if text.hasPrefix(ListeningAddress.localPrefix) {
            guard text.utf8.count > ListeningAddress.localPrefix.utf8.count else { return nil }
            (host, port) = (text, 0)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var name = text[..<colon]
        if name.first == "[" && name.last == "]" {
            name = name.dropFirst().dropLast()
        } else if name.contains(":") {
            return nil
        }
        guard !name.isEmpty else { return nil }
        host = String(name)
        self.port = Int(port)
    }

    /// Whether nobody but users of this machine reaches it.
    var isPrivate: Bool {
        host.hasPrefix(ListeningAddress.localPrefix) || host.hasPrefix("127.") || host == "::1" || host == "localhost"
    }
}
