import DecisionLogic

/// Reads sizes that stand without the word size: `an 11-mm carcinoid`, `5.3 x 3.4 cm`, `1-2 cm`. The largest counts.
struct SizeReader {
    /// The fact of the size.
    let fact: Int
    /// Reads the number with its unit.
    let reader: QuantityReader

    /// Words near a length that show that it is no size of the tumour.
    private static let others: WordSet = [
        "node", "nodes", "margin", "margins", "clearance", "stone", "stones", "cyst", "cysts", "stent", "thrombus",
        "aneurysm", "thyroid", "renal", "kidney", "ovarian", "breast", "ulcer", "ulcers", "mesoappendiceal",
        "mesoappendix", "depth", "slice", "slices", "tall", "height",
        "waist", "per", "within",
        // No primary arises there: what is measured is spread.
        "mesenteric", "mesentery", "retroperitoneal", "retroperitoneum", "omental", "omentum",
    ]
    /// What a length with `lesion` beside it is of, where these stand before: `liver lesions up to 2 cm`.
    private static let organs: WordSet = [
        "liver", "hepatic", "bone", "osseous", "lung", "pulmonary", "peritoneal", "brain", "nodal",
    ]
    /// Words right after a length that make it a distance or another measure.
    private static let distances: WordSet = ["from", "hg", "above", "below", "proximal", "distal", "2", "3", "/"]

    /// The size said in a text, and the tokens it took; `used` are the tokens of other readings, `spread` those of
    /// metastases.
    func read(_ tokens: [Token], used: TokenSet, spread: TokenSet) -> (interval: Interval, tokens: Range<Int>)? {
        var best: (interval: Interval, tokens: Range<Int>)?
        var index = 0
        while index < tokens.count {
            guard case .number = tokens[index].kind, !used.contains(index),
                case .value(let interval, let range) = reader.measure(fact, tokens, at: index)
            else {
                index += 1
                continue
            }
            let next = range.upperBound
            if isOfTumour(tokens, range, spread) {
                let size = tokens[max(0, index - 1)].text == "from" ? last(interval) : interval
                if best.map({ isLarger(size, $0.interval) }) ?? true { best = (size, range) }
            }
            index = max(next, index + 1)
        }
        return best
    }

    /// `Grew from 1 cm to 2 cm` is 2 cm now.
    private func last(_ interval: Interval) -> Interval { Interval(exactly: interval.upper) }

    private func isLarger(_ one: Interval, _ other: Interval) -> Bool {
        let top = { (interval: Interval) in interval.upper.isFinite ? interval.upper : interval.lower }
        return top(one) > top(other)
    }

    private func isOfTumour(_ tokens: [Token], _ range: Range<Int>, _ spread: TokenSet) -> Bool {
        if range.upperBound < tokens.count, Self.distances.contains(tokens[range.upperBound].text) { return false }
        if isOfLesions(tokens, range.lowerBound) { return false }
        if isLargest(tokens, range.lowerBound, spread) { return false }
        if isAside(tokens, range.lowerBound, spread) { return false }
        for index in stride(from: range.lowerBound - 1, through: max(0, range.lowerBound - 4), by: -1) {
            if tokens[index].kind == .boundary { break }
            if Self.others.contains(tokens[index].text) || spread.contains(index) { return false }
        }
        for index in range.upperBound..<max(range.upperBound, min(tokens.count, range.upperBound + 3)) {
            if tokens[index].kind == .boundary || ["with", "and", "without", "after"].contains(tokens[index].text) {
                break
            }
            if Self.others.contains(tokens[index].text) || spread.contains(index) { return false }
        }
        return true
    }

    /// `Two liver metastases (3 cm and 5 cm)`: what stands between brackets is of what stands right before them.
    private func isAside(_ tokens: [Token], _ start: Int, _ spread: TokenSet) -> Bool {
        let before = (max(0, start - 8)..<start).reversed().prefix { ![")", ".", ";"].contains(tokens[$0].text) }
        guard let open = before.first(where: { tokens[$0].text == "(" }) else { return false }
        return spread.contains(open - 1)
    }

    /// `3 liver lesions up to 2.3 cm` measures what lies in the liver.
    private func isOfLesions(_ tokens: [Token], _ start: Int) -> Bool {
        for index in stride(from: start - 1, through: max(1, start - 6), by: -1) {
            if tokens[index].kind == .boundary { return false }
            if ["lesion", "lesions", "deposit", "deposits"].contains(tokens[index].text) {
                return Self.organs.contains(tokens[index - 1].text)
            }
        }
        return false
    }

    /// `Multiple metastases, largest 34 mm`: the largest of what stands right before the comma.
    private func isLargest(_ tokens: [Token], _ start: Int, _ spread: TokenSet) -> Bool {
        guard let word = (max(0, start - 3)..<start).last(where: { ["largest", "biggest"].contains(tokens[$0].text) })
        else { return false }
        let before = (max(0, word - 4)..<word).reversed().prefix { ![".", ";"].contains(tokens[$0].text) }
        return before.contains { spread.contains($0) }
    }
}
