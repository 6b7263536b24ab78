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
        get { place(of: name).map { String(decoding: wire[$0], as: UTF8.self) } }
        set {
            remove(name)
            if let newValue { append(name, newValue) }
        }
    }

    /// Whether there is a field of this name.
    public func has(_ name: String) -> Bool { place(of: name) != nil }

    /// Whether a field stands whose value `judge` approves of, looking at its bytes.
    public func has(_ name: String, where judge: (Span<UInt8>) -> Bool) -> Bool {
        place(of: name).map { judge(wire.span.extracting($0)) } ?? false
    }

    /// Adds a field behind the others, also where one of its name is there already.
    public mutating func append(_ name: String, _ value: String) {
        var (name, value) = (name, value)
        name.withUTF8 { name in
            value.withUTF8 { value in
                guard !name.isEmpty, name.allSatisfy(ByteSet.token.contains), value.allSatisfy(Byte.isFieldContent)
                else { return }
                wire.append(contentsOf: name)
                wire.append(contentsOf: ": ".utf8)
                wire.append(contentsOf: value)
                wire.append(contentsOf: "\r\n".utf8)
            }
        }
    }

    /// Adds a member to a field that is a list, such as `Vary`, unless it is there. Members compare without regard to case.
    public mutating func add(_ member: String, to name: String) {
        guard let place = place(of: name) else { return append(name, member) }
        if holds(member, at: place) { return }
        guard member.utf8.allSatisfy(Byte.isFieldContent) else { return }
        wire.insert(contentsOf: (place.isEmpty ? member : ", " + member).utf8, at: place.upperBound)
    }

    /// Whether a list has a member.
    private func holds(_ member: String, at place: Range<Int>) -> Bool {
        var member = member
        return member.withUTF8 { member in
            var start = place.lowerBound
            while start < place.upperBound {
                var end = start
                while end < place.upperBound, wire[end] != UInt8(ascii: ",") { end += 1 }
                while start < end, wire[start] == Byte.space { start += 1 }
                if end - start == member.count,
                    member.indices.allSatisfy({ Byte.lowercased(wire[start + $0]) == Byte.lowercased(member[$0]) })
                {
                    return true
                }
                start = end + 1
            }
            return false
        }
    }

    private mutating func remove(_ name: String) {
        for line in lines().reversed() where same(wire[line.name], name) {
            wire.removeSubrange(line.name.lowerBound..<line.value.upperBound + 2)
        }
    }

    private func same(_ bytes: ArraySlice<UInt8>, _ name: String) -> Bool {
        bytes.count == name.utf8.count
            && bytes.elementsEqual(name.utf8) { Byte.lowercased($0) == Byte.lowercased($1) }
    }

    /// Where the value of the first field of a name lies. INVARIANT: `wire` holds only what `append` and `add` wrote.
    private func place(of name: String) -> Range<Int>? {
        var name = name
        return name.withUTF8 { name in
            wire.withUnsafeBufferPointer { wire in
                var start = 0
                while start < wire.count {
                    var end = start
                    while end < wire.count, wire[end] != Byte.carriageReturn { end += 1 }
                    let colon = start + name.count
                    if colon < end, wire[colon] == UInt8(ascii: ":") {
                        var isSame = true
                        for index in 0..<name.count
                        where Byte.lowercased(wire[start + index]) != Byte.lowercased(name[index]) {
                            isSame = false
                            break
                        }
                        if isSame { return colon + 2..<end }
                    }
                    start = end + 2
                }
                return nil
            }
        }
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
