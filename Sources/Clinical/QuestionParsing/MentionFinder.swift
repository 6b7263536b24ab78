import ClinicalModel
import DecisionLogic

/// A term with its place.
struct Mention {
    /// The entries of the lexicon that it is.
    let entries: [Int]
    /// Its tokens.
    let tokens: Range<Int>
    /// It is a part of a list that shares a word with another term.
    var isPart = false
    /// It stands for metastases where it is denied, and for nothing else: `no bone lesions`.
    var isLesion = false
    /// It leaves several codes: `grade 1-2`.
    var isRange = false
}

/// Finds the terms of the lexicon in a text.
struct MentionFinder: Sendable {
    /// The plain terms.
    let trie: TermTrie
    private let gapped: GappedTerms
    private let entries: [LexiconEntry]
    /// The facts that each entry speaks of.
    private let factsOf: [BitSet]
    private let joined: JoinedTerms
    /// How many entries are the lexicon's own; behind them follow the parts of joined terms.
    private let ownCount: Int

    /// A finder of the terms of a lexicon.
    init(_ lexicon: [LexiconEntry]) {
        joined = JoinedTerms(lexicon)
        entries = lexicon + joined.parts
        ownCount = lexicon.count
        factsOf = entries.map { entry in
            guard case .says(let facts) = entry.meaning else { return BitSet() }
            return BitSet(facts.map(\.fact))
        }
        gapped = GappedTerms(entries.map(\.term))
        trie = TermTrie(entries.map(\.term), known: gapped.words)
    }

    /// All terms in the order of the text; of overlapping plain terms the longest.
    func mentions(_ tokens: [Token]) -> [Mention] {
        var found: [Mention] = []
        var index = 0
        while index < tokens.count {
            if let match = trie.longestMatch(tokens, at: index) {
                found.append(Mention(entries: match.entries, tokens: index..<index + match.length))
                index += match.length
            } else {
                index += 1
            }
        }
        return withLesions(withGaps(withPartners(found, tokens), tokens), tokens)
    }

    /// With `bone lesions`, where no other term takes those words.
    private func withLesions(_ mentions: [Mention], _ tokens: [Token]) -> [Mention] {
        let lists = Coordination(trie, tokens)
        let taken = TokenSet(mentions.lazy.map(\.tokens))
        let more = tokens.indices.flatMap { lists.lesions(at: $0) }.filter { taken.isDisjoint(with: $0.tokens) }
            .map { Mention(entries: $0.entries, tokens: $0.tokens, isPart: true, isLesion: true) }
        if more.isEmpty { return mentions }
        return (mentions + more).sorted { $0.tokens.lowerBound < $1.tokens.lowerBound }
    }

    /// With the other parts of lists: `liver and bone metastases`.
    private func withPartners(_ mentions: [Mention], _ tokens: [Token]) -> [Mention] {
        let lists = Coordination(trie, tokens)
        // `Carcinoid of the lung, liver metastases`: a word of a longer term is no part of a list.
        let long = TokenSet(mentions.lazy.map(\.tokens).filter { $0.count > 1 })
        let plain = MentionIndex(mentions, count: tokens.count)
        let parts = mentions.flatMap { lists.partners(of: $0.tokens) } + tokens.indices.flatMap { lists.headed(by: $0) }
        let more = parts.filter { long.isDisjoint(with: $0.tokens) }
            .map { Mention(entries: $0.entries, tokens: $0.tokens, isPart: true) }
            .filter { part in
                // `On octreotide, DOTATATE avid`: the treatment is no tracer.
                !plain.overlapping(part.tokens).contains {
                    !facts($0).isEmpty && facts($0).isDisjoint(with: facts(part))
                }
            }
        guard !more.isEmpty else { return mentions }
        let taken = TokenSet(more.map(\.tokens))
        return (mentions.filter { taken.isDisjoint(with: $0.tokens) } + more)
            .sorted { $0.tokens.lowerBound < $1.tokens.lowerBound }
    }

