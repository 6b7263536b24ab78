import ClinicalAPI
import ClinicalModel
import DecisionLogic
import JSONText
import KnowledgeStore
import TestSupport
import Testing

@testable import RecommendationEngine

/// A case as statements.
func statements(_ json: String) throws -> [FactStatement] {
    let reader = PatientCaseReader(vocabulary: try Checkout.knowledge.get().clinical.vocabulary)
    let (statements, _, problems) = reader.read(try JSONReader().read(Array(json.utf8)), at: .root)
    try #require(problems == [])
    return statements
}

/// The guidance for a case.
func guidance(_ json: String, audience: Audience = .clinician, explains: Bool = false) throws -> Guidance {
    try Checkout.advisor().engine.recommend(for: try statements(json), audience: audience, explains: explains)
}

private let base = #""tumor":{"kind":"neuroendocrine-tumor","primarySite":"pancreas""#

@Suite struct `The bundled cases` {
    @Test func `all pass, and see every leaf and every rule both ways`() throws {
        let advisor = try Checkout.advisor()
        let runner = CaseRunner(engine: advisor.engine) { advisor.read($0) }
        let outcomes = advisor.knowledge.cases.map(runner.run)
        for outcome in outcomes { #expect(outcome.differences == [], "\(outcome.clinicalCase.file)") }
        let coverage = ConditionCoverage(
            outcomes, knowledge: advisor.knowledge.clinical, leafCount: advisor.knowledge.leaves.count)
        #expect(coverage.leavesNeverTrue == [])
        #expect(coverage.leavesNeverFalse == [])
        #expect(coverage.rulesNeverTrue == [])
        #expect(coverage.rulesNeverNotTrue == [])
        #expect(coverage.unspokenDisagreements.isEmpty)
    }

    @Test func `show what they do not see`() throws {
        let advisor = try Checkout.advisor()
        let runner = CaseRunner(engine: advisor.engine) { advisor.read($0) }
        let one = try #require(advisor.knowledge.cases.first { $0.id == "p15-g3-ki67-60" })
        let coverage = ConditionCoverage(
            [runner.run(one)], knowledge: advisor.knowledge.clinical, leafCount: advisor.knowledge.leaves.count)
        #expect(coverage.leavesNeverTrue.count > 50)
        #expect(coverage.leavesNeverFalse.count > 50)
        #expect(coverage.rulesNeverTrue.contains("pancreatic-net.first-line-lanreotide"))
        #expect(coverage.rulesNeverNotTrue.contains("pancreatic-net.platinum-etoposide"))
    }

    @Test func `show a disagreement that nobody speaks of`() throws {
        let knowledge = try Checkout.knowledge.get()
        let spoken = try #require(knowledge.clinical.topics.first { $0.id == "pancreatic-net" })
        let silent = Topic(
            id: spoken.id, title: spoken.title, isOverlay: false, version: spoken.version, review: spoken.review,
            scope: spoken.scope, covers: spoken.covers, assumptions: spoken.assumptions, summary: spoken.summary,
            tierSummaries: spoken.tierSummaries, statements: spoken.statements,
            recommendations: spoken.recommendations, diagnostics: spoken.diagnostics, disagreements: [])
        let clinical = ClinicalKnowledge(
            vocabulary: knowledge.clinical.vocabulary, derivations: knowledge.clinical.derivations, topics: [silent],
            interventions: knowledge.clinical.interventions, drugs: knowledge.clinical.drugs,
            references: knowledge.clinical.references)
        let runner = CaseRunner(engine: RecommendationEngine(knowledge: clinical)) { _ in ([], []) }
        let outcomes = knowledge.cases.filter { $0.question == nil }.map(runner.run)
        let coverage = ConditionCoverage(outcomes, knowledge: clinical, leafCount: knowledge.leaves.count)
        #expect(
            Set(coverage.unspokenDisagreements.map { [$0.pro, $0.contra] })
                == [["pancreatic-net.platinum-etoposide", "pancreatic-net.no-platinum-in-net-g3"]])
    }

    @Test func `fail where the expectation is wrong in either direction`() throws {
        let advisor = try Checkout.advisor()
        let runner = CaseRunner(engine: advisor.engine) { advisor.read($0) }
        let good = try #require(advisor.knowledge.cases.first { $0.id == "p07-receptor-negative" })
        let wrong = ClinicalCase(
            id: good.id, file: good.file, title: good.title, question: nil, statements: good.statements,
            expectation: ClinicalCase.Expectation(
                outcome: .guidance, topic: "pancreatic-net", recommended: ["everolimus"], conditional: [:],
                excluded: [],
                diagnostics: [], assumed: [], conflicts: [], facts: nil, cautions: ["everolimus": ["unicorn"]],
                labels: ["everolimus": ["US": "off-label"]]))
        let differences = runner.run(wrong).differences
        for name in ["recommended", "conditional", "excluded", "diagnostics", "cautions", "labels"] {
            #expect(differences.contains { $0.hasPrefix(name) }, "\(name)")
        }
    }

