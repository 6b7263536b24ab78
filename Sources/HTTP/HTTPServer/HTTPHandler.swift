public import HTTPWire

/// Answers requests: synchronous and unable to fail, since everything it needs is in memory and every failure is a
/// response. It runs on an event loop and must return within about a millisecond.
public protocol HTTPHandler: Sendable {
    /// The answer to a request.
    func respond(to request: HTTPRequest) -> HTTPResponse
    /// What is known from the head of a request before its body is read; asked only where a body follows.
    func admission(of head: HTTPRequest) -> Admission
    /// What is sent of a refusal that the server itself makes of a request whose head it could read, such as 413.
    func refusing(_ request: HTTPRequest, with refusal: HTTPResponse) -> HTTPResponse
    /// A number that becomes another one whenever stored documents are answered from others; an event loop may then give the
    /// answer to a GET again to the same head, without asking. nil: it always asks.
    var generation: UInt64? { get }
}

extension HTTPHandler {
    /// The refusal as it is.
    public func refusing(_ request: HTTPRequest, with refusal: HTTPResponse) -> HTTPResponse { refusal }

    /// None: each request is for the handler.
    public var generation: UInt64? { nil }

    /// Nothing: the server's limit, and the answer after the body.
    public func admission(of head: HTTPRequest) -> Admission { Admission() }
}

/// What a head decides before the body comes.
public struct Admission: Sendable {
    /// The largest body that is read, in bytes; nil: the server's limit.
    public var maximumBodySize: Int?
    /// The answer, where the body cannot change it (an unknown path, a wrong method or media type). It is sent at once to a
    /// sender that waits for 100 (Continue); to others after their body, which is read within its limit.
    public var refusal: HTTPResponse?

    /// What is known; nothing unless told.
    public init(maximumBodySize: Int? = nil, refusal: HTTPResponse? = nil) {
        self.maximumBodySize = maximumBodySize
        self.refusal = refusal
    }
}

/// A stage around a handler. Stages are values; the first of a chain sees the request first and the response last.
public protocol Middleware: Sendable {
    /// Answers, by `next` or in its place.
    func respond(to request: HTTPRequest, next: (HTTPRequest) -> HTTPResponse) -> HTTPResponse
    /// The answer to a head where this stage alone decides it; see `Admission.refusal`.
    func refusal(of head: HTTPRequest) -> HTTPResponse?
}

extension Middleware {
    /// None.
    public func refusal(of head: HTTPRequest) -> HTTPResponse? { nil }
}

/// A handler inside its stages.
public struct MiddlewareChain: HTTPHandler {
    private let handler: any HTTPHandler
    private let stages: [any Middleware]

    /// A chain.
    public init(_ stages: [any Middleware], around handler: any HTTPHandler) {
        self.stages = stages
        self.handler = handler
    }

    /// The answer of the stages and the handler.
    public func respond(to request: HTTPRequest) -> HTTPResponse { respond(to: request, from: 0) }

    private func respond(
        to request: HTTPRequest, from index: Int, _ last: ((HTTPRequest) -> HTTPResponse)? = nil
    ) -> HTTPResponse {
        guard index < stages.count else { return last?(request) ?? handler.respond(to: request) }
        return stages[index].respond(to: request) { respond(to: $0, from: index + 1, last) }
    }

    /// The first refusal of a stage, else the handler's, which goes through the stages as its answers do: it is counted,
    /// and pages of other origins may read it.
    public func admission(of head: HTTPRequest) -> Admission {
        var admission = handler.admission(of: head)
        for stage in stages {
            if let refusal = stage.refusal(of: head) {
                admission.refusal = refusal
                return admission
            }
        }
        if let refusal = admission.refusal { admission.refusal = refusing(head, with: refusal) }
        return admission
    }

    /// The refusal as the stages pass it on: counted, and readable for pages of other origins.
    public func refusing(_ request: HTTPRequest, with refusal: HTTPResponse) -> HTTPResponse {
        respond(to: request, from: 0) { _ in refusal }
    }
}

/// Adds fields that vouch for what is sent, such as its digest. Asked last, when the body is as it goes out.
public protocol AnswerSealer: Sendable {
    /// Adds them to the answer to a request.
    func seal(_ response: inout HTTPResponse, to request: HTTPRequest)
}

/// Writes refusals the way that the standard of a path asks for, where that is another one than RFC 9457. Asked of every
/// refusal whose request could be read, whoever made it: a route, a stage, the router or the server.
public protocol RefusalWriter: Sendable {
    /// Writes a refusal anew, or leaves it as it is. Status and fields but those of the body stay.
    func rewrite(_ response: inout HTTPResponse, to request: HTTPRequest)
}
