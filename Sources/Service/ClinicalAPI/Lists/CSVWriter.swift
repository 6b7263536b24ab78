/// Writes comma-separated values (RFC 4180): a header line, CRLF, quotes where a cell needs them.
enum CSVWriter {
    /// The table.
    static func bytes<Element>(_ elements: some Sequence<Element>, _ columns: [ListColumn<Element>]) -> [UInt8] {
        var text = columns.map(\.name).joined(separator: ",") + "\r\n"
        for element in elements { text += columns.map { $0.cell(element) }.joined(separator: ",") + "\r\n" }
        return Array(text.utf8)
    }

    /// A cell. Spreadsheets reckon what begins with `=`, `+`, `-`, `@`, a tab or a carriage return: an apostrophe before it
    /// makes it text.
    static func cell(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let isFormula =
            scalars.first.map { "=+-@\t\r\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars.contains($0) } ?? false
        let safe = isFormula ? "'" + text : text
        guard safe.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }
}
