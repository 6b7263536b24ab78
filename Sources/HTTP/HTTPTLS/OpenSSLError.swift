import COpenSSL

/// The queue of errors that OpenSSL keeps for each thread (ERR_get_error(3)).
enum OpenSSLError {
    /// The last error as a short text, such as `no shared cipher`; the queue is empty then.
    static func last() -> String {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0, let text = ERR_reason_error_string(code) else { return "unknown error" }
        return String(cString: text)
    }
}
