/// Treatments that a text asks about by the form of its question: `everolimus vs sunitinib`, `CAPTEM or PRRT next?`, `is PRRT
/// better than everolimus?`, `does lanreotide cause diabetes?`
struct PosedTreatments {
    let context: ScopeContext
    let sentences: Sentences

    private static let heads: WordSet = [
        "does", "do", "did", "can", "could", "will", "would", "is", "are", "may", "might", "should",
    ]
    private static let comparatives: WordSet = [
        "better", "worse", "superior", "preferable", "inferior", "safer", "rather", "more", "less", "sooner", "earlier",
    ]
    private static let articles: WordSet = ["the", "a", "an", "long", "acting", "more", "further", "there"]

    /// Whether two treatments in their order stand against each other; `isPlanned`: one of them is planned by other words.
    func compares(_ left: Range<Int>, _ right: Range<Int>, isPlanned: Bool) -> Bool {
        guard left.upperBound <= right.lowerBound else { return false }
        let gap = (left.upperBound..<right.lowerBound).map { context.text($0) }
        if gap.count <= 3, gap.contains("vs") || gap.contains("versus") { return true }
        // `PRRT before or after everolimus?`
        if gap == ["before", "or", "after"] || gap == ["after", "or", "before"] {
            return sentences.isQuestion(from: right.upperBound)
        }
        if gap.count <= 3, gap.contains("or"), !gap.contains(",") || gap.count <= 2 {
            return isPlanned || sentences.isQuestion(from: right.upperBound) || context.text(right.upperBound) == "next"
                || opensQuestion(left.lowerBound)
        }
        guard gap.count <= 6, let than = gap.firstIndex(of: "than") else { return false }
        return gap[..<than].contains(where: Self.comparatives.contains) && sentences.isQuestion(from: right.upperBound)
    }

    private static let askers: WordSet = ["i", "we", "you", "he", "she", "they"]
    private static let giving: WordSet = [
        "have", "get", "receive", "start", "take", "give", "given", "try", "use", "treat", "treated", "retreat",
        "offer",
        "recommend", "suggest", "undergo",
    ]

    /// `Can she still get PRRT`, `would you treat with CAPTEM`: the words before a treatment in a question.
    private func isOffered(_ term: Range<Int>) -> Bool {
        let first = term.lowerBound
        guard let verb = (max(0, first - 5)..<first).last(where: { Self.giving.contains(context.text($0)) }),
            (verb + 1..<first).allSatisfy({ Self.between.contains(context.text($0)) || context.tumours.contains($0) })
        else { return false }
        let head = (max(0, verb - 5)..<verb).last {
            Self.offers.contains(context.text($0)) || context.text($0) == "shall"
        }
        guard let head, Self.askers.contains(context.text(head + 1)) else { return false }
        return !(head + 2..<max(head + 2, verb)).contains { EnglishGrammar.negations.contains(context.text($0)) }
    }

    private static let between: WordSet = articles.union([
        "with", "more", "him", "her", "them", "me", "on", "some", "further", "this",
    ])

    /// Whether a question begins with a treatment: `does lanreotide cause diabetes?`, or asks for it: `can she get PRRT?`,
    /// `?PRRT`.
    func isPosed(_ term: Range<Int>) -> Bool {
        if isQueried(term) || isPutToChoice(term) || sentences.isQuestion(from: term.upperBound) && isOffered(term) {
            return true
        }
        var index = term.lowerBound - 1
        while index >= 0, Self.articles.contains(context.text(index)) { index -= 1 }
        guard index >= 0, Self.heads.contains(context.text(index)), sentences.isQuestion(from: term.upperBound) else {
            return false
        }
        return index == 0 || context.tokens[index - 1].kind == .boundary
            || ["how", "why", "what", "which"].contains(context.text(index - 1))
    }

    /// `?PRRT`: the mark stands at the treatment.
    private func isQueried(_ term: Range<Int>) -> Bool {
        let mark = term.lowerBound - 1
        return context.text(mark) == "?"
            && context.tokens[mark].span.upperBound == context.tokens[term.lowerBound].span.lowerBound
            && (mark == 0 || context.tokens[mark - 1].span.upperBound < context.tokens[mark].span.lowerBound)
    }

    private static let choices = [["yes", "/", "no"], ["yes", "or", "no"], ["y", "/", "n"], ["or", "not"]]

    /// `Surgery yes/no?`, `PRRT or not?`
    private func isPutToChoice(_ term: Range<Int>) -> Bool {
        Self.choices.contains { words in
            words.indices.allSatisfy { context.text(term.upperBound + $0) == words[$0] }
                && context.text(term.upperBound + words.count) == "?"
        }
    }

    private static let offers: WordSet = ["can", "could", "would", "should", "will", "may", "might"]
    private static let uses: WordSet = [
        "help", "work", "suit", "benefit", "try", "have", "take", "get", "used", "given", "option", "right", "useful",
        "good",
        "considered", "offered", "suitable", "possible",
    ]

    /// Whether what another person was given is asked about for the patient: `a friend had PRRT, could it help me?`
    func isTakenUp(_ term: Range<Int>) -> Bool {
        guard sentences.isQuestion(from: term.upperBound) else { return false }
        for index in term.upperBound..<min(context.tokens.count, term.upperBound + 10) {
            if EnglishGrammar.sentenceEnds.contains(context.text(index)) { return false }
            guard Self.offers.contains(context.text(index)) else { continue }
            let words = (index + 1...index + 5).map { context.text($0) }
            return words.contains { ["it", "this", "that"].contains($0) } && words.contains(where: Self.uses.contains)
        }
        return false
    }

    /// Whether the sentence begins with a token, or with a word of a question: `which is better, everolimus or sunitinib`.
    private func opensQuestion(_ first: Int) -> Bool {
        let start = sentences.head(of: first)
        return start == first || ["which", "what", "should", "shall"].contains(context.text(start))
    }
}
