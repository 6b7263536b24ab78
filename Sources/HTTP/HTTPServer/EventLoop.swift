import CEpoll
import Glibc
import HTTPWire
import Synchronization

/// What the server tells a loop from outside.
final class LoopControl: Sendable {
    /// How far the server is on its way down.
    enum Phase: Int {
        /// Serving.
        case running = 0
        /// Still accepting, but each answer closes its connection.
        case leaving = 1
        /// No new connections; those without a request close.
        case draining = 2
        /// Everything closes now.
        case stopping = 3
    }

    private let phaseNumber = Atomic<Int>(0)
    /// When the present turn of the loop began; 0 while it waits for events, as long as that may be.
    private let turnBegan = Atomic<Milliseconds>(0)
    /// An eventfd(2): writing to it wakes the loop.
    let wakeDescriptor: Int32
    /// Answers that come later.
    let mail = LoopMail()

    init?() {
        wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        if wakeDescriptor < 0 { return nil }
    }

    deinit { close(wakeDescriptor) }

    var phase: Phase { Phase(rawValue: phaseNumber.load(ordering: .acquiring)) ?? .stopping }

    /// The loop works since then.
    func beginTurn(at now: Milliseconds) { turnBegan.store(now, ordering: .relaxed) }

    /// The loop waits.
    func endTurn() { turnBegan.store(0, ordering: .relaxed) }

    /// How long the loop has been in its present turn, milliseconds; 0 while it waits.
    func turnLength(at now: Milliseconds) -> Milliseconds {
        let began = turnBegan.load(ordering: .relaxed)
        return began == 0 || now < began ? 0 : now - began
    }

    /// Goes to a later phase, never back.
    func advance(to phase: Phase) {
        if phaseNumber.load(ordering: .acquiring) < phase.rawValue {
            phaseNumber.store(phase.rawValue, ordering: .releasing)
        }
        wake()
    }

    /// Brings an answer to the connection of a token. Safe from any thread, also when the loop has ended.
    func deliver(_ response: HTTPResponse, to token: UInt64) {
        if mail.put(.init(token: token, response: response)) { wake() }
    }

    private func wake() {
        var one: UInt64 = 1
        _ = Glibc.write(wakeDescriptor, &one, 8)
    }
}

/// One event loop: a listener, a poller, and the connections it accepted. It lives on one thread and shares nothing but
/// its control and the counts of connections.
final class EventLoop {
    /// A connection with its descriptor. A class, so that its buffers are changed in place.
    private final class Slot {
        enum Stage {
            case handshake
            case open
            /// Our side is shut; what still arrives is thrown away so that the peer can read our last answer.
            case lingering
        }

        var connection: Connection
        let descriptor: Int32
        let peer: PeerAddress?
        let channel: (any SecureChannel)?
        var stage: Stage
        /// What did not fit into the socket.
        var waiting: OutputQueue?
        var interest = Interest.reading
        var lingersUntil: Milliseconds = 0
        /// Whether its streamed body goes on after the next events.
        var rests = false
        /// While it may still be about to send its first request, a drain does not take it for idle.
        let isNewUntil: Milliseconds
        /// What is counted of it among the bytes that the server holds.
        var heldBytes = 0

        init(
            connection: Connection, descriptor: Int32, peer: PeerAddress?, channel: (any SecureChannel)?,
            isNewUntil: Milliseconds
        ) {
            self.isNewUntil = isNewUntil
            self.connection = connection
            self.descriptor = descriptor
            self.peer = peer
            self.channel = channel
            stage = channel == nil ? .open : .handshake
        }

        var deadline: Milliseconds { stage == .lingering ? lingersUntil : connection.deadline }
    }

    private let configuration: ServerConfiguration
    private let shared: SharedState
    private let control: LoopControl
    private let listener: ListeningSocket
    private let poller: EpollPoller
    private var context: LoopContext
    /// What is told of this loop; nil where nobody listens.
    private let observer: (any ExchangeObserver)?
    /// INVARIANT: an index is in `free` exactly if its slot is nil. The generation makes an event of a closed connection
    /// miss the one that took its slot.
    private var slots: [Slot?] = []
    private var generations: [UInt32] = []
    private var free: [Int] = []
    private var openCount = 0
    private var wheel: TimerWheel
    private var now: Milliseconds
    private var isListening = true
    private var acceptsAgainAt: Milliseconds = 0
    private var reserve: Int32
    private var buffer: [UInt8]
    private var sealed: [UInt8] = []
    /// Connections whose channels hold bytes that nobody read yet, by their tokens.
    private var unread: [UInt64] = []