    @Test func `cover every row of the decision table that this topic has`() throws {
        let rows = Set(try Checkout.knowledge.get().clinical.topics.flatMap { $0.recommendations.flatMap(\.rows) })
        #expect(
            rows.isSuperset(of: ["P01", "P02", "P03", "P04", "P05", "P06", "P07", "P08", "P12", "P13", "P14", "P15"]))
    }
}

@Suite struct `The completion of facts` {
    private func completion(_ json: String) throws -> FactCompletion {
        let knowledge = try Checkout.knowledge.get().clinical
        return FactCompletion(
            try statements(json), vocabulary: knowledge.vocabulary, derivations: knowledge.derivations)
    }

    private func words(_ completion: FactCompletion, _ path: String) throws -> String {
        let vocabulary = try Checkout.knowledge.get().clinical.vocabulary
        let index = try #require(vocabulary.index(of: path))
        return vocabulary[index].words(for: completion.values[index])
    }

    @Test(
        "makes the grade of a digestive tumour from both indices",
        arguments: [
            (#""ki67":2.9,"mitoses":1"#, "grade 1"), (#""ki67":2.9"#, "not known"),
            (#""ki67":3"#, "grade 2 or grade 3"),
            (#""ki67":20,"mitoses":5"#, "grade 2"), (#""ki67":20.1"#, "grade 3"),
            (#""ki67":1,"mitoses":14"#, "grade 2"),
            (#""ki67":5,"mitoses":21"#, "grade 3"), (#""mitoses":1"#, "not known"),
        ])
    func grade(_ indices: String, _ grade: String) throws {
        let made = try completion("{\(base),\(indices)}}")
        #expect(try words(made, "tumor.grade") == grade)
        #expect(made.conflicts == [])
    }

    @Test func `makes no grade from Ki-67 outside the digestive organs`() throws {
        let made = try completion(#"{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"lung","ki67":30}}"#)
        #expect(try words(made, "tumor.grade") == "not known")
    }

    @Test func `lets grade 2 cap Ki-67 without a floor`() throws {
        #expect(try words(try completion("{\(base),\"grade\":\"G2\"}}"), "tumor.ki67") == "at most 20 %")
    }

    @Test func `turns a contradiction into unknown on both sides, and keeps the site`() throws {
        let made = try completion("{\(base),\"grade\":\"G1\",\"ki67\":25}}")
        #expect(made.conflicts.count == 2)
        #expect(try words(made, "tumor.grade") == "not known")
        #expect(try words(made, "tumor.ki67") == "not known")
        #expect(try words(made, "tumor.primarySite") == "pancreas")
    }

    @Test func `gives the same for every order of derivations and statements`() throws {
        let knowledge = try Checkout.knowledge.get().clinical
        let said = try statements(
            "{\(base),\"grade\":\"G2\",\"ki67\":8,\"mitoses\":12},\"disease\":{\"metastaticSites\":[\"liver\"]},\"imaging\":{\"krenning\":4}}"
        )
        let plain = FactCompletion(said, vocabulary: knowledge.vocabulary, derivations: knowledge.derivations)
        for _ in 0..<200 {
            let shuffled = FactCompletion(
                said.shuffled(), vocabulary: knowledge.vocabulary, derivations: knowledge.derivations.shuffled())
            #expect(shuffled.values == plain.values)
            #expect(shuffled.conflicts == plain.conflicts)
        }
    }

    @Test func `gives the same conflicts for every order`() throws {
        let knowledge = try Checkout.knowledge.get().clinical
        let said = try statements("{\(base),\"grade\":\"G1\",\"ki67\":25,\"mitoses\":30,\"differentiation\":\"poor\"}}")
        let plain = FactCompletion(said, vocabulary: knowledge.vocabulary, derivations: knowledge.derivations)
        #expect(!plain.conflicts.isEmpty)
        for _ in 0..<200 {
            let shuffled = FactCompletion(
                said.shuffled(), vocabulary: knowledge.vocabulary, derivations: knowledge.derivations.shuffled())
            #expect(shuffled.values == plain.values)
            #expect(shuffled.conflicts.map(\.fact) == plain.conflicts.map(\.fact))
            #expect(shuffled.conflicts.map { Set($0.between) } == plain.conflicts.map { Set($0.between) })
        }
    }

    @Test func `only narrows what random cases say`() throws {
        let knowledge = try Checkout.knowledge.get().clinical
        for _ in 0..<3_000 {
            let said = randomStatements(knowledge.vocabulary)
            let made = FactCompletion(said, vocabulary: knowledge.vocabulary, derivations: knowledge.derivations)
            let blocked = Set(made.conflicts.flatMap(\.facts))
            for statement in said where !blocked.contains(statement.fact) {
                #expect(made.values[statement.fact].intersection(statement.value) == made.values[statement.fact])
            }
            #expect(made.values.allSatisfy { !$0.isEmpty })
        }
    }
}

/// Random statements on some facts of a vocabulary.
func randomStatements(_ vocabulary: Vocabulary) -> [FactStatement] {
    (0..<Int.random(in: 1...9)).map { _ in
        let fact = Int.random(in: 0..<vocabulary.facts.count)
        let definition = vocabulary[fact]
        let value: FactValue
        switch definition.type {
        case .code, .boolean: value = .codes(BitSet([Int.random(in: 0..<definition.codes.count)]))
        case .quantity:
            let low = max(0, definition.bounds.lower)
            let high = min(200, definition.bounds.upper)
            value = .quantity(Interval(exactly: Double(Int.random(in: Int(low.rounded(.up))...Int(high)))))
        case .set:
            let code = BitSet([Int.random(in: 0..<definition.codes.count)])
            value =
                Bool.random()
                ? definition.membership(included: code, excluded: BitSet())
                : definition.membership(included: BitSet(), excluded: code)
        }
        return FactStatement(fact: fact, value: value, origin: .stated)
    }
}

@Suite struct `The guidance` {
    private let p04 =
        "{\(base),\"ki67\":15},\"disease\":{\"extent\":\"metastatic\",\"burden\":\"high\",\"tumourSymptoms\":false},\"imaging\":{\"somatostatinReceptor\":\"positive\"}}"

    @Test func `cites exactly what it lists, numbered in the order of the answer`() throws {
        for audience in Audience.allCases {
            let answer = try guidance(p04, audience: audience)
            var cited: Set<Int> = []
            for option in answer.options {
                cited.formUnion(
                    option.evidence.map(\.number) + option.cautions.map(\.number) + option.labels.map(\.number))
                cited.formUnion(option.regimen?.numbers ?? [])
                cited.formUnion(
                    (option.agreement.for + option.agreement.against + option.agreement.silent).map(\.number))
            }
            cited.formUnion(
                answer.excluded.compactMap(\.number) + answer.diagnostics.flatMap { $0.evidence.map(\.number) })
            cited.formUnion(
                answer.tiers.flatMap { $0.statements.map(\.number) } + answer.disagreements.flatMap(\.numbers))
            #expect(cited == Set(1...answer.references.count), "\(audience)")
            #expect(Set(answer.references.map(\.id)).count == answer.references.count)
        }
    }

    @Test func `is the same in every run`() throws {
        let first = try guidance(p04)
        for _ in 0..<20 {
            let again = try guidance(p04)
            #expect(again.options.map(\.intervention.id) == first.options.map(\.intervention.id))
            #expect(again.references.map(\.id) == first.references.map(\.id))
        }
    }

    @Test func `never offers and excludes the same thing, on random cases, and never traps`() throws {
        let engine = try Checkout.advisor().engine
        let fixed = try statements("{\(base)},\"disease\":{\"extent\":\"metastatic\"},\"treatment\":{\"line\":1}}")
        for _ in 0..<3_000 {
            let answer = engine.recommend(
                for: fixed + randomStatements(engine.knowledge.vocabulary), explains: Bool.random())
            let offered = Set(answer.options.map(\.intervention.id))
            #expect(offered.count == answer.options.count)
            #expect(offered.isDisjoint(with: answer.excluded.map(\.intervention.id)))
            #expect(answer.options.map(\.isRecommended) == answer.options.map(\.isRecommended).sorted { $0 && !$1 })
            #expect(answer.options.allSatisfy { $0.isRecommended == $0.needs.isEmpty })
        }
    }

    @Test func `settling what a conditional option needs settles the option`() throws {
        let open = try guidance(
            "{\(base),\"grade\":\"G2\"},\"disease\":{\"extent\":\"metastatic\",\"burden\":\"high\"}}")
        let vocabulary = try Checkout.knowledge.get().clinical.vocabulary
        let lanreotide = try #require(open.options.first)
        #expect(lanreotide.intervention.id == "lanreotide")
        #expect(lanreotide.needs.map { vocabulary[$0].path } == ["imaging.somatostatinReceptor"])
        let settled = try guidance(
            "{\(base),\"grade\":\"G2\"},\"disease\":{\"extent\":\"metastatic\",\"burden\":\"high\"},\"imaging\":{\"somatostatinReceptor\":\"positive\"}}"
        )
        #expect(settled.options.first?.intervention.id == "lanreotide")
        #expect(settled.options.first?.isRecommended == true)
    }

    @Test func `tells a patient no dose, and every caution`() throws {
        let clinician = try guidance(p04)
        let patient = try guidance(p04, audience: .patient)
        #expect(patient.options.map(\.intervention.id) == clinician.options.map(\.intervention.id))
        #expect(patient.options.allSatisfy { $0.regimen == nil })
        #expect(patient.options.map(\.cautions.count) == clinician.options.map(\.cautions.count))
    }

    @Test func `shows both voices where sources disagree on platinum in grade 3`() throws {
        let answer = try guidance("{\(base),\"ki67\":60},\"disease\":{\"extent\":\"metastatic\"}}")
        let platinum = try #require(answer.options.first { $0.intervention.id == "platinum-etoposide" })
        #expect(platinum.agreement.for.map(\.voice.source) == ["NCCN v3.2025"])
        #expect(platinum.agreement.against.map(\.voice.source) == ["ENETS 2024"])
        #expect(answer.disagreements.contains { $0.disagreement.id == "d13-platinum-in-net-g3" })
    }
}
