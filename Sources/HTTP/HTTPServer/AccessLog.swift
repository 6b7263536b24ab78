import HTTPWire
import JSONText
public import Telemetry

/// Writes a log line for each answer: method, route pattern, status, sizes, time, the ids of request, trace and span. Never a
/// path, a query, a field, a body or an address. The one thing of a peer's in a line is the id that it gave its request or its
/// trace, which are letters and digits and are told back to it anyway.
public struct AccessLog: ExchangeObserver {
    private let output: LogOutput
    private let silentRoutes: Set<String>

    /// A log; answers of `silentRoutes` (patterns) with a status below 400 are not written, so that health checks do not
    /// fill it.
    public init(_ output: LogOutput, silentRoutes: Set<String> = []) {
        self.output = output
        self.silentRoutes = silentRoutes
    }

    /// Writes a line.
    public func didAnswer(_ exchange: Exchange) {
        if exchange.status < 400 && silentRoutes.contains(exchange.route) { return }
        output.write(.info, "request") { json in
            json.member("request_id", exchange.id.text)
            if let trace = exchange.trace {
                json.member("trace_id", trace.traceID)
                json.member("span_id", exchange.spanID)
                json.member("parent_id", trace.parentID)
            }
            json.member("method", exchange.method.text)
            json.member("route", exchange.route)
            json.member("status", exchange.status)
            json.member("bytes_in", exchange.bytesIn)
            json.member("bytes_out", exchange.bytesOut)
            json.member("dur_us", Int(clamping: exchange.duration))
            json.member("refusal", exchange.refusal)
        }
    }

    /// Nothing.
    public func connectionsChanged(by difference: Int) {}

    /// Writes a line.
    public func didTurnAway(_ reason: String) {
        output.write(.notice, "connection turned away") { $0.member("reason", reason) }
    }
}
