/// Writes a document as one HTML page for print: no script, no outside resource, one style that its policy allows by hash.
enum HTMLWriter {
    /// The page.
    static func text(_ document: ReportDocument) -> String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer"><title>\(escaped(document.title))</title><style>\(style)</style></head>
        <body><main>
        \(document.blocks.map(block).joined(separator: "\n"))
        </main></body></html>

        """
    }

    /// What such a page may do: be seen, in its own style.
    static let policy: String = {
        let hash = PageDocument.styleHash(style)
        return "default-src 'none'; style-src \(hash); base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    }()

    private static let style =
        ":root{color-scheme:light dark}html,body{background:Canvas;color:CanvasText}a{color:LinkText}"
        + "body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:48rem;padding:1rem;"
        + "overflow-wrap:anywhere}h2{border-bottom:1px solid}blockquote{border-left:.25rem solid;margin-left:0;padding-left:1rem}"
        + "@page{margin:18mm}@media print{body{font-size:10pt;max-width:none}h2,h3{break-after:avoid}li,p{break-inside:avoid}}"

    private static func block(_ block: ReportDocument.Block) -> String {
        switch block {
        case .heading(let level, let runs): "<h\(level)>\(line(runs))</h\(level)>"
        case .paragraph(let runs): "<p>\(line(runs))</p>"
        case .points(let points): "<ul>" + points.map { "<li>\(line($0))</li>" }.joined() + "</ul>"
        case .sources(let sources):
            "<ol>"
                + sources.enumerated().map { "<li id=\"source-\($0.offset + 1)\">\(line($0.element))</li>" }.joined()
                + "</ol>"
        case .quotation(let text): "<blockquote>\(escaped(text))</blockquote>"
        }
    }

    private static func line(_ runs: [ReportDocument.Run]) -> String { runs.map(run).joined() }

    private static func run(_ run: ReportDocument.Run) -> String {
        switch run {
        case .text(let text): escaped(text)
        case .strong(let text): "<strong>\(escaped(text))</strong>"
        case .citation(let number): "<a href=\"#source-\(number)\">[\(number)]</a>"
        case .link(let text, let address): "<a href=\"\(escaped(address))\">\(escaped(text))</a>"
        }
    }

    /// A text inside an element or a quoted attribute.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in ReportDocument.printable(text).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
