package import ClinicalAPI

/// How well the reader reads labelled sentences: by fact what was right, invented and missed.
package struct ReadingScore: Sendable {
    /// The counts of one fact.
    package struct Row: Sendable, Equatable {
        /// Said and read.
        package var right: Int
        /// Read and not said.
        package var invented: Int
        /// Said and not read.
        package var missed: Int

        /// Counts.
        package init(right: Int = 0, invented: Int = 0, missed: Int = 0) {
            (self.right, self.invented, self.missed) = (right, invented, missed)
        }

        /// The share of what was read that was said, 0…1; 1 where nothing was read.
        package var precision: Double { right + invented == 0 ? 1 : Double(right) / Double(right + invented) }
        /// The share of what was said that was read, 0…1; 1 where nothing was said.
        package var recall: Double { right + missed == 0 ? 1 : Double(right) / Double(right + missed) }
    }

    /// The rows by the name of the fact.
    package private(set) var rows: [String: Row] = [:]
    /// The sentences whose reading differs from their label.
    package private(set) var faults: [(text: String, invented: [String], missed: [String])] = []
    /// How many sentences were read.
    package let sentences: Int

    /// Reads sentences.
    package init(_ sentences: [LabelledSentence], by advisor: Advisor) {
        self.sentences = sentences.count
        for sentence in sentences {
            let read = advisor.labels(of: sentence.text)
            let (invented, missed) = (read.subtracting(sentence.facts), sentence.facts.subtracting(read))
            for fact in read.intersection(sentence.facts) { rows[Self.name(fact), default: Row()].right += 1 }
            for fact in invented { rows[Self.name(fact), default: Row()].invented += 1 }
            for fact in missed { rows[Self.name(fact), default: Row()].missed += 1 }
            if !invented.isEmpty || !missed.isEmpty {
                faults.append((sentence.text, invented.sorted(), missed.sorted()))
            }
        }
    }

    /// All facts together.
    package var total: Row {
        rows.values.reduce(into: Row()) { sum, row in
            sum.right += row.right
            sum.invented += row.invented
            sum.missed += row.missed
        }
    }

    /// The rows as lines of a table, most frequent facts first, the total last.
    package var table: [String] {
        let ordered = rows.sorted { one, other in
            let counts = [one, other].map { $0.value.right + $0.value.missed }
            return counts[0] == counts[1] ? one.key < other.key : counts[0] > counts[1]
        }
        let lines = (ordered.map { ($0.key, $0.value) } + [("all", total)]).map { name, row in
            let counts = [row.right, row.invented, row.missed].map(String.init)
            return Self.line(name, counts + [row.precision, row.recall].map(Self.share))
        }
        return [Self.line("fact", ["right", "invented", "missed", "precision", "recall"])] + lines
    }

    private static func name(_ label: String) -> String { label.split(separator: "=").first.map(String.init) ?? label }

    private static func share(_ value: Double) -> String {
        let thousandths = Int((value * 1_000).rounded())
        return thousandths == 1_000 ? "1.000" : "0." + String(String(thousandths + 1_000).dropFirst())
    }

    private static func line(_ name: String, _ cells: [String]) -> String {
        name + String(repeating: " ", count: max(1, 26 - name.count))
            + cells.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined()
    }
}
