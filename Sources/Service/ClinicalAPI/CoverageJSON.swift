import ClinicalModel
import JSONText
import RecommendationEngine

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
