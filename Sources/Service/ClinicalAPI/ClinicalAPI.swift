import ClinicalModel
public import HTTPServer
import HTTPWire
import JSONText
import KnowledgeStore
public import Telemetry

/// The routes of the service over the knowledge that is current.
public final class ClinicalAPI: Sendable {
    let current: CurrentKnowledge
    private let openAPI: OnDemand<StoredDocument?>
    private let openAPIJSON: OnDemand<StoredDocument?>
    private let page: OnDemand<StoredDocument>?
    private let docs: OnDemand<StoredDocument>?
    private let operations: OperationsRoutes
    private let ehr: EHRSettings
    private let feedback: FeedbackLedger

    /// The routes. `openAPI` reads `openapi.yaml`, nil where the file is not at hand, when it is first asked for; `coding` codes
    /// it once; `pages` are what people read; `metrics` are shown at `/metrics`, nil: there is nothing;
    /// `feedback` takes what became of cards, nil: it counts for nobody.
    public init(
        current: CurrentKnowledge, openAPI: @escaping @Sendable () -> [UInt8]? = { nil },
        readiness: Readiness = Readiness(),
        coding: (any ContentCoding)? = nil, metrics: MetricRegistry? = nil, ehr: EHRSettings = EHRSettings(),
        pages: PageFiles = PageFiles(), feedback: FeedbackLedger? = nil
    ) {
        self.current = current
        self.ehr = ehr
        self.feedback = feedback ?? FeedbackLedger(MetricRegistry())
        operations = OperationsRoutes(current: current, readiness: readiness, metrics: metrics)
        let contract = { (read: @escaping @Sendable () -> [UInt8]?, type: String) in
            OnDemand {
                read().map {
                    StoredDocument(
                        body: $0, contentType: type, digest: "openapi", cacheControl: CachePolicy.knowledge,
                        coder: coding?.makeCoder())
                }
            }
        }
        self.openAPI = contract(openAPI, "application/yaml")
        openAPIJSON = contract(pages.openAPI, "application/json")
        let stored = { (page: [UInt8]) in
            OnDemand {
                PageDocument.stored(page, reportAddress: pages.reportAddress, coder: coding?.makeCoder())
            }
        }
        page = pages.index.map(stored)
        docs = pages.docs.map(stored)
    }

    /// Renders and codes the contract and the pages: for who has the time, such as a start that answers already.
    public func prepare() {
        for contract in [openAPI, openAPIJSON] { _ = contract.value }
        for document in [page, docs] { _ = document?.value }
    }

    /// The routes, in the order of `openapi.yaml`.
    public var routes: [Route] {
        clinicalRoutes.map(Self.finished) + operations.routes
    }

    /// What holds for all answers of a route: 406 depends on Accept, whatever the route has to give; and it is told how long
    /// the answer took, where that is asked.
    private static func finished(_ route: Route) -> Route {
        route.around { request, answer in
            let timing = ServerTiming(request)
            var response = answer()
            if response.status.code == 406 { response.fields.add("Accept", to: "Vary") }
            // An answer that tells its parts has told the whole.
            if let timing, response.fields["Server-Timing"] == nil { timing.put(on: &response) }
            return response
        }
    }

    private var clinicalRoutes: [Route] {
        [
            plain(.get, "/", name: "getIndex") { request, _ in self.index(request) },
            plain(.post, "/recommend", name: "recommend", refusal: { head in self.refusedMediaType(head) }) {
                request, _ in
                self.postRecommend(request)
            },
            plain(
                .post, "/recommend/batch", name: "recommendBatch", maximumBodySize: Self.largestBatch,
                refusal: { head in self.refusedMediaType(head) }
            ) { request, _ in self.postBatch(request) },
            plain(.post, "/recommend/diff", name: "recommendDiff", refusal: { head in self.refusedMediaType(head) }) {
                request, _ in self.postDiff(request)
            },
            Route(.get, "/recommend", name: "recommendByQuery") { request, _ in self.getRecommend(request) },
            Route(.get, "/drugs", name: "listDrugs") { request, _ in self.listDrugs(request) },
            released(.get, "/drugs/{name}", name: "getDrug") { self.drug($0, $1["name"], $2) },
            Route(.get, "/references", name: "listReferences") { request, _ in self.listReferences(request) },
            released(.get, "/references/{id}", name: "getReference") { self.reference($0, $1["id"], $2) },
            Route(.get, "/topics", name: "listTopics") { request, _ in self.listTopics(request) },
            released(.get, "/topics/{id}", name: "getTopic") { self.topic($0, $1["id"], $2) },
            released(.get, "/knowledge", name: "getKnowledge") { request, _, advisor in
                self.stored(request, of: advisor) { $0.release }
            },
            plain(.get, "/problems/{slug}", name: "getProblem") { request, path in self.problem(request, path["slug"])
            },
            plain(.get, "/openapi.yaml", name: "getOpenAPI") { request, _ in
                self.beside(request, self.openAPI.value, "openapi.yaml")
            },
            plain(.get, "/openapi.json", name: "getOpenAPIAsJSON") { request, _ in
                self.beside(request, self.openAPIJSON.value, "openapi.json")
            },
            plain(.get, "/docs", name: "getDocs") { request, _ in self.beside(request, self.docs?.value, "docs.html") },
        ] + CDSRoutes(current: current, settings: ehr, feedback: feedback).routes
            + FHIRRoutes(current: current, settings: ehr).routes
    }

