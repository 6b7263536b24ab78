import JSONText

/// A member of the entries of a list: written as JSON or as a cell, sorted by, chosen by `fields`. Said once for all four.
struct ListColumn<Element>: Sendable {
    /// What one entry has in it.
    enum Value {
        case text(String?)
        case number(Int?)
        case words([String])
        case flag(Bool)
    }

    /// The member's name.
    let name: String
    /// Whether `sort` takes it.
    let isSorted: Bool
    /// What an entry has.
    let value: @Sendable (Element) -> Value

    init(_ name: String, isSorted: Bool = true, _ value: @escaping @Sendable (Element) -> Value) {
        self.name = name
        self.isSorted = isSorted
        self.value = value
    }

    /// Writes the member; nothing where the entry has none.
    func write(_ element: Element, to json: inout JSONWriter) {
        switch value(element) {
        case .text(let text): json.member(name, text)
        case .number(let number): json.member(name, number)
        case .words(let words): json.member(name, words)
        case .flag(let flag): json.member(name, flag)
        }
    }

    /// The cell; empty where the entry has none.
    func cell(_ element: Element) -> String {
        switch value(element) {
        case .text(let text): CSVWriter.cell(text ?? "")
        case .number(let number): number.map { String($0) } ?? ""
        case .words(let words): CSVWriter.cell(words.joined(separator: "; "))
        case .flag(let flag): String(flag)
        }
    }

    /// Whether `left` stands before `right` in ascending order; nil where they are alike. What has no value comes last, in
    /// descending order too.
    func precedes(_ left: Element, _ right: Element, descending: Bool) -> Bool? {
        func ordered<Key: Comparable>(_ left: Key?, _ right: Key?) -> Bool? {
            switch (left, right) {
            case (nil, nil): nil
            case (nil, _): false
            case (_, nil): true
            case (let left?, let right?): left == right ? nil : (left < right) != descending
            }
        }
        switch (value(left), value(right)) {
        case (.number(let left), .number(let right)): return ordered(left, right)
        case (.text(let left), .text(let right)): return ordered(left?.lowercased(), right?.lowercased())
        default: return nil
        }
    }
}
