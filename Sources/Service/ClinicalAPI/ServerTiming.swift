import HTTPServer
import HTTPWire

/// How long an answer took here, told to who asks for it with `Prefer: server-timing` (RFC 7240): the field `Server-Timing`
/// (W3C Server Timing), in milliseconds. Nobody else pays for a clock.
struct ServerTiming {
    private let started: UInt64
    private var last: UInt64
    private var parts: [String] = []

    /// A clock that starts now, where the request asks for it; else nil.
    init?(_ request: HTTPRequest) {
        guard request.has("prefer"), Self.isWanted(request[field: "prefer"] ?? "") else { return nil }
        started = MonotonicClock.microseconds()
        last = started
    }

    /// Whether a list of preferences names this one. Its value, if any, is nothing to us.
    static func isWanted(_ field: String) -> Bool {
        field.split(separator: ",").contains { preference in
            let name = preference.prefix { $0 != ";" && $0 != "=" }
            return MediaType.trimmed(name).lowercased() == "server-timing"
        }
    }

    /// Ends a part of the work.
    mutating func mark(_ name: String) {
        let now = MonotonicClock.microseconds()
        parts.append("\(name);dur=\(Self.milliseconds(now - last))")
        last = now
    }

    /// Puts the parts and the whole on an answer.
    func put(on response: inout HTTPResponse) {
        let whole = "total;dur=\(Self.milliseconds(MonotonicClock.microseconds() - started))"
        response.fields.append("Server-Timing", (parts + [whole]).joined(separator: ", "))
        response.fields.append("Preference-Applied", "server-timing")
    }

    /// `1.042` of 1,042 µs.
    private static func milliseconds(_ microseconds: UInt64) -> String {
        let rest = "\(microseconds % 1_000)"
        return "\(microseconds / 1_000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }
}
