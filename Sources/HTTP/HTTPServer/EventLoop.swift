import CEpoll
import Glibc
import HTTPWire
import Logging
import Synchronization

/// What the server tells a loop from outside.
final class LoopControl: Sendable {
    /// How far the server is on its way down.
    enum Phase: Int {
        /// Serving.
        case running = 0
        /// No new connections; each answer closes its connection.
        case draining = 1
        /// Everything closes now.
        case stopping = 2
    }

    private let phaseNumber = Atomic<Int>(0)
    /// An eventfd(2): writing to it wakes the loop.
    let wakeDescriptor: Int32
    /// Connections that are open in this loop.
    let connectionCount = Atomic<Int>(0)

    init?() {
        wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        if wakeDescriptor < 0 { return nil }
    }

    deinit { close(wakeDescriptor) }

    var phase: Phase { Phase(rawValue: phaseNumber.load(ordering: .acquiring)) ?? .stopping }

    func advance(to phase: Phase) {
        phaseNumber.store(phase.rawValue, ordering: .releasing)
        var one: UInt64 = 1
        _ = Glibc.write(wakeDescriptor, &one, 8)
    }
}

/// One event loop: a listener, a poller, and the connections it accepted. It lives on one thread and shares nothing but
/// its control.
final class EventLoop {
    /// A slot of the slab. The generation makes an event of a closed connection miss the one that took its slot. A class,
    /// so that a connection's buffers are changed in place: a copied slot would copy them at the next change.
    private final class Slot {
        var connection: Connection
        let descriptor: Int32
        var isWriting = false

        init(connection: Connection, descriptor: Int32) {
            self.connection = connection
            self.descriptor = descriptor
        }

        /// Our side is shut; what still arrives is thrown away so that the peer can read our last answer.
        var lingerUntil: Milliseconds?
    }

    private let configuration: ServerConfiguration
    private let control: LoopControl
    private let listener: ListeningSocket
    private let poller: EpollPoller
    private let logger: Logger
    private var world: Connection.Surroundings
    private var slots: [Slot?] = []
    private var generations: [UInt32] = []
    private var free: [Int] = []
    private var openCount = 0
    private var isListening = true
    private var reserve: Int32
    private var second: Int = -1
    private var lastSweep: Milliseconds = 0
    private var buffer: [UInt8]

    private static let listenerToken = UInt64.max
    private static let wakeToken = UInt64.max - 1
    private static let sweepInterval: Milliseconds = 250
    private static let lingerTime: Milliseconds = 2_000

    /// nil where the kernel gives no descriptor.
    init?(
        number: Int, listener: consuming ListeningSocket, configuration: ServerConfiguration,
        handler: any HTTPHandler, control: LoopControl, logger: Logger
    ) {
        guard let poller = EpollPoller() else { return nil }
        self.listener = listener
        self.poller = poller
        self.configuration = configuration
        self.control = control
        self.logger = logger
        world = Connection.Surroundings(
            handler: handler, limits: configuration.limits, deadlines: configuration.deadlines, date: "",
            isDraining: false, identifier: RequestIdentifier(loop: number), records: configuration.logsAccess)
        reserve = open("/dev/null", O_RDONLY | O_CLOEXEC)
        buffer = Array(repeating: 0, count: 65_536)
    }

    deinit { if reserve >= 0 { close(reserve) } }

    /// Serves until the control says stop and everything is closed.
    func run() {
        guard poller.add(listener.descriptor, token: Self.listenerToken, .reading),
            poller.add(control.wakeDescriptor, token: Self.wakeToken, .reading)
        else { return }
        while true {
            poller.wait(milliseconds: Int32(Self.sweepInterval)) { handle($0) }
            let now = Self.now()
            if control.phase != .running { windDown(now) }
            if now - lastSweep >= Self.sweepInterval { sweep(now) }
            if control.phase != .running && openCount == 0 { return }
        }
    }

    /// CLOCK_MONOTONIC in milliseconds.
    private static func now() -> Milliseconds {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Milliseconds(time.tv_sec) * 1000 + Milliseconds(time.tv_nsec / 1_000_000)
    }

    // MARK: - Events

    private func handle(_ event: ReadyEvent) {
        switch event.token {
        case Self.listenerToken: acceptAll()
        case Self.wakeToken:
            var value: UInt64 = 0
            _ = Glibc.read(control.wakeDescriptor, &value, 8)
        default:
            let index = Int(event.token & 0xFFFF_FFFF)
            guard index < slots.count, generations[index] == UInt32(event.token >> 32), slots[index] != nil else {
                return
            }
            if event.isWritable { flush(index) }
            if event.isReadable || event.isBroken { readable(index) }
        }
    }

    private func acceptAll() {
        for _ in 0..<64 where isListening {
            var address = sockaddr_storage()
            let descriptor = consilium_accept(listener.descriptor, &address)
            if descriptor < 0 {
                if errno == EMFILE || errno == ENFILE { shedOne() }
                return
            }
            let total = configuration.shared.count.add(1, ordering: .relaxed).newValue
            if total > configuration.maximumConnections {
                refuse(descriptor)
            } else {
                add(descriptor)
            }
        }
    }

