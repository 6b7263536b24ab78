public import HTTPWire

/// The values of a pattern's parameters in the path of a request.
public struct PathParameters: Sendable {
    /// The path, decoded where it held percent-encoded bytes.
    private let path: ArraySlice<UInt8>
    private let names: [String]
    private let first: Range<Int>
    private let second: Range<Int>

    init(_ path: ArraySlice<UInt8>, names: [String], _ first: Range<Int>, _ second: Range<Int>) {
        self.path = path
        self.names = names
        self.first = first
        self.second = second
    }

    /// The decoded value of a parameter that the route's pattern names; "" for another name.
    public subscript(_ name: String) -> String {
        guard let index = names.firstIndex(of: name) else { return "" }
        return String(decoding: path[index == 0 ? first : second], as: UTF8.self)
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
    public let refusal: @Sendable (HTTPRequest) -> HTTPResponse?
    let handle: Handler
    let parameters: [String]

    /// A route.
    public init(
        _ method: HTTPMethod, _ pattern: String, name: String, maximumBodySize: Int? = nil, isUnversioned: Bool = false,
        refusal: @escaping @Sendable (HTTPRequest) -> HTTPResponse? = { _ in nil }, _ handle: @escaping Handler
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
        let path: ArraySlice<UInt8>
        let first: Range<Int>
        let second: Range<Int>
    }

    /// The routes.
    public let routes: [Route]
    private var nodes = [Node()]

    /// A router. A literal segment goes before a parameter; of two routes for one method and pattern the first wins.
    public init(routes: [Route]) {
        self.routes = routes
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
        guard let match = match(request) else { return unknownPath(request) }
        guard let index = served(match, request.method) else { return otherMethod(request, match) }
        let route = routes[index]
        var response =
            route.refusal(request)
            ?? route.handle(request, PathParameters(match.path, names: route.parameters, match.first, match.second))
        response.route = route.pattern
        return response
    }

    /// The largest body of the route that would serve the request, or the refusal that no body changes.
    public func admission(of head: HTTPRequest) -> Admission {
        guard let match = match(head) else { return Admission(refusal: unknownPath(head)) }
        guard let index = served(match, head.method) else { return Admission(refusal: otherMethod(head, match)) }
        return Admission(maximumBodySize: routes[index].maximumBodySize, refusal: routes[index].refusal(head))
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
        guard !request.hasAsterisk, !request.isTunnel else { return nil }
        guard request.hasEscapedPath else { return match(request.path) }
        // RFC 3986 §6.2.2.2: `%64rugs` is `drugs`. No segment holds an encoded `/`, so decoding moves no border.
        guard let text = RequestTarget.decoded(request.path, plusIsSpace: false) else { return nil }
        return match(Array(text.utf8)[...])
    }

    private func match(_ path: ArraySlice<UInt8>) -> Match? {
        // RFC 9110 §4.2.3: the empty path of an absolute form is `/`.
        guard !path.isEmpty else { return walk([UInt8(ascii: "/")], 0, 0, 0..<0, 0..<0, count: 0) }
        return walk(path, path.startIndex, 0, 0..<0, 0..<0, count: 0)
    }

    /// Goes down from a node at the `/` before a segment.
    private func walk(
        _ path: ArraySlice<UInt8>, _ slash: Int, _ node: Int, _ first: Range<Int>, _ second: Range<Int>, count: Int
    ) -> Match? {
        var end = slash + 1
        while end < path.endIndex, path[end] != UInt8(ascii: "/") { end += 1 }
        let segment = slash + 1..<end
        for (bytes, child) in nodes[node].literals
        where bytes.count == segment.count && path[segment].elementsEqual(bytes) {
            if let match = arrive(path, end, child, first, second, count) { return match }
        }
        guard let child = nodes[node].parameter, !segment.isEmpty else { return nil }
        return arrive(path, end, child, count == 0 ? segment : first, count == 1 ? segment : second, count + 1)
    }

    private func arrive(
        _ path: ArraySlice<UInt8>, _ end: Int, _ node: Int, _ first: Range<Int>, _ second: Range<Int>, _ count: Int
    ) -> Match? {
        if end < path.endIndex { return walk(path, end, node, first, second, count: count) }
        return nodes[node].routes.isEmpty ? nil : Match(node: node, path: path, first: first, second: second)
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
        if !HTTPMethod.known.contains(request.method) {
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
