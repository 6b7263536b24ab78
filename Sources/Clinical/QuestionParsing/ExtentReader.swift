import DecisionLogic

/// What several statements say together of how far the disease reaches.
struct ExtentReader {
    let vocabulary: Vocabulary
    let facts: ReaderFacts

    /// The statements with what follows for the extent, none of it where the text says the extent itself.
    func completed(_ statements: [FactStatement]) -> [FactStatement] {
        var result = statements
        dropLesserExtents(&result)
        if let near = withoutSpread(result) { result.append(near) }
        if let advanced = advanced(result) { result.append(advanced) }
        return result
    }

    /// `Locally advanced and metastatic` is metastatic: the wider extent holds the narrower.
    private func dropLesserExtents(_ statements: inout [FactStatement]) {
        guard let extent = facts.extent, let far = vocabulary[extent].index(of: "metastatic"),
            statements.contains(where: { $0.fact == extent && $0.value == .codes(BitSet([far])) })
        else { return }
        let lesser = ["regional", "locally-advanced"].compactMap { vocabulary[extent].index(of: $0) }
            .map { FactValue.codes(BitSet([$0])) }
        statements.removeAll { $0.fact == extent && lesser.contains($0.value) }
    }

    /// `No liver metastases`, and none named elsewhere, leaves local disease; a denial of another site leaves all open.
    private func withoutSpread(_ statements: [FactStatement]) -> FactStatement? {
        guard let extent = facts.extent, let sites = facts.sites,
            !statements.contains(where: { $0.fact == extent }),
            let far = vocabulary[extent].index(of: "metastatic"), let liver = vocabulary[sites].index(of: "liver")
        else { return nil }
        let said = statements.filter { $0.fact == sites }
        let named = said.contains { if case .members(let members, _) = $0.value { members != BitSet() } else { false } }
        guard !named else { return nil }
        for statement in said {
            guard case .members(_, let excluded) = statement.value, excluded.contains(liver) else { continue }
            let near = BitSet.upTo(vocabulary[extent].codes.count).subtracting(BitSet([far]))
            return FactStatement(fact: extent, value: .codes(near), origin: .read, span: statement.span)
        }
        return nil
    }

    /// `Progressed on lanreotide`: a tumour that moves under a systemic treatment is advanced, unless the text says
    /// otherwise; whether it has spread or cannot be removed stays open.
    private func advanced(_ statements: [FactStatement]) -> FactStatement? {
        guard let extent = facts.extent, let prior = facts.prior, let pace = facts.pace,
            !statements.contains(where: { $0.fact == extent || $0.fact == facts.sites }),
            let systemic = vocabulary[prior].index(of: "systemic-therapy"),
            let moving = vocabulary[pace].groups["moving"]
        else { return nil }
        let isMoving = statements.contains {
            guard $0.fact == pace, case .codes(let codes) = $0.value else { return false }
            return codes.isSubset(of: moving)
        }
        let given = statements.first {
            guard $0.fact == prior, case .members(let included, _) = $0.value else { return false }
            return included.contains(systemic)
        }
        guard isMoving, let given else { return nil }
        let codes = ["locally-advanced", "metastatic"].compactMap { vocabulary[extent].index(of: $0) }
        return FactStatement(fact: extent, value: .codes(BitSet(codes)), origin: .read, span: given.span)
    }
}
