import ClinicalModel
import DecisionLogic

/// Reads `terminology/*.json`: which codes of other systems mean what. A file stands for one system; several files, as of a
/// local folder, may add to one system, and a code must not stand in two of them.
struct TerminologyReader {
    let conditions: ConditionReader
    let drugs: Set<String>

    private var vocabulary: Vocabulary { conditions.vocabulary }

    /// The tables of all files, linked.
    func read(_ files: [(name: String, node: DocumentNode)]) -> Terminology {
        var tables: [Terminology.Table] = []
        var rows: [Terminology.Key: Terminology.Row] = [:]
        var prefixes: [Terminology.Key: Terminology.Row] = [:]
        var units: [String: Terminology.Unit] = [:]
        for (name, node) in files {
            node.allow("schema", "id", "title", "system", "matching", "sources", "rows", "units")
            node.checkHeader(kind: "terminology", id: name)
            _ = node.string("title")
            let system = node.string("system")
            let matching =
                node.has("matching")
                ? Terminology.Matching(
                    rawValue: node.choice("matching", Terminology.Matching.allCases.map(\.rawValue))) ?? .exact
                : .exact
            let sources = (node.required("sources")?.members ?? []).map { (id: $0.name, title: $0.node.string) }
                .sorted { $0.id < $1.id }
            var count = 0
            for row in node.nodes("rows") {
                let isPrefix = row.optional("prefix")?.bool ?? false
                if isPrefix && matching != .classification {
                    row.defect(.wrongType, "`prefix` stands only in a table whose `matching` is `classification`")
                }
                for read in self.rows(row, system, Set(sources.map(\.id))) {
                    count += 1
                    let key = Terminology.Key(system: system, code: Terminology.fold(read.code, matching))
                    if rows[key] != nil || prefixes[key] != nil {
                        row.defect(.duplicateID, "the code `\(read.code)` stands twice")
                    }
                    if isPrefix { prefixes[key] = read } else { rows[key] = read }
                }
            }
            for unit in node.nodes("units") { self.unit(unit, &units) }
            tables.append(
                Terminology.Table(id: name, system: system, matching: matching, sources: sources, count: count))
        }
        return Terminology(tables: tables, rows: rows, prefixes: prefixes, units: units)
    }

    private func rows(_ node: DocumentNode, _ system: String, _ sources: Set<String>) -> [Terminology.Row] {
        node.allow(
            "codes", "prefix", "title", "source", "role", "sets", "also", "measures", "answers", "asks", "methods",
            "takes", "drug", "form", "otherUse", "unused", "remark")
        let source = node.string("source")
        if !sources.contains(source) {
            node.defect(
                .danglingReference, "no source `\(source)` in this file",
                suggestion: Suggestion.nearest(to: source, among: sources.sorted()))
        }
        let says = ["sets", "also", "measures", "answers", "asks", "takes", "drug", "unused"].contains(where: node.has)
        if !says { node.defect(.missingMember, "a row says nothing: it needs `sets`, `measures`, `drug` or another") }
        let role =
            node.has("role")
            ? Terminology.Role(rawValue: node.choice("role", Terminology.Role.allCases.map(\.rawValue))) ?? .fact
            : .fact
        let asks = node.has("asks") ? node.choice("asks", ["histology"]) : ""
        let form =
            node.has("form")
            ? Terminology.Form(rawValue: node.choice("form", Terminology.Form.allCases.map(\.rawValue))) : nil
        let settings = settings(node)
        var answers: [Terminology.Key: Terminology.Settings] = [:]
        for answer in node.nodes("answers") { self.answer(answer, sources, &answers) }
        let methods = Set(
            node.nodes("methods").map { Terminology.Key(system: $0.string("system"), code: $0.string("code")) })
        return node.strings("codes").map { code in
            Terminology.Row(
                code: code, system: system, source: source, role: role, settings: settings,
                measures: fact(node, "measures", .quantity), answers: answers, asksHistology: !asks.isEmpty,
                methods: methods, takes: fact(node, "takes", .code), drug: drug(node),
                form: form,
                isForOtherUse: node.optional("otherUse")?.bool ?? false, unused: node.optionalString("unused"),
                remark: node.optionalString("remark"))
        }
    }

