import JSONText

/// A run of bytes that was rendered at load.
struct Piece: Sendable {
    fileprivate let start: Int32
    fileprivate let count: Int32

    /// No bytes.
    static let empty = Piece(start: 0, count: 0)
}

/// Everything of an answer that does not depend on the case, rendered and escaped once and kept end to end.
struct PieceStore: Sendable {
    private(set) var bytes: [UInt8] = []

    /// Keeps bytes.
    mutating func add(_ rendered: some Collection<UInt8>) -> Piece {
        let piece = Piece(start: Int32(bytes.count), count: Int32(rendered.count))
        bytes.append(contentsOf: rendered)
        return piece
    }

    /// Keeps text as it is.
    mutating func add(_ text: String) -> Piece { add(text.utf8) }

    /// Keeps the members that `write` writes, without braces, as they follow other members: with a comma in front.
    mutating func members(_ write: (inout JSONWriter) -> Void) -> Piece {
        var json = JSONWriter()
        json.beginObject()
        write(&json)
        let written = json.bytes.dropFirst()
        return written.isEmpty ? add("") : add([UInt8(ascii: ",")] + written)
    }

    /// Keeps members as they begin an object: with the brace in front.
    mutating func opening(_ write: (inout JSONWriter) -> Void) -> Piece {
        var json = JSONWriter()
        json.beginObject()
        write(&json)
        return add(json.bytes)
    }

    /// A piece with more text behind it.
    mutating func extended(_ piece: Piece, with text: String) -> Piece {
        add(Array(bytes[Int(piece.start)..<Int(piece.start + piece.count)]) + Array(text.utf8))
    }

    /// Keeps a text escaped, without its quotes.
    mutating func escaped(_ text: String) -> Piece { add(Self.escape(text)) }

    /// A text escaped, without its quotes.
    static func escape(_ text: String) -> ArraySlice<UInt8> {
        var json = JSONWriter()
        json.string(text)
        return json.bytes.dropFirst().dropLast()
    }
}

/// Bytes of an answer as they are put together.
struct AnswerBytes {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    @inline(__always)
    mutating func put(_ piece: Piece, _ store: PieceStore) {
        store.bytes.withUnsafeBufferPointer { all in
            bytes.append(
                contentsOf: UnsafeBufferPointer(
                    rebasing: all[Int(piece.start)..<Int(piece.start) + Int(piece.count)]))
        }
    }

    @inline(__always)
    mutating func put(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func put(byte: UInt8) { bytes.append(byte) }

    /// A number in decimal digits.
    mutating func put(_ number: Int) {
        if number < 0 { return bytes.append(contentsOf: String(number).utf8) }
        if number < 10 { return bytes.append(48 + UInt8(number)) }
        if number < 100 {
            bytes.append(48 + UInt8(number / 10))
            return bytes.append(48 + UInt8(number % 10))
        }
        bytes.append(contentsOf: String(number).utf8)
    }

    /// A number as `JSONWriter` writes it.
    mutating func put(_ number: Double) {
        if let whole = Int(exactly: number), whole.magnitude < 1 << 53 { return put(whole) }
        bytes.append(contentsOf: (number.isFinite ? number.description : "null").utf8)
    }

    /// A text of this request's, escaped, without quotes.
    mutating func put(escaping text: String) { bytes.append(contentsOf: PieceStore.escape(text)) }

    mutating func put(_ other: some Collection<UInt8>) { bytes.append(contentsOf: other) }
}
