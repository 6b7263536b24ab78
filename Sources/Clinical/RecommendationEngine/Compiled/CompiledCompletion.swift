import ClinicalModel
import DecisionLogic

/// Completes a case as `FactCompletion` does, for cases in which nothing contradicts: a contradiction is rare, and the plain
/// way names both sides of it.
struct CompiledCompletion: Sendable {
    /// What was said of a case, and what follows from it, before any topic assumes anything.
    struct State: Sendable {
        var values: [FactValue] = []
        var known = BitSet()
        var applied: [Bool] = []
        var facts: [AnswerPlan.PlannedFact] = []
        var becauses: [Int] = []
    }

    private let knowledge: CompiledKnowledge
    /// The facts that each narrowed fact rests on.
    private var support: [BitSet]
    private var applied: [Bool]
    private var candidates: [Int32] = []
    private var firing: [Int32] = []
    private var grounds: [BitSet] = []
    private var reasons: [(fact: Int, place: Int, derivation: Int)] = []
    /// Of set facts: what was said of them, and derived from nothing else.
    private var said: [(fact: Int, included: BitSet, excluded: BitSet)] = []
    private(set) var facts: [AnswerPlan.PlannedFact] = []
    private(set) var becauses: [Int] = []

    init(_ knowledge: CompiledKnowledge) {
        self.knowledge = knowledge
        support = Array(repeating: BitSet(), count: knowledge.clinical.vocabulary.facts.count)
        applied = Array(repeating: false, count: knowledge.derivations.count)
    }

    private mutating func clear() {
        for index in support.indices { support[index] = BitSet() }
        for index in applied.indices { applied[index] = false }
        reasons.removeAll(keepingCapacity: true)
        said.removeAll(keepingCapacity: true)
        facts.removeAll(keepingCapacity: true)
        becauses.removeAll(keepingCapacity: true)
        candidates.removeAll(keepingCapacity: true)
    }

    /// Completes ordered statements; false where something contradicts.
    mutating func complete(_ statements: [FactStatement], _ judge: inout GraphJudge) -> Bool {
        clear()
        judge.reset()
        for statement in statements {
            let value = judge.values[statement.fact].intersection(statement.value)
            if value.isEmpty { return false }
            judge.set(statement.fact, value)
            support[statement.fact] = BitSet([statement.fact])
            if case .members(let included, let excluded) = statement.value { say(statement.fact, included, excluded) }
        }
        candidates += knowledge.spontaneous
        judge.known.forEach { candidates += knowledge.readers[$0] }
        guard derive(&judge) else { return false }
        for (place, statement) in statements.enumerated() {
            facts.append(
                .init(fact: statement.fact, value: statement.value, source: .said(place), closesSet: false))
        }
        tellDerived(judge)
        return true
    }

    private mutating func say(_ fact: Int, _ included: BitSet, _ excluded: BitSet) {
        if let place = said.firstIndex(where: { $0.fact == fact }) {
            said[place].included.formUnion(included)
            said[place].excluded.formUnion(excluded)
        } else {
            said.append((fact, included, excluded))
        }
    }

    /// Rounds that all see the same state, to a fixpoint. After the first only what reads a changed fact can newly hold.
    private mutating func derive(_ judge: inout GraphJudge) -> Bool {
        while true {
            findFiring(&judge)
            if firing.isEmpty { return true }
            grounds.removeAll(keepingCapacity: true)
            for number in firing { grounds.append(judge.grounds(knowledge.derivations[Int(number)].when)) }
            candidates.removeAll(keepingCapacity: true)
            for (place, number) in firing.enumerated() {
                let derivation = knowledge.derivations[Int(number)]
                applied[Int(number)] = true
                let fact = derivation.fact
                let before = judge.values[fact]
                let narrowed = before.intersection(derivation.value)
                let isNews = narrowed != before
                if !isNews && !derivation.isOfSet { continue }
                var ledFrom = BitSet()
                grounds[place].forEach { ledFrom.formUnion(support[$0].isEmpty ? BitSet([$0]) : support[$0]) }
                if derivation.isOfSet, ledFrom == BitSet([fact]),
                    case .members(let included, let excluded) = derivation.value
                {
                    say(fact, included, excluded)
                }
                if !isNews { continue }
                if narrowed.isEmpty { return false }
                judge.set(fact, narrowed)
                support[fact].formUnion(ledFrom)
                reasons.append((fact, reasons.count, Int(number)))
                candidates += knowledge.readers[fact]
            }
            judge.forget()
        }
    }

