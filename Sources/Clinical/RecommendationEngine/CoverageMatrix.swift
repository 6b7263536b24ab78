public import ClinicalModel
import DecisionLogic

/// What a release says at every combination of the axes: which topics speak, and which of their rules apply or may apply.
/// A cell without a topic is not covered. It is the engine's own choice of topics and truth of rules, not a second one.
public struct CoverageMatrix: Sendable {
    /// One combination.
    public struct Cell: Sendable {
        /// The index of the value on each axis.
        public let place: [Int]
        /// The disease topic, or the overlay that answers alone; nil: not covered.
        public let topic: String?
        /// What lies over it.
        public let overlays: [String]
        /// Rules for a treatment that apply.
        public let recommended: [String]
        /// Rules for a treatment that apply once more is known.
        public let conditional: [String]

        /// Whether a topic speaks and offers something.
        public var isCovered: Bool { topic != nil && !(recommended.isEmpty && conditional.isEmpty) }
    }

    /// The axes.
    public let axes: CoverageAxes
    /// The cells; the last axis turns fastest.
    public let cells: [Cell]

    /// The matrix of a release. O(cells × knowledge): made once a release, and only when somebody asks.
    public init(axes: CoverageAxes, knowledge: ClinicalKnowledge) {
        self.axes = axes
        cells = (0..<axes.count).map { Self.cell(Self.place($0, axes), axes, knowledge) }
    }

    /// The cells at which a topic leads.
    public func cells(of topic: String) -> [Cell] { cells.filter { $0.topic == topic } }

    /// The ids of the values of a cell, axis by axis.
    public func values(of cell: Cell) -> [(axis: String, value: String)] {
        zip(axes.axes, cell.place).map { ($0.id, $0.values[$1].id) }
    }

    private static func place(_ number: Int, _ axes: CoverageAxes) -> [Int] {
        var rest = number
        var place: [Int] = []
        for axis in axes.axes.reversed() {
            place.append(rest % axis.values.count)
            rest /= axis.values.count
        }
        return place.reversed()
    }

    private static func cell(_ place: [Int], _ axes: CoverageAxes, _ knowledge: ClinicalKnowledge) -> Cell {
        let statements = zip(axes.axes, place).flatMap { $0.values[$1].says }
        let completion = FactCompletion(
            statements, vocabulary: knowledge.vocabulary, derivations: knowledge.derivations)
        // A cell that contradicts itself, such as a receptor state that a kind of tumour cannot have, is nobody's.
        guard completion.conflicts.isEmpty, let bearing = TopicChoice(completion, knowledge.topics).bearing else {
            return Cell(place: place, topic: nil, overlays: [], recommended: [], conditional: [])
        }
        var rules: [Truth: [String]] = [:]
        for rule in bearing.recommendations where rule.direction == .for {
            rules[rule.appliesWhen.evaluate(bearing.facts.values), default: []].append(rule.id)
        }
        return Cell(
            place: place, topic: bearing.lead.id, overlays: bearing.overlays.map(\.id),
            recommended: (rules[.true] ?? []).sorted(), conditional: (rules[.unknown] ?? []).sorted())
    }
}
