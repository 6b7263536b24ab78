import Glibc

/// Tells the service manager how the process is (sd_notify(3), `Type=notify`): datagrams to the socket that the environment
/// names, nothing where it names none.
struct ServiceManager: Sendable {
    private let path: String
    /// Half of what the manager waits for a sign of life, microseconds; nil where it does not watch.
    let signOfLifeInterval: Int?

    /// The manager that the environment names.
    init(environment: [String: String], process: Int32 = getpid()) {
        path = environment["NOTIFY_SOCKET"] ?? ""
        // sd_watchdog_enabled(3): WATCHDOG_PID may name another process of the unit.
        let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(process)" } ?? true
        let interval = environment["WATCHDOG_USEC"].flatMap { Int($0) } ?? 0
        signOfLifeInterval = isMeant && interval > 1 && !path.isEmpty ? interval / 2 : nil
    }

    /// It answers requests.
    func ready(_ status: String) { send("READY=1\nSTATUS=\(status)\nMAINPID=\(getpid())") }

    /// A reload begins; `ready` ends it. The moment lets the manager tell this reload from an earlier one.
    func reloading(microseconds: UInt64) { send("RELOADING=1\nMONOTONIC_USEC=\(microseconds)") }

    /// It is on its way down.
    func stopping() { send("STOPPING=1\nSTATUS=finishing what is under way") }

    /// A sign of life.
    func alive() { send("WATCHDOG=1") }

    /// One datagram, without waiting: a manager that does not listen must not hold the service up.
    private func send(_ text: String) {
        var address = sockaddr_un()
        var bytes = Array(path.utf8)
        guard bytes.count > 1, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        // A name of the abstract namespace is written with `@` for its leading zero byte (unix(7)).
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout.offset(of: \sockaddr_un.sun_path) ?? 2) + socklen_t(bytes.count)
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let message = Array(text.utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT), $0, length)
            }
        }
    }
}
