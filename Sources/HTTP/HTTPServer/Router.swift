public import HTTPWire

/// The values of a pattern's parameters in the path of a request.
public struct PathParameters: Sendable {
    /// The bytes that the path lies in, decoded where it held percent-encoded ones.
    private let bytes: [UInt8]
    private let names: [String]
    private let places: ParameterPlaces

    init(_ bytes: [UInt8], names: [String], _ places: ParameterPlaces) {
        self.bytes = bytes
        self.names = names
        self.places = places
    }

    /// The decoded value of a parameter that the route's pattern names; "" for another name.
    public subscript(_ name: String) -> String {
        guard let index = names.firstIndex(of: name) else { return "" }
        return String(decoding: bytes[index == 0 ? places.first : places.second], as: UTF8.self)
    }
}

/// Where the parameters of a path lie, two at most.
struct ParameterPlaces: Sendable {
    var first = 0..<0
    var second = 0..<0
    var count = 0

    /// These and one more.
    func adding(_ range: Range<Int>) -> ParameterPlaces {
        var places = self
        if count == 0 { places.first = range } else { places.second = range }
        places.count += 1
        return places
    }
}

/// A method and path with its handler.
public final class Route: Sendable {
    /// The handler of a route.
    public typealias Handler = @Sendable (HTTPRequest, PathParameters) -> HTTPResponse

    /// The method.
    public let method: HTTPMethod
    /// The path, with at most two parameters in braces: `/drugs/{name}`.
    public let pattern: String
    /// The operation's name.
    public let name: String
    /// The largest body, in bytes; nil: the server's limit.
    public let maximumBodySize: Int?
    /// Whether the route has no twin under `/v1`.
    public let isUnversioned: Bool
    /// What a head alone may be refused for, such as its media type; asked before the body is read.
    public let refusal: (@Sendable (HTTPRequest) -> HTTPResponse?)?
    let handle: Handler
    let parameters: [String]

    /// A route.
    public init(
        _ method: HTTPMethod, _ pattern: String, name: String, maximumBodySize: Int? = nil, isUnversioned: Bool = false,
        refusal: (@Sendable (HTTPRequest) -> HTTPResponse?)? = nil, _ handle: @escaping Handler
    ) {
        self.method = method
        self.pattern = pattern
        self.name = name
        self.maximumBodySize = maximumBodySize
        self.isUnversioned = isUnversioned
        self.refusal = refusal
        self.handle = handle
        parameters = Self.segments(pattern).filter { $0.first == "{" }.map { String($0.dropFirst().dropLast()) }
    }

    /// The same route behind a guard. `head` looks at a head before its body is read and `whole` at the request; what they
    /// give goes out in place of the route's answer.
    public func behind(
        head: @escaping @Sendable (HTTPRequest) -> HTTPResponse?,
        _ whole: @escaping @Sendable (HTTPRequest) -> HTTPResponse?
    ) -> Route {
        Route(
            method, pattern, name: name, maximumBodySize: maximumBodySize, isUnversioned: isUnversioned,
            refusal: { [refusal] request in head(request) ?? refusal?(request) }
        ) { [handle] request, path in
            whole(request) ?? handle(request, path)
        }
    }

    /// The same route; what it answers, and what it refuses, goes through a change.
    public func changing(
        _ change: @escaping @Sendable (inout HTTPResponse, HTTPRequest) -> Void
    ) -> Route {
        let changed: @Sendable (HTTPRequest) -> HTTPResponse? = { [refusal] request in
            guard var response = refusal?(request) else { return nil }
            change(&response, request)
            return response
        }
        return Route(
            method, pattern, name: name, maximumBodySize: maximumBodySize, isUnversioned: isUnversioned,
            refusal: refusal == nil ? nil : changed
        ) { [handle] request, path in
            var response = handle(request, path)
            change(&response, request)
            return response
        }
    }

    /// The same route inside another handler, which is given the request and what answers it.
    public func around(
        _ wrap: @escaping @Sendable (HTTPRequest, () -> HTTPResponse) -> HTTPResponse
    ) -> Route {
        Route(
            method, pattern, name: name, maximumBodySize: maximumBodySize, isUnversioned: isUnversioned,
            refusal: refusal
        ) { [handle] request, path in
            wrap(request) { handle(request, path) }
        }
    }

