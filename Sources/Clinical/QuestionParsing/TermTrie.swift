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
    /// The same words by their first two letters.
    private var byPair: [String: [String]] = [:]

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
        for word in words.sorted() where word.count >= 6 {
            byStem[String(word.prefix(4)), default: []].append(word)
            byPair[String(word.prefix(2)), default: []].append(word)
        }
    }

    /// The entries of the longest term that starts at a token, and how many tokens it takes. A regular plural is the same
    /// word: `tumors` is `tumor`, and where a term has the plural itself, both are followed.
    func longestMatch(_ tokens: [Token], at start: Int) -> (entries: [Int], length: Int)? {
        matches(tokens, at: start).last
    }

    /// All terms that start at a token, the shortest first.
    func matches(_ tokens: [Token], at start: Int) -> [(entries: [Int], length: Int)] {
        var open = [0]
        var found: [(entries: [Int], length: Int)] = []
        var index = start
        while index < tokens.count, !open.isEmpty {
            let text = tokens[index].text
            var next = open.compactMap { nodes[$0].next[text] }
            if text.count > 3, text.hasSuffix("s") {
                let singular = String(text.dropLast())
                next += open.compactMap { nodes[$0].next[singular] }
            }
            index += 1
            let entries = next.flatMap { nodes[$0].entries }
            if !entries.isEmpty { found.append((entries, index - start)) }
            open = next
        }
        return found
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

    /// A slip among the first four letters: one lost (`intial`, `aproach`), two swapped (`tumuor`, `nueroendocrine`), or
    /// one wrong in a long word (`evirolimus`).
    private func earlySlip(_ word: String) -> String? {
        if let swapped = swapped(word) { return swapped }
        let near = (byPair[String(word.prefix(2))] ?? [])
            .filter {
                $0.count == word.count + 1 || $0.count == word.count && (word.count >= 9 || isShuffled($0, word))
            }
        return near.first { EditDistance.between(word, $0, limit: 1) == 1 }
    }

    private func isShuffled(_ one: String, _ other: String) -> Bool { one.sorted() == other.sorted() }

    /// The word with two of its first letters the other way round.
    private func swapped(_ word: String) -> String? {
        var letters = Array(word)
        for index in 0..<min(4, letters.count - 1) {
            letters.swapAt(index, index + 1)
            let candidate = String(letters)
            if words.contains(candidate) { return candidate }
            letters.swapAt(index, index + 1)
        }
        return nil
    }
}
