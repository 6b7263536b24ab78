import ClinicalModel
import JSONText
import RecommendationEngine
import Synchronization

/// The coverage matrix of a release, made when somebody first asks for a document that tells of it.
final class CoverageOnDemand: Sendable {
    private let present = Mutex<CoverageMatrix?>(nil)
    private let axes: CoverageAxes
    private let knowledge: ClinicalKnowledge

    init(axes: CoverageAxes, knowledge: ClinicalKnowledge) {
        self.axes = axes
        self.knowledge = knowledge
    }

    /// The matrix.
    var matrix: CoverageMatrix {
        present.withLock { present in
            if let present { return present }
            let made = CoverageMatrix(axes: axes, knowledge: knowledge)
            present = made
            return made
        }
    }
}

/// Writes what the matrix says.
struct CoverageJSON {
    let matrix: CoverageMatrix

    /// The axes with their values.
    func writeAxes(to json: inout JSONWriter) {
        json.list("axes", matrix.axes.axes) { json, axis in
            json.beginObject()
            json.member("id", axis.id)
            json.member("title", axis.title)
            json.member("values", axis.values.map(\.id))
            json.endObject()
        }
    }

    /// A cell with the rules that it is linked to.
    func write(_ cell: CoverageMatrix.Cell, to json: inout JSONWriter) {
        json.beginObject()
        writePlace(cell, to: &json)
        json.member("covered", cell.isCovered)
        if !cell.overlays.isEmpty { json.member("overlays", cell.overlays) }
        if !cell.recommended.isEmpty { json.member("recommended", cell.recommended) }
        if !cell.conditional.isEmpty { json.member("conditional", cell.conditional) }
        json.endObject()
    }

    /// The member `coverage` of a release: how much is covered, and each cell that is not.
    func writeTotals(to json: inout JSONWriter) {
        json.object("coverage") { json in
            writeAxes(to: &json)
            json.member("cells", matrix.cells.count)
            json.member("covered", matrix.cells.count(where: \.isCovered))
            json.list("notCovered", matrix.cells.filter { !$0.isCovered }) { json, cell in
                json.beginObject()
                writePlace(cell, to: &json)
                json.endObject()
            }
        }
    }

    private func writePlace(_ cell: CoverageMatrix.Cell, to json: inout JSONWriter) {
        json.object("at") { json in
            for (axis, value) in matrix.values(of: cell) { json.member(axis, value) }
        }
    }
}
