/// `Liver, bone and brain metastases` means liver metastases, bone metastases and brain metastases: the parts of a list
/// share the word that stands once.
struct Coordination {
    private let trie: TermTrie
    private let tokens: [Token]

    private static let links: WordSet = ["and", "n", "or", "nor", ",", "/", "+", "but"]
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

    private static let lesions: WordSet = ["lesion", "lesions", "deposit", "deposits", "spot", "spots"]

    /// `Liver or bone lesions`, the word standing at a place: as metastases they are denied, but not asserted by that word.
    func lesions(at place: Int) -> [(entries: [Int], tokens: Range<Int>)] {
        guard place > 0, Self.lesions.contains(tokens[place].text), tokens[place - 1].kind == .word else { return [] }
        let shared = Token(text: "metastases", kind: .word, span: tokens[place].span)
        guard let entries = exact([tokens[place - 1], shared]) else { return [] }
        return [(entries, place - 1..<place + 1)] + before(place - 1..<place + 1, shared: shared)
    }

    /// `A, B and C metastases`, the term being `C metastases`.
    private func before(_ term: Range<Int>) -> [(entries: [Int], tokens: Range<Int>)] {
        before(term, shared: tokens[term.upperBound - 1])
    }

    private func before(_ term: Range<Int>, shared: Token) -> [(entries: [Int], tokens: Range<Int>)] {
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
            // `93 g/L, SI-NET` is no g-NET; `NF` alone may be neurofibromatosis as well as non-functioning.
            if tokens[index].text.utf8.count > 1, tokens[index].text != "nf",
                let entries = exact([tokens[index], shared])
            {
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
        return list(from: term.upperBound, sharing: shared, isLinked: true)
    }

    /// Before a list of organs: metastases.
    private static let spread: WordSet = [
        "mets", "metastases", "metastasis", "metastatic", "metastasised", "metastasized", "secondaries", "spread",
    ]
    private static let toOrgan = ["mets", "to"].map { Token(text: $0, kind: .word, span: 0..<0) }

    /// `Mets: liver, bone`, the word standing at a place.
    func headed(by place: Int) -> [(entries: [Int], tokens: Range<Int>)] {
        guard Self.spread.contains(tokens[place].text), place + 2 < tokens.count, tokens[place + 1].text == ":" else {
            return []
        }
        return list(from: place + 2, sharing: Self.toOrgan, isLinked: false)
    }

    /// The parts of a list from a token on; `isLinked`: a link must stand before the first of them too.
    private func list(
        from start: Int, sharing shared: [Token], isLinked: Bool
    ) -> [(entries: [Int], tokens: Range<Int>)] {
        var found: [(entries: [Int], tokens: Range<Int>)] = []
        var index = start
        while index < tokens.count, found.count < 8 {
            var hasLink = !isLinked && found.isEmpty
            while index < tokens.count, Self.links.contains(tokens[index].text) { (hasLink, index) = (true, index + 1) }
            while index < tokens.count, Self.modifiers.contains(tokens[index].text) { index += 1 }
            guard hasLink, index < tokens.count, let (entries, length) = part(at: index, sharing: shared) else { break }
            // `Spread to the liver and lung NET` begins something new.
            if let own = trie.longestMatch(tokens, at: index), own.length > length { break }
            found.append((entries, index..<index + length))
            index += length
        }
        return found
    }

    /// What a part of a list stands for, of one word or of two: `mets to liver and lymph nodes`.
    private func part(at index: Int, sharing shared: [Token]) -> (entries: [Int], length: Int)? {
        let isSpread = shared.first.map { Self.spread.contains($0.text) } ?? false
        for length in [2, 1] where index + length <= tokens.count {
            let words = tokens[index..<index + length]
            if let entries = exact(shared + words) { return (entries, length) }
            if isSpread, let entries = exact(Self.toOrgan + words) { return (entries, length) }
        }
        return nil
    }

    private func exact(_ words: [Token]) -> [Int]? {
        guard let match = trie.longestMatch(words, at: 0), match.length == words.count else { return nil }
        return match.entries
    }
}
