/// Whether a text tells that a treatment did harm: `intolerant of everolimus`, `lanreotide stopped for diarrhoea`,
/// `pneumonitis from everolimus`.
struct Harm {
    let context: ScopeContext
    let term: Range<Int>

    /// The treatment was not tolerated.
    var isTold: Bool { before || after }

    private var before: Bool {
        let first = term.lowerBound
        for index in stride(from: first - 1, through: max(0, first - 5), by: -1) {
            let word = context.text(index)
            if context.isStop(index) { break }
            let isNear = first - index <= 3
            if isNear, EnglishGrammar.intolerance.contains(word), !isDenied(index) { return true }
            if isNear, EnglishGrammar.bearing.contains(word), isDenied(index) { return true }
            if isNear, word == "toxicity", ["to", "from", "of", "with", "on", "due"].contains(context.text(index + 1)) {
                return !isDenied(index)
            }
            if isNear, EnglishGrammar.stopped.contains(word), isForHarm(term.upperBound) { return true }
            if context.illnessEnds.contains(index + 1), isCause(index + 1..<first), !isDenied(index) { return true }
        }
        return false
    }

    private static let causes: WordSet = ["from", "due", "caused", "secondary", "induced", "attributed", "related"]
    private static let links: WordSet = ["to", "by", "the", "her", "his", "on", "prior", "previous"]

    /// `due to`, `from the`: words that make a treatment the cause of what stands before.
    private func isCause(_ gap: Range<Int>) -> Bool {
        let words = gap.map { context.text($0) }
        return !words.isEmpty && words.contains { Self.causes.contains($0) }
            && words.allSatisfy { Self.causes.contains($0) || Self.links.contains($0) }
    }

    private func isDenied(_ index: Int) -> Bool {
        (max(0, index - 3)..<index).contains { EnglishGrammar.negations.contains(context.text($0)) }
            || ["unable", "poorly"].contains(context.text(index - 1))
            || ["unable", "poorly"].contains(context.text(index - 2))
    }

    private var after: Bool {
        let end = min(context.tokens.count, term.upperBound + 6)
        for index in term.upperBound..<max(term.upperBound, end) {
            let word = context.text(index)
            if context.tokens[index].kind == .boundary {
                // `Everolimus (stopped for pneumonitis)`.
                if word == "(" { continue }
                return false
            }
            let isNext = index <= term.upperBound + 1
            if isNext, ["intolerance", "intolerant", "allergy", "anaphylaxis", "toxicity"].contains(word) {
                return true
            }
            if word == "tolerated" { return isDenied(index) }
            if isNext, ["induced", "related"].contains(word), context.harms.contains(index + 1) {
                return true
            }
            if Self.doing.contains(word), !isDenied(index), isHarm(index + 1) { return true }
            if EnglishGrammar.stopped.contains(word) {
                return isForHarm(index + 1, isBracketed: context.text(index - 1) == "(")
            }
        }
        return false
    }

    private static let doing: WordSet = ["caused", "causes", "causing", "provoked", "triggered", "gave"]

    /// `caused a severe pneumonitis`: harm within a few words.
    private func isHarm(_ start: Int) -> Bool {
        for index in start..<max(start, min(context.tokens.count, start + 4)) {
            if context.isStop(index) { return false }
            if context.harms.contains(index) || EnglishGrammar.adverse.contains(context.text(index)) { return true }
        }
        return false
    }

    /// `for diarrhoea`, `because of side effects`, but not `for progression`.
    /// Between brackets the harm alone is the reason: `(stopped, stomatitis)`.
    private func isForHarm(_ start: Int, isBracketed: Bool = false) -> Bool {
        var hasReason = isBracketed
        for index in start..<max(start, min(context.tokens.count, start + 8)) {
            if context.isStop(index) { return false }
            let word = context.text(index)
            if isBracketed, word == ")" { return false }
            if ["for", "due", "because", "owing", "after", "from", "with", "secondary", "("].contains(word) {
                hasReason = true
            }
            guard hasReason else { continue }
            if ["progression", "progressive", "pd", "progressed", "growth"].contains(word) { return false }
            if context.harms.contains(index) || EnglishGrammar.adverse.contains(word) || isComplaint(index) {
                return true
            }
        }
        return false
    }

    private static let complaints: WordSet = ["problem", "problems", "trouble", "troubles", "issues", "complications"]
    private static let organs: WordSet = [
        "gallbladder", "biliary", "bile", "liver", "hepatic", "kidney", "renal", "lung", "pulmonary", "heart",
        "cardiac",
        "skin", "bowel", "gut", "stomach", "mouth", "nerve", "thyroid", "blood",
    ]

    /// `Nausea`, `gallbladder problems`: harm that is no fact, but `symptoms` are those of the disease.
    private func isComplaint(_ index: Int) -> Bool {
        let word = context.text(index)
        if Self.complaints.contains(word) { return Self.organs.contains(context.text(index - 1)) }
        return word != "symptoms" && EnglishGrammar.isHarm(word)
    }
}
