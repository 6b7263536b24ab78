import DecisionLogic

/// Terms that are not a plain run of words: `octreotide scan … uptake` allows a few words between its parts, and
/// `QTc > 480` holds for a number beyond the one in the term.
struct GappedTerms: Sendable {
    /// What must follow the head of a term.
    private enum Tail: Sendable {
        /// These words, a few words later.
        case words([String])
        /// A number above or below, and its unit where the term names one.
        case number(isAbove: Bool, limit: Double, unit: [String])
    }

    private let heads: TermTrie
    /// The tails of each head, with the entry of the lexicon, in the order of the lexicon.
    private let tails: [[(tail: Tail, entry: Int)]]

    /// The words of the heads and tails.
    let words: Set<String>

    /// The gapped terms among the terms of a lexicon; entry numbers are places in the list.
    init(_ terms: [String]) {
        var numbers: [[String]: Int] = [:]
        var heads: [String] = []
        var tails: [[(tail: Tail, entry: Int)]] = []
        var words: Set<String> = []
        for (entry, term) in terms.enumerated() {
            guard let (head, tail) = Self.parts(of: term) else { continue }
            let key = Tokenizer.tokens(of: head).map(\.text)
            words.formUnion(key)
            if case .words(let texts) = tail { words.formUnion(texts) }
            if let number = numbers[key] {
                tails[number].append((tail, entry))
            } else {
                numbers[key] = heads.count
                heads.append(head)
                tails.append([(tail, entry)])
            }
        }
        self.heads = TermTrie(heads)
        self.tails = tails
        self.words = words
    }

    /// Whether a term is written with a gap or a comparison.
    static func isGapped(_ term: String) -> Bool { parts(of: term) != nil }

    private static func parts(of term: String) -> (head: String, tail: Tail)? {
        // Nearly all of some thousand terms are plain: their bytes tell (an ellipsis begins with E2).
        guard term.utf8.contains(where: { $0 == 0xE2 || $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") }),
            !JoinedTerms.isJoined(term)
        else { return nil }
        if let gap = term.firstIndex(of: "\u{2026}") {
            let tail = Tokenizer.tokens(of: String(term[term.index(after: gap)...])).map(\.text)
            return tail.isEmpty ? nil : (String(term[..<gap]), .words(tail))
        }
        guard let sign = term.firstIndex(where: { $0 == "<" || $0 == ">" }) else { return nil }
        let rest = Tokenizer.tokens(of: String(term[term.index(after: sign)...]))
        guard case .number(let limit) = rest.first?.kind else { return nil }
        let unit = rest.dropFirst().map(\.text)
        return (String(term[..<sign]), .number(isAbove: term[sign] == ">", limit: limit, unit: unit))
    }

    /// The entries of the terms that begin at a token, and the tokens from the head to the end of the tail.
    func matches(_ tokens: [Token], at start: Int) -> [(entry: Int, tokens: Range<Int>, tail: Range<Int>)] {
        let found = heads.matches(tokens, at: start)
        if found.isEmpty { return [] }
        return found.flatMap { head in
            let end = start + head.length
            return head.entries.flatMap { tails[$0] }.compactMap { tail, entry in
                let found =
                    switch tail {
                    case .words(let texts): place(of: texts, tokens, from: end)
                    case .number(let isAbove, let limit, let unit): number(isAbove, limit, unit, tokens, from: end)
                    }
                return found.map { (entry, start..<$0.upperBound, $0) }
            }
        }
    }

    /// The tail within six tokens, in the same sentence, with no denial between.
    private func place(of texts: [String], _ tokens: [Token], from start: Int) -> Range<Int>? {
        for index in start..<max(start, min(tokens.count, start + 7)) {
            let here = index..<index + texts.count
            if here.upperBound <= tokens.count, here.allSatisfy({ tokens[$0].text == texts[$0 - index] }) {
                // `Positive versus negative` says neither.
                if index > start && EnglishGrammar.alternatives.contains(tokens[index - 1].text) { return nil }
                // `SSTR positive and DOTATATE negative`: the gap holds another finding, and the tail is not this head's.
                let others = texts.compactMap { Self.opposites[$0] }.joined()
                return tokens[start..<index].contains { others.contains($0.text) } ? nil : here
            }
            let token = tokens[index]
            if token.kind == .boundary && ![":", "("].contains(token.text) {
                // `Gastric NET, type 1`: a comma right before the tail parts nothing.
                let next = index + 1..<index + 1 + texts.count
                let isNext =
                    token.text == "," && next.upperBound <= tokens.count
                    && next.allSatisfy { tokens[$0].text == texts[$0 - index - 1] }
                return isNext ? next : nil
            }
            if EnglishGrammar.negations.contains(token.text) || EnglishGrammar.doubts.contains(token.text) {
                return nil
            }
        }
        return nil
    }

    /// What a finding cannot be at the same time. A scan that is negative where another is avid is not meant: the better
    /// scan decides, and it is the one that sees. What only some lesions are is a finding of its own.
    private static let opposites = ["positive": ["negative", "some"], "negative": ["positive", "avid", "some"]]

    private func number(
        _ isAbove: Bool, _ limit: Double, _ unit: [String], _ tokens: [Token], from start: Int
    ) -> Range<Int>? {
        var index = start
        var comparison = Comparison.none
        while index < tokens.count, index < start + 5 {
            if case .number(let value) = tokens[index].kind {
                let end = index + 1 + unit.count
                guard end <= tokens.count, unit.indices.allSatisfy({ tokens[index + 1 + $0].text == unit[$0] }) else {
                    return nil
                }
                return comparison.places(value, above: isAbove, limit) ? index..<end : nil
            }
            if let found = Comparison(tokens, at: &index) {
                comparison = found
                continue
            }
            guard EnglishGrammar.fillers.contains(tokens[index].text) || tokens[index].text == ":" else { return nil }
            index += 1
        }
        return nil
    }
}
