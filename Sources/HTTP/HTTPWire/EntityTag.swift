/// Entity tags and the preconditions that use them (RFC 9110 §8.8.3 and §13).
public enum EntityTag {
    /// A strong tag for a representation: `"<prefix>-<hash of the bytes>"`. The hash is 64 bits of a multiply-and-fold over
    /// the words, made for telling versions of one document apart, not against a forger: nobody but us writes the bytes.
    public static func strong(for bytes: [UInt8], prefix: String) -> String {
        let hex = String(hash(bytes), radix: 16)
        return "\"\(prefix)-\(String(repeating: "0", count: 16 - hex.count))\(hex)\""
    }

    static func hash(_ bytes: [UInt8]) -> UInt64 {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(bytes.count)
        bytes.withUnsafeBytes { raw in
            var offset = 0
            while offset + 8 <= raw.count {
                fold(&state, UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
                offset += 8
            }
            var rest: UInt64 = 0
            while offset < raw.count {
                rest = rest << 8 | UInt64(raw[offset])
                offset += 1
            }
            fold(&state, rest)
        }
        fold(&state, 0xD6E8_FEB8_6659_FD93)
        return state
    }

    private static func fold(_ state: inout UInt64, _ word: UInt64) {
        let (high, low) = (state ^ word &* 0x2545_F491_4F6C_DD1D).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        state = high ^ low &+ word
    }

    /// Whether a list of tags, or `*`, names the tag. `weakly` compares without regard to `W/` (If-None-Match, RFC 9110
    /// §8.8.3.2). A list that is no list of tags names nothing.
    public static func list(_ field: String, names tag: String, weakly: Bool) -> Bool {
        var rest = Array(field.utf8)[...]
        func skipBlanks() { rest = rest.drop { Byte.isBlank($0) } }
        skipBlanks()
        if rest.elementsEqual([UInt8(ascii: "*")]) { return true }
        let wanted = Array(tag.utf8)
        var found = false
        while !rest.isEmpty {
            if rest.first == UInt8(ascii: ",") {
                rest = rest.dropFirst()
                skipBlanks()
                continue
            }
            let isWeak = rest.starts(with: "W/".utf8)
            if isWeak { rest = rest.dropFirst(2) }
            guard rest.first == UInt8(ascii: "\"") else { return false }
            let inner = rest.dropFirst().prefix { ByteSet.entityTag.contains($0) || $0 >= 0x80 }
            guard inner.endIndex < rest.endIndex, rest[inner.endIndex] == UInt8(ascii: "\"") else { return false }
            if rest[rest.startIndex...inner.endIndex].elementsEqual(wanted), weakly || !isWeak { found = true }
            rest = rest[(inner.endIndex + 1)...]
            skipBlanks()
            guard rest.isEmpty || rest.first == UInt8(ascii: ",") else { return false }
        }
        return found
    }
}

/// What the preconditions of a request come to (RFC 9110 §13.2.2).
public enum Precondition: Sendable, Equatable {
    /// Answer as if there were none.
    case passes
    /// 304: the sender has this representation.
    case notModified
    /// 412.
    case failed

    /// Judges the preconditions of a GET or HEAD against what would be sent. `lastModified` is in seconds since 1970.
    public static func judge(_ request: HTTPRequest, entityTag: String, lastModified: Int?) -> Precondition {
        if let match = request[field: "if-match"] {
            guard EntityTag.list(match, names: entityTag, weakly: false) else { return .failed }
        } else if let text = request[field: "if-unmodified-since"], let date = HTTPDate.seconds(text), let lastModified
        {
            guard lastModified <= date else { return .failed }
        }
        if let match = request[field: "if-none-match"] {
            return EntityTag.list(match, names: entityTag, weakly: true) ? .notModified : .passes
        }
        if let text = request[field: "if-modified-since"], let date = HTTPDate.seconds(text), let lastModified {
            return lastModified <= date ? .notModified : .passes
        }
        return .passes
    }

    /// Whether a request has any; for most a look at the lengths of its field names.
    public static func stands(in request: HTTPRequest) -> Bool {
        // if-match, if-none-match, if-modified-since, if-unmodified-since
        let lengths: UInt64 = 1 << 8 | 1 << 13 | 1 << 17 | 1 << 19
        guard request.nameLengths & lengths != 0 else { return false }
        return request.has("if-match") || request.has("if-none-match") || request.has("if-modified-since")
            || request.has("if-unmodified-since")
    }
}
