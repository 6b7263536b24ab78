import JSONText

/// A run of bytes that was rendered at load.
struct Piece: Sendable {
    let start: Int32
    let count: Int32

    /// No bytes.
    static let empty = Piece(start: 0, count: 0)
}

/// Everything of an answer that does not depend on the case, rendered and escaped once and kept end to end.
struct PieceStore: Sendable {
    private(set) var bytes: [UInt8] = []

    /// Bytes behind the last piece, so that pieces can be copied block by block.
    mutating func seal() { bytes += Array(repeating: 0, count: AnswerCursor.block) }

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

/// Where an answer goes on: memory of a fixed size, filled from the front. What does not fit is counted and not written.
struct AnswerCursor {
    private let memory: UnsafeMutableRawPointer
    private let capacity: Int
    private let source: UnsafeRawPointer
    /// How many bytes the answer has so far.
    private(set) var count = 0

    /// Pieces are copied in blocks of so many bytes; what is behind their end is overwritten by what follows.
    static let block = 64

    init(memory: UnsafeMutableRawPointer, capacity: Int, source: UnsafeRawPointer) {
        self.memory = memory
        self.capacity = capacity
        self.source = source
    }

    /// The bytes of a piece.
    func bytes(of piece: Piece) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: source + Int(piece.start), count: Int(piece.count))
    }

    /// Copies exactly these bytes, where there is room for them.
    @inline(__always)
    mutating func put(_ start: UnsafeRawPointer, _ length: Int) {
        if length <= capacity - count { (memory + count).copyMemory(from: start, byteCount: length) }
        count += length
    }

    /// Copies bytes behind which a block more can be read.
    @inline(__always)
    mutating func putBlocks(_ start: UnsafeRawPointer, _ length: Int) {
        guard hasRoom(length) else { return put(start, length) }
        putWithRoom(start, length, 0)
    }

    /// Whether there is room for so many bytes and a block.
    @inline(__always)
    func hasRoom(_ length: Int) -> Bool { length <= capacity - count - Self.block }

    /// Copies bytes behind which a block more can be read, with digits of `AnswerDigits` behind them, where there is room for
    /// both and a block.
    @inline(__always)
    mutating func putWithRoom(_ start: UnsafeRawPointer, _ length: Int, _ written: UInt64) {
        let target = memory + count
        if length <= 8 * Self.block {
            Self.copyBlock(start, target)
            var done = Self.block
            while done < length {
                Self.copyBlock(start + done, target + done)
                done += Self.block
            }
        } else {
            target.copyMemory(from: start, byteCount: length)
        }
        target.storeBytes(of: written, toByteOffset: length, as: UInt64.self)
        count += length + Int(written >> 56)
    }

    /// Digits of `AnswerDigits`.
    mutating func put(written: UInt64) {
        var left = written
        for _ in 0..<written >> 56 {
            put(byte: UInt8(truncatingIfNeeded: left))
            left >>= 8
        }
    }

    @inline(__always)
    private static func copyBlock(_ start: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) {
        for place in 0..<block / 16 {
            let part = start.loadUnaligned(fromByteOffset: place * 16, as: SIMD16<UInt8>.self)
            target.storeBytes(of: part, toByteOffset: place * 16, as: SIMD16<UInt8>.self)
        }
    }

    /// Whether the last byte that was written is a comma.
    var endsWithComma: Bool {
        count > 0 && count <= capacity && memory.load(fromByteOffset: count - 1, as: UInt8.self) == UInt8(ascii: ",")
    }

    @inline(__always)
    mutating func put(_ piece: Piece) { putBlocks(source + Int(piece.start), Int(piece.count)) }

    @inline(__always)
    mutating func put(byte: UInt8) {
        if count < capacity { memory.storeBytes(of: byte, toByteOffset: count, as: UInt8.self) }
        count += 1
    }

    @inline(__always)
    mutating func put(_ text: StaticString) { put(UnsafeRawPointer(text.utf8Start), text.utf8CodeUnitCount) }

    /// The list of references, each with its number.
    @inline(__always)
    mutating func put(references: some Collection<some BinaryInteger>, _ pieces: [Piece]) {
        put(",\"references\":[")
        var number = 0
        for reference in references {
            number += 1
            put(number == 1 ? "{\"number\":" : ",{\"number\":")
            put(digits: number)
            put(pieces[Int(reference)])
        }
        put("]")
    }

    /// A number below 100, or any in the long way.
    @inline(__always)
    mutating func put(digits number: Int) {
        if number < 10 { return put(byte: 48 + UInt8(truncatingIfNeeded: number)) }
        if number < 100 {
            put(byte: 48 + UInt8(truncatingIfNeeded: number / 10))
            return put(byte: 48 + UInt8(truncatingIfNeeded: number % 10))
        }
        for byte in String(number).utf8 { put(byte: byte) }
    }
}

