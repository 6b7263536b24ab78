/// A set of places of tokens in a text.
struct TokenSet: ExpressibleByArrayLiteral {
    private var words: [UInt64] = []
    /// The least place; nil where there is none.
    private(set) var first: Int?
    /// The greatest place; nil where there is none.
    private(set) var last: Int?

    /// The set of these places.
    init(_ places: some Sequence<Int>) {
        for place in places { insert(place) }
    }

    /// The set of all places in these ranges.
    init(_ ranges: some Sequence<Range<Int>>) {
        for range in ranges { formUnion(range) }
    }

    /// The set of the places of a literal.
    init(arrayLiteral places: Int...) { self.init(places) }

    /// Whether there is no place in it.
    var isEmpty: Bool { first == nil }

    /// Adds a place.
    mutating func insert(_ place: Int) {
        // INVARIANT: places of tokens are not negative.
        let word = place >> 6
        while words.count <= word { words.append(0) }
        words[word] |= 1 << UInt64(place & 63)
        first = min(first ?? place, place)
        last = max(last ?? place, place)
    }

    /// Adds a range of places.
    mutating func formUnion(_ range: Range<Int>) {
        for place in range { insert(place) }
    }

    /// Whether a place is in it; none outside the text is.
    func contains(_ place: Int) -> Bool {
        let word = place >> 6
        return words.indices.contains(word) && words[word] >> UInt64(place & 63) & 1 == 1
    }

    /// Whether no place of a range is in it.
    func isDisjoint(with range: Range<Int>) -> Bool { !range.contains(where: contains) }
}
