import ClinicalModel
import DecisionLogic

/// Reads `dose-rules.json`, which a folder of knowledge may have.
struct DoseRulesReader {
    let documents: DocumentReader

    func read(_ node: DocumentNode) -> DoseRules {
        node.allow("schema", "body", "rounding", "remark", "rules")
        node.checkHeader(kind: "dose-rules", id: nil)
        return DoseRules(
            body: node.optional("body").flatMap(body), rounding: node.string("rounding"),
            remark: node.string("remark"), rules: (node.required("rules")?.elements ?? []).map(rule))
    }

    private func body(_ node: DocumentNode) -> DoseRules.Body? {
        node.allow("weight", "height", "massIndex")
        guard let weight = quantity(node, "weight", unit: "kg"), let height = quantity(node, "height", unit: "cm"),
            let index = node.required("massIndex").map({ documents.amount($0) })
        else { return nil }
        return DoseRules.Body(
            weight: weight, height: height, massIndex: Interval(lower: index.minimum, upper: index.maximum))
    }

    private func quantity(_ node: DocumentNode, _ name: String, unit: String) -> Int? {
        guard let member = node.required(name) else { return nil }
        let vocabulary = documents.conditions.vocabulary
        guard let fact = vocabulary.index(of: member.string) else {
            member.defect(
                .unknownFact, "there is no fact `\(member.string)`",
                suggestion: Suggestion.nearest(to: member.string, among: vocabulary.facts.map(\.path)))
            return nil
        }
        if vocabulary[fact].unit != unit { member.defect(.wrongUnit, "`\(member.string)` is not given in \(unit)") }
        return fact
    }

    private func rule(_ node: DocumentNode) -> DoseRules.Rule {
        node.allow("intervention", "regimen", "drug", "steps")
        return DoseRules.Rule(
            intervention: node.string("intervention"), regimen: node.string("regimen"), drug: node.string("drug"),
            steps: (node.required("steps")?.elements ?? []).map(step))
    }

    private func step(_ node: DocumentNode) -> DoseRules.Step {
        node.allow(
            "when", "set", "times", "less", "withhold", "statement", "otherwise", "optional", "section", "reference",
            "confirmed")
        var changes: [DoseRules.Change] = []
        if let set = node.optional("set") { changes.append(.set(documents.amount(set))) }
        if let less = node.optional("less") { changes.append(.less(documents.amount(less))) }
        if let times = node.optional("times") {
            if !(0...1).contains(times.number) { times.defect(.wrongType, "a share lies between 0 and 1") }
            changes.append(.times(times.number))
        }
        if let withhold = node.optional("withhold") {
            if !withhold.bool { withhold.defect(.wrongType, "withhold is true, or left out") }
            changes.append(.withhold)
        }
        if changes.count != 1 {
            node.defect(.missingMember, "a step has exactly one of `set`, `times`, `less`, `withhold`")
        }
        return DoseRules.Step(
            when: node.required("when").map(documents.conditions.read) ?? .any([]), change: changes.first ?? .withhold,
            statement: node.string("statement"), otherwise: node.optionalString("otherwise"),
            isOptional: node.optional("optional")?.bool ?? false, section: node.optionalString("section"),
            reference: node.string("reference"), isConfirmed: node.bool("confirmed"))
    }
}
