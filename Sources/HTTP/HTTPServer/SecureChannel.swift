public import HTTPWire

/// What one step over a secured connection came to. A step never waits.
public enum ChannelStep: Sendable, Equatable {
    /// So many bytes moved; 0 for a handshake that is done.
    case moved(Int)
    /// Nothing can move before the descriptor is readable.
    case needsReading
    /// Nothing can move before the descriptor is writable.
    case needsWriting
    /// The peer closed its side in order (close_notify, or the end of the stream after it).
    case ended
    /// The connection is of no more use.
    case failed(ChannelFailure)
}

/// Why a secured connection is of no more use.
public enum ChannelFailure: Error, Sendable, Equatable {
    /// The peer spoke HTTP in the clear on a port for TLS.
    case plainHTTP
    /// The handshake failed; the reason is OpenSSL's short text, such as `no shared cipher`.
    case handshake(reason: String)
    /// The stream broke: reset, truncated, or a bad record.
    case broken
}

/// A secured byte stream over one non-blocking descriptor, which it does not own. It lives on one event loop.
public protocol SecureChannel: AnyObject {
    /// Goes on with the handshake; `.moved(0)` once it is done.
    func handshake() -> ChannelStep
    /// Reads what is there into the buffer, at least one byte where it says `.moved`.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> ChannelStep
    /// Writes some of the bytes; a later call may bring them from another address.
    func write(_ bytes: UnsafeRawBufferPointer) -> ChannelStep
    /// Tells the peer that nothing more comes (close_notify), as far as that goes without waiting.
    func close()
    /// The certificate that the client proved to have, after the handshake; nil where it has none that was checked.
    var clientCertificate: ClientCertificate? { get }
    /// Whether bytes were taken from the descriptor that `read` has not given yet: no event will tell of them.
    var hasBufferedInput: Bool { get }
}

/// Makes secured streams. Safe from any thread.
public protocol SecureChannelFactory: Sendable {
    /// A stream over an accepted descriptor, as the server of the handshake; nil where memory is short.
    func channel(over descriptor: Int32) -> (any SecureChannel)?
}
