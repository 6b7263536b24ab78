import ClinicalModel
public import Telemetry

/// Counts recommendations by topic and outcome, for whichever door they leave by. Its labels are the topics of the release,
/// looked up once; a count is one look in a table and one addition.
public struct RecommendationCounts: Sendable {
    private let registry: MetricRegistry
    private let cells: [String: [CounterCell]]
    /// By the number of the topic in its release.
    private let numbered: [[CounterCell]]

    /// Counts into a registry; knows no topic yet.
    public init(_ registry: MetricRegistry) { self.init(registry, topics: []) }

    private init(_ registry: MetricRegistry, topics: [String]) {
        self.registry = registry
        cells = Dictionary(
            uniqueKeysWithValues: Set(topics + ["none"]).sorted().map { topic in
                (topic, Self.outcomes.map { registry.counter(Self.name, help: Self.help, Self.labels(topic, $0)) })
            })
        numbered = topics.map { [cells] in cells[$0] ?? [] }
    }

    /// The counts of a release with these topics: going on where they were counted before.
    func counting(topics: [String]) -> RecommendationCounts { RecommendationCounts(registry, topics: topics) }

    /// Counts one.
    func count(_ guidance: Guidance) {
        let place =
            switch guidance.outcome {
            case .guidance: 0
            case .dataRequired: 1
            case .outOfScope: 2
            }
        (cells[guidance.topic?.id ?? "none"] ?? cells["none"])?[place].add()
    }

    /// Counts one that compiled knowledge gave.
    func count(topic: Int?, isGuidance: Bool) {
        let place = isGuidance ? 0 : 1
        guard let topic else {
            cells["none"]?[place].add()
            return
        }
        numbered[topic][place].add()
    }

    private static let name = "consilium_recommendation"
    private static let help = "answers to cases and questions"
    private static let outcomes = [Guidance.Outcome.guidance, .dataRequired, .outOfScope].map(\.rawValue)

    private static func labels(_ topic: String, _ outcome: String) -> [MetricLabel] {
        [MetricLabel("topic", topic), MetricLabel("outcome", outcome)]
    }
}
