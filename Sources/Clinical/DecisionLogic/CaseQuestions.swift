/// What a judging asked of a case, in the order in which it asked: tests of a graph with what they said, and values that it
/// looked at whole. Whoever asks the same of another case and hears the same comes to the same end, since a judging knows
/// of a case only what it asks.
package struct CaseQuestions: Sendable {
    /// A question with its answer.
    enum Question: Sendable {
        case test(ConditionGraph.Node, Truth)
        /// The same where what was not named of the set counts as excluded.
        case closedTest(ConditionGraph.Node, Truth)
        /// Whether closing a set excludes anything.
        case closable(fact: Int, Bool)
        case sight(fact: Int, FactValue)
    }

    private(set) var questions: [Question] = []
    /// All facts that were asked of, those too of which nothing was known: that nothing was known is part of the answer.
    package private(set) var facts = BitSet()
    /// The facts of which a test can still tell something new: known, and not looked at whole.
    private var open = BitSet()
    /// What was said, by fact.
    private var said: [FactValue] = []
    /// The turn in which each test was last noted, first as it is, then of closed sets.
    private var turns: [UInt32] = []
    private var turn: UInt32 = 0

    mutating func begin(_ known: BitSet, _ values: [FactValue], tests: Int) {
        said = values
        questions.removeAll(keepingCapacity: true)
        facts = BitSet()
        open = known
        turn &+= 1
        if turns.count != 2 * tests || turn == 0 {
            turns = Array(repeating: 0, count: 2 * tests)
            turn = 1
        }
    }

    /// Whether no test was asked but these.
    package func isWithin(_ tests: TestSet, of graph: ConditionGraph) -> Bool {
        questions.allSatisfy {
            switch $0 {
            case .test(let test, _), .closedTest(let test, _): tests.contains(test, of: graph)
            case .closable, .sight: true
            }
        }
    }

    /// What kinds of question were asked.
    package var kinds: QuestionKinds {
        questions.reduce(into: []) { kinds, question in
            switch question {
            case .test: kinds.insert(.tests)
            case .closedTest, .closable: kinds.insert(.closings)
            case .sight(_, let value): kinds.insert(.sight(of: value))
            }
        }
    }

    /// Whether of a fact only tests were asked.
    package func isOpen(_ fact: Int) -> Bool { open.contains(fact) }

    /// Ends what only noting needs.
    mutating func end() { said = [] }

    mutating func note(_ index: Int, _ graph: ConditionGraph, _ truth: Truth, closed: BitSet) {
        facts.formUnion(graph.reads[index])
        let part = graph.parts[index]
        if !part.kind.isTest { return }
        if !open.contains(Int(part.operand)) { return }
        let isClosed = closed.contains(Int(part.operand))
        let place = isClosed ? turns.count / 2 + index : index
        if turns[place] == turn { return }
        turns[place] = turn
        let test = ConditionGraph.Node(index)
        questions.append(isClosed ? .closedTest(test, truth) : .test(test, truth))
    }

    mutating func noteClosing(of fact: Int, _ isClosable: Bool) {
        facts.insert(fact)
        if open.contains(fact) { questions.append(.closable(fact: fact, isClosable)) }
    }

    mutating func noteSight(of fact: Int) {
        facts.insert(fact)
        guard open.contains(fact) else { return }
        open = open.subtracting(BitSet(only: fact))
        questions.append(.sight(fact: fact, said[fact]))
    }
}

/// Kinds of question that are asked of a case.
package struct QuestionKinds: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// What a test says.
    package static let tests = QuestionKinds(rawValue: 1)
    /// What a test says of a set once that is closed, and whether closing it excludes anything.
    package static let closings = QuestionKinds(rawValue: 2)
    /// Whether a code is a certain one.
    package static let codes = QuestionKinds(rawValue: 4)
    /// Whether a quantity or a set is a certain one.
    package static let values = QuestionKinds(rawValue: 8)
    /// All that a view of a ground tells: `ProfileKeys.View(whole: true)`.
    package static let ofGround: QuestionKinds = [.tests, .closings, .codes]

    @inline(__always)
    static func sight(of value: FactValue) -> QuestionKinds {
        if case .codes = value { return .codes }
        return .values
    }
}
