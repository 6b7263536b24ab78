import DecisionLogic

/// `Grade 1-2`, `G2/3`, `grade I to II`: a term whose last part is followed by another of its kind leaves both codes.
struct CodeRange {
    let trie: TermTrie
    let tokens: [Token]

    private static let links: WordSet = ["-", "/", "to", "or", "and", "\u{2013}"]
    private static let roman: WordSet = ["i", "ii", "iii"]

    /// The entries of the other end, and the tokens of both; nil where a term stands alone.
    func other(of term: Range<Int>) -> (entries: [Int], tokens: Range<Int>)? {
        let last = tokens[term.upperBound - 1]
        var place = term.upperBound
        guard isOrdinal(last) else { return nil }
        let isLinked = place < tokens.count && Self.links.contains(tokens[place].text)
        if isLinked { place += 1 }
        guard place < tokens.count, isOrdinal(tokens[place]), (last.kind == .word) == (tokens[place].kind == .word),
            isLinked || last.kind == .word, tokens[place].text != last.text
        else { return nil }
        // `Grade 2, 3 cm` and `G2 3 cm` have a length behind; `Ki-67 1-2 %` is no code.
        let after = place + 1 < tokens.count ? tokens[place + 1].text : ""
        guard !["cm", "mm", "%", "x", "/", "mitoses"].contains(after) else { return nil }
        let words = Array(tokens[term].dropLast()) + [tokens[place]]
        guard let match = trie.longestMatch(words, at: 0), match.length == words.count else { return nil }
        return (match.entries, term.lowerBound..<place + 1)
    }

    private func isOrdinal(_ token: Token) -> Bool {
        if case .number(let value) = token.kind { return value >= 0 && value <= 9 && value == value.rounded() }
        return Self.roman.contains(token.text)
    }
}
