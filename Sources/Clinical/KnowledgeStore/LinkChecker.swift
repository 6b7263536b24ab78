import ClinicalModel
import DecisionLogic

/// A rule that judges nothing any more.
struct RetiredRule {
    let id: String
    /// The rule that took its place.
    let successor: String
    let file: String
}

/// Checks what documents say of each other, and collects who cites which source.
final class LinkChecker {
    private let clinical: ClinicalKnowledge
    private let manifest: Manifest
    private let retired: [RetiredRule]
    private let today: String?
    private let log: DefectLog
    /// The recommendations that judge.
    private let rules: Set<String>
    /// Who cites each source, of all that are there.
    private var cited: [String: [String]]
    /// Who cites each source that is cited.
    var usedBy: [String: [String]] { cited.filter { !$0.value.isEmpty } }

    init(clinical: ClinicalKnowledge, manifest: Manifest, retired: [RetiredRule], today: String?, log: DefectLog) {
        self.clinical = clinical
        self.manifest = manifest
        self.retired = retired
        rules = Set(clinical.topics.flatMap { $0.recommendations.map(\.id) })
        self.today = today
        self.log = log
        cited = clinical.references.mapValues { _ in [] }
    }

    func check() {
        for derivation in clinical.derivations {
            if let reference = derivation.reference {
                cite(reference, "facts (\(derivation.id))", "derivations.\(derivation.id)")
            }
        }
        for fact in clinical.vocabulary.facts {
            if let reference = fact.freshFor?.reference {
                cite(reference, "facts (\(fact.path))", "facts.\(fact.path)")
            }
        }
        for drug in sorted(clinical.drugs) { check(drug) }
        for shared in clinical.drugNames.shared {
            if let reference = shared.reference { cite(reference, "drug-names.json", "drug-names.\(shared.id)") }
        }
        checkDoseRules()
        checkPatientAdvice()
        for intervention in sorted(clinical.interventions) { check(intervention) }
        for topic in clinical.topics { check(topic) }
        for scheme in manifest.schemes {
            if let reference = scheme.reference { cite(reference, "manifest.json", "schemes.\(scheme.id)") }
        }
        for rule in retired { checkRule(rule.successor, file: rule.file, pointer: "#/replacedBy") }
        checkDates("manifest.json", manifest.review)
        for reference in cited.filter({ $0.value.isEmpty }).keys.sorted() {
            log.add(
                KnowledgeDefect(.unusedReference, file: "references/\(reference).json", "nothing cites this source"))
        }
    }

