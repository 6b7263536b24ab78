/// Writes out the abbreviations of function words and the marks of results, so that one spelling of them is enough
/// elsewhere: `w/o`, `r/o`, `+ve`, `neg`, `PET/CT`.
enum Abbreviations {
    private static let words = [
        "neg": "negative", "centimetre": "cm", "centimetres": "cm", "centimeter": "cm", "centimeters": "cm",
        "panc": "pancreas", "unk": "unknown", "pos": "positive", "petct": "pet", "tumur": "tumour", "tumer": "tumor",
        "tumro": "tumor",
        "tumous": "tumour", "dosnt": "doesnt", "dosent": "doesnt", "doesent": "doesnt", "mght": "might",
        "migth": "might",
        "posible": "possible", "poss": "possible", "prob": "probable",
    ]
    private static let shortWords = WordSet(Array(words.keys))
    private static let strokes: [[String]: String] = [
        ["w", "o"]: "without", ["r", "o"]: "rule", ["h", "o"]: "history", ["c", "w"]: "consistent",
        ["a", "w"]: "awaiting", ["pet", "ct"]: "pet", ["pet", "mr"]: "pet", ["pet", "mri"]: "pet",
    ]

    /// Words whose full stop ends no sentence.
    private static let dotted: WordSet = [
        "st", "vs", "dr", "gr", "approx", "resp", "incl", "mr", "mrs", "ms", "ca", "cf", "esp", "max", "min",
    ]

    /// The tokens with abbreviations written out; a piece that stands for several keeps their whole place.
    static func expanded(_ tokens: [Token]) -> [Token] {
        var result: [Token] = []
        var index = 0
        while index < tokens.count {
            if tokens[index].text == ".", let last = result.last, dotted.contains(last.text),
                last.span.upperBound == tokens[index].span.lowerBound
            {
                index += 1
                continue
            }
            let (text, length) = replacement(tokens, at: index)
            if let text {
                let span = tokens[index].span.lowerBound..<tokens[index + length - 1].span.upperBound
                result.append(Token(text: text, kind: .word, span: span))
            } else {
                result.append(tokens[index])
            }
            index += length
        }
        return result
    }

    private static func replacement(_ tokens: [Token], at index: Int) -> (text: String?, length: Int) {
        let text = tokens[index].text
        let next = index + 1 < tokens.count ? tokens[index + 1] : nil
        let isClose = next.map { $0.span.lowerBound == tokens[index].span.upperBound } ?? false
        if next?.text == "ve", isClose, text == "+" || text == "-" {
            return (text == "+" ? "positive" : "negative", 2)
        }
        if next?.text == "/", index + 2 < tokens.count, let word = strokes[[text, tokens[index + 2].text]] {
            return (word, 3)
        }
        if text == "w", next?.text == "/", isClose { return ("with", 2) }
        if text == "pet", next?.text == "ct" { return ("pet", 2) }
        if text == "&" { return ("and", 1) }
        return (shortWords.contains(text) ? words[text] : nil, 1)
    }
}
