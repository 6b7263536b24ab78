/// Writes numbers in words as digits where they count something: `twelve percent`, `two prior lines`, `twenty-five mm`. A
/// small number alone stays a word: `one of them`, `grade two`, which the lexicon knows.
enum NumberWords {
    private static let small: [String: Double] = [
        "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    ]
    private static let teens: [String: Double] = [
        "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
        "eighteen": 18, "nineteen": 19,
    ]
    private static let tens: [String: Double] = [
        "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
        "ninety": 90,
    ]
    /// Behind a small number: it counts something.
    private static let counted: WordSet = [
        "%", "percent", "per", "cent", "pct", "mm", "cm", "millimetre", "millimetres", "millimeter", "millimeters",
        "centimetre", "centimetres", "centimeter", "centimeters", "year", "years", "yo", "mitoses", "mitosis",
        "mitotic", "prior", "previous", "earlier", "lines", "line", "kg", "mg",
    ]

    /// The tokens with numbers in words as numbers; each keeps the place of its words.
    static func read(_ tokens: [Token]) -> [Token] {
        var result: [Token] = []
        result.reserveCapacity(tokens.count)
        var index = 0
        while index < tokens.count {
            guard let (value, length) = number(tokens, at: index) else {
                result.append(tokens[index])
                index += 1
                continue
            }
            let span = tokens[index].span.lowerBound..<tokens[index + length - 1].span.upperBound
            result.append(Token(text: String(Int(value)), kind: .number(value), span: span))
            index += length
        }
        return result
    }

    /// The tokens with a small number in words right behind a quantity's name as a number: `ECOG two`, `Krenning score of
    /// four`, but not `Ki-67 is one of them`. No token moves.
    static func read(_ tokens: [Token], behind names: [Range<Int>]) -> [Token] {
        var result = tokens
        for name in names {
            var index = name.upperBound
            while index < min(tokens.count, name.upperBound + 3), EnglishGrammar.fillers.contains(tokens[index].text) {
                index += 1
            }
            guard index < tokens.count, let value = small[tokens[index].text] else { continue }
            let isPart = index + 1 < tokens.count && ["of", "or", "to"].contains(tokens[index + 1].text)
            if isPart { continue }
            result[index] = Token(text: String(Int(value)), kind: .number(value), span: tokens[index].span)
        }
        return result
    }

    /// All words that numbers begin with.
    private static let beginnings = WordSet(Array(small.keys) + Array(teens.keys) + Array(tens.keys))

    private static func number(_ tokens: [Token], at index: Int) -> (value: Double, length: Int)? {
        let text = tokens[index].text
        guard beginnings.contains(text) else { return nil }
        if let value = teens[text] { return (value, 1) }
        let next = index + 1 < tokens.count ? tokens[index + 1].text : ""
        if let value = tens[text] { return small[next].map { $0 < 10 ? (value + $0, 2) : (value, 1) } ?? (value, 1) }
        guard let value = small[text] else { return nil }
        if counted.contains(next) { return (value, 1) }
        // `Three to five percent`, `one or two lines`.
        let behind = { (offset: Int) in index + offset < tokens.count ? tokens[index + offset].text : "" }
        let isRange = ["to", "and", "or"].contains(next) && counted.contains(behind(3))
        return isRange && (small[behind(2)] ?? teens[behind(2)]) != nil ? (value, 1) : nil
    }
}
