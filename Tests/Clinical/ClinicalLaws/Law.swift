package import ClinicalModel
package import DecisionLogic

/// What one case showed of one law.
package enum LawVerdict: Sendable, Equatable {
    /// The law says nothing of this case.
    case vacuous
    /// Its premise holds, and so does the law.
    case kept
    /// Its premise holds and the law does not; the sentence says how.
    case broken(String)
}

/// A case with the answer that it got.
package struct JudgedCase: Sendable {
    /// What was said.
    package let statements: [FactStatement]
    /// The answer.
    package let answer: Guidance
    /// The completed case that it was judged on.
    package let values: [FactValue]
}

/// A sentence that must hold for every case.
package struct Law: Sendable {
    /// Judges one case; the generator serves laws that need a second case.
    package typealias Judgement = @Sendable (LawBench, JudgedCase, inout SeededGenerator) -> LawVerdict

    /// The sentence.
    package let sentence: String
    /// What the cases of this law say often, one alternative of each list.
    package let emphasis: [[Said]]
    /// Interventions near whose bundled cases the cases lie.
    package let near: Set<String>
    /// How many times rarer than others it is tried, for laws that cost much.
    package let cost: Int
    /// Of a thousand cases so many may break it, rounded up: for a law that is known not to hold of every case. Else none.
    package let tolerated: Int
    /// Judges one case.
    package let judge: Judgement

    /// A law.
    package init(
        _ sentence: String, emphasis: [[Said]] = [], near: Set<String> = [], cost: Int = 1, tolerated: Int = 0,
        judge: @escaping Judgement
    ) {
        self.sentence = sentence
        self.emphasis = emphasis
        self.near = near
        self.cost = cost
        self.tolerated = tolerated
        self.judge = judge
    }

    /// The seed of its cases: the same as long as its sentence is.
    var seed: UInt64 { sentence.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 } }

    /// Tries the law on cases by their numbers.
    package func report(on bench: LawBench, cases: Range<Int>) -> LawReport {
        var report = LawReport(sentence: sentence, tolerated: tolerated)
        for number in cases {
            var random = SeededGenerator(seed: seed, case: number)
            let statements = bench.generator.statements(emphasis: emphasis, near: near, using: &random)
            let verdict = judge(bench, bench.judged(statements), &random)
            report.add(verdict, number) { bench.text.json(statements) }
        }
        return report
    }
}

/// What the cases showed of a law.
package struct LawReport: Sendable {
    /// The law's sentence.
    package let sentence: String
    /// How many cases were made.
    package private(set) var cases = 0
    /// In how many the premise held.
    package private(set) var premises = 0
    /// How many broke the law.
    package private(set) var broken = 0
    /// The first that did: number, how, the case as JSON.
    package private(set) var examples: [String] = []
    /// Of a thousand cases so many may break it.
    private let tolerated: Int

    init(sentence: String, tolerated: Int = 0) { (self.sentence, self.tolerated) = (sentence, tolerated) }

    /// Whether the law was put to the test and held, but for what it tolerates.
    package var isKept: Bool { premises > 0 && broken <= (premises * tolerated + 999) / 1_000 }

    mutating func add(_ verdict: LawVerdict, _ number: Int, _ text: () -> String) {
        cases += 1
        if verdict == .vacuous { return }
        premises += 1
        guard case .broken(let how) = verdict else { return }
        broken += 1
        if examples.count < 3 { examples.append("case \(number): \(how)\n    \(text())") }
    }

    /// Adds what other cases showed of the same law.
    package mutating func add(_ other: LawReport) {
        cases += other.cases
        premises += other.premises
        broken += other.broken
        examples = Array((examples + other.examples).prefix(3))
    }

    /// One line, and the examples where it was broken.
    package var text: String {
        let state =
            premises == 0
            ? "NEVER PUT TO THE TEST" : !isKept ? "BROKEN \(broken) ×" : broken == 0 ? "kept" : "kept but for \(broken)"
        return (["\(state) · \(premises) of \(cases) · \(sentence)"] + examples.map { "  " + $0 }).joined(
            separator: "\n")
    }
}
