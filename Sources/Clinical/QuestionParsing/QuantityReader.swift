import ClinicalModel
import DecisionLogic

/// Reads the number that belongs to a quantity's name: comparators, ranges, percent signs, other units.
struct QuantityReader {
    /// What stood beside a name.
    enum Reading: Equatable {
        /// An interval in the fact's unit and the tokens it took, the name left out.
        case value(Interval, tokens: Range<Int>)
        /// A number that cannot be: outside the bounds of the fact.
        case impossible(tokens: Range<Int>)
        /// A number without its unit that is possible in two.
        case unclear(tokens: Range<Int>)
    }

    let vocabulary: Vocabulary
    /// Unit spellings as tokens, by fact, longest first.
    let units: [Int: [(tokens: [String], factor: Double)]]

    /// The number after a name that ends before `start`, else the number just before the name; `limit` is where the next term
    /// begins.
    func read(_ fact: Int, _ tokens: [Token], name: Range<Int>, until limit: Int) -> Reading? {
        let first = after(fact, tokens, from: name.upperBound) ?? before(fact, tokens, name: name)
        guard case .value(_, let range) = first, range.lowerBound >= name.upperBound else { return first }
        return latest(fact, tokens, behind: range, until: limit) ?? first
    }

    /// Before a number: it held once.
    private static let past: WordSet = ["was", "were", "initially", "originally", "previously", "formerly", "baseline"]

    /// `Ki-67 was 3 % in 2019 and is 22 %`, `3 % -> 22 %`: of a number that was, and one that is, the latter counts.
    private func latest(_ fact: Int, _ tokens: [Token], behind first: Range<Int>, until limit: Int) -> Reading? {
        // `Ki-67 3 % -> 22 %`.
        if first.upperBound + 1 < limit, tokens[first.upperBound].text == ">",
            case .number = tokens[first.upperBound + 1].kind,
            case .value(let interval, let range) = after(fact, tokens, from: first.upperBound + 1),
            range.upperBound <= limit
        {
            return .value(interval, tokens: first.lowerBound..<range.upperBound)
        }
        guard (first.lowerBound..<first.upperBound).contains(where: { Self.past.contains(tokens[$0].text) }) else {
            return nil
        }
        for index in first.upperBound..<max(first.upperBound, min(limit, first.upperBound + 7)) {
            let word = tokens[index].text
            if EnglishGrammar.sentenceEnds.contains(word) { return nil }
            guard EnglishGrammar.present.contains(word) || word == "is" else { continue }
            guard case .value(let interval, let range) = after(fact, tokens, from: index + 1), range.upperBound <= limit
            else { return nil }
            return .value(interval, tokens: first.lowerBound..<range.upperBound)
        }
        return nil
    }

    /// Before a quantity, right or with a word or two between: it is only supposed.
    private static let conditions: WordSet = ["if", "unless", "until", "till"]
    /// Between a condition and a quantity: the condition is of something else.
    private static let others: WordSet = [
        "with", "patient", "pt", "who", "has", "have", "had", "and", "or", "she", "he", "i", "is", "was", "were",
        "shows", "of",
        "in",
    ]

    /// `If the clearance fell to 25`, `should her clearance drop below 30`: the quantity itself stands under the condition.
    func isSupposed(_ tokens: [Token], name: Range<Int>) -> Bool {
        for index in stride(from: name.lowerBound - 1, through: max(0, name.lowerBound - 5), by: -1) {
            let word = tokens[index].text
            if tokens[index].kind == .boundary || Self.others.contains(word) { return false }
            if Self.conditions.contains(word) { return true }
            if word == "should" { return index == 0 || tokens[index - 1].kind == .boundary }
        }
        return false
    }

    // MARK: - After the name

    private func after(_ fact: Int, _ tokens: [Token], from start: Int) -> Reading? {
        var index = start
        var comparison = Comparison.none
        var skipped = 0
        while index < tokens.count, skipped < 5 {
            let token = tokens[index]
            if case .number = token.kind { return number(fact, tokens, at: index, comparison, from: start) }
            if let found = Comparison(tokens, at: &index) {
                comparison = found
                skipped += 1
                continue
            }
            // `Ki-67 - 12 %`: a dash with room on both sides parts a name from its number.
            let isDash =
                token.text == "-" && index > 0 && index + 1 < tokens.count
                && tokens[index - 1].span.upperBound < token.span.lowerBound
                && token.span.upperBound < tokens[index + 1].span.lowerBound
            guard
                isDash || EnglishGrammar.fillers.contains(token.text) || [":", "(", ")", "%"].contains(token.text)
            else { return nil }
            index += 1
            skipped += 1
        }
        return nil
    }

