import ClinicalModel
import DecisionLogic

/// Completes a case as `FactCompletion` does. Most cases contradict nothing: they are completed without a record of who led
/// where, and only a case that does contradict is completed again with one.
struct CompiledCompletion: Sendable {
    /// What was said of a case, and what follows from it, before any topic assumes anything.
    struct State: Sendable {
        var memory: GraphJudge.Memory
        var applied: [Bool] = []
        var facts: [AnswerPlan.PlannedFact] = []
        var becauses: [Int] = []
    }

    private let knowledge: CompiledKnowledge
    /// The facts that each narrowed fact rests on.
    private var support: [BitSet]
    private var applied: [Bool]
    /// What may newly hold, a bit a derivation.
    private var candidates: [UInt64]
    private var firing: [Int32] = []
    private var grounds: [BitSet] = []
    private var reasons: [(fact: Int, place: Int, derivation: Int)] = []
    /// Of set facts: what was said of them, and derived from nothing else.
    private var said: [(fact: Int, included: BitSet, excluded: BitSet)] = []
    private(set) var facts: [AnswerPlan.PlannedFact] = []
    private(set) var becauses: [Int] = []
    private(set) var conflicts: [AnswerPlan.PlannedConflict] = []
    /// Who stands against whom in `conflicts`: a place in the statements, or -1 less a derivation.
    private(set) var voices: [Int32] = []
    /// Facts that a text leaves open by name.
    private var leftOpen = BitSet()
    /// Facts that count as unknown because of a conflict; and of set facts, their codes.
    private var blocked = BitSet()
    private var blockedCodes: [(fact: Int, codes: BitSet)] = []
    private var parties: [Party] = []
    private var emptied: [Int] = []

    /// One voice on one fact.
    private struct Party: Sendable {
        let fact: Int
        let value: FactValue
        let voice: Int32
        let ledFrom: BitSet
    }

    init(_ knowledge: CompiledKnowledge) {
        self.knowledge = knowledge
        support = Array(repeating: BitSet(), count: knowledge.clinical.vocabulary.facts.count)
        applied = Array(repeating: false, count: knowledge.derivations.count)
        candidates = Array(repeating: 0, count: (knowledge.derivations.count + 63) / 64)
    }

    @inline(__always)
    private mutating func consider(_ derivations: [Int32]) {
        for number in derivations { candidates[Int(number) >> 6] |= 1 << UInt64(number & 63) }
    }

    private mutating func clear() {
        for index in candidates.indices { candidates[index] = 0 }
        for index in support.indices { support[index] = BitSet() }
        for index in applied.indices { applied[index] = false }
        reasons.clear()
        said.clear()
        facts.clear()
        becauses.clear()
        parties.clear()
    }

    /// Completes ordered statements. The judge notes what is asked of them where `notes` says so.
    mutating func complete(_ statements: [FactStatement], notes: Bool = false, _ judge: inout GraphJudge) {
        conflicts.clear()
        voices.clear()
        leftOpen = FactStatement.leftOpen(statements, unrestricted: knowledge.unrestricted)
        blocked = BitSet()
        blockedCodes.clear()
        if !attempt(statements, recording: false, notes: notes, &judge) {
            // Each turn blocks at least one more fact or code, so this ends.
            while !attempt(statements, recording: true, &judge) {}
            conflicts.sort { $0.fact < $1.fact }
        }
        for (place, statement) in statements.enumerated() {
            facts.append(
                .init(fact: statement.fact, value: statement.value, source: .said(place), closesSet: false))
        }
        tellDerived(judge)
    }

    /// One attempt; false where something contradicts, which is blocked then if it was recorded who led there.
    private mutating func attempt(
        _ statements: [FactStatement], recording: Bool, notes: Bool = false, _ judge: inout GraphJudge
    ) -> Bool {
        clear()
        judge.reset()
        emptied.clear()
        for (place, statement) in statements.enumerated() where !blocked.contains(statement.fact) {
            let said = unblocked(statement.value, statement.fact)
            let value = judge.values[statement.fact].intersection(said)
            judge.set(statement.fact, value)
            support[statement.fact] = BitSet(only: statement.fact)
            if case .members(let included, let excluded) = said { say(statement.fact, included, excluded) }
            if recording {
                parties.append(
                    Party(
                        fact: statement.fact, value: said, voice: Int32(place),
                        ledFrom: BitSet(only: statement.fact)))
            }
            if value.isEmpty {
                if !recording { return false }
                if !emptied.contains(statement.fact) { emptied.append(statement.fact) }
            }
        }
        if emptied.isEmpty {
            if notes { judge.beginNoting() }
            consider(knowledge.spontaneous)
            judge.known.forEach { consider(knowledge.readers[$0]) }
            if derive(recording: recording, &judge) { return true }
        }
        if recording {
            emptied.sort()
            for fact in emptied { block(fact, statements, judge.values[fact]) }
        }
        return false
    }

