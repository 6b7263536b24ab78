/// All conditions of a release as one graph in which equal parts are one node, so that a part is judged once a case
/// however many rules say it, and what reads none of the facts that are known is not judged at all.
///
/// It says of every condition exactly what `Condition` says: that is its plain twin, and its oracle in the tests.
package struct ConditionGraph: Sendable {
    /// A condition's place in the graph.
    package typealias Node = Int32

    enum Kind: UInt8, Sendable {
        case all, any, not, count
        case isOneOf, includes, within, isKnown, isPartlyKnown
        /// `isOneOf` and `includes` of a fact with at most 64 codes, which is nearly every one.
        case isOneOfFew, includesFew

        /// Whether it tests a fact; else it puts others together.
        var isTest: Bool {
            switch self {
            case .all, .any, .not, .count: false
            case .isOneOf, .includes, .within, .isKnown, .isPartlyKnown, .isOneOfFew, .includesFew: true
            }
        }
    }

    /// One part: an operator with its children, or a test on a fact.
    struct Part: Sendable {
        let kind: Kind
        /// The fact of a test; the least of a count.
        let operand: Int32
        /// The code of `includes`; where the children, the set or the interval of a part begins in its table.
        let first: Int32
        /// How many children it has.
        let count: Int32
        /// The codes of a test on few codes, by bit.
        let mask: UInt64
    }

    private(set) var parts: [Part] = []
    private(set) var children: [Node] = []
    private(set) var sets: [BitSet] = []
    private(set) var intervals: [Interval] = []
    /// The facts that each part reads.
    private(set) var reads: [BitSet] = []
    /// What each part says where nothing is known.
    private(set) var unknown: [Truth] = []

    /// What makes a part the same as another.
    private struct Key: Hashable, Sendable {
        let kind: Kind
        let operand: Int32
        let children: [Node]
        let set: BitSet
        let ends: [UInt64]
    }
    private var known: [Key: Node] = [:]
    private let unrestricted: [FactValue]
    private let fewCodes: [Bool]
    /// All codes of each fact; of each code, by `firstCodes` of its fact, those that it is a class of.
    private let codes: [BitSet]
    private let firstCodes: [Int]
    private let descendants: [BitSet]

    /// An empty graph over a vocabulary.
    package init(_ vocabulary: Vocabulary) {
        codes = vocabulary.facts.map { .upTo($0.codes.count) }
        var first = 0
        firstCodes = vocabulary.facts.map { fact in
            defer { first += fact.codes.count }
            return first
        }
        descendants = vocabulary.facts.flatMap { $0.codes.map(\.descendants) }
        unrestricted = vocabulary.unrestricted
        fewCodes = vocabulary.facts.map { $0.codes.count <= 64 }
    }

    /// How many parts it has.
    package var count: Int { parts.count }
    /// How many facts it may test, and how many codes one of them has.
    var factCount: Int { codes.count }
    func codeCount(of fact: Int) -> Int { codes[fact].count }
    /// Whether its codes are so few that a word holds one bit for each.
    func isFew(_ fact: Int) -> Bool { fewCodes[fact] }
    /// What is known of a fact where nothing is.
    func unrestricted(_ fact: Int) -> FactValue { unrestricted[fact] }

    /// Adds a condition and gives its place; an equal one has one already.
    package mutating func add(_ condition: Condition) -> Node {
        switch condition {
        case .all(let inner): return add(.all, inner)
        case .any(let inner): return add(.any, inner)
        case .not(let inner): return add(.not, [inner])
        case .count(let least, let inner): return add(.count, inner, least: least)
        case .criterion(_, let inner): return add(inner)
        case .leaf(let leaf): return add(leaf.test, on: leaf.fact)
        }
    }

    /// Adds a test on a fact.
    package mutating func add(_ test: FactTest, on fact: Int) -> Node {
        var (kind, code, set) = (Kind.isKnown, 0, BitSet())
        var interval: Interval?
        switch test {
        case .isOneOf(let wanted): (kind, set) = (fewCodes[fact] ? .isOneOfFew : .isOneOf, wanted)
        case .includes(let wanted): (kind, code) = (fewCodes[fact] ? .includesFew : .includes, wanted)
        case .within(let wanted): (kind, interval) = (.within, wanted)
        case .isKnown: kind = .isKnown
        case .isPartlyKnown: kind = .isPartlyKnown
        }
        let ends: [UInt64] =
            interval.map { [$0.lower.bitPattern, $0.lowerIsOpen ? 1 : 0, $0.upper.bitPattern, $0.upperIsOpen ? 1 : 0] }
            ?? [UInt64(code)]
        let key = Key(kind: kind, operand: Int32(fact), children: [], set: set, ends: ends)
        if let node = known[key] { return node }
        var first = Int32(code)
        if kind == .isOneOf {
            first = Int32(sets.count)
            sets.append(set)
        } else if let interval {
            first = Int32(intervals.count)
            intervals.append(interval)
        }
        return append(
            Part(
                kind: kind, operand: Int32(fact), first: first, count: 0,
                mask: kind == .includesFew ? 1 << UInt64(code & 63) : set.firstWord), key, reads: BitSet(only: fact),
            unknown: test.evaluate(unrestricted[fact]))
    }

    private mutating func add(_ kind: Kind, _ inner: [Condition], least: Int = 0) -> Node {
        let nodes = inner.map { add($0) }
        if (kind == .all || kind == .any) && nodes.count == 1 { return nodes[0] }
        let key = Key(kind: kind, operand: Int32(least), children: nodes, set: BitSet(), ends: [])
        if let node = known[key] { return node }
        let part = Part(
            kind: kind, operand: Int32(least), first: Int32(children.count), count: Int32(nodes.count), mask: 0)
        children += nodes
        let truths = nodes.map { unknown[Int($0)] }
        let truth: Truth =
            switch kind {
            case .all: truths.min() ?? .true
            case .any: truths.max() ?? .false
            case .not: !truths[0]
            default:
                truths.count(where: { $0 == .true }) >= least
                    ? .true : truths.count(where: { $0 != .false }) >= least ? .unknown : .false
            }
        return append(
            part, key, reads: nodes.reduce(into: BitSet()) { $0.formUnion(reads[Int($1)]) }, unknown: truth)
    }

    private mutating func append(_ part: Part, _ key: Key, reads facts: BitSet, unknown truth: Truth) -> Node {
        let node = Node(parts.count)
        parts.append(part)
        reads.append(facts)
        unknown.append(truth)
        known[key] = node
        return node
    }

    /// Forgets what only building needs.
    package mutating func seal() { known = [:] }

    /// What closing a set excludes: what is neither held nor excluded, but for the members of classes that hold without any
    /// of them being named. nil where nothing is open.
    package func closing(_ value: FactValue, of fact: Int) -> BitSet? {
        guard case .members(let included, let excluded) = value else { return nil }
        let open = codes[fact].subtracting(included).subtracting(excluded)
        if open.isEmpty { return nil }
        var unresolved = BitSet()
        included.forEach {
            let members = descendants[firstCodes[fact] + $0]
            if members.isDisjoint(with: included) { unresolved.formUnion(members) }
        }
        return open.subtracting(unresolved)
    }

    /// The codes that a condition demands: one of them must be possible, or the condition is false.
    package func demands(of node: Node) -> [(fact: Int, codes: BitSet)] {
        if node < 0 { return [] }
        let part = parts[Int(node)]
        switch part.kind {
        case .all:
            return (Int(part.first)..<Int(part.first + part.count)).flatMap { demands(of: children[$0]) }
        case .isOneOf: return [(Int(part.operand), sets[Int(part.first)])]
        case .isOneOfFew:
            return [(Int(part.operand), BitSet((0..<64).filter { part.mask >> UInt64($0) & 1 == 1 }))]
        default: return []
        }
    }

    /// Adds the tests of a condition, each once.
    package func addTests(of node: Node, _ tests: inout [Node]) {
        forEachTest(of: node) { if !tests.contains($0) { tests.append($0) } }
    }

    /// Collects the tests of a condition, some of them more than once.
    package func collectTests(of node: Node, _ tests: inout [Node]) { forEachTest(of: node) { tests.append($0) } }

    private func forEachTest(of node: Node, _ visit: (Node) -> Void) {
        guard node >= 0 else { return }
        let part = parts[Int(node)]
        if part.kind.isTest { return visit(node) }
        for place in Int(part.first)..<Int(part.first + part.count) { forEachTest(of: children[place], visit) }
    }

    /// The facts that a condition reads; none for none.
    package func facts(of node: Node) -> BitSet { node < 0 ? BitSet() : reads[Int(node)] }
}

