import ClinicalModel

/// Terms of several parts that say something only together, wherever they stand: `gastrin > 1000 pg/mL & duodenal ulcer`.
struct JoinedTerms: Sendable {
    /// The parts as entries of their own, which say nothing; they follow the entries of the lexicon.
    let parts: [LexiconEntry]
    /// For each such term its entry and those of its parts.
    private let terms: [(entry: Int, parts: [Int])]
    /// The terms of each first part, so that only those are looked at whose first part is there.
    private let byFirst: [Int: [Int]]

    /// The joined terms of a lexicon.
    init(_ lexicon: [LexiconEntry]) {
        var parts: [LexiconEntry] = []
        var numbers: [String: Int] = [:]
        var terms: [(entry: Int, parts: [Int])] = []
        for (entry, term) in lexicon.map(\.term).enumerated() where Self.isJoined(term) {
            let own = Self.split(term).map { part in
                if let number = numbers[part] { return number }
                let number = lexicon.count + parts.count
                numbers[part] = number
                parts.append(LexiconEntry(term: part, meaning: .says([])))
                return number
            }
            terms.append((entry, own))
        }
        (self.parts, self.terms) = (parts, terms)
        byFirst = Dictionary(grouping: terms.indices.filter { !terms[$0].parts.isEmpty }) { terms[$0].parts[0] }
    }

    /// Whether a term has several parts.
    static func isJoined(_ term: String) -> Bool { term.utf8.contains(UInt8(ascii: "&")) && term.contains(" & ") }

    private static func split(_ term: String) -> [String] {
        var parts: [String] = [""]
        for piece in term.split(separator: " ") {
            if piece == "&" {
                parts.append("")
            } else {
                parts[parts.count - 1] += (parts[parts.count - 1].isEmpty ? "" : " ") + piece
            }
        }
        return parts.filter { !$0.isEmpty }
    }

    /// The terms whose parts are all among the mentions, each with the mention of its first part.
    func together(_ mentions: [Mention]) -> [(entry: Int, mention: Mention)] {
        var begun: [(term: Int, mention: Mention)] = []
        for mention in mentions {
            for entry in mention.entries {
                for term in byFirst[entry] ?? [] where !begun.contains(where: { $0.term == term }) {
                    begun.append((term, mention))
                }
            }
        }
        begun.removeAll { term, _ in
            !terms[term].parts.allSatisfy { part in mentions.contains { $0.entries.contains(part) } }
        }
        return begun.sorted { $0.term < $1.term }.map { (terms[$0.term].entry, $0.mention) }
    }
}
