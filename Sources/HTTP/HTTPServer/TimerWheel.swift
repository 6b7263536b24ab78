/// Deadlines of many connections by slot number, in buckets of an eighth of a second. Setting a later deadline costs
/// nothing: a slot stays in its bucket, and when that comes up the owner is asked for its true deadline and the slot moves
/// on. So a busy connection is touched once a minute and not at each request.
struct TimerWheel {
    private var heads: [Int32]
    private var next: [Int32] = []
    private var previous: [Int32] = []
    /// The tick under which a slot is filed; `.max` where it is in no bucket.
    private var ticks: [UInt64] = []
    private var current: UInt64

    private static let buckets = 512
    private static let none: Int32 = -1
    /// Milliseconds of a tick as a shift: 128.
    private static let shift: UInt64 = 7

    /// How long a poll may wait so that no deadline is late by more than two ticks, milliseconds.
    static let resolution: Int32 = 128

    init(now: Milliseconds) {
        heads = Array(repeating: Self.none, count: Self.buckets)
        current = now >> Self.shift
    }

    /// Files a slot under a deadline, unless it is filed under an earlier one already.
    mutating func schedule(_ slot: Int, at deadline: Milliseconds) {
        while ticks.count <= slot {
            next.append(Self.none)
            previous.append(Self.none)
            ticks.append(.max)
        }
        // A deadline beyond the wheel's turn is looked at again at its end.
        let tick = min(max(deadline >> Self.shift, current + 1), current + UInt64(Self.buckets) - 1)
        guard tick < ticks[slot] else { return }
        cancel(slot)
        let bucket = Int(tick % UInt64(Self.buckets))
        ticks[slot] = tick
        next[slot] = heads[bucket]
        previous[slot] = Self.none
        if heads[bucket] != Self.none { previous[Int(heads[bucket])] = Int32(slot) }
        heads[bucket] = Int32(slot)
    }

    /// Takes a slot out.
    mutating func cancel(_ slot: Int) {
        guard slot < ticks.count, ticks[slot] != .max else { return }
        let after = next[slot]
        let before = previous[slot]
        if before == Self.none {
            heads[Int(ticks[slot] % UInt64(Self.buckets))] = after
        } else {
            next[Int(before)] = after
        }
        if after != Self.none { previous[Int(after)] = before }
        ticks[slot] = .max
    }

    /// Moves on to this moment and gives the slots whose bucket came up; each is filed nowhere then. Safe against changes
    /// of the wheel by the caller between two slots.
    mutating func expired(now: Milliseconds) -> [Int] {
        let target = now >> Self.shift
        guard target > current else { return [] }
        var slots: [Int] = []
        // After a long sleep one turn sees every bucket.
        let first = max(current + 1, target >= UInt64(Self.buckets) ? target - UInt64(Self.buckets) + 1 : 0)
        for tick in first...target {
            var slot = heads[Int(tick % UInt64(Self.buckets))]
            while slot != Self.none {
                let after = next[Int(slot)]
                if ticks[Int(slot)] <= target {
                    slots.append(Int(slot))
                }
                slot = after
            }
        }
        current = target
        for slot in slots { cancel(slot) }
        return slots
    }
}
