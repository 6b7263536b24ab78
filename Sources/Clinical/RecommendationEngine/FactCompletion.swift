import ClinicalModel
package import DecisionLogic

/// Completes what was said with what follows from it, and finds what cannot all hold.
///
/// A fact is the set of values it may still have. Each derivation whose `when` is true narrows its fact, in rounds that
/// all see the same state, so the order of derivations never matters. Where nothing is left, the fact and the facts that
/// led there count as unknown, and the completion starts again without them: a contradiction never decides anything.
struct FactCompletion {
    /// The values by fact number.
    private(set) var values: [FactValue]
    /// Every fact with its origin, in the order: said, derived, assumed.
    private(set) var facts: [Guidance.Fact] = []
    /// What cannot all hold.
    private(set) var conflicts: [Guidance.Conflict] = []

    private let vocabulary: Vocabulary
    private let derivations: [Derivation]
    /// Facts that a text leaves open by name: no topic assumes a value for them.
    private let leftOpen: BitSet
    /// Facts that count as unknown because of a conflict.
    private var blocked = BitSet()
    /// Codes of set facts that count as unknown because of a conflict.
    private var blockedCodes: [Int: BitSet] = [:]
    /// The stated facts that each narrowed fact rests on.
    private var support: [Int: BitSet] = [:]
    /// Indices of derivations that have fired.
    private var applied = BitSet()

    /// One voice on one fact.
    private struct Party {
        let value: FactValue
        let words: String
        let ledFrom: BitSet
    }

    init(_ said: [FactStatement], vocabulary: Vocabulary, derivations: [Derivation]) {
        let statements = FactStatement.ordered(said)
        self.vocabulary = vocabulary
        self.derivations = derivations
        values = vocabulary.unrestricted
        leftOpen = FactStatement.leftOpen(said, unrestricted: values)
        // Each turn blocks at least one more fact or code, so this ends.
        while true {
            let found = attempt(statements)
            conflicts += found
            if found.isEmpty { break }
        }
        conflicts.sort { $0.fact < $1.fact }
        facts =
            statements.map {
                Guidance.Fact(fact: $0.fact, value: $0.value, origin: $0.origin, span: $0.span, age: $0.age)
            } + facts
    }

    // MARK: - One attempt

    private mutating func attempt(_ statements: [FactStatement]) -> [Guidance.Conflict] {
        values = vocabulary.unrestricted
        facts = []
        support = [:]
        var parties: [Int: [Party]] = [:]
        for statement in statements where !blocked.contains(statement.fact) {
            let definition = vocabulary[statement.fact]
            let value = unblocked(statement.value, statement.fact)
            parties[statement.fact, default: []].append(
                Party(
                    value: value,
                    words:
                        "\(definition.title) \(statement.origin.rawValue) as \(definition.words(for: statement.value))",
                    ledFrom: BitSet([statement.fact])))
            values[statement.fact] = values[statement.fact].intersection(value)
            support[statement.fact] = BitSet([statement.fact])
        }
        let contradicted = parties.keys.sorted().filter { values[$0].isEmpty }
        if !contradicted.isEmpty { return contradicted.map { block($0, parties[$0] ?? []) } }
        return derive(&parties)
    }

    private mutating func derive(_ parties: inout [Int: [Party]]) -> [Guidance.Conflict] {
        var reasons: [Int: [String]] = [:]
        applied = BitSet()
        while true {
            let state = values
            let firing = firing(in: state)
            if firing.isEmpty { break }
            var empty: Set<Int> = []
            for index in firing {
                let derivation = derivations[index]
                applied.insert(index)
                let ledFrom = derivation.when.grounds(state).members.reduce(into: BitSet()) {
                    $0.formUnion(support[$1] ?? BitSet([$1]))
                }
                let value = unblocked(derivation.value, derivation.fact)
                parties[derivation.fact, default: []].append(
                    Party(value: value, words: derivation.because, ledFrom: ledFrom))
                let narrowed = values[derivation.fact].intersection(value)
                if narrowed == values[derivation.fact] { continue }
                values[derivation.fact] = narrowed
                support[derivation.fact, default: BitSet()].formUnion(ledFrom)
                reasons[derivation.fact, default: []].append(derivation.because)
                if narrowed.isEmpty { empty.insert(derivation.fact) }
            }
            if !empty.isEmpty { return empty.sorted().map { block($0, parties[$0] ?? []) } }
        }
        facts = reasons.sorted { $0.key < $1.key }.map { fact, because in
            Guidance.Fact(
                fact: fact, value: derivedPart(fact, parties[fact] ?? []), origin: .derived,
                because: because.joined(separator: "; "))
        }
        return []
    }

    /// Indices of the derivations that hold in a state and have not fired.
    private func firing(in state: [FactValue]) -> [Int] {
        derivations.indices.filter { index in
            !applied.contains(index) && !blocked.contains(derivations[index].fact)
                && derivations[index].given?.evaluate(state) ?? .true == .true
                && derivations[index].when.evaluate(state) == .true
        }
    }

