/// How much of a treatment was given, counted behind it in its sentence: `PRRT held for low platelets, 2 cycles given`.
enum CycleCount {
    private static let portions: WordSet = ["cycle", "cycles", "course", "courses", "dose", "doses", "infusions"]
    private static let done: WordSet = ["given", "received", "completed", "done", "administered"]
    private static let past: WordSet = ["were", "was", "have", "been", "had", "already", "so"]
    /// So far behind the treatment a count is looked for.
    private static let reach = 20

    /// Whether some of the tokens from `start` on, up to the end of the sentence, say that portions were given.
    static func saysGiven(_ tokens: [Token], from start: Int, until end: Int) -> Bool {
        for index in start..<max(start, min(end, start + reach)) {
            if EnglishGrammar.sentenceEnds.contains(tokens[index].text) { return false }
            guard index > start, portions.contains(tokens[index].text), case .number = tokens[index - 1].kind
            else { continue }
            let verb = tokens[(index + 1)...].prefix(4).drop { past.contains($0.text) }.first
            if let verb, done.contains(verb.text) || verb.text == "far" { return true }
        }
        return false
    }
}
