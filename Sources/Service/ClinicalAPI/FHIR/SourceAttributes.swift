import ClinicalModel
import DecisionLogic
import JSONText
import KnowledgeStore

/// The source attributes of a recommendation that 45 CFR 170.315(b)(11)(iv)(A) lists for evidence-based decision support,
/// made from what its rules read: nothing of it is written by hand, so a rule that begins to read sex says so itself.
struct SourceAttributes {
    let knowledge: KnowledgeBase

    /// The facts that stand for each attribute; a fact that the knowledge does not have is never read.
    private static let paths: [(member: String, paths: [String])] = [
        ("usesRace", ["patient.race"]), ("usesEthnicity", ["patient.ethnicity"]),
        ("usesLanguage", ["patient.language"]), ("usesSexualOrientation", ["patient.sexualOrientation"]),
        ("usesGenderIdentity", ["patient.genderIdentity"]), ("usesSex", ["patient.sex"]),
        ("usesDateOfBirth", ["patient.age"]), ("usesSDOH", ["patient.sdoh"]),
        ("usesHealthStatus", ["patient.performanceStatus", "patient.pregnancy"]),
    ]

    /// Writes the members for what these rules say of an intervention. `references` are the sources that the answer cites for
    /// it.
    func write(
        _ rules: [String], of intervention: Intervention, references: [Reference], to json: inout JSONWriter
    ) {
        let manifest = knowledge.manifest
        json.member("citation", references.map(Self.citation))
        json.member("developer", manifest.developer)
        json.member("funding", manifest.funding)
        json.member("released", manifest.released)
        json.member("revised", revised(rules))
        let readers = readers(of: rules, intervention)
        for (member, paths) in Self.paths {
            let found = paths.compactMap { path in readers[path].map { (path: path, by: $0) } }
            json.object(member) { json in
                json.member("used", !found.isEmpty)
                json.member(
                    "why", found.isEmpty ? nil : found.map { "\($0.path) is read by \($0.by)" }.joined(separator: "; "))
            }
        }
    }

    /// `Title. Journal year. doi:…`, as far as it is known.
    private static func citation(_ reference: Reference) -> String {
        let parts: [String?] = [
            reference.authors, reference.title,
            [reference.journal, reference.year.map(String.init)].compactMap { $0 }.joined(separator: " "),
            reference.revision, reference.doi.map { "doi:\($0)" },
        ]
        return parts.compactMap { $0 }.filter { !$0.isEmpty }
            .map { $0.last == "." ? String($0.dropLast()) : $0 }.joined(separator: ". ")
    }

    /// The day on which the topic of the first rule was reviewed.
    private func revised(_ rules: [String]) -> String {
        let topic = rules.first.flatMap { rule in
            knowledge.clinical.topics.first { $0.recommendations.contains { $0.id == rule } }
        }
        return knowledge.review(of: [topic].compactMap { $0 }).reviewed
    }

    /// Who reads each of the facts above: the rules, the limits of the treatment, the labels of its drugs, and what a fact is
    /// derived from.
    func readers(of rules: [String], _ intervention: Intervention) -> [String: String] {
        var readers: [Int: String] = [:]
        func read(_ condition: Condition?, _ reader: String) {
            condition?.forEachLeaf { if readers[$0.fact] == nil { readers[$0.fact] = reader } }
        }
        for topic in knowledge.clinical.topics {
            for rule in topic.recommendations where rules.contains(rule.id) {
                let reader = "the rule \(rule.id)"
                read(rule.appliesWhen, reader)
                for rank in rule.ranks { read(rank.when, reader) }
                for refusal in rule.otherwise { read(refusal.when, reader) }
                for limit in rule.cautions { read(limit.when, reader) }
            }
        }
        for limit in intervention.contraindications + intervention.cautions {
            read(limit.when, "a limit of \(intervention.id)")
        }
        for drug in intervention.drugs.compactMap({ knowledge.clinical.drugs[$0] }) {
            for label in drug.labels {
                let reader = "the \(label.jurisdiction) label of \(drug.id)"
                for indication in label.indications { read(indication.fact.when, reader) }
                for part in DrugLabel.Part.allCases {
                    for fact in label.facts[part] ?? [] { read(fact.when, reader) }
                }
            }
        }
        // What is derived rests on what it is derived from; to a fixpoint, as one leads to another.
        var grew = true
        while grew {
            grew = false
            for derivation in knowledge.clinical.derivations where readers[derivation.fact] != nil {
                let before = readers.count
                read(derivation.given, "the derivation \(derivation.id)")
                read(derivation.when, "the derivation \(derivation.id)")
                grew = grew || readers.count > before
            }
        }
        let vocabulary = knowledge.clinical.vocabulary
        return Dictionary(uniqueKeysWithValues: readers.map { (vocabulary[$0.key].path, $0.value) })
    }
}