    private func number(
        _ fact: Int, _ tokens: [Token], at index: Int, _ comparison: Comparison, from start: Int
    ) -> Reading? {
        guard let (low, behind, lowFactor) = dimensions(fact, tokens, at: index) else { return nil }
        // `5 x ULN` is no number in the unit of the fact.
        if behind < tokens.count, tokens[behind].text == "uln" { return nil }
        if behind + 1 < tokens.count, ["x", "times"].contains(tokens[behind].text),
            ["uln", "the", "upper"].contains(tokens[behind + 1].text)
        {
            return nil
        }
        var end = behind
        var high: Double?
        var factor = lowFactor
        if end + 1 < tokens.count, ["-", "to", "and"].contains(tokens[end].text),
            tokens[end].text != "and" || tokens[max(0, index - 1)].text == "between",
            case .number(let upper) = tokens[end + 1].kind
        {
            high = upper
            end += 2
            factor = unit(fact, tokens, &end) ?? lowFactor
        }
        if factor == nil, isUnclear(fact, low) { return .unclear(tokens: start..<end) }
        return checked(
            fact, low, high, factor ?? likelyFactor(fact, tokens, end, [low, high ?? low]), comparison, start..<end)
    }

    /// The number with a written unit at a token, with no name: `11 mm`, `5.3 x 3.4 cm`, `< 2 cm`.
    func measure(_ fact: Int, _ tokens: [Token], at index: Int) -> Reading? {
        var comparison = Comparison.none
        if index > 0 {
            var back = index - 1
            // `Less than 2`, `up to 2`: the comparator is one or two tokens long.
            if let found = Comparison(tokens, at: &back), back == index { comparison = found }
            if comparison == .none, index > 1 {
                back = index - 2
                let isFilled = tokens[index - 1].text == "than"
                if let found = Comparison(tokens, at: &back), back == index || isFilled { comparison = found }
            }
        }
        guard let (_, end, factor) = dimensions(fact, tokens, at: index), factor != nil else {
            return nil
        }
        let reading = number(fact, tokens, at: index, comparison, from: index)
        if case .value(_, let range) = reading, range.upperBound < end { return nil }
        return reading
    }

    /// The largest of `5.7 x 5.7 x 6.5` or of one number, the end, and the factor of the unit behind.
    private func dimensions(
        _ fact: Int, _ tokens: [Token], at index: Int
    ) -> (value: Double, end: Int, factor: Double?)? {
        guard case .number(var largest) = tokens[index].kind else { return nil }
        var end = index + 1
        var factor = unit(fact, tokens, &end)
        while vocabulary[fact].unit == "mm", end + 1 < tokens.count, ["x", "by"].contains(tokens[end].text),
            case .number(let side) = tokens[end + 1].kind
        {
            largest = max(largest, side)
            end += 2
            factor = unit(fact, tokens, &end) ?? factor
        }
        if factor == nil, end + 1 < tokens.count, ["-", "to", "and"].contains(tokens[end].text),
            case .number = tokens[end + 1].kind
        {
            var behind = end + 2
            factor = unit(fact, tokens, &behind)
        }
        return (largest, end, factor)
    }

    // MARK: - Before the name

    private func before(_ fact: Int, _ tokens: [Token], name: Range<Int>) -> Reading? {
        // `14 mitoses`, `12 % Ki-67`: the number with its unit stands right before the name.
        for distance in 1...3 {
            let index = name.lowerBound - distance
            guard index >= 0, case .number(let value) = tokens[index].kind else { continue }
            var end = index + 1
            let factor = unit(fact, tokens, &end)
            // A share stands with its sign: `segment 5 of the liver` is none.
            guard end >= name.lowerBound, factor != nil || vocabulary[fact].unit != "%" else { return nil }
            var comparison = Comparison.none
            var back = max(0, index - 1)
            if index > 0, let found = Comparison(tokens, at: &back), back == index { comparison = found }
            return checked(fact, value, nil, factor ?? 1, comparison, index..<name.upperBound)
        }
        return nil
    }

