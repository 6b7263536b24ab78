import HTTPWire

/// A request whose body is still on its way.
private final class PartialRequest {
    var request: HTTPRequest
    var decoder: BodyDecoder
    let refusal: HTTPResponse?

    init(_ request: HTTPRequest, _ decoder: BodyDecoder, refusal: HTTPResponse?) {
        self.request = request
        self.decoder = decoder
        self.refusal = refusal
    }
}

/// A response whose body is made while it is sent.
private final class StreamedResponse {
    let stream: BodyStream
    let response: HTTPResponse
    private(set) var request: HTTPRequest
    let started: UInt64
    let isChunked: Bool
    let closes: Bool
    /// Bytes of the request's body, which what makes the slices may keep.
    let held: Int
    /// The number of the next slice, and the bytes of those before.
    var next = 0
    var bytes = 0

    init(
        _ stream: BodyStream, _ response: HTTPResponse, _ request: HTTPRequest, started: UInt64, isChunked: Bool,
        closes: Bool
    ) {
        self.stream = stream
        self.response = response
        self.request = request
        self.started = started
        self.isChunked = isChunked
        self.closes = closes
        held = request.body.count
        self.request.body = []
    }
}

/// A request whose answer comes later.
private final class AwaitedResponse {
    /// What lends the answer its route and its fields.
    let placeholder: HTTPResponse
    let request: HTTPRequest
    let started: UInt64
    /// Bytes of the request's body, which what makes the answer may keep.
    let held: Int
    /// The work, until it was begun.
    var later: LaterAnswer?
    /// The answer, once it is there.
    var answer: HTTPResponse?

    init(_ later: LaterAnswer, _ placeholder: HTTPResponse, _ request: HTTPRequest, started: UInt64) {
        self.placeholder = placeholder
        self.later = later
        self.started = started
        held = request.body.count
        var request = request
        request.body = []
        self.request = request
    }
}

/// One connection as a state machine: bytes in, bytes out, no descriptor and no clock of its own, so that tests drive it
/// in memory with a clock that they turn by hand. It owns memory only while a request is incomplete.
struct Connection {
    /// Bytes that arrived and belong to no complete request yet.
    private var input: [UInt8] = []
    /// The request whose body is being read.
    private var partial: PartialRequest?
    /// The response whose body is still being made.
    private var streamed: StreamedResponse?
    /// The request whose answer comes later.
    private var awaited: AwaitedResponse?
    /// Whether a head has begun to arrive.
    private var isInHead = false
    /// Whether requests wait in `input` because too many responses wait.
    private(set) var isHeldBack = false
    /// Whether it closes once everything is written.
    private(set) var isClosing = false
    /// Whether the peer may still be sending when it closes: its bytes are then read and dropped for a while, since closing
    /// on unread bytes resets the connection and may take the last answer with it (RFC 9112 §9.6).
    private(set) var lingers = false
    /// The moment at which the present phase has lasted too long.
    private(set) var deadline: Milliseconds
    private let peer: PeerAddress?
    private let certificate: ClientCertificate?

    /// More than this many bytes of responses wait: nothing is answered until they are gone (backpressure).
    static let outputHighWater = 1 << 20
    /// As many bytes of a streamed body are made in one go: what lies in between is other connections' time.
    static let streamedAtOnce = 1 << 17
    /// And no more slices than these: a slice may be long in the making and short.
    static let slicesAtOnce = 4

    init(peer: PeerAddress?, certificate: ClientCertificate? = nil, deadline: Milliseconds) {
        self.peer = peer
        self.certificate = certificate
        self.deadline = deadline
    }

    /// Bytes of a peer's that it keeps until a request is whole.
    var heldBytes: Int { input.count + (partial?.decoder.body.count ?? 0) + (streamed?.held ?? awaited?.held ?? 0) }

    /// Whether it waits for an answer that is made elsewhere; what arrives meanwhile is not read.
    var isAwaiting: Bool { awaited != nil }

    /// Whether it is between requests with nothing to do: a drain may close it at once.
    var isIdle: Bool { hasNoHead && partial == nil && streamed == nil && awaited == nil && !isClosing }

    /// Whether nothing of a head has come. An empty line in front of it, which some senders put behind a body, begins none
    /// (RFC 9112 §2.2); it stays, so that a second one is refused however the two come.
    private var hasNoHead: Bool { input.isEmpty || input.count <= 2 && input[0] == 0x0D }

