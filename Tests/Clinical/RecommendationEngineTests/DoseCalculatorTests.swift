import ClinicalModel
import DecisionLogic
import KnowledgeStore
import TestSupport
import Testing

@testable import RecommendationEngine

@Suite struct `The calculator of doses` {
    /// What is reckoned for a part of a bundled regimen, with quantities by path.
    private func dose(
        _ intervention: String, _ regimen: String, _ drug: String, _ quantities: [String: Double]
    ) throws -> DoseCalculation? {
        let knowledge = try Checkout.knowledge.get().clinical
        var values = knowledge.vocabulary.unrestricted
        for (path, number) in quantities {
            values[try #require(knowledge.vocabulary.index(of: path))] = .quantity(Interval(exactly: number))
        }
        let found = try #require(knowledge.interventions[intervention]?.regimens.first { $0.key == regimen })
        let part = try #require(found.parts.first { $0.drug == drug })
        var sources = Bibliography(knowledge.references)
        return DoseCalculator(rules: knowledge.doseRules, vocabulary: knowledge.vocabulary, values: values).dose(
            of: part, in: regimen, of: intervention, &sources)
    }

    private func words(_ calculation: DoseCalculation?) -> [String] {
        guard case .dose(let dose, _, let steps, _, _) = calculation else { return [] }
        return steps.map(\.statement) + [dose.words]
    }

    @Test func `puts another dose by surface in the place of the first`() throws {
        let body = ["patient.weight": 70.0, "patient.height": 170]
        #expect(
            words(
                try dose(
                    "folfox", "borrowed", "oxaliplatin",
                    body.merging(["renal.creatinineClearance": 20]) { $1 })) == [
                    "body surface (Mosteller): √(170 cm × 70 kg ÷ 3600) = 1.82 m², rounded to 0.01 m²",
                    "85 mg/m² × 1.82 m² = 154.7 mg",
                    "Creatinine clearance below 30 mL/min, as a start: 65 mg/m² × 1.82 m² = 118.3 mg instead of 154.7 mg",
                    "118 mg",
                ])
        #expect(
            words(
                try dose(
                    "folfox", "borrowed", "oxaliplatin",
                    body.merging(["renal.creatinineClearance": 30]) { $1 })
            ).last == "155 mg")
    }

    @Test func `multiplies both ends of a range by the weight alone`() throws {
        #expect(
            words(try dose("diazoxide", "hypoglycaemia", "diazoxide", ["patient.weight": 62.5])) == [
                "3 to 8 mg/kg/day × 62.5 kg = 187.5 to 500 mg/day", "188 to 500 mg/day",
            ])
    }

    @Test func `reckons nothing for a body that cannot be`() throws {
        let calculation = try dose(
            "capecitabine-temozolomide", "net", "temozolomide",
            ["patient.weight": 170, "patient.height": 70, "renal.creatinineClearance": 90])
        guard case .withheld(let reasons) = calculation else {
            Issue.record("something was reckoned")
            return
        }
        #expect(reasons.map(\.statement) == ["Not calculated: the weight and the height cannot be one person's."])
    }

    @Test func `says nothing of a fixed dose that no step concerns`() throws {
        #expect(try dose("lanreotide", "gep-net", "lanreotide", [:]) == nil)
        #expect(try dose("sunitinib", "net", "sunitinib", ["patient.weight": 70]) == nil)
    }

    @Test(
        "takes the body surface by Mosteller of",
        arguments: [(70.0, 170.0, 1.82), (80, 180, 2), (50, 150, 1.44), (120, 195, 2.55), (3.5, 50, 0.22)])
    func surface(_ kilograms: Double, _ centimetres: Double, _ expected: Double) {
        #expect(DoseCalculator.mosteller(kilograms: kilograms, centimetres: centimetres) == expected)
    }

    @Test func `gives less for less: more weight, height or kidney never lowers a dose of chemotherapy`() throws {
        func value(_ weight: Double, _ height: Double, _ clearance: Double) throws -> Double {
            let calculation = try dose(
                "capecitabine-temozolomide", "net", "capecitabine",
                ["patient.weight": weight, "patient.height": height, "renal.creatinineClearance": clearance])
            guard case .dose(let dose, _, _, _, _) = calculation else { return 0 }
            return dose.minimum
        }
        for weight in stride(from: 45.0, through: 120, by: 5) {
            for height in stride(from: 145.0, through: 200, by: 5) {
                for clearance in [20.0, 30, 50, 51, 100] {
                    let here = try value(weight, height, clearance)
                    #expect(try value(weight + 5, height, clearance) >= here)
                    #expect(try value(weight, height + 5, clearance) >= here)
                    #expect(try value(weight, height, clearance + 20) >= here)
                }
            }
        }
    }
}
