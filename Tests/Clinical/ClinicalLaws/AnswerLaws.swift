import ClinicalModel
import DecisionLogic
import RecommendationEngine

/// What must hold of every answer, whatever the disease and the drug.
package enum AnswerLaws {
    /// All of them.
    package static let all: [Law] = [dose, apart, silence, ledger, refusals, child, labels]

    private static let dose = Law("no dose without its unit and its source") { _, judged, _ in
        let options = judged.answer.options.filter { $0.regimen != nil }
        if options.isEmpty { return .vacuous }
        for option in options {
            guard let (regimen, numbers, _) = option.regimen, regimen.parts.count == numbers.count else {
                return .broken("\(option.intervention.id): parts and sources differ")
            }
            for (part, number) in zip(regimen.parts, numbers) {
                let references = judged.answer.references
                guard !part.dose.unit.isEmpty, part.dose.minimum > 0, part.dose.maximum >= part.dose.minimum,
                    references.indices.contains(number - 1), references[number - 1].id == part.reference
                else { return .broken("\(option.intervention.id): \(part.drug) \(part.dose) [\(number)]") }
            }
        }
        return .kept
    }

    private static let apart = Law("nothing is both offered and excluded, and nothing twice") { _, judged, _ in
        let offered = judged.answer.options.map(\.intervention.id)
        let excluded = judged.answer.excluded.map(\.intervention.id)
        if offered.isEmpty || excluded.isEmpty { return .vacuous }
        let all = offered + excluded
        guard Set(all).count == all.count else { return .broken(all.sorted().joined(separator: " ")) }
        return .kept
    }

    private static let silence = Law(
        "no contraindication that holds is offered, and none whose fact is unknown is passed over in silence"
    ) { bench, judged, _ in
        var premise = false
        for option in judged.answer.options {
            for (when, wording) in bench.knowledge.prohibitions(of: option.intervention) {
                switch when.evaluate(judged.values) {
                case .false: continue
                case .true: return .broken("\(option.intervention.id) is offered although: \(wording.clinician)")
                case .unknown:
                    premise = true
                    let told = option.cautions.contains {
                        $0.severity == .contraindication && $0.wording == wording && !$0.needs.isEmpty
                    }
                    if !told { return .broken("\(option.intervention.id) is silent on: \(wording.clinician)") }
                }
            }
        }
        return premise ? .kept : .vacuous
    }

    private static let ledger = Law("the ledger of an option names every limit that its case can decide, as it is") {
        bench, judged, _ in
        let answer = bench.engine.recommend(for: judged.statements, explains: true)
        if answer.options.isEmpty && answer.excluded.isEmpty { return .vacuous }
        for option in answer.options {
            if option.safety.contains(where: { $0.verdict == .contraindicated }) {
                return .broken("\(option.intervention.id) is offered and contraindicated")
            }
        }
        let entries =
            answer.options.map { ($0.intervention, $0.safety) } + answer.excluded.map { ($0.intervention, $0.safety) }
        for (intervention, safety) in entries {
            let forbidding = bench.knowledge.prohibitions(of: intervention)
            for (when, wording) in forbidding {
                let expected: SafetyItem.Verdict =
                    switch when.evaluate(judged.values) {
                    case .true: .contraindicated
                    case .false: .clear
                    case .unknown: .notEvaluable
                    }
                guard safety.contains(where: { $0.wording == wording && $0.verdict == expected }) else {
                    return .broken("\(intervention.id): \(expected.rawValue) is missing: \(wording.clinician)")
                }
            }
            for item in safety where (item.verdict == .notEvaluable) != !item.needs.isEmpty {
                return .broken("\(intervention.id): \(item.verdict.rawValue) with \(item.needs.count) needs")
            }
        }
        return .kept
    }

    private static let refusals = Law(
        "nothing that the patient declines or did not tolerate is offered",
        emphasis: [
            ["lanreotide", "everolimus", "chemotherapy", "somatostatin-analogue", "surgery"].map {
                .includes("patient.declines", $0)
            },
            ["octreotide", "sunitinib", "tyrosine-kinase-inhibitor", "capecitabine-temozolomide"].map {
                .includes("treatment.intolerance", $0)
            },
        ]
    ) { bench, judged, _ in
        var refused: Set<String> = []
        for fact in bench.vocabulary.refusals {
            guard case .members(let included, _) = judged.values[fact] else { continue }
            refused.formUnion(included.members.map { bench.vocabulary[fact].codes[$0].id })
        }
        guard judged.answer.judges(refused) else { return .vacuous }
        return judged.answer.offered(refused).first.map { .broken("\($0.intervention.id) is offered") } ?? .kept
    }

    private static let child = Law(
        "no dose in an answer about a child",
        emphasis: [[.exactly("patient.age", 0), .exactly("patient.age", 9), .below("patient.age", 18)]],
        near: ["lutetium-lu-177-dotatate", "octreotide", "everolimus", "diazoxide"]
    ) { bench, judged, _ in
        let isChild = Said.below("patient.age", 18).truth(in: bench.vocabulary, judged.values)
        guard isChild == .true, judged.answer.outcome == .guidance else { return .vacuous }
        if let option = judged.answer.options.first(where: { $0.regimen != nil }) {
            return .broken("\(option.intervention.id) has a regimen")
        }
        for text in judged.answer.advice where text.clinician.namesDose { return .broken(text.clinician) }
        return .kept
    }

    private static let labels = Law("an option that no label permits says so, for each label of each of its drugs") {
        bench, judged, _ in
        var premise = false
        for option in judged.answer.options {
            guard let lead = option.rules.first.flatMap({ bench.rules[$0.id] }) else {
                return .broken("no rule speaks")
            }
            for drug in option.intervention.drugs {
                guard let labels = bench.knowledge.drugs[drug]?.labels, !labels.isEmpty else {
                    return .broken("\(drug) has no label")
                }
                for label in labels {
                    let truths = label.indications.filter { $0.use == lead.use }.map {
                        $0.fact.when?.evaluate(judged.values) ?? .true
                    }
                    let permits = truths.max() ?? .false
                    premise = premise || permits == .false
                    let told = option.labels.first { $0.drug == drug && $0.jurisdiction == label.jurisdiction }
                    let isRight =
                        switch (label.status, permits) {
                        case ("not-authorised", _): told?.status == "not-authorised"
                        case (_, .false): told?.status == "off-label"
                        case (_, .unknown): told?.status == "labelled" && told?.needs.isEmpty == false
                        case (_, .true): told?.status == "labelled" && told?.needs.isEmpty == true
                        }
                    guard isRight else {
                        return .broken("\(drug) \(label.jurisdiction) for \(lead.use): \(told?.status ?? "nothing")")
                    }
                }
            }
        }
        return premise ? .kept : .vacuous
    }
}

