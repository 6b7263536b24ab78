import DecisionLogic

/// `Stable for a year, now progressing`: of two values of one fact that cannot both hold, what holds now counts.
struct TimeOrder {
    let vocabulary: Vocabulary
    let tokens: [Token]

    /// The statements without those that a later one of the same fact replaces.
    func latest(_ statements: [FactStatement]) -> [FactStatement] {
        var kept = statements
        for late in statements {
            guard let span = late.span, case .codes(let codes) = late.value,
                statements.contains(where: { $0.fact == late.fact && $0.value != late.value }), isNow(span)
            else { continue }
            kept.removeAll { early in
                guard early.fact == late.fact, let before = early.span, before.upperBound <= span.lowerBound,
                    case .codes(let others) = early.value
                else { return false }
                return others.isDisjoint(with: codes) && !isNow(before)
            }
        }
        return kept
    }

    /// Whether words of the present stand before a place in its clause.
    private func isNow(_ span: Range<Int>) -> Bool {
        guard let place = tokens.firstIndex(where: { $0.span.lowerBound >= span.lowerBound }) else { return false }
        for index in stride(from: place - 1, through: max(0, place - 6), by: -1) {
            if EnglishGrammar.present.contains(tokens[index].text) { return true }
            if tokens[index].kind == .boundary && tokens[index].text != ":" { return false }
        }
        return false
    }
}