    /// Connections whose streamed bodies go on after the next events, by their tokens.
    private var resting: [UInt64] = []

    /// Answers that are made and not sent, the first `answeredCount` of these places, which keep their memory.
    private var answered = Array(repeating: Answered(), count: 8)
    private var answeredCount = 0
    /// Shorter ones are sent at once, and what lies ready.
    private static let answeredTogether = 12_288

    private static let listenerToken = UInt64.max
    private static let wakeToken = UInt64.max - 1
    private static let lingerTime: Milliseconds = 2_000
    private static let smallHold = 8_192
    private static let sealedRounds = 16
    private static let streamedRounds = 4
    private static let acceptPause: Milliseconds = 100
    private static let newcomersGrace: Milliseconds = 1_000

    /// nil where the kernel gives no descriptor.
    init?(
        listener: consuming ListeningSocket, configuration: ServerConfiguration, handler: any HTTPHandler,
        shared: SharedState, control: LoopControl, number: Int
    ) {
        guard let poller = EpollPoller() else { return nil }
        self.listener = listener
        self.poller = poller
        self.configuration = configuration
        self.shared = shared
        self.control = control
        observer = configuration.observer?.observer(ofLoop: number)
        context = LoopContext(
            handler: handler, limits: configuration.limits, deadlines: configuration.deadlines,
            coder: configuration.contentCoding?.makeCoder(), coding: configuration.codingPolicy,
            sealer: configuration.sealer, refusals: configuration.refusals, observer: observer,
            isSecure: configuration.secureChannels != nil, commonFields: configuration.commonFields)
        reserve = open("/dev/null", O_RDONLY | O_CLOEXEC)
        buffer = Array(repeating: 0, count: 65_536)
        now = MonotonicClock.milliseconds()
        wheel = TimerWheel(now: now)
    }

    deinit { if reserve >= 0 { close(reserve) } }

    /// Serves until the control says stop and everything is closed.
    func run() {
        guard poller.add(listener.descriptor, token: Self.listenerToken, .reading),
            poller.add(control.wakeDescriptor, token: Self.wakeToken, .reading)
        else { return }
        refreshTime()
        while true {
            let isQuiet = openCount == 0 && acceptsAgainAt == 0 && control.phase == .running
            var hasTime = false
            control.endTurn()
            poller.wait(milliseconds: !unread.isEmpty || !resting.isEmpty ? 0 : isQuiet ? -1 : TimerWheel.resolution) {
                event in
                if !hasTime {
                    refreshTime()
                    hasTime = true
                }
                handle(event)
            }
            settleAnswered()
            if !hasTime { refreshTime() }
            readUnread()
            resumeResting()
            for index in wheel.expired(now: now) { expire(index) }
            if acceptsAgainAt != 0 && now >= acceptsAgainAt { resumeAccepting() }
            let phase = control.phase
            if phase != .running {
                context.closesAll = true
                if phase != .leaving { windDown(phase) }
                if phase != .leaving && openCount == 0 { return }
            }
        }
    }

    /// An answer that is made and not sent.
    private struct Answered {
        var token: UInt64 = 0
        var output = OutputQueue()
    }

    private func refreshTime() {
        now = MonotonicClock.milliseconds()
        control.beginTurn(at: now)
        context.setWallClock(milliseconds: MonotonicClock.wallMilliseconds())
    }

    // MARK: - Events

    private func handle(_ event: ReadyEvent) {
        switch event.token {
        case Self.listenerToken:
            settleAnswered()
            acceptAll()
        case Self.wakeToken:
            settleAnswered()
            var value: UInt64 = 0
            _ = Glibc.read(control.wakeDescriptor, &value, 8)
            for letter in control.mail.take() { deliver(letter) }
            if control.phase != .running { context.closesAll = true }
        default:
            let index = Int(event.token & 0xFFFF_FFFF)
            guard index < slots.count, generations[index] == UInt32(event.token >> 32), let slot = slots[index] else {
                return
            }
            if event.isWritable {
                settleAnswered()
                writable(slot, index)
            }
            if event.isReadable || event.isBroken { readable(slot, index) }
        }
    }

    // MARK: - Accepting

    private func acceptAll() {
        for _ in 0..<64 where isListening {
            var address = sockaddr_storage()
            let descriptor = consilium_accept(listener.descriptor, &address)
            if descriptor < 0 {
                if errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM { shedOne() }
                return
            }
            admit(descriptor, ListeningSocket.peer(address))
        }
    }

