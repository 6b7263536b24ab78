/// Who of the persons in a text is the patient: `my mother has a pNET` asks for the mother, `her aunt had MEN1` tells of
/// the family. The reader would rather miss a fact of the patient than take one of a relative for it.
struct Kinship {
    /// The writer is the patient: `I have …`; then `my mother` is another person.
    let speaksOfSelf: Bool
    /// Where words of kin stand that are not the patient.
    private let others: TokenSet

    /// The persons in a text; `tumours` are the places where a term of the disease begins, `heredities` those of
    /// hereditary syndromes.
    init(_ tokens: [Token], tumours: TokenSet = [], heredities: TokenSet = []) {
        let text = { (index: Int) in tokens.indices.contains(index) ? tokens[index].text : "" }
        let isSelf = tokens.indices.contains { Self.isSelf(tokens, $0) || Self.owns(tokens, $0, tumours) }
        let firstTumour = tumours.first ?? tokens.count
        var others: TokenSet = []
        var patient: String?
        for index in tokens.indices where EnglishGrammar.kin.contains(tokens[index].text) {
            let (word, owner, next) = (tokens[index].text, text(index - 1), text(index + 1))
            if EnglishGrammar.kinOfOwn.contains(owner) { continue }
            // `A father of two`, but `the sister of the patient`.
            if next == "of", !EnglishGrammar.owners.contains(text(index + 2)) { continue }
            // `Mum has a NET`, at the head of the text, is the writer's.
            let isOwn = EnglishGrammar.asking.contains(owner) || index == 0 && EnglishGrammar.callings.contains(word)
            let isAsked = isOwn && !EnglishGrammar.manyKin.contains(word) && !isSelf
            // `My father, who had a NET, died`, `my aunt had MEN1`, `pNET G2, liver mets. My aunt had a carcinoid`.
            let isHistory =
                tokens[(index + 1)...].prefix(10).prefix { ![".", ";", "?", "!"].contains($0.text) }
                .contains { $0.text == "died" }
                || next == "had" && (index + 2...index + 4).contains { heredities.contains($0) }
                || ["had", "also"].contains(next) && firstTumour < index && patient == nil
            if isAsked, patient ?? word == word, !isHistory { patient = word } else { others.insert(index) }
        }
        (speaksOfSelf, self.others) = (isSelf, others)
    }

    /// Whether the person of a word of kin is not the patient.
    func isOther(_ index: Int) -> Bool { others.contains(index) }

    /// `I have a pNET`, `am I at risk`, but not `I have a patient with`, `I am asking for my father`.
    private static func isSelf(_ tokens: [Token], _ index: Int) -> Bool {
        let text = { (index: Int) in tokens.indices.contains(index) ? tokens[index].text : "" }
        switch text(index) {
        case "im", "ive": return !isAside(tokens, behind: index)
        case "i":
            let next = text(index + 1)
            if text(index - 1) == "am" { return ["at", "likely", "going"].contains(next) }
            if ["be", "get"].contains(next) { return ["tested", "screened", "checked"].contains(text(index + 2)) }
            return EnglishGrammar.selfVerbs.contains(next) && !isAside(tokens, behind: index + 1)
        default: return false
        }
    }

    /// `My ileal NET`, but not `my pNET patient`.
    private static func owns(_ tokens: [Token], _ index: Int, _ tumours: TokenSet) -> Bool {
        guard tokens[index].text == "my" else { return false }
        for next in index + 1..<max(index + 1, min(tokens.count, index + 4)) {
            let word = tokens[next].text
            if tumours.contains(next) {
                return !tokens[next...].prefix(4).contains { EnglishGrammar.patientWords.contains($0.text) }
            }
            if tokens[next].kind != .word || EnglishGrammar.kin.contains(word)
                || EnglishGrammar.patientWords.contains(word)
            {
                return false
            }
        }
        return false
    }

    /// Whether the writer goes on about somebody else, or about asking.
    private static func isAside(_ tokens: [Token], behind verb: Int) -> Bool {
        tokens.dropFirst(verb + 1).prefix(3).prefix { $0.kind != .boundary }
            .contains { EnglishGrammar.asides.contains($0.text) || EnglishGrammar.kin.contains($0.text) }
    }
}
