/// What a family of figures is (OpenMetrics 1.0 §5.2).
public enum MetricKind: String, Sendable {
    /// Only grows.
    case counter
    /// Goes up and down.
    case gauge
    /// Counts of observations by upper bound, with their sum.
    case histogram
    /// A count of observations with their sum.
    case summary
    /// 1, with what does not change as labels.
    case info
}

/// One line of an exposition: the end of its name, its labels, its value.
public struct MetricSample: Sendable, Equatable {
    /// What stands behind the name of the family: "", `_total`, `_bucket`, `_sum`, `_count`, `_info`.
    public let suffix: String
    /// Names and values, in the order written.
    public let labels: [MetricLabel]
    /// The value.
    public let value: Double

    /// A line.
    public init(_ suffix: String = "", _ labels: [MetricLabel] = [], _ value: Double) {
        self.suffix = suffix
        self.labels = labels
        self.value = value
    }
}

/// One label of a figure. Values come from lists of ours, never from a peer.
public struct MetricLabel: Sendable, Hashable {
    /// Letters, digits and `_`.
    public let name: String
    /// Any text.
    public let value: String

    /// A label.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Figures of one name.
public struct MetricFamily: Sendable, Equatable {
    /// The name without `_total` and without `_info`.
    public let name: String
    /// One sentence.
    public let help: String
    /// What it is.
    public let kind: MetricKind
    /// Its lines.
    public let samples: [MetricSample]

    /// A family.
    public init(_ name: String, _ kind: MetricKind, help: String, _ samples: [MetricSample]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }
}