    private func admit(_ descriptor: Int32, _ peer: PeerAddress?) {
        let total = shared.connections.add(1, ordering: .relaxed).newValue
        observer?.connectionsChanged(by: 1)
        guard total <= configuration.maximumConnections else {
            return turnAway(descriptor, "connections", "all connections are taken; try again")
        }
        guard shared.addresses.admit(peer) else {
            return turnAway(descriptor, "address", "this address has all the connections it may have")
        }
        let channel = configuration.secureChannels.map { $0.channel(over: descriptor) }
        if case .some(.none) = channel {
            shared.addresses.release(peer)
            return turnAway(descriptor, "handshake", "")
        }
        let deadlines = configuration.deadlines
        let deadline = now + (channel == nil ? deadlines.idle : deadlines.handshake)
        let slot = Slot(
            connection: Connection(peer: peer, deadline: deadline), descriptor: descriptor, peer: peer,
            channel: channel ?? nil, isNewUntil: now + Self.newcomersGrace)
        let index = free.popLast() ?? slots.count
        if index == slots.count {
            slots.append(slot)
            generations.append(0)
        } else {
            slots[index] = slot
        }
        openCount += 1
        wheel.schedule(index, at: deadline)
        if !poller.add(descriptor, token: token(index), .reading) { closeSlot(slot, index) }
    }

    /// Out of descriptors: the reserve makes room to accept and close one, so that its client is told, and the listener
    /// rests for a moment instead of spinning.
    private func shedOne() {
        observer?.didTurnAway("descriptors")
        if reserve >= 0 {
            close(reserve)
            var address = sockaddr_storage()
            let descriptor = consilium_accept(listener.descriptor, &address)
            if descriptor >= 0 {
                if configuration.secureChannels == nil { sendRefusal(descriptor, "out of file descriptors; try again") }
                close(descriptor)
            }
            reserve = open("/dev/null", O_RDONLY | O_CLOEXEC)
        }
        acceptsAgainAt = now + Self.acceptPause
        poller.remove(listener.descriptor)
    }

    private func resumeAccepting() {
        acceptsAgainAt = 0
        if reserve < 0 { reserve = open("/dev/null", O_RDONLY | O_CLOEXEC) }
        guard isListening else { return }
        _ = poller.add(listener.descriptor, token: Self.listenerToken, .reading)
    }

    private func turnAway(_ descriptor: Int32, _ reason: String, _ detail: String) {
        observer?.didTurnAway(reason)
        if configuration.secureChannels == nil { sendRefusal(descriptor, detail) }
        shared.connections.subtract(1, ordering: .relaxed)
        observer?.connectionsChanged(by: -1)
        close(descriptor)
    }

    /// Sends 503 as far as the socket takes it at once.
    private func sendRefusal(_ descriptor: Int32, _ detail: String) {
        var response = ProblemDetails(
            slug: "overloaded", title: "Service Unavailable", status: HTTPStatus(503), detail: detail
        ).response(requestID: "")
        response.fields["Retry-After"] = "1"
        sendAtOnce(response, descriptor)
    }

    /// Sends in the clear, before or without TLS, as far as the socket takes it.
    private func sendAtOnce(_ response: HTTPResponse, _ descriptor: Int32) {
        var queue = OutputQueue()
        let id = context.preambleInTheClear.takeID()
        queue.append(response, after: &context.preambleInTheClear, id: id, .closes, hasBody: true)
        _ = queue.gather { Self.send($0, to: descriptor) }
    }

    private func token(_ index: Int) -> UInt64 { UInt64(generations[index]) << 32 | UInt64(index) }

    // MARK: - Reading

    private func readable(_ slot: Slot, _ index: Int) {
        switch slot.stage {
        case .lingering: dropInput(slot, index)
        case .handshake: shakeHands(slot, index)
        case .open:
            // What comes while a body rests is read when it goes on: a peer does not hasten it by sending.
            if slot.rests { return }
            // Nor while it waits for an answer: it is told of nothing but that its peer has gone.
            if slot.connection.isAwaiting && slot.waiting == nil {
                return slot.interest == .end ? closeSlot(slot, index) : ()
            }
            // A connection that only writes is told of nothing but its end.
            if slot.waiting != nil {
                // TLS may have to read before it can write on.
                return slot.interest == .writing ? closeSlot(slot, index) : writable(slot, index)
            }
            if let channel = slot.channel { readSealed(slot, index, channel) } else { readPlain(slot, index) }
        }
    }

