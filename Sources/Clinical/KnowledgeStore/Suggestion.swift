/// Finds what was probably meant.
public enum Suggestion {
    /// The candidate nearest to a word, at most a third of its letters away; nil where none is near. The first of equals.
    public static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        ranked(word, candidates).first
    }

    /// Up to `limit` candidates that are near a word, nearest first, equals in ascending order.
    public static func ranked(_ word: String, _ candidates: some Sequence<String>, limit: Int = 5) -> [String] {
        let wanted = Array(word.lowercased().unicodeScalars.prefix(64))
        let allowed = max(1, wanted.count / 3)
        return Array(
            candidates.compactMap { candidate -> (distance: Int, text: String)? in
                let distance = editDistance(wanted, Array(candidate.lowercased().unicodeScalars), limit: allowed)
                return distance <= allowed ? (distance, candidate) : nil
            }
            .sorted { ($0.distance, $0.text) < ($1.distance, $1.text) }
            .map(\.text).prefix(limit))
    }

    /// Insertions, deletions, substitutions and swaps of neighbours between two words; more than `limit` is not counted
    /// further. O(left × right), both bounded by the caller.
    static func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar], limit: Int) -> Int {
        guard abs(left.count - right.count) <= limit else { return limit + 1 }
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for i in 1...left.count {
            var row = [i]
            for j in 1...right.count {
                var best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1))
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    best = min(best, beforeLast[j - 2] + 1)
                }
                row.append(best)
            }
            (beforeLast, last) = (last, row)
        }
        return last[right.count]
    }
}
