import Dispatch
import Glibc
import Synchronization

/// Lines of JSON in a file, appended in order and acknowledged when they are on the disk. Everything that touches the disk
/// runs on one queue of Dispatch; lines that come meanwhile share the next write and the next fsync. What waits is bounded:
/// beyond it, and while the disk takes nothing, lines are refused, and it goes on by itself when there is room again. Safe
/// from any thread.
public final class Journal: Sendable {
    /// What became of a line.
    public enum Outcome: Sendable, Equatable {
        /// It is on the disk.
        case kept
        /// It is not, and will not be.
        case refused
    }

    /// Makes an entry, on the journal's queue; nil: there is nothing to write after all.
    public typealias Maker = @Sendable () -> JournalEntry?

    private struct Waiting: Sendable {
        let make: Maker
        let done: (@Sendable (Outcome) -> Void)?
    }

    private struct State {
        var waiting: [Waiting] = []
        var isWorking = false
        var mustReopen = false
        var status = JournalStatus()
        var probedAt = 0
        /// Whether somebody has waited in vain since the disk last settled anything.
        var isStuck = false

        /// Whether the queue must be started.
        mutating func start() -> Bool {
            guard !isWorking else { return false }
            isWorking = true
            return true
        }
    }

    /// What only the queue touches.
    private struct Disk: ~Copyable {
        var file: JournalFile?
        var chain: JournalChain
        var rotated: Int
    }

    private let settings: JournalSettings
    private let calls: JournalDisk
    private let clock: @Sendable () -> Int
    private let queue = DispatchQueue(label: "consilium.journal", qos: .utility)
    private let state = Mutex(State())
    private let disk: Mutex<Disk>
    /// What the operator should read about the start, one sentence each.
    public let remarks: [String]

    /// Opens or makes the file.
    /// - Throws: `JournalError` where it cannot be used.
    public convenience init(_ settings: JournalSettings) throws(JournalError) {
        try self.init(settings, JournalDisk(), clock: { JournalTime.now() })
    }

    init(
        _ settings: JournalSettings, _ calls: JournalDisk, clock: @escaping @Sendable () -> Int
    ) throws(JournalError) {
        self.settings = settings
        self.calls = calls
        self.clock = clock
        let numbers = RotatedFiles(settings.path).numbers
        var chain = JournalChain()
        if let last = numbers.last {
            chain = try JournalFile(RotatedFiles.path(settings.path, last), after: chain, calls).chain
        }
        let file = try JournalFile(settings.path, after: chain, calls)
        let cut = file.cutBytes
        chain = file.chain
        let remark = "\(cut) bytes of a torn line were cut off `\(settings.path)`; nobody was told that it is kept"
        remarks = cut > 0 ? [remark] : []
        disk = Mutex(Disk(file: consume file, chain: chain, rotated: numbers.last ?? 0))
        state.withLock { $0.status.last = (chain.number, chain.last.text) }
        if cut > 0 { _ = append { .recovered(cutBytes: cut) } }
    }

    /// How it fares.
    public var status: JournalStatus {
        state.withLock { state in
            var status = state.status
            status.waiting = state.waiting.count
            return status
        }
    }

    /// Whether a line would be taken now.
    public var hasRoom: Bool { state.withLock { $0.waiting.count < settings.capacity } }

    /// Appends what `make` makes. `done` is told, on the journal's queue, when it is on the disk or cannot get there.
    /// - Returns: whether it was taken; false where too many wait, and then `done` is never told.
    public func append(done: (@Sendable (Outcome) -> Void)? = nil, _ make: @escaping Maker) -> Bool {
        let (taken, mustStart) = state.withLock { state -> (Bool, Bool) in
            guard state.waiting.count < settings.capacity else {
                state.status.refused += 1
                return (false, false)
            }
            state.waiting.append(Waiting(make: make, done: done))
            return (true, state.start())
        }
        if mustStart { queue.async { self.work() } }
        return taken
    }

    /// Whether the disk has kept somebody waiting for too long and has settled nothing since.
    var isStuck: Bool { state.withLock { $0.isStuck } }

