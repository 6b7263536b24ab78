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
    static func accepts(_ field: String?, _ type: String) -> Bool { quality(of: type, field) > 0 }

    /// Whether the client would rather have one type than another.
    static func prefers(_ type: String, over other: String, _ request: HTTPRequest) -> Bool {
        let field = request[field: "accept"]
        return quality(of: type, field) > quality(of: other, field)
    }

    /// How much an Accept field wants a type, 0 to 1.
    static func quality(of type: String, _ field: String?) -> Double {
        guard let field else { return 1 }
        return rank(of: type, in: field)?.quality ?? 0
    }

    static func trimmed(_ text: Substring) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
