import HTTPWire

/// Media types as far as this service negotiates them (RFC 9110 §12.5.1).
enum MediaType {
    /// Whether the client takes JSON. What clients write most is told by its bytes.
    static func acceptsJSON(_ request: HTTPRequest) -> Bool {
        if request.field("accept", is: "application/json") || request.field("accept", is: "*/*") { return true }
        return accepts(request[field: "accept"], "application/json")
    }

    /// Whether the body of a request says that it is JSON in UTF-8.
    static func isJSON(_ request: HTTPRequest) -> Bool {
        if request.field("content-type", is: "application/json") { return true }
        return isJSON(request[field: "content-type"])
    }

    /// Whether a Content-Type is JSON in UTF-8, under `name` where that is another type's.
    static func isJSON(_ field: String?, name: String = "application/json") -> Bool {
        guard let field else { return false }
        let parts = field.lowercased().split(separator: ";").map { trimmed($0) }
        guard parts.first == name else { return false }
        return parts.dropFirst().allSatisfy { parameter in
            !parameter.hasPrefix("charset=") || ["charset=utf-8", "charset=\"utf-8\""].contains(parameter)
        }
    }

    /// Whether an Accept field takes a type; an absent field takes everything. The most specific range decides.
    static func accepts(_ field: String?, _ type: String) -> Bool {
        guard let field, !trimmed(field[...]).isEmpty else { return true }
        let family = type.prefix { $0 != "/" } + "/*"
        var best: (specificity: Int, quality: Double) = (-1, 0)
        for range in field.lowercased().split(separator: ",") {
            let parts = range.split(separator: ";").map { trimmed($0) }
            guard let name = parts.first else { continue }
            let specificity = name == type ? 2 : name == family ? 1 : name == "*/*" ? 0 : -1
            guard specificity > best.specificity else { continue }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            best = (specificity, quality)
        }
        return best.specificity >= 0 && best.quality > 0
    }

    private static func trimmed(_ text: Substring) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
