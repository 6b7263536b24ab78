/// `Lanreotide -> CAPTEM -> PRRT, now PD`: treatments in a row with arrows between were given where the row ends in progress, or
/// in an arrow that asks what comes next. A row alone may as well be a plan, and stays without a place.
struct TreatmentChain {
    let tokens: [Token]

    /// Between the last treatment of a row and what became of it.
    private static let fillers: WordSet = EnglishGrammar.amounts.union([
        ",", ">", "now", "then", "currently", "with", "on", "last",
    ])

    /// The rows among treatments in the order of the text, as places in their list.
    func rows(_ terms: [Range<Int>]) -> [Range<Int>] {
        var rows: [Range<Int>] = []
        var start = 0
        for place in terms.indices.dropFirst() {
            if isLinked(terms[place - 1], terms[place]) { continue }
            if place - start > 1 { rows.append(start..<place) }
            start = place
        }
        if terms.count - start > 1 { rows.append(start..<terms.count) }
        return rows
    }

    private func isLinked(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        guard left.upperBound < right.lowerBound else { return false }
        let gap = tokens[left.upperBound..<right.lowerBound]
        return gap.contains { $0.text == ">" } && TreatmentList.isList(gap)
    }

    /// Whether a row that ends at a token is told as past; `progress` are the places where progress is told.
    func isOver(_ end: Int, progress: TokenSet) -> Bool {
        for index in end..<max(end, min(tokens.count, end + 8)) {
            if progress.contains(index) { return true }
            if tokens[index].text == "?" { return index > end && tokens[index - 1].text == ">" }
            if case .number = tokens[index].kind { continue }
            guard Self.fillers.contains(tokens[index].text) else { return false }
        }
        return false
    }
}