    private func readPlain(_ slot: Slot, _ index: Int) {
        let count = recv(slot.descriptor, &buffer, buffer.count, 0)
        if count > 0 {
            slot.connection.receive(buffer.span.extracting(0..<count), now: now, &context)
        } else if count == 0 {
            slot.connection.receiveEnd()
        } else {
            if errno != EAGAIN && errno != EINTR { closeSlot(slot, index) }
            return
        }
        if context.output.ownedBytes < Self.answeredTogether || context.output.isLent { return settle(slot, index) }
        swap(&context.output, &answered[answeredCount].output)
        answered[answeredCount].token = token(index)
        answeredCount += 1
        if answeredCount == answered.count { settleAnswered() }
    }

    /// Sends the long answers that were made since the last were sent. Making some and then sending them keeps the memory and
    /// the code of the one from pushing those of the other out of the processor's caches for every answer.
    private func settleAnswered() {
        if answeredCount == 0 { return }
        let count = answeredCount
        answeredCount = 0
        for place in 0..<count {
            swap(&context.output, &answered[place].output)
            let token = answered[place].token
            let index = Int(token & 0xFFFF_FFFF)
            // INVARIANT: a slot is not given away while an answer waits for `settleAnswered`: only events of reading pass.
            guard generations[index] == UInt32(token >> 32), let slot = slots[index] else {
                _ = context.output.take()
                continue
            }
            settle(slot, index)
        }
    }

    /// Reads until the descriptor has no more: bytes that the channel holds back raise no event. The rounds are bounded, so
    /// that one peer does not keep the loop; what is left then is read after the next events.
    private func readSealed(_ slot: Slot, _ index: Int, _ channel: any SecureChannel) {
        for _ in 0..<Self.sealedRounds {
            guard slot.waiting == nil, slots[index] === slot, slot.stage == .open, !slot.connection.isAwaiting else {
                return
            }
            let step = buffer.withUnsafeMutableBytes { channel.read(into: $0) }
            switch step {
            case .moved(let count):
                slot.connection.receive(buffer.span.extracting(0..<count), now: now, &context)
                settle(slot, index)
                if !channel.hasBufferedInput { return }
            case .needsReading: return watch(slot, index, .reading)
            case .needsWriting: return watch(slot, index, .writing)
            case .ended:
                slot.connection.receiveEnd()
                return settle(slot, index)
            case .failed: return closeSlot(slot, index)
            }
        }
        if slots[index] === slot { unread.append(token(index)) }
    }

    /// Reads on where the rounds were not enough.
    private func readUnread() {
        guard !unread.isEmpty else { return }
        var tokens: [UInt64] = []
        swap(&tokens, &unread)
        for token in tokens {
            let index = Int(token & 0xFFFF_FFFF)
            guard generations[index] == UInt32(token >> 32), let slot = slots[index], slot.waiting == nil,
                let channel = slot.channel, slot.stage == .open
            else { continue }
            readSealed(slot, index, channel)
        }
    }

    /// Goes on with the bodies that are made while they are sent.
    private func resumeResting() {
        guard !resting.isEmpty else { return }
        var tokens: [UInt64] = []
        swap(&tokens, &resting)
        for token in tokens {
            let index = Int(token & 0xFFFF_FFFF)
            guard generations[index] == UInt32(token >> 32), let slot = slots[index], slot.waiting == nil,
                slot.stage == .open
            else { continue }
            slot.rests = false
            slot.connection.resume(now: now, &context)
            settle(slot, index)
        }
    }

    private func shakeHands(_ slot: Slot, _ index: Int) {
        guard let channel = slot.channel else { return }
        switch channel.handshake() {
        case .moved:
            slot.stage = .open
            slot.connection = Connection(
                peer: slot.peer, certificate: channel.clientCertificate, deadline: now + configuration.deadlines.idle)
            watch(slot, index, .reading)
            readSealed(slot, index, channel)
        case .needsReading: watch(slot, index, .reading)
        case .needsWriting: watch(slot, index, .writing)
        case .ended: closeSlot(slot, index)
        case .failed(let failure):
            observer?.didTurnAway("handshake")
            guard failure == .plainHTTP else { return closeSlot(slot, index) }
            sendAtOnce(
                ProblemDetails(
                    slug: "tls-needed", title: "Bad Request", status: HTTPStatus(400),
                    detail: "this port speaks TLS; use https://"
                ).response(requestID: ""), slot.descriptor)
            linger(slot, index)
        }
    }

