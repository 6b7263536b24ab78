/// Treatments named one after another share what is said of the first: `prior everolimus and sunitinib and CAPTEM`.
struct TreatmentList {
    private var last: (scope: Scope, end: Int)?

    /// The scope of the next treatment: its own words count, else those of the list it stands in.
    mutating func next(_ own: Scope, _ term: Range<Int>, _ tokens: [Token]) -> Scope {
        var scope = own
        if let last, last.end < term.lowerBound, Self.isList(tokens[last.end..<term.lowerBound]), !scope.isPlanned {
            let isAsked = term.upperBound < tokens.count && tokens[term.upperBound].text == "?"
            if isAsked && tokens[term.lowerBound - 1].text == "," {
                // `Progressed on lanreotide, everolimus?` asks about the second.
                (scope.isGiven, scope.isPlanned) = (false, true)
            } else if !scope.isGiven && !scope.isRefused && !scope.isBarred {
                scope.isGiven = last.scope.isGiven
                scope.isPlanned = last.scope.isPlanned
                scope.isRefused = last.scope.isRefused
                scope.isWithheld = scope.isWithheld || last.scope.isWithheld
                scope.isNegated = scope.isNegated || last.scope.isNegated && last.scope.isGiven
                scope.isDoubtful = scope.isDoubtful || last.scope.isDoubtful
                scope.isHypothetical = scope.isHypothetical || last.scope.isHypothetical
            }
        }
        // `No history of PRRT, TACE or chemotherapy`.
        if let last, last.end < term.lowerBound, last.scope.isNegated, last.scope.isGiven, scope.isNegated,
            tokens[last.end..<term.lowerBound].allSatisfy({ Self.denialLinks.contains($0.text) })
        {
            scope.isGiven = true
        }
        last = (scope, term.upperBound)
        return scope
    }

    private static let denialLinks: WordSet = [",", "or", "nor", "and", "/"]

    /// What stands between two treatments of a list: a link, and how much and how long of the first, `(4 cycles)`.
    static func isList(_ gap: ArraySlice<Token>) -> Bool {
        gap.count <= 12 && gap.contains { EnglishGrammar.listLinks.contains($0.text) }
            && gap.allSatisfy { token in
                if case .number = token.kind { return true }
                return EnglishGrammar.listLinks.contains(token.text) || EnglishGrammar.amounts.contains(token.text)
            }
    }
}
