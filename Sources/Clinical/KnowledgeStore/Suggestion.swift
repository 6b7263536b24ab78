import ClinicalModel

/// Finds what was probably meant.
public enum Suggestion {
    /// The candidate nearest to a word, at most a third of its letters away; nil where none is near. The first of equals.
    public static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        ranked(word, candidates).first
    }

    /// Up to `limit` candidates that are near a word, nearest first, equals in ascending order.
    public static func ranked(_ word: String, _ candidates: some Sequence<String>, limit: Int = 5) -> [String] {
        let wanted = String(word.lowercased().prefix(64))
        let allowed = max(1, wanted.unicodeScalars.count / 3)
        return Array(
            candidates.compactMap { candidate -> (distance: Int, text: String)? in
                let distance = EditDistance.between(wanted, candidate.lowercased(), limit: allowed)
                return distance <= allowed ? (distance, candidate) : nil
            }
            .sorted { ($0.distance, $0.text) < ($1.distance, $1.text) }
            .map(\.text).prefix(limit))
    }
}