    /// A route that takes no query parameters and says so.
    private func plain(
        _ method: HTTPMethod, _ pattern: String, name: String, maximumBodySize: Int? = nil,
        refusal: (@Sendable (HTTPRequest) -> HTTPResponse?)? = nil, _ handle: @escaping Route.Handler
    ) -> Route {
        Route(method, pattern, name: name, maximumBodySize: maximumBodySize, refusal: refusal) { request, path in
            if request.hasQuery {
                let unknown = request.queryItems.map { ProblemDetails.unknownParameter($0.name, known: []) }
                if let problem = ProblemDetails.together(unknown) { return self.refused(problem, request) }
            }
            return handle(request, path)
        }
    }

    /// A route whose one query parameter is `knowledge`: the release that must answer.
    private func released(
        _ method: HTTPMethod, _ pattern: String, name: String,
        _ handle: @escaping @Sendable (HTTPRequest, PathParameters, Advisor) -> HTTPResponse
    ) -> Route {
        Route(method, pattern, name: name) { request, path in
            guard request.hasQuery else { return handle(request, path, self.current.advisor) }
            let query = request.queryItems
            let unknown = query.filter { $0.name != "knowledge" }
                .map { ProblemDetails.unknownParameter($0.name, known: ["knowledge"]) }
            if let problem = ProblemDetails.together(unknown) { return self.refused(problem, request) }
            do throws(Refusal) {
                var response = handle(request, path, try self.current.advisor(of: query.first?.value))
                Self.keep(&response, query)
                return response
            } catch {
                return self.refused(error.problem, request)
            }
        }
    }

    /// Lets caches keep an answer for good where the request names the release by its digest: nothing else is it ever.
    static func keep(_ response: inout HTTPResponse, _ query: [(name: String, value: String)]) {
        guard [200, 304].contains(response.status.code),
            query.contains(where: { $0.name == "knowledge" && $0.value.hasPrefix("sha256:") })
        else { return }
        response.fields["Cache-Control"] = CachePolicy.pinned
    }

    // MARK: - Recommendation

    private func postRecommend(_ request: HTTPRequest) -> HTTPResponse {
        let advisor = current.advisor
        // The short way writes JSON alone.
        if RecommendationForm.chosen(request) == .json, let answer = advisor.answer(toPlain: request.body) {
            var response = HTTPResponse(HTTPStatus(200), body: answer.bytes)
            response.fields = advisor.caseFields
            response.repeated = answer.repeated
            response.repeater = advisor.repeater
            return response
        }
        return recommend(request, cacheControl: CachePolicy.patient) { current throws(Refusal) in
            try RecommendRequest(body: request.body, current: current)
        }
    }

    /// 415 where the head names no JSON; decided before the body is read.
    private func refusedMediaType(_ head: HTTPRequest) -> HTTPResponse? {
        guard !MediaType.isJSON(head) else { return nil }
        var response = ProblemDetails(
            slug: "unsupported-media-type", title: "Unsupported Media Type", status: HTTPStatus(415),
            detail: "the body must be application/json"
        ).response(requestID: head.id)
        response.fields["Accept-Post"] = "application/json"
        return response
    }

