/// Why bytes are not one JSON text, with the place. Nothing is kept of the document then.
public struct JSONSyntaxError: Error, Sendable, Equatable {
    /// What is wrong.
    public enum Problem: Sendable, Equatable {
        /// The text ended inside a value.
        case unexpectedEnd
        /// A byte that cannot stand here; `expected` says what can.
        case unexpectedByte(expected: String)
        /// Bytes after the value.
        case trailingBytes
        /// A string or name that is not valid UTF-8 (RFC 8259 §8.1).
        case invalidUTF8
        /// A control character below U+0020 in a string.
        case controlCharacter
        /// An escape that RFC 8259 §7 does not know, or half of a surrogate pair.
        case invalidEscape
        /// Digits that are not a JSON number, or one that no Double holds.
        case invalidNumber
        /// Two members of one object share a name (RFC 8259 §4: receivers may refuse).
        case duplicateMember(String)
        /// Nested deeper than the limit.
        case tooDeep(limit: Int)
        /// The text begins with a byte order mark (RFC 8259 §8.1).
        case byteOrderMark
    }

    /// What is wrong.
    public let problem: Problem
    /// Where: bytes from the start of the text, 0 for the first.
    public let offset: Int

    /// An error at a byte.
    public init(_ problem: Problem, at offset: Int) {
        self.problem = problem
        self.offset = offset
    }

    /// One sentence for the user, lower case, no final period.
    public var sentence: String {
        let what =
            switch problem {
            case .unexpectedEnd: "the JSON text ends too early"
            case .unexpectedByte(let expected): "expected \(expected)"
            case .trailingBytes: "there are bytes after the end of the JSON value"
            case .invalidUTF8: "the bytes are not valid UTF-8"
            case .controlCharacter: "a control character must be escaped in a string"
            case .invalidEscape: "this escape sequence is not one of JSON's"
            case .invalidNumber: "this is not a JSON number that can be held"
            case .duplicateMember(let name): "the member `\(name)` stands twice in one object"
            case .tooDeep(let limit): "the JSON text is nested deeper than \(limit) levels"
            case .byteOrderMark: "a JSON text must not begin with a byte order mark"
            }
        return what + " at byte \(offset)"
    }
}
