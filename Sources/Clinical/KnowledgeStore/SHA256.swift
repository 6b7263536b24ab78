#if canImport(Crypto)
    import Crypto
#endif

/// SHA-256 of the knowledge's bytes: a fingerprint, not a secret. swift-crypto uses the instructions that processors have for
/// it: six times as fast as the plain code, which stands in where there are no packages.
package struct SHA256 {
    #if canImport(Crypto)
        private var hash = Crypto.SHA256()
    #else
        private var hash = PlainSHA256()
    #endif

    /// A digest of nothing yet.
    package init() {}

    /// Takes more bytes.
    package mutating func update(_ bytes: some Collection<UInt8>) {
        #if canImport(Crypto)
            let done: Void? = bytes.withContiguousStorageIfAvailable {
                hash.update(bufferPointer: UnsafeRawBufferPointer($0))
            }
            if done == nil { hash.update(data: Array(bytes)) }
        #else
            hash.update(bytes)
        #endif
    }

    /// The digest in lower-case hexadecimal, 64 characters.
    package mutating func finish() -> String {
        #if canImport(Crypto)
            let digits = Array("0123456789abcdef".utf8)
            let text = hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
            return String(decoding: text, as: UTF8.self)
        #else
            hash.finish()
        #endif
    }
}