    // MARK: - Events

    /// Takes bytes that arrived and answers every request that is whole, into the context's output.
    mutating func receive(_ bytes: borrowing Span<UInt8>, now: Milliseconds, _ context: inout LoopContext) {
        guard !isClosing else { return }
        if input.isEmpty {
            let consumed = answer(bytes, now: now, &context)
            if !isClosing && consumed < bytes.count {
                bytes.extracting(consumed..<bytes.count).withUnsafeBufferPointer { input.append(contentsOf: $0) }
            }
        } else {
            bytes.withUnsafeBufferPointer { input.append(contentsOf: $0) }
            answerInput(now: now, &context)
        }
        settle(now: now, context)
    }

    /// The work behind an answer that comes later; given once.
    mutating func takeLater() -> LaterAnswer? { awaited?.later.take() }

    /// The answer that it waits for is there; `resume` sends it.
    mutating func deliver(_ answer: HTTPResponse) {
        awaited?.answer = answer
    }

    /// The responses that waited are out, or an answer has come: answers the requests that were held back.
    mutating func resume(now: Milliseconds, _ context: inout LoopContext) {
        guard isHeldBack || awaited?.answer != nil, !isClosing else { return }
        answerInput(now: now, &context)
        settle(now: now, context)
    }

    /// The peer sends no more. What is whole was answered; a half request is dropped (RFC 9112 §8). Requests that are held
    /// back are whole and still answered.
    mutating func receiveEnd() {
        if !isHeldBack && awaited == nil { isClosing = true }
    }

    /// Bytes went out and more wait: the time for writing begins anew.
    mutating func isWriting(now: Milliseconds, _ deadlines: Deadlines) { deadline = now + deadlines.write }

    /// The deadline passed. Between requests the connection just closes; a request that is too slow gets 408.
    mutating func expire(_ context: inout LoopContext) {
        guard !isClosing else { return }
        cutShort(context)
        if let awaited {
            self.awaited = nil
            refuse(
                ProblemDetails(
                    slug: "overloaded", title: "Service Unavailable", status: HTTPStatus(503),
                    detail: "the answer takes too long; try again"), request: awaited.request, &context)
        } else if isInHead || partial != nil {
            refuse(
                ProblemDetails(
                    slug: "timeout", title: "Request Timeout", status: HTTPStatus(408),
                    detail: "the request took too long to arrive"), request: partial?.request,
                isHead: Self.beginsWithHead(input.span, 0), &context)
        }
        isClosing = true
    }

    /// The server holds all the bytes that it may: the present request is refused.
    mutating func refuseForWantOfRoom(_ context: inout LoopContext) {
        if streamed != nil {
            // The head of an answer is out: a second one would be read as part of its body. Only closing tells the truth.
            cutShort(context)
            input = []
            isClosing = true
            return
        }
        let request = partial?.request ?? awaited?.request
        partial = nil
        awaited = nil
        input = []
        refuse(
            ProblemDetails(
                slug: "overloaded", title: "Service Unavailable", status: HTTPStatus(503),
                detail: "too many requests are half-way in; try again"), request: request, &context)
    }

    private mutating func answerInput(now: Milliseconds, _ context: inout LoopContext) {
        var bytes: [UInt8] = []
        swap(&bytes, &input)
        let consumed = answer(bytes.span, now: now, &context)
        if !isClosing && consumed < bytes.count {
            bytes.removeFirst(consumed)
            input = bytes
        }
    }

    /// Sets the deadline of the phase that the connection is in now. The time for a head or a body runs from its first byte:
    /// more bytes do not lengthen it.
    private mutating func settle(now: Milliseconds, _ context: LoopContext) {
        if partial != nil || isHeldBack || awaited != nil { return isInHead = false }
        if hasNoHead {
            isInHead = false
            deadline = now + context.deadlines.idle
        } else if !isInHead {
            isInHead = true
            deadline = now + context.deadlines.head
        }
    }

    // MARK: - Requests

