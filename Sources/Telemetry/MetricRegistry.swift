public import CoreMetrics
import Synchronization

/// The figures of a process: counts and values under names and labels, and sources that are asked when somebody reads. Also
/// the back end of swift-metrics, so that what a library counts is told too. Safe from any thread.
///
/// Cardinality is bounded: a family has at most `maximumSeries` combinations of labels; further ones count together under
/// the label value `other`.
public final class MetricRegistry: Sendable {
    private enum Cell {
        case counter(CounterCell)
        case gauge(GaugeCell)
        case summary(CounterCell, GaugeCell)
    }

    private struct Family {
        let kind: MetricKind
        let help: String
        var cells: [[MetricLabel]: Cell] = [:]
        var order: [[MetricLabel]] = []
    }

    private let families = Mutex<[String: Family]>([:])
    private let sources = Mutex<[@Sendable () -> [MetricFamily]]>([])

    /// Combinations of labels that a family has at most.
    public static let maximumSeries = 500

    /// An empty registry.
    public init() {}

    /// Asks this source each time somebody reads. It must return within about a millisecond.
    public func addSource(_ source: @escaping @Sendable () -> [MetricFamily]) { sources.withLock { $0.append(source) } }

    /// The count of this name (without `_total`) and these labels, made where it is new. Keep it where it is needed often.
    public func counter(_ name: String, help: String, _ labels: [MetricLabel] = []) -> CounterCell {
        let cell = cell(name, .counter, help, labels) { .counter(CounterCell()) }
        if case .counter(let counter) = cell { return counter }
        return CounterCell()
    }

    /// The value of this name and these labels, made where it is new.
    public func gauge(_ name: String, help: String, _ labels: [MetricLabel] = []) -> GaugeCell {
        let cell = cell(name, .gauge, help, labels) { .gauge(GaugeCell()) }
        if case .gauge(let gauge) = cell { return gauge }
        return GaugeCell()
    }

    /// Count and sum of this name and these labels, made where they are new.
    func summary(_ name: String, help: String, _ labels: [MetricLabel]) -> (count: CounterCell, sum: GaugeCell) {
        let cell = cell(name, .summary, help, labels) { .summary(CounterCell(), GaugeCell()) }
        if case .summary(let count, let sum) = cell { return (count, sum) }
        return (CounterCell(), GaugeCell())
    }

    /// A cell; one of another kind than before under the same name counts for nobody, since one name has one kind.
    private func cell(
        _ name: String, _ kind: MetricKind, _ help: String, _ labels: [MetricLabel], _ make: () -> Cell
    ) -> Cell {
        let made = make()
        return families.withLock { families in
            var family = families[name] ?? Family(kind: kind, help: help)
            guard family.kind == kind else { return made }
            var labels = labels
            if family.cells[labels] == nil && family.cells.count >= Self.maximumSeries {
                labels = labels.map { MetricLabel($0.name, "other") }
            }
            if let present = family.cells[labels] { return present }
            family.cells[labels] = made
            family.order.append(labels)
            families[name] = family
            return made
        }
    }

    /// Every figure of this moment.
    public func read() -> [MetricFamily] {
        let own = families.withLock { families in
            families.map { name, family in
                MetricFamily(
                    name, family.kind, help: family.help,
                    family.order.flatMap { labels -> [MetricSample] in
                        switch family.cells[labels] {
                        case .counter(let cell): [MetricSample("_total", labels, Double(cell.value))]
                        case .gauge(let cell): [MetricSample("", labels, cell.value)]
                        case .summary(let count, let sum):
                            [
                                MetricSample("_sum", labels, sum.value),
                                MetricSample("_count", labels, Double(count.value)),
                            ]
                        case nil: []
                        }
                    })
            }
        }
        return own + sources.withLock { $0 }.flatMap { $0() }
    }
}

// MARK: - swift-metrics

extension MetricRegistry: MetricsFactory {
    private static let foreign = "counted by a library through swift-metrics"

    /// A count of this name.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Counter(cell: counter(Self.name(label, "_total"), help: Self.foreign, Self.labels(dimensions)))
    }

    /// A value of this name.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        Meter(cell: gauge(Self.name(label, ""), help: Self.foreign, Self.labels(dimensions)))
    }

    /// Count and sum of what is recorded; a distribution is kept by nobody here.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        let (count, sum) = summary(Self.name(label, ""), help: Self.foreign, Self.labels(dimensions))
        return Recorder(count: count, sum: sum, scale: 1)
    }

    /// Count and sum of durations, in seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let (count, sum) = summary(Self.name(label, ""), help: Self.foreign, Self.labels(dimensions))
        return Recorder(count: count, sum: sum, scale: 1e-9)
    }

    /// Nothing: a figure that was told once is told on.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Nothing.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// Nothing.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Nothing.
    public func destroyTimer(_ handler: any TimerHandler) {}

    /// A name of letters, digits and `_`, without an ending that is put on again.
    private static func name(_ label: String, _ ending: String) -> String {
        let name = String(
            label.unicodeScalars.map { scalar -> Character in
                scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
                    ? Character(scalar) : "_"
            })
        let whole = name.first?.isNumber == true ? "_" + name : name
        return !ending.isEmpty && whole.hasSuffix(ending) ? String(whole.dropLast(ending.count)) : whole
    }

    private static func labels(_ dimensions: [(String, String)]) -> [MetricLabel] {
        dimensions.map { MetricLabel(name($0.0, ""), $0.1) }
    }

    private final class Counter: CounterHandler {
        private let cell: CounterCell
        init(cell: CounterCell) { self.cell = cell }
        func increment(by amount: Int64) { cell.add(Int(clamping: amount)) }
        /// A count that went down would be taken for a restart: it stays.
        func reset() {}
    }

    private final class Meter: MeterHandler {
        private let cell: GaugeCell
        init(cell: GaugeCell) { self.cell = cell }
        func set(_ value: Int64) { cell.set(Double(value)) }
        func set(_ value: Double) { cell.set(value) }
        func increment(by amount: Double) { cell.add(amount) }
        func decrement(by amount: Double) { cell.add(-amount) }
    }

    private final class Recorder: RecorderHandler, TimerHandler {
        private let count: CounterCell
        private let sum: GaugeCell
        private let scale: Double
        init(count: CounterCell, sum: GaugeCell, scale: Double) {
            self.count = count
            self.sum = sum
            self.scale = scale
        }
        func record(_ value: Int64) { record(Double(value)) }
        func record(_ value: Double) {
            count.add()
            sum.add(value * scale)
        }
        func recordNanoseconds(_ duration: Int64) { record(duration) }
    }
}
