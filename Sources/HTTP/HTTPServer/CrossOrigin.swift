public import HTTPWire

/// Cross-origin resource sharing (Fetch standard §3.3) for the origins of a list. Others get the same answers without the
/// fields, so that their browser keeps the answer from the page.
public struct CrossOrigin: Middleware {
    private let origins: Set<String>
    private let allowsAll: Bool
    private let exposed: String
    private let maximumAge: Int
    private let allowsPrivateNetwork: Bool
    private let methods: @Sendable (HTTPRequest) -> [String]?

    /// The stage. `origins` as browsers write them (`https://ehr.example`), or `*`; `exposed` are the response fields that
    /// pages may read; `maximumAge` in seconds; `methods` tells what a path takes, nil for an unknown path.
    public init(
        origins: [String], exposed: [String], maximumAge: Int = 600, allowsPrivateNetwork: Bool = false,
        methods: @escaping @Sendable (HTTPRequest) -> [String]?
    ) {
        allowsAll = origins.contains("*")
        self.origins = Set(origins)
        self.exposed = exposed.joined(separator: ", ")
        self.maximumAge = maximumAge
        self.allowsPrivateNetwork = allowsPrivateNetwork
        self.methods = methods
    }

    /// Answers a preflight, or adds what a page of an allowed origin needs.
    public func respond(to request: HTTPRequest, next: (HTTPRequest) -> HTTPResponse) -> HTTPResponse {
        let origin = request[field: "origin"]
        if request.method == .options, let origin, request.has("access-control-request-method"),
            let methods = methods(request)
        {
            return preflight(request, origin, methods)
        }
        var response = next(request)
        // Caches must know that the answer differs, also where it bears no field for this origin.
        if !allowsAll { response.fields.add("Origin", to: "Vary") }
        guard let origin, allows(origin) else { return response }
        response.fields["Access-Control-Allow-Origin"] = allowsAll ? "*" : origin
        response.fields["Access-Control-Expose-Headers"] = exposed
        return response
    }

    private func allows(_ origin: String) -> Bool { allowsAll || origins.contains(origin) }

    private func preflight(
        _ request: HTTPRequest, _ origin: String, _ methods: [String]
    ) -> HTTPResponse {
        var response = HTTPResponse(HTTPStatus(204))
        response.fields["Allow"] = methods.joined(separator: ", ")
        response.fields["Vary"] = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
        guard allows(origin) else { return response }
        response.fields["Access-Control-Allow-Origin"] = allowsAll ? "*" : origin
        response.fields["Access-Control-Allow-Methods"] = methods.joined(separator: ", ")
        response.fields["Access-Control-Allow-Headers"] = Self.safeNames(request)
        response.fields["Access-Control-Max-Age"] = "\(maximumAge)"
        if allowsPrivateNetwork, request[field: "access-control-request-private-network"] == "true" {
            response.fields["Access-Control-Allow-Private-Network"] = "true"
        }
        return response
    }

    /// The request fields that pages may set. `Authorization` is among them for clients that sign; credentials by cookie
    /// are never allowed.
    private static let allowedFields = [
        "accept", "accept-encoding", "authorization", "content-encoding", "content-type", "if-match",
        "if-modified-since",
        "if-none-match", "if-unmodified-since", "prefer", "traceparent", "tracestate", "x-request-id",
    ]

    private static func safeNames(_ request: HTTPRequest) -> String? {
        guard let asked = request[field: "access-control-request-headers"] else { return nil }
        let names = asked.lowercased().split { $0 == "," || $0 == " " }.map(String.init).filter(allowedFields.contains)
        return names.isEmpty ? nil : names.joined(separator: ", ")
    }
}
