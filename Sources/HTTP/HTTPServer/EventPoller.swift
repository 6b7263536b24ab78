/// What a descriptor is watched for.
enum Interest: Equatable {
    /// Bytes to read, or a connection to accept.
    case reading
    /// Room to write.
    case writing
    /// Nothing but that the peer has gone or the socket failed.
    case end
}

/// A descriptor that is ready, by the token it was added with.
struct ReadyEvent {
    let token: UInt64
    let isReadable: Bool
    let isWritable: Bool
    /// The peer is gone or the socket failed.
    let isBroken: Bool
}

/// Waits for descriptors. One small protocol, so that a kqueue poller can join the epoll one.
protocol EventPoller: ~Copyable {
    /// Watches a descriptor, level-triggered.
    func add(_ descriptor: Int32, token: UInt64, _ interest: Interest) -> Bool
    /// Changes what a descriptor is watched for.
    func change(_ descriptor: Int32, token: UInt64, _ interest: Interest)
    /// Watches it no more.
    func remove(_ descriptor: Int32)
    /// Waits at most so many milliseconds and gives each ready descriptor to `handle`.
    func wait(milliseconds: Int32, _ handle: (ReadyEvent) -> Void)
}

#if os(Linux)
    import CEpoll
    import Glibc

    /// epoll(7).
    struct EpollPoller: EventPoller, ~Copyable {
        private let descriptor: Int32
        /// Where epoll_wait(2) writes: taken once, since a loop waits again after every few requests.
        private let events: UnsafeMutablePointer<epoll_event>
        private static let batch = 256

        /// nil where the kernel gives no descriptor.
        init?() {
            let descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
            if descriptor < 0 { return nil }
            self.descriptor = descriptor
            events = .allocate(capacity: Self.batch)
            events.initialize(repeating: epoll_event(), count: Self.batch)
        }

        deinit {
            close(descriptor)
            events.deallocate()
        }

        func add(_ target: Int32, token: UInt64, _ interest: Interest) -> Bool {
            control(EPOLL_CTL_ADD, target, token, interest) == 0
        }

        func change(_ target: Int32, token: UInt64, _ interest: Interest) {
            _ = control(EPOLL_CTL_MOD, target, token, interest)
        }

        func remove(_ target: Int32) { _ = epoll_ctl(descriptor, EPOLL_CTL_DEL, target, nil) }

        private func control(_ operation: Int32, _ target: Int32, _ token: UInt64, _ interest: Interest) -> Int32 {
            // EPOLLERR and EPOLLHUP are told in any case.
            let flags =
                switch interest {
                case .reading: EPOLLIN.rawValue | EPOLLRDHUP.rawValue
                case .writing: EPOLLOUT.rawValue
                case .end: UInt32(0)
                }
            var event = consilium_event(flags, token)
            return epoll_ctl(descriptor, operation, target, &event)
        }

        func wait(milliseconds: Int32, _ handle: (ReadyEvent) -> Void) {
            // epoll_wait(2) writes the first `count` events; −1 (EINTR) means none.
            let count = epoll_wait(descriptor, events, Int32(Self.batch), milliseconds)
            guard count > 0 else { return }
            for index in 0..<Int(count) {
                let flags = events[index].events
                handle(
                    ReadyEvent(
                        token: consilium_token(events + index),
                        isReadable: flags & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue) != 0,
                        isWritable: flags & EPOLLOUT.rawValue != 0,
                        isBroken: flags & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0))
            }
        }
    }
#endif