extension ClinicalKnowledge {
    /// Every limit that forbids an intervention where it holds.
    func prohibitions(of intervention: Intervention) -> [(when: Condition, wording: Wording)] {
        var found = intervention.contraindications.compactMap { limit in limit.when.map { ($0, limit.wording) } }
        for label in intervention.drugs.compactMap({ drugs[$0] }).flatMap(\.labels) {
            for part in DrugLabel.Part.allCases where part.forbids {
                found += (label.facts[part] ?? []).compactMap { fact in fact.when.map { ($0, fact.wording) } }
            }
        }
        return found
    }
}

extension Guidance {
    /// All sentences that advise: what is said of the whole case, of options and of exclusions.
    var advice: [Wording] {
        summary + tiers.flatMap { [$0.summary].compactMap { $0 } + $0.statements.map(\.statement.wording) }
            + options.flatMap { $0.evidence.map(\.statement.wording) + $0.cautions.map(\.wording) }
            + options.compactMap { $0.placement.map { Wording(clinician: $0) } } + excluded.map(\.reason)
            + diagnostics.map(\.diagnostic.wording)
    }
}

extension String {
    /// Whether an amount of a drug stands in it, such as `2.5 mg` or `7.4 GBq`; a concentration is none.
    var namesDose: Bool {
        let units = ["mg", "g/m2", "g/m²", "µg", "mcg", "GBq", "MBq", "mCi", "IU", "microgram"]
        let scalars = Array(unicodeScalars)
        for (index, scalar) in scalars.enumerated() where (48...57).contains(scalar.value) {
            var rest = scalars[(index + 1)...]
            if let next = rest.first, (48...57).contains(next.value) || next == "." || next == "," { continue }
            while rest.first == " " || rest.first == "\u{A0}" { rest = rest.dropFirst() }
            let text = String(String.UnicodeScalarView(rest.prefix(14)))
            for unit in units where text.hasPrefix(unit) {
                let after = text.dropFirst(unit.count)
                if after.first?.isLetter == true || after.hasPrefix("/dL") || after.hasPrefix("/L") { continue }
                return true
            }
        }
        return false
    }
}
