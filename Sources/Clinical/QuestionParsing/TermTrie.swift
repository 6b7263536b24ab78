import ClinicalModel

/// All terms of the lexicon as one automaton over tokens: the longest term that starts at a token is found in one walk.
struct TermTrie: Sendable {
    private struct Node {
        var next: [String: Int] = [:]
        var entries: [Int] = []
    }

    private var nodes: [Node] = [Node()]
    /// The words of all terms, for plurals and misspellings.
    private(set) var words: Set<String> = []
    /// Words of at least six letters by their first four, so that a misspelling is compared with few.
    private var byStem: [String: [String]] = [:]

    /// The automaton of terms; entry numbers are places in the list.
    init(_ terms: [String], known: Set<String> = []) {
        words = known
        for (number, term) in terms.enumerated() where !GappedTerms.isGapped(term) && !JoinedTerms.isJoined(term) {
            var node = 0
            for token in Tokenizer.tokens(of: term) where token.kind != .boundary {
                words.insert(token.text)
                if let next = nodes[node].next[token.text] {
                    node = next
                } else {
                    nodes.append(Node())
                    nodes[node].next[token.text] = nodes.count - 1
                    node = nodes.count - 1
                }
            }
            if node != 0 { nodes[node].entries.append(number) }
        }
        for word in words.sorted() where word.count >= 6 { byStem[String(word.prefix(4)), default: []].append(word) }
    }

    /// The entries of the longest term that starts at a token, and how many tokens it takes.
    func longestMatch(_ tokens: [Token], at start: Int) -> (entries: [Int], length: Int)? {
        var node = 0
        var found: (entries: [Int], length: Int)?
        var index = start
        while index < tokens.count, let next = step(node, tokens[index].text) {
            node = next
            index += 1
            if !nodes[node].entries.isEmpty { found = (nodes[node].entries, index - start) }
        }
        return found
    }

    private func step(_ node: Int, _ text: String) -> Int? {
        if let next = nodes[node].next[text] { return next }
        // A regular plural is the same word: tumours, metastases stand in the lexicon where they are irregular.
        if text.count > 3, text.hasSuffix("s"), let next = nodes[node].next[String(text.dropLast())] { return next }
        return nil
    }

    /// The lexicon's word that a misspelt word stands for: one edit from six letters, two from nine, the first four
    /// letters right (`hypo` is never read as `hyper`). nil for a word that is known or near to none.
    func correction(of word: String) -> String? {
        let isPlural = word.hasSuffix("s") && words.contains(String(word.dropLast()))
        guard word.count >= 6, word.count <= 32, !words.contains(word), !isPlural else { return nil }
        let allowed = word.count >= 9 ? 2 : 1
        var best: (distance: Int, word: String)?
        for candidate in byStem[String(word.prefix(4))] ?? [] where abs(candidate.count - word.count) <= allowed {
            let distance = EditDistance.between(word, candidate, limit: allowed)
            if distance <= allowed, distance < best?.distance ?? 99 { best = (distance, candidate) }
        }
        return best?.word ?? earlySlip(word)
    }

    /// A slip among the first four letters: one lost (`intial`, `aproach`) or two swapped (`tumuor`).
    private func earlySlip(_ word: String) -> String? {
        let stem = word.prefix(2)
        let near = byStem.filter { $0.key.hasPrefix(stem) }.flatMap(\.value)
            .filter { $0.count == word.count + 1 || ($0.count == word.count && $0.sorted() == word.sorted()) }
        return near.sorted().first { EditDistance.between(word, $0, limit: 1) == 1 }
    }
}