    private func answer(
        _ node: DocumentNode, _ sources: Set<String>, _ answers: inout [Terminology.Key: Terminology.Settings]
    ) {
        node.allow("system", "codes", "title", "source", "sets", "also")
        if let source = node.optionalString("source"), !sources.contains(source) {
            node.defect(.danglingReference, "no source `\(source)` in this file")
        }
        let settings = settings(node)
        for code in node.strings("codes") {
            let key = Terminology.Key(system: node.string("system"), code: code)
            if answers.updateValue(settings, forKey: key) != nil {
                node.defect(.duplicateID, "the answer `\(code)` stands twice")
            }
        }
    }

    private func settings(_ node: DocumentNode) -> Terminology.Settings {
        Terminology.Settings(
            sets: sets(node),
            guarded: node.nodes("also").map { part in
                part.allow("at", "histology", "sets")
                return Terminology.Settings.Guarded(
                    sites: codes(part, "at", of: "tumor.primarySite"),
                    histology: codes(part, "histology", of: "tumor.kind"), sets: sets(part))
            })
    }

    private func sets(_ node: DocumentNode) -> [Terminology.Setting] {
        node.nodes("sets").compactMap { conditions.value($0) }.map {
            Terminology.Setting(fact: $0.fact, value: $0.value)
        }
    }

    private func codes(_ node: DocumentNode, _ member: String, of path: String) -> BitSet {
        guard let list = node.optional(member) else { return BitSet() }
        guard let fact = vocabulary.index(of: path) else {
            list.defect(.unknownFact, "`\(member)` needs the fact `\(path)`, which there is not")
            return BitSet()
        }
        let definition = vocabulary[fact]
        return BitSet(
            list.elements.compactMap { element in
                if let index = definition.index(of: element.string) { return index }
                element.defect(
                    .unknownCode, "`\(element.string)` is no code of `\(path)`",
                    suggestion: Suggestion.nearest(to: element.string, among: definition.codes.map(\.id)))
                return nil
            })
    }

    private func fact(_ node: DocumentNode, _ member: String, _ type: FactType) -> Int? {
        guard let named = node.optional(member) else { return nil }
        let path = named.string
        guard let fact = vocabulary.index(of: path) else {
            named.defect(
                .unknownFact, "there is no fact `\(path)`",
                suggestion: Suggestion.nearest(to: path, among: vocabulary.facts.map(\.path)))
            return nil
        }
        if vocabulary[fact].type != type {
            named.defect(.wrongTest, "`\(member)` does not fit `\(path)`, which is no \(type.rawValue)")
            return nil
        }
        return fact
    }

    private func drug(_ node: DocumentNode) -> String? {
        guard let named = node.optional("drug") else { return nil }
        if !drugs.contains(named.string) {
            named.defect(
                .danglingDrug, "there is no drug `\(named.string)`",
                suggestion: Suggestion.nearest(to: named.string, among: drugs.sorted()))
            return nil
        }
        return named.string
    }

    private func unit(_ node: DocumentNode, _ units: inout [String: Terminology.Unit]) {
        node.allow("codes", "unit", "factor")
        let factor = node.optional("factor")?.number ?? 1
        if factor <= 0 { node.defect(.wrongUnit, "a factor is above zero") }
        for code in node.strings("codes") {
            let unit = Terminology.Unit(unit: node.string("unit"), factor: factor)
            if units.updateValue(unit, forKey: code) != nil {
                node.defect(.duplicateID, "the unit `\(code)` stands twice")
            }
        }
    }
}
