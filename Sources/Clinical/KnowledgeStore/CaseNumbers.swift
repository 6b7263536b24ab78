package import DecisionLogic

/// The arithmetic of values that come in from outside, the same for every door.
package enum CaseNumbers {
    /// Converted values are rounded to nine significant places so that 7.8 g/dL is 78 g/L and not 78.00000000000001.
    package static func scaled(_ value: Double, _ factor: Double) -> Double {
        factor == 1 ? value : (value * factor * 1e9).rounded() / 1e9
    }

    /// Whether both ends of an interval, where it has them, lie in what the fact can physically be.
    package static func fits(_ interval: Interval, _ bounds: Interval) -> Bool {
        [interval.lower, interval.upper].allSatisfy { end in
            !end.isFinite || (end >= bounds.lower && end <= bounds.upper)
        }
    }
}
