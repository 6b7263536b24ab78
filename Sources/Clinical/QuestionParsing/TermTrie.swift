import ClinicalModel

/// All terms of the lexicon as one automaton over tokens: the longest term that starts at a token is found in one walk.
struct TermTrie: Sendable {
    private var edges = EdgeTable()
    /// The entries of the terms that end at each node.
    private var entries: [[Int]] = [[]]
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
            var node: Int32 = 0
            for token in Tokenizer.tokens(of: term) where token.kind != .boundary {
                words.insert(token.text)
                node = self.node(behind: token.text, from: node)
            }
            if node != 0 { entries[Int(node)].append(number) }
        }
        for word in words.sorted() where word.count >= 6 {
            byStem[String(word.prefix(4)), default: []].append(word)
            byPair[String(word.prefix(2)), default: []].append(word)
        }
    }

    /// The node that a word leads to, a new one where it leads nowhere yet.
    private mutating func node(behind word: String, from node: Int32) -> Int32 {
        var word = word
        return word.withUTF8 { bytes in
            if let next = edges.next(from: node, bytes) { return next }
            edges.insert(from: node, bytes, to: Int32(entries.count))
            entries.append([])
            return Int32(entries.count - 1)
        }
    }

    /// The nodes that a word or its singular leads to.
    private func step(from node: Int32, _ word: String) -> (own: Int32?, singular: Int32?) {
        var word = word
        return word.withUTF8 { bytes in
            let own = edges.next(from: node, bytes)
            guard bytes.count > 3, bytes.last == UInt8(ascii: "s") else { return (own, nil) }
            return (own, edges.next(from: node, UnsafeBufferPointer(rebasing: bytes.dropLast())))
        }
    }

    /// The entries of the longest term that starts at a token, and how many tokens it takes. A regular plural is the same
    /// word: `tumors` is `tumor`, and where a term has the plural itself, both are followed.
    func longestMatch(_ tokens: [Token], at start: Int) -> (entries: [Int], length: Int)? {
        matches(tokens, at: start).last
    }

    /// Within a term: they stand for `the`.
    private static let owners: WordSet = ["his", "her", "their", "my", "our", "your", "its"]

    /// All terms that start at a token, the shortest first.
    func matches(_ tokens: [Token], at start: Int) -> [(entries: [Int], length: Int)] {
        guard start < tokens.count else { return [] }
        let first = step(from: 0, tokens[start].text)
        // Most tokens begin no term.
        if first.own == nil && first.singular == nil { return [] }
        var open = [first.own, first.singular].compactMap { $0 }
        var found: [(entries: [Int], length: Int)] = []
        var index = start + 1
        while true {
            let ended = open.flatMap { entries[Int($0)] }
            if !ended.isEmpty { found.append((ended, index - start)) }
            guard index < tokens.count else { return found }
            let word = tokens[index].text
            let steps = open.map { step(from: $0, word) }
            var next = steps.compactMap(\.own) + steps.compactMap(\.singular)
            // `Carcinoid of his appendix` is `carcinoid of the appendix`.
            if Self.owners.contains(word) { next += open.compactMap { step(from: $0, "the").own } }
            open = next
            if open.isEmpty { return found }
            index += 1
        }
    }

    /// The lexicon's word that a misspelt word stands for: one edit from six letters, two from nine, the first four
    /// letters right (`hypo` is never read as `hyper`). nil for a word that is known or near to none.
    func correction(of word: String) -> String? {
        guard word.utf8.count >= 6, word.count >= 6, word.count <= 32, !words.contains(word) else { return nil }
        let isPlural = word.hasSuffix("s") && words.contains(String(word.dropLast()))
        if isPlural { return nil }
        let allowed = word.count >= 9 ? 2 : 1
        var best: (distance: Int, word: String)?
        for candidate in byStem[String(word.prefix(4))] ?? [] where abs(candidate.count - word.count) <= allowed {
            let distance = EditDistance.between(word, candidate, limit: allowed)
            if distance <= allowed, distance < best?.distance ?? 99 { best = (distance, candidate) }
        }
        return best?.word ?? undoubled(word) ?? earlySlip(word)
    }

    /// A word of five letters or more with one letter doubled: `bowell`, `livver`.
    private func undoubled(_ word: String) -> String? {
        let letters = Array(word)
        for index in letters.indices.dropFirst() where letters[index] == letters[index - 1] {
            let candidate = String(letters[..<index] + letters[(index + 1)...])
            if words.contains(candidate) { return candidate }
        }
        return nil
    }

    /// A slip among the first four letters: one lost (`intial`, `aproach`), two swapped (`tumuor`, `nueroendocrine`), or
    /// one wrong or too many in a long word (`evirolimus`, `mestastatic`).
    private func earlySlip(_ word: String) -> String? {
        if let swapped = swapped(word) { return swapped }
        let near = (byPair[String(word.prefix(2))] ?? [])
            .filter {
                $0.count == word.count + 1 || $0.count == word.count && (word.count >= 9 || isShuffled($0, word))
                    || $0.count + 1 == word.count && word.count >= 9
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
