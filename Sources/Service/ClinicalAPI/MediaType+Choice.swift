import HTTPWire

extension MediaType {
    /// The one of the offered types that the client values most; nil where it takes none. Of two that it values alike the
    /// one that it names more exactly wins, then the earlier: `*/*` and an absent field give the first.
    static func chosen(_ request: HTTPRequest, among offered: [String]) -> String? {
        guard let first = offered.first, let field = request[field: "accept"] else { return offered.first }
        if field == first || field == "*/*" { return first }
        var best: (type: String, rank: Rank)?
        for type in offered {
            guard let rank = rank(of: type, in: field), rank.quality > 0 else { continue }
            guard let leader = best?.rank else {
                best = (type, rank)
                continue
            }
            if (rank.quality, rank.specificity) > (leader.quality, leader.specificity) { best = (type, rank) }
        }
        return best?.type
    }

    /// How much a client wants a type: the quality of the most specific range that holds it (RFC 9110 §12.5.1).
    struct Rank {
        var quality: Double
        var specificity: Int
    }

    /// The rank of a type in an Accept field; nil where no range holds it. An empty field takes everything alike.
    static func rank(of type: String, in field: String) -> Rank? {
        guard !trimmed(field[...]).isEmpty else { return Rank(quality: 1, specificity: 0) }
        let family = type.prefix { $0 != "/" } + "/*"
        var best: Rank?
        for range in field.lowercased().split(separator: ",") {
            let parts = range.split(separator: ";").map { trimmed($0) }
            guard let name = parts.first else { continue }
            let specificity = name == type ? 2 : name == family ? 1 : name == "*/*" ? 0 : -1
            guard specificity > best?.specificity ?? -1 else { continue }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            best = Rank(quality: quality, specificity: specificity)
        }
        return best
    }
}