    private func dropInput(_ slot: Slot, _ index: Int) {
        let count = recv(slot.descriptor, &buffer, buffer.count, 0)
        if count == 0 || count < 0 && errno != EAGAIN && errno != EINTR { closeSlot(slot, index) }
    }

    // MARK: - Writing

    /// After the connection has worked: what it wrote goes out, and it closes or waits.
    private func settle(_ slot: Slot, _ index: Int) {
        for round in 0... {
            if let later = slot.connection.takeLater() { begin(later, token(index)) }
            if !context.output.isEmpty {
                guard push(slot, index, &context.output, keepsRoom: true) else { return }
            }
            guard slot.connection.isHeldBack else { break }
            if round == Self.streamedRounds {
                // A peer that takes all at once must not keep the loop for the whole of a long answer.
                if !slot.rests { resting.append(token(index)) }
                slot.rests = true
                break
            }
            slot.connection.resume(now: now, &context)
        }
        if slot.connection.isClosing { return finish(slot, index) }
        if slot.heldBytes != 0 || slot.connection.heldBytes != 0 {
            guard hold(slot, index, slot.connection.heldBytes) else { return }
        }
        let interest = slot.connection.isAwaiting ? Interest.end : .reading
        if slot.interest != interest { watch(slot, index, interest) }
        wheel.schedule(index, at: slot.connection.deadline)
    }

    /// Begins the work behind an answer; it comes back as a letter, as soon as with the next events.
    private func begin(_ later: LaterAnswer, _ token: UInt64) {
        let delivery = Delivery()
        later.begin { [control] response in
            if delivery.first() { control.deliver(response, to: token) }
        }
    }

    /// An answer that was waited for is there.
    private func deliver(_ letter: LoopMail.Letter) {
        let index = Int(letter.token & 0xFFFF_FFFF)
        guard index < slots.count, generations[index] == UInt32(letter.token >> 32), let slot = slots[index],
            slot.stage == .open
        else { return }
        slot.connection.deliver(letter.response)
        // What was answered before goes out first.
        guard slot.waiting == nil else { return }
        resume(slot, index)
    }

    private func resume(_ slot: Slot, _ index: Int) {
        slot.connection.resume(now: now, &context)
        settle(slot, index)
        if let channel = slot.channel, channel.hasBufferedInput, slots[index] === slot, slot.stage == .open {
            readSealed(slot, index, channel)
        }
    }

    /// Room to write: what waited goes on.
    private func writable(_ slot: Slot, _ index: Int) {
        guard slot.stage == .open else { return slot.stage == .handshake ? shakeHands(slot, index) : () }
        guard var queue = slot.waiting else {
            // A read that had to write first.
            return readable(slot, index)
        }
        slot.waiting = nil
        guard push(slot, index, &queue) else { return }
        resume(slot, index)
    }

    /// Writes what there is; true when all went out. What the socket does not take now waits in the slot, with the queue's room
    /// or, where that is the loop's and `keepsRoom`, in its own.
    private func push(_ slot: Slot, _ index: Int, _ queue: inout OutputQueue, keepsRoom: Bool = false) -> Bool {
        while !queue.isEmpty {
            let step = slot.channel == nil ? sendPlain(slot, queue) : sendSealed(slot, queue)
            switch step {
            case .moved(let count): queue.advance(count)
            case .needsWriting, .needsReading:
                slot.connection.isWriting(now: now, configuration.deadlines)
                slot.waiting = keepsRoom ? queue.takeRest() : queue.take()
                watch(slot, index, step == .needsWriting ? .writing : .reading)
                wheel.schedule(index, at: slot.connection.deadline)
                _ = hold(slot, index, slot.connection.heldBytes + (slot.waiting?.ownedBytes ?? 0))
                return false
            case .ended, .failed:
                _ = queue.take()
                closeSlot(slot, index)
                return false
            }
        }
        return true
    }

    private func sendPlain(_ slot: Slot, _ queue: OutputQueue) -> ChannelStep {
        while true {
            let count = queue.gather { Self.send($0, to: slot.descriptor) }
            if count >= 0 { return .moved(count) }
            if errno == EAGAIN { return .needsWriting }
            if errno != EINTR { return .failed(.broken) }
        }
    }

    private static func send(_ vectors: UnsafeMutableBufferPointer<iovec>, to descriptor: Int32) -> Int {
        if vectors.count == 1 {
            return Glibc.send(descriptor, vectors[0].iov_base, vectors[0].iov_len, Int32(MSG_NOSIGNAL))
        }
        var message = msghdr()
        message.msg_iov = vectors.baseAddress
        message.msg_iovlen = vectors.count
        return sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
    }

