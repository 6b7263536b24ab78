/// How an answer was put together: what to copy, one after another, as words of 32 bits. It is made of the marks that were set
/// while the answer was written, and followed where the same body comes again, so that only the copying is left. It refers to
/// scripts and parts of the desk that made it, and holds itself what is only this case's.
enum AnswerRecipe {
    /// Where something of an answer ends, and what it is: a word of the recipe, or one of those below.
    struct Mark: Sendable {
        let end: Int32
        let kind: Kind
    }

    /// A script in an answer.
    struct Script: Sendable {
        let kind: AnswerScripts.Kind
        /// Whether a comma stands in front of it.
        let hasComma: Bool
        /// The option's place in the answer.
        let place: UInt8
        let number: Int32
    }

    /// What ends at a mark.
    enum Kind: Sendable {
        /// Bytes that other answers have too: a part.
        case common
        /// Bytes of this case alone, which stand in the recipe.
        case own
        /// The beginning of a script.
        case script(Script)
        /// Bytes that the script brings.
        case brought
        /// The number of a source.
        case number(of: UInt16)
        case references
    }

    // The upper two bits tell what a word is: a place in `AnswerScripts.parts`; a script, whether a comma stands in front of
    // it, the option's place, and where its list stands; so many bytes that follow in words of their own; the number of a
    // source, or the references.
    static let isPart: UInt32 = 0
    static let isScript: UInt32 = 1
    static let isBytes: UInt32 = 2
    static let comma: UInt32 = 1 << 29
    static let references: UInt32 = 0xFFFF_FFFF
    static let numberOfSource: UInt32 = 3 << 30

    /// More words are not worth their room: options with doses for one body are put together of many.
    static let longest = 4_096

    /// Writes the recipe of an answer; false where there is none. `scripts` take the parts that they lack while they `learn`.
    static func write(
        _ words: inout [UInt32], of answer: [UInt8], _ marks: [Mark], _ scripts: inout AnswerScripts, learn: Bool
    ) -> Bool {
        words.removeAll(keepingCapacity: true)
        return answer.withUnsafeBytes { answer in
            var start = 0
            for mark in marks {
                let end = Int(mark.end)
                let bytes = UnsafeRawBufferPointer(rebasing: answer[start..<end])
                start = end
                switch mark.kind {
                case .brought: break
                case .common:
                    if let place = scripts.place(ofCommon: bytes, keep: learn) {
                        words.append(UInt32(bitPattern: place))
                    } else {
                        add(bytes, to: &words)
                    }
                case .own: add(bytes, to: &words)
                case .script(let script):
                    guard let word = scripts.word(script) else { return false }
                    words.append(word)
                case .number(let source): words.append(numberOfSource | UInt32(source))
                case .references: words.append(references)
                }
                if words.count > longest { return false }
            }
            return start == answer.count
        }
    }

    private static func add(_ bytes: UnsafeRawBufferPointer, to words: inout [UInt32]) {
        words.append(isBytes << 30 | UInt32(bytes.count))
        var place = 0
        while place + 4 <= bytes.count {
            words.append(bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
            place += 4
        }
        if place < bytes.count {
            var last: UInt32 = 0
            withUnsafeMutableBytes(of: &last) { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[place...])) }
            words.append(last)
        }
    }
}

/// What is noted of an answer under way for its recipe.
struct RecipeMarks: Sendable {
    private(set) var list: [AnswerRecipe.Mark] = []
    /// Whether all could be noted.
    private(set) var isWhole = true
    /// Where the last mark stands.
    private(set) var end = 0
    private var lastIsOwn = false

    mutating func clear() {
        list.removeAll(keepingCapacity: true)
        isWhole = true
        end = 0
        lastIsOwn = false
    }

    /// What was written up to `end` other answers have too.
    mutating func seam(_ end: Int) {
        if end > self.end { add(end, .common) }
    }

    /// What was written from `start` to `end` is this case's own.
    mutating func own(_ start: Int, _ end: Int) {
        seam(start)
        if lastIsOwn {
            list.removeLast()
        }
        add(end, .own)
        lastIsOwn = true
    }

    /// A script begins at `end`, with a comma in front of it where that is all since the last mark.
    mutating func script(_ kind: AnswerScripts.Kind, _ number: Int32, place: Int, _ end: Int, endsWithComma: Bool) {
        let hasComma = endsWithComma && end == self.end + 1
        if !hasComma { seam(end) }
        guard let place = UInt8(exactly: place) else { return isWhole = false }
        add(end, .script(AnswerRecipe.Script(kind: kind, hasComma: hasComma, place: place, number: number)))
    }

    /// What was written from `start` to `end` is the number of a source.
    mutating func number(of source: Int32, _ start: Int, _ end: Int) {
        seam(start)
        guard let source = UInt16(exactly: source) else { return isWhole = false }
        add(end, .number(of: source))
    }

    /// What was written from `start` to `end` is the list of references.
    mutating func references(_ start: Int, _ end: Int) {
        seam(start)
        add(end, .references)
    }

    /// What was written since the last mark a script brings, and from `start` on what is in a slot of it.
    mutating func slot(_ start: Int, _ end: Int) {
        add(start, .brought)
        add(end, .own)
    }

    mutating func endScript(_ end: Int) { add(end, .brought) }

    private mutating func add(_ end: Int, _ kind: AnswerRecipe.Kind) {
        list.append(AnswerRecipe.Mark(end: Int32(truncatingIfNeeded: end), kind: kind))
        self.end = end
        lastIsOwn = false
    }
}
