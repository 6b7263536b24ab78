import HTTPServer
import KnowledgeStore

/// What people read: the pages and the twin of the contract in JSON, as they lie beside the program.
public struct PageFiles: Sendable {
    /// The reading page at `/`.
    public var index: [UInt8]?
    /// The contract as a page at `/docs`.
    public var docs: [UInt8]?
    /// Reads `openapi.json`, when it is first asked for.
    public var openAPI: @Sendable () -> [UInt8]?
    /// Where a reader reports an error: `mailto:…` or `https://…`; empty hides the link.
    public var reportAddress: String

    /// The files; nil where one is not at hand: its path then answers 404, and `/` gives JSON alone.
    public init(
        index: [UInt8]? = nil, docs: [UInt8]? = nil, openAPI: @escaping @Sendable () -> [UInt8]? = { nil },
        reportAddress: String = ""
    ) {
        self.index = index
        self.docs = docs
        self.openAPI = openAPI
        self.reportAddress = reportAddress
    }
}

/// A page with the policy that lets it do what it does and nothing else.
enum PageDocument {
    /// A stored page. Its script and its style are allowed by their hashes, so that whatever else gets into the document
    /// does not run (Content Security Policy Level 3 §8.2).
    static func stored(_ page: [UInt8], reportAddress: String, coder: (any ContentCoder)?) -> StoredDocument {
        let text = String(decoding: page, as: UTF8.self)
        let parts = text.split(separator: reportMark, maxSplits: 1, omittingEmptySubsequences: false)
        let filled = parts.joined(separator: escaped(reportAddress))
        return StoredDocument(
            body: Array(filled.utf8), contentType: "text/html; charset=utf-8", digest: "page",
            cacheControl: CachePolicy.page,
            fields: [
                ("Content-Language", "en"), ("Vary", "Accept"), ("Content-Security-Policy", policy(of: filled)),
                ("Cross-Origin-Opener-Policy", "same-origin"),
            ], coder: coder)
    }

    /// What stands in a page for the address.
    static let reportMark = "{{reportAddress}}"

    /// The policy of a page: its own origin alone, no frame, no form that is sent anywhere.
    static func policy(of page: String) -> String {
        let scripts = hashes("script", in: page)
        let styles = hashes("style", in: page)
        return "default-src 'none'; script-src \(scripts); style-src \(styles); img-src data:; connect-src 'self'; "
            + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    }

    /// The hashes of the elements of a name, as a source list; `'none'` where there are none.
    private static func hashes(_ element: String, in page: String) -> String {
        var found: [String] = []
        var rest = page[...]
        while let start = rest.firstRange(of: "<\(element)>"),
            let end = rest[start.upperBound...].firstRange(of: "</\(element)>")
        {
            var hash = SHA256()
            hash.update(rest[start.upperBound..<end.lowerBound].utf8)
            found.append("'sha256-\(Base64.text(bytes(hash.finish())))'")
            rest = rest[end.upperBound...]
        }
        return found.isEmpty ? "'none'" : found.joined(separator: " ")
    }

    /// The hash of one style, as a source.
    static func styleHash(_ style: String) -> String { hashes("style", in: "<style>\(style)</style>") }

    /// The bytes of digits in hexadecimal.
    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// A text inside a double-quoted attribute.
    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}