    private func unblocked(_ value: FactValue, _ fact: Int) -> FactValue {
        if blockedCodes.isEmpty { return value }
        guard let codes = blockedCodes.first(where: { $0.fact == fact })?.codes,
            case .members(let included, let excluded) = value
        else { return value }
        return .members(included: included.subtracting(codes), excluded: excluded.subtracting(codes))
    }

    /// Makes a contradicted fact unknown, with the facts that led to the voices that exclude each other.
    private mutating func block(_ fact: Int, _ statements: [FactStatement], _ value: FactValue) {
        let heard = parties.filter { $0.fact == fact }
        var opposed = heard.indices.filter { first in
            heard.indices.contains { heard[first].value.intersection(heard[$0].value).isEmpty }
        }
        // Three voices may leave nothing together although each pair agrees: then all of them are named.
        if opposed.isEmpty { opposed = Array(heard.indices) }
        var involved = BitSet(only: fact)
        if case .members(let included, let excluded) = value {
            let codes = included.intersection(excluded)
            if let place = blockedCodes.firstIndex(where: { $0.fact == fact }) {
                blockedCodes[place].codes.formUnion(codes)
            } else {
                blockedCodes.append((fact, codes))
            }
        } else {
            for index in opposed { involved.formUnion(heard[index].ledFrom) }
            blocked.formUnion(involved)
        }
        let start = voices.count
        for index in opposed {
            let voice = heard[index].voice
            if !voices[start...].contains(where: { saySame($0, voice, statements) }) { voices.append(voice) }
        }
        conflicts.append(.init(fact: fact, between: start..<voices.count, facts: involved))
    }

