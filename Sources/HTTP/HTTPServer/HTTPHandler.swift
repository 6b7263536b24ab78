public import HTTPWire

/// Answers requests: synchronous and unable to fail, since everything it needs is in memory and every failure is a
/// response. It runs on an event loop and must return within about a millisecond.
public protocol HTTPHandler: Sendable {
    /// The answer to a request.
    func respond(to request: HTTPRequest) -> HTTPResponse
    /// The largest body that the target of this head takes, in bytes; nil: the server's limit.
    func maximumBodySize(for request: HTTPRequest) -> Int?
    /// The template under which a request is logged, such as `/drugs/{name}`; never a raw path.
    func template(of request: HTTPRequest) -> String
}

extension HTTPHandler {
    /// The server's limit.
    public func maximumBodySize(for request: HTTPRequest) -> Int? { nil }
    /// No template.
    public func template(of request: HTTPRequest) -> String { "-" }
}