/// The first words of what is known of a fact with at most 64 codes.
struct Words: Sendable, Hashable {
    let first: UInt64
    let second: UInt64

    init(_ value: FactValue) {
        switch value {
        case .codes(let codes): (first, second) = (codes.firstWord, 0)
        case .members(let included, let excluded): (first, second) = (included.firstWord, excluded.firstWord)
        case .quantity: (first, second) = (0, 0)
        }
    }
}

/// The verdicts of a graph over one case. What was judged is kept until a value changes.
package struct GraphJudge: Sendable {
    package let graph: ConditionGraph
    /// The values by fact number.
    package private(set) var values: [FactValue]
    /// The facts of which something is known.
    package private(set) var known = BitSet()
    /// Of facts with at most 64 codes the codes that remain, or those that hold and those that do not.
    private(set) var words: [Words]
    private let unrestricted: [FactValue]
    private let unrestrictedWords: [Words]
    /// Verdicts by node, each with the turn in which it was made: forgetting all is beginning another turn.
    private var verdicts: [UInt32]
    private var turn: UInt32 = 1
    private static let lastTurn: UInt32 = 1 << 29
    /// What is noted of the questions asked, while somebody wants to learn which they are.
    private var isNoting = false
    private var notes = CaseQuestions()
    /// The sets of which what was not named counts as excluded.
    private var closed = BitSet()
    /// Those of them that were closed before questions are noted.
    private var closedBefore = BitSet()

    /// A judge who knows nothing.
    package init(_ graph: ConditionGraph, _ vocabulary: Vocabulary) {
        self.graph = graph
        unrestricted = vocabulary.unrestricted
        values = unrestricted
        unrestrictedWords = unrestricted.map { Words($0) }
        words = unrestrictedWords
        verdicts = Array(repeating: 0, count: graph.count)
    }

    /// Begins anew, knowing nothing.
    package mutating func reset() {
        // Only what was set differs.
        known.forEach {
            values[$0] = unrestricted[$0]
            words[$0] = unrestrictedWords[$0]
        }
        known = BitSet()
        closed = BitSet()
        forget()
    }

    /// INVARIANT: both have a value for each fact.
    private static func copy<Value>(_ source: [Value], to target: inout [Value]) {
        target.withUnsafeMutableBufferPointer { target in
            source.withUnsafeBufferPointer { source in _ = target.update(fromContentsOf: source) }
        }
    }

    /// Sets a value. Verdicts that were made before it are forgotten with `forget()`, by whoever made some.
    @inline(__always)
    package mutating func set(_ fact: Int, _ value: FactValue) {
        values[fact] = value
        words[fact] = Words(value)
        known.insert(fact)
    }

    /// What it knows, to come back to.
    package struct Memory: Sendable {
        var values: [FactValue]
        var words: [Words]
        var known = BitSet()
        var closed = BitSet()
    }

    /// A memory of nothing.
    package var blank: Memory { Memory(values: unrestricted, words: unrestrictedWords) }

    /// Keeps what it knows.
    package func save(to memory: inout Memory) {
        Self.copy(values, to: &memory.values)
        Self.copy(words, to: &memory.words)
        memory.known = known
        memory.closed = closed
    }

    /// Goes back to what it knew then.
    package mutating func restore(_ memory: Memory) {
        known.union(memory.known).forEach {
            values[$0] = memory.values[$0]
            words[$0] = memory.words[$0]
        }
        known = memory.known
        closed = memory.closed
        forget()
    }

    /// Forgets all verdicts.
    package mutating func forget() {
        turn += 1
        if turn < Self.lastTurn { return }
        for index in verdicts.indices { verdicts[index] = 0 }
        turn = 1
    }

    /// What a condition says; kept. A negative place is no condition, which is always true.
    @inline(__always)
    package mutating func truth(_ node: ConditionGraph.Node) -> Truth {
        if node < 0 { return .true }
        let index = Int(node)
        let kept = verdicts[index]
        if kept >> 2 == turn { return Self.truths(kept & 3) }
        return judged(index)
    }

    private mutating func judged(_ index: Int) -> Truth {
        let truth = graph.reads[index].isDisjoint(with: known) ? graph.unknown[index] : computed(index)
        verdicts[index] = turn << 2 | UInt32(truncatingIfNeeded: truth.rawValue)
        if isNoting { notes.note(index, graph, truth, closed: closed.subtracting(closedBefore)) }
        return truth
    }

    // MARK: - Learning what a judging asks

    /// Notes from now on what is asked of the facts that are known now.
    package mutating func beginNoting() {
        notes.begin(known, values, tests: graph.count)
        isNoting = true
        closedBefore = closed
        forget()
    }

    /// What was asked since; nothing is noted any more.
    package mutating func endNoting() -> CaseQuestions {
        isNoting = false
        notes.end()
        return notes
    }

    /// Makes a fact unknown.
    package mutating func unset(_ fact: Int) {
        values[fact] = unrestricted[fact]
        words[fact] = unrestrictedWords[fact]
        known = known.subtracting(BitSet(only: fact))
    }

    /// Says that what is known of a fact is looked at, not only tested.
    package mutating func willRead(_ fact: Int) {
        if isNoting { notes.noteSight(of: fact) }
    }

    /// Excludes what was not named of a set, members of classes that hold without any of them being named apart; what was
    /// excluded thereby, nil where nothing was open.
    package mutating func close(_ fact: Int) -> BitSet? {
        if isNoting && closed.contains(fact) { notes.noteSight(of: fact) }
        let closing = graph.closing(values[fact], of: fact)
        if isNoting { notes.noteClosing(of: fact, closing != nil) }
        guard let excluded = closing else { return nil }
        guard case .members(let included, let before) = values[fact] else { return nil }
        set(fact, .members(included: included, excluded: before.union(excluded)))
        closed.insert(fact)
        return excluded
    }

    /// Whether what was not named of a set counts as excluded.
    package func isClosed(_ fact: Int) -> Bool { closed.contains(fact) }

    /// Whether closing a set excludes anything.
    func isClosable(_ fact: Int) -> Bool { graph.closing(values[fact], of: fact) != nil }

    /// Says that a fact meets another value: nothing is learned of it where it lies `inside` that value already.
    package mutating func willNarrow(_ fact: Int, inside: ConditionGraph.Node) {
        if !isNoting || inside >= 0 && notes.isOpen(fact) && truth(inside) == .true { return }
        notes.noteSight(of: fact)
    }

    /// What a test says of what is known now; not kept.
    @inline(__always)
    func tested(_ node: ConditionGraph.Node) -> Truth {
        let part = graph.parts[Int(node)]
        switch part.kind {
        case .isOneOfFew:
            let left = words[Int(part.operand)].first
            return left & ~part.mask == 0 ? .true : left & part.mask == 0 ? .false : .unknown
        case .includesFew:
            let flags = words[Int(part.operand)]
            return flags.first & part.mask != 0 ? .true : flags.second & part.mask != 0 ? .false : .unknown
        default: return testedWhole(part)
        }
    }

    /// What a test says once what was not named of its set counts as excluded; not kept.
    @inline(never)
    func testedClosed(_ node: ConditionGraph.Node) -> Truth {
        let part = graph.parts[Int(node)]
        guard part.kind == .includesFew || part.kind == .includes,
            case .members(let included, let excluded) = values[Int(part.operand)]
        else { return tested(node) }
        let code = part.kind == .includesFew ? part.mask.trailingZeroBitCount : Int(part.first)
        if included.contains(code) { return .true }
        if excluded.contains(code) { return .false }
        let closing = graph.closing(values[Int(part.operand)], of: Int(part.operand))
        return closing?.contains(code) ?? false ? .false : .unknown
    }

    @inline(never)
    private func testedWhole(_ part: ConditionGraph.Part) -> Truth {
        let value = values[Int(part.operand)]
        switch part.kind {
        case .isOneOf:
            guard case .codes(let codes) = value else { return .unknown }
            let wanted = graph.sets[Int(part.first)]
            return codes.isSubset(of: wanted) ? .true : codes.isDisjoint(with: wanted) ? .false : .unknown
        case .includes:
            guard case .members(let included, let excluded) = value else { return .unknown }
            return included.contains(Int(part.first)) ? .true : excluded.contains(Int(part.first)) ? .false : .unknown
        case .within:
            guard case .quantity(let interval) = value else { return .unknown }
            let wanted = graph.intervals[Int(part.first)]
            return wanted.contains(interval) ? .true : wanted.intersection(interval).isEmpty ? .false : .unknown
        case .isKnown: return Truth(value.isSingle)
        case .isPartlyKnown:
            guard case .quantity(let interval) = value else { return .unknown }
            return Truth(interval != .everything)
        case .all, .any, .not, .count, .isOneOfFew, .includesFew: return .unknown
        }
    }

    @inline(__always)
    private static func truths(_ kept: UInt32) -> Truth { kept == 0 ? .false : kept == 1 ? .unknown : .true }

    private mutating func computed(_ index: Int) -> Truth {
        let part = graph.parts[index]
        let first = Int(part.first)
        switch part.kind {
        case .all:
            var result = Truth.true
            for place in first..<first + Int(part.count) {
                let next = truth(graph.children[place])
                if next == .false { return .false }
                if next == .unknown { result = .unknown }
            }
            return result
        case .any:
            var result = Truth.false
            for place in first..<first + Int(part.count) {
                let next = truth(graph.children[place])
                if next == .true { return .true }
                if next == .unknown { result = .unknown }
            }
            return result
        case .not: return !truth(graph.children[first])
        case .count:
            var (sure, possible) = (0, 0)
            for place in first..<first + Int(part.count) {
                let next = truth(graph.children[place])
                if next == .true { sure += 1 }
                if next != .false { possible += 1 }
            }
            let least = Int(part.operand)
            return sure >= least ? .true : possible >= least ? .unknown : .false
        default: return tested(ConditionGraph.Node(index))
        }
    }

    /// The facts whose remaining values could still change an unknown verdict; empty where it is settled.
    package mutating func needs(_ node: ConditionGraph.Node) -> BitSet {
        var result = BitSet()
        addNeeds(node, &result)
        return result
    }

    /// Adds the facts that an unknown verdict waits for.
    package mutating func addNeeds(_ node: ConditionGraph.Node, _ sum: inout BitSet) {
        // Nothing waits for what is settled or asks nothing.
        guard truth(node) == .unknown else { return }
        let part = graph.parts[Int(node)]
        switch part.kind {
        case .all, .any, .count, .not:
            for place in Int(part.first)..<Int(part.first + part.count) { addNeeds(graph.children[place], &sum) }
        default: sum.insert(Int(part.operand))
        }
    }

    /// The facts that a verdict rests on.
    package mutating func grounds(_ node: ConditionGraph.Node) -> BitSet {
        var result = BitSet()
        addGrounds(node, &result)
        return result
    }

    private mutating func addGrounds(_ node: ConditionGraph.Node, _ sum: inout BitSet) {
        let part = graph.parts[Int(node)]
        switch part.kind {
        case .all, .any, .count:
            let verdict = truth(node)
            for place in Int(part.first)..<Int(part.first + part.count) {
                let child = graph.children[place]
                if truth(child) == verdict { addGrounds(child, &sum) }
            }
        case .not: addGrounds(graph.children[Int(part.first)], &sum)
        default: sum.insert(Int(part.operand))
        }
    }
}

