/// The text as scopes see it.
struct ScopeContext {
    /// Its tokens.
    let tokens: [Token]
    /// Where terms of symptoms and illnesses begin.
    let harms: TokenSet
    /// Where terms of illnesses end.
    let illnessEnds: TokenSet
    /// Where terms begin.
    let starts: TokenSet
    /// Where terms of the disease begin.
    let tumours: TokenSet
    /// Sentences that speak of a tumour of another kind and not of this one.
    private let otherTumours: TokenSet
    /// The persons it speaks of.
    let kinship: Kinship

    init(
        _ tokens: [Token], harms: TokenSet = [], illnessEnds: TokenSet = [], starts: TokenSet = [],
        tumours: TokenSet = [], heredities: TokenSet = []
    ) {
        (self.tokens, self.harms, self.illnessEnds, self.starts) = (tokens, harms, illnessEnds, starts)
        self.tumours = tumours
        // Where no tumour of this field is named, the question itself is of the other.
        otherTumours =
            tumours.isEmpty
            ? []
            : TokenSet(
                Self.clauses(tokens).filter { clause in
                    !clause.contains(where: tumours.contains) && clause.contains { Self.namesOtherTumour(tokens, $0) }
                })
        kinship = Kinship(tokens, tumours: tumours, heredities: heredities)
    }

    /// The folded text of a token; empty beyond the ends.
    func text(_ index: Int) -> String { tokens.indices.contains(index) ? tokens[index].text : "" }

    /// Whether a mark ends the sentence or the item of a list at a token.
    func isStop(_ index: Int) -> Bool {
        tokens.indices.contains(index) && tokens[index].isStop
    }

    /// Whether the term at a place belongs to another person: `her mother had MEN1`, `family history: VHL`.
    func isOfAnother(_ term: Range<Int>) -> Bool {
        if term.contains(where: kinship.isOther) { return true }
        var index = term.lowerBound - 1
        var steps = 0
        while index >= 0, steps < 12 {
            let word = tokens[index].text
            if tokens[index].kind == .boundary, EnglishGrammar.sentenceEnds.contains(word) { break }
            // `Family history of MEN1, G1 pNET`: behind the comma stands the patient again.
            if word == ",", text(index + 1) != "who" { break }
            if EnglishGrammar.patientWords.contains(word) {
                if isKinOfPatient(index) { return true }
                break
            }
            if kinship.isOther(index) { return true }
            // `A friend had PRRT - could it help my NET`: the writer's own.
            if word == "my", (index + 1...index + 3).contains(where: { tumours.contains($0) && $0 <= term.lowerBound })
            {
                break
            }
            if EnglishGrammar.kin.contains(word) { break }
            if EnglishGrammar.relatives.contains(word), steps < 8 { return true }
            steps += 1
            index -= 1
        }
        return follows(term)
    }

    /// Whether a term stands in a sentence about a tumour of another kind: `colon adenocarcinoma, treated with FOLFOX`.
    func isOfOtherTumour(_ term: Range<Int>) -> Bool {
        otherTumours.contains(term.lowerBound)
    }

    private static func namesOtherTumour(_ tokens: [Token], _ index: Int) -> Bool {
        let word = tokens[index].text
        if EnglishGrammar.otherTumours.contains(word) { return true }
        return index > 0 && ["cancer", "carcinoma", "ca"].contains(word)
            && EnglishGrammar.otherOrgans.contains(tokens[index - 1].text)
    }

    /// The sentences, and the parts of one between semicolons.
    private static func clauses(_ tokens: [Token]) -> [Range<Int>] {
        var clauses: [Range<Int>] = []
        var start = 0
        for index in tokens.indices where EnglishGrammar.sentenceEnds.contains(tokens[index].text) {
            clauses.append(start..<index)
            start = index + 1
        }
        if start < tokens.count { clauses.append(start..<tokens.count) }
        return clauses
    }

    /// `The sister of the patient had MEN1`.
    private func isKinOfPatient(_ index: Int) -> Bool {
        let of = EnglishGrammar.owners.contains(text(index - 1)) ? index - 2 : index - 1
        return text(of) == "of" && kinship.isOther(of - 1)
    }

    private static let links: WordSet = [
        "in", "(", "her", "his", "my", "our", "their", "a", "the", "of", "runs", "running",
    ]

    /// `MEN1 in her father`, `MEN1 (brother)`, `MEN1 runs in the family`.
    private func follows(_ term: Range<Int>) -> Bool {
        for index in term.upperBound..<min(tokens.count, term.upperBound + 4) {
            let word = text(index)
            if EnglishGrammar.kin.contains(word) { return index > term.upperBound && kinship.isOther(index) }
            if word == "family" { return index > term.upperBound }
            guard Self.links.contains(word) else { return false }
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
