import ClinicalModel
import DecisionLogic

/// What derivations say backwards: where a code would lead to what cannot be, only the other codes are left. A question whose
/// every answer but one contradicts what was said, that one being assumed anyway, need not be asked.
struct Contraposition: Sendable {
    private struct Entry: Sendable {
        let codes: BitSet
        let other: Int
        let allowed: BitSet
    }

    private let entries: [Int: [Entry]]
    /// The facts of which something may follow backwards, ascending.
    let facts: [Int]

    /// What some derivations say of the facts that topics assume.
    init(_ derivations: [Derivation], _ topics: [Topic]) {
        let assumed = BitSet(topics.filter { !$0.isOverlay }.flatMap(\.assumptions).map(\.fact))
        var entries: [Int: [Entry]] = [:]
        for derivation in derivations where derivation.given == nil {
            guard let leaf = derivation.when.soleLeaf, assumed.contains(leaf.fact),
                case .isOneOf(let codes) = leaf.test,
                case .codes(let allowed) = derivation.value
            else { continue }
            entries[leaf.fact, default: []].append(Entry(codes: codes, other: derivation.fact, allowed: allowed))
        }
        self.entries = entries
        facts = entries.keys.sorted()
    }

    /// The facts that bear on a fact.
    func others(of fact: Int) -> [Int] { (entries[fact] ?? []).map(\.other) }

    /// The one value of a fact that contradicts nothing; nil where none or several are left.
    func onlyValue(of fact: Int, _ values: [FactValue]) -> FactValue? {
        guard case .codes(var left) = values[fact] else { return nil }
        for entry in entries[fact] ?? [] {
            guard case .codes(let known) = values[entry.other], known.isDisjoint(with: entry.allowed) else { continue }
            left = left.subtracting(entry.codes)
        }
        return left.count == 1 ? .codes(left) : nil
    }
}

extension Topic {
    /// Whether it may yet assume a value.
    func mayAssume(_ value: FactValue, of fact: Int, _ values: [FactValue]) -> Bool {
        assumptions.contains { assumption in
            guard assumption.fact == fact, case .value(let assumed) = assumption.content else { return false }
            return assumed == value && assumption.when?.evaluate(values) ?? .true != .false
        }
    }
}

extension Condition {
    /// The test that is all of a condition.
    fileprivate var soleLeaf: FactLeaf? {
        switch self {
        case .leaf(let leaf): leaf
        case .criterion(_, let part): part.soleLeaf
        case .all(let parts), .any(let parts): parts.count == 1 ? parts[0].soleLeaf : nil
        case .not, .count: nil
        }
    }
}
