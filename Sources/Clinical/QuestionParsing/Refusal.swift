/// Whether the patient does not want a treatment: `declined PRRT`, `does not want surgery`, `would rather avoid chemotherapy`,
/// `no surgery please`; and whether it is not the patient who refuses it.
struct Refusal {
    let context: ScopeContext

    /// What is refused beside the treatment itself: `PRRT funding declined`.
    private static let requests: WordSet = [
        "funding", "application", "referral", "request", "cover", "coverage", "approval", "reimbursement",
        "authorisation", "authorization",
    ]
    private static let prepositions: WordSet = ["with", "by", "from", "to", "for", "at", "of", "see", "saw", "seen"]
    private static let determiners: WordSet = ["the", "her", "his", "their", "my", "our", "a", "an", "this", "local"]
    private static let patients: WordSet = EnglishGrammar.patientWords.union([
        "her", "him", "lady", "gentleman", "man", "woman",
    ])
    private static let links: WordSet = ["or", "and", "nor", "/"]

    /// Whether a word before a treatment tells that it is not wanted, by whomever: `declined`, `does not want`.
    func isTold(_ index: Int) -> Bool {
        let word = context.text(index)
        if EnglishGrammar.refusals.contains(word) || word == "unwilling" { return true }
        // `Will not consider surgery`.
        if EnglishGrammar.considering.contains(word) {
            let before = context.text(index - 1)
            return before == "wont" || before == "not" && context.text(index - 2) == "will"
        }
        return EnglishGrammar.wishes.contains(word)
            && (EnglishGrammar.negations.contains(context.text(index - 1))
                || EnglishGrammar.negations.contains(context.text(index - 2))
                || ["rather", "unwilling"].contains(context.text(index - 1)))
    }

    private static let having: WordSet = ["have", "undergo", "take", "receive"]
    private static let amounts: WordSet = ["any", "more", "further", "the", "a", "an", "another"]
    private static let limits: WordSet = [
        "until", "till", "before", "unless", "yet", "now", "today", "as", "since", "because", "due", "this", "again",
    ]

    /// `She will not have chemotherapy`, right before the treatment, with no word on why or until when.
    func isDeclared(_ index: Int, _ term: Range<Int>) -> Bool {
        guard Self.having.contains(context.text(index)), index < term.lowerBound,
            (index + 1..<term.lowerBound).allSatisfy({ Self.amounts.contains(context.text($0)) }),
            !Self.limits.contains(context.text(term.upperBound))
        else { return false }
        let isTwo = context.text(index - 1) == "not" && context.text(index - 2) == "will"
        guard isTwo || context.text(index - 1) == "wont" else { return false }
        let subject = isTwo ? index - 3 : index - 2
        if subject < 0 || isMark(subject) { return true }
        let word = context.text(subject)
        if word == "i" { return context.kinship.speaksOfSelf }
        return EnglishGrammar.patientWords.contains(word) || EnglishGrammar.kin.contains(word)
    }

    /// Whether what is told at a word is not of the patient: `the anaesthetist refused surgery`, `surgery was declined by the
    /// insurer`, `declined PRRT funding`.
    func isOfOthers(_ index: Int, _ term: Range<Int>) -> Bool {
        if Self.requests.contains(context.text(term.upperBound)) || Self.requests.contains(context.text(index - 1)) {
            return true
        }
        if context.text(index + 1) == "by" {
            let by = (index + 2..<index + 6).prefix { context.tokens.indices.contains($0) && !isMark($0) }
                .map { context.text($0) }
            return by.contains(where: EnglishGrammar.deciders.contains) || !by.contains(where: Self.patients.contains)
        }
        return hasDecider(before: index)
    }

    /// Whether somebody who decides is the subject of a word: `the surgeon refused`, but not `seen by the surgeon, refused`.
    private func hasDecider(before index: Int) -> Bool {
        for place in stride(from: index - 1, through: max(0, index - 6), by: -1) {
            if isMark(place) { return false }
            let word = context.text(place)
            if word == "i" { return !context.kinship.speaksOfSelf }
            if EnglishGrammar.patientWords.contains(word) { return false }
            guard EnglishGrammar.deciders.contains(word) else { continue }
            let owner = Self.determiners.contains(context.text(place - 1)) ? place - 2 : place - 1
            return !Self.prepositions.contains(context.text(owner))
        }
        return false
    }

    private func isMark(_ index: Int) -> Bool {
        context.tokens[index].kind == .boundary
    }

    // MARK: - In other words

    /// `Prefers no surgery`, `would rather avoid chemotherapy`, `reluctant to have PRRT`, but not what the clinicians would
    /// rather avoid.
    func isShunned(_ index: Int) -> Bool {
        let text = context.text(index)
        let isReluctance = EnglishGrammar.reluctance.contains(text)
        guard isReluctance || EnglishGrammar.shunning.contains(text) else { return false }
        let (before, next) = (context.text(index - 1), context.text(index + 1))
        let isSaid =
            switch text {
            case _ where isReluctance: ["to", "about"].contains(next) && !EnglishGrammar.negations.contains(before)
            case "no": EnglishGrammar.preferences.contains(before) || ["said", "says"].contains(before) && next == "to"
            case "not": EnglishGrammar.preferences.contains(before)
            case "without": ["manage", "managed", "do", "treated"].contains(before) && isPreferred(index)
            case "against": ["is", "are", "am", "was", "strongly"].contains(before)
            default: isPreferred(index)
            }
        guard isSaid else { return false }
        return !(max(0, index - 6)..<index).contains { place in
            let word = context.text(place)
            return EnglishGrammar.deciders.contains(word) || word == "i" && !context.kinship.speaksOfSelf
        }
    }

    private func isPreferred(_ index: Int) -> Bool {
        // `Hypos at night, wants to avoid surgery`: the wish begins behind the mark.
        let start = (max(0, index - 5)..<index).last(where: isMark).map { $0 + 1 } ?? max(0, index - 5)
        let wishes = (max(start, index - 4)..<index).filter { place in
            EnglishGrammar.preferences.contains(context.text(place))
                || EnglishGrammar.wishes.contains(context.text(place))
        }
        return !wishes.isEmpty
            && !(start..<index).contains { EnglishGrammar.negations.contains(context.text($0)) }
    }

    /// `No surgery please`, `no chemo for me`: the sentence begins with the denial and ends with the plea.
    func isPleaded(_ term: Range<Int>) -> Bool {
        var first = term.lowerBound - 1
        while Self.links.contains(context.text(first)), context.starts.contains(first - 1) { first -= 2 }
        if ["more", "further"].contains(context.text(first)) { first -= 1 }
        guard context.text(first) == "no", first == 0 || isMark(first - 1) || context.text(first - 1) == "please" else {
            return false
        }
        var end = term.upperBound
        while Self.links.contains(context.text(end)), context.starts.contains(end + 1) { end += 2 }
        if context.text(end) == "for", ["me", "myself"].contains(context.text(end + 1)) { return true }
        if context.text(end) == "for", ["her", "him"].contains(context.text(end + 1)) { end += 2 }
        if context.text(end) == "," { end += 1 }
        return context.text(end) == "please" && (end + 1 >= context.tokens.count || isMark(end + 1))
    }
}
