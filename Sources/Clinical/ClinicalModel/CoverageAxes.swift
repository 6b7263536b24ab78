public import DecisionLogic

/// The axes along which a release is asked what it covers, from `coverage.json`: every combination of one value of each is a
/// cell of the matrix.
public struct CoverageAxes: Sendable {
    /// One axis, such as the primary site.
    public struct Axis: Sendable {
        /// Its id.
        public let id: String
        /// Its name in words.
        public let title: String
        /// Its values, in order; at least one.
        public let values: [Value]

        /// An axis.
        public init(id: String, title: String, values: [Value]) {
            self.id = id
            self.title = title
            self.values = values
        }
    }

    /// One value of an axis: what is said of a patient who stands there; nothing for "unknown".
    public struct Value: Sendable {
        /// Its id, unique on the axis.
        public let id: String
        /// What it says.
        public let says: [FactStatement]

        /// A value.
        public init(id: String, says: [FactStatement]) {
            self.id = id
            self.says = says
        }
    }

    /// The axes, in order; none where the folder has no `coverage.json`.
    public let axes: [Axis]

    /// Axes.
    public init(axes: [Axis] = []) { self.axes = axes }

    /// How many cells there are.
    public var count: Int { axes.isEmpty ? 0 : axes.reduce(1) { $0 * $1.values.count } }
}
