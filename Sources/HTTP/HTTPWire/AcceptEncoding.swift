/// Which content coding an answer may have (RFC 9110 §12.5.3).
public enum CodingChoice: Sendable, Equatable {
    /// As it is.
    case identity
    /// gzip.
    case gzip
    /// Nothing that we have is acceptable: 406.
    case none

    /// Chooses by an Accept-Encoding field; an absent field takes identity, since nothing says that gzip is understood.
    /// `prefersIdentity`: a body so small that coding it is a loss is sent as it is where both are acceptable.
    public static func choose(_ field: String?, prefersIdentity: Bool = false) -> CodingChoice {
        guard let field else { return .identity }
        var gzip: Double?
        var identity: Double?
        var any: Double?
        for member in field.lowercased().split(separator: ",") {
            let parts = member.split(separator: ";").map { trimmed($0) }
            guard let name = parts.first, let quality = quality(parts.dropFirst()) else { continue }
            switch name {
            case "gzip", "x-gzip": gzip = quality
            case "identity": identity = quality
            case "*": any = quality
            default: break
            }
        }
        let forGzip = gzip ?? any ?? 0
        // Identity is always acceptable unless it is excluded, by name or by `*;q=0`.
        let forIdentity = identity ?? (any == 0 ? 0 : nil)
        if forGzip > 0, forGzip >= forIdentity ?? 0, !prefersIdentity || forIdentity == 0 { return .gzip }
        if forIdentity ?? 1 > 0 { return .identity }
        return forGzip > 0 ? .gzip : .none
    }

    /// The weight of a member (RFC 9110 §12.4.2): 1 without one, nil where it is none.
    static func quality(_ parameters: ArraySlice<Substring>) -> Double? {
        guard let parameter = parameters.first else { return 1 }
        // `0` or `1`, then at most a point and three digits; Swift alone would also read `0x1`, `1e0` and `+1`.
        let weight = parameter.dropFirst(2)
        guard parameters.count == 1, parameter.hasPrefix("q="), (1...5).contains(weight.utf8.count),
            weight.first == "0" || weight.first == "1", weight.utf8.dropFirst().first ?? 0x2E == 0x2E,
            weight.utf8.dropFirst(2).allSatisfy(Byte.isDigit)
        else { return nil }
        guard let value = Double(weight.last == "." ? weight.dropLast() : weight), (0...1).contains(value) else {
            return nil
        }
        return value
    }

    static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text = text.dropFirst() }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return text
    }
}