    private func sorted<Value>(_ values: [String: Value]) -> [Value] {
        values.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The file is only named where the source is not there.
    private func cite(_ reference: String, _ file: @autoclosure () -> String, _ statement: String) {
        guard let place = cited.index(forKey: reference) else {
            log.add(
                KnowledgeDefect(
                    .danglingReference, file: file(), "there is no reference `\(reference)`",
                    suggestion: Suggestion.nearest(to: reference, among: clinical.references.keys)))
            return
        }
        Self.add(statement, to: &cited.values[place])
    }

    private static func add(_ statement: String, to statements: inout [String]) {
        if statements.last != statement { statements.append(statement) }
    }

    private func check(_ drug: Drug) {
        let file = "drugs/\(drug.id).json"
        for label in drug.labels {
            cite(label.reference, file, "drugs.\(drug.id)")
            if let type = clinical.references[label.reference]?.type, type != .label {
                log.add(KnowledgeDefect(.danglingReference, file: file, "`\(label.reference)` is no label"))
            }
        }
    }

    private func checkPatientAdvice() {
        let file = "patient-advice.json"
        let advice = clinical.patientAdvice
        for (place, entry) in advice.questions.enumerated() {
            check(entry.occasion, file, "#/questionsForDoctor/\(place)")
        }
        for (place, entry) in advice.alarms.enumerated() {
            check(entry.occasion, file, "#/seekHelp/\(place)")
            if let reference = entry.reference { cite(reference, file, "patient-advice.\(entry.id)") }
        }
    }

    private func check(_ occasion: PatientAdvice.Occasion, _ file: String, _ pointer: String) {
        for (place, id) in occasion.options.enumerated() where clinical.interventions[id] == nil {
            log.add(
                KnowledgeDefect(
                    .danglingIntervention, file: file, pointer: "\(pointer)/options/\(place)",
                    "there is no intervention `\(id)`",
                    suggestion: Suggestion.nearest(to: id, among: clinical.interventions.keys)))
        }
        for (place, id) in occasion.drugs.enumerated() where clinical.drugs[id] == nil {
            log.add(
                KnowledgeDefect(
                    .danglingDrug, file: file, pointer: "\(pointer)/drugs/\(place)", "there is no drug `\(id)`",
                    suggestion: Suggestion.nearest(to: id, among: clinical.drugs.keys)))
        }
    }

    private func checkDoseRules() {
        let file = "dose-rules.json"
        for (place, rule) in clinical.doseRules.rules.enumerated() {
            for step in rule.steps { cite(step.reference, file, "dose-rules.\(rule.intervention)") }
            guard let intervention = clinical.interventions[rule.intervention] else {
                log.add(
                    KnowledgeDefect(
                        .danglingIntervention, file: file, pointer: "#/rules/\(place)/intervention",
                        "there is no intervention `\(rule.intervention)`",
                        suggestion: Suggestion.nearest(to: rule.intervention, among: clinical.interventions.keys)))
                continue
            }
            guard let regimen = intervention.regimens.first(where: { $0.key == rule.regimen }) else {
                log.add(
                    KnowledgeDefect(
                        .danglingRegimen, file: file, pointer: "#/rules/\(place)/regimen",
                        "the intervention `\(intervention.id)` has no regimen `\(rule.regimen)`",
                        suggestion: Suggestion.nearest(to: rule.regimen, among: intervention.regimens.map(\.key))))
                continue
            }
            if !regimen.parts.contains(where: { $0.drug == rule.drug }) {
                log.add(
                    KnowledgeDefect(
                        .danglingDrug, file: file, pointer: "#/rules/\(place)/drug",
                        "the regimen has no drug `\(rule.drug)`",
                        suggestion: Suggestion.nearest(to: rule.drug, among: regimen.parts.map(\.drug))))
            }
        }
    }

    private func check(_ intervention: Intervention) {
        let file = "interventions/\(intervention.id).json"
        let named = intervention.drugs + intervention.regimens.flatMap { $0.parts.map(\.drug) }
        for drug in named where clinical.drugs[drug] == nil {
            log.add(
                KnowledgeDefect(
                    .danglingDrug, file: file, "there is no drug `\(drug)`",
                    suggestion: Suggestion.nearest(to: drug, among: clinical.drugs.keys)))
        }
        for part in intervention.regimens.flatMap(\.parts) {
            cite(part.reference, file, "interventions.\(intervention.id)")
        }
        for limit in intervention.contraindications + intervention.cautions {
            cite(limit.reference, file, "interventions.\(intervention.id)")
        }
        for limit in intervention.contraindications where limit.when == nil {
            log.add(
                KnowledgeDefect(
                    .missingMember, file: file, "a contraindication of an intervention needs `when`: whom it forbids"))
        }
    }

    private func check(_ topic: Topic) {
        let folder = "topics/\(topic.id)"
        checkDates("\(folder)/topic.json", topic.review)
        for statement in topic.statements {
            cite(statement.reference, "\(folder)/statements.json", "\(topic.id).statements.\(statement.id ?? "")")
        }
        for rule in topic.recommendations { check(rule, folder) }
        for diagnostic in topic.diagnostics {
            for statement in diagnostic.evidence {
                cite(
                    statement.reference, "\(folder)/diagnostics/\(diagnostic.id).json",
                    "\(topic.id).diagnostics.\(diagnostic.id)")
            }
        }
        for disagreement in topic.disagreements {
            let file = "\(folder)/disagreements/\(disagreement.id).json"
            for position in disagreement.positions {
                cite(position.reference, file, "\(topic.id).disagreements.\(disagreement.id)")
            }
            for rule in disagreement.between { checkRule(rule, file: file, pointer: "#/between") }
        }
    }

    private func check(_ rule: Recommendation, _ folder: String) {
        var file: String {
            "\(folder)/recommendations/\(rule.id.split(separator: ".").dropFirst().joined(separator: ".")).json"
        }
        guard let intervention = clinical.interventions[rule.intervention] else {
            log.add(
                KnowledgeDefect(
                    .danglingIntervention, file: file, pointer: "#/intervention",
                    "there is no intervention `\(rule.intervention)`",
                    suggestion: Suggestion.nearest(to: rule.intervention, among: clinical.interventions.keys)))
            return
        }
        if let key = rule.regimen, !intervention.regimens.contains(where: { $0.key == key }) {
            log.add(
                KnowledgeDefect(
                    .danglingRegimen, file: file, pointer: "#/regimen",
                    "the intervention `\(intervention.id)` has no regimen `\(key)`",
                    suggestion: Suggestion.nearest(to: key, among: intervention.regimens.map(\.key))))
        }
        let voices = rule.agreement.for + rule.agreement.against + rule.agreement.silent
        for statement in rule.evidence { cite(statement.reference, file, rule.id) }
        for voice in voices { cite(voice.reference, file, rule.id) }
        for caution in rule.cautions { cite(caution.reference, file, rule.id) }
        for refusal in rule.otherwise { cite(refusal.reference, file, rule.id) }
        let strengths = [rule.strength].compactMap({ $0 }) + voices.compactMap(\.strength)
        for strength in strengths where !manifest.defines(strength) {
            log.add(
                KnowledgeDefect(
                    .unknownGrade, file: file,
                    "the manifest defines no grade `\(strength.grade)` of `\(strength.scheme)`",
                    suggestion: Suggestion.nearest(
                        to: strength.grade,
                        among: manifest.schemes.filter { $0.id == strength.scheme }.flatMap { $0.grades.map(\.grade) }))
            )
        }
        if rule.strength != nil && !rule.evidence.contains(where: { $0.tier != .research }) {
            log.add(
                KnowledgeDefect(
                    .unsupportedStrength, file: file, pointer: "#/strength",
                    "a graded recommendation needs a guideline or label statement as evidence"))
        }
    }

    /// A rule that is named must be there and must still judge.
    private func checkRule(_ id: String, file: String, pointer: String) {
        if rules.contains(id) { return }
        if let old = retired.first(where: { $0.id == id }) {
            log.add(
                KnowledgeDefect(
                    .retiredRule, file: file, pointer: pointer, "the recommendation `\(id)` is retired",
                    suggestion: old.successor))
            return
        }
        log.add(
            KnowledgeDefect(
                .danglingRule, file: file, pointer: pointer, "there is no recommendation `\(id)`",
                suggestion: Suggestion.nearest(to: id, among: rules)))
    }

    private func checkDates(_ file: String, _ review: Review) {
        if let today, review.reviewBy < today {
            log.add(
                KnowledgeDefect(
                    .reviewOverdue, file: file, pointer: "#/review/reviewBy",
                    "the review was due on \(review.reviewBy), before \(today)"))
        }
    }
}
