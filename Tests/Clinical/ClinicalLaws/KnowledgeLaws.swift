import ClinicalAPI
import ClinicalModel
import DecisionLogic
import KnowledgeStore
import RecommendationEngine

/// What must hold of the engine and the knowledge together: learning never unsays, and order never matters.
package enum KnowledgeLaws {
    /// All of them.
    package static let all: [Law] = [learning, standing, settling, order, clauses, again, compiled, taught, repeated]

    private static let learning = Law(
        "more knowledge never turns a settled verdict that rests on no assumption and no isKnown", cost: 2
    ) { bench, judged, random in
        guard let more = bench.more(judged.statements, using: &random) else { return .vacuous }
        let (before, after) = (bench.engine.completed(judged.statements), bench.engine.completed(more))
        guard !before.hasConflicts, !after.hasConflicts else { return .vacuous }
        for condition in bench.monotone {
            let truth = condition.evaluate(before.values)
            if truth == .unknown { continue }
            let now = condition.evaluate(after.values)
            if now != truth {
                let facts = condition.grounds(before.values).members.map { bench.vocabulary[$0].path }
                return .broken("\(truth) became \(now) on \(facts); then \(bench.text.json(more))")
            }
        }
        return .kept
    }

    private static let standing = Law(
        "more knowledge never turns what is offered or excluded by settled rules and limits"
    ) { bench, judged, random in
        guard judged.answer.outcome == .guidance, let more = bench.more(judged.statements, using: &random) else {
            return .vacuous
        }
        let said = bench.engine.completed(judged.statements)
        let next = bench.judged(more)
        // Which topic speaks may rest on an assumption, such as an adult's age: then the answer asks for more.
        guard !said.hasConflicts, next.answer.outcome == .guidance, next.answer.conflicts.isEmpty,
            next.answer.topic?.id == judged.answer.topic?.id,
            next.answer.overlays.map(\.id) == judged.answer.overlays.map(\.id)
        else { return .vacuous }
        var premise = false
        for (id, isOffered) in judged.answer.standings {
            guard bench.isSettled(id, judged.answer, said.values) else { continue }
            premise = true
            if next.answer.standings[id] != isOffered {
                return .broken("\(id) was \(isOffered ? "offered" : "excluded"); then \(bench.text.json(more))")
            }
        }
        return premise ? .kept : .vacuous
    }

    private static let settling = Law("settling what an option needs settles the option") { bench, judged, random in
        guard judged.answer.conflicts.isEmpty,
            let option = judged.answer.options.filter({ !$0.isRecommended }).randomElement(using: &random)
        else { return .vacuous }
        var values = Dictionary(uniqueKeysWithValues: judged.statements.map { ($0.fact, $0.value) })
        for fact in option.needs {
            let settled = bench.settled(judged.values[fact], fact, using: &random)
            values[fact] = values[fact]?.intersection(settled) ?? settled
        }
        let more = values.sorted { $0.key < $1.key }.map {
            FactStatement(fact: $0.key, value: $0.value, origin: .stated)
        }
        let next = bench.judged(more).answer
        guard next.conflicts.isEmpty, next.topic?.id == judged.answer.topic?.id,
            next.overlays.map(\.id) == judged.answer.overlays.map(\.id)
        else { return .vacuous }
        guard let still = next.options.first(where: { $0.intervention.id == option.intervention.id }),
            !still.isRecommended
        else { return .kept }
        let needs = still.needs.map { bench.vocabulary[$0].path }
        return .broken("\(option.intervention.id) now needs \(needs); \(bench.text.json(more))")
    }

    private static let order = Law("the order of what is said changes no byte", cost: 4) { bench, judged, random in
        guard judged.statements.count > 1 else { return .vacuous }
        let plain = bench.advisor.document(judged.statements)
        return bench.advisor.document(judged.statements.shuffled(using: &random)) == plain
            ? .kept : .broken("another order gives other bytes")
    }

    private static let clauses = Law("the order of clauses, members and files changes no byte", cost: 4) {
        bench, judged, _ in
        let (plain, other) = (bench.advisor.document(judged.statements), bench.shuffled.document(judged.statements))
        let digest = bench.shuffled.knowledge.digest.utf8
        // The digest is over the bytes of the files, so it differs, and it alone may.
        let rest = String(decoding: other, as: UTF8.self)
            .split(separator: String(decoding: Array(digest), as: UTF8.self), omittingEmptySubsequences: false)
        let expected = String(decoding: plain, as: UTF8.self)
        if rest.joined(separator: bench.advisor.knowledge.digest) == expected { return .kept }
        return .broken(difference(expected, rest.joined(separator: bench.advisor.knowledge.digest)))
    }

    private static let again = Law("the same case gives the same bytes, also after a reload", cost: 4) {
        bench, judged, _ in
        let plain = bench.advisor.document(judged.statements)
        guard bench.advisor.document(judged.statements) == plain else { return .broken("the second answer differs") }
        return bench.reloaded.document(judged.statements) == plain ? .kept : .broken("the reloaded knowledge differs")
    }

    private static let compiled = Law("compiled knowledge answers byte for byte as the engine does", cost: 2) {
        bench, judged, _ in
        guard let pressed = bench.advisor.pressed(judged.statements) else { return .vacuous }
        let plain = bench.advisor.document(judged.statements)
        if pressed == plain { return .kept }
        return .broken(difference(String(decoding: plain, as: UTF8.self), String(decoding: pressed, as: UTF8.self)))
    }

    /// A case, one fact less and some facts more: each is answered with what the others and all cases before have taught.
    private static let taught = Law("what other cases taught changes no byte", cost: 4) { bench, judged, random in
        guard judged.statements.count > 1, bench.advisor.pressed(judged.statements) != nil else { return .vacuous }
        var less = judged.statements
        less.remove(at: Int.random(in: less.indices, using: &random))
        let more = bench.more(judged.statements, using: &random) ?? less
        for statements in [less, judged.statements, more, less] {
            guard let pressed = bench.advisor.pressed(statements) else { continue }
            let plain = bench.advisor.document(statements)
            if pressed == plain { continue }
            return .broken(
                difference(String(decoding: plain, as: UTF8.self), String(decoding: pressed, as: UTF8.self))
                    + "; \(bench.text.json(statements))")
        }
        return .kept
    }

    /// Asked twice, a body is answered of the recipe of its first answer, if that is still there.
    private static let repeated = Law("an answer that is given again of its recipe is the same", cost: 2) {
        bench, judged, _ in
        let text = bench.text.json(judged.statements)
        let body = Array("{\"case\":\(text)}".utf8)
        let advisor = bench.remembering
        guard text != "{}", let said = advisor.scannedBody(body), let first = advisor.document(forPlain: body) else {
            return .vacuous
        }
        var again: [UInt8] = []
        guard advisor.repeatAnswer(to: body.span, minimumSize: 0, into: &again, head: { _, _ in }) != nil else {
            return .vacuous
        }
        let plain = bench.advisor.document(said.statements)
        if first == plain && again == plain { return .kept }
        return .broken(
            difference(String(decoding: plain, as: UTF8.self), String(decoding: again, as: UTF8.self)) + "; \(text)")
    }

    private static func difference(_ left: String, _ right: String) -> String {
        let (a, b) = (Array(left.utf8), Array(right.utf8))
        let place = zip(a, b).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(a.count, b.count)
        func words(_ bytes: [UInt8]) -> String {
            String(decoding: bytes[max(0, place - 100)..<min(bytes.count, place + 60)], as: UTF8.self)
        }
        return "…\(words(a))… against …\(words(b))…"
    }
}