    /// Answers requests from the bytes and tells how many were used.
    private mutating func answer(
        _ bytes: borrowing Span<UInt8>, now: Milliseconds, _ context: inout LoopContext
    ) -> Int {
        var request = HTTPRequest.blank
        swap(&request, &context.spareRequest)
        defer { swap(&request, &context.spareRequest) }
        let parser = RequestParser(limits: context.limits)
        var index = 0
        isHeldBack = false
        while !isClosing {
            if let awaited {
                guard let response = awaited.answer else {
                    deadline = now + context.deadlines.write
                    break
                }
                self.awaited = nil
                finish(awaited, response, &context)
                continue
            }
            if streamed != nil {
                guard makeSlices(now: now, &context) else {
                    isHeldBack = true
                    break
                }
                continue
            }
            if context.output.count >= Self.outputHighWater {
                isHeldBack = index < bytes.count
                break
            }
            if partial != nil {
                guard takeBody(bytes, &index, &context) else { break }
                continue
            }
            guard index < bytes.count else { break }
            if answerAgain(bytes, &index, &context) { continue }
            switch parser.parse(bytes.extracting(index..<bytes.count), into: &request) {
            case .needMore: return index
            case .rejected(let rejection):
                let isHead = Self.beginsWithHead(bytes, index)
                refuse(ProblemDetails(rejection), request: nil, isHead: isHead, &context)
            case .head(let consumed, .none, _):
                index += consumed
                isInHead = false
                request.identity = context.identity(for: request)
                request.body.removeAll(keepingCapacity: true)
                respond(to: &request, &context, remembers: true)
            case .head(let consumed, let framing, let expectsContinue):
                let start = index
                index += consumed
                isInHead = false
                let generation = context.closesAll || context.isSealed ? nil : context.handler.generation
                // Only here: what is answered to a request that came in pieces is kept by nobody.
                context.asksForRepeatable = generation != nil
                begin(&request, framing, expectsContinue, bytes, &index, now: now, &context)
                context.asksForRepeatable = false
                if let response = context.repeatable {
                    context.repeatable = nil
                    if let generation, index == bytes.count {
                        if response.repeated != nil {
                            context.posted.remember(
                                response, to: bytes.extracting(start..<index), bytesIn: request.body.count,
                                after: context.preamble, generation: generation)
                        }
                        if case .length = framing, !context.isHeadKnown,
                            response.body.count >= context.coding.minimumSize,
                            !request.has("content-encoding"), !response.fields.has("Content-Encoding")
                        {
                            context.heads.remember(
                                response, under: bytes.extracting(start..<start + consumed), generation: generation)
                        }
                    }
                }
            }
        }
        return index
    }

    /// Answers a head that was answered before, where one stands next in the bytes: what came of it then is true of it now.
    private mutating func answerAgain(
        _ bytes: borrowing Span<UInt8>, _ index: inout Int, _ context: inout LoopContext
    ) -> Bool {
        context.isHeadKnown = false
        guard !context.closesAll, let generation = context.handler.generation else { return false }
        if let place = context.posted.find(bytes, index, generation: generation) {
            return answerPosted(place, bytes.count, &index, &context)
        }
        if let (place, body) = context.heads.find(bytes, index, generation: generation) {
            context.isHeadKnown = true
            return answerUnderHead(place, body, bytes, &index, generation, &context)
        }
        guard let (slot, length) = context.memory.find(bytes, index, generation: generation) else { return false }
        let started = !context.isObserved ? 0 : MonotonicClock.microseconds()
        index += length
        isInHead = false
        let id = context.memory.write(slot, after: &context.preamble, to: &context.output)
        if context.isObserved {
            let told = context.memory.told(of: slot)
            context.observer?.didAnswer(
                Exchange(
                    method: .get, route: told.route, status: 200, bytesIn: 0, bytesOut: told.bytesOut, id: id,
                    trace: nil,
                    duration: MonotonicClock.microseconds() - started, refusal: nil))
        }
        return true
    }

    private mutating func answerPosted(
        _ place: Int, _ end: Int, _ index: inout Int, _ context: inout LoopContext
    ) -> Bool {
        let started = !context.isObserved ? 0 : MonotonicClock.microseconds()
        guard let (id, answer) = context.posted.write(place, after: &context.preamble, to: &context.output)
        else { return false }
        index = end
        isInHead = false
        answer.repeated?()
        if context.isObserved { tell(of: answer, id, started, context) }
        return true
    }

