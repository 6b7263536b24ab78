public import HTTPServer
import HTTPWire

/// Stands before routes: lets those in who are listed and may ask for what the route gives.
public struct ClientGate: Sendable {
    /// What became of a request, for the figures.
    public enum Verdict: Sendable, Equatable {
        case admitted(Client.Proof)
        case refused(AccessRefusal)
    }

    private let access: AccessControl
    private let record: @Sendable (Verdict) -> Void

    /// A gate; `record` is told each verdict.
    public init(_ access: AccessControl, record: @escaping @Sendable (Verdict) -> Void = { _ in }) {
        self.access = access
        self.record = record
    }

    /// The same routes behind the gate, those that are open as they are.
    public func guarding(_ routes: [Route]) -> [Route] {
        routes.map { route in
            guard let scope = Scope.needed(for: route.pattern) else { return route }
            return route.behind(head: { self.refusal(ofHead: $0) }, { self.refusal(of: $0, needing: scope) })
                .changing { response, _ in Self.keepPrivate(&response) }
        }
    }

    /// What a known client is given is for no cache that others share: `public` would let it answer those who are not known
    /// (RFC 9111 §3.5), and of keys of our own a cache knows nothing at all.
    private static func keepPrivate(_ response: inout HTTPResponse) {
        guard let policy = response.fields["Cache-Control"], policy.hasPrefix("public,") else { return }
        response.fields["Cache-Control"] = "private," + policy.dropFirst("public,".count)
    }

    /// 401 where a head brings nothing at all, before its body is read. A token is looked at once, with the whole request:
    /// looked at twice it would be a used one.
    func refusal(ofHead head: HTTPRequest) -> HTTPResponse? {
        access.hasCredentials(head) ? nil : answer(.noCredentials, head)
    }

    /// The refusal of a request; nil: it may pass.
    func refusal(of request: HTTPRequest, needing scope: Scope) -> HTTPResponse? {
        do throws(AccessRefusal) {
            let client = try access.client(of: request)
            guard client.scopes.contains(scope) else {
                record(.refused(.scope))
                return Self.forbidden(request, scope)
            }
            record(.admitted(client.proof))
            return nil
        } catch {
            record(.refused(error))
            return answer(error, request)
        }
    }

    private func answer(_ refusal: AccessRefusal, _ request: HTTPRequest) -> HTTPResponse {
        if refusal == .replayMemoryFull {
            var response = ProblemDetails(
                slug: "overloaded", title: "Service Unavailable", status: HTTPStatus(503),
                detail: "new work is not taken now"
            ).response(requestID: request.id)
            response.fields["Retry-After"] = "5"
            return response
        }
        var response = ProblemDetails(
            slug: "unauthorized", title: "Unauthorized", status: HTTPStatus(401),
            detail: "credentials that are taken here are needed"
        ).response(requestID: request.id)
        // RFC 6750 §3: no error code where nothing was brought; else the one code that tells nothing more.
        response.fields["WWW-Authenticate"] =
            refusal == .noCredentials ? Self.challenge : Self.challenge + ", error=\"invalid_token\""
        return response
    }

    private static func forbidden(_ request: HTTPRequest, _ scope: Scope) -> HTTPResponse {
        var response = ProblemDetails(
            slug: "forbidden", title: "Forbidden", status: HTTPStatus(403),
            detail: "this needs the scope `\(scope.name)`"
        ).response(requestID: request.id)
        response.fields["WWW-Authenticate"] =
            challenge + ", error=\"insufficient_scope\", scope=\"\(scope.name)\""
        return response
    }

    private static let challenge = "Bearer realm=\"consilium\""
}
