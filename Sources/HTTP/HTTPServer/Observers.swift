import HTTPWire
public import Logging
import Metrics
import Synchronization

/// Writes a log line for each answer: method, route pattern, status, sizes, time, the ids of request and trace. Never a
/// path, a query, a field, a body or an address.
public struct AccessLog: ExchangeObserver {
    private let logger: Logger
    private let silentRoutes: Set<String>

    /// A log; answers of `silentRoutes` (patterns) with a status below 400 are not written, so that health checks do not
    /// fill it.
    public init(_ logger: Logger, silentRoutes: Set<String> = []) {
        self.logger = logger
        self.silentRoutes = silentRoutes
    }

    /// Writes a line.
    public func didAnswer(_ exchange: Exchange) {
        if exchange.status < 400 && silentRoutes.contains(exchange.route) { return }
        var metadata: Logger.Metadata = [
            "method": .string(exchange.method), "route": .string(exchange.route),
            "status": .stringConvertible(exchange.status),
            "bytes_in": .stringConvertible(exchange.bytesIn), "bytes_out": .stringConvertible(exchange.bytesOut),
            "dur_us": .stringConvertible(exchange.duration), "request_id": .string(exchange.id.text),
        ]
        if let trace = exchange.trace {
            metadata["trace_id"] = .string(trace.traceID)
            metadata["parent_id"] = .string(trace.parentID)
        }
        if let refusal = exchange.refusal { metadata["refusal"] = .string(refusal) }
        logger.info("request", metadata: metadata)
    }

    /// Nothing.
    public func connectionsChanged(by difference: Int) {}

    /// Writes a line.
    public func didTurnAway(_ reason: String) {
        logger.notice("connection turned away", metadata: ["reason": .string(reason)])
    }
}

/// Counts answers through swift-metrics, by route pattern, method and class of status; durations by route; connections;
/// refusals by reason. Labels come from the route table and from lists of ours, never from a peer, so that no sender can
/// make new ones.
public final class ServerMetrics: ExchangeObserver {
    private struct Key: Hashable {
        let method: String
        let route: String
        let statusClass: Int
    }

    private struct Instruments {
        let requests: Counter
        let duration: Metrics.Timer
    }

    private let prefix: String
    private let instruments = Mutex<[Key: Instruments]>([:])
    private let refusals = Mutex<[String: Counter]>([:])
    private let connections: Meter
    private let open = Atomic<Int>(0)

    /// Instruments under a prefix, such as `consilium_http`.
    public init(prefix: String) {
        self.prefix = prefix
        connections = Meter(label: prefix + "_connections")
    }

    /// Counts.
    public func didAnswer(_ exchange: Exchange) {
        let key = Key(method: exchange.method, route: exchange.route, statusClass: exchange.status / 100)
        let found = instruments.withLock { all in
            if let present = all[key] { return present }
            let made = make(key)
            all[key] = made
            return made
        }
        found.requests.increment()
        found.duration.recordMicroseconds(Int(clamping: exchange.duration))
        if let refusal = exchange.refusal { count(refusal) }
    }

    private func make(_ key: Key) -> Instruments {
        let labels = [("route", key.route), ("method", key.method), ("status_class", "\(key.statusClass)xx")]
        return Instruments(
            requests: Counter(label: prefix + "_requests_total", dimensions: labels),
            duration: Metrics.Timer(label: prefix + "_request_duration_seconds", dimensions: [("route", key.route)]))
    }

    /// Keeps the gauge.
    public func connectionsChanged(by difference: Int) {
        connections.set(open.add(difference, ordering: .relaxed).newValue)
    }

    /// Counts.
    public func didTurnAway(_ reason: String) { count(reason) }

    private func count(_ reason: String) {
        refusals.withLock { all in
            if let present = all[reason] { return present.increment() }
            let made = Counter(label: prefix + "_rejected_total", dimensions: [("reason", reason)])
            all[reason] = made
            made.increment()
        }
    }
}

/// Several observers as one.
public struct ObserverGroup: ExchangeObserver {
    private let members: [any ExchangeObserver]

    /// A group; told in order.
    public init(_ members: [any ExchangeObserver]) { self.members = members }

    /// Tells all.
    public func didAnswer(_ exchange: Exchange) { for member in members { member.didAnswer(exchange) } }
    /// Tells all.
    public func connectionsChanged(by difference: Int) {
        for member in members { member.connectionsChanged(by: difference) }
    }
    /// Tells all.
    public func didTurnAway(_ reason: String) { for member in members { member.didTurnAway(reason) } }
}
