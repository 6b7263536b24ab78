/// `Liver, bone and brain metastases` means liver metastases, bone metastases and brain metastases: the parts of a list
/// share the word that stands once.
struct Coordination {
    private let trie: TermTrie
    private let tokens: [Token]

    private static let links: WordSet = ["and", "or", "nor", ",", "/", "+", "but"]
    private static let modifiers: WordSet = [
        "multiple", "several", "many", "few", "small", "large", "innumerable", "extensive", "diffuse", "bilobar",
        "the", "her", "his", "also", "some", "bilateral",
    ]

    /// Reads lists in a text.
    init(_ trie: TermTrie, _ tokens: [Token]) {
        (self.trie, self.tokens) = (trie, tokens)
    }

    /// The terms that other parts of the list around a term stand for.
    func partners(of term: Range<Int>) -> [(entries: [Int], tokens: Range<Int>)] {
        guard term.count >= 2 else { return [] }
        return before(term) + after(term)
    }

    /// `A, B and C metastases`, the term being `C metastases`.
    private func before(_ term: Range<Int>) -> [(entries: [Int], tokens: Range<Int>)] {
        let shared = tokens[term.upperBound - 1]
        // `3.2 cm, N0` shares no number: it is no `cM0`.
        guard shared.kind == .word else { return [] }
        var found: [(entries: [Int], tokens: Range<Int>)] = []
        var index = term.lowerBound - 1
        var misses = 0
        while index > 0, found.count < 8 {
            while index > 0, Self.modifiers.contains(tokens[index].text) { index -= 1 }
            var hasLink = false
            while index >= 0, Self.links.contains(tokens[index].text) { (hasLink, index) = (true, index - 1) }
            guard hasLink, index >= 0, tokens[index].kind == .word else { break }
            if let entries = exact([tokens[index], shared]) {
                found.append((entries, index..<index + 1))
            } else if misses > 0 {
                break
            } else {
                misses += 1  // One unknown part does not end the list.
            }
            index -= 1
        }
        return found
    }

    /// `Metastases to A, B and C`, the term being `metastases to A`.
    private func after(_ term: Range<Int>) -> [(entries: [Int], tokens: Range<Int>)] {
        guard term.count >= 3 else { return [] }
        let shared = Array(tokens[term.lowerBound..<term.upperBound - 1])
        var found: [(entries: [Int], tokens: Range<Int>)] = []
        var index = term.upperBound
        while index < tokens.count, found.count < 8 {
            var hasLink = false
            while index < tokens.count, Self.links.contains(tokens[index].text) { (hasLink, index) = (true, index + 1) }
            while index < tokens.count, Self.modifiers.contains(tokens[index].text) { index += 1 }
            guard hasLink, index < tokens.count, let entries = exact(shared + [tokens[index]]) else { break }
            // `Spread to the liver and lung NET` begins something new.
            if let own = trie.longestMatch(tokens, at: index), own.length > 1 { break }
            found.append((entries, index..<index + 1))
            index += 1
        }
        return found
    }

    private func exact(_ words: [Token]) -> [Int]? {
        guard let match = trie.longestMatch(words, at: 0), match.length == words.count else { return nil }
        return match.entries
    }
}
