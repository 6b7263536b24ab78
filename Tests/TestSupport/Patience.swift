import Glibc

/// How long a test waits for a peer: two minutes of silence are an issue, and no test hangs.
package enum Patience {
    /// Makes reading from a socket end with nothing after two minutes of silence.
    package static func limit(_ descriptor: Int32) {
        var time = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }
}