    // MARK: - Units and bounds

    private func unit(_ fact: Int, _ tokens: [Token], _ end: inout Int) -> Double? {
        for spelling in units[fact] ?? [] where end + spelling.tokens.count <= tokens.count {
            if spelling.tokens.indices.allSatisfy({ tokens[end + $0].text == spelling.tokens[$0] }) {
                end += spelling.tokens.count
                return spelling.factor
            }
        }
        return nil
    }

    /// `Hb 7.8` without a unit can only be meant in the unit in which it is possible.
    private func likelyFactor(_ fact: Int, _ tokens: [Token], _ end: Int, _ values: [Double]) -> Double {
        let bounds = vocabulary[fact].bounds
        let fits = { (factor: Double) in
            values.allSatisfy { $0 * factor >= bounds.lower && $0 * factor <= bounds.upper }
        }
        guard !fits(1) else { return 1 }
        return Set((units[fact] ?? []).map(\.factor)).sorted().first(where: fits) ?? 1
    }

    /// A small number without a unit that may be meant in the fact's unit or in a larger one: `bilirubin 3.1`.
    private func isUnclear(_ fact: Int, _ value: Double) -> Bool {
        let bounds = vocabulary[fact].bounds
        guard value > 0, value < 20, value >= bounds.lower else { return false }
        return (units[fact] ?? []).contains { $0.factor >= 10 && value * $0.factor <= bounds.upper }
    }

    private func checked(
        _ fact: Int, _ low: Double, _ high: Double?, _ factor: Double, _ comparison: Comparison, _ range: Range<Int>
    ) -> Reading? {
        let definition = vocabulary[fact]
        let scaled = { (value: Double) in factor == 1 ? value : (value * factor * 1e9).rounded() / 1e9 }
        let bounds = definition.bounds
        for value in [scaled(low), high.map(scaled)].compactMap({ $0 })
        where !(value >= bounds.lower && value <= bounds.upper) {
            return .impossible(tokens: range)
        }
        let interval: Interval
        if let high {
            interval = Interval(lower: scaled(min(low, high)), upper: scaled(max(low, high)))
        } else {
            switch comparison {
            case .none: interval = Interval(exactly: scaled(low))
            case .below: interval = Interval(upper: scaled(low), upperIsOpen: true)
            case .atMost: interval = Interval(upper: scaled(low))
            case .above: interval = Interval(lower: scaled(low), lowerIsOpen: true)
            case .atLeast: interval = Interval(lower: scaled(low))
            }
        }
        return .value(interval, tokens: range)
    }
}

/// A comparator before a number.
enum Comparison: Equatable {
    case none, below, atMost, above, atLeast

    /// Whether a number with this comparator lies beyond a limit for certain: `> 600` is above 600, `< 40` below 50.
    func places(_ value: Double, above isAbove: Bool, _ limit: Double) -> Bool {
        switch self {
        case .none: isAbove ? value > limit : value < limit
        case .above: isAbove && value >= limit
        case .atLeast: isAbove && value > limit
        case .below: !isAbove && value <= limit
        case .atMost: !isAbove && value < limit
        }
    }

    /// The comparator at a token; the index moves behind it.
    init?(_ tokens: [Token], at index: inout Int) {
        guard index < tokens.count else { return nil }
        let text = tokens[index].text
        let next = index + 1 < tokens.count ? tokens[index + 1].text : ""
        switch text {
        case "\u{2264}": self = .atMost
        case "\u{2265}": self = .atLeast
        case "<" where next == "=": (self, index) = (.atMost, index + 1)
        case ">" where next == "=": (self, index) = (.atLeast, index + 1)
        case "at" where next == "least": (self, index) = (.atLeast, index + 1)
        case "at" where next == "most": (self, index) = (.atMost, index + 1)
        case "up" where next == "to": (self, index) = (.atMost, index + 1)
        case _ where EnglishGrammar.lessWords.contains(text): self = .below
        case _ where EnglishGrammar.moreWords.contains(text): self = .above
        default: return nil
        }
        index += 1
    }
}
