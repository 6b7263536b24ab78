import HTTPWire

extension MediaType {
    /// Whether a client would rather have a page than JSON: it names HTML, and values nothing of JSON more. Who takes
    /// everything alike, as programs do, gets JSON; a browser names `text/html` and takes the rest for less.
    static func prefersPage(_ request: HTTPRequest) -> Bool {
        guard let field = request[field: "accept"] else { return false }
        var page: Double?
        var json = (specificity: -1, quality: 0.0)
        for range in field.lowercased().split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            guard let name = parts.first else { continue }
            if name == "text/html" || name == "text/*" && page == nil { page = quality }
            let specificity = ["*/*", "application/*", "application/json"].firstIndex(of: name) ?? -1
            if specificity > json.specificity { json = (specificity, quality) }
        }
        guard let page, page > 0 else { return false }
        return page > json.quality || page == json.quality && json.specificity < 2
    }
}
