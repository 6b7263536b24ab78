import JSONText

/// The defects found so far. One log serves one load and never leaves it.
final class DefectLog {
    private(set) var defects: [KnowledgeDefect] = []

    func add(_ defect: KnowledgeDefect) { defects.append(defect) }

    var hasErrors: Bool { defects.contains { !$0.code.isWarning } }
}

/// The file of a knowledge document, where its defects go, and the ways to the values that were looked at. Hardly one way in a
/// thousand is ever told, so none is written before; they lie in one list, since to make each an object took as long as to read
/// what it leads to.
private final class DocumentFile {
    enum Step {
        case member(String)
        case element(Int)
    }

    /// The number of the root.
    static let root = -1

    let path: String
    let log: DefectLog
    private var places: [(parent: Int, step: Step)] = []

    init(_ path: String, _ log: DefectLog) { (self.path, self.log) = (path, log) }

    /// The number of the place that is a step from another.
    func place(_ step: Step, from parent: Int) -> Int {
        places.append((parent, step))
        return places.count - 1
    }

    /// The way from the root to a place.
    func pointer(to place: Int) -> JSONPointer {
        guard place != Self.root else { return .root }
        let before = pointer(to: places[place].parent)
        switch places[place].step {
        case .member(let name): return before.member(name)
        case .element(let index): return before.element(index)
        }
    }
}

/// A value of a knowledge document with its place. Reading never stops at a defect: it logs it and goes on with a
/// harmless stand-in, so that a maintainer sees every defect at once.
struct DocumentNode {
    let value: JSONValue
    private let document: DocumentFile
    private let place: Int

    /// The root of a document.
    init(value: JSONValue, file: String, log: DefectLog) {
        self.init(value, DocumentFile(file, log), DocumentFile.root)
    }

    private init(_ value: JSONValue, _ document: DocumentFile, _ place: Int) {
        self.value = value
        self.document = document
        self.place = place
    }

    var file: String { document.path }
    var log: DefectLog { document.log }
    var pointer: JSONPointer { document.pointer(to: place) }

    func defect(_ code: DefectCode, _ sentence: String, suggestion: String? = nil) {
        log.add(
            KnowledgeDefect(code, file: file, pointer: pointer.description, sentence, suggestion: suggestion))
    }

    private func wrongType(_ wanted: String) {
        defect(.wrongType, "expected \(wanted), found \(value.kind)")
    }

    // MARK: - Members

    /// Refuses members outside the list; `note` may stand in every object.
    func allow(_ names: String...) {
        guard case .object(let members) = value else { return wrongType("an object") }
        if members.isEmpty { defect(.emptyValue, "an empty object; leave the member out instead") }
        for place in members.indices where !names.contains(members[place].name) {
            let name = members[place].name
            if name == "note" { continue }
            defect(
                .unknownMember, "unknown member `\(name)`", suggestion: Suggestion.nearest(to: name, among: names))
        }
    }

    /// The members with their names, none where this is no object.
    var members: [(name: String, node: DocumentNode)] {
        guard case .object(let members) = value else {
            wrongType("an object")
            return []
        }
        if members.isEmpty { defect(.emptyValue, "an empty object; leave the member out instead") }
        return members.map { ($0.name, child($0.name, $0.value)) }
    }

    func optional(_ name: String) -> DocumentNode? {
        value[name].map { child(name, $0) }
    }

    func required(_ name: String) -> DocumentNode? {
        if let node = optional(name) { return node }
        if case .object = value { defect(.missingMember, "the member `\(name)` is missing") }
        return nil
    }

    func has(_ name: String) -> Bool { value[name] != nil }

    private func child(_ name: String, _ value: JSONValue) -> DocumentNode {
        DocumentNode(value, document, document.place(.member(name), from: place))
    }

    // MARK: - Values

    /// The elements of a list of at least one.
    var elements: [DocumentNode] {
        guard case .array(let elements) = value else {
            wrongType("a list")
            return []
        }
        if elements.isEmpty { defect(.emptyValue, "an empty list; leave the member out instead") }
        return elements.enumerated().map { DocumentNode($1, document, document.place(.element($0), from: place)) }
    }

    var string: String {
        guard case .string(let text) = value else {
            wrongType("a string")
            return ""
        }
        if text.isEmpty { defect(.emptyValue, "an empty string; leave the member out instead") }
        return text
    }

    /// The strings of a list of at least one.
    private var strings: [String] {
        if case .array(let elements) = value, !elements.isEmpty {
            let texts = elements.compactMap { element -> String? in
                if case .string(let text) = element, !text.isEmpty { text } else { nil }
            }
            if texts.count == elements.count { return texts }
        }
        return elements.map(\.string)
    }

    var number: Double {
        guard case .number(let number) = value else {
            wrongType("a number")
            return 0
        }
        return number
    }

    var integer: Int {
        guard case .number(let number) = value, let whole = Int(exactly: number) else {
            wrongType("a whole number")
            return 0
        }
        return whole
    }

    var bool: Bool {
        guard case .bool(let value) = value else {
            wrongType("true or false")
            return false
        }
        return value
    }

    // MARK: - Members by name

    // What is as it should be is taken where it lies; only a defect needs the place.

    func string(_ name: String) -> String {
        if case .string(let text)? = value[name], !text.isEmpty { return text }
        return required(name)?.string ?? ""
    }

    func optionalString(_ name: String) -> String? {
        guard let member = value[name] else { return nil }
        if case .string(let text) = member, !text.isEmpty { return text }
        return child(name, member).string
    }

    func integer(_ name: String) -> Int { required(name)?.integer ?? 0 }

    func bool(_ name: String) -> Bool {
        if case .bool(let value)? = value[name] { return value }
        return required(name)?.bool ?? false
    }

    func strings(_ name: String) -> [String] { required(name)?.strings ?? [] }
    func optionalStrings(_ name: String) -> [String] { optional(name)?.strings ?? [] }
    func nodes(_ name: String) -> [DocumentNode] { optional(name)?.elements ?? [] }

    /// A string out of a closed list.
    func choice(_ name: String, _ choices: [String]) -> String {
        guard let node = required(name) else { return choices.first ?? "" }
        let text = node.string
        if !choices.contains(text) {
            node.defect(
                .wrongType, "`\(text)` is none of \(choices.joined(separator: ", "))",
                suggestion: Suggestion.nearest(to: text, among: choices))
        }
        return text
    }

    /// The document's own `schema` and `id` members against its kind and file name.
    func checkHeader(kind: String, id expected: String?) {
        if let node = required("schema"), node.string != "\(kind)/1" {
            node.defect(.wrongSchema, "`\(node.string)` is not `\(kind)/1`, the schema of documents here")
        }
        guard let expected, let node = required("id") else { return }
        if node.string != expected {
            node.defect(.wrongID, "the id `\(node.string)` differs from the file's name", suggestion: expected)
        }
        if !Self.isID(node.string) {
            node.defect(.wrongID, "the id `\(node.string)` is not of lower-case letters, digits, `-` and `.`")
        }
    }

    /// `[a-z0-9]+([.-][a-z0-9]+)*`.
    static func isID(_ text: String) -> Bool {
        text.utf8.split(omittingEmptySubsequences: false, whereSeparator: { $0 == 0x2D || $0 == 0x2E })
            .allSatisfy { part in
                !part.isEmpty && part.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
            }
    }
}
