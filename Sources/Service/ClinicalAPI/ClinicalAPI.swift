import ClinicalModel
public import HTTPServer
import HTTPWire
import JSONText
import KnowledgeStore
import Synchronization

/// The routes of the service over the knowledge that is current.
public struct ClinicalAPI: Sendable {
    let current: CurrentKnowledge
    private let openAPI: [UInt8]?
    private let readiness: Readiness

    /// The routes. `openAPI` are the bytes of `openapi.yaml`, nil where the file is not at hand.
    public init(current: CurrentKnowledge, openAPI: [UInt8]?, readiness: Readiness = Readiness()) {
        self.current = current
        self.openAPI = openAPI
        self.readiness = readiness
    }

    /// The routes, in the order of `openapi.yaml`.
    public var routes: [Route] {
        [
            plain(.get, "/", name: "getIndex") { request, _ in index(request) },
            plain(.post, "/recommend", name: "recommend") { request, _ in postRecommend(request) },
            Route(.get, "/recommend", name: "recommendByQuery") { request, _ in getRecommend(request) },
            Route(.get, "/drugs", name: "listDrugs") { request, _ in listDrugs(request) },
            plain(.get, "/drugs/{name}", name: "getDrug") { request, path in drug(request, path["name"]) },
            Route(.get, "/references", name: "listReferences") { request, _ in listReferences(request) },
            plain(.get, "/references/{id}", name: "getReference") { request, path in reference(request, path["id"]) },
            Route(.get, "/topics", name: "listTopics") { request, _ in listTopics(request) },
            plain(.get, "/topics/{id}", name: "getTopic") { request, path in topic(request, path["id"]) },
            plain(.get, "/knowledge", name: "getKnowledge") { request, _ in
                json(request) { $0.stored.release }
            },
            plain(.get, "/problems/{slug}", name: "getProblem") { request, path in problem(request, path["slug"]) },
            plain(.get, "/openapi.yaml", name: "getOpenAPI") { request, _ in contract(request) },
            Route(.get, "/livez", name: "getLiveness", isUnversioned: true) { _, _ in
                HTTPResponse(HTTPStatus(200), body: Array("{\"status\":\"ok\"}".utf8), contentType: "application/json")
            },
            Route(.get, "/readyz", name: "getReadiness", isUnversioned: true) { request, _ in ready(request) },
        ]
    }

    /// A route that takes no query parameters and says so.
    private func plain(
        _ method: HTTPMethod, _ pattern: String, name: String, _ handle: @escaping Route.Handler
    ) -> Route {
        Route(method, pattern, name: name) { request, path in
            if let first = query(request).first { return refused(.unknownParameter(first.name, known: []), request) }
            return handle(request, path)
        }
    }

    // MARK: - Recommendation

    private func postRecommend(_ request: HTTPRequest) -> HTTPResponse {
        guard MediaType.isJSON(request[field: "content-type"]) else {
            var response = ProblemDetails(
                slug: "unsupported-media-type", title: "Unsupported Media Type", status: HTTPStatus(415),
                detail: "the body must be application/json"
            ).response(requestID: request.id)
            response.fields["Accept-Post"] = "application/json"
            return response
        }
        return recommend(request, cacheControl: "private, no-store") { advisor throws(Refusal) in
            try RecommendRequest(body: request.body, advisor: advisor)
        }
    }

    private func getRecommend(_ request: HTTPRequest) -> HTTPResponse {
        recommend(request, cacheControl: "private, no-cache") { advisor throws(Refusal) in
            try RecommendRequest(query: query(request), advisor: advisor)
        }
    }

    private func recommend(
        _ request: HTTPRequest, cacheControl: String, _ read: (Advisor) throws(Refusal) -> RecommendRequest
    ) -> HTTPResponse {
        let advisor = current.advisor
        do {
            let asked = try read(advisor)
            let guidance = advisor.guidance(
                statements: asked.statements, notes: asked.notes, question: asked.question, audience: asked.audience,
                explains: asked.explanation == .full)
            let body = GuidanceBody(
                guidance: guidance, knowledge: advisor.knowledge, audience: asked.audience,
                explanation: asked.explanation)
            var response = json(request, of: advisor) { _ in body.bytes() }
            response.fields["Cache-Control"] = cacheControl
            return response
        } catch {
            return refused(error.problem, request)
        }
    }

