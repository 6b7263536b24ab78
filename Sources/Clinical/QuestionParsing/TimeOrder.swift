import DecisionLogic

/// `Stable for a year, now progressing`, `initially G1, biopsied again G3`: of two values of one fact that cannot both hold, what
/// holds now counts.
struct TimeOrder {
    let vocabulary: Vocabulary
    let tokens: [Token]

    /// The statements without those that a later one of the same fact replaces.
    func latest(_ statements: [FactStatement]) -> [FactStatement] {
        var kept = statements
        for late in statements {
            guard let span = late.span, case .codes(let codes) = late.value,
                statements.contains(where: { $0.fact == late.fact && $0.value != late.value })
            else { continue }
            let isNowTold = isNow(span)
            kept.removeAll { early in
                guard early.fact == late.fact, let before = early.span, before.upperBound <= span.lowerBound,
                    case .codes(let others) = early.value
                else { return false }
                return others.isDisjoint(with: codes)
                    && (isNowTold ? !isNow(before) : wasOnce(before) && !wasOnce(span))
            }
        }
        return kept
    }

    private static let once: WordSet = ["initially", "originally", "formerly", "previously", "initial", "original"]

    /// Whether a word of the past stands right before a place.
    private func wasOnce(_ span: Range<Int>) -> Bool {
        guard let place = tokens.firstIndex(where: { $0.span.lowerBound >= span.lowerBound }) else { return false }
        return tokens[max(0, place - 2)..<place].reversed().prefix { $0.kind != .boundary }
            .contains { Self.once.contains($0.text) }
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
