public import Synchronization

/// A count that any thread may raise without a lock.
public final class CounterCell: Sendable {
    private let count = Atomic<Int>(0)

    /// Zero.
    public init() {}

    /// Raises it.
    public func add(_ amount: Int = 1) { count.add(amount, ordering: .relaxed) }

    /// The count.
    public var value: Int { count.load(ordering: .relaxed) }
}

/// A value that any thread may set without a lock.
public final class GaugeCell: Sendable {
    private let bits = Atomic<UInt64>(0)

    /// Zero.
    public init() {}

    /// Sets it.
    public func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    /// Changes it.
    public func add(_ amount: Double) {
        var before = bits.load(ordering: .relaxed)
        while true {
            let after = (Double(bitPattern: before) + amount).bitPattern
            let (exchanged, original) = bits.weakCompareExchange(expected: before, desired: after, ordering: .relaxed)
            if exchanged { return }
            before = original
        }
    }

    /// The value.
    public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}

/// Counts of durations by upper bound. One thread writes and any thread reads: a write is a load and a store without a lock
/// or a locked instruction, so each event loop has cells of its own and the reader adds them up.
public struct DurationCells: ~Copyable, Sendable {
    /// The upper bounds, microseconds: what an answer from memory takes, up to what a client gives up at.
    public static let bounds: InlineArray<13, UInt64> = [
        50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000,
    ]
    /// The bounds as labels say them, seconds.
    static let labels = bounds.indices.map { MetricsText.number(Double(bounds[$0]) / 1_000_000) } + ["+Inf"]

    // INVARIANT: one more than there are bounds.
    private let counts = InlineArray<14, Atomic<Int>> { _ in Atomic(0) }
    private let microseconds = Atomic<Int>(0)

    /// None.
    public init() {}

    /// Takes a duration, microseconds. Only from the one thread that writes.
    public func record(_ duration: UInt64) {
        var index = 0
        while index < Self.bounds.count, duration > Self.bounds[index] { index += 1 }
        counts[index].raise(1)
        microseconds.raise(Int(clamping: duration))
    }

    /// Adds what was counted to a total.
    public func add(to total: inout DurationTotals) {
        for index in total.counts.indices { total.counts[index] += counts[index].load(ordering: .relaxed) }
        total.microseconds += microseconds.load(ordering: .relaxed)
    }
}

/// What several `DurationCells` counted together.
public struct DurationTotals: Sendable, Equatable {
    /// By bound, the last for what is longer than all; not yet added up.
    public var counts = [Int](repeating: 0, count: DurationCells.bounds.count + 1)
    /// Their sum.
    public var microseconds = 0

    /// None.
    public init() {}

    /// How many.
    public var count: Int { counts.reduce(0, +) }

    /// The lines of a histogram in seconds.
    public func samples(_ labels: [MetricLabel]) -> [MetricSample] {
        var sum = 0
        var samples: [MetricSample] = []
        for (count, bound) in zip(counts, DurationCells.labels) {
            sum += count
            samples.append(MetricSample("_bucket", labels + [MetricLabel("le", bound)], Double(sum)))
        }
        samples.append(MetricSample("_sum", labels, Double(microseconds) / 1_000_000))
        samples.append(MetricSample("_count", labels, Double(sum)))
        return samples
    }
}

extension Atomic where Value == Int {
    /// Raises a count that only this thread writes: without a locked instruction, which would cost some 20 cycles.
    public func raise(_ amount: Int) {
        store(load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }
}