    // MARK: - Parts that other routes share

    /// A JSON answer of one release, or 406 where the client takes none. A route that has taken its advisor gives it, so
    /// that the whole answer comes from one release.
    func json(_ request: HTTPRequest, of taken: Advisor? = nil, _ body: (Advisor) -> [UInt8]) -> HTTPResponse {
        guard MediaType.accepts(request[field: "accept"], "application/json") else {
            return refused(
                ProblemDetails(
                    slug: "not-acceptable", title: "Not Acceptable", status: HTTPStatus(406),
                    detail: "this answer is given as application/json only"), request)
        }
        let advisor = taken ?? current.advisor
        var response = HTTPResponse(HTTPStatus(200), body: body(advisor), contentType: "application/json")
        response.fields["Knowledge-Version"] = advisor.knowledge.manifest.version
        response.fields["Content-Language"] = "en"
        return response
    }

    /// A problem as the answer.
    func refused(_ problem: ProblemDetails, _ request: HTTPRequest) -> HTTPResponse {
        var response = problem.response(requestID: request.id)
        response.fields["Knowledge-Version"] = current.advisor.knowledge.manifest.version
        return response
    }

    /// The query's parameters; the target was checked when it was read, so there is nothing left to fail.
    func query(_ request: HTTPRequest) -> [(name: String, value: String)] {
        (try? request.target.queryItems()) ?? []
    }

    // MARK: - Operations and contract

    private func ready(_ request: HTTPRequest) -> HTTPResponse {
        guard readiness.isReady else {
            var response = ProblemDetails(
                slug: "draining", title: "Service Unavailable", status: HTTPStatus(503),
                detail: "the service is shutting down"
            ).response(requestID: request.id)
            response.fields["Retry-After"] = "5"
            return response
        }
        let knowledge = current.advisor.knowledge
        var json = JSONWriter()
        json.beginObject()
        json.member("status", "ready")
        json.object("knowledge") {
            $0.member("version", knowledge.manifest.version)
            $0.member("digest", knowledge.digest)
        }
        json.endObject()
        return HTTPResponse(HTTPStatus(200), body: json.bytes, contentType: "application/json")
    }

    private func index(_ request: HTTPRequest) -> HTTPResponse {
        json(request) { advisor in
            var json = JSONWriter()
            json.beginObject()
            json.member("name", "consilium")
            json.member("knowledge", advisor.knowledge.manifest.version)
            json.member("intendedUse", advisor.knowledge.manifest.intendedUse)
            json.object("links") { links in
                for route in routes where route.method == .get && !route.pattern.contains("{") && route.pattern != "/" {
                    links.member(route.name, route.pattern)
                }
                links.member("recommend", "/recommend")
            }
            json.endObject()
            return json.bytes
        }
    }

    private func contract(_ request: HTTPRequest) -> HTTPResponse {
        guard let openAPI else {
            return refused(
                ProblemDetails(
                    slug: "not-found", title: "Not Found", status: HTTPStatus(404),
                    detail: "openapi.yaml does not lie beside the program"), request)
        }
        return HTTPResponse(HTTPStatus(200), body: openAPI, contentType: "application/yaml")
    }

    private func problem(_ request: HTTPRequest, _ slug: String) -> HTTPResponse {
        guard let entry = ProblemCatalog.entry(slug) else {
            return refused(
                ProblemDetails(
                    slug: "not-found", title: "Not Found", status: HTTPStatus(404),
                    detail: "there is no problem of this name",
                    suggestions: Suggestion.ranked(slug, ProblemCatalog.entries.map(\.slug))), request)
        }
        return json(request) { _ in
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
    }
}

/// Whether the service takes new work; off while it drains.
public final class Readiness: Sendable {
    private let flag = Atomic<Bool>(true)

    /// Ready.
    public init() {}

    /// Whether `/readyz` says so.
    public var isReady: Bool { flag.load(ordering: .acquiring) }

    /// Says no from now on.
    public func beginDrain() { flag.store(false, ordering: .releasing) }
}
