/// Writes families as text, for Prometheus (exposition format 0.0.4) or as OpenMetrics 1.0.
public struct MetricsText: Sendable {
    /// Which of the two.
    public enum Format: Sendable, Equatable {
        /// `text/plain; version=0.0.4`, which every Prometheus reads.
        case prometheus
        /// `application/openmetrics-text; version=1.0.0`.
        case openMetrics

        /// The media type.
        public var contentType: String {
            switch self {
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }

        /// What an `Accept` field prefers; nothing said is Prometheus. The weights of Prometheus itself are taken; of others
        /// the order does not matter, since whoever names OpenMetrics reads it.
        public init(accept: String?) {
            let wantsOpen = accept?.lowercased().split(separator: ",").contains { range in
                let parts = range.split(separator: ";").map { $0.drop { $0 == " " } }
                return parts.first?.hasPrefix("application/openmetrics-text") == true
                    && !parts.dropFirst().contains {
                        $0 == "q=0" || $0.hasPrefix("q=0.0") && Double($0.dropFirst(2)) == 0
                    }
            }
            self = wantsOpen == true ? .openMetrics : .prometheus
        }
    }

    private let format: Format
    private var bytes: [UInt8] = []

    private init(_ format: Format) {
        self.format = format
        bytes.reserveCapacity(16_384)
    }

    /// The text of families, by name ascending; those without a line are left out.
    public static func write(_ families: [MetricFamily], as format: Format) -> [UInt8] {
        var text = MetricsText(format)
        for family in families.sorted(by: { $0.name < $1.name }) where !family.samples.isEmpty { text.write(family) }
        if format == .openMetrics { text.append("# EOF\n") }
        return text.bytes
    }

    private mutating func write(_ family: MetricFamily) {
        // Prometheus names the lines, OpenMetrics the family.
        let name =
            switch (format, family.kind) {
            case (.prometheus, .counter): family.name + "_total"
            case (.prometheus, .info): family.name + "_info"
            default: family.name
            }
        let kind = format == .prometheus && family.kind == .info ? "gauge" : family.kind.rawValue
        append("# HELP \(name) \(Self.escaped(family.help, quotes: format == .openMetrics))\n# TYPE \(name) \(kind)\n")
        for sample in family.samples {
            append(family.name)
            append(sample.suffix)
            for (index, label) in sample.labels.enumerated() {
                append(index == 0 ? "{" : ",")
                append("\(label.name)=\"\(Self.escaped(label.value, quotes: true))\"")
            }
            if !sample.labels.isEmpty { append("}") }
            append(" \(Self.value(sample.value))\n")
        }
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// Backslash, line feed, and in a label also the quotation mark (OpenMetrics also in a help text).
    static func escaped(_ text: String, quotes: Bool) -> String {
        guard text.utf8.contains(where: { $0 == 0x5C || $0 == 0x0A || $0 == 0x22 }) else { return text }
        return text.reduce(into: "") { written, character in
            switch character {
            case "\\": written += "\\\\"
            case "\n": written += "\\n"
            case "\"" where quotes: written += "\\\""
            default: written.append(character)
            }
        }
    }

    /// A whole number without a fraction, so that counts stay exact.
    static func value(_ value: Double) -> String {
        if let whole = Int(exactly: value) { return "\(whole)" }
        return number(value)
    }

    /// As OpenMetrics §4.1.3 wants bounds: `0.5`, `1.0`, `+Inf`.
    static func number(_ value: Double) -> String {
        value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Inf" : "+Inf") : "\(value)"
    }
}
