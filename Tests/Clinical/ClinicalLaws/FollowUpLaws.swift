import ClinicalModel
import DecisionLogic
import RecommendationEngine

/// What is asked must matter: each question is put to the test by answering it in every way and judging the case again.
package enum FollowUpLaws {
    /// All of them.
    package static let all: [Law] = [matters, isNamed]

    /// Judges a case some hundred times a question, so it is tried on fewer. KNOWN: of 2,508 random cases one breaks it,
    /// where what would turn an order takes answers that do not go together. docs/reading.md tells it.
    private static let matters = Law(
        "a question is asked only where an answer to it moves what it says it would move", cost: 9, tolerated: 3
    ) { bench, judged, random in
        // Beside a contradiction every further word may go down with it.
        if judged.answer.followUp.isEmpty || !judged.answer.conflicts.isEmpty { return .vacuous }
        for question in judged.answer.followUp {
            let claimed = Set(question.wouldChange)
            if bench.moves(claimed, question.fact, judged) { continue }
            // Several facts may decide together: then one matters once others are answered.
            let others = judged.answer.followUp.map(\.fact).filter { $0 != question.fact }
            let matters = (0..<400).contains { _ in
                let answered = bench.answered(others, judged, &random)
                return answered.answer.conflicts.isEmpty && bench.moves(claimed, question.fact, answered)
            }
            if !matters {
                return .broken(
                    "\(bench.vocabulary[question.fact].path) moves none of \(claimed.sorted().joined(separator: " "))")
            }
        }
        return .kept
    }

    private static let isNamed = Law("a disease topic's questions move only what its answer offers") { _, judged, _ in
        guard judged.answer.isOfDisease, !judged.answer.followUp.isEmpty else { return .vacuous }
        let offered = Set(judged.answer.options.map(\.intervention.id))
        for question in judged.answer.followUp
        where question.wouldChange.isEmpty || !offered.isSuperset(of: question.wouldChange) {
            return .broken("fact \(question.fact): \(question.wouldChange.joined(separator: " "))")
        }
        return .kept
    }
}

extension Guidance {
    /// Whether a disease topic leads; else what would choose one is asked too.
    fileprivate var isOfDisease: Bool { outcome == .guidance && topic?.isOverlay == false }
}

/// What an answer says of one intervention, as far as a question can move it.
private struct Standing: Equatable {
    /// Place among the options, from 0; nil: not offered.
    let place: Int?
    let needs: [Int]
    /// Undecided contraindications by their words.
    let undecided: [String]
    let topic: String?

    static func all(of answer: Guidance) -> [String: Standing] {
        var found: [String: Standing] = [:]
        for (place, option) in answer.options.enumerated() {
            found[option.intervention.id] = Standing(
                place: place, needs: option.needs,
                undecided: option.cautions.filter { $0.severity == .contraindication }.map(\.wording.clinician),
                topic: answer.topic?.id)
        }
        for exclusion in answer.excluded {
            found[exclusion.intervention.id] = Standing(place: nil, needs: [], undecided: [], topic: answer.topic?.id)
        }
        return found
    }
}

extension LawBench {
    /// Whether some answer to a question changes what is said of these interventions.
    fileprivate func moves(_ claimed: Set<String>, _ fact: Int, _ judged: JudgedCase) -> Bool {
        let now = Standing.all(of: judged.answer)
        return answers(to: fact, of: judged).contains { value in
            let said = FactStatement(fact: fact, value: value, origin: .stated)
            let then = self.judged(judged.statements + [said]).answer
            guard then.conflicts.isEmpty else { return false }
            let standing = Standing.all(of: then)
            return claimed.contains { now[$0] != standing[$0] }
        }
    }

    /// A case with other questions answered in some way, each left out half the time.
    fileprivate func answered(_ facts: [Int], _ judged: JudgedCase, _ random: inout SeededGenerator) -> JudgedCase {
        var statements = judged.statements
        for fact in facts where Bool.random(using: &random) {
            guard let value = answers(to: fact, of: judged).randomElement(using: &random) else { continue }
            statements.append(FactStatement(fact: fact, value: value, origin: .stated))
        }
        return self.judged(statements)
    }

    /// Answers to a question that the case leaves open: each code, each flag, each number that a rule asks for and its
    /// neighbours, each code of a set held or not.
    func answers(to fact: Int, of judged: JudgedCase) -> [FactValue] {
        // What is assumed closes no answer.
        let values = engine.completed(judged.statements).values
        let definition = vocabulary[fact]
        let open: [FactValue]
        switch definition.type {
        case .code, .boolean: open = definition.codes.indices.map { .codes(BitSet([$0])) }
        case .quantity:
            open = generator.numbers(of: fact).map { .quantity(Interval(exactly: $0)) }
        case .set:
            open = definition.codes.indices.flatMap { code in
                [
                    definition.membership(included: BitSet([code]), excluded: BitSet()),
                    definition.membership(included: BitSet(), excluded: BitSet([code])),
                ]
            }
        }
        return open.filter { value in
            let left = values[fact].intersection(value)
            return !left.isEmpty && left != values[fact]
        }
    }
}
