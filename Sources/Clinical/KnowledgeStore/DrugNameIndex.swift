import ClinicalModel

/// Finds drugs by their names. Built once a release; a look-up of a known name is a few hashes of it.
struct DrugNameIndex: Sendable {
    /// A name of a drug.
    struct Entry: Sendable {
        let drug: String
        let written: String
        let kind: DrugNameKind
    }

    private let drugs: [String: Drug]
    private let names: DrugNames
    /// Names of drugs by key, best kind first.
    private var entries: [String: [Entry]] = [:]
    /// The same by radiolabel.
    private var radiolabels: [String: [Entry]] = [:]
    /// Shared names by key, as places in `names.shared`.
    private var shared: [String: Int] = [:]
    /// Products by key, as places in `names.shared` and its products.
    private var products: [String: (shared: Int, product: Int)] = [:]
    /// Names that are known and lead to no drug, by key and by radiolabel.
    private var foreign: [String: DrugNotCovered] = [:]

    init(_ drugs: [String: Drug], _ names: DrugNames) {
        self.drugs = drugs
        self.names = names
        for drug in drugs.values.sorted(by: { $0.id < $1.id }) { add(drug) }
        for (place, shared) in names.shared.enumerated() { add(shared, place) }
        for group in names.lookAlikes {
            for name in group.names where !isKnown(name) {
                foreign[FoldedName.key(name)] = DrugNotCovered(name: name, statement: group.statement)
            }
        }
    }

    // MARK: - Building

    private mutating func add(_ drug: Drug) {
        add(drug.generic, .generic, drug)
        if let bare = withoutSalt(drug.generic) { add(bare, .generic, drug) }
        for name in drug.brands { add(name, .brand, drug) }
        for name in drug.synonyms { add(name, kind(of: name), drug) }
        add(drug.id, .id, drug)
    }

    private mutating func add(_ name: String, _ kind: DrugNameKind, _ drug: Drug) {
        let key = FoldedName.key(name)
        if key.isEmpty { return }
        entries[key, default: []].append(Entry(drug: drug.id, written: name, kind: kind))
        if let label = RadiolabelName.key(name, names) {
            radiolabels[label, default: []].append(Entry(drug: drug.id, written: name, kind: .radiolabel))
        }
    }

    private mutating func add(_ shared: DrugNames.Shared, _ place: Int) {
        for name in shared.names { self.shared[FoldedName.key(name)] = place }
        for (number, product) in shared.products.enumerated() {
            let key = FoldedName.key(product.name)
            products[key] = (place, number)
            guard product.isSeparate || entries[key] == nil else { continue }
            let answer = DrugNotCovered(name: product.name, statement: "\(shared.statement) \(product.note)")
            foreign[key] = answer
            if let label = RadiolabelName.key(product.name, names), radiolabels[label] == nil {
                foreign[label] = answer
            }
        }
    }

    private func isKnown(_ name: String) -> Bool {
        let key = FoldedName.key(name)
        return entries[key] != nil || foreign[key] != nil || shared[key] != nil
    }

    /// Letters, a number, and a letter at most: a code name of development.
    private func kind(of synonym: String) -> DrugNameKind {
        if RadiolabelName.key(synonym, names) != nil { return .radiolabel }
        let pieces = FoldedName.pieces(synonym)
        let isCode =
            pieces.count >= 2 && Int(pieces[0]) == nil && pieces[0].count <= 6 && Int(pieces[1]) != nil
            && pieces.dropFirst(2).allSatisfy { Int($0) != nil || $0.count == 1 }
        return isCode ? .code : .synonym
    }

    /// A name without the salts behind it; nil where there is none.
    private func withoutSalt(_ name: String) -> String? {
        var words = name.split(separator: " ")
        while words.count > 1, let last = words.last, names.salts.contains(FoldedName.key(String(last))) {
            words.removeLast()
        }
        let bare = words.joined(separator: " ")
        return bare == name ? nil : bare
    }

    // MARK: - Looking up

    /// What a name leads to.
    func lookUp(_ name: String) -> DrugLookup {
        let key = FoldedName.key(name)
        if key.isEmpty { return .unknown([]) }
        if let answer = foreign[key] { return .notCovered(answer) }
        if let found = entries[key] { return answer(name, key, found, []) }
        if let place = shared[key] { return choice(names.shared[place]) }
        if let label = RadiolabelName.key(name, names) {
            if let found = radiolabels[label] { return answer(name, key, found, [.radiolabel]) }
            if let answer = foreign[label] { return .notCovered(answer) }
        }
        if let bare = withoutSalt(name), let found = entries[FoldedName.key(bare)] {
            return answer(bare, FoldedName.key(bare), found, [.salt])
        }
        return .unknown(near(key))
    }

