import Foundation

/// What an app does with the generated client: every form of a fact's value, lists, refusals.
@main struct Client {
    static func expect(_ name: String, _ holds: Bool, _ checks: inout Int) {
        checks += 1
        if !holds {
            print("swift: \(name) does not hold")
            exit(1)
        }
    }

    static func problem(_ call: @Sendable () async throws(ErrorResponse) -> Void) async throws -> Problem {
        do {
            try await call()
        } catch ErrorResponse.error(_, let body, _, _) {
            return try JSONDecoder().decode(Problem.self, from: body ?? Data())
        }
        throw CocoaError(.featureUnsupported)
    }

    static func main() async throws {
        var checks = 0
        OpenAPIClientAPIConfiguration.shared.basePath = ProcessInfo.processInfo.environment["BASE"] ?? ""
        let tumor = TumorFacts(
            biomarkers: .typeArrayOfTumorBiomarkersCode([]),
            grade: .typeTumorGradeChoice(TumorGradeChoice(anyOf: [.g1, .g2])),
            ki67: .typeMeasuredQuantity(MeasuredQuantity(min: 3, max: 20, unit: "%", exclusive: .max)),
            kind: .typeTumorKindCode(.neuroendocrineTumor), lymphovascularInvasion: true,
            mitoses: .typeMeasuredQuantity(MeasuredQuantity(value: 4, unit: "/(2.mm2)")),
            primarySite: .typeTumorPrimarySiteCode(.pancreas), size: .typeDouble(25))
        let disease = DiseaseFacts(
            extent: .typeDiseaseExtentCode(.metastatic),
            metastaticSites: .typeDiseaseMetastaticSitesWithExclusions(
                DiseaseMetastaticSitesWithExclusions(includes: [.liver], excludes: [.brain])))
        let treatment = TreatmentFacts(
            intolerance: .typeCodeSetWhole(CodeSetWhole(includes: ["everolimus"], complete: true)),
            prior: .typeArrayOfString(["lanreotide"]))
        let answer = try await RecommendationAPI.recommend(
            recommendRequest: RecommendRequest(
                _case: PatientCase(tumor: tumor, disease: disease, treatment: treatment), explain: .summary))
        let facts = Dictionary(
            uniqueKeysWithValues: (answer._case.facts ?? []).filter { $0.origin == .stated }.map { ($0.path, $0) })
        func value(_ path: String) throws -> String {
            String(decoding: try JSONEncoder().encode(facts[path]?.value), as: UTF8.self)
        }
        expect("a plain number", try value("tumor.size") == "25", &checks)
        expect("a quantity", try value("tumor.mitoses") == "4", &checks)
        expect("a range", try value("tumor.ki67").contains("\"max\":20"), &checks)
        expect("a boolean", try value("tumor.lymphovascularInvasion") == "true", &checks)
        expect("a code", try value("disease.extent") == "\"metastatic\"", &checks)
        expect("one of several", try value("tumor.grade") != "null", &checks)
        expect("a list", try value("treatment.prior").contains("\"lanreotide\""), &checks)
        expect("an exclusion", facts["disease.metastaticSites"]?.excludes?.contains("brain") == true, &checks)
        expect("nothing else", facts["treatment.intolerance"]?.excludes?.contains("surgery") == true, &checks)
        expect("an empty list", facts["tumor.biomarkers"]?.excludes?.contains("msi-high") == true, &checks)
        expect("references", answer.references?.first?.number == 1, &checks)
        let asked = try await RecommendationAPI.recommendByQuery(
            question: "Is lanreotide an option in a grade 1 ileal NET?")
        expect("a question", asked._case.facts?.contains { $0.origin == .read } == true, &checks)

        let drug = try await KnowledgeAPI.getDrug(name: "Somatuline Depot")
        expect("a brand name", drug.id == "lanreotide" && drug.match.kind == .brand, &checks)
        let missing = try await problem { @Sendable () async throws(ErrorResponse) in
            _ = try await KnowledgeAPI.getDrug(name: "lanreotid")
        }
        expect("suggestions", missing.status == 404 && missing.suggestions?.contains("lanreotide") == true, &checks)
        let wrong = PatientCase(tumor: TumorFacts(ki67: .typeDouble(130)))
        let refused = try await problem { @Sendable () async throws(ErrorResponse) in
            _ = try await RecommendationAPI.recommend(recommendRequest: RecommendRequest(_case: wrong))
        }
        expect("pointers", refused.errors?.first?.pointer == "#/case/tumor/ki67", &checks)

        var names: [String] = []
        var cursor: String?
        repeat {
            let page = try await KnowledgeAPI.listReferences(limit: 40, cursor: cursor)
            names += page.items.map(\.id)
            cursor = page.page.nextCursor
        } while cursor != nil
        expect("pages without a repetition", Set(names).count == names.count && names.count > 40, &checks)
        let recent = try await KnowledgeAPI.listReferences(yearGe: 2020, sort: "-year", fields: "year", limit: 5)
        let years = recent.items.compactMap(\.year)
        expect("sorted and filtered", years.count == 5 && years[4] >= 2020 && years == years.sorted(by: >), &checks)
        expect("a reference", try await KnowledgeAPI.getReference(id: names[0]).id == names[0], &checks)
        let topic = try await KnowledgeAPI.getTopic(id: "pancreatic-net")
        let grade = topic.facts.first { $0.path == "tumor.grade" }
        expect("the facts of a topic", grade?.codes?.count == 3, &checks)
        print("swift: \(checks) checks")
    }
}
