import ClinicalModel
import DecisionLogic
import JSONText

/// Reads the documents of cases, half of all documents. It needs nothing of the knowledge but the facts, and its own log, so
/// that cases are read beside the rest.
struct CaseReader: Sendable {
    let vocabulary: Vocabulary

    /// The cases of some topics, in their order, with everything that is wrong in them.
    func read(_ topics: [String], _ files: KnowledgeFiles) -> (cases: [ClinicalCase], defects: [KnowledgeDefect]) {
        let files = LoggedFiles(files: files, log: DefectLog())
        let cases = topics.flatMap { files.folder("topics/\($0)/cases") }.map { clinicalCase($0.name, $0.node) }
        return (cases, files.log.defects)
    }

    private func clinicalCase(_ name: String, _ node: DocumentNode) -> ClinicalCase {
        node.allow("schema", "id", "title", "question", "case", "expect")
        node.checkHeader(kind: "case", id: name)
        if !node.has("question") && !node.has("case") {
            node.defect(.missingMember, "a case needs `question` or `case`")
        }
        let reader = PatientCaseReader(vocabulary: vocabulary)
        var statements: [FactStatement] = []
        if let content = node.optional("case") {
            let (read, _, problems) = reader.read(content.value, at: content.pointer)
            statements = read
            log(problems, of: node)
        }
        return ClinicalCase(
            id: name, file: node.file, title: node.string("title"), question: node.optionalString("question"),
            statements: statements, expectation: expectation(node.required("expect"), reader, node))
    }

    private func log(_ problems: [CaseProblem], of node: DocumentNode) {
        for problem in problems {
            node.log.add(
                KnowledgeDefect(
                    problem.code == "wrong-unit"
                        ? .wrongUnit : problem.code == "unknown-code" ? .unknownCode : .wrongType,
                    file: node.file, pointer: problem.pointer.description, problem.detail,
                    suggestion: problem.didYouMean))
        }
    }

    private func expectation(
        _ node: DocumentNode?, _ reader: PatientCaseReader, _ document: DocumentNode
    ) -> ClinicalCase.Expectation {
        node?.allow(
            "outcome", "topic", "overlays", "recommended", "conditional", "excluded", "diagnostics", "assumed",
            "conflicts",
            "facts",
            "cautions", "labels", "doses")
        let outcome = node?.choice("outcome", ["guidance", "data-required", "out-of-scope"]) ?? ""
        var conditional: [String: [String]] = [:]
        for (name, needs) in node?.optional("conditional")?.members ?? [] {
            conditional[name] = needs.elements.map(\.string).sorted()
        }
        var cautions: [String: [String]] = [:]
        for (name, words) in node?.optional("cautions")?.members ?? [] { cautions[name] = words.elements.map(\.string) }
        var labels: [String: [String: String]] = [:]
        for (name, status) in node?.optional("labels")?.members ?? [] {
            labels[name] = Dictionary(
                status.members.map { ($0.name, $0.node.string) }, uniquingKeysWith: { first, _ in first })
        }
        var facts: [FactStatement]?
        if let expected = node?.optional("facts") {
            facts = []
            for (path, value) in expected.members {
                guard let fact = vocabulary.index(of: path) else {
                    value.defect(
                        .unknownFact, "unknown fact `\(path)`",
                        suggestion: Suggestion.nearest(to: path, among: vocabulary.facts.map(\.path)))
                    continue
                }
                let (statement, problems) = reader.readValue(value.value, of: fact, at: value.pointer)
                log(problems, of: document)
                if let statement { facts?.append(statement) }
            }
        }
        return ClinicalCase.Expectation(
            outcome: Guidance.Outcome(rawValue: outcome) ?? .guidance, topic: node?.optionalString("topic"),
            overlays: node?.optionalStrings("overlays") ?? [], recommended: node?.optionalStrings("recommended") ?? [],
            conditional: conditional,
            excluded: (node?.optionalStrings("excluded") ?? []).sorted(),
            diagnostics: node?.optionalStrings("diagnostics") ?? [],
            assumed: (node?.optionalStrings("assumed") ?? []).sorted(),
            conflicts: (node?.optionalStrings("conflicts") ?? []).sorted(), facts: facts, cautions: cautions,
            labels: labels,
            doses: Dictionary(
                (node?.optional("doses")?.members ?? []).map { ($0.name, $0.node.elements.map(\.string)) },
                uniquingKeysWith: { first, _ in first }))
    }
}
