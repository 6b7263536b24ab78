/// What the sentences of a text are, told once for all its terms: none looks to the end of its own again.
struct Sentences {
    /// For each token whether the sentence that it stands in ends in a question mark.
    private var asked: [Bool]
    /// For each token where its sentence, or its item of a list, begins.
    private var heads: [Int]
    /// For each token whether a condition stands before it there: `if everolimus …`.
    private var conditional: [Bool]

    private static let conditions: WordSet = ["if", "whether", "unless", "when", "once"]

    /// The sentences of a text. A comma and a bracket end neither; a colon and a dash end an item, and no question.
    init(_ tokens: [Token]) {
        asked = Array(repeating: false, count: tokens.count)
        heads = Array(repeating: 0, count: tokens.count)
        conditional = asked
        var isAsked = false
        for index in tokens.indices.reversed() {
            if tokens[index].kind == .boundary, EnglishGrammar.sentenceEnds.contains(tokens[index].text) {
                isAsked = tokens[index].text == "?"
            }
            asked[index] = isAsked
        }
        var (head, isConditional) = (0, false)
        for index in tokens.indices {
            (heads[index], conditional[index]) = (head, isConditional)
            if tokens[index].isStop {
                (head, isConditional) = (index + 1, false)
            } else if !isConditional {
                isConditional = Self.conditions.contains(tokens[index].text)
            }
        }
    }

    /// Whether the sentence that goes on at a token ends in a question mark.
    func isQuestion(from index: Int) -> Bool { asked.indices.contains(index) && asked[index] }

    /// Where the sentence or the item of a token begins.
    func head(of index: Int) -> Int { heads.indices.contains(index) ? heads[index] : 0 }

    /// Whether a condition stands before a token in its sentence or item.
    func isConditional(_ index: Int) -> Bool { conditional.indices.contains(index) && conditional[index] }
}