/// Where an answer is put together: memory of a fixed size, filled from the front. What does not fit is counted and not
/// written, so that the second attempt has room.
struct AnswerBytes {
    /// Where it goes on.
    var cursor: AnswerCursor
    /// What is written, as steps, while a script is noted; nothing is noted within a slot.
    private var isNoting = false
    private var script = AnswerScripts.Draft()
    /// What is noted for a recipe, where one is made; nothing within a script but its slots.
    private var marks = RecipeMarks()
    private var isRecording = false
    private var isInScript = false

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
                    count = out.cursor.count <= needed ? out.cursor.count : 0
                    needed = out.cursor.count
                }
            }
            if !bytes.isEmpty || needed == 0 { return bytes }
        }
    }

    /// Appends the bytes of an answer that `write` writes; false where these are not `length`.
    static func append(
        _ length: Int, of store: PieceStore, to output: inout [UInt8], _ write: (inout AnswerCursor) -> Void
    ) -> Bool {
        var isWhole = false
        store.bytes.withUnsafeBytes { source in
            guard let start = source.baseAddress else { return }
            output.append(addingCapacity: length + 2 * AnswerCursor.block) { room in
                room.withUnsafeMutableBufferPointer { buffer, count in
                    guard let memory = buffer.baseAddress else { return }
                    var cursor = AnswerCursor(
                        memory: UnsafeMutableRawPointer(memory), capacity: buffer.count, source: start)
                    write(&cursor)
                    // INVARIANT: exactly the bytes up to `count` were written where they fit.
                    isWhole = cursor.count == length
                    count = isWhole ? length : 0
                }
            }
        }
        return isWhole
    }

    private init(memory: UnsafeMutableRawPointer, capacity: Int, source: UnsafeRawPointer) {
        cursor = AnswerCursor(memory: memory, capacity: capacity, source: source)
    }

    /// Copies `length` bytes that `start` points at, where there is room for them.
    @inline(__always)
    private mutating func copy(_ start: UnsafeRawPointer, _ length: Int) {
        if isNoting { script.add(UnsafeRawBufferPointer(start: start, count: length)) }
        cursor.put(start, length)
    }

    @inline(__always)
    mutating func put(_ piece: Piece) {
        if isNoting { script.add(cursor.bytes(of: piece)) }
        cursor.put(piece)
    }

    /// A piece that begins with a comma, without it where it is the first of its list.
    @inline(__always)
    mutating func put(_ piece: Piece, isFirst: Bool) {
        put(isFirst ? Piece(start: piece.start + 1, count: piece.count - 1) : piece)
    }

    @inline(__always)
    mutating func put(_ text: StaticString) { copy(UnsafeRawPointer(text.utf8Start), text.utf8CodeUnitCount) }

    @inline(__always)
    mutating func put(byte: UInt8) {
        if isNoting { withUnsafeBytes(of: byte) { script.add($0) } }
        cursor.put(byte: byte)
    }

    // MARK: - Scripts and recipes

    /// Notes from now on how the answer is put together.
    mutating func beginRecipe(_ lent: inout RecipeMarks?) {
        if let lent = lent.take() { marks = lent }
        marks.clear()
        isRecording = true
    }

    mutating func endRecipe(_ lent: inout RecipeMarks?) {
        seam()
        isRecording = false
        lent = marks
        marks = RecipeMarks()
    }

    /// What follows may stand beside other things in other answers.
    @inline(__always)
    mutating func seam() { if isRecording { marks.seam(cursor.count) } }

    /// What is written until `endScript` is the script of this number. It is noted where it `isNew`.
    mutating func beginScript(_ kind: AnswerScripts.Kind, _ number: Int32, place: Int, isNew: Bool) {
        if number < 0 { return }
        if isRecording {
            marks.script(kind, number, place: place, cursor.count, endsWithComma: cursor.endsWithComma)
            isRecording = false
            isInScript = true
        }
        if !isNew { return }
        script = AnswerScripts.Draft()
        isNoting = true
    }

    /// What was noted; nil where nothing was.
    mutating func endScript() -> AnswerScripts.Draft? {
        if isInScript {
            marks.endScript(cursor.count)
            isRecording = true
            isInScript = false
        }
        guard isNoting else { return nil }
        isNoting = false
        return script
    }

    /// What follows may follow other things in other scripts.
    @inline(__always)
    mutating func cut() { if isNoting { script.cut() } else { seam() } }

    /// The number of a source in this answer; in a script, that of the answer that follows it.
    @inline(__always)
    mutating func put(number: Int32, of source: Int32) {
        let before = (isNoting, isRecording)
        if isNoting { script.close(with: source + AnswerScripts.firstSource) }
        (isNoting, isRecording) = (false, false)
        let start = cursor.count
        put(Int(number))
        (isNoting, isRecording) = before
        if isRecording && source >= 0 {
            marks.number(of: source, start, cursor.count)
        } else {
            own(since: start)
        }
    }

    /// The place of an option in this answer; in a script, that in the answer that follows it.
    mutating func put(rank: Int) {
        put(number: Int32(truncatingIfNeeded: rank), of: AnswerScripts.rank - AnswerScripts.firstSource)
    }

    /// What is written until `endSlot` is a value's words; in a script, those of the case that follows it. Where it begins.
    mutating func beginSlot(forValueOf fact: Int) -> Int {
        if isNoting {
            script.close(with: -1 - Int32(truncatingIfNeeded: fact))
            script.isInSlot = true
            isNoting = false
        }
        return cursor.count
    }

    mutating func endSlot(from start: Int) {
        if isInScript { marks.slot(start, cursor.count) }
        if script.isInSlot { isNoting = true }
        script.isInSlot = false
    }

    /// Lists the references, which a recipe knows.
    mutating func put(references: [Int32], _ pieces: [Piece]) {
        let start = cursor.count
        cursor.put(references: references, pieces)
        if isRecording { marks.references(start, cursor.count) }
    }

    /// What was written since `start` is this case's alone.
    @inline(__always)
    private mutating func own(since start: Int) {
        if isRecording { marks.own(start, cursor.count) }
    }

    /// A number in decimal digits.
    @inline(__always)
    mutating func put(_ number: Int) {
        guard !isNoting && number >= 0 && number < 100 else { return put(text: String(number)) }
        let start = cursor.count
        cursor.put(digits: number)
        own(since: start)
    }

    /// A number as `JSONWriter` writes it.
    mutating func put(_ number: Double) {
        let (start, wasRecording) = (cursor.count, isRecording)
        isRecording = false
        putDigits(number)
        isRecording = wasRecording
        own(since: start)
    }

    private mutating func putDigits(_ number: Double) {
        if let whole = Int(exactly: number), whole.magnitude < 1 << 53 { return put(whole) }
        if number > 0, number < 1_000, case let tenths = (number * 10).rounded(), tenths / 10 == number {
            // One place behind the point, and no shorter decimal lies nearer: what `description` would say.
            put(Int(tenths) / 10)
            put(".")
            return put(Int(tenths) % 10)
        }
        put(text: number.isFinite ? number.description : "null")
    }

    /// Text as it is.
    mutating func put(text: String) {
        let start = cursor.count
        var text = text
        text.withUTF8 { utf8 in
            if let start = utf8.baseAddress { copy(UnsafeRawPointer(start), utf8.count) }
        }
        own(since: start)
    }

    /// A text of this request's, escaped, without quotes.
    mutating func put(escaping text: String) { put(PieceStore.escape(text)) }

    mutating func put(_ bytes: ArraySlice<UInt8>) {
        let start = cursor.count
        bytes.withUnsafeBytes { raw in
            if let start = raw.baseAddress { copy(start, raw.count) }
        }
        own(since: start)
    }
}
