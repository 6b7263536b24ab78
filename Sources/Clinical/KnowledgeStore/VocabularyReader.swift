import ClinicalModel
import DecisionLogic

/// Reads the facts, their codes and terms from `facts/*.json`, and the codes that drugs and interventions bring.
struct VocabularyReader {
    /// A code that a document outside `facts` brings into facts with `codesFrom`.
    struct ForeignCode {
        let id: String
        let title: String
        let kindOf: [String]
        let terms: [String]
        let node: DocumentNode
    }

    private let files: [DocumentNode]
    private let interventions: [ForeignCode]
    private let drugs: [ForeignCode]
    private let log: DefectLog

    init(
        files: [DocumentNode], drugs: [(name: String, node: DocumentNode)],
        interventions: [(name: String, node: DocumentNode)], log: DefectLog
    ) {
        self.files = files
        self.drugs = drugs.map { Self.code(ofDrug: $0.name, $0.node) }
        let terms = Dictionary(self.drugs.map { ($0.id, $0.terms) }, uniquingKeysWith: { first, _ in first })
        self.interventions = interventions.map { Self.code(ofIntervention: $0.name, $0.node, drugTerms: terms) }
        self.log = log
    }

    /// An intervention as a code: its own terms, and the names of its drug where it is that drug alone.
    private static func code(
        ofIntervention name: String, _ node: DocumentNode, drugTerms: [String: [String]]
    ) -> ForeignCode {
        var terms = node.optionalStrings("terms")
        let components = node.optionalStrings("drugs")
        if components.count == 1 {
            terms += (drugTerms[components[0]] ?? []).filter { !terms.contains($0) }
        }
        return ForeignCode(
            id: name, title: node.string("title"), kindOf: node.optionalStrings("kindOf"), terms: terms, node: node)
    }

    private static func code(ofDrug name: String, _ node: DocumentNode) -> ForeignCode {
        var terms: [String] = []
        for term in [node.string("generic")] + node.optionalStrings("brands") + node.optionalStrings("synonyms")
        where !terms.contains(term) {
            terms.append(term)
        }
        return ForeignCode(id: name, title: node.string("generic"), kindOf: [], terms: terms, node: node)
    }

    /// The vocabulary and the lexicon of single codes and facts.
    func read() -> (vocabulary: Vocabulary, entries: [LexiconEntry], units: [Int: [UnitSpelling]]) {
        var definitions: [FactDefinition] = []
        var entries: [LexiconEntry] = []
        var units: [Int: [UnitSpelling]] = [:]
        var paths: Set<String> = []
        for file in files {
            file.allow("schema", "title", "facts", "phrases", "urgentTerms", "criteria", "derivations")
            file.checkHeader(kind: "facts", id: nil)
            entries += file.optionalStrings("urgentTerms").map { LexiconEntry(term: $0, meaning: .urgent) }
            for (path, node) in file.optional("facts")?.members ?? [] {
                if !paths.insert(path).inserted { node.defect(.duplicateID, "the fact `\(path)` is defined twice") }
                guard definitions.count < BitSet.capacity else {
                    node.defect(.tooMany, "a vocabulary holds at most \(BitSet.capacity) facts")
                    continue
                }
                let (definition, codes) = fact(path, node)
                units[definitions.count] = unitSpellings(node, definition)
                definitions.append(definition)
                addTerms(node, codes, definition, number: definitions.count - 1, to: &entries)
            }
        }
        return (Vocabulary(definitions), entries, units)
    }

    private func fact(_ path: String, _ node: DocumentNode) -> (FactDefinition, codes: [ForeignCode]) {
        node.allow(
            "type", "title", "unit", "bounds", "precision", "conversions", "unitTerms", "codes", "codesFrom",
            "readsNames",
            "excludesNamed", "anchors", "open", "freshFor", "groups", "terms", "question", "patientQuestion", "priority"
        )
        let type = FactType(rawValue: node.choice("type", ["code", "boolean", "quantity", "set"])) ?? .code
        var codes = type == .code || type == .set ? ownCodes(node) : []
        if let source = node.optional("codesFrom") {
            let foreign = source.string == "drugs" ? drugs : interventions
            if source.string != "drugs" && source.string != "interventions" {
                source.defect(.wrongType, "`\(source.string)` is neither drugs nor interventions")
            }
            let own = Set(codes.map(\.id))
            codes += foreign.filter { !own.contains($0.id) }
        }
        if codes.count > BitSet.capacity {
            node.defect(.tooMany, "the fact `\(path)` has \(codes.count) codes; at most \(BitSet.capacity) fit")
            codes = Array(codes.prefix(BitSet.capacity))
        }
        if codes.isEmpty && (type == .code || type == .set) {
            node.defect(.missingMember, "the member `codes` is missing")
        }
        let groups = groupMembers(node, codes, type)
        let definition = FactDefinition(
            path: path, title: node.string("title"), type: type, codes: definitions(codes, type, node),
            groups: groups, unit: type == .quantity ? node.string("unit") : "", bounds: bounds(node),
            conversions: conversions(node), question: node.optionalString("question"),
            patientQuestion: node.optionalString("patientQuestion"),
            priority: node.optional("priority")?.integer ?? 100,
            excludesNamed: node.optionalString("excludesNamed"), anchors: node.optional("anchors")?.bool ?? false,
            isOpen: node.optional("open")?.bool ?? false, namedCodes: namedCodes(node, codes, type),
            freshFor: freshness(node, type))
        return (definition, codes)
    }

    private func ownCodes(_ node: DocumentNode) -> [ForeignCode] {
        (node.optional("codes")?.members ?? []).map { id, code in
            code.allow("title", "terms", "kindOf")
            return ForeignCode(
                id: id, title: code.string("title"), kindOf: code.optionalStrings("kindOf"),
                terms: code.optionalStrings("terms"), node: code)
        }
    }

