import ClinicalModel
import DecisionLogic

/// Reads `coverage.json`.
struct CoverageReader {
    let conditions: ConditionReader

    /// More cells than this cannot be shown to anybody.
    static let mostCells = 10_000

    /// The axes; a value says facts in the form of a phrase's `sets`.
    func read(_ node: DocumentNode) -> CoverageAxes {
        node.allow("schema", "axes", "note")
        node.checkHeader(kind: "coverage", id: nil)
        var seen: Set<String> = []
        let axes = (node.required("axes")?.elements ?? []).map { axis in
            let read = self.axis(axis)
            if !seen.insert(read.id).inserted {
                axis.defect(.duplicateID, "the axis `\(read.id)` stands there already")
            }
            return read
        }
        let coverage = CoverageAxes(axes: axes)
        if coverage.count > Self.mostCells {
            node.defect(.tooMany, "\(coverage.count) cells; at most \(Self.mostCells)")
        }
        return coverage
    }

    private func axis(_ node: DocumentNode) -> CoverageAxes.Axis {
        node.allow("id", "title", "values", "note")
        var seen: Set<String> = []
        let values = (node.required("values")?.elements ?? []).map { value in
            value.allow("id", "sets", "note")
            let id = value.string("id")
            if !seen.insert(id).inserted { value.defect(.duplicateID, "the value `\(id)` stands there already") }
            return CoverageAxes.Value(
                id: id,
                says: value.nodes("sets").compactMap { conditions.value($0) }.map {
                    FactStatement(fact: $0.fact, value: $0.value, origin: .stated)
                })
        }
        if values.isEmpty { node.defect(.emptyValue, "an axis has at least one value") }
        return CoverageAxes.Axis(id: node.string("id"), title: node.string("title"), values: values)
    }
}