    static func segments(_ pattern: String) -> [Substring] {
        pattern.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { $0 }
    }
}

/// Finds the route of a request: 404 for an unknown path, 405 with `Allow` for a method that a known path lacks, 501
/// for an unknown method on an unknown path; HEAD is served as GET, OPTIONS is answered for every path.
public struct Router: HTTPHandler {
    /// A place in the tree of patterns: what may follow here, and the routes that end here.
    private struct Node: Sendable {
        var literals: [(bytes: [UInt8], node: Int)] = []
        var parameter: Int?
        var routes: [Int] = []
    }

    /// A path that fits: the node where it ends and where its parameters lie.
    private struct Match {
        let node: Int
        let places: ParameterPlaces
    }

    /// The routes.
    public let routes: [Route]
    private var nodes = [Node()]
    private let currentGeneration: (@Sendable () -> UInt64)?

    /// The generation of what the routes answer from, where it was given.
    public var generation: UInt64? { currentGeneration?() }

    /// A router. A literal segment goes before a parameter; of two routes for one method and pattern the first wins.
    /// `generation` is that of `HTTPHandler`; given only where every stored document that a route answers depends on the
    /// head and on it alone.
    public init(routes: [Route], generation: (@Sendable () -> UInt64)? = nil) {
        self.routes = routes
        currentGeneration = generation
        for (index, route) in routes.enumerated() {
            insert(Route.segments(route.pattern), index)
            if !route.isUnversioned { insert(["v1"] + Route.segments(route.pattern), index) }
        }
    }

    private mutating func insert(_ segments: [Substring], _ route: Int) {
        var node = 0
        for segment in segments {
            node = child(of: node, segment)
        }
        nodes[node].routes.append(route)
    }

    private mutating func child(of node: Int, _ segment: Substring) -> Int {
        let isParameter = segment.first == "{"
        let bytes = Array(segment.utf8)
        if isParameter, let present = nodes[node].parameter { return present }
        if !isParameter, let present = nodes[node].literals.first(where: { $0.bytes == bytes }) { return present.node }
        nodes.append(Node())
        let made = nodes.count - 1
        if isParameter { nodes[node].parameter = made } else { nodes[node].literals.append((bytes, made)) }
        return made
    }

    // MARK: - Answering

    /// The answer of the route, or the refusal.
    public func respond(to request: HTTPRequest) -> HTTPResponse {
        let (bytes, range) = path(of: request)
        guard let match = match(bytes.span, range) else { return unknownPath(request) }
        guard let index = served(match, request.method) else { return otherMethod(request, match) }
        let route = routes[index]
        if let refusal = route.refusal?(request) { return refusal.named(route.pattern) }
        return route.handle(request, PathParameters(bytes, names: route.parameters, match.places)).named(route.pattern)
    }

    /// The largest body of the route that would serve the request, or the refusal that no body changes.
    public func admission(of head: HTTPRequest) -> Admission {
        guard let match = match(head) else { return Admission(refusal: unknownPath(head)) }
        guard let index = served(match, head.method) else { return Admission(refusal: otherMethod(head, match)) }
        let route = routes[index]
        return Admission(
            maximumBodySize: route.maximumBodySize, refusal: route.refusal?(head)?.named(route.pattern))
    }

    /// The methods of a path, `Allow` as it is written; nil where there is no such path.
    public func allowedMethods(of request: HTTPRequest) -> [String]? {
        if request.hasAsterisk { return allow(routes.indices.map { $0 }) }
        return match(request).map { allow(nodes[$0.node].routes) }
    }

    private func served(_ match: Match, _ method: HTTPMethod) -> Int? {
        let wanted = method == .head ? HTTPMethod.get : method
        return nodes[match.node].routes.first { routes[$0].method == wanted }
    }

    // MARK: - Matching

    private func match(_ request: HTTPRequest) -> Match? {
        let (bytes, range) = path(of: request)
        return match(bytes.span, range)
    }