    /// The names that an open set takes for its codes: `bisoprolol` is a beta-blocker.
    private func namedCodes(_ node: DocumentNode, _ codes: [ForeignCode], _ type: FactType) -> [String: BitSet] {
        guard type == .set, node.optional("open")?.bool ?? false else { return [:] }
        var named: [String: BitSet] = [:]
        for (number, code) in codes.enumerated() {
            for term in code.terms where !term.unicodeScalars.contains(where: { ["\u{2026}", "<", ">"].contains($0) }) {
                named[FoldedName.key(term), default: BitSet()].insert(number)
            }
        }
        return named
    }

    /// In a set fact `kindOf` names other codes; what holds or is excluded is closed over it both ways.
    private func definitions(_ codes: [ForeignCode], _ type: FactType, _ node: DocumentNode) -> [CodeDefinition] {
        guard type == .set else { return codes.map { CodeDefinition(id: $0.id, title: $0.title) } }
        let index = Dictionary(codes.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        var ancestors = Array(repeating: BitSet(), count: codes.count)
        for (number, code) in codes.enumerated() {
            var open = code.kindOf
            while let name = open.popLast() {
                guard let parent = index[name] else {
                    // An intervention may belong to classes that this one fact does not list.
                    if node.file == code.node.file {
                        code.node.defect(
                            .unknownCode, "`\(name)` is no code of this fact",
                            suggestion: Suggestion.nearest(to: name, among: index.keys))
                    }
                    continue
                }
                if parent == number || ancestors[number].contains(parent) { continue }
                ancestors[number].insert(parent)
                open += codes[parent].kindOf
            }
        }
        return codes.enumerated().map { number, code in
            let descendants = BitSet(codes.indices.filter { ancestors[$0].contains(number) })
            return CodeDefinition(
                id: code.id, title: code.title, ancestors: ancestors[number], descendants: descendants)
        }
    }

    private func groupMembers(_ node: DocumentNode, _ codes: [ForeignCode], _ type: FactType) -> [String: BitSet] {
        guard type == .code else { return [:] }
        var groups: [String: BitSet] = [:]
        for (name, group) in node.optional("groups")?.members ?? [] {
            group.allow("title")
            groups[name] = BitSet()
        }
        for (number, code) in codes.enumerated() {
            for name in code.kindOf where groups[name] != nil { groups[name]?.insert(number) }
            for name in code.kindOf where groups[name] == nil && code.node.file == node.file {
                code.node.defect(
                    .unknownCode, "`\(name)` is no group of this fact",
                    suggestion: Suggestion.nearest(to: name, among: groups.keys))
            }
        }
        return groups
    }

    private func bounds(_ node: DocumentNode) -> Interval {
        guard let bounds = node.optional("bounds") else { return .everything }
        bounds.allow("min", "max")
        return Interval(
            lower: bounds.optional("min")?.number ?? -.infinity, upper: bounds.optional("max")?.number ?? .infinity)
    }

    /// For how long a value is taken; without a source the limit is the engine's own.
    private func freshness(_ node: DocumentNode, _ type: FactType) -> Freshness? {
        guard let limit = node.optional("freshFor") else { return nil }
        limit.allow("value", "unit", "reference")
        if type != .quantity { limit.defect(.wrongTest, "only a quantity has an age") }
        let unit = limit.string("unit")
        guard let age = FactAge(value: limit.required("value")?.number ?? 0, unit: unit), age.value > 0 else {
            limit.defect(.wrongUnit, "a limit of age is above zero, in \(FactAge.units.joined(separator: ", "))")
            return nil
        }
        return Freshness(days: age.days, reference: limit.optionalString("reference"))
    }

    private func conversions(_ node: DocumentNode) -> [String: Double] {
        var result: [String: Double] = [:]
        for (unit, factor) in node.optional("conversions")?.members ?? [] {
            if factor.number <= 0 { factor.defect(.wrongType, "a conversion factor must be above zero") }
            result[unit] = factor.number
        }
        return result
    }

    private func unitSpellings(_ node: DocumentNode, _ definition: FactDefinition) -> [UnitSpelling] {
        guard definition.type == .quantity else { return [] }
        let own = [definition.unit] + node.optionalStrings("unitTerms")
        return own.map { UnitSpelling(term: $0, factor: 1) }
            + definition.conversions.sorted { $0.key < $1.key }.map { UnitSpelling(term: $0.key, factor: $0.value) }
    }

    /// Adds the words of a fact and of its codes.
    private func addTerms(
        _ node: DocumentNode, _ codes: [ForeignCode], _ definition: FactDefinition, number: Int,
        to entries: inout [LexiconEntry]
    ) {
        let names = node.optionalStrings("terms")
        switch definition.type {
        case .quantity: entries += names.map { LexiconEntry(term: $0, meaning: .names(fact: number)) }
        case .boolean:
            entries += names.map { LexiconEntry(term: $0, meaning: .says([(number, .codes(BitSet([1])))])) }
        case .code, .set: break
        }
        // Names of drugs and interventions are read for the one fact that asks for them, not for each that lists them.
        let readsNames = node.optional("readsNames")?.bool ?? false
        for (index, code) in codes.enumerated() where code.node.file == node.file || readsNames {
            let value: FactValue =
                definition.type == .set
                ? definition.membership(included: BitSet([index]), excluded: BitSet()) : .codes(BitSet([index]))
            for term in code.terms { entries.append(LexiconEntry(term: term, meaning: .says([(number, value)]))) }
        }
    }
}
