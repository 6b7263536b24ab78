import ClinicalModel
import DecisionLogic

/// The remarks on how a question was read.
enum Remarks {
    /// An emergency is named.
    static let urgent = CaseNote(
        .urgentCare,
        "This may be an emergency: act by the local emergency protocol now; this answer is not for emergencies.")

    /// More than one patient is described.
    static let severalPatients = CaseNote(
        .multiplePatients, "More than one patient seems to be described; ask about one at a time.")

    /// A value that cannot be.
    static func impossible(_ definition: FactDefinition) -> CaseNote {
        CaseNote(
            .invalidValue,
            "The value given for \(definition.title) cannot be: it lies "
                + "\(definition.words(for: definition.bounds)). It was not used.")
    }

    /// A number that lacks its unit.
    static func unclear(_ definition: FactDefinition) -> CaseNote {
        CaseNote(
            .unreadText,
            "The \(definition.title) was given without its unit and may be meant in two; it was not used.")
    }

    /// The words of a text at the places of tokens, each once.
    static func words(_ places: [Range<Int>], _ tokens: [Token], of text: String) -> [String] {
        if places.isEmpty { return [] }
        let scalars = Array(text.unicodeScalars)
        var seen: Set<String> = []
        return places.compactMap { place in
            let span = tokens[place.lowerBound].span.lowerBound..<tokens[place.upperBound - 1].span.upperBound
            let words = String(String.UnicodeScalarView(scalars[span]))
            return seen.insert(words).inserted ? words : nil
        }
    }

    /// Treatments that are said to be contraindicated. No fact of the contract says it: what was stopped for harm is another
    /// thing.
    static func barred(_ treatments: [String]) -> CaseNote {
        CaseNote(
            .unreadText,
            "Said to be contraindicated or unsuitable; not weighed: \(treatments.joined(separator: ", ")). "
                + "Say what speaks against it, so that it counts.")
    }

    /// A value that is only supposed: `if the clearance fell to 25`.
    static func supposed(_ definition: FactDefinition) -> CaseNote {
        CaseNote(
            .unreadText,
            "The \(definition.title) is named as a possibility only; it was not used. Give it as a fact to see what "
                + "it changes.")
    }

    /// Treatments of which nothing is told: neither given nor planned.
    static func unplaced(_ treatments: [String]) -> CaseNote {
        CaseNote(
            .unreadText,
            "Named, but neither as given nor as planned, and not used: \(treatments.joined(separator: ", ")).")
    }

    /// Lesions of which nothing tells what they are.
    static func unnamed(_ lesions: [String]) -> CaseNote {
        CaseNote(
            .unreadText,
            "Named, but not what they are, and not used: \(lesions.joined(separator: ", ")). "
                + "Say whether they are metastases: that changes the answer.")
    }

    /// Values that are called low or high and not told.
    static func unmeasured(_ values: [String]) -> CaseNote {
        CaseNote(
            .unreadText,
            "Named without a value, and not used: \(values.joined(separator: ", ")). Give the number, so that it counts."
        )
    }

    private static let named: WordSet = ["patient", "case", "pt", "person"]

    /// Whether patients are told apart by letters or numbers.
    static func namesSeveralPatients(_ tokens: [Token]) -> Bool {
        var names: Set<String> = []
        for (index, token) in tokens.enumerated()
        where named.contains(token.text) && index + 1 < tokens.count {
            let next = tokens[index + 1].text
            if ["a", "b", "1", "2", "one", "two", "i", "ii"].contains(next) { names.insert(next) }
        }
        let pairs = [["a", "b"], ["1", "2"], ["one", "two"], ["i", "ii"]]
        return pairs.contains { names.isSuperset(of: $0) }
            || tokens.indices.dropLast().contains { index in
                tokens[index + 1].text == "patients"
                    && ["two", "three", "2", "3", "both"].contains(tokens[index].text)
                    && tokens[index...].prefix(12).contains { ["one", "first", ":"].contains($0.text) }
            }
    }

    /// A number that stands alone, as a size that lacks its unit does: `pNET 2.3, G1`, `pNET of 23`.
    private static func isBare(_ tokens: [Token], _ index: Int, _ used: TokenSet, _ tumourEnds: TokenSet) -> Bool {
        guard case .number(let value) = tokens[index].kind, index > 0 else { return false }
        let isLast = index + 1 >= tokens.count || tokens[index + 1].kind == .boundary
        let isBetween = isLast || used.contains(index + 1)
        let place = ["of", ","].contains(tokens[index - 1].text) ? index - 1 : index
        if case .number = tokens[max(0, place - 1)].kind { return false }
        let isYear = value >= 1_900 && value <= 2_100
        // `SI-NET 3 liver mets` counts them.
        if tokens[index].text.contains(".") { return isBetween && used.contains(place - 1) }
        return isLast && tumourEnds.contains(place) && !isYear
    }

    /// Short names of measurements that no fact holds, or that may mean something else: `BP 80/50`, `K 2.3`, `Cr 210`.
    private static let measured: WordSet = ["bp", "k", "cr", "hr"]

    private static func hasNumber(_ tokens: [Token], _ index: Int) -> Bool {
        guard index + 1 < tokens.count, case .number = tokens[index + 1].kind else { return false }
        return true
    }

    /// What was not understood: words, abbreviations in capitals, lengths; nil where there is nothing.
    static func unread(
        _ original: [Token], _ used: TokenSet, idle: TokenSet = [], tumourEnds: TokenSet = [], in text: String
    ) -> CaseNote? {
        var words: [String] = []
        var scalars: [Unicode.Scalar]?
        for (index, token) in original.enumerated() where !used.contains(index) || idle.contains(index) {
            var word = token.text
            switch token.kind {
            case .word where word.count >= 4:
                guard word.count <= 24, !EnglishGrammar.common.contains(word),
                    !EnglishGrammar.frequent.contains(word), !EnglishGrammar.cues.contains(word)
                else { continue }
            case .word where measured.contains(word) && hasNumber(original, index): word = word.uppercased()
            case .word where word.count > 1 && !EnglishGrammar.shortWords.contains(word):
                let all = scalars ?? Array(text.unicodeScalars)
                scalars = all
                let own = all[token.span]
                guard own.count == word.count, own.allSatisfy({ ("A"..."Z").contains($0) }),
                    !EnglishGrammar.cues.contains(word)
                else { continue }
                word = word.uppercased()
            case .number:
                if isBare(original, index, used, tumourEnds) { break }
                guard index + 1 < original.count, !used.contains(index + 1),
                    ["mm", "cm"].contains(original[index + 1].text)
                else { continue }
                word += " " + original[index + 1].text
            default: continue
            }
            if words.contains(word) { continue }
            words.append(word)
            if words.count == 8 { break }
        }
        return words.isEmpty
            ? nil : CaseNote(.unreadText, "Not understood and not used: \(words.joined(separator: ", ")).")
    }
}
