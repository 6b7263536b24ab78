/// A fixed set of words that is asked far more often than it has what is looked for: the length and the first letter of a word
/// nearly always tell that it is not in there, and the few words that share both are compared. Nothing is hashed.
struct WordSet: Sendable, ExpressibleByArrayLiteral {
    /// The words by their place, see `place(of:)`; those of place n lie from `starts[n]` up to `starts[n + 1]`.
    private let words: [String]
    private let starts: [UInt16]

    /// Lengths from here on share their places.
    private static let longest = 15
    private static let places = (longest + 1) * 32

    /// The set of these words, each once however often it is given.
    @inline(never)
    init(_ given: [String]) {
        let sorted = Set(given).map { (place: Self.place(of: $0), word: $0) }
            .sorted { ($0.place, $0.word) < ($1.place, $1.word) }
        words = sorted.map(\.word)
        var starts: [UInt16] = []
        starts.reserveCapacity(Self.places + 1)
        var next = 0
        for place in 0...Self.places {
            while next < sorted.count, sorted[next].place < place { next += 1 }
            starts.append(UInt16(next))
        }
        self.starts = starts
    }

    /// The set of the words of a literal.
    init(arrayLiteral words: String...) { self.init(words) }

    /// Whether a word is in the set.
    func contains(_ word: String) -> Bool {
        let place = Self.place(of: word)
        let (start, end) = (Int(starts[place]), Int(starts[place + 1]))
        if start == end { return false }
        for index in start..<end where words[index] == word { return true }
        return false
    }

    /// The words of all these sets.
    static func union(of sets: [WordSet]) -> WordSet { WordSet(sets.flatMap(\.words)) }

    /// The words of both.
    func union(_ other: WordSet) -> WordSet { Self.union(of: [self, other]) }

    /// A number below `places` by length and first letter.
    @inline(__always)
    private static func place(of word: String) -> Int {
        word.utf8.withContiguousStorageIfAvailable(place) ?? Array(word.utf8).withUnsafeBufferPointer(place)
    }

    @inline(__always)
    private static func place(of word: UnsafeBufferPointer<UInt8>) -> Int {
        word.isEmpty ? 0 : min(word.count, longest) * 32 + Int(word[0]) & 31
    }
}
