/// Whether a text tells that something speaks against a treatment: `lanreotide is contraindicated`, `contraindication to
/// cisplatin`, `not a candidate for everolimus`. That is no plan, no refusal and no harm that was seen.
struct Barrier {
    let context: ScopeContext
    let term: Range<Int>
    /// Whether it may be said of a list that the treatment stands in.
    let allowsList: Bool

    /// Whether a text may say such a thing at all.
    static func isSpoken(of tokens: [Token]) -> Bool {
        tokens.contains {
            $0.kind == .word
                && (names.contains($0.text) || possible.contains($0.text) || unfitness.contains($0.text)
                    || inability.contains($0.text))
        }
    }

    /// The treatment is said not to be possible.
    var isTold: Bool { (isToldBefore || isToldAfter) && !isAsked }

    private static let names: WordSet = ["contraindication", "contraindications"]
    private static let fitness: WordSet = ["candidate", "eligible", "suitable", "fit", "suited", "appropriate"]
    private static let unfitness: WordSet = EnglishGrammar.unfitness.union(["contraindicated"])
    /// Behind the denied treatment: `PRRT is not possible`.
    private static let possible: WordSet = fitness.union([
        "possible", "feasible", "safe", "advisable", "option", "indicated", "recommended", "advised",
    ])
    /// Before `have`: `she cannot have everolimus`.
    private static let inability: WordSet = ["cannot", "cant", "unable"]
    private static let having: WordSet = ["have", "receive", "get", "take", "undergo"]
    /// Behind such a word: it speaks of a treatment.
    private static let links: WordSet = ["to", "for", "of", "against", ":"]
    /// Between the two.
    private static let fillers: WordSet = links.union([
        "any", "further", "more", "the", "a", "an", "both", "either", "using", "giving", "and", "or", "/",
    ])
    /// Before a question: `is lanreotide contraindicated`, `what are the contraindications to PRRT`.
    private static let questions: WordSet = [
        "is", "are", "was", "were", "if", "whether", "when", "what", "which", "why", "does", "do", "any", "could",
        "would", "can", "unless", "list",
    ]

    /// `Contraindication to`, `not a candidate for`, `unfit for`.
    private var isToldBefore: Bool {
        let first = term.lowerBound
        for index in stride(from: first - 1, through: max(0, first - 6), by: -1) {
            let word = context.text(index)
            if context.starts.contains(index), !allowsList { return false }
            if Self.names.contains(word), leads(index) { return !isDenied(index) }
            if context.isStop(index) || word == "," { return false }
            if Self.unfitness.contains(word), leads(index) { return !isDenied(index) }
            if Self.having.contains(word), isUnable(index) { return true }
            if Self.fitness.contains(word), leads(index) { return isDenied(index) || context.text(index - 1) == "poor" }
        }
        return false
    }

    /// `Cannot have any`, `unable to receive`.
    private func isUnable(_ index: Int) -> Bool {
        let before = context.text(index - 1)
        let isInability =
            Self.inability.contains(before)
            || Self.inability.contains(context.text(index - 2)) && ["to", "currently"].contains(before)
        return isInability
            && (index + 1..<max(index + 1, term.lowerBound)).allSatisfy {
                Self.fillers.contains(context.text($0)) || context.starts.contains($0)
            }
    }

    /// Whether a word speaks of the treatment: `candidate for`, `contraindication to any`, `contraindications: PRRT`.
    private func leads(_ index: Int) -> Bool {
        Self.links.contains(context.text(index + 1))
            && (index + 2..<max(index + 2, term.lowerBound)).allSatisfy {
                Self.fillers.contains(context.text($0)) || context.starts.contains($0)
            }
    }

    /// `Lanreotide is contraindicated`, `PRRT is not possible`, `not a PRRT candidate`.
    private var isToldAfter: Bool {
        for index in term.upperBound..<max(term.upperBound, min(context.tokens.count, term.upperBound + 6)) {
            let word = context.text(index)
            if context.isStop(index) || word == "," || EnglishGrammar.conjunctions.contains(word) { return false }
            // `Lanreotide planned, cisplatin contraindicated`: the verdict is of the term nearest to it.
            if context.starts.contains(index), !(allowsList && isList(term.upperBound..<index)) { return false }
            if word == "contraindicated" || word == "unsuitable" { return !isDenied(index) }
            if Self.possible.contains(word), isDenied(index) { return true }
            if Self.fitness.contains(word), index == term.upperBound, isDenied(term.lowerBound) { return true }
        }
        return false
    }

    private func isList(_ gap: Range<Int>) -> Bool {
        gap.contains { ["and", "or", "/", "nor"].contains(context.text($0)) }
    }

    private func isDenied(_ index: Int) -> Bool {
        (max(0, index - 4)..<index).reversed().prefix { context.tokens[$0].kind != .boundary }
            .contains { EnglishGrammar.negations.contains(context.text($0)) }
    }

    /// `Is lanreotide contraindicated?`, `contraindications to PRRT?`
    private var isAsked: Bool {
        let first = term.lowerBound
        var hasQuestion = false
        for index in stride(from: first - 1, through: max(0, first - 8), by: -1) {
            if context.tokens[index].kind == .boundary { break }
            // `There is a contraindication to`, `she is not a candidate for`.
            let isOpen = index == 0 || context.tokens[index - 1].kind == .boundary
            let word = context.text(index)
            if Self.questions.contains(word), isOpen || ["if", "whether", "when", "why", "unless"].contains(word) {
                hasQuestion = true
            }
        }
        if hasQuestion { return true }
        for index in term.upperBound..<max(term.upperBound, min(context.tokens.count, term.upperBound + 4)) {
            if context.text(index) == "?" { return true }
            if context.tokens[index].kind == .boundary { return false }
        }
        return false
    }
}
