import HTTPWire
import Synchronization
public import Telemetry

/// Counts answers by route pattern, method and class of status, durations by route, bytes, connections and refusals by
/// reason. Labels come from the route table and from lists of ours, never from a peer, so that no sender can make new ones.
///
/// Each event loop counts in cells of its own (`observer(ofLoop:)`) without a lock; `read` adds them up. An answer costs a
/// look in a table of routes and five plain stores.
public final class ServerMetrics: ExchangeObserver {
    /// What one route has on one loop.
    private struct RouteCells: ~Copyable {
        /// By method and class of status: `method * 5 + class - 1`.
        let requests = InlineArray<55, Atomic<Int>> { _ in Atomic(0) }
        let durations = DurationCells()
        let bytesIn = Atomic<Int>(0)
        let bytesOut = Atomic<Int>(0)
    }

    private final class RouteCount: Sendable {
        let cells = RouteCells()
    }

    /// The cells of one loop, written by its thread alone.
    private final class LoopMetrics: ExchangeObserver {
        let routes: [RouteCount]
        let connections = Atomic<Int>(0)
        let inFlight = Atomic<Int>(0)
        private let places: [String: Int]
        private let refusals: Refusals

        init(places: [String: Int], refusals: Refusals) {
            self.places = places
            self.refusals = refusals
            routes = (0...places.count).map { _ in RouteCount() }
        }

        func didAnswer(_ exchange: Exchange) {
            let route = routes[places[exchange.route] ?? places.count]
            let statusClass = min(max(exchange.status / 100, 1), 5)
            route.cells.requests[exchange.method.rawValue * 5 + statusClass - 1].raise(1)
            route.cells.durations.record(exchange.duration)
            if exchange.bytesIn != 0 { route.cells.bytesIn.raise(exchange.bytesIn) }
            route.cells.bytesOut.raise(exchange.bytesOut)
            if let refusal = exchange.refusal { refusals.count(refusal) }
        }

        func connectionsChanged(by difference: Int) { connections.raise(difference) }

        func requestsInFlightChanged(by difference: Int) { inFlight.raise(difference) }

        func didTurnAway(_ reason: String) { refusals.count(reason) }
    }

    /// Refusals by reason, of all loops: rare, so a lock will do. Reasons are slugs of ours; the bound is for the day on
    /// which one is not.
    private final class Refusals: Sendable {
        private let counts = Mutex<[String: Int]>([:])

        func count(_ reason: String) {
            counts.withLock { $0[$0[reason] == nil && $0.count >= 64 ? "other" : reason, default: 0] += 1 }
        }

        var all: [String: Int] { counts.withLock { $0 } }
    }

    private let prefix: String
    private let patterns: [String]
    private let places: [String: Int]
    private let refusals = Refusals()
    private let loops = Mutex<[Int: LoopMetrics]>([:])

    /// Figures under a prefix, such as `consilium_http`. `routes` are the patterns of the router; what has no route counts
    /// under `unmatched`, what could not be read under `unread`, anything else under `other`.
    public init(prefix: String, routes: [String]) {
        self.prefix = prefix
        var patterns: [String] = []
        for pattern in routes + ["unmatched", "unread", "*"] where !patterns.contains(pattern) {
            patterns.append(pattern)
        }
        self.patterns = patterns + ["other"]
        places = Dictionary(uniqueKeysWithValues: patterns.enumerated().map { ($1, $0) })
    }

    /// The cells of a loop.
    public func observer(ofLoop number: Int) -> any ExchangeObserver {
        loops.withLock { loops in
            if let present = loops[number] { return present }
            let made = LoopMetrics(places: places, refusals: refusals)
            loops[number] = made
            return made
        }
    }

    /// For who drives connections without loops, such as a test: the cells of loop 0.
    public func didAnswer(_ exchange: Exchange) { observer(ofLoop: 0).didAnswer(exchange) }

    /// The same.
    public func connectionsChanged(by difference: Int) { observer(ofLoop: 0).connectionsChanged(by: difference) }

    /// Counts.
    public func didTurnAway(_ reason: String) { refusals.count(reason) }

    // MARK: - Reading

    /// Every figure of this moment, over all loops.
    public func read() -> [MetricFamily] {
        let loops = loops.withLock { Array($0.values) }
        var requests: [MetricSample] = []
        var durations: [MetricSample] = []
        var bytesIn: [MetricSample] = []
        var bytesOut: [MetricSample] = []
        for (place, pattern) in patterns.enumerated() {
            let label = MetricLabel("route", pattern)
            var total = DurationTotals()
            for loop in loops { loop.routes[place].cells.durations.add(to: &total) }
            // A route that nobody asked for has no lines.
            guard total.count > 0 else { continue }
            durations += total.samples([label])
            requests += Self.requests(loops.map { $0.routes[place] }, label)
            let cells = loops.map { $0.routes[place] }
            bytesIn.append(Self.total(label, cells.map { $0.cells.bytesIn.load(ordering: .relaxed) }))
            bytesOut.append(Self.total(label, cells.map { $0.cells.bytesOut.load(ordering: .relaxed) }))
        }
        let connections = loops.reduce(0) { $0 + $1.connections.load(ordering: .relaxed) }
        let inFlight = loops.reduce(0) { $0 + $1.inFlight.load(ordering: .relaxed) }
        return [
            MetricFamily(prefix + "_requests", .counter, help: "requests that were answered", requests),
            MetricFamily(
                prefix + "_request_duration_seconds", .histogram,
                help: "time between a whole request and its answer", durations),
            MetricFamily(
                prefix + "_request_body_bytes", .counter, help: "bytes of request bodies, decoded", bytesIn),
            MetricFamily(
                prefix + "_response_body_bytes", .counter, help: "bytes of response bodies, as sent", bytesOut),
            MetricFamily(
                prefix + "_connections", .gauge, help: "open connections", [MetricSample("", [], Double(connections))]),
            MetricFamily(
                prefix + "_in_flight", .gauge, help: "half-read requests and unsent answers",
                [MetricSample("", [], Double(inFlight))]),
            MetricFamily(
                prefix + "_rejected", .counter, help: "requests and connections refused before a route saw them",
                refusals.all.sorted { $0.key < $1.key }.map {
                    MetricSample("_total", [MetricLabel("reason", $0.key)], Double($0.value))
                }),
        ]
    }

    private static func total(_ label: MetricLabel, _ parts: [Int]) -> MetricSample {
        MetricSample("_total", [label], Double(parts.reduce(0, +)))
    }

    private static func requests(_ counts: [RouteCount], _ label: MetricLabel) -> [MetricSample] {
        MethodName.allCases.flatMap { method in
            (1...5).compactMap { statusClass -> MetricSample? in
                let place = method.rawValue * 5 + statusClass - 1
                let count = counts.reduce(0) { $0 + $1.cells.requests[place].load(ordering: .relaxed) }
                guard count > 0 else { return nil }
                return MetricSample(
                    "_total",
                    [label, MetricLabel("method", method.text), MetricLabel("status_class", "\(statusClass)xx")],
                    Double(count))
            }
        }
    }
}
