import HTTPServer
import HTTPWire

/// The routes that will go, as the operator lists them: since when they are deprecated (RFC 9745), when they go (RFC 8594).
struct Deprecations {
    /// One route that will go.
    struct Entry: Equatable {
        /// The pattern of its path.
        let pattern: String
        /// When it was or will be deprecated, seconds since 1970.
        let since: Int
        /// When it goes, seconds since 1970; nil where that is open.
        let until: Int?
    }

    /// The routes.
    let entries: [Entry]
    /// Where it is told what to do; empty: nowhere.
    let link: String

    /// Reads `PATTERN=DATE` and `PATTERN=DATE..DATE`, such as `/topics=2027-01-01..2027-07-01`.
    /// - Returns: nil where the text is none, or goes before it is deprecated.
    static func entry(_ text: String) -> Entry? {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts[0].hasPrefix("/") else { return nil }
        let dates = parts[1].replacing("..", with: "|").split(separator: "|", omittingEmptySubsequences: false)
        guard (1...2).contains(dates.count), let since = HTTPDate.seconds(isoDay: String(dates[0])) else { return nil }
        guard dates.count == 2 else { return Entry(pattern: parts[0], since: since, until: nil) }
        // RFC 9745 §4: what goes does not go before it is deprecated.
        guard let until = HTTPDate.seconds(isoDay: String(dates[1])), until >= since else { return nil }
        return Entry(pattern: parts[0], since: since, until: until)
    }

    /// The routes with the fields of those that will go; all their answers carry them, refusals too.
    func marking(_ routes: [Route]) -> [Route] {
        guard !entries.isEmpty else { return routes }
        return routes.map { route in
            guard let entry = entries.first(where: { $0.pattern == route.pattern }) else { return route }
            let fields = self.fields(of: entry)
            return route.changing { response, _ in
                for field in fields { response.fields.append(field.name, field.value) }
            }
        }
    }

    private func fields(of entry: Entry) -> [HTTPFields.Field] {
        var fields = HTTPFields()
        // RFC 9745 §2.1: a date of Structured Fields.
        fields.append("Deprecation", "@\(entry.since)")
        if let until = entry.until { fields.append("Sunset", HTTPDate.text(secondsSince1970: until)) }
        if !link.isEmpty { fields.append("Link", "<\(link)>; rel=\"deprecation\"; type=\"text/html\"") }
        return fields.fields
    }

    /// What is wrong with the entries: no entry, or no path of the service; one sentence each.
    static func faults(_ texts: [String], link: String) -> [String] {
        var faults = texts.filter { entry($0) == nil }.map {
            "`deprecations`: `\($0)` is none; write `/topics=2027-01-01..2027-07-01`, the second date not before the first"
        }
        if !link.isEmpty && !isAddress(link) {
            faults.append("`deprecationLink`: `\(link)` is no address; write `https://host/path`")
        }
        return faults
    }

    /// The patterns of the entries that are no path of these routes.
    func unknown(among routes: [Route]) -> [String] {
        let known = Set(routes.map(\.pattern))
        return entries.map(\.pattern).filter { !known.contains($0) }
    }

    private static func isAddress(_ text: String) -> Bool {
        (text.hasPrefix("https://") || text.hasPrefix("http://"))
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } && !text.contains { "<>\"\\".contains($0) }
    }
}
