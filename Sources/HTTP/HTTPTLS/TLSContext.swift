import COpenSSL
public import HTTPServer
import Synchronization

/// Makes TLS channels for one port. Certificates are read again on demand: open connections keep theirs, new ones get the
/// new. Safe from any thread.
public final class TLSContext: SecureChannelFactory {
    private let configuration: TLSConfiguration
    private let keys: TicketKeys
    private let present: Mutex<CertificateSet>

    /// Reads all files.
    /// - Throws: `TLSConfigurationError` for the first file that cannot be used.
    public init(_ configuration: TLSConfiguration) throws(TLSConfigurationError) {
        self.configuration = configuration
        guard let keys = TicketKeys() else { throw .library(reason: OpenSSLError.last()) }
        self.keys = keys
        present = Mutex(try keys.read(configuration))
    }

    /// Reads all files again.
    /// - Throws: `TLSConfigurationError`; the certificates of before stay in use then.
    public func reload() throws(TLSConfigurationError) { use(try prepare()) }

    /// Certificates that were read and are not in use yet.
    public struct Prepared: Sendable {
        /// The set changes hands once, inside this box.
        fileprivate let box: Box
    }

    fileprivate final class Box: Sendable {
        let set: Mutex<CertificateSet?>
        init(_ set: consuming CertificateSet) { self.set = Mutex(consume set) }
    }

    /// Reads all files aside.
    /// - Throws: `TLSConfigurationError` for the first file that cannot be used.
    public func prepare() throws(TLSConfigurationError) -> Prepared { Prepared(box: Box(try keys.read(configuration))) }

    /// Takes certificates into use for connections to come; the same ones a second time do nothing.
    public func use(_ prepared: Prepared) {
        present.withLock { present in
            prepared.box.set.withLock { next in
                if let next = next.take() { present = next }
            }
        }
    }

    /// Makes a new key for session tickets. Tickets of the key before are still taken and renewed; older ones lead to a
    /// full handshake. Meant to be called every few hours.
    /// - Returns: whether there was randomness for it.
    public func rotateTickets() -> Bool { keys.rotate() }

    /// Seconds until the first of the certificates expires; negative where one has.
    public var secondsOfValidity: Int { present.withLock { $0.secondsOfValidity } }

    /// A channel in the server's role.
    public func channel(over descriptor: Int32) -> (any SecureChannel)? {
        // Only the address leaves the lock; the connection belongs to nobody yet.
        let address = present.withLock { UInt(bitPattern: $0.makeConnection(descriptor)) }
        return OpaquePointer(bitPattern: address).map { TLSChannel($0) }
    }
}

/// The keys of session tickets, which all certificates of a server share, so that a session outlives a reload.
private final class TicketKeys: Sendable {
    private let keys: Mutex<UInt>

    /// nil where there is no randomness or memory.
    init?() {
        guard let pointer = consilium_keys_new() else { return nil }
        keys = Mutex(UInt(bitPattern: pointer))
    }

    deinit { keys.withLock { consilium_keys_release(OpaquePointer(bitPattern: $0)) } }

    /// Reads certificates that use these keys; their contexts hold them.
    func read(_ configuration: TLSConfiguration) throws(TLSConfigurationError) -> CertificateSet {
        let address = keys.withLock { $0 }
        guard let pointer = OpaquePointer(bitPattern: address) else { throw .library(reason: "no ticket keys") }
        return try CertificateSet(configuration, pointer)
    }

    func rotate() -> Bool { keys.withLock { consilium_keys_rotate(OpaquePointer(bitPattern: $0)) == 1 } }
}
