import ClinicalAPI
import ClinicalModel
import KnowledgeStore
import TestSupport
import Testing

@testable import RecommendationEngine

@Suite struct `The coverage matrix` {
    private func matrix() throws -> CoverageMatrix {
        let knowledge = try Checkout.knowledge.get()
        return CoverageMatrix(axes: knowledge.coverage, knowledge: knowledge.clinical)
    }

    @Test func `has a cell for every combination, once`() throws {
        let matrix = try matrix()
        #expect(matrix.cells.count == matrix.axes.count && matrix.cells.count > 2_000)
        #expect(Set(matrix.cells.map(\.place)).count == matrix.cells.count)
    }

    /// The engine is the oracle: a covered cell is a patient who gets guidance by these topics, an uncovered one gets none.
    @Test func `says of a cell what the engine says of such a patient`() throws {
        let matrix = try matrix()
        let engine = try Checkout.advisor().engine
        for cell in matrix.cells.indices.filter({ $0 % 11 == 0 }).map({ matrix.cells[$0] }) {
            let says = zip(matrix.axes.axes, cell.place).flatMap { $0.values[$1].says }
            let answer = engine.recommend(for: says)
            let options = Set(answer.options.flatMap { $0.rules.map(\.id) })
            if answer.conflicts.isEmpty {
                #expect((answer.outcome == .guidance) == (cell.topic != nil), "\(matrix.values(of: cell))")
                #expect(answer.overlays.map(\.id) == cell.overlays)
            }
            if cell.topic != nil {
                #expect(answer.topic?.id == cell.topic)
                #expect(
                    options.isSubset(of: cell.recommended + cell.conditional + against(engine.knowledge)),
                    "\(matrix.values(of: cell))")
            }
        }
    }

    private func against(_ knowledge: ClinicalKnowledge) -> [String] {
        knowledge.topics.flatMap(\.recommendations).filter { $0.direction == .against }.map(\.id)
    }

    @Test func `leaves no advanced neuroendocrine tumour of the digestive tract, lung or pancreas uncovered`() throws {
        let matrix = try matrix()
        let gaps = matrix.cells.filter { !$0.isCovered }.map { matrix.values(of: $0).map(\.value) }
        #expect(
            !gaps.contains {
                ["G1", "G2", "G3"].contains($0[1]) && ["pancreas", "small-intestine", "lung", "rectum"].contains($0[0])
            })
        #expect(gaps.contains { $0[0] == "paraganglia" && $0[1] == "G1" })
    }
}
