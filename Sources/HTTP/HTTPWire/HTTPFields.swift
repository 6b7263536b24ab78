/// Header fields of a response, kept as they go on the wire (`Name: value CRLF`, in order), so that sending them is one
/// copy. Names compare without regard to case (RFC 9110 §5.1).
public struct HTTPFields: Sendable, Equatable {
    /// A field.
    public struct Field: Sendable, Equatable {
        /// Its name as it is written.
        public let name: String
        /// Its value.
        public let value: String
    }

    /// The field lines, each with its CRLF.
    public private(set) var wire: [UInt8] = []

    /// No fields.
    public init() {}

    /// The fields in order.
    public var fields: [Field] {
        lines().map { line in
            Field(
                name: String(decoding: wire[line.name], as: UTF8.self),
                value: String(decoding: wire[line.value], as: UTF8.self))
        }
    }

    /// The value of a field, nil where it is absent. Setting it replaces all fields of the name; nil removes them. A name
    /// that is no token, or a value with a control character, would split the response and is not set. O(bytes).
    public subscript(_ name: String) -> String? {
        get {
            lines().first { same($0.name, name) }.map { String(decoding: wire[$0.value], as: UTF8.self) }
        }
        set {
            remove(name)
            if let newValue { append(name, newValue) }
        }
    }

    /// Adds a field behind the others, also where one of its name is there already.
    public mutating func append(_ name: String, _ value: String) {
        guard !name.isEmpty, name.utf8.allSatisfy(ByteSet.token.contains), value.utf8.allSatisfy(Byte.isFieldContent)
        else { return }
        wire.append(contentsOf: name.utf8)
        wire.append(contentsOf: ": ".utf8)
        wire.append(contentsOf: value.utf8)
        wire.append(contentsOf: "\r\n".utf8)
    }

    /// Adds a member to a field that is a list, such as `Vary`, unless it is there.
    public mutating func add(_ member: String, to name: String) {
        guard let present = self[name] else { return append(name, member) }
        let members = present.split(separator: ",").map { $0.drop { $0 == " " } }
        if !members.contains(where: { $0.lowercased() == member.lowercased() }) {
            self[name] = present + ", " + member
        }
    }

    private mutating func remove(_ name: String) {
        for line in lines().reversed() where same(line.name, name) {
            wire.removeSubrange(line.name.lowerBound..<line.value.upperBound + 2)
        }
    }

    private func same(_ place: Range<Int>, _ name: String) -> Bool {
        place.count == name.utf8.count
            && wire[place].elementsEqual(name.utf8) { Byte.lowercased($0) == Byte.lowercased($1) }
    }

    /// Where the names and values lie. INVARIANT: `wire` holds only what `append` wrote.
    private func lines() -> [(name: Range<Int>, value: Range<Int>)] {
        var result: [(name: Range<Int>, value: Range<Int>)] = []
        var start = 0
        while start < wire.count {
            guard let colon = wire[start...].firstIndex(of: UInt8(ascii: ":")),
                let end = wire[colon...].firstIndex(of: Byte.carriageReturn)
            else { break }
            result.append((start..<colon, colon + 2..<end))
            start = end + 2
        }
        return result
    }
}
