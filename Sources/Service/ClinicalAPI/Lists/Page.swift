import HTTPServer
import HTTPWire
import JSONText
import KnowledgeStore

/// A page of a list: `limit`, `cursor`, `sort` and `fields` read and checked.
struct Page<Element> {
    /// No value of a parameter is longer, in Unicode scalars; the contract's `maxLength`.
    static var longestValue: Int { 200 }

    private var limit = 50
    private var start = 0
    private let origin: ListCursor.Origin
    private var columns: [ListColumn<Element>]
    private var order: [(column: ListColumn<Element>, descending: Bool)] = []

    /// Reads the parameters of a list; others than `known` and those of every list are refused.
    /// - Throws: every fault of them at once.
    init(
        _ query: [(name: String, value: String)], known: [String], digest: String, _ columns: [ListColumn<Element>]
    ) throws(Refusal) {
        let all = known + ["limit", "cursor", "sort", "fields", "knowledge"]
        origin = ListCursor.Origin(query, digest: digest)
        self.columns = columns
        var faults: [ProblemDetails] = []
        var seen: Set<String> = []
        for (name, value) in query {
            do throws(Refusal) {
                guard all.contains(name) else { throw Refusal(.unknownParameter(name, known: all)) }
                // Two values would leave it open which one counts.
                guard seen.insert(name).inserted else {
                    throw Refusal(.badParameter(name, "\(name) stands in the query twice"))
                }
                guard value.unicodeScalars.count <= Self.longestValue else {
                    throw Refusal(.badParameter(name, "\(name) has at most \(Self.longestValue) characters"))
                }
                try take(name, value, from: columns)
            } catch {
                faults.append(error.problem)
            }
        }
        if let fault = ProblemDetails.together(faults) { throw Refusal(fault) }
    }

    private mutating func take(_ name: String, _ value: String, from all: [ListColumn<Element>]) throws(Refusal) {
        let words = { value.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        switch name {
        case "limit":
            guard let number = Int(value), (1...200).contains(number) else {
                throw Refusal(.badParameter("limit", "limit is a number from 1 to 200"))
            }
            limit = number
        case "cursor": start = try ListCursor(value, origin).place
        case "sort":
            let sorted = all.filter(\.isSorted)
            for word in words() {
                let isDescending = word.hasPrefix("-")
                let column = try Self.column("sort", String(isDescending ? word.dropFirst() : word[...]), sorted)
                order.append((column, isDescending))
            }
        case "fields":
            let names = words()
            for name in names { _ = try Self.column("fields", name, all) }
            // In the order of the contract, whatever the order of the asking, and always with the id.
            columns = all.filter { names.contains($0.name) || $0.name == "id" }
        default: break
        }
    }

    private static func column(
        _ parameter: String, _ name: String, _ columns: [ListColumn<Element>]
    ) throws(Refusal) -> ListColumn<Element> {
        guard let column = columns.first(where: { $0.name == name }) else {
            let detail = "\(parameter) takes \(columns.map(\.name).joined(separator: ", "))"
            throw Refusal(
                .badParameter(
                    parameter, detail, didYouMean: Suggestion.nearest(to: name, among: columns.map(\.name))))
        }
        return column
    }

    /// The entries in the order that is asked for; those that are alike in it stay by id.
    func sorted(_ items: [Element]) -> [Element] {
        guard !order.isEmpty else { return items }
        return items.enumerated().sorted { left, right in
            for (column, descending) in order {
                if let before = column.precedes(left.element, right.element, descending: descending) { return before }
            }
            return left.offset < right.offset
        }.map(\.element)
    }

    /// The body of the page in JSON.
    func json(_ items: [Element]) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("items")
        json.beginArray()
        for item in items.dropFirst(start).prefix(limit) {
            json.beginObject()
            for column in columns { column.write(item, to: &json) }
            json.endObject()
        }
        json.endArray()
        json.object("page") {
            if start + limit < items.count { $0.member("nextCursor", cursor(start + limit)) }
            $0.member("total", items.count)
        }
        json.endObject()
        return json.bytes
    }

    /// The body of the page as a table.
    func csv(_ items: [Element]) -> [UInt8] { CSVWriter.bytes(items.dropFirst(start).prefix(limit), columns) }

    /// The value of `Link` (RFC 8288): the first page, and those before and behind this one where there are such.
    func links(_ request: HTTPRequest, total: Int) -> String {
        var links = [ListLink.text(request, cursor: nil, rel: "first")]
        if start > 0 {
            let before = max(0, min(start, total) - limit)
            links.append(ListLink.text(request, cursor: before == 0 ? nil : cursor(before), rel: "prev"))
        }
        if start + limit < total { links.append(ListLink.text(request, cursor: cursor(start + limit), rel: "next")) }
        return links.joined(separator: ", ")
    }

    private func cursor(_ place: Int) -> String { ListCursor.text(place, origin) }
}
