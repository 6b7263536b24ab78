import CEpoll
import Glibc
import HTTPWire

/// Where a server listens.
public struct ListeningAddress: Sendable, Equatable, CustomStringConvertible {
    /// A numeric address, or `unix:` and a path.
    public let host: String
    /// The port that was really taken; 0 for a path.
    public let port: Int

    /// What a path begins with in place of a host.
    public static let localPrefix = "unix:"

    /// `127.0.0.1:8080`, `[::1]:8080`, `unix:/run/consilium/admin.sock`.
    public var description: String {
        host.hasPrefix(Self.localPrefix) ? host : host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// Why a server does not start.
public enum ServerStartError: Error, Sendable, Equatable {
    /// The host is no numeric address and not `localhost`.
    case badHost(String)
    /// The port is taken, or the address is not this machine's.
    case cannotListen(host: String, port: Int, reason: String)
    /// There can be no socket at the path.
    case cannotListenAt(path: String, reason: String)
    /// The kernel gives no more descriptors.
    case noDescriptors

    /// One sentence for the operator.
    public var sentence: String {
        switch self {
        case .badHost(let host): "`\(host)` is no numeric IPv4 or IPv6 address and not `localhost`"
        case .cannotListen(let host, let port, let reason): "cannot listen on `\(host)` port \(port): \(reason)"
        case .cannotListenAt(let path, let reason): "cannot listen at `\(path)`: \(reason)"
        case .noDescriptors: "the system gives no more file descriptors"
        }
    }
}

/// A listening descriptor, closed exactly once.
struct ListeningSocket: ~Copyable {
    let descriptor: Int32
    let address: ListeningAddress
    /// The file of a local socket, which goes with it.
    private let path: String?

    /// Listens with SO_REUSEPORT, so that each loop has a listener of its own and the kernel spreads connections. The
    /// first listener is bound once without it before, because the kernel would let a second process share the port
    /// and take half of the connections without a word.
    static func first(host: String, port: Int) throws(ServerStartError) -> ListeningSocket {
        if port != 0 { _ = try ListeningSocket(host: host, port: port, sharesPort: false) }
        return try ListeningSocket(host: host, port: port, sharesPort: true)
    }

    /// A listener; `sharesPort` lets others of this process join it.
    init(host: String, port: Int, sharesPort: Bool) throws(ServerStartError) {
        let numeric = host == "localhost" ? "127.0.0.1" : host
        var storage = sockaddr_storage()
        guard let length = Self.fill(&storage, numeric, port) else { throw .badHost(host) }
        let family = Int32(storage.ss_family)
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .noDescriptors }
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        if sharesPort {
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, socklen_t(MemoryLayout<Int32>.size))
        }
        let bound = withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        // Accepted descriptors inherit it: one system call less for each.
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        guard bound == 0, listen(descriptor, 4_096) == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw .cannotListen(host: host, port: port, reason: reason)
        }
        self.descriptor = descriptor
        path = nil
        address = ListeningAddress(host: numeric, port: Self.port(of: descriptor) ?? port)
    }

    /// A listener at a path, for the user of this process alone. A socket that nobody listens at is put away first.
    init(path: String) throws(ServerStartError) {
        var target = sockaddr_un()
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: target.sun_path), !bytes.contains(0) else {
            throw .cannotListenAt(path: path, reason: "a path has 1 to 107 bytes")
        }
        target.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: bytes) }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw .noDescriptors }
        if Self.isStale(path, &target) { unlink(path) }
        // Before listen(2) nobody can come, so that the mode holds for the first of them too.
        guard Self.call(bind, descriptor, &target) == 0, chmod(path, 0o600) == 0, listen(descriptor, 128) == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw .cannotListenAt(path: path, reason: reason)
        }
        self.descriptor = descriptor
        self.path = path
        address = ListeningAddress(host: ListeningAddress.localPrefix + path, port: 0)
    }

    /// Whether a socket lies there that refuses a connection: one of a process that is gone.
    private static func isStale(_ path: String, _ target: inout sockaddr_un) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return false }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        return call(connect, descriptor, &target) != 0 && errno == ECONNREFUSED
    }

    private static func call(
        _ function: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32, _ descriptor: Int32,
        _ target: inout sockaddr_un
    ) -> Int32 {
        withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    deinit {
        close(descriptor)
        if let path { unlink(path) }
    }

    /// The address of a peer as accept(2) gave it; nil for another family than IPv4 and IPv6.
    static func peer(_ storage: sockaddr_storage) -> PeerAddress? {
        withUnsafePointer(to: storage) { pointer -> PeerAddress? in
            switch Int32(pointer.pointee.ss_family) {
            case AF_INET:
                return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    PeerAddress(high: 0, low: 0xFFFF_0000_0000 | UInt64(UInt32(bigEndian: $0.pointee.sin_addr.s_addr)))
                }
            case AF_INET6:
                return pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                    withUnsafeBytes(of: address.pointee.sin6_addr) { bytes in
                        PeerAddress(
                            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
                    }
                }
            default: return nil
            }
        }
    }

    private static func fill(_ storage: inout sockaddr_storage, _ host: String, _ port: Int) -> socklen_t? {
        guard let port = UInt16(exactly: port) else { return nil }
        return withUnsafeMutablePointer(to: &storage) { pointer -> socklen_t? in
            let four = pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address -> Bool in
                guard inet_pton(AF_INET, host, &address.pointee.sin_addr) == 1 else { return false }
                address.pointee.sin_family = sa_family_t(AF_INET)
                address.pointee.sin_port = port.bigEndian
                return true
            }
            if four { return socklen_t(MemoryLayout<sockaddr_in>.size) }
            let six = pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address -> Bool in
                guard inet_pton(AF_INET6, host, &address.pointee.sin6_addr) == 1 else { return false }
                address.pointee.sin6_family = sa_family_t(AF_INET6)
                address.pointee.sin6_port = port.bigEndian
                return true
            }
            return six ? socklen_t(MemoryLayout<sockaddr_in6>.size) : nil
        }
    }

    private static func port(of descriptor: Int32) -> Int? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            let result = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &length)
            }
            guard result == 0 else { return nil }
            // The port stands at the same place in both families (sockaddr_in and sockaddr_in6).
            return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                Int(UInt16(bigEndian: $0.pointee.sin_port))
            }
        }
    }
}
