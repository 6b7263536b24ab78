public import HTTPServer
import HTTPWire
import JSONText
import KnowledgeStore
public import Telemetry

/// What operators and their tools ask: is it alive, is it ready, what are its figures. The same on the public port and on the
/// one of the administrator.
public struct OperationsRoutes: Sendable {
    private let current: CurrentKnowledge
    private let readiness: Readiness
    private let metrics: MetricRegistry?

    /// The routes; without `metrics` there is nothing at `/metrics`.
    public init(current: CurrentKnowledge, readiness: Readiness, metrics: MetricRegistry?) {
        self.current = current
        self.readiness = readiness
        self.metrics = metrics
    }

    /// The routes, in the order of `openapi.yaml`.
    public var routes: [Route] {
        [
            Route(.get, "/livez", name: "getLiveness", isUnversioned: true) { request, _ in self.alive(request) },
            Route(.get, "/readyz", name: "getReadiness", isUnversioned: true) { request, _ in self.ready(request) },
            Route(.get, "/metrics", name: "getMetrics", isUnversioned: true) { request, _ in self.figures(request) },
        ]
    }

    /// The patterns of those that must answer whatever else is refused: no limit, no key, no log line.
    public static let healthPatterns: Set<String> = ["/livez", "/readyz"]

    // MARK: - Health

    private func alive(_ request: HTTPRequest) -> HTTPResponse {
        guard readiness.isAlive else {
            return unavailable(request, slug: "stalled", "an event loop has been busy for more than ten seconds")
        }
        return Self.state(Array("{\"status\":\"ok\"}".utf8))
    }

    private func ready(_ request: HTTPRequest) -> HTTPResponse {
        let checks = readiness.checks
        let failed = checks.filter { $0.status == .fail }
        guard failed.isEmpty else {
            return unavailable(
                request, slug: readiness.isDraining ? "draining" : "overloaded",
                failed.compactMap(\.detail).first ?? "new work is not taken now",
                failed.map { ProblemDetails.Item(code: $0.name, detail: $0.detail ?? "not now") })
        }
        let knowledge = current.advisor.knowledge
        var json = JSONWriter()
        json.beginObject()
        json.member("status", "ready")
        json.object("knowledge") {
            $0.member("version", knowledge.manifest.version)
            $0.member("digest", knowledge.digest)
        }
        if Self.isVerbose(request) {
            json.list("checks", checks) { json, check in
                json.beginObject()
                json.member("name", check.name)
                json.member("status", check.status.rawValue)
                json.member("detail", check.detail)
                json.endObject()
            }
        }
        json.endObject()
        return Self.state(json.bytes)
    }

    /// `?verbose`, also with a value that is not `false`. What else stands in the query is let pass: tools add their own.
    private static func isVerbose(_ request: HTTPRequest) -> Bool {
        request.hasQuery && request.queryItems.contains { $0.name == "verbose" && $0.value != "false" }
    }

    private func unavailable(
        _ request: HTTPRequest, slug: String, _ detail: String, _ errors: [ProblemDetails.Item] = []
    ) -> HTTPResponse {
        var response = ProblemDetails(
            slug: slug, title: "Service Unavailable", status: HTTPStatus(503), detail: detail, errors: errors
        ).response(requestID: request.id)
        response.fields["Retry-After"] = "5"
        return response
    }

    /// The state of the service, which nobody keeps.
    private static func state(_ body: [UInt8], _ contentType: String = "application/json") -> HTTPResponse {
        var response = HTTPResponse(HTTPStatus(200), body: body, contentType: contentType)
        response.fields.append("Cache-Control", CachePolicy.state)
        return response
    }

    // MARK: - Figures

    private func figures(_ request: HTTPRequest) -> HTTPResponse {
        guard let metrics else {
            return ProblemDetails(
                slug: "not-found", title: "Not Found", status: HTTPStatus(404),
                detail: "no figures are shown on this port"
            ).response(requestID: request.id)
        }
        let format = MetricsText.Format(accept: request[field: "accept"])
        var response = Self.state(MetricsText.write(metrics.read(), as: format), format.contentType)
        response.fields.append("Vary", "Accept")
        return response
    }
}
