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

    /// Members as they begin an object in a list, with the comma and the brace in front, up to the number of their source.
    mutating func entry(_ write: (inout JSONWriter) -> Void) -> Piece {
        var json = JSONWriter()
        json.beginObject()
        write(&json)
        let comma: [UInt8] = json.bytes.count > 1 ? [UInt8(ascii: ",")] : []
        return add([UInt8(ascii: ",")] + json.bytes + comma + Array("\"reference\":".utf8))
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

/// Where an answer is put together: memory of a fixed size, filled from the front. What does not fit is counted and not
/// written, so that the second attempt has room.
struct AnswerBytes {
    private let memory: UnsafeMutableRawPointer
    private let capacity: Int
    private let source: UnsafeRawPointer
    /// How many bytes the answer has so far.
    private(set) var count = 0

    /// The bytes of an answer that `write` writes; `capacity` is how long it probably is.
    static func made(
        of store: PieceStore, capacity: Int, _ write: (inout AnswerBytes) -> Void
    ) -> [UInt8] {
        var needed = capacity
        while true {
            let bytes = store.bytes.withUnsafeBytes { source -> [UInt8] in
                guard let start = source.baseAddress else { return [] }
                return [UInt8](unsafeUninitializedCapacity: needed) { buffer, count in
                    guard let memory = buffer.baseAddress else { return }
                    var out = AnswerBytes(memory: UnsafeMutableRawPointer(memory), capacity: needed, source: start)
                    write(&out)
                    // INVARIANT: exactly the bytes up to `count` were written where they fit.
                    count = out.count <= needed ? out.count : 0
                    needed = out.count
                }
            }
            if !bytes.isEmpty || needed == 0 { return bytes }
        }
    }

    private init(memory: UnsafeMutableRawPointer, capacity: Int, source: UnsafeRawPointer) {
        self.memory = memory
        self.capacity = capacity
        self.source = source
    }

    /// Copies `length` bytes that `start` points at, where there is room for them.
    @inline(__always)
    private mutating func copy(_ start: UnsafeRawPointer, _ length: Int) {
        if length <= capacity - count { (memory + count).copyMemory(from: start, byteCount: length) }
        count += length
    }

    @inline(__always)
    mutating func put(_ piece: Piece) { copy(source + Int(piece.start), Int(piece.count)) }

    /// A piece that begins with a comma, without it where it is the first of its list.
    @inline(__always)
    mutating func put(_ piece: Piece, isFirst: Bool) {
        let skipped = isFirst ? 1 : 0
        copy(source + Int(piece.start) + skipped, Int(piece.count) - skipped)
    }

    @inline(__always)
    mutating func put(_ text: StaticString) { copy(UnsafeRawPointer(text.utf8Start), text.utf8CodeUnitCount) }

    @inline(__always)
    mutating func put(byte: UInt8) {
        if count < capacity { memory.storeBytes(of: byte, toByteOffset: count, as: UInt8.self) }
        count += 1
    }

    /// A number in decimal digits.
    @inline(__always)
    mutating func put(_ number: Int) {
        if number >= 0 && number < 10 { return put(byte: 48 + UInt8(truncatingIfNeeded: number)) }
        if number >= 10 && number < 100 {
            put(byte: 48 + UInt8(truncatingIfNeeded: number / 10))
            return put(byte: 48 + UInt8(truncatingIfNeeded: number % 10))
        }
        put(text: String(number))
    }

    /// A number as `JSONWriter` writes it.
    mutating func put(_ number: Double) {
        if let whole = Int(exactly: number), whole.magnitude < 1 << 53 { return put(whole) }
        put(text: number.isFinite ? number.description : "null")
    }

    /// Text as it is.
    mutating func put(text: String) {
        var text = text
        text.withUTF8 { utf8 in
            if let start = utf8.baseAddress { copy(UnsafeRawPointer(start), utf8.count) }
        }
    }

    /// A text of this request's, escaped, without quotes.
    mutating func put(escaping text: String) { put(PieceStore.escape(text)) }

    mutating func put(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { raw in
            if let start = raw.baseAddress { copy(start, raw.count) }
        }
    }
}
