public import HTTPWire

/// The decoded values of a pattern's parameters.
public struct PathParameters: Sendable {
    private let values: [String: String]

    init(_ values: [String: String]) { self.values = values }

    /// The value of a parameter that the route's pattern names; "" for another name.
    public subscript(_ name: String) -> String { values[name] ?? "" }
}

/// A method and path with its handler.
public struct Route: Sendable {
    /// The handler of a route.
    public typealias Handler = @Sendable (HTTPRequest, PathParameters) -> HTTPResponse

    /// The method.
    public let method: HTTPMethod
    /// The path, with parameters in braces: `/drugs/{name}`.
    public let pattern: String
    /// The operation's name.
    public let name: String
    /// The largest body, in bytes; nil: the server's limit.
    public let maximumBodySize: Int?
    /// Whether the route has no twin under `/v1`.
    public let isUnversioned: Bool
    let handle: Handler
    let segments: [Substring]

    /// A route.
    public init(
        _ method: HTTPMethod, _ pattern: String, name: String, maximumBodySize: Int? = nil, isUnversioned: Bool = false,
        _ handle: @escaping Handler
    ) {
        self.method = method
        self.pattern = pattern
        self.name = name
        self.maximumBodySize = maximumBodySize
        self.isUnversioned = isUnversioned
        self.handle = handle
        segments = pattern.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { $0 }
    }

    /// The parameters where a path fits, nil where it does not.
    func match(_ path: ArraySlice<String>) -> [String: String]? {
        guard path.count == segments.count else { return nil }
        var values: [String: String] = [:]
        for (segment, part) in zip(segments, path) {
            if segment.first == "{" {
                if part.isEmpty { return nil }
                values[String(segment.dropFirst().dropLast())] = part
            } else if segment != part {
                return nil
            }
        }
        return values
    }
}

/// Finds the route of a request: 404 for an unknown path, 405 with `Allow` for a method that a known path lacks, 501
/// for an unknown method on an unknown path; HEAD is served as GET, OPTIONS is answered for every path.
public struct Router: HTTPHandler {
    /// The routes.
    public let routes: [Route]

    /// A router. Where two patterns fit, the first wins.
    public init(routes: [Route]) { self.routes = routes }

    /// The largest body of the route that would serve the request.
    public func maximumBodySize(for request: HTTPRequest) -> Int? {
        served(request.target.segments[...], request.method)?.route.maximumBodySize
    }

    /// The pattern of the route.
    public func template(of request: HTTPRequest) -> String {
        fitting(request.target).first?.route.pattern ?? "unmatched"
    }

    /// The answer of the route, or the refusal.
    public func respond(to request: HTTPRequest) -> HTTPResponse {
        if request.target.isAsterisk { return options(allowing: Set(routes.map(\.method.name))) }
        let wanted = request.method == .head ? HTTPMethod.get : request.method
        if let (route, values) = served(request.target.segments[...], wanted) {
            return route.handle(request, PathParameters(values))
        }
        let candidates = fitting(request.target)
        guard !candidates.isEmpty else { return unknownPath(request) }
        let methods = Set(candidates.map(\.route.method.name))
        if request.method == .options { return options(allowing: methods) }
        var response = ProblemDetails(
            slug: "method-not-allowed", title: "Method Not Allowed", status: HTTPStatus(405),
            detail: "this path does not take the method; it takes \(allow(methods))"
        ).response(requestID: request.id)
        response.fields["Allow"] = allow(methods)
        return response
    }

    /// The route that serves a path with a method, at its own path or under `/v1`.
    private func served(_ path: ArraySlice<String>, _ method: HTTPMethod) -> (route: Route, values: [String: String])? {
        for route in routes where route.method == method {
            if let values = route.match(path) { return (route, values) }
        }
        guard path.first == "v1" else { return nil }
        for route in routes where route.method == method && !route.isUnversioned {
            if let values = route.match(path.dropFirst()) { return (route, values) }
        }
        return nil
    }

    private func fitting(_ target: RequestTarget) -> [(route: Route, values: [String: String])] {
        let path = target.segments[...]
        var found = routes.compactMap { route in route.match(path).map { (route, $0) } }
        if path.first == "v1" {
            found += routes.compactMap { route in
                route.isUnversioned ? nil : route.match(path.dropFirst()).map { (route, $0) }
            }
        }
        return found
    }

    private func unknownPath(_ request: HTTPRequest) -> HTTPResponse {
        if !HTTPMethod.known.contains(request.method) {
            return ProblemDetails(
                slug: "unknown-method", title: "Not Implemented", status: HTTPStatus(501),
                detail: "the method is not known here"
            ).response(requestID: request.id)
        }
        return ProblemDetails(
            slug: "not-found", title: "Not Found", status: HTTPStatus(404), detail: "there is nothing at this path"
        ).response(requestID: request.id)
    }

    private func options(allowing methods: Set<String>) -> HTTPResponse {
        var response = HTTPResponse(HTTPStatus(204))
        response.fields["Allow"] = allow(methods)
        return response
    }

    private func allow(_ methods: Set<String>) -> String {
        var all = methods.union(["OPTIONS"])
        if all.contains("GET") { all.insert("HEAD") }
        return all.sorted().joined(separator: ", ")
    }
}
