/// What judgings ended in, found again by asking a case what they asked: one tree for each judging and each set of facts
/// that are known, grown a branch at a time. It answers only where every question was answered before as it is now; so it
/// says what the judging would have said, and holds nothing of a case but what the knowledge asks of it.
package struct VerdictTree: Sendable {
    /// A root: a judging with the facts known of those that it reads.
    private struct Root: Sendable {
        let judging: Int32
        let known: BitSet
        /// 0: the place is free; else a node, or -1 less a result.
        var next: Int32
    }

    private static let closed: Int32 = 1 << 28
    private static let closable: Int32 = 1 << 29
    private static let number: Int32 = 1 << 28 - 1
    /// A question with the way on from each answer: 0 not grown yet, a node, or -1 less a result.
    private struct Node: Sendable {
        /// A test, one of a closed set, whether a set can be closed; or -1 less a number in `sights`.
        let ask: Int32
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

    /// The first is none.
    private var nodes = [Node(ask: 0)]
    private var sights: [(fact: Int, value: FactValue)] = []
    /// Open addressing; always less than half full.
    private var roots: [Root]
    private var rootCount = 0

    /// A tree that knows nothing.
    package init() { roots = Array(repeating: Self.free, count: 256) }

    private static let free = Root(judging: -1, known: BitSet(), next: 0)

    /// About how many bytes it takes.
    package var size: Int {
        nodes.count * MemoryLayout<Node>.stride + sights.count * MemoryLayout<(Int, FactValue)>.stride
            + roots.count * MemoryLayout<Root>.stride
    }

    /// Where a root lies, or where it would.
    @inline(__always)
    private func place(_ judging: Int32, _ known: BitSet) -> Int {
        let mask = roots.count - 1
        var place = known.mixed(with: UInt64(UInt32(bitPattern: judging))) & mask
        while roots[place].next != 0, roots[place].judging != judging || roots[place].known != known {
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
        var next = roots[place(judging, known)].next
        while next > 0 {
            let node = nodes[Int(next)]
            let ask = node.ask
            let truth: Truth
            if ask >= Self.closable {
                truth = Truth(`case`.isClosable(Int(ask & Self.number)))
            } else if ask >= Self.closed {
                truth = `case`.testedClosed(ask & Self.number)
            } else if ask >= 0 {
                truth = `case`.tested(ask)
            } else {
                let sight = sights[Int(-1 - ask)]
                truth = Truth(`case`.values[sight.fact] == sight.value)
            }
            next = node[truth]
        }
        return next < 0 ? Int(-1 - next) : nil
    }

    /// Keeps where a judging ended that asked these questions. A judging that asked something else of a case that answered
    /// the same is none that can be learned: it is not kept.
    package mutating func keep(_ result: Int, of judging: Int32, known: BitSet, _ asked: CaseQuestions) {
        if rootCount * 2 >= roots.count { grow() }
        let root = place(judging, known)
        if roots[root].next == 0 {
            roots[root] = Root(judging: judging, known: known, next: 0)
            rootCount += 1
        }
        /// The way that is followed: from the root, or from a node by an answer.
        var from: (node: Int, truth: Truth)?
        func next() -> Int32 { from.map { nodes[$0.node][$0.truth] } ?? roots[root].next }
        func set(_ value: Int32) {
            if let from { nodes[from.node][from.truth] = value } else { roots[root].next = value }
        }
        for question in asked.questions {
            var isAnswered = false
            while !isAnswered {
                if next() < 0 { return }
                if next() == 0 { set(grown(question)) }
                let node = Int(next())
                let ask = nodes[node].ask
                switch question {
                case .test(_, let truth), .closedTest(_, let truth):
                    guard ask == Self.ask(question) else { return }
                    from = (node, truth)
                    isAnswered = true
                case .closable(_, let isClosable):
                    guard ask == Self.ask(question) else { return }
                    from = (node, Truth(isClosable))
                    isAnswered = true
                case .sight(let fact, let value):
                    guard ask < 0, sights[Int(-1 - ask)].fact == fact else { return }
                    isAnswered = sights[Int(-1 - ask)].value == value
                    from = (node, Truth(isAnswered))
                }
            }
        }
        if next() == 0 { set(-1 - Int32(result)) }
    }

    /// How a node asks a question; nil for a sight, which has a number.
    private static func ask(_ question: CaseQuestions.Question) -> Int32? {
        switch question {
        case .test(let test, _): test
        case .closedTest(let test, _): test | closed
        case .closable(let fact, _): Int32(fact) | closable
        case .sight: nil
        }
    }

    /// A new node that asks a question.
    private mutating func grown(_ question: CaseQuestions.Question) -> Int32 {
        if case .sight(let fact, let value) = question { sights.append((fact, value)) }
        nodes.append(Node(ask: Self.ask(question) ?? -Int32(sights.count)))
        return Int32(nodes.count - 1)
    }

    private mutating func grow() {
        let old = roots
        roots = Array(repeating: Self.free, count: old.count * 2)
        for root in old where root.next != 0 { roots[place(root.judging, root.known)] = root }
    }
}
