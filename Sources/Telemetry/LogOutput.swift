import Dispatch
import Glibc
public import JSONText
import Synchronization

/// How much a log line matters, the least first.
public enum LogLevel: Int, Sendable, CaseIterable {
    case debug, info, notice, warning, error

    /// As it stands in a line and in the settings.
    public var name: String {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .notice: "notice"
        case .warning: "warning"
        case .error: "error"
        }
    }

    /// The level of this name.
    public init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }
}

/// Where log lines go: one JSON object a line, to a descriptor. Whoever logs never waits: lines gather in memory and one
/// queue writes them, many at once. Where the reader of the descriptor is too slow, lines are dropped and counted, and the
/// log says so once there is room again. Safe from any thread.
public final class LogOutput: Sendable {
    private struct State {
        var pending: [UInt8] = []
        /// The memory of what was written last, for what is written next.
        var spare: [UInt8] = []
        var isWriting = false
        /// Dropped since the log last said so.
        var untold = 0
    }

    private let state = Mutex(State())
    private let droppedLines = Atomic<Int>(0)
    private let threshold: Atomic<Int>
    private let descriptor: Int32
    private let capacity: Int
    /// The room that is kept between bursts, bytes.
    private static let kept = 1 << 16
    /// Microseconds.
    private static let pause: UInt32 = 5_000
    private let queue = DispatchQueue(label: "log", qos: .utility)

    /// Writes to a descriptor, which stays open; `capacity`: bytes that wait at most.
    public init(descriptor: Int32, level: LogLevel, capacity: Int = 1 << 20) {
        self.descriptor = descriptor
        self.capacity = capacity
        threshold = Atomic(level.rawValue)
    }

    /// What matters less than this is not written. May change at any time.
    public var level: LogLevel {
        get { LogLevel(rawValue: threshold.load(ordering: .relaxed)) ?? .info }
        set { threshold.store(newValue.rawValue, ordering: .relaxed) }
    }

    /// Lines that were dropped so far.
    public var dropped: Int { droppedLines.load(ordering: .relaxed) }

    /// Writes a line with `ts`, `level`, `msg` and the members that `more` adds, where its level is written at all.
    public func write(_ level: LogLevel, _ message: String, _ more: (inout JSONWriter) -> Void = { _ in }) {
        guard level.rawValue >= threshold.load(ordering: .relaxed) else { return }
        Self.line(level, message, more).withUnsafeBytes { append($0) }
    }

    /// The same line, put together without memory of its own: for what every request writes. `write` may be called twice.
    public func writeLine(_ level: LogLevel, _ message: StaticString, _ write: (inout LogLine) -> Void) {
        guard level.rawValue >= threshold.load(ordering: .relaxed) else { return }
        var capacity = 768
        while capacity > 0 {
            capacity = withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 16) { memory in
                var line = LogLine(memory)
                line.begin(level, message)
                write(&line)
                line.end()
                guard line.count <= memory.count else { return line.count }
                append(UnsafeRawBufferPointer(rebasing: memory[..<line.count]))
                return 0
            }
        }
    }

    /// Waits until what was logged so far is written, at most so long.
    public func flush(milliseconds: Int) {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        _ = done.wait(timeout: .now() + .milliseconds(milliseconds))
    }

    private static func line(_ level: LogLevel, _ message: String, _ more: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter(capacity: 384)
        json.beginObject()
        json.member("ts", LogTime.now())
        json.member("level", level.name)
        json.member("msg", message)
        more(&json)
        json.endObject()
        var line = json.bytes
        line.append(0x0A)
        return line
    }

    private func append(_ line: UnsafeRawBufferPointer) {
        let mustStart = state.withLock { state -> Bool in
            guard state.pending.count + line.count <= capacity else {
                state.untold += 1
                droppedLines.add(1, ordering: .relaxed)
                return false
            }
            if state.pending.count + line.count > state.pending.capacity { reserve(&state.pending, line.count) }
            state.pending.append(contentsOf: line)
            guard !state.isWriting else { return false }
            state.isWriting = true
            return true
        }
        if mustStart { queue.async { self.drain() } }
    }

    /// Room for a line more: a list that doubles would leave its old memory to a heap that finds little use for it.
    private func reserve(_ pending: inout [UInt8], _ more: Int) {
        let isSmall = pending.count + more <= Self.kept
        pending.reserveCapacity(isSmall ? Self.kept : max(capacity, pending.count + more))
    }

    /// Writes until nothing waits. A pause before each time lets lines gather, unless there are so many that they would not
    /// fit: a thread is woken some hundred times a second at most.
    private func drain() {
        // Two lists change places, so that their memory is taken once.
        var batch = state.withLock { state -> [UInt8] in
            var spare: [UInt8] = []
            swap(&spare, &state.spare)
            return spare
        }
        while true {
            if batch.count < capacity / 8 { usleep(Self.pause) }
            batch.removeAll(keepingCapacity: true)
            let hasMore = state.withLock { state -> Bool in
                if state.untold > 0 && state.pending.count < capacity / 2 {
                    let count = state.untold
                    state.untold = 0
                    state.pending += Self.line(.warning, "log lines dropped") { $0.member("dropped", count) }
                }
                swap(&batch, &state.pending)
                state.isWriting = !batch.isEmpty
                // One burst must not keep its memory for ever.
                if batch.isEmpty && batch.capacity < 2 * Self.kept { swap(&batch, &state.spare) }
                return !batch.isEmpty
            }
            guard hasMore else { return }
            batch.withUnsafeBytes { writeAll($0) }
        }
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                // Somebody made the descriptor non-blocking: a terminal or a pipe that is shared.
                usleep(1_000)
            } else if errno != EINTR {
                // A closed pipe or a full disk: the lines are lost, and counted.
                droppedLines.add(rest.count { $0 == 0x0A }, ordering: .relaxed)
                return
            }
        }
    }
}

/// The time as a log line has it.
enum LogTime {
    /// `2026-11-26T12:08:21.123Z`.
    static func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return text(seconds: Int(time.tv_sec), milliseconds: Int(time.tv_nsec) / 1_000_000)
    }

    static func text(seconds: Int, milliseconds: Int) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        spell(seconds: seconds, milliseconds: milliseconds) { bytes.append($0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// RFC 3339 in UTC. Days become a date by the proleptic Gregorian calendar, counted from 1 March so that the leap day
    /// comes last.
    @inline(__always)
    static func spell(seconds: Int, milliseconds: Int, _ append: (UInt8) -> Void) {
        let days = seconds / 86_400 + 719_468
        let era = days / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let second = seconds % 86_400
        func put(_ value: Int, _ after: UInt8?) {
            append(0x30 + UInt8(truncatingIfNeeded: value / 10))
            append(0x30 + UInt8(truncatingIfNeeded: value % 10))
            if let after { append(after) }
        }
        put(year / 100 % 100, nil)
        put(year % 100, 0x2D)
        put(month, 0x2D)
        put(day, 0x54)
        put(second / 3_600, 0x3A)
        put(second / 60 % 60, 0x3A)
        put(second % 60, 0x2E)
        append(0x30 + UInt8(truncatingIfNeeded: milliseconds / 100))
        put(milliseconds % 100, 0x5A)
    }
}
