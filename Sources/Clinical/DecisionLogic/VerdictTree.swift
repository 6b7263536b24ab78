/// What judgings ended in, found again by asking a case what they asked: one tree for each judging and each set of facts
/// that are known, grown a branch at a time. It answers only where every question was answered before as it is now; so it
/// says what the judging would have said, and holds nothing of a case but what the knowledge asks of it.
///
/// Questions that were only ever answered one way lie end to end, four bytes each with the answer in them: a way is read
/// along memory, and jumps only where cases parted.
package struct VerdictTree: Sendable {
    /// A root: a judging with the facts known of those that it reads.
    private struct Root: Sendable {
        let judging: Int32
        let known: BitSet
        /// Where its way begins; 0: the place is free.
        var start: Int32
    }

    /// A question that was answered in more than one way, with where each goes on; 0: not grown yet.
    private struct Fork: Sendable {
        let ask: Ask
        var isFalse: Int32 = 0
        var isUnknown: Int32 = 0
        var isTrue: Int32 = 0

        @inline(__always)
        subscript(_ truth: Truth) -> Int32 {
            get { truth == .true ? isTrue : truth == .false ? isFalse : isUnknown }
            set {
                switch truth {
                case .true: isTrue = newValue
                case .false: isFalse = newValue
                case .unknown: isUnknown = newValue
                }
            }
        }
    }

    private struct Sight: Sendable, Hashable {
        let fact: Int
        let value: FactValue
    }

    /// What is asked: a number, and in its two lowest bits of what.
    private struct Ask: Sendable, Equatable {
        static let (test, closed, closable, sight): (Int32, Int32, Int32, Int32) = (0, 1, 2, 3)
        let word: Int32

        init(_ kind: Int32, _ number: Int32) { word = number << 2 | kind }
        init(word: Int32) { self.word = word }

        var kind: Int32 { word & 3 }
        var number: Int32 { word >> 2 }
    }

    /// A step of a way: a question with its one answer; or, negative, a fork or the result.
    private struct Step: Sendable {
        let word: Int32

        init(_ ask: Ask, _ truth: Truth) { word = ask.word << 2 | Int32(truncatingIfNeeded: truth.rawValue) }
        init(fork: Int) { word = -1 - (Int32(fork) << 1 | 1) }
        init(result: Int) { word = -1 - Int32(result) << 1 }

        @inline(__always) var isQuestion: Bool { word >= 0 }
        @inline(__always) var ask: Ask { Ask(word: word >> 2) }
        @inline(__always)
        func expects(_ truth: Truth) -> Bool { word & 3 == Int32(truncatingIfNeeded: truth.rawValue) }
        @inline(__always) var isFork: Bool { (-1 - word) & 1 == 1 }
        /// The fork's or the result's.
        @inline(__always) var number: Int { Int((-1 - word) >> 1) }
    }

    /// The first is none.
    private var steps = [Step(result: 0)]
    private var forks: [Fork] = []
    /// Values that were looked at, equal ones once.
    private var sights: [Sight] = []
    private var sightNumbers: [Sight: Int32] = [:]
    /// Open addressing; always less than half full.
    private var roots: [Root]
    private var rootCount = 0

    /// A tree that knows nothing.
    package init() { roots = Array(repeating: Self.free, count: 256) }

    private static let free = Root(judging: -1, known: BitSet(), start: 0)

    /// How many steps, forks and roots it has.
    package var extent: (steps: Int, forks: Int, roots: Int) { (steps.count, forks.count, rootCount) }

    /// About how many bytes it takes.
    package var size: Int {
        steps.count * MemoryLayout<Step>.stride + forks.count * MemoryLayout<Fork>.stride + sights.count
            * 256 + roots.count * MemoryLayout<Root>.stride
    }

    /// Where a root lies, or where it would.
    @inline(__always)
    private func place(_ judging: Int32, _ known: BitSet) -> Int {
        let mask = roots.count - 1
        var place = known.mixed(with: UInt64(UInt32(bitPattern: judging))) & mask
        while roots[place].start != 0, roots[place].judging != judging || roots[place].known != known {
            place = (place + 1) & mask
        }
        return place
    }

    /// The result of a judging, as a case that came before ended; nil where none answered the same to all questions.
    ///
    /// - Parameters:
    ///   - judging: a number of the caller's for what is judged.
    ///   - known: the facts known of the case, of those that this judging reads.
    ///   - case: what is known.
    package func result(of judging: Int32, known: BitSet, in case: borrowing GraphJudge) -> Int? {
        var asked: QuestionKinds = []
        return result(of: judging, known: known, in: `case`, asked: &asked)
    }

    /// The same, which tells what the way asked.
    package func result(of judging: Int32, known: BitSet, in case: borrowing GraphJudge, asked: inout QuestionKinds)
        -> Int?
    {
        var place = Int(roots[place(judging, known)].start)
        while place > 0 {
            let step = steps[place]
            if step.isQuestion {
                asked.insert(kind(of: step.ask))
                guard step.expects(truth(step.ask, `case`)) else { return nil }
                place += 1
            } else if step.isFork {
                let fork = forks[step.number]
                asked.insert(kind(of: fork.ask))
                place = Int(fork[truth(fork.ask, `case`)])
            } else {
                return step.number
            }
        }
        return nil
    }

    @inline(__always)
    private func kind(of ask: Ask) -> QuestionKinds {
        switch ask.kind {
        case Ask.test: .tests
        case Ask.closed, Ask.closable: .closings
        default: .sight(of: sights[Int(ask.number)].value)
        }
    }

    @inline(__always)
    private func truth(_ ask: Ask, _ case: borrowing GraphJudge) -> Truth {
        if ask.kind == Ask.test { return `case`.tested(ask.number) }
        if ask.kind == Ask.closed { return `case`.testedClosed(ask.number) }
        if ask.kind == Ask.closable { return Truth(`case`.isClosable(Int(ask.number))) }
        let sight = sights[Int(ask.number)]
        return Truth(`case`.values[sight.fact] == sight.value)
    }

    /// Keeps where a judging ended that asked these questions. A judging that asked something else of a case that answered
    /// the same is none that can be learned: it is not kept.
    package mutating func keep(_ result: Int, of judging: Int32, known: BitSet, _ asked: CaseQuestions) {
        if rootCount * 2 >= roots.count { grow() }
        let root = place(judging, known)
        var rest = asked.questions[...]
        if roots[root].start == 0 {
            roots[root] = Root(judging: judging, known: known, start: Int32(steps.count))
            rootCount += 1
            return append(rest, result)
        }
        var place = Int(roots[root].start)
        while let question = rest.first {
            let step = steps[place]
            if !step.isQuestion && !step.isFork { return }
            let ask = step.isQuestion ? step.ask : forks[step.number].ask
            guard let (truth, isAnswered) = answer(of: question, to: ask) else { return }
            if isAnswered { rest.removeFirst() }
            if step.isQuestion {
                if step.expects(truth) {
                    place += 1
                    continue
                }
                var fork = Fork(ask: ask)
                for other in [Truth.false, .unknown, .true] where step.expects(other) { fork[other] = Int32(place + 1) }
                fork[truth] = Int32(steps.count)
                steps[place] = Step(fork: forks.count)
                forks.append(fork)
                return append(rest, result)
            }
            let next = Int(forks[step.number][truth])
            if next == 0 {
                forks[step.number][truth] = Int32(steps.count)
                return append(rest, result)
            }
            place = next
        }
    }

    /// What a judging's own question says to what a way asks, and whether that is all that it says: of two sights of a fact
    /// one may follow the other. nil: it asked something else.
    private func answer(of question: CaseQuestions.Question, to ask: Ask) -> (Truth, isAnswered: Bool)? {
        switch question {
        case .test(let test, let truth): ask == Ask(Ask.test, test) ? (truth, true) : nil
        case .closedTest(let test, let truth): ask == Ask(Ask.closed, test) ? (truth, true) : nil
        case .closable(let fact, let isClosable):
            ask == Ask(Ask.closable, Int32(fact)) ? (Truth(isClosable), true) : nil
        case .sight(let fact, let value):
            if ask.kind == Ask.sight, case let sight = sights[Int(ask.number)], sight.fact == fact {
                (Truth(sight.value == value), sight.value == value)
            } else {
                nil
            }
        }
    }

    /// A new way to its end.
    private mutating func append(_ questions: ArraySlice<CaseQuestions.Question>, _ result: Int) {
        if steps.count == 1 {
            // Address space until it is written; a list that doubles leaves the memory of its old places behind.
            steps.reserveCapacity(1 << 20)
            forks.reserveCapacity(1 << 17)
        }
        for question in questions {
            switch question {
            case .test(let test, let truth): steps.append(Step(Ask(Ask.test, test), truth))
            case .closedTest(let test, let truth): steps.append(Step(Ask(Ask.closed, test), truth))
            case .closable(let fact, let isClosable):
                steps.append(Step(Ask(Ask.closable, Int32(fact)), Truth(isClosable)))
            case .sight(let fact, let value):
                steps.append(Step(Ask(Ask.sight, number(of: Sight(fact: fact, value: value))), .true))
            }
        }
        steps.append(Step(result: result))
    }

    private mutating func number(of sight: Sight) -> Int32 {
        if let known = sightNumbers[sight] { return known }
        sightNumbers[sight] = Int32(sights.count)
        sights.append(sight)
        return Int32(sights.count - 1)
    }

    private mutating func grow() {
        let old = roots
        roots = Array(repeating: Self.free, count: old.count * 2)
        for root in old where root.start != 0 { roots[place(root.judging, root.known)] = root }
    }
}
