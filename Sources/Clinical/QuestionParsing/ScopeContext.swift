/// The text as scopes see it.
struct ScopeContext {
    /// Its tokens.
    let tokens: [Token]
    /// Where terms of symptoms and illnesses begin.
    let harms: Set<Int>
    /// Where terms of illnesses end.
    let illnessEnds: Set<Int>
    /// Where terms begin.
    let starts: Set<Int>
    /// The writer is the patient: `I have …`; then `my mother` is another person.
    let speaksOfSelf: Bool

    init(_ tokens: [Token], harms: Set<Int> = [], illnessEnds: Set<Int> = [], starts: Set<Int> = []) {
        (self.tokens, self.harms, self.illnessEnds, self.starts) = (tokens, harms, illnessEnds, starts)
        speaksOfSelf = tokens.indices.contains { index in
            ["im", "ive"].contains(tokens[index].text)
                || tokens[index].text == "i" && index + 1 < tokens.count
                    && EnglishGrammar.selfVerbs.contains(tokens[index + 1].text)
        }
    }

    /// The folded text of a token; empty beyond the ends.
    func text(_ index: Int) -> String { tokens.indices.contains(index) ? tokens[index].text : "" }

    /// Whether a mark ends the sentence or the item of a list at a token.
    func isStop(_ index: Int) -> Bool {
        tokens.indices.contains(index) && tokens[index].kind == .boundary
            && ![",", "(", ")"].contains(tokens[index].text)
    }

    /// Whether the term at a place belongs to another person: `her mother had MEN1`, `family history: VHL`.
    func isOfAnother(_ term: Range<Int>) -> Bool {
        if speaksOfSelf, tokens[term].contains(where: { EnglishGrammar.kin.contains($0.text) }) { return true }
        var index = term.lowerBound - 1
        var steps = 0
        while index >= 0, steps < 12 {
            let word = tokens[index].text
            if tokens[index].kind == .boundary, [".", ";", "?", "!", "\n"].contains(word) { break }
            // `Family history of MEN1, G1 pNET`: behind the comma stands the patient again.
            if word == ",", text(index + 1) != "who" { break }
            if EnglishGrammar.patientWords.contains(word) { break }
            if EnglishGrammar.kin.contains(word) {
                let owner = text(index - 1)
                let isPatient = ["my", "our"].contains(owner) && !speaksOfSelf
                let isParent =
                    text(index + 1) == "of" && index + 2 < term.lowerBound || EnglishGrammar.kinOfOwn.contains(owner)
                if !isPatient && !isParent { return true }
                break
            }
            if EnglishGrammar.relatives.contains(word), steps < 8 { return true }
            steps += 1
            index -= 1
        }
        return follows(term)
    }

    /// `MEN1 in her father`, `MEN1 (brother)`.
    private func follows(_ term: Range<Int>) -> Bool {
        var index = term.upperBound
        while index < min(tokens.count, term.upperBound + 4) {
            let word = tokens[index].text
            if tokens[index].kind == .boundary && word != "(" { return false }
            if EnglishGrammar.kin.contains(word) {
                return ["in", "(", "her", "his", "a", "the"].contains(text(index - 1)) && text(index - 1) != "my"
            }
            guard ["in", "(", "her", "his", "a", "the", "of"].contains(word) else { return false }
            index += 1
        }
        return false
    }

    /// Whether a term stands in quotation marks after a word that makes it hearsay of the past: `ten years ago told "…"`.
    func isHearsay(_ term: Range<Int>) -> Bool {
        guard let open = (max(0, term.lowerBound - 6)..<term.lowerBound).reversed().first(where: { text($0) == "\"" })
        else { return false }
        let before = (max(0, open - 6)..<open).map { tokens[$0].text }
        return before.contains { EnglishGrammar.hearsay.contains($0) }
            && before.contains { EnglishGrammar.past.contains($0) }
    }
}