    /// The candidates that hold and have not fired, ascending.
    private mutating func findFiring(_ judge: inout GraphJudge) {
        firing.removeAll(keepingCapacity: true)
        if candidates.isEmpty { return }
        candidates.sort()
        var last: Int32 = -1
        for number in candidates where number != last {
            last = number
            let derivation = knowledge.derivations[Int(number)]
            if !applied[Int(number)], judge.truth(derivation.given) == .true, judge.truth(derivation.when) == .true {
                firing.append(number)
            }
        }
    }

    private mutating func tellDerived(_ judge: GraphJudge) {
        // By fact, each with its reasons in the order in which they were found.
        reasons.sort { ($0.fact, $0.place) < ($1.fact, $1.place) }
        var place = 0
        while place < reasons.count {
            let fact = reasons[place].fact
            let start = becauses.count
            while place < reasons.count, reasons[place].fact == fact {
                becauses.append(reasons[place].derivation)
                place += 1
            }
            var value = judge.values[fact]
            if case .members(let included, let excluded) = value {
                let told = said.first { $0.fact == fact }
                value = .members(
                    included: included.subtracting(told?.included ?? BitSet()),
                    excluded: excluded.subtracting(told?.excluded ?? BitSet()))
            }
            facts.append(
                .init(fact: fact, value: value, source: .derived(start..<becauses.count), closesSet: false))
        }
    }

    // MARK: - Assumptions

    /// Keeps the present state, for topics that each assume their own.
    func save(_ judge: GraphJudge, to state: inout State) {
        // Copied element by element: a shared buffer would be copied whole at the next change, and newly allocated.
        Self.copy(judge.values, to: &state.values)
        state.known = judge.known
        Self.copy(applied, to: &state.applied)
        Self.copy(facts, to: &state.facts)
        Self.copy(becauses, to: &state.becauses)
    }

    /// Goes back to a state.
    mutating func restore(_ state: State, _ judge: inout GraphJudge) {
        judge.restore(state.values, known: state.known)
        Self.copy(state.applied, to: &applied)
        Self.copy(state.facts, to: &facts)
        Self.copy(state.becauses, to: &becauses)
    }

    private static func copy<Element>(_ source: [Element], to target: inout [Element]) {
        target.removeAll(keepingCapacity: true)
        target.append(contentsOf: source)
    }

    /// Applies the declared defaults of a topic, in order, to what is still untouched.
    mutating func assume(_ number: Int, _ judge: inout GraphJudge) {
        let vocabulary = knowledge.clinical.vocabulary
        for (place, assumption) in knowledge.topics[number].assumptions.enumerated() {
            let fact = assumption.model.fact
            guard judge.truth(assumption.when) == .true else { continue }
            switch assumption.model.content {
            case .value(let value):
                guard judge.values[fact] == vocabulary.unrestricted[fact] else { continue }
                judge.set(fact, value)
                facts.append(
                    .init(
                        fact: fact, value: value, source: .assumed(topic: number, place: place), closesSet: false))
            case .unnamedAreExcluded:
                guard case .members(let included, let excluded) = judge.values[fact] else { continue }
                let definition = vocabulary.facts[fact]
                let open = BitSet.upTo(definition.codes.count).subtracting(included).subtracting(excluded)
                if open.isEmpty { continue }
                let closed = open.subtracting(Self.membersOfUnresolvedClasses(included, definition))
                judge.set(fact, .members(included: included, excluded: excluded.union(closed)))
                facts.append(
                    .init(
                        fact: fact, value: .members(included: BitSet(), excluded: closed),
                        source: .assumed(topic: number, place: place), closesSet: true))
            }
            judge.forget()
            deriveFromAssumed(fact, &judge)
        }
    }

    /// The members of classes that hold without any of their members being named.
    private static func membersOfUnresolvedClasses(_ included: BitSet, _ definition: FactDefinition) -> BitSet {
        var result = BitSet()
        included.forEach {
            let members = definition.codes[$0].descendants
            if members.isDisjoint(with: included) { result.formUnion(members) }
        }
        return result
    }

    private mutating func deriveFromAssumed(_ fact: Int, _ judge: inout GraphJudge) {
        candidates.removeAll(keepingCapacity: true)
        candidates += knowledge.readers[fact]
        while true {
            findFiring(&judge)
            if firing.isEmpty { return }
            candidates.removeAll(keepingCapacity: true)
            for number in firing {
                let derivation = knowledge.derivations[Int(number)]
                applied[Int(number)] = true
                let before = judge.values[derivation.fact]
                let narrowed = before.intersection(derivation.value)
                if narrowed.isEmpty || narrowed == before { continue }
                judge.set(derivation.fact, narrowed)
                facts.append(
                    .init(
                        fact: derivation.fact, value: narrowed, source: .derivedFromAssumed(Int(number)),
                        closesSet: false))
                candidates += knowledge.readers[derivation.fact]
            }
            judge.forget()
        }
    }
}
