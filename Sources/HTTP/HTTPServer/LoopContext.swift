import Glibc
public import HTTPWire

/// Monotonic time in milliseconds; the zero is anywhere.
typealias Milliseconds = UInt64

/// How long each phase of a connection may take.
public struct Deadlines: Sendable, Equatable {
    /// For a TLS handshake, milliseconds.
    public var handshake: UInt64 = 10_000
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

/// What an event loop has once for all its connections: the handler, the limits, the time of this moment, and the room in
/// which requests are read and responses are gathered.
struct LoopContext {
    let handler: any HTTPHandler
    let limits: ParsingLimits
    let deadlines: Deadlines
    /// Codes and decodes bodies; nil where no coding is offered.
    let coder: (any ContentCoder)?
    let coding: CodingPolicy
    /// What vouches for each answer; nil where nothing does.
    let sealer: (any AnswerSealer)?
    /// Whether something does: looking at the sealer itself would copy it.
    let isSealed: Bool
    /// What writes refusals anew; nil where all stay as they are.
    let refusals: (any RefusalWriter)?
    /// What is told of each answer; nil where nobody listens.
    let observer: (any ExchangeObserver)?
    /// Whether somebody listens: looking at the observer itself would copy it.
    let isObserved: Bool
    /// What stands in front of the fields of every response: the date of this second, the fixed fields, and the id.
    var preamble = ResponsePreamble()
    /// The same for what is sent in the clear on a port for TLS.
    var preambleInTheClear = ResponsePreamble()
    private let isSecure: Bool
    private let commonFields: HTTPFields
    /// Whether every answer closes its connection, since the server is on its way down.
    var closesAll = false
    /// Where the responses of the connection that is served now gather.
    var output = OutputQueue()
    /// Answers that may be given again.
    var memory = AnswerMemory()
    var posted = PostedMemory()
    var heads = PostedHeads()
    /// What was written last, where it may be given again and somebody asks for it.
    var repeatable: HTTPResponse?
    var asksForRepeatable = false
    /// Whether the head that is answered now was known to `heads`.
    var isHeadKnown = false
    /// A request to read into, given back after use.
    var spareRequest = HTTPRequest.blank

    /// Milliseconds since 1970, for the ids of requests.
    private(set) var wallClock: UInt64 = 0
    private var second: UInt64 = .max
    private let idBase = UInt64.random(in: 0..<1 << 62)
    private var idCount: UInt64 = 0

    init(
        handler: any HTTPHandler, limits: ParsingLimits = ParsingLimits(), deadlines: Deadlines = Deadlines(),
        coder: (any ContentCoder)? = nil, coding: CodingPolicy = CodingPolicy(),
        sealer: (any AnswerSealer)? = nil, refusals: (any RefusalWriter)? = nil,
        observer: (any ExchangeObserver)? = nil, isSecure: Bool = false, commonFields: HTTPFields = HTTPFields()
    ) {
        self.handler = handler
        self.limits = limits
        self.deadlines = deadlines
        self.coder = coder
        self.coding = coding
        self.sealer = sealer
        isSealed = sealer != nil
        self.refusals = refusals
        self.observer = observer
        isObserved = observer != nil
        self.isSecure = isSecure
        self.commonFields = commonFields
    }

    /// Takes the time of this moment; the `Date` field (RFC 9110 §6.6.1) is written anew once a second.
    mutating func setWallClock(milliseconds: UInt64) {
        guard milliseconds / 1_000 != second else { return preamble.set(wallClock: milliseconds) }
        second = milliseconds / 1_000
        let date = HTTPDate.text(secondsSince1970: Int(second))
        let plain = Array("Date: \(date)\r\nX-Content-Type-Options: nosniff\r\n".utf8) + commonFields.wire
        preambleInTheClear.set(common: plain, wallClock: milliseconds)
        // RFC 6797 §7.2: only over TLS.
        let secure = isSecure ? Array("Strict-Transport-Security: max-age=31536000\r\n".utf8) : []
        preamble.set(common: plain + secure, wallClock: milliseconds)
    }

    /// The sender's id where it is harmless, else one of ours.
    mutating func identity(for request: HTTPRequest) -> RequestID {
        if request.has("x-request-id"), let text = request[field: "x-request-id"], let id = RequestID(given: text) {
            return id
        }
        return preamble.takeID()
    }
}

/// How content coding is used.
public struct CodingPolicy: Sendable, Equatable {
    /// Bodies below this are sent as they are, bytes.
    public var minimumSize = 1_024
    /// How many times larger than what came a coded request body may become.
    public var maximumRatio = 100

    /// The values above.
    public init() {}
}

/// What came of one request, for logs and metrics. Nothing of it is a patient's.
public struct Exchange: Sendable {
    /// The method by a name of ours.
    public let method: MethodName
    /// The pattern of the route, `unmatched`, or `unread`.
    public let route: String
    /// The status.
    public let status: Int
    /// Bytes of the request's body.
    public let bytesIn: Int
    /// Bytes of the response's body.
    public let bytesOut: Int
    /// The id of the request.
    public let id: RequestID
    /// The trace that the sender began, where it sent one that is well-formed.
    public let trace: TraceContext?
    /// Microseconds between the whole request and its response.
    public let duration: UInt64
    /// Why it was refused before a handler saw it: a problem's slug.
    public let refusal: String?

    /// The span that this service is in the sender's trace, not 0. Of a made id it is the random half, so that it needs no
    /// other randomness.
    var span: UInt64 {
        if case .made(_, let made) = id { return made }
        return .random(in: 1...UInt64.max)
    }
}

/// Is told of what happens, on the event loops.
public protocol ExchangeObserver: Sendable {
    /// What one loop, from 0 on, tells in this one's place: one of its own counts without a lock.
    func observer(ofLoop number: Int) -> any ExchangeObserver
    /// A request was answered.
    func didAnswer(_ exchange: Exchange)
    /// The number of open connections changed by this much.
    func connectionsChanged(by difference: Int)
    /// The number of half-read requests and unsent answers changed by this much.
    func requestsInFlightChanged(by difference: Int)
    /// A connection was turned away before it was read: `connections`, `address`, `descriptors`, `handshake`; or given up
    /// for want of room: `memory`.
    func didTurnAway(_ reason: String)
}

extension ExchangeObserver {
    /// This one, for all loops.
    public func observer(ofLoop number: Int) -> any ExchangeObserver { self }

    /// Nothing.
    public func requestsInFlightChanged(by difference: Int) {}
}