    /// The path and the bytes it lies in; an empty range where there is none.
    private func path(of request: HTTPRequest) -> (bytes: [UInt8], range: Range<Int>) {
        if request.hasEscapedPath {
            // RFC 3986 §6.2.2.2: `%64rugs` is `drugs`. No segment holds an encoded `/`, so decoding moves no border.
            let decoded = Array((RequestTarget.decoded(request.path, plusIsSpace: false) ?? "").utf8)
            return (decoded, decoded.indices)
        }
        let (bytes, range) = request.pathPlace
        // RFC 9110 §4.2.3: the empty path of an absolute form is `/`.
        if range.isEmpty && !request.hasAsterisk && !request.isTunnel { return ([UInt8(ascii: "/")], 0..<1) }
        return (bytes, range)
    }

    private func match(_ bytes: borrowing Span<UInt8>, _ path: Range<Int>) -> Match? {
        guard !path.isEmpty else { return nil }
        return walk(bytes, path.lowerBound, path.upperBound, 0, ParameterPlaces())
    }

    /// Goes down from a node at the `/` before a segment.
    private func walk(
        _ bytes: borrowing Span<UInt8>, _ slash: Int, _ limit: Int, _ node: Int, _ places: ParameterPlaces
    ) -> Match? {
        var end = slash + 1
        while end < limit, bytes[end] != UInt8(ascii: "/") { end += 1 }
        let segment = slash + 1..<end
        for index in nodes[node].literals.indices {
            guard Self.same(bytes, segment, nodes[node].literals[index].bytes) else { continue }
            if let match = arrive(bytes, end, limit, nodes[node].literals[index].node, places) { return match }
        }
        guard let child = nodes[node].parameter, !segment.isEmpty else { return nil }
        return arrive(bytes, end, limit, child, places.adding(segment))
    }

    private static func same(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>, _ literal: [UInt8]) -> Bool {
        guard range.count == literal.count else { return false }
        for place in 0..<literal.count where bytes[range.lowerBound + place] != literal[place] { return false }
        return true
    }

    private func arrive(
        _ bytes: borrowing Span<UInt8>, _ end: Int, _ limit: Int, _ node: Int, _ places: ParameterPlaces
    ) -> Match? {
        if end < limit { return walk(bytes, end, limit, node, places) }
        return nodes[node].routes.isEmpty ? nil : Match(node: node, places: places)
    }

    // MARK: - Refusals

    private func otherMethod(_ request: HTTPRequest, _ match: Match) -> HTTPResponse {
        let methods = allow(nodes[match.node].routes)
        let pattern = routes[nodes[match.node].routes[0]].pattern
        if request.method == .options { return options(methods, pattern) }
        var response = ProblemDetails(
            slug: "method-not-allowed", title: "Method Not Allowed", status: HTTPStatus(405),
            detail: "this path does not take the method; it takes \(methods.joined(separator: ", "))"
        ).response(requestID: request.id)
        response.fields["Allow"] = methods.joined(separator: ", ")
        response.route = pattern
        return response
    }

    private func unknownPath(_ request: HTTPRequest) -> HTTPResponse {
        if request.hasAsterisk { return options(allow(routes.indices.map { $0 }), "*") }
        if request.isTunnel || !HTTPMethod.known.contains(request.method) {
            return ProblemDetails.unknownMethod.response(requestID: request.id)
        }
        return ProblemDetails(
            slug: "not-found", title: "Not Found", status: HTTPStatus(404), detail: "there is nothing at this path"
        ).response(requestID: request.id)
    }

    private func options(_ methods: [String], _ pattern: String) -> HTTPResponse {
        var response = HTTPResponse(HTTPStatus(204))
        response.fields["Allow"] = methods.joined(separator: ", ")
        response.route = pattern
        return response
    }

    private func allow(_ routes: [Int]) -> [String] {
        var all = Set(routes.map { self.routes[$0].method.name }).union(["OPTIONS"])
        if all.contains("GET") { all.insert("HEAD") }
        return all.sorted()
    }
}

extension HTTPResponse {
    /// This response under the pattern of its route.
    fileprivate consuming func named(_ pattern: String) -> HTTPResponse {
        var response = self
        response.route = pattern
        return response
    }
}
