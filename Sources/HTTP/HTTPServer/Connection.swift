import HTTPWire

/// Monotonic time in milliseconds; the zero is anywhere.
typealias Milliseconds = UInt64

/// How long each phase of a connection may take.
public struct Deadlines: Sendable, Equatable {
    /// From the first byte of a head to its last, milliseconds.
    public var head: UInt64 = 10_000
    /// From a head to the last byte of its body, milliseconds.
    public var body: UInt64 = 30_000
    /// Between requests, milliseconds.
    public var idle: UInt64 = 60_000
    /// Without progress in writing, milliseconds.
    public var write: UInt64 = 30_000

    /// The times above.
    public init() {}
}

/// What a connection reports of an answered request, for the access log.
struct AccessRecord {
    let method: String
    let template: String
    let status: Int
    let bytes: Int
    let requestID: String
}

/// One connection as a state machine: bytes in, bytes out, no descriptor and no clock of its own, so that tests drive it
/// in memory with a clock that they turn by hand.
struct Connection {
    private enum Phase {
        case head
        case body(RequestHead, BodyDecoder)
        /// Nothing more is read; what was written goes out and the connection closes.
        case closing
    }

    /// What the connection needs from its surroundings to answer.
    struct Surroundings {
        let handler: any HTTPHandler
        let limits: ParsingLimits
        let deadlines: Deadlines
        /// The `Date` of this second.
        var date: String
        /// Whether the server drains: every answer closes its connection.
        var isDraining: Bool
        var identifier: RequestIdentifier
        /// Whether a record is made of each answer.
        let records: Bool
    }

    /// Bytes that arrived and belong to no complete request yet.
    private(set) var input: [UInt8] = []
    /// Bytes to write, from `written` on.
    private(set) var output: [UInt8] = []
    private(set) var written = 0
    private var phase = Phase.head
    /// The moment at which the present phase has lasted too long.
    private(set) var deadline: Milliseconds
    /// Records since the last look.
    var records: [AccessRecord] = []

    /// More than this many bytes of answers wait: nothing is read until they are gone (backpressure).
    static let outputHighWater = 1 << 20

    init(now: Milliseconds, _ deadlines: Deadlines) { deadline = now + deadlines.idle }

    /// Whether it should close once everything is written.
    var isClosing: Bool {
        if case .closing = phase { true } else { false }
    }

    /// Whether bytes wait to be written.
    var hasOutput: Bool { written < output.count }

    /// Whether it is between requests with nothing to do: a drain may close it at once.
    var isIdle: Bool {
        if case .head = phase { input.isEmpty && !hasOutput } else { false }
    }

    // MARK: - Events

    /// Takes bytes that arrived and answers every request that is whole.
    mutating func receive(_ bytes: ArraySlice<UInt8>, now: Milliseconds, _ world: inout Surroundings) {
        guard !isClosing else { return }
        if case .head = phase, input.isEmpty, !bytes.isEmpty { deadline = now + world.deadlines.head }
        if input.isEmpty {
            let consumed = answer(bytes, now: now, &world)
            if !isClosing { input = Array(bytes.dropFirst(consumed)) }
        } else {
            input += bytes
            let consumed = answer(input[...], now: now, &world)
            input.removeFirst(isClosing ? input.count : consumed)
        }
        refreshDeadline(now: now, world.deadlines)
    }

    /// The peer sends no more. What is whole was answered; a half request is dropped (RFC 9112 §8).
    mutating func receiveEnd() { phase = .closing }

    /// So many bytes of the output went out.
    mutating func didWrite(_ count: Int, now: Milliseconds, _ world: inout Surroundings) {
        written += count
        if written >= output.count {
            output.removeAll(keepingCapacity: output.capacity <= 65_536)
            written = 0
            // Requests that waited behind a full output are answered now.
            if !isClosing && !input.isEmpty { receive([], now: now, &world) }
        }
        refreshDeadline(now: now, world.deadlines)
    }

