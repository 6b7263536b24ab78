import CEpoll
import Glibc
import HTTPWire

/// Where a server listens.
public struct ListeningAddress: Sendable, Equatable, CustomStringConvertible {
    /// A numeric address.
    public let host: String
    /// The port that was really taken.
    public let port: Int

    /// `127.0.0.1:8080`, `[::1]:8080`.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Why a server does not start.
public enum ServerStartError: Error, Sendable, Equatable {
    /// The host is no numeric address and not `localhost`.
    case badHost(String)
    /// The port is taken, or the address is not this machine's.
    case cannotListen(host: String, port: Int, reason: String)
    /// The kernel gives no more descriptors.
    case noDescriptors

    /// One sentence for the operator.
    public var sentence: String {
        switch self {
        case .badHost(let host): "`\(host)` is no numeric IPv4 or IPv6 address and not `localhost`"
        case .cannotListen(let host, let port, let reason): "cannot listen on `\(host)` port \(port): \(reason)"
        case .noDescriptors: "the system gives no more file descriptors"
        }
    }
}

/// A listening descriptor, closed exactly once.
struct ListeningSocket: ~Copyable {
    let descriptor: Int32
    let address: ListeningAddress

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
        address = ListeningAddress(host: numeric, port: Self.port(of: descriptor) ?? port)
    }

    deinit { close(descriptor) }

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
