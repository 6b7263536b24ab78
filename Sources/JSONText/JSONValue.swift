/// A JSON document as a tree (RFC 8259). Objects keep the order of their members, so a report can follow the file.
///
/// The tree is for documents that are read once (knowledge files) and for requests; numbers are `Double`, as in I-JSON
/// (RFC 7493 §2.2).
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    /// The word for this kind of value in a message to a user.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// The value of a member, nil where this is no object or has no such member. O(members).
    public subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        // By places: a member that is only compared is not copied.
        for place in members.indices where members[place].name == name { return members[place].value }
        return nil
    }
}

/// One name and its value in a JSON object.
public struct JSONMember: Sendable, Equatable {
    /// The member's name, unescaped.
    public let name: String
    /// The member's value.
    public let value: JSONValue

    /// A member of an object.
    public init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}

/// A JSON Pointer (RFC 6901), grown from the root while a document is walked.
public struct JSONPointer: Sendable, Equatable, CustomStringConvertible {
    /// The escaped form, "" for the whole document.
    public let text: String

    /// The pointer to the whole document.
    public static let root = JSONPointer(text: "")

    private init(text: String) { self.text = text }

    /// The pointer to a member of the object here; `~` and `/` in the name are escaped (RFC 6901 §3).
    public func member(_ name: String) -> JSONPointer {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
            return JSONPointer(text: text + "/" + name)
        }
        var escaped = ""
        for character in name.unicodeScalars {
            switch character {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return JSONPointer(text: text + "/" + escaped)
    }

    /// The pointer to an element of the list here.
    public func element(_ index: Int) -> JSONPointer { JSONPointer(text: text + "/\(index)") }

    /// The form as a URI fragment without percent-encoding, as RFC 9457 §3 uses it: `#/case/tumor`.
    public var description: String { "#" + text }
}