    /// With the gapped terms; one that covers a plain term of the same fact takes its place.
    private func withGaps(_ mentions: [Mention], _ tokens: [Token]) -> [Mention] {
        let plain = MentionIndex(mentions, count: tokens.count)
        var found = MentionIndex([], count: tokens.count)
        for index in tokens.indices {
            // The longest of several gapped terms says most: `SSTR uptake at the rim only`.
            let matches = gapped.matches(tokens, at: index)
            if matches.isEmpty { continue }
            for match in matches.sorted(by: { $0.tokens.count > $1.tokens.count }) {
                let mention = Mention(entries: [match.entry], tokens: match.tokens)
                let own = facts(mention)
                // `Gastric NET, type 2 diabetes`: the tail begins a term that goes on.
                let isOther = plain.overlapping(match.tail).contains {
                    $0.tokens.lowerBound > match.tokens.lowerBound && $0.tokens.upperBound > match.tail.upperBound
                }
                let isRepeated = found.overlapping(match.tokens).contains { !facts($0).isDisjoint(with: own) }
                let isCovered = plain.overlapping(match.tail).contains {
                    $0.tokens.lowerBound <= match.tokens.lowerBound && $0.tokens.upperBound >= match.tokens.upperBound
                        && !facts($0).isDisjoint(with: own)
                }
                // `Locally advanced pancreatic NET`: the head ends a term of the same fact.
                let isTail = plain.overlapping(index..<index + 1).contains {
                    $0.tokens.lowerBound < index && !facts($0).isDisjoint(with: own)
                }
                if !isOther && !isRepeated && !isCovered && !isTail { found.append(mention) }
            }
        }
        guard !found.mentions.isEmpty else { return mentions }
        let kept = mentions.filter { mention in
            !found.overlapping(mention.tokens).contains { gap in
                gap.tokens.contains(mention.tokens.lowerBound) && gap.tokens.contains(mention.tokens.upperBound - 1)
                    && !facts(mention).isDisjoint(with: facts(gap))
            }
        }
        return (kept + found.mentions).sorted { $0.tokens.lowerBound < $1.tokens.lowerBound }
    }

    /// The meanings of a mention, one after the other.
    func meanings(_ mention: Mention) -> [LexiconEntry.Meaning] { mention.entries.map { entries[$0].meaning } }

    /// Whether a mention is a part of joined terms and says nothing of its own.
    func isIdle(_ mention: Mention) -> Bool { mention.entries.allSatisfy { $0 >= ownCount } }

    /// What the terms say whose parts all stand in the text, asserted.
    func together(
        _ mentions: [Mention], _ scopes: [Scope]
    ) -> [(said: [(fact: Int, value: FactValue)], mention: Mention)] {
        let asserted = zip(mentions, scopes).filter { !$1.isNegated && !$1.isDoubtful }.map(\.0)
        return joined.together(asserted).compactMap { entry, mention in
            guard case .says(let facts) = entries[entry].meaning else { return nil }
            return (facts, mention)
        }
    }

    /// What a mention says.
    func says(_ mention: Mention) -> [(fact: Int, value: FactValue)] {
        mention.entries.flatMap { number -> [(fact: Int, value: FactValue)] in
            guard case .says(let facts) = entries[number].meaning else { return [] }
            return facts
        }
    }

    /// The facts that a mention speaks of.
    func facts(_ mention: Mention) -> BitSet {
        mention.entries.reduce(into: BitSet()) { $0.formUnion(factsOf[$1]) }
    }

    /// How each mention is meant; a denial or a doubt before a list holds for all of it where an `or` or a shared word
    /// binds it: `no flushing, diarrhoea or wheeze`, `no liver, bone or lung metastases`.
    func scopes(_ mentions: [Mention], _ context: ScopeContext) -> [Scope] {
        let tokens = context.tokens
        var scopes = mentions.map { Scope(context, term: $0.tokens) }
        var start = 0
        while start < mentions.count {
            var end = start + 1
            var isBound = mentions[start].isPart
            while end < mentions.count, isLinked(mentions[end - 1], mentions[end], tokens) {
                let gap = mentions[end - 1].tokens.upperBound..<mentions[end].tokens.lowerBound
                isBound = isBound || mentions[end].isPart || gap.contains { ["or", "nor"].contains(tokens[$0].text) }
                end += 1
            }
            if isBound || isDenied(mentions[start..<end], scopes[start], context) {
                for place in start + 1..<max(start + 1, end) {
                    scopes[place].isNegated = scopes[place].isNegated || scopes[start].isNegated
                    scopes[place].isDoubtful = scopes[place].isDoubtful || scopes[start].isDoubtful
                }
            }
            start = end
        }
        return scopes
    }

    /// `Denies flushing, diarrhoea, wheeze.`: a list of nothing but commas that ends its sentence is denied as a whole by a
    /// verb before it.
    private func isDenied(_ list: ArraySlice<Mention>, _ first: Scope, _ context: ScopeContext) -> Bool {
        guard first.isNegated, list.count > 1, let start = list.first?.tokens.lowerBound,
            let end = list.last?.tokens.upperBound
        else { return false }
        let isVerb = ["denies", "denied", "denying"].contains(context.text(start - 1))
        return isVerb && (end >= context.tokens.count || EnglishGrammar.sentenceEnds.contains(context.text(end)))
    }

    private static let links: WordSet = [",", "or", "nor", "and", "/", "multiple", "any"]

    private func isLinked(_ left: Mention, _ right: Mention, _ tokens: [Token]) -> Bool {
        guard left.tokens.upperBound < right.tokens.lowerBound else { return false }
        let gap = left.tokens.upperBound..<right.tokens.lowerBound
        return gap.count <= 3 && gap.allSatisfy { Self.links.contains(tokens[$0].text) }
            && !facts(left).isDisjoint(with: facts(right))
    }
}