    /// A channel seals contiguous bytes; they are put together here, four records at most.
    private func sendSealed(_ slot: Slot, _ queue: OutputQueue) -> ChannelStep {
        sealed.removeAll(keepingCapacity: true)
        queue.copy(into: &sealed, limit: 65_536)
        return sealed.withUnsafeBytes { slot.channel?.write($0) ?? .failed(.broken) }
    }

    /// Counts what a connection keeps in memory; false where that is too much for all and the connection was given up.
    private func hold(_ slot: Slot, _ index: Int, _ bytes: Int) -> Bool {
        let difference = bytes - slot.heldBytes
        guard difference != 0 else { return true }
        if slot.heldBytes == 0 { observer?.requestsInFlightChanged(by: 1) }
        if bytes == 0 { observer?.requestsInFlightChanged(by: -1) }
        slot.heldBytes = bytes
        let total = shared.heldBytes.add(difference, ordering: .relaxed).newValue
        guard difference > 0, total > configuration.maximumHeldBytes, bytes > Self.smallHold else { return true }
        observer?.didTurnAway("memory")
        if slot.waiting != nil {
            closeSlot(slot, index)
        } else {
            slot.connection.refuseForWantOfRoom(&context)
            shared.heldBytes.subtract(bytes, ordering: .relaxed)
            slot.heldBytes = 0
            observer?.requestsInFlightChanged(by: -1)
            settle(slot, index)
        }
        return false
    }

    private func watch(_ slot: Slot, _ index: Int, _ interest: Interest) {
        guard slot.interest != interest else { return }
        slot.interest = interest
        poller.change(slot.descriptor, token: token(index), interest)
    }

    // MARK: - Closing

    private func finish(_ slot: Slot, _ index: Int) {
        slot.channel?.close()
        if slot.connection.lingers { linger(slot, index) } else { closeSlot(slot, index) }
    }

    private func linger(_ slot: Slot, _ index: Int) {
        shutdown(slot.descriptor, Int32(SHUT_WR))
        slot.stage = .lingering
        slot.lingersUntil = now + Self.lingerTime
        watch(slot, index, .reading)
        wheel.schedule(index, at: slot.lingersUntil)
    }

    private func closeSlot(_ slot: Slot, _ index: Int) {
        guard slots[index] === slot else { return }
        // close(2) also takes the descriptor out of epoll; nobody else holds it.
        close(slot.descriptor)
        wheel.cancel(index)
        slots[index] = nil
        generations[index] &+= 1
        free.append(index)
        openCount -= 1
        if slot.heldBytes != 0 {
            shared.heldBytes.subtract(slot.heldBytes, ordering: .relaxed)
            observer?.requestsInFlightChanged(by: -1)
        }
        shared.addresses.release(slot.peer)
        shared.connections.subtract(1, ordering: .relaxed)
        observer?.connectionsChanged(by: -1)
    }

    // MARK: - Time

    private func expire(_ index: Int) {
        guard let slot = slots[index] else { return }
        guard now >= slot.deadline else { return wheel.schedule(index, at: slot.deadline) }
        guard slot.stage == .open, slot.waiting == nil else { return closeSlot(slot, index) }
        slot.connection.expire(&context)
        settle(slot, index)
    }

    private func windDown(_ phase: LoopControl.Phase) {
        if isListening {
            // Who is in the queue was promised a connection: SO_REUSEPORT would reset it with its listener.
            acceptAll()
            isListening = false
            poller.remove(listener.descriptor)
            shutdown(listener.descriptor, Int32(SHUT_RDWR))
            // What was accepted a moment ago may have sent its request already; it is read before it counts as idle.
            for index in slots.indices {
                guard let slot = slots[index], slot.stage == .open, slot.waiting == nil,
                    !slot.connection.isAwaiting
                else { continue }
                readable(slot, index)
            }
            settleAnswered()
        }
        for index in slots.indices {
            guard let slot = slots[index] else { continue }
            // Who connected a moment ago has not had the time to ask: on a busy machine a client may be put aside between
            // its connect and its send, and would read the end of the stream for an answer.
            let isIdle =
                slot.stage == .open && slot.waiting == nil && slot.connection.isIdle && now >= slot.isNewUntil
            if phase == .stopping || isIdle { closeSlot(slot, index) }
        }
    }
}