    /// Answers a body that comes under a head that was answered before; false where it must be read in full.
    private mutating func answerUnderHead(
        _ place: Int, _ body: Int, _ bytes: borrowing Span<UInt8>, _ index: inout Int, _ generation: UInt64,
        _ context: inout LoopContext
    ) -> Bool {
        if context.isSealed { return false }
        let started = !context.isObserved ? 0 : MonotonicClock.microseconds()
        var output = OutputQueue()
        swap(&output, &context.output)
        let given = context.heads.answer(
            place, to: bytes.extracting(body..<bytes.count), minimumSize: context.coding.minimumSize,
            after: &context.preamble, into: &output)
        swap(&output, &context.output)
        guard let given else { return false }
        let told = PostedMemory.Answer(
            route: given.route, status: 200, bytesIn: bytes.count - body, bytesOut: given.answer.length,
            repeated: given.answer.repeated)
        if told.repeated != nil {
            let (output, start) = (context.output.bytes, given.start)
            context.posted.remember(
                told, to: bytes.extracting(index..<bytes.count), preamble: given.preamble, generation: generation
            ) {
                // No array of a slice, which may be the output's own memory with all its room.
                [UInt8](unsafeUninitializedCapacity: output.count - start) { room, count in
                    count = room.initialize(fromContentsOf: output[start...])
                }
            }
        }
        index = bytes.count
        isInHead = false
        if context.isObserved { tell(of: told, given.id, started, context) }
        return true
    }

    private func tell(of answer: PostedMemory.Answer, _ id: RequestID, _ started: UInt64, _ context: LoopContext) {
        context.observer?.didAnswer(
            Exchange(
                method: .post, route: answer.route, status: answer.status, bytesIn: answer.bytesIn,
                bytesOut: answer.bytesOut, id: id, trace: nil,
                duration: MonotonicClock.microseconds() - started, refusal: nil))
    }

    /// A head with a body behind it: what the head decides is decided, and the body is read.
    private mutating func begin(
        _ request: inout HTTPRequest, _ framing: BodyFraming, _ expectsContinue: Bool, _ bytes: borrowing Span<UInt8>,
        _ index: inout Int, now: Milliseconds, _ context: inout LoopContext
    ) {
        // Named first: what is refused from here on is refused under its name.
        request.identity = context.identity(for: request)
        request.peer = peer
        request.certificate = certificate
        let admission = context.handler.admission(of: request)
        var limits = context.limits
        limits.body = min(admission.maximumBodySize ?? limits.body, Int.max >> 8)
        if case .length(let length) = framing, length > limits.body {
            return refuse(ProblemDetails(.bodyTooLarge(limit: limits.body)), request: request, &context)
        }
        let refusal = refusalOfCoding(request, context) ?? admission.refusal
        if expectsContinue {
            if let refusal {
                // RFC 9110 §10.1.1: the sender may send its body all the same; only closing leaves no doubt.
                write(refusal, to: request, .closes, started: 0, refusal: nil, &context)
                isClosing = true
                lingers = true
                return
            }
            // What has begun to come needs no invitation.
            if index == bytes.count { context.output.append("HTTP/1.1 100 Continue\r\n\r\n") }
        }
        if case .length(let length) = framing, bytes.count - index >= length {
            let body = bytes.extracting(index..<index + length)
            index += length
            request.body.removeAll(keepingCapacity: request.body.capacity <= 65_536)
            body.withUnsafeBufferPointer { request.body.append(contentsOf: $0) }
            return finish(&request, refusal, &context)
        }
        var moved = HTTPRequest.blank
        swap(&moved, &request)
        moved.body = []
        partial = PartialRequest(moved, BodyDecoder(framing, limits: limits), refusal: refusal)
        deadline = now + context.deadlines.body
    }

    /// Reads on in the body of the present request; false where more bytes are needed.
    private mutating func takeBody(
        _ bytes: borrowing Span<UInt8>, _ index: inout Int, _ context: inout LoopContext
    ) -> Bool {
        guard let partial else { return true }
        do {
            index += try partial.decoder.take(bytes, from: index)
        } catch {
            self.partial = nil
            refuse(ProblemDetails(error), request: partial.request, &context)
            return true
        }
        guard partial.decoder.isComplete else { return false }
        self.partial = nil
        partial.request.body = partial.decoder.body
        finish(&partial.request, partial.refusal, &context)
        return true
    }

    /// A whole request with a body: decodes it and answers.
    private mutating func finish(
        _ request: inout HTTPRequest, _ refusal: HTTPResponse?, _ context: inout LoopContext
    ) {
        if let refusal {
            return answer(request, with: refusal, started: 0, &context)
        }
        if request.has("content-encoding"), let coder = context.coder, !Self.isIdentity(request) {
            let limit = min(context.handler.admission(of: request).maximumBodySize ?? context.limits.body, Int.max >> 8)
            do {
                request.body = try coder.decode(request.body, limit: limit, ratio: context.coding.maximumRatio)
            } catch {
                return refuse(ProblemDetails(error), request: request, &context)
            }
        }
        respond(to: &request, &context)
    }

