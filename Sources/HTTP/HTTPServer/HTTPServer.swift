import CEpoll
import Dispatch
import Glibc
public import HTTPWire
import Synchronization

/// How a server listens and what it allows.
public struct ServerConfiguration: Sendable {
    /// A numeric address, `localhost`, or `unix:` and the path of a socket, which one loop serves.
    public var host = "127.0.0.1"
    /// The port; 0 takes a free one.
    public var port = 8080
    /// Event loops; 0: one for each processor that this process may use.
    public var loops = 0
    /// The limits of a request.
    public var limits = ParsingLimits()
    /// The deadlines of a connection.
    public var deadlines = Deadlines()
    /// Connections at once, over all loops; more are answered with 503.
    public var maximumConnections = 10_000
    /// Connections at once of one IPv4 address or one IPv6 /64; 0 is no limit.
    public var maximumConnectionsPerAddress = 0
    /// Bytes of half-read requests and unsent answers at once, over all loops; beyond it connections that hold more than
    /// 8 KiB are refused with 503 or, where they do not read, closed.
    public var maximumHeldBytes = 67_108_864
    /// Secures every connection; nil speaks HTTP in the clear.
    public var secureChannels: (any SecureChannelFactory)?
    /// Codes and decodes bodies; nil offers no coding.
    public var contentCoding: (any ContentCoding)?
    /// When and how far bodies are coded.
    public var codingPolicy = CodingPolicy()
    /// Vouches for every answer to a request that could be read; nil costs nothing. With one, no answer is remembered.
    public var sealer: (any AnswerSealer)?
    /// Writes refusals anew, where a path wants another form than RFC 9457; nil leaves all as they are.
    public var refusals: (any RefusalWriter)?
    /// Is told of every answer, for logs and metrics; nil costs nothing.
    public var observer: (any ExchangeObserver)?

    /// Fields of every answer, of those too that refuse what could not be read; rendered once a second.
    public var commonFields = HTTPFields()

    /// The defaults above.
    public init() {}
}

/// What the loops count together.
final class SharedState: Sendable {
    let connections = Atomic<Int>(0)
    let heldBytes = Atomic<Int>(0)
    let addresses: AddressTable

    init(_ configuration: ServerConfiguration) {
        addresses = AddressTable(limit: configuration.maximumConnectionsPerAddress)
    }
}

/// An HTTP/1.1 server: one event loop for each processor on a thread that Dispatch supplies. Safe from any thread.
public final class HTTPServer: Sendable {
    private let configuration: ServerConfiguration
    private let handler: any HTTPHandler
    private let shared: SharedState
    private let controls = Mutex<[LoopControl]>([])
    private let running = DispatchGroup()

    /// A server that does not listen yet.
    public init(configuration: ServerConfiguration, handler: any HTTPHandler) {
        self.configuration = configuration
        self.handler = handler
        shared = SharedState(configuration)
    }

    /// Listens and serves; returns at once.
    /// - Throws: `ServerStartError`; nothing listens then.
    public func start() throws(ServerStartError) -> ListeningAddress {
        signal(SIGPIPE, SIG_IGN)
        if configuration.host.hasPrefix(ListeningAddress.localPrefix) { return try startLocally() }
        let count = configuration.loops > 0 ? configuration.loops : Self.usableProcessors
        let first = try ListeningSocket.first(host: configuration.host, port: configuration.port)
        let address = first.address
        try begin(first, number: 0)
        for number in 1..<max(1, count) {
            try begin(
                try ListeningSocket(host: configuration.host, port: address.port, sharesPort: true), number: number)
        }
        return address
    }

    /// Listens at a path; nothing shares such a socket, so one loop serves it.
    private func startLocally() throws(ServerStartError) -> ListeningAddress {
        let listener = try ListeningSocket(
            path: String(configuration.host.dropFirst(ListeningAddress.localPrefix.count)))
        let address = listener.address
        try begin(listener, number: 0)
        return address
    }

    private func begin(_ listener: consuming ListeningSocket, number: Int) throws(ServerStartError) {
        guard let control = LoopControl() else { throw .noDescriptors }
        // The listener changes its thread once, inside this box, and is never touched here again.
        let box = Mutex<ListeningSocket?>(consume listener)
        controls.withLock { $0.append(control) }
        let (configuration, handler, shared) = (configuration, handler, shared)
        let holder = Holder(box)
        DispatchQueue(label: "http.loop.\(number)", qos: .userInitiated).async(group: running) {
            guard let listener = holder.take(),
                let loop = EventLoop(
                    listener: listener, configuration: configuration, handler: handler, shared: shared,
                    control: control, number: number)
            else { return }
            loop.run()
        }
    }

    /// Hands a listener to the thread of its loop.
    private final class Holder: Sendable {
        private let box: Mutex<ListeningSocket?>
        init(_ box: consuming Mutex<ListeningSocket?>) { self.box = box }
        func take() -> ListeningSocket? { box.withLock { $0.take() } }
    }

    /// Processors that this process may run on (sched_getaffinity(2)), which a container or `taskset` may have narrowed.
    static var usableProcessors: Int {
        let allowed = Int(consilium_processors())
        return allowed > 0 ? allowed : max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }

    /// Connections that are open now, over all loops.
    public var openConnections: Int { shared.connections.load(ordering: .relaxed) }

    /// Bytes of half-read requests and unsent answers now, over all loops.
    public var heldBytes: Int { shared.heldBytes.load(ordering: .relaxed) }

    /// How long the loop that is longest in its present turn has been, milliseconds; 0 where all wait for events.
    public var longestTurn: UInt64 {
        let now = MonotonicClock.milliseconds()
        return controls.withLock { $0 }.map { $0.turnLength(at: now) }.max() ?? 0
    }

    /// Goes on accepting, but each answer closes its connection, so that clients and balancers go elsewhere in order.
    public func beginLeaving() {
        for control in controls.withLock({ $0 }) { control.advance(to: .leaving) }
    }

    /// Listens no more; each answer closes its connection; connections without a request close.
    public func beginDrain() {
        for control in controls.withLock({ $0 }) { control.advance(to: .draining) }
    }

    /// Drains, and closes what is left after the time.
    public func stop(within time: Duration) async {
        beginDrain()
        let milliseconds = Int(time / .milliseconds(1))
        let controls = controls.withLock { $0 }
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
            for control in controls { control.advance(to: .stopping) }
        }
        await withCheckedContinuation { continuation in
            running.notify(queue: .global()) { continuation.resume() }
        }
    }
}
