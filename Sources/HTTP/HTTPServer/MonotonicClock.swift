import Glibc

/// The clocks of the machine, each by one call that stays out of the kernel.
public enum MonotonicClock {
    /// CLOCK_MONOTONIC in milliseconds.
    public static func milliseconds() -> UInt64 { read(CLOCK_MONOTONIC, 1_000) }

    /// CLOCK_MONOTONIC in microseconds.
    public static func microseconds() -> UInt64 { read(CLOCK_MONOTONIC, 1_000_000) }

    /// CLOCK_REALTIME in milliseconds since 1970.
    public static func wallMilliseconds() -> UInt64 { read(CLOCK_REALTIME, 1_000) }

    private static func read(_ clock: clockid_t, _ perSecond: UInt64) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * perSecond + UInt64(time.tv_nsec) / (1_000_000_000 / perSecond)
    }
}
