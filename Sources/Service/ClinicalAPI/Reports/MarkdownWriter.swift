/// Writes a document as CommonMark. Every character of a text that could mean something is escaped, so that no reader of
/// Markdown interprets what a person typed (RFC 7763 §4 leaves that to the writer).
enum MarkdownWriter {
    /// The document, with a line feed at its end.
    static func text(_ document: ReportDocument) -> String {
        document.blocks.map(block).joined(separator: "\n\n") + "\n"
    }

    private static func block(_ block: ReportDocument.Block) -> String {
        switch block {
        case .heading(let level, let runs): String(repeating: "#", count: level) + " " + line(runs)
        case .paragraph(let runs): line(runs)
        case .points(let points): points.map { "- " + line($0) }.joined(separator: "\n")
        case .sources(let sources):
            sources.enumerated().map { "\($0.offset + 1). " + line($0.element) }.joined(separator: "\n")
        case .quotation(let text): "> " + line([.text(text)])
        }
    }

    /// A line; what would begin a list or a rule at its start is escaped too.
    private static func line(_ runs: [ReportDocument.Run]) -> String {
        let text = String(runs.map(run).joined(separator: "").drop { (character: Character) in character == " " })
        guard let first = text.first else { return "" }
        if "+-=".contains(first) { return "\\" + text }
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        if !digits.isEmpty, let mark = text[digits.endIndex...].first, mark == "." || mark == ")" {
            return digits + "\\" + text[digits.endIndex...]
        }
        return text
    }

    private static func run(_ run: ReportDocument.Run) -> String {
        switch run {
        case .text(let text): escaped(text)
        case .strong(let text): "**\(escaped(text))**"
        case .citation(let number): "\\[\(number)\\]"
        case .link(let text, let address): "[\(escaped(text))](<\(address)>)"
        }
    }

    /// Characters that begin syntax anywhere in a line: those of CommonMark, and of the common extensions the table's bar,
    /// the tilde, the dollar of formulas, the at sign and the colon, without which no address becomes a link by itself.
    static func escaped(_ text: String) -> String {
        // Scalar by scalar: a mark that combines with a star must not hide it.
        var scalars = String.UnicodeScalarView()
        for scalar in ReportDocument.printable(text).unicodeScalars {
            if "\\`*_[]<>&|~#!$@^{}".unicodeScalars.contains(scalar) { scalars.append("\\") }
            scalars.append(scalar)
        }
        let result = String(scalars)
        // `http://…` and `www.…` become links without a bracket in the dialect of GitHub.
        return result.replacing("://", with: "\\://").replacing("www.", with: "www\\.").replacing(
            "WWW.", with: "WWW\\.")
    }
}
