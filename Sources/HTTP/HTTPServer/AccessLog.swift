import HTTPWire
import JSONText
public import Telemetry

/// Writes a log line for each answer: method, route pattern, status, sizes, time, the ids of request, trace and span. Never a
/// path, a query, a field, a body or an address. The one thing of a peer's in a line is the id that it gave its request or its
/// trace, which are letters and digits and are told back to it anyway.
public struct AccessLog: ExchangeObserver {
    private let output: LogOutput
    /// Few: looking at each costs less than a hash.
    private let silentRoutes: [String]

    /// A log; answers of `silentRoutes` (patterns) with a status below 400 are not written, so that health checks do not
    /// fill it.
    public init(_ output: LogOutput, silentRoutes: Set<String> = []) {
        self.output = output
        self.silentRoutes = silentRoutes.sorted()
    }

    /// Writes a line.
    public func didAnswer(_ exchange: Exchange) {
        if exchange.status < 400 && silentRoutes.contains(exchange.route) { return }
        output.writeLine(.info, "request") { line in
            if case .made(let high, let low) = exchange.id {
                line.member("request_id", uuid: high, low)
            } else {
                line.member("request_id", exchange.id.text)
            }
            if let trace = exchange.trace {
                line.member("trace_id", trace.traceID)
                line.member("span_id", hexadecimal: exchange.span)
                line.member("parent_id", trace.parentID)
            }
            line.member("method", exchange.method.text)
            line.member("route", exchange.route)
            line.member("status", exchange.status)
            line.member("bytes_in", exchange.bytesIn)
            line.member("bytes_out", exchange.bytesOut)
            line.member("dur_us", Int(clamping: exchange.duration))
            if let refusal = exchange.refusal { line.member("refusal", refusal) }
        }
    }

    /// Nothing.
    public func connectionsChanged(by difference: Int) {}

    /// Writes a line.
    public func didTurnAway(_ reason: String) {
        output.write(.notice, "connection turned away") { $0.member("reason", reason) }
    }
}