    private mutating func respond(
        to request: inout HTTPRequest, _ context: inout LoopContext, remembers: Bool = false
    ) {
        request.peer = peer
        request.certificate = certificate
        let started = !context.isObserved ? 0 : MonotonicClock.microseconds()
        // Read before the handler is asked: what it answers then is of this generation or of a later one.
        let generation =
            remembers && !context.closesAll && !context.isSealed ? context.handler.generation : nil
        let response =
            request.isTunnel
            ? ProblemDetails.unknownMethod.response(requestID: request.id) : context.handler.respond(to: request)
        if let generation { context.memory.remember(response, to: request, generation: generation) }
        answer(request, with: response, started: started, &context)
    }

    /// Gives up the present body, which its peer sees by the end that never comes; it is counted all the same.
    private mutating func cutShort(_ context: LoopContext) {
        guard let streamed else { return }
        self.streamed = nil
        if context.isObserved {
            tell(
                of: streamed.response, streamed.request, streamed.started, "cut-short", context, sent: streamed.bytes)
        }
    }

    /// Makes slices of the present body; false where there are more to make once these are out.
    private mutating func makeSlices(now: Milliseconds, _ context: inout LoopContext) -> Bool {
        guard let streamed else { return true }
        deadline = now + context.deadlines.write
        for _ in 0..<Self.slicesAtOnce where context.output.count < Self.streamedAtOnce {
            guard let slice = streamed.stream.slice(streamed.next) else {
                if streamed.isChunked { context.output.append("0\r\n\r\n") }
                self.streamed = nil
                if streamed.closes {
                    isClosing = true
                    lingers = context.closesAll && streamed.request.keepsAlive
                }
                if context.isObserved {
                    tell(of: streamed.response, streamed.request, streamed.started, nil, context, sent: streamed.bytes)
                }
                return true
            }
            streamed.next += 1
            streamed.bytes += slice.count
            context.output.append(slice: slice, isChunked: streamed.isChunked)
        }
        return false
    }

    /// Answers with what came later, under the route and with the fields of the response that stood for it.
    private mutating func finish(_ awaited: AwaitedResponse, _ response: HTTPResponse, _ context: inout LoopContext) {
        var response = response
        response.later = nil
        response.route = awaited.placeholder.route
        for field in awaited.placeholder.fields.fields where response.fields[field.name] == nil {
            response.fields.append(field.name, field.value)
        }
        answer(awaited.request, with: response, started: awaited.started, bytesIn: awaited.held, &context)
    }

    private mutating func answer(
        _ request: HTTPRequest, with response: HTTPResponse, started: UInt64, bytesIn: Int? = nil,
        _ context: inout LoopContext
    ) {
        if let later = response.later {
            awaited = AwaitedResponse(later, response, request, started: started)
            return
        }
        // What follows a CONNECT was meant for the tunnel (RFC 9110 §9.3.6): it is no request to this server.
        let closes = context.closesAll || !request.keepsAlive || request.isTunnel
        if let stream = response.stream, request.method != .head {
            let isChunked = request.minorVersion > 0
            var response = response
            Representation.settle(&response, for: request, nil, context.coding)
            context.output.appendHead(
                of: response, after: &context.preamble, id: request.identity,
                closes || !isChunked ? .closes : .persists, isChunked: isChunked)
            streamed = StreamedResponse(
                stream, response, request, started: started, isChunked: isChunked, closes: closes || !isChunked)
            return
        }
        write(
            response, to: request,
            closes ? .closes : request.minorVersion == 0 ? .keepAlive : .persists, started: started, refusal: nil,
            bytesIn: bytesIn, &context)
        if closes {
            isClosing = true
            // RFC 9112 §9.6: who did not ask for the end may have sent more already.
            lingers = request.isTunnel || context.closesAll && request.keepsAlive
        }
    }

    // MARK: - Refusals

