/// Base64 of RFC 4648 §4, with padding.
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
}
