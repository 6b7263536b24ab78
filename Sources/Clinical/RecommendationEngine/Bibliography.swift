import ClinicalModel

/// Numbers sources in the order of their first citation, from 1.
struct Bibliography {
    private let known: [String: Reference]
    private var numbers: [String: Int] = [:]
    private(set) var references: [Reference] = []

    init(_ known: [String: Reference]) { self.known = known }

    /// The number of a source. INVARIANT: the store let no dangling id through, so 0 never reaches an answer.
    mutating func cite(_ id: String) -> Int {
        if let number = numbers[id] { return number }
        guard let reference = known[id] else { return 0 }
        references.append(reference)
        numbers[id] = references.count
        return references.count
    }

    mutating func cite(_ statement: Statement) -> Guidance.Cited {
        Guidance.Cited(statement: statement, number: cite(statement.reference))
    }

    mutating func cite(_ voice: Voice) -> Guidance.CitedVoice {
        Guidance.CitedVoice(voice: voice, number: cite(voice.reference))
    }
}