    private mutating func refuse(
        _ problem: ProblemDetails, request: HTTPRequest?, isHead: Bool = false, _ context: inout LoopContext
    ) {
        isClosing = true
        lingers = true
        guard let request else {
            let id = context.preamble.takeID()
            var response = problem.response(requestID: id.text)
            if problem.status.code == 503 { response.fields["Retry-After"] = "1" }
            response.route = "unread"
            context.output.append(response, after: &context.preamble, id: id, .closes, hasBody: !isHead)
            context.observer?.didAnswer(
                Exchange(
                    method: .unread, route: response.route, status: response.status.code, bytesIn: 0,
                    bytesOut: response.body.count, id: id, trace: nil, duration: 0, refusal: problem.slug))
            return
        }
        var response = problem.response(requestID: request.id)
        if problem.status.code == 503 { response.fields["Retry-After"] = "1" }
        response = context.handler.refusing(request, with: response)
        write(response, to: request, .closes, started: 0, refusal: problem.slug, &context)
    }

    /// Whether a request that could not be read asks by HEAD, whose answers never have a body (RFC 9110 §9.3.2).
    private static func beginsWithHead(_ bytes: borrowing Span<UInt8>, _ start: Int) -> Bool {
        var index = start
        while index < bytes.count, bytes[index] == 0x0D || bytes[index] == 0x0A { index += 1 }
        let method: StaticString = "HEAD "
        guard index + method.utf8CodeUnitCount <= bytes.count else { return false }
        for place in 0..<method.utf8CodeUnitCount where bytes[index + place] != method.utf8Start[place] { return false }
        return true
    }

    /// RFC 9110 §15.5.16: a coding that is not offered is told with those that are.
    private func refusalOfCoding(_ request: HTTPRequest, _ context: LoopContext) -> HTTPResponse? {
        guard request.has("content-encoding"), !Self.isIdentity(request) else { return nil }
        if context.coder != nil, let coding = request.bytes(ofField: "content-encoding") {
            let name = String(decoding: coding, as: UTF8.self).lowercased()
            if name == "gzip" || name == "x-gzip" { return nil }
        }
        var response = ProblemDetails(
            slug: "unsupported-content-coding", title: "Unsupported Media Type", status: HTTPStatus(415),
            detail: context.coder == nil
                ? "bodies are taken without a content coding" : "the only content coding is gzip"
        ).response(requestID: request.id)
        response.fields["Accept-Encoding"] = context.coder == nil ? "identity" : "gzip"
        return context.handler.refusing(request, with: response)
    }

    private static func isIdentity(_ request: HTTPRequest) -> Bool {
        request.bytes(ofField: "content-encoding").map {
            String(decoding: $0, as: UTF8.self).lowercased() == "identity"
        }
            ?? false
    }

    // MARK: - Writing

    private func write(
        _ answer: HTTPResponse, to request: HTTPRequest, _ option: ConnectionOption, started: UInt64, refusal: String?,
        bytesIn: Int? = nil, _ context: inout LoopContext
    ) {
        if answer.isFinal && !context.isSealed {
            context.output.append(
                answer, after: &context.preamble, id: request.identity, option, hasBody: request.method != .head)
            if context.isObserved { tell(of: answer, request, started, refusal, context) }
            return
        }
        var response = answer
        if answer.status.code >= 400 { context.refusals?.rewrite(&response, to: request) }
        if !answer.isFinal { Representation.settle(&response, for: request, context.coder, context.coding) }
        // A precondition fails only where the answer's tag is known.
        if response.status.code == 412, answer.status.code != 412 { context.refusals?.rewrite(&response, to: request) }
        if context.isSealed { context.sealer?.seal(&response, to: request) }
        if context.asksForRepeatable, response.repeated != nil || response.repeater != nil, option == .persists,
            response.status.code == 200, request.method == .post,
            !AnswerMemory.telling.contains(where: { request.has($0) })
        {
            context.repeatable = response
        }
        context.output.append(
            response, after: &context.preamble, id: request.identity, option, hasBody: request.method != .head)
        if context.isObserved { tell(of: response, request, started, refusal, context, received: bytesIn) }
    }

    private func tell(
        of response: HTTPResponse, _ request: HTTPRequest, _ started: UInt64, _ refusal: String?,
        _ context: LoopContext, sent: Int? = nil, received: Int? = nil
    ) {
        context.observer?.didAnswer(
            Exchange(
                method: request.method.label, route: response.route, status: response.status.code,
                bytesIn: received ?? request.body.count,
                bytesOut: sent ?? response.body.count, id: request.identity, trace: request.trace,
                duration: started == 0 ? 0 : MonotonicClock.microseconds() - started, refusal: refusal))
    }
}