extension Guidance {
    /// What is offered for good (true) and what is excluded (false), by intervention; what is conditional is neither.
    var standings: [String: Bool] {
        var result: [String: Bool] = [:]
        for option in options where option.isRecommended { result[option.intervention.id] = true }
        for exclusion in excluded { result[exclusion.intervention.id] = false }
        return result
    }
}

extension LawBench {
    /// The same statements with one to three more that leave some of what was possible; nil where nothing could be added.
    func more(_ statements: [FactStatement], using random: inout SeededGenerator) -> [FactStatement]? {
        let values = engine.completed(statements).values
        var said = Dictionary(uniqueKeysWithValues: statements.map { ($0.fact, $0.value) })
        var isMore = false
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let fact = Int.random(in: vocabulary.facts.indices, using: &random)
            let value = generator.value(fact, &random)
            let narrowed = values[fact].intersection(value)
            if narrowed.isEmpty || narrowed == values[fact] { continue }
            let merged = said[fact]?.intersection(value) ?? value
            if merged.isEmpty { continue }
            said[fact] = merged
            isMore = true
        }
        guard isMore else { return nil }
        return said.sorted { $0.key < $1.key }.map { FactStatement(fact: $0.key, value: $0.value, origin: .stated) }
    }

    /// Whether all that decides an intervention is settled by what was said, and asks nowhere what is known.
    func isSettled(_ id: String, _ answer: Guidance, _ said: [FactValue]) -> Bool {
        guard let intervention = knowledge.interventions[id] else { return false }
        let topics = [answer.topic].compactMap { $0 } + answer.overlays
        let rules = topics.flatMap(\.recommendations).filter { $0.intervention == id }
        let conditions = rules.map(\.appliesWhen) + knowledge.prohibitions(of: intervention).map(\.when)
        for fact in vocabulary.refusals {
            guard let code = vocabulary[fact].index(of: id),
                FactTest.includes(code).evaluate(said[fact]) == .true || answer.standings[id] == false
            else { return false }
        }
        return conditions.allSatisfy { !$0.restsOnIgnorance && $0.evaluate(said) != .unknown }
    }

    /// One value of those that remain, chosen at random.
    func settled(_ value: FactValue, _ fact: Int, using random: inout SeededGenerator) -> FactValue {
        let definition = vocabulary[fact]
        switch value {
        case .codes(let codes): return .codes(BitSet([codes.members.randomElement(using: &random) ?? 0]))
        case .quantity(let interval):
            for _ in 0..<50 {
                guard case .quantity(let drawn) = generator.value(fact, &random), let point = drawn.point,
                    interval.contains(Interval(exactly: point))
                else { continue }
                return .quantity(Interval(exactly: point))
            }
            return value
        case .members(let included, let excluded):
            let open = BitSet.upTo(definition.codes.count).subtracting(included).subtracting(excluded).members
            let chosen = open.filter { _ in Bool.random(using: &random) }.shuffled(using: &random).prefix(2)
            guard
                case .members(let holds, _) = definition.membership(
                    included: included.union(BitSet(chosen)).subtracting(excluded), excluded: BitSet())
            else { return value }
            let all = BitSet.upTo(definition.codes.count)
            return .members(included: holds.subtracting(excluded), excluded: all.subtracting(holds).union(excluded))
        }
    }
}