    private func answer(_ asked: String, _ key: String, _ found: [Entry], _ folded: [NameFolding]) -> DrugLookup {
        // An id is for ever and never shared; else one spelling of two drugs is a choice.
        let owner = found.first { $0.kind == .id }?.drug ?? found[0].drug
        let own = found.filter { $0.drug == owner }
        guard let drug = drugs[owner], let entry = own.first(where: { $0.written == asked }) ?? own.first else {
            return .unknown([])
        }
        if own.count < found.count, !own.contains(where: { $0.kind == .id }) { return .several(choice(of: found)) }
        let kind = folded.contains(.radiolabel) ? .radiolabel : entry.kind
        let spelling = folded.contains(.radiolabel) ? [] : FoldedName.needed(asked, entry.written)
        let sharing = shared[key].map { choice(names.shared[$0]) }
        var ambiguous: DrugChoice?
        if case .several(let choice)? = sharing { ambiguous = choice }
        return .found(
            DrugMatch(
                drug: drug, matchedOn: entry.written, kind: kind, folded: spelling + folded,
                product: product(entry), ambiguous: ambiguous))
    }

    private func product(_ entry: Entry) -> DrugNames.Product? {
        products[FoldedName.key(entry.written)].map { names.shared[$0.shared].products[$0.product] }
    }

    /// The products of a shared name; where none of them is covered, that is said.
    private func choice(_ shared: DrugNames.Shared) -> DrugLookup {
        let candidates = shared.products.map { product in
            let found = product.isSeparate ? nil : entries[FoldedName.key(product.name)]?.first
            return DrugChoice.Candidate(name: product.name, drug: found?.drug, note: product.note)
        }
        guard candidates.contains(where: { $0.drug != nil }) else {
            return .notCovered(
                DrugNotCovered(name: shared.names.first ?? shared.id, statement: shared.statement))
        }
        return .several(
            DrugChoice(
                statement: shared.statement, candidates: candidates, reference: shared.reference,
                isConfirmed: shared.isConfirmed))
    }

    private func choice(of found: [Entry]) -> DrugChoice {
        var candidates: [DrugChoice.Candidate] = []
        for entry in found where !candidates.contains(where: { $0.drug == entry.drug }) {
            guard let drug = drugs[entry.drug] else { continue }
            candidates.append(.init(name: drug.generic, drug: drug.id, note: drug.drugClass))
        }
        return DrugChoice(
            statement: "Several drugs bear this name.", candidates: candidates, reference: nil, isConfirmed: nil)
    }

    /// The groups of names that are taken for each other in which a drug stands.
    func lookAlikes(of drug: Drug) -> [DrugNames.LookAlikes] {
        names.lookAlikes.filter { group in group.names.contains { self.drug(of: $0) == drug.id } }
    }

    /// The drug that a name is surely of.
    func drug(of name: String) -> String? {
        if case .found(let match) = lookUp(name) { return match.drug.id }
        return nil
    }

    // MARK: - Near names

    /// Drugs whose names are near a key, nearest first, five at most. A drug is left out where a name that is known to be
    /// another drug's is as near.
    func near(_ key: String) -> [DrugSuggestion] {
        var found: [(distance: Int, suggestion: DrugSuggestion)] = []
        for (candidate, list) in entries {
            guard let entry = list.first, let distance = NearName.distance(key, candidate) else { continue }
            found.append((distance, DrugSuggestion(drug: entry.drug, name: entry.written)))
        }
        let others = foreign.keys.compactMap { other in NearName.distance(key, other).map { (other, $0) } }
        var result: [DrugSuggestion] = []
        for (distance, suggestion) in found.sorted(by: {
            ($0.distance, $0.suggestion.drug, $0.suggestion.name) < (
                $1.distance, $1.suggestion.drug, $1.suggestion.name
            )
        }) where !result.contains(where: { $0.drug == suggestion.drug }) {
            if !others.contains(where: { $0.1 <= distance }) { result.append(suggestion) }
        }
        return Array(result.prefix(5))
    }

    /// The known name of another drug that is nearest to a key and as near as any of ours.
    func nearestForeign(_ name: String) -> DrugNotCovered? {
        let key = FoldedName.key(name)
        return foreign.compactMap { other, answer in NearName.distance(key, other).map { ($0, answer) } }
            .min { ($0.0, $0.1.name) < ($1.0, $1.1.name) }?.1
    }
}
