/// Header fields of a response, in order; names compare without regard to case (RFC 9110 §5.1).
public struct HTTPFields: Sendable, Equatable {
    /// A field.
    public struct Field: Sendable, Equatable {
        /// Its name as it is written.
        public let name: String
        /// Its value.
        public let value: String
    }

    /// The fields in order.
    public private(set) var fields: [Field] = []

    /// No fields.
    public init() {}

    /// The value of a field, nil where it is absent. Setting it replaces all fields of the name; nil removes them. A
    /// value with a control character would split the response and is not set.
    public subscript(_ name: String) -> String? {
        get { fields.first { Self.same($0.name, name) }?.value }
        set {
            fields.removeAll { Self.same($0.name, name) }
            if let newValue, newValue.utf8.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) {
                fields.append(Field(name: name, value: newValue))
            }
        }
    }

    private static func same(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8) { $0 | 0x20 == $1 | 0x20 }
    }
}