    /// Only while there is something that the disk has not settled: else nothing would ever take the mark away.
    func markStuck() { state.withLock { $0.isStuck = $0.isWorking } }

    /// Tries, once a second at most, whether a disk that took nothing takes lines again: for who appends nothing meanwhile.
    public func probe() {
        let now = clock()
        let isDue = state.withLock { state -> Bool in
            guard state.status.fault != nil, abs(now - state.probedAt) >= 1_000 else { return false }
            state.probedAt = now
            return true
        }
        if isDue { _ = append { .resumed } }
    }

    /// Opens the path anew before the next line, for who has moved the file away.
    public func reopen() {
        let mustStart = state.withLock { state -> Bool in
            state.mustReopen = true
            return state.start()
        }
        if mustStart { queue.async { self.work() } }
    }

    /// Waits until all that was taken before is settled. Not for an event loop.
    public func settle() { queue.sync {} }

    // MARK: - On the queue

    private func work() {
        while true {
            let (batch, mustReopen) = state.withLock { state -> ([Waiting], Bool) in
                let taken = (state.waiting, state.mustReopen)
                state.waiting = []
                state.mustReopen = false
                if taken.0.isEmpty && !taken.1 {
                    state.isWorking = false
                    state.isStuck = false
                }
                return taken
            }
            if batch.isEmpty && !mustReopen { return }
            disk.withLock { disk in
                if mustReopen { reopen(&disk) }
                if !batch.isEmpty { keep(batch, &disk) }
            }
        }
    }

    private func keep(_ batch: [Waiting], _ disk: inout Disk) {
        var chain = disk.chain
        var lines: [UInt8] = []
        let time = clock()
        var count = 0
        for waiting in batch {
            guard let entry = waiting.make() else { continue }
            lines += chain.line(entry, at: time, isChained: settings.isChained)
            count += 1
        }
        defer { state.withLock { $0.isStuck = false } }
        do throws(JournalError) {
            if !lines.isEmpty { try write(lines, &chain, &disk) }
            state.withLock { state in
                state.status.written += count
                state.status.synchronisations += 1
                state.status.fault = nil
                state.status.last = (chain.number, chain.last.text)
            }
            for waiting in batch { waiting.done?(.kept) }
        } catch {
            state.withLock { state in
                state.status.refused += batch.count
                state.status.fault = error.sentence
            }
            for waiting in batch { waiting.done?(.refused) }
        }
    }

    private func write(_ lines: [UInt8], _ chain: inout JournalChain, _ disk: inout Disk) throws(JournalError) {
        if disk.file == nil { try open(&disk) }
        if let size = disk.file?.size, size > 0, size + lines.count > settings.maximumSize { try rotate(&disk) }
        var isUsable = true
        defer { if !isUsable { disk.file = nil } }
        // INVARIANT: opening and rotating keep the chain, so the lines still fit.
        try disk.file?.append(lines, chain, isUsable: &isUsable)
        disk.chain = chain
    }

    /// Opens the path. The chain of this process goes on; a file that ends otherwise was written by somebody else.
    private func open(_ disk: inout Disk) throws(JournalError) {
        let file = try JournalFile(settings.path, after: disk.chain, calls)
        guard file.size == 0 || file.chain == disk.chain else {
            throw JournalError(sentence: "`\(settings.path)` does not end where this process stopped; move it away")
        }
        disk.file = consume file
    }

    private func reopen(_ disk: inout Disk) {
        guard disk.file?.isAtItsPath != true else { return }
        disk.file = nil
        do throws(JournalError) {
            try open(&disk)
        } catch {
            state.withLock { $0.status.fault = error.sentence }
        }
    }

    private func rotate(_ disk: inout Disk) throws(JournalError) {
        let next = disk.rotated + 1
        let aside = RotatedFiles.path(settings.path, next)
        // A name that somebody else took is not written over.
        guard access(aside, F_OK) != 0 else { throw JournalError(sentence: "`\(aside)` is there already") }
        guard rename(settings.path, aside) == 0 else { throw JournalError("`\(settings.path)` cannot be renamed") }
        disk.rotated = next
        disk.file = nil
        try open(&disk)
        state.withLock { $0.status.rotations += 1 }
    }
}