    private func saySame(_ left: Int32, _ right: Int32, _ statements: [FactStatement]) -> Bool {
        if left == right { return true }
        if left >= 0, right >= 0 {
            let (one, other) = (statements[Int(left)], statements[Int(right)])
            return one.origin == other.origin && one.value == other.value
        }
        if left >= 0 || right >= 0 { return false }
        let derivations = knowledge.clinical.derivations
        return derivations[Int(-1 - left)].because == derivations[Int(-1 - right)].because
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
    private mutating func derive(recording: Bool, _ judge: inout GraphJudge) -> Bool {
        while true {
            findFiring(&judge)
            if firing.isEmpty { return true }
            grounds.clear()
            for number in firing { grounds.append(judge.grounds(knowledge.derivations[Int(number)].when)) }
            for (place, number) in firing.enumerated() {
                let derivation = knowledge.derivations[Int(number)]
                applied[Int(number)] = true
                let fact = derivation.fact
                judge.willNarrow(fact, inside: derivation.inside)
                let before = judge.values[fact]
                let value = unblocked(derivation.value, fact)
                let narrowed = before.intersection(value)
                let isNews = narrowed != before
                if !isNews && !derivation.isOfSet && !recording { continue }
                var ledFrom = BitSet()
                grounds[place].forEach { ledFrom.formUnion(support[$0].isEmpty ? BitSet(only: $0) : support[$0]) }
                if derivation.isOfSet, ledFrom == BitSet(only: fact), case .members(let included, let excluded) = value
                {
                    say(fact, included, excluded)
                }
                if recording {
                    parties.append(Party(fact: fact, value: value, voice: -1 - number, ledFrom: ledFrom))
                }
                if !isNews { continue }
                judge.set(fact, narrowed)
                support[fact].formUnion(ledFrom)
                reasons.append((fact, reasons.count, Int(number)))
                consider(knowledge.readers[fact])
                if narrowed.isEmpty {
                    if !recording { return false }
                    if !emptied.contains(fact) { emptied.append(fact) }
                }
            }
            judge.forget()
            if !emptied.isEmpty { return false }
        }
    }

    /// The candidates that hold and have not fired, ascending; none is a candidate afterwards.
    private mutating func findFiring(_ judge: inout GraphJudge) {
        firing.clear()
        for place in candidates.indices {
            var rest = candidates[place]
            if rest == 0 { continue }
            candidates[place] = 0
            while rest != 0 {
                let number = place << 6 + rest.trailingZeroBitCount
                rest &= rest &- 1
                let derivation = knowledge.derivations[number]
                if !applied[number], !blocked.contains(derivation.fact), judge.truth(derivation.given) == .true,
                    judge.truth(derivation.when) == .true
                {
                    firing.append(Int32(number))
                }
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
        judge.save(to: &state.memory)
        Self.copy(applied, to: &state.applied)
        Self.copy(facts, to: &state.facts)
        Self.copy(becauses, to: &state.becauses)
    }

    /// Goes back to a state.
    mutating func restore(_ state: State, _ judge: inout GraphJudge) {
        judge.restore(state.memory)
        Self.copy(state.applied, to: &applied)
        Self.copy(state.facts, to: &facts)
        Self.copy(state.becauses, to: &becauses)
    }

    private static func copy<Element>(_ source: [Element], to target: inout [Element]) {
        // Of plain bytes and mostly of the same length: overwriting is cheaper than emptying and filling.
        guard source.count == target.count else {
            target.clear()
            return target.append(contentsOf: source)
        }
        target.withUnsafeMutableBufferPointer { target in
            source.withUnsafeBufferPointer { source in _ = target.update(fromContentsOf: source) }
        }
    }

    /// Applies the declared defaults of a topic, in order, to what is still untouched.
    mutating func assume(_ number: Int, _ judge: inout GraphJudge) {
        for place in knowledge.topics[number].assumptions.range { assume(at: place, &judge) }
    }

    /// Applies those defaults alone that can change what the topic's scope says: enough to see whether it fits.
    mutating func assumeForScope(_ number: Int, _ judge: inout GraphJudge) {
        for place in knowledge.scopeAssumptions[number] { assume(at: place, &judge) }
    }

    private mutating func assume(at place: Int, _ judge: inout GraphJudge) {
        let assumption = knowledge.assumptions[place]
        let fact = assumption.fact
        guard !blocked.contains(fact), judge.truth(assumption.when) == .true else { return }
        if let value = assumption.value {
            // INVARIANT while questions are noted: what was said leaves out some value, so that this looks at nothing new.
            guard judge.values[fact] == knowledge.unrestricted[fact], !leftOpen.contains(fact) else { return }
            judge.set(fact, value)
            facts.append(.init(fact: fact, value: value, source: .assumed(place), closesSet: false))
        } else {
            guard close(fact, &judge) != nil else { return }
            // Which codes that excludes is not told, and another case's are others.
            facts.append(
                .init(
                    fact: fact, value: .members(included: BitSet(), excluded: BitSet()), source: .assumed(place),
                    closesSet: true))
        }
        judge.forget()
        deriveFromAssumed(fact, &judge)
    }

    /// Closes a set; what was excluded thereby, nil where nothing was open. Codes that contradict stay open.
    private func close(_ fact: Int, _ judge: inout GraphJudge) -> BitSet? {
        let contradicting = blockedCodes.filter { $0.fact == fact }
        if contradicting.isEmpty { return judge.close(fact) }
        guard case .members(let included, let excluded) = judge.values[fact] else { return nil }
        let known = contradicting.reduce(excluded) { $0.union($1.codes) }
        guard let closed = knowledge.graph.closing(.members(included: included, excluded: known), of: fact) else {
            return nil
        }
        judge.set(fact, .members(included: included, excluded: excluded.union(closed)))
        return closed
    }

    private mutating func deriveFromAssumed(_ fact: Int, _ judge: inout GraphJudge) {
        consider(knowledge.readers[fact])
        while true {
            findFiring(&judge)
            if firing.isEmpty { return }
            for number in firing {
                let derivation = knowledge.derivations[Int(number)]
                applied[Int(number)] = true
                judge.willNarrow(derivation.fact, inside: derivation.inside)
                let before = judge.values[derivation.fact]
                let narrowed = before.intersection(derivation.value)
                if narrowed.isEmpty || narrowed == before { continue }
                judge.set(derivation.fact, narrowed)
                facts.append(
                    .init(
                        fact: derivation.fact, value: narrowed, source: .derivedFromAssumed(Int(number)),
                        closesSet: false))
                consider(knowledge.readers[derivation.fact])
            }
            judge.forget()
        }
    }
}

extension Array {
    /// Empties it and keeps its memory; nothing where it is empty, which emptying does not notice by itself.
    @inline(__always)
    mutating func clear() {
        if !isEmpty { removeAll(keepingCapacity: true) }
    }
}