    private func getRecommend(_ request: HTTPRequest) -> HTTPResponse {
        recommend(request, cacheControl: CachePolicy.question) { current throws(Refusal) in
            try RecommendRequest(query: request.queryItems, current: current)
        }
    }

    private func recommend(
        _ request: HTTPRequest, cacheControl: String, _ read: (CurrentKnowledge) throws(Refusal) -> RecommendRequest
    ) -> HTTPResponse {
        guard let form = RecommendationForm.chosen(request) else {
            return notAcceptable(request, offered: RecommendationForm.types)
        }
        var timing = ServerTiming(request)
        do {
            let asked = try read(current)
            timing?.mark("read")
            var response =
                form == .json
                ? json(request, of: asked.advisor, cacheControl: cacheControl) { $0.document(asked) }
                : report(asked, as: form, cacheControl: cacheControl, request)
            response.fields.append("Vary", "Accept")
            timing?.mark("advise")
            timing?.put(on: &response)
            return response
        } catch {
            return refused(error.problem, request)
        }
    }

    // MARK: - Parts that other routes share

    /// A JSON answer of one release, or 406 where the client takes none. A route that has taken its advisor gives it, so
    /// that the whole answer comes from one release.
    func json(
        _ request: HTTPRequest, of taken: Advisor? = nil, cacheControl: String = CachePolicy.knowledge,
        _ body: (Advisor) -> [UInt8]
    ) -> HTTPResponse {
        guard MediaType.acceptsJSON(request) else { return notAcceptable(request) }
        let advisor = taken ?? current.advisor
        return answer(
            request, of: advisor, body(advisor), contentType: "application/json", cacheControl: cacheControl)
    }

    /// A body of one release with the fields that all its answers have.
    func answer(
        _ request: HTTPRequest, of advisor: Advisor, _ body: [UInt8], contentType: String, cacheControl: String
    ) -> HTTPResponse {
        var response = HTTPResponse(HTTPStatus(200), body: body, contentType: contentType)
        response.fields.append("Knowledge-Version", advisor.knowledge.manifest.version)
        response.fields.append("Content-Language", "en")
        response.fields.append("Cache-Control", cacheControl)
        if request.method != .post {
            response.entityTag = EntityTag.strong(for: response.body, prefix: advisor.tagPrefix)
        }
        return response
    }

    /// A stored document of a release; 404 where there is none.
    func stored(
        _ request: HTTPRequest, of advisor: Advisor, _ find: (StoredDocuments) -> OnDemand<StoredDocument>?
    ) -> HTTPResponse {
        guard MediaType.acceptsJSON(request) else { return notAcceptable(request) }
        guard let document = find(advisor.stored) else {
            return refused(
                ProblemDetails(
                    slug: "not-found", title: "Not Found", status: HTTPStatus(404),
                    detail: "there is nothing of this name"),
                request)
        }
        return document.value.response(to: request)
    }

    /// 406 with the types that there are.
    func notAcceptable(_ request: HTTPRequest, offered: [String] = ["application/json"]) -> HTTPResponse {
        let types = offered.count == 1 ? "\(offered[0]) only" : offered.joined(separator: ", ")
        return refused(
            ProblemDetails(
                slug: "not-acceptable", title: "Not Acceptable", status: HTTPStatus(406),
                detail: "this answer is given as \(types)"), request)
    }

    /// A problem as the answer, by the release that found it.
    func refused(_ problem: ProblemDetails, _ request: HTTPRequest, of advisor: Advisor? = nil) -> HTTPResponse {
        var response = problem.response(requestID: request.id)
        response.fields["Knowledge-Version"] = (advisor ?? current.advisor).knowledge.manifest.version
        return response
    }

    // MARK: - Contract

    private func index(_ request: HTTPRequest) -> HTTPResponse {
        if let page, MediaType.prefersPage(request) { return page.value.response(to: request) }
        var response = json(request) { advisor in
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
        response.fields.add("Accept", to: "Vary")
        return response
    }

    /// A file that lies beside the program, as it stands.
    private func beside(
        _ request: HTTPRequest, _ document: StoredDocument?, _ name: String
    ) -> HTTPResponse {
        guard let document else {
            return refused(
                ProblemDetails(
                    slug: "not-found", title: "Not Found", status: HTTPStatus(404),
                    detail: "\(name) does not lie beside the program"), request)
        }
        return document.response(to: request)
    }
}
