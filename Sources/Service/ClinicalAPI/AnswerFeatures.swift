import JSONText

/// An answer taken apart into what can differ: read from the JSON that a client gets, so that whatever the contract says is
/// compared, and nothing that it does not say.
struct AnswerFeatures {
    /// What a feature is about.
    struct Key: Hashable {
        /// `option`, `order`, `doses`, or a member of the answer or of an option as the contract names it.
        let what: String
        /// The id, path or code of what it is about; "" for the answer as a whole.
        let subject: String
        /// Whether it is a member of an option other than its standing and its doses: it follows where the option comes or
        /// goes.
        var isDetail = false
    }

    /// Texts by what they are about, each in the order of the answer.
    private(set) var texts: [Key: [String]] = [:]
    /// The keys in the order of the answer.
    private(set) var keys: [Key] = []
    /// The ids of the topics that spoke.
    private(set) var topics: [String] = []
    /// The ids of what is offered, in order.
    private(set) var order: [String] = []
    private var sources: [Double: String] = [:]

    /// Members that follow from others or from the release itself.
    private static let passedOver = [
        "references", "review", "knowledge", "intendedUse", "disclaimer", "editorialPolicy", "trace",
    ]

    /// Takes an answer apart.
    init(_ answer: JSONValue) {
        for reference in Self.elements(answer["references"]) {
            if case .number(let number) = reference["number"] { sources[number] = Self.text(reference["id"]) }
        }
        topics = [Self.text(answer["topic"]?["id"])].compactMap { $0 }
        topics += Self.elements(answer["overlays"]).compactMap { Self.text($0["id"]) }
        guard case .object(let members) = answer else { return }
        for member in members where !Self.passedOver.contains(member.name) {
            switch member.name {
            case "topic": add("topic", "", member.value["id"])
            case "overlays": add("overlays", "", .array(Self.elements(member.value).compactMap { $0["id"] }))
            case "options": Self.elements(member.value).forEach { addOption($0) }
            case "excluded": Self.elements(member.value).forEach { addExclusion($0) }
            case "case", "tiers": addParts(member)
            default: addList(member.name, member.value)
            }
        }
    }

    private mutating func add(_ what: String, _ subject: String, _ value: JSONValue?, isDetail: Bool = false) {
        guard let value else { return }
        let key = Key(what: what, subject: subject, isDetail: isDetail)
        if texts[key] == nil { keys.append(key) }
        texts[key, default: []].append(words(value))
    }

    private mutating func addOption(_ option: JSONValue) {
        guard case .object(let members) = option, let id = Self.text(option["id"]) else { return }
        order.append(id)
        let needs = option["needs"].map { ", needs \(words($0))" } ?? ""
        add("option", id, .string((Self.text(option["standing"]) ?? "offered") + needs))
        for member in members where !["id", "standing", "needs", "rank", "trace"].contains(member.name) {
            if member.name == "regimen" {
                Self.elements(member.value["parts"]).forEach { add("doses", id, $0) }
            } else {
                addEach(member.name, id, member.value, isDetail: true)
            }
        }
    }

    private mutating func addExclusion(_ exclusion: JSONValue) {
        guard let id = Self.text(exclusion["id"]) else { return }
        add("option", id, .string("not offered: " + (Self.text(exclusion["reason"]) ?? "")))
    }

    /// Lists within a member: `case.facts`, `tiers.guideline.statements`.
    private mutating func addParts(_ member: JSONMember) {
        guard case .object(let parts) = member.value else { return }
        for part in parts {
            if case .object(let inner) = part.value {
                for piece in inner { addEach("tiers", part.name, piece.value) }
            } else {
                addList(part.name, part.value)
            }
        }
    }

    /// Each element of a list under its own name, so that one that changed is told alone.
    private mutating func addList(_ what: String, _ value: JSONValue) {
        guard case .array(let elements) = value else { return add(what, "", value) }
        for element in elements {
            let name = ["id", "path", "fact", "code"].lazy.compactMap { Self.text(element[$0]) }.first
            add(what, name ?? "", element)
        }
    }

    private mutating func addEach(_ what: String, _ subject: String, _ value: JSONValue, isDetail: Bool = false) {
        guard case .array(let elements) = value else { return add(what, subject, value, isDetail: isDetail) }
        elements.forEach { add(what, subject, $0, isDetail: isDetail) }
    }

    // MARK: - Words

    private static func elements(_ value: JSONValue?) -> [JSONValue] {
        if case .array(let elements) = value { elements } else { [] }
    }

    private static func text(_ value: JSONValue?) -> String? {
        if case .string(let text) = value { text } else { nil }
    }

    /// A value on one line; a number of a source becomes its id, since numbers move with everything before them.
    private func words(_ value: JSONValue) -> String {
        switch value {
        case .null: return ""
        case .bool(let flag): return flag ? "true" : "false"
        case .number(let number): return Self.plain(number)
        case .string(let text): return text
        case .array(let elements): return elements.map(words).joined(separator: ", ")
        case .object(let members):
            if let unit = Self.text(value["unit"]), members.allSatisfy({ Self.quantity.contains($0.name) }) {
                return members.filter { $0.name != "unit" }.map { words($0.value) }.joined(separator: "–") + " " + unit
            }
            return members.filter { $0.name != "span" }.map { member in
                if member.name == "reference", case .number(let number) = member.value {
                    return "[\(sources[number] ?? "")]"
                }
                // What a question moves stands in the order of the options, which is told by itself.
                if member.name == "wouldChange" {
                    return "wouldChange " + Self.elements(member.value).map(words).sorted().joined(separator: ", ")
                }
                return ["statement", "drug", "text", "id"].contains(member.name)
                    ? words(member.value) : "\(member.name) \(words(member.value))"
            }.joined(separator: ", ")
        }
    }

    private static let quantity = ["value", "min", "max", "unit"]

    private static func plain(_ number: Double) -> String {
        Int(exactly: number).map { String($0) } ?? String(number)
    }
}
