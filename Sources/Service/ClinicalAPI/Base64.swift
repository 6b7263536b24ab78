/// Base64 of RFC 4648: §4 with padding, §5 without.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The text of bytes.
    static func text(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = (0..<3).map { start + $0 < bytes.count ? UInt32(bytes[start + $0]) : 0 }
            let word = group[0] << 16 | group[1] << 8 | group[2]
            for (place, shift) in [18, 12, 6, 0].enumerated() {
                let isPadding = start + place > bytes.count
                result.append(isPadding ? UInt8(ascii: "=") : alphabet[Int(word >> UInt32(shift) & 63)])
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The text of bytes in the alphabet of URLs, without padding.
    static func urlSafe(_ bytes: [UInt8]) -> String {
        String(text(bytes).compactMap { $0 == "=" ? nil : $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }

    /// The bytes of a text in the alphabet of URLs; nil for what is none.
    static func bytes(urlSafe text: String) -> [UInt8]? {
        var result: [UInt8] = []
        var (word, bits) = (UInt32(0), 0)
        for byte in text.utf8 {
            let letter =
                byte == UInt8(ascii: "-") ? UInt8(ascii: "+") : byte == UInt8(ascii: "_") ? UInt8(ascii: "/") : byte
            // `+` and `/` are of the other alphabet.
            guard let value = alphabet.firstIndex(of: letter), byte != UInt8(ascii: "+"), byte != UInt8(ascii: "/")
            else { return nil }
            word = (word << 6 | UInt32(value)) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                result.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
            }
        }
        return result
    }
}
