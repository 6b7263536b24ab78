/// How a term is meant where it stands.
struct Scope {
    /// It is denied.
    var isNegated = false
    /// It is not asserted: possible, hypothetical, of a relative.
    var isDoubtful = false
    /// A treatment that was given.
    var isGiven = false
    /// A treatment that is planned or asked about, and not yet given.
    var isPlanned = false
    /// The doubt comes from more than a plan: `if`, `would`, another person.
    var isHypothetical = false
    /// A treatment that the patient does not want.
    var isRefused = false
    /// A medicine that is taken.
    var isTaken = false

    /// Reads the words around a term, within its clause.
    init(_ tokens: [Token], term: Range<Int>) {
        var steps = 0
        var isAccompanied = false
        var index = term.lowerBound - 1
        while index >= 0, steps < 8 {
            let token = tokens[index]
            if token.kind == .boundary && token.text != "," || EnglishGrammar.conjunctions.contains(token.text) {
                break
            }
            // A comma ends the reach of a negation but not of `on lanreotide, everolimus`.
            let isBehindComma = tokens[index..<term.lowerBound].contains { $0.text == "," }
            if !isBehindComma, steps < 6 { readNear(tokens, index) }
            if EnglishGrammar.refusals.contains(token.text) { isRefused = true }
            readHistory(tokens, index, steps)
            if EnglishGrammar.taking.contains(token.text), steps < 6 {
                if token.text == "with" { isAccompanied = true } else { isTaken = true }
            }
            steps += 1
            index -= 1
        }
        readAfter(tokens, term)
        readForm(tokens, term)
        // `Treated with lanreotide` tells a treatment, `with phenytoin` a medicine that is taken.
        if isAccompanied && !isGiven && !isPlanned { isTaken = true }
    }

    /// Given or planned: the word nearest to the treatment decides.
    private mutating func readHistory(_ tokens: [Token], _ index: Int, _ steps: Int) {
        guard !isGiven, !isPlanned else { return }
        let text = tokens[index].text
        if EnglishGrammar.givenBefore.contains(text), steps < 4 { isGiven = true }
        if EnglishGrammar.earlier.contains(text), steps < 2 { isGiven = true }
        if text == "p", index > 1, tokens[index - 1].text == "/", tokens[index - 2].text == "s" { isGiven = true }
        // `Removed by EMR`, `controlled with octreotide`, but not `be removed by EMR`.
        if ["by", "with", "via"].contains(text), steps < 2, index > 0, tokens[index - 1].text.hasSuffix("ed"),
            index < 2 || !EnglishGrammar.auxiliaries.contains(tokens[index - 2].text)
        {
            isGiven = true
        }
        if !isGiven, EnglishGrammar.plannedBefore.contains(text), steps < 4 { isPlanned = true }
    }

    /// What the form of a treatment's own word says: `resected` is past, an operation told between two marks was done.
    private mutating func readForm(_ tokens: [Token], _ term: Range<Int>) {
        guard !isGiven, !isPlanned, let last = tokens[term].last?.text else { return }
        let before = term.lowerBound > 0 ? tokens[term.lowerBound - 1] : nil
        if before?.kind == .boundary, term.upperBound < tokens.count, tokens[term.upperBound].text == "?" {
            isPlanned = true  // `…; Lutathera?`
        } else if tokens[term].contains(where: { $0.text.hasSuffix("ed") && $0.text.count > 5 }) {
            isGiven = !EnglishGrammar.auxiliaries.contains(before?.text ?? "")
        } else if last.hasSuffix("ectomy") {
            let after = term.upperBound < tokens.count ? tokens[term.upperBound] : nil
            let stands = { (token: Token?) in token.map { $0.kind == .boundary && $0.text != "?" } ?? true }
            isGiven = before != nil && stands(before) && stands(after)
        }
    }

    private mutating func readNear(_ tokens: [Token], _ index: Int) {
        let text = tokens[index].text
        if EnglishGrammar.negations.contains(text) {
            // `not yet`, `not only` deny nothing.
            let follower = index + 1 < tokens.count ? tokens[index + 1].text : ""
            if !EnglishGrammar.undenied.contains(follower) { isNegated = true }
        }
        // `If this tumour were …` speaks of a patient who is there: the doubt begins at the verb.
        let next = index + 1 < tokens.count ? tokens[index + 1].text : ""
        let isOfSomebodyReal = text == "if" && ["this", "the", "my", "her", "his"].contains(next)
        let doubts = EnglishGrammar.doubts.contains(text) && !isOfSomebodyReal
        if doubts || EnglishGrammar.relatives.contains(text) {
            isDoubtful = true
            if !EnglishGrammar.plannedBefore.contains(text) { isHypothetical = true }
        }
    }

    private mutating func readAfter(_ tokens: [Token], _ term: Range<Int>) {
        // A medicine with its dose is taken: `metoprolol 100 mg`.
        if term.upperBound + 1 < tokens.count, case .number = tokens[term.upperBound].kind,
            ["mg", "mcg"].contains(tokens[term.upperBound + 1].text)
        {
            isTaken = true
        }
        for index in term.upperBound..<min(tokens.count, term.upperBound + 5) {
            let token = tokens[index]
            if token.kind == .boundary { break }
            if EnglishGrammar.negationsAfter.contains(token.text) { isNegated = true }
            if token.text == "ruled", index + 1 < tokens.count, tokens[index + 1].text == "out" { isNegated = true }
            if index < term.upperBound + 2, EnglishGrammar.plannedAfter.contains(token.text) {
                (isPlanned, isGiven) = (true, false)
                break
            }
            if index < term.upperBound + 2, EnglishGrammar.refusals.contains(token.text) { isRefused = true }
            if EnglishGrammar.givenAfter.contains(token.text) { (isGiven, isPlanned) = (true, false) }
        }
    }
}