    /// The deadline passed. Between requests the connection just closes; a request that is too slow gets 408.
    mutating func expire(_ world: inout Surroundings) {
        switch phase {
        case .closing: break
        case .head where input.isEmpty || hasOutput: break
        case .head, .body:
            refuse(
                ProblemDetails(
                    slug: "timeout", title: "Request Timeout", status: HTTPStatus(408),
                    detail: "the request took too long to arrive"), request: nil, &world)
            return
        }
        phase = .closing
        written = output.count
    }

    private mutating func refreshDeadline(now: Milliseconds, _ deadlines: Deadlines) {
        if hasOutput {
            deadline = now + deadlines.write
        } else if case .head = phase, input.isEmpty {
            deadline = now + deadlines.idle
        }
    }

    // MARK: - Requests

    /// Answers requests from the bytes and tells how many were used.
    private mutating func answer(
        _ bytes: ArraySlice<UInt8>, now: Milliseconds, _ world: inout Surroundings
    ) -> Int {
        var index = bytes.startIndex
        while !isClosing, output.count - written < Self.outputHighWater {
            switch phase {
            case .closing: break
            case .head:
                guard index < bytes.endIndex else { return index - bytes.startIndex }
                switch RequestParser(limits: world.limits).parse(bytes[index...]) {
                case .needMore: return index - bytes.startIndex
                case .rejected(let rejection): refuse(ProblemDetails(rejection), request: nil, &world)
                case .head(let head, let consumed):
                    index += consumed
                    begin(head, now: now, &world)
                }
            case .body(let head, var decoder):
                do {
                    // The state is put aside while the decoder grows, so that its body is not copied.
                    phase = .head
                    index += try decoder.take(bytes[index...])
                } catch {
                    refuse(ProblemDetails(error), request: head.request, &world)
                    continue
                }
                if decoder.isComplete {
                    respond(to: head.request.with(body: decoder.body), &world)
                    phase = isClosing ? .closing : .head
                    deadline = now + world.deadlines.head
                } else {
                    phase = .body(head, decoder)
                    return index - bytes.startIndex
                }
            }
        }
        return index - bytes.startIndex
    }

    private mutating func begin(_ head: RequestHead, now: Milliseconds, _ world: inout Surroundings) {
        guard head.framing != .none else { return respond(to: head.request, &world) }
        var limits = world.limits
        limits.body = world.handler.maximumBodySize(for: head.request) ?? limits.body
        if case .length(let length) = head.framing, length > limits.body {
            return refuse(ProblemDetails(.bodyTooLarge(limit: limits.body)), request: head.request, &world)
        }
        if head.expectsContinue { output += "HTTP/1.1 100 Continue\r\n\r\n".utf8 }
        phase = .body(head, BodyDecoder(head.framing, limits: limits))
        deadline = now + world.deadlines.body
    }

    private mutating func respond(to request: HTTPRequest, _ world: inout Surroundings) {
        var named = request
        named.id = world.identifier.id(for: request)
        let response = world.handler.respond(to: named)
        let closes = world.isDraining || !request.keepsAlive
        write(response, request: named, closes: closes, &world)
        if closes { phase = .closing }
    }

    private mutating func refuse(
        _ problem: ProblemDetails, request: HTTPRequest?, _ world: inout Surroundings
    ) {
        let id = world.identifier.id(for: request)
        write(problem.response(requestID: id), request: request, id: id, closes: true, &world)
        phase = .closing
    }

    private mutating func write(
        _ response: HTTPResponse, request: HTTPRequest?, id: String? = nil, closes: Bool, _ world: inout Surroundings
    ) {
        var response = response
        let requestID = id ?? request?.id ?? ""
        response.fields["X-Request-Id"] = requestID
        response.fields["X-Content-Type-Options"] = "nosniff"
        response.serialise(
            into: &output, date: world.date, closes: closes, includesBody: request?.method != .head)
        guard world.records else { return }
        records.append(
            AccessRecord(
                method: request.map { HTTPMethod.known.contains($0.method) ? $0.method.name : "other" } ?? "-",
                template: request.map { world.handler.template(of: $0) } ?? "unread", status: response.status.code,
                bytes: response.body.count, requestID: requestID))
    }
}
