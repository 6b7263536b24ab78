import Glibc

/// What Prometheus' clients tell of every process (`process_*`), read from /proc (proc(5)) when somebody asks.
public enum ProcessFigures {
    /// The figures of this process; those that the system does not tell are left out.
    public static func read() -> [MetricFamily] {
        let fields = statFields()
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        func field(_ number: Int) -> Double? { fields.count > number - 3 ? Double(fields[number - 3]) : nil }
        var limit = rlimit()
        let hasLimit = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        let cpu = field(14).flatMap { user in field(15).map { (user + $0) / ticks } }
        let start = field(22).flatMap { began in bootTime().map { $0 + began / ticks } }
        return [
            figure("process_cpu_seconds", .counter, "processor time of the process, user and system", cpu),
            figure(
                "process_resident_memory_bytes", .gauge, "memory of the process in RAM", field(24).map { $0 * page }),
            figure("process_virtual_memory_bytes", .gauge, "address space of the process", field(23)),
            figure("process_threads", .gauge, "threads of the process", field(20)),
            figure("process_open_fds", .gauge, "open file descriptors", openDescriptors()),
            figure(
                "process_max_fds", .gauge, "file descriptors that may be open", hasLimit ? Double(limit.rlim_cur) : nil),
            figure("process_start_time_seconds", .gauge, "when the process began, seconds since 1970", start),
        ].compactMap { $0 }
    }

    private static func figure(_ name: String, _ kind: MetricKind, _ help: String, _ value: Double?) -> MetricFamily? {
        value.map { MetricFamily(name, kind, help: help, [MetricSample(kind == .counter ? "_total" : "", [], $0)]) }
    }

    /// The fields of /proc/self/stat from the third on: the second holds the program's name, which may hold anything.
    private static func statFields() -> [Substring] {
        let text = read("/proc/self/stat", 4_096)
        guard let end = text.lastIndex(of: ")") else { return [] }
        return text[text.index(after: end)...].split(separator: " ")
    }

    /// When the machine started, seconds since 1970. It stands after a line of interrupts that may be long.
    private static let boot: Double? = {
        read("/proc/stat", 1 << 20).split(separator: "\n").first { $0.hasPrefix("btime ") }
            .flatMap { Double($0.dropFirst(6)) }
    }()

    private static func bootTime() -> Double? { boot }

    /// Linux 6.2 and later tell the number as the size of the folder; before, entries are counted, up to a limit that keeps
    /// an event loop from counting for long.
    private static func openDescriptors() -> Double? {
        var status = stat()
        guard stat("/proc/self/fd", &status) == 0 else { return nil }
        if status.st_size > 0 { return Double(status.st_size) }
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while count < 20_000, readdir(folder) != nil { count += 1 }
        // `.`, `..` and the descriptor of the folder itself.
        return Double(max(0, count - 3))
    }

    private static func read(_ path: String, _ limit: Int) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < limit {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
