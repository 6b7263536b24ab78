import ClinicalModel
import DecisionLogic

/// Lesions of which the text does not say what they are: `bone lesions` may be anything, and no fact is read from them but
/// that the extent is open.
struct LesionReader {
    let vocabulary: Vocabulary
    let facts: ReaderFacts
    let finder: MentionFinder
    let tokens: [Token]

    /// Behind lesions: a finding of them and no word on whether they are there.
    private static let findings: WordSet = ["negative", "-"]
    private static let harmless: WordSet = [
        "benign", "haemangioma", "haemangiomas", "hemangioma", "hemangiomas", "cyst", "cysts",
    ]
    private static let being: WordSet = [
        "are", "is", "were", "was", "be", "being", "both", "all", "known", "to", "proved", "proven", "turned", "out",
        "simple", "small", "typical", "of", "=", ":", "(", "-",
    ]

    /// Whether a term names lesions that may be anything. `No bone lesions` are no metastases.
    func isOpen(_ mention: Mention, _ scope: Scope) -> Bool {
        mention.isLesion && !(scope.isNegated && !Self.findings.contains(text(mention.tokens.upperBound)))
    }

    /// Of open lesions those in organs where neither the primary nor a metastasis is named.
    func unnamed(_ lesions: [Mention], _ statements: [FactStatement]) -> [Range<Int>] {
        guard let sites = facts.sites, let site = facts.site, statements.contains(where: { $0.fact == facts.kind })
        else { return [] }
        let own = statements.reduce(into: BitSet()) { found, statement in
            if statement.fact == sites, case .members(let included, _) = statement.value { found.formUnion(included) }
            guard statement.fact == site, case .codes(let codes) = statement.value else { return }
            found.formUnion(
                BitSet(codes.members.compactMap { vocabulary[sites].index(of: vocabulary[site].codes[$0].id) }))
        }
        let other = vocabulary[sites].index(of: "other")
        return lesions.filter { lesion in
            !isHarmless(lesion.tokens)
                && finder.says(lesion).contains { fact, value in
                    guard fact == sites, case .members(let included, _) = value else { return false }
                    return included.isDisjoint(with: own) && other.map { !included.contains($0) } ?? true
                }
        }.map(\.tokens)
    }

    /// `Liver lesions are haemangiomas`, `benign liver lesions`: they are no metastases. What they may only be is no such word.
    private func isHarmless(_ lesion: Range<Int>) -> Bool {
        if Self.harmless.contains(text(lesion.lowerBound - 1)) { return true }
        var index = lesion.upperBound
        while index < lesion.upperBound + 6, Self.being.contains(text(index)) { index += 1 }
        return Self.harmless.contains(text(index))
    }

    /// How far the disease has gone, left open by name: with lesions of which nobody says what they are a topic must not take it
    /// as localised. Nothing where the text tells the extent.
    func openExtent(_ span: Range<Int>, _ statements: [FactStatement]) -> [FactStatement] {
        guard let extent = facts.extent, !statements.contains(where: { $0.fact == extent }) else { return [] }
        return [FactStatement(fact: extent, value: vocabulary.unrestricted[extent], origin: .read, span: span)]
    }

    private func text(_ index: Int) -> String { tokens.indices.contains(index) ? tokens[index].text : "" }
}