    /// Of a code or quantity the whole value; of a set what derivations added to it.
    private func derivedPart(_ fact: Int, _ parties: [Party]) -> FactValue {
        guard case .members(let included, let excluded) = values[fact] else { return values[fact] }
        var said = (included: BitSet(), excluded: BitSet())
        for party in parties where party.ledFrom == BitSet([fact]) {
            if case .members(let more, let less) = party.value {
                said.included.formUnion(more)
                said.excluded.formUnion(less)
            }
        }
        return .members(
            included: included.subtracting(said.included), excluded: excluded.subtracting(said.excluded))
    }

    private func unblocked(_ value: FactValue, _ fact: Int) -> FactValue {
        guard let codes = blockedCodes[fact], case .members(let included, let excluded) = value else { return value }
        return .members(included: included.subtracting(codes), excluded: excluded.subtracting(codes))
    }

    /// Makes a contradicted fact unknown, with the facts that led to the voices that exclude each other.
    private mutating func block(_ fact: Int, _ parties: [Party]) -> Guidance.Conflict {
        var opposed = parties.indices.filter { first in
            parties.indices.contains { parties[first].value.intersection(parties[$0].value).isEmpty }
        }
        // Three voices may leave nothing together although each pair agrees: then all of them are named.
        if opposed.isEmpty { opposed = Array(parties.indices) }
        var involved = BitSet([fact])
        if case .members(let included, let excluded) = values[fact] {
            blockedCodes[fact, default: BitSet()].formUnion(included.intersection(excluded))
        } else {
            for index in opposed { involved.formUnion(parties[index].ledFrom) }
            blocked.formUnion(involved)
        }
        var words: [String] = []
        for index in opposed where !words.contains(parties[index].words) { words.append(parties[index].words) }
        return Guidance.Conflict(fact: fact, between: words, facts: involved.members)
    }

    // MARK: - Assumptions

    /// Applies a topic's declared defaults, in order, to what is still untouched; a set flag by flag. What follows from a
    /// default is derived before the next one is looked at.
    mutating func assume(_ assumptions: [Assumption]) {
        for assumption in assumptions {
            guard !blocked.contains(assumption.fact), assumption.when?.evaluate(values) ?? .true == .true else {
                continue
            }
            let definition = vocabulary[assumption.fact]
            switch assumption.content {
            case .value(let value):
                guard values[assumption.fact] == definition.unrestricted, !leftOpen.contains(assumption.fact)
                else { continue }
                values[assumption.fact] = value
                facts.append(
                    Guidance.Fact(
                        fact: assumption.fact, value: value, origin: .assumed, because: assumption.because))
                deriveFromAssumed()
            case .unnamedAreExcluded:
                guard case .members(let included, let excluded) = values[assumption.fact] else { continue }
                let open = BitSet.upTo(definition.codes.count).subtracting(included).subtracting(excluded)
                    .subtracting(blockedCodes[assumption.fact] ?? BitSet())
                if open.isEmpty { continue }
                // A code below a class that holds stays unknown: "an analogue was given" does not say which one.
                let closed = open.subtracting(membersOfUnresolvedClasses(open, included, definition))
                values[assumption.fact] = .members(included: included, excluded: excluded.union(closed))
                facts.append(
                    Guidance.Fact(
                        fact: assumption.fact, value: .members(included: BitSet(), excluded: closed),
                        origin: .assumed, because: assumption.because, closesSet: true))
                deriveFromAssumed()
            }
        }
    }

    /// What follows from the defaults. A default never contradicts what was said: a narrowing that would leave nothing is
    /// not made.
    private mutating func deriveFromAssumed() {
        while true {
            let firing = firing(in: values)
            if firing.isEmpty { return }
            for index in firing {
                let derivation = derivations[index]
                applied.insert(index)
                let narrowed = values[derivation.fact].intersection(derivation.value)
                if narrowed.isEmpty || narrowed == values[derivation.fact] { continue }
                values[derivation.fact] = narrowed
                facts.append(
                    Guidance.Fact(
                        fact: derivation.fact, value: narrowed, origin: .derived,
                        because: derivation.because + " (with what is assumed)"))
            }
        }
    }

    /// Of the open codes, those whose class holds without any of its members being named.
    private func membersOfUnresolvedClasses(
        _ open: BitSet, _ included: BitSet, _ definition: FactDefinition
    ) -> BitSet {
        BitSet(
            open.members.filter { code in
                definition.codes[code].ancestors.intersection(included).members.contains { parent in
                    definition.codes[parent].descendants.isDisjoint(with: included)
                }
            })
    }
}

extension FactStatement {
    /// Structured facts in the order of the vocabulary, then what was read in the order of the text: how a client orders
    /// the members of a case changes no byte.
    package static func ordered(_ statements: [FactStatement]) -> [FactStatement] {
        /// Numbers in the order wanted, each with its statement's place in the lower half: what was read comes last, as it is.
        var keys = statements.enumerated().map { place, statement in
            (statement.origin == .stated ? statement.fact : Int(Int32.max)) << 32 | place
        }
        // By insertion: a client's members are few and mostly in order, and what was read is in order.
        var isOrdered = true
        for place in keys.indices.dropFirst() {
            let moving = keys[place]
            var hole = place
            while hole > 0, keys[hole - 1] > moving {
                keys[hole] = keys[hole - 1]
                hole -= 1
            }
            keys[hole] = moving
            isOrdered = isOrdered && hole == place
        }
        return isOrdered ? statements : keys.map { statements[$0 & Int(UInt32.max)] }
    }
}