    /// Out of descriptors: the reserve makes room to accept and close one, so that the listener does not spin.
    private func shedOne() {
        guard reserve >= 0 else { return }
        close(reserve)
        var address = sockaddr_storage()
        let descriptor = consilium_accept(listener.descriptor, &address)
        if descriptor >= 0 { close(descriptor) }
        reserve = open("/dev/null", O_RDONLY | O_CLOEXEC)
    }

    private func refuse(_ descriptor: Int32) {
        var response = ProblemDetails(
            slug: "overloaded", title: "Service Unavailable", status: HTTPStatus(503),
            detail: "all connections are taken; try again"
        ).response(requestID: "")
        response.fields["Retry-After"] = "1"
        var bytes: [UInt8] = []
        refreshDate()
        response.serialise(into: &bytes, date: world.date, closes: true, includesBody: true)
        _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        configuration.shared.count.subtract(1, ordering: .relaxed)
        close(descriptor)
    }

    private func add(_ descriptor: Int32) {
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        let index: Int
        if let reused = free.popLast() {
            index = reused
        } else {
            index = slots.count
            slots.append(nil)
            generations.append(0)
        }
        slots[index] = Slot(
            connection: Connection(now: Self.now(), configuration.deadlines), descriptor: descriptor)
        openCount += 1
        if !poller.add(descriptor, token: token(index), .reading) { closeSlot(index) }
    }

    private func token(_ index: Int) -> UInt64 { UInt64(generations[index]) << 32 | UInt64(index) }

    // MARK: - Reading and writing

    private func readable(_ index: Int) {
        guard let slot = slots[index] else { return }
        // A connection that only writes is told of nothing but its end.
        if slot.isWriting && slot.lingerUntil == nil { return closeSlot(index) }
        let count = recv(slot.descriptor, &buffer, buffer.count, 0)
        if count < 0 {
            if errno != EAGAIN && errno != EINTR { closeSlot(index) }
            return
        }
        if slot.lingerUntil != nil {
            if count == 0 { closeSlot(index) }
            return
        }
        refreshDate()
        world.isDraining = control.phase != .running
        if count == 0 {
            slot.connection.receiveEnd()
        } else {
            slot.connection.receive(buffer[0..<count], now: Self.now(), &world)
        }
        flush(index)
    }

    /// Writes what there is; watches for room only after a short write.
    private func flush(_ index: Int) {
        guard let slot = slots[index], slot.lingerUntil == nil else { return }
        logRecords(slot)
        while slot.connection.hasOutput {
            let start = slot.connection.written
            let count = slot.connection.output.withUnsafeBufferPointer { bytes in
                send(
                    slot.descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start, Int32(MSG_NOSIGNAL))
            }
            if count < 0 {
                if errno == EINTR { continue }
                guard errno == EAGAIN else { return closeSlot(index) }
                return watch(slot, index, writing: true)
            }
            slot.connection.didWrite(count, now: Self.now(), &world)
            logRecords(slot)
        }
        watch(slot, index, writing: false)
        if slot.connection.isClosing { beginLinger(slot) }
    }

    private func watch(_ slot: Slot, _ index: Int, writing: Bool) {
        guard slot.isWriting != writing else { return }
        slot.isWriting = writing
        poller.change(slot.descriptor, token: token(index), writing ? .writing : .reading)
    }

    /// RFC 9112 §9.6: our side is shut first and the peer's last bytes are read, so that it sees the last answer.
    private func beginLinger(_ slot: Slot) {
        shutdown(slot.descriptor, Int32(SHUT_WR))
        slot.lingerUntil = Self.now() + Self.lingerTime
    }

    private func closeSlot(_ index: Int) {
        guard let slot = slots[index] else { return }
        poller.remove(slot.descriptor)
        close(slot.descriptor)
        slots[index] = nil
        generations[index] &+= 1
        free.append(index)
        openCount -= 1
        configuration.shared.count.subtract(1, ordering: .relaxed)
    }

    // MARK: - Time

    private func sweep(_ now: Milliseconds) {
        lastSweep = now
        for index in slots.indices {
            guard let slot = slots[index] else { continue }
            if let until = slot.lingerUntil {
                if now >= until { closeSlot(index) }
            } else if now >= slot.connection.deadline {
                let wasWriting = slot.connection.hasOutput
                refreshDate()
                slot.connection.expire(&world)
                if wasWriting {
                    closeSlot(index)
                } else {
                    flush(index)
                }
            }
        }
    }

    private func windDown(_ now: Milliseconds) {
        if isListening {
            isListening = false
            poller.remove(listener.descriptor)
            shutdown(listener.descriptor, Int32(SHUT_RDWR))
        }
        for index in slots.indices {
            guard let slot = slots[index] else { continue }
            if control.phase == .stopping || slot.connection.isIdle { closeSlot(index) }
        }
    }

    /// The `Date` field changes once a second and is written once.
    private func refreshDate() {
        let present = Int(time(nil))
        if present != second {
            second = present
            world.date = HTTPDate.text(secondsSince1970: present)
        }
    }

    private func logRecords(_ slot: Slot) {
        guard configuration.logsAccess, !slot.connection.records.isEmpty else { return }
        let records = slot.connection.records
        slot.connection.records = []
        for record in records {
            logger.info(
                "request",
                metadata: [
                    "method": "\(record.method)", "route": "\(record.template)", "status": "\(record.status)",
                    "bytes": "\(record.bytes)", "request_id": "\(record.requestID)",
                ])
        }
    }
}
