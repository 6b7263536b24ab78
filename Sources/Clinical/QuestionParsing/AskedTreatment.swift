/// The one treatment of a text that stands bare behind the tumour: `pNET, everolimus, on phenytoin`. It is asked about; a
/// bare name in a longer list may as well have been given, and stays unread.
struct AskedTreatment {
    /// The text.
    let tokens: [Token]
    /// Where terms of the disease begin.
    let tumours: TokenSet
    /// Where any term begins, but a medicine that ends the text: `pNET, everolimus, phenytoin` has one treatment.
    let starts: TokenSet

    /// Whether a treatment with this scope is asked about.
    func isAsked(_ scope: Scope, _ term: Range<Int>) -> Bool {
        guard scope.isPlain, term.lowerBound > 1, [",", ";"].contains(tokens[term.lowerBound - 1].text) else {
            return false
        }
        return isBehindTumour(term.lowerBound - 2) && endsClause(term.upperBound)
    }

    /// Whether the clause that ends at a token names the tumour.
    private func isBehindTumour(_ last: Int) -> Bool {
        var index = last
        while index >= 0, tokens[index].kind != .boundary {
            if tumours.contains(index) { return true }
            index -= 1
        }
        return false
    }

    /// Whether the text ends, or a mark follows with no other term right behind it.
    private func endsClause(_ index: Int) -> Bool {
        guard index < tokens.count else { return true }
        return [",", ";", "."].contains(tokens[index].text) && !starts.contains(index + 1)
    }
}