/// Some tests of a graph.
package struct TestSet: Sendable {
    /// Each once, by the number of its fact and then by its own.
    private var keys: [UInt64] = []

    /// None.
    package init() {}

    /// The set of what was collected from a graph, in any order and more than once.
    package init(_ collected: [ConditionGraph.Node], of graph: ConditionGraph) {
        keys.reserveCapacity(collected.count)
        let all = collected.map { Self.key(Int(graph.parts[Int($0)].operand), $0) }
        for key in all.sorted() where key != keys.last { keys.append(key) }
    }

    private static func key(_ fact: Int, _ test: ConditionGraph.Node) -> UInt64 {
        UInt64(fact) << 32 | UInt64(UInt32(bitPattern: test))
    }

    /// Where a key stands, or where it would.
    private func place(of key: UInt64) -> Int {
        var places = 0..<keys.count
        while !places.isEmpty {
            let middle = (places.lowerBound + places.upperBound) / 2
            places = keys[middle] < key ? middle + 1..<places.upperBound : places.lowerBound..<middle
        }
        return places.lowerBound
    }

    /// Whether it holds a test.
    package func contains(_ test: ConditionGraph.Node, of graph: ConditionGraph) -> Bool {
        let key = Self.key(Int(graph.parts[Int(test)].operand), test)
        let place = place(of: key)
        return place < keys.count && keys[place] == key
    }

    /// Those of a fact, ascending.
    func tests(of fact: Int) -> some Sequence<ConditionGraph.Node> {
        keys[place(of: Self.key(fact, 0))..<place(of: Self.key(fact + 1, 0))].lazy
            .map { ConditionGraph.Node(truncatingIfNeeded: $0) }
    }
}
