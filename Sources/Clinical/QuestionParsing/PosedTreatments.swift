/// Treatments that a text asks about by the form of its question: `everolimus vs sunitinib`, `CAPTEM or PRRT next?`, `is PRRT
/// better than everolimus?`, `does lanreotide cause diabetes?`
struct PosedTreatments {
    let context: ScopeContext

    private static let heads: WordSet = [
        "does", "do", "did", "can", "could", "will", "would", "is", "are", "may", "might", "should",
    ]
    private static let conditions: WordSet = ["if", "whether", "unless", "when", "once"]
    private static let comparatives: WordSet = [
        "better", "worse", "superior", "preferable", "inferior", "safer", "rather", "more", "less", "sooner", "earlier",
    ]
    private static let articles: WordSet = ["the", "a", "an", "long", "acting", "more", "further", "there"]

    /// Whether two treatments in their order stand against each other; `isPlanned`: one of them is planned by other words.
    func compares(_ left: Range<Int>, _ right: Range<Int>, isPlanned: Bool) -> Bool {
        guard left.upperBound <= right.lowerBound else { return false }
        let gap = (left.upperBound..<right.lowerBound).map { context.text($0) }
        if gap.count <= 3, gap.contains("vs") || gap.contains("versus") { return true }
        if gap.count <= 3, gap.contains("or"), !gap.contains(",") || gap.count <= 2 {
            return isPlanned || isQuestion(right.upperBound) || context.text(right.upperBound) == "next"
                || opensQuestion(left.lowerBound)
        }
        guard gap.count <= 6, let than = gap.firstIndex(of: "than") else { return false }
        return gap[..<than].contains(where: Self.comparatives.contains) && isQuestion(right.upperBound)
    }

    /// Whether a question begins with a treatment: `does lanreotide cause diabetes?`
    func isPosed(_ term: Range<Int>) -> Bool {
        var index = term.lowerBound - 1
        while index >= 0, Self.articles.contains(context.text(index)) { index -= 1 }
        guard index >= 0, Self.heads.contains(context.text(index)), isQuestion(term.upperBound) else { return false }
        return index == 0 || context.tokens[index - 1].kind == .boundary
            || ["how", "why", "what", "which"].contains(context.text(index - 1))
    }

    /// Whether a condition stands before a treatment in its sentence: `if everolimus …`.
    func isConditional(_ term: Range<Int>) -> Bool {
        var index = term.lowerBound - 1
        while index >= 0, !context.isStop(index) {
            if Self.conditions.contains(context.text(index)) { return true }
            index -= 1
        }
        return false
    }

    /// Whether the sentence begins with a token, or with a word of a question: `which is better, everolimus or sunitinib`.
    private func opensQuestion(_ first: Int) -> Bool {
        var start = first
        while start > 0, !context.isStop(start - 1) { start -= 1 }
        return start == first || ["which", "what", "should", "shall"].contains(context.text(start))
    }

    /// Whether the sentence at a token ends with a question mark.
    private func isQuestion(_ start: Int) -> Bool {
        var index = start
        while index < context.tokens.count {
            if context.text(index) == "?" { return true }
            if context.isStop(index), context.text(index) != ":" { return false }
            index += 1
        }
        return false
    }
}
