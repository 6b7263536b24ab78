import ClinicalModel
import DecisionLogic

/// What a judge remembers of the cases before: where completing them and choosing their topics ended, and what was said of
/// each intervention, found again by `VerdictTree`. It knows of a patient only which questions of the knowledge were
/// answered how; another patient with the same answers gets the same words.
struct LearnedCases: Sendable {
    /// A completed case with the topics that speak.
    struct Ground: Sendable, Hashable {
        struct Change: Sendable, Hashable {
            let fact: Int
            let value: FactValue?
        }

        /// False where the plain way must answer.
        var isAnswered = true
        var isGuidance = true
        var topics: [Int] = []
        /// The values that differ from what was said; nil: what was said of a set, closed.
        var values: [Change] = []
        /// Their facts.
        var changed = BitSet()
        /// What was derived and assumed, and why: a number for what is written once.
        var following = 0
        /// The facts that count as unknown although something was said of them.
        var unknown = BitSet()
        var conflicts: [AnswerPlan.PlannedConflict] = []
        /// Facts that were said, or -1 less a derivation.
        var voices: [Int32] = []
        /// The remark on the conflicts.
        var notes: [CaseNote] = []
        var questions: [AnswerPlan.PlannedQuestion] = []
        var moved: [Int32] = []
        /// A number in `panels`, -1 where no topic speaks.
        var panel = -1
    }

    /// A ground that is looked at where it lies, not copied.
    final class KeptGround: Sendable {
        let ground: Ground

        init(_ ground: Ground) { self.ground = ground }
    }

    /// The interventions on which some topics speak together, with their rules.
    final class Panel: Sendable {
        let topics: [Int]
        let interventions: [Int32]
        let rules: [[Int32]]
        /// What judging each may ask of; last what the rest of the answer may.
        let asked: [Asked]
        /// The numbers of these judgings in the tree, in the same order; 0 is the ground's.
        let judgings: [Int32]
        /// The number of the first of them among what is seen, which panels do not share.
        let firstSeat: Int32

        init(
            topics: [Int], interventions: [Int32], rules: [[Int32]], asked: [Asked], judgings: [Int32],
            firstSeat: Int32
        ) {
            self.topics = topics
            self.interventions = interventions
            self.rules = rules
            self.asked = asked
            self.judgings = judgings
            self.firstSeat = firstSeat
        }
    }

    /// What a judging may ask: tests, and facts that it may look at otherwise too.
    struct Asked: Sendable {
        var facts = BitSet()
        var tests = TestSet()

        /// All that can be seen of these facts in turn; sixteen of them have room in one view.
        var views: [ProfileKeys.View] {
            let all = facts.members
            return stride(from: 0, to: all.count, by: 16).map {
                ProfileKeys.View(facts: BitSet(all[$0..<min($0 + 16, all.count)]), tests: tests, whole: true)
            }
        }

        /// Whether that is all that was asked.
        func covers(_ questions: CaseQuestions, of graph: ConditionGraph) -> Bool {
            questions.facts.isSubset(of: facts) && questions.isWithin(tests, of: graph)
        }
    }

    /// The same while it is collected.
    struct Asking {
        private(set) var facts = BitSet()
        private var tests: [ConditionGraph.Node] = []

        mutating func add(_ node: ConditionGraph.Node, _ graph: ConditionGraph) {
            facts.formUnion(graph.facts(of: node))
            graph.collectTests(of: node, &tests)
        }

        mutating func add(_ fact: Int) { facts.insert(fact) }

        func asked(of graph: ConditionGraph) -> Asked { Asked(facts: facts, tests: TestSet(tests, of: graph)) }
    }

    /// What judging an intervention depends on beside the case: panels that have the same rules for it share what is learned.
    private struct Judging: Hashable {
        let intervention: Int32
        let rules: [Int32]
    }

    /// What is said of an intervention. Small: there are many.
    struct Card: Sendable {
        enum Kind: UInt8, Sendable { case offered, refused, silent }
        let intervention: Int32
        let kind: Kind
        let group: UInt8
        let rank: Int
        /// Its sources in the order in which they are numbered, what is unknown of each contraindication, and its ranks:
        /// numbers in the lists of what was learned.
        let sources: Int32
        let doubts: Int32
        let ranks: Int32
        /// What must be known first: a number in the sets of what was learned.
        let needs: Int32

        /// All of it.
        fileprivate var words: [Int32] {
            let order = [Int32(kind.rawValue), Int32(group), Int32(truncatingIfNeeded: rank), Int32(rank >> 32)]
            return order + [intervention, sources, doubts, ranks, needs]
        }

        /// Whether an answer tells it first.
        @inline(__always)
        func stands(before other: Card) -> Bool {
            if group != other.group { return group < other.group }
            return rank != other.rank ? rank < other.rank : intervention < other.intervention
        }
    }

    /// What topics say beside their options.
    struct Frame: Sendable {
        let sources: Int32
        let openings: Int32
    }

    /// What was derived and assumed: numbers in `plannedFacts`, and of derivations.
    private struct Following: Hashable {
        let facts: [Int32]
        let becauses: [Int32]
    }

    /// Numbers for lists, equal ones the same: the lists end to end in bytes, each found by its hash and compared where it lies.
    private struct Wordings: Sendable {
        private var bytes: [UInt8] = []
        private var starts: [Int32] = [0]
        private var numbers: [Int: Int32] = [:]

        var size: Int { bytes.count + starts.count * 40 }

        /// The number of a list, and whether it is new.
        mutating func number(of list: [Int32]) -> (Int, isNew: Bool) {
            let packed = Self.packed(list)
            let hash = packed.hashValue
            if let known = numbers[hash].map(Int.init),
                bytes[Int(starts[known])..<Int(starts[known + 1])].elementsEqual(packed)
            {
                return (known, false)
            }
            // Address space until it is written.
            if bytes.isEmpty { bytes.reserveCapacity(1 << 22) }
            bytes += packed
            starts.append(Int32(bytes.count))
            if numbers[hash] == nil { numbers[hash] = Int32(starts.count - 2) }
            return (starts.count - 2, true)
        }

        /// Seven bits a byte, the lowest first, a high bit where more follow: nearly all numbers are small.
        private static func packed(_ list: [Int32]) -> [UInt8] {
            var packed: [UInt8] = []
            packed.reserveCapacity(list.count * 2)
            for number in list {
                // -1 stands for none, and is 0 here.
                var rest = UInt32(bitPattern: number) &+ 1
                while rest >= 0x80 {
                    packed.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                    rest >>= 7
                }
                packed.append(UInt8(truncatingIfNeeded: rest))
            }
            return packed
        }
    }

    var tree = VerdictTree()
    /// The same by what is seen of a case.
    var verdicts = SeenVerdicts()
    /// The case at hand.
    private var profile: CaseProfile
    /// What the judgings of each panel see of a case.
    private var keys: [ProfileKeys] = []
    private var keyBytes = 0
    /// What completing a case and choosing its topics see of what was said: some facts a view, so that each has room.
    private var groundKeys: ProfileKeys
    /// Where that ended, found view by view: of all views but the last, where to look on.
    private var groundVerdicts = SeenVerdicts()
    private var groundSteps: Int32 = 0
    private(set) var grounds: [KeptGround] = []
    /// The ground of each hash: the first that had it.
    private var groundNumbers: [Int: Int] = [:]
    private var followings: [Following: Int] = [:]
    private var plannedFacts: [AnswerPlan.PlannedFact: Int32] = [:]
    private var changes: [[Ground.Change]: [Ground.Change]] = [:]
    var panels: [Panel] = []
    private(set) var cards: [Card] = []
    private(set) var frames: [Frame] = []
    private var cardWordings = Wordings()
    private var frameWordings = Wordings()
    private var judgings: [Judging: Int32] = [:]
    /// What the judgings of interventions may ask, which panels share.
    private var askedBy: [Int32: Asked] = [:]
    private var nextJudging: Int32 = 1

    /// Lists that cards and frames share.
    private(set) var lists = NumberedLists()
    private(set) var sets: [BitSet] = [BitSet()]
    /// The ranks of options; the first is for those whose rank nothing can change but its number.
    private(set) var ranks: [OptionRanks] = []
    private var rankNumbers: [OptionRanks: Int32] = [:]
    /// The rules that may rank options, with the tests of their ranks.
    private(set) var rankings: [Ranking] = []
    private var rankingNumbers: [[Int32]: Int32] = [:]
    /// All that `RankContest` looks at in an option, numbered.
    private var standings: [RankStanding: Int32] = [:]
    /// Over which facts the order of two options hangs.
    private(set) var contests: [Contest] = []
    private var contestNumbers = KeyNumbers()

    /// Two options by the numbers of their standings, and whether a fact is answered beside another one.
    struct Comparison: Sendable {
        let left: Int32
        let right: Int32
        let isBesideAnother: Bool

        fileprivate var key: UInt64 {
            (UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))) << 1
                | (isBesideAnother ? 1 : 0)
        }
    }

    /// For which facts two options were compared, and where one turns the order.
    struct Contest: Sendable {
        var asked = BitSet()
        var turning = BitSet()
    }

    struct Ranking: Sendable {
        let rules: [Int32]
        let tests: [ConditionGraph.Node]
    }

    /// The tests of a ranking with what they say, and what is known in part of the facts that are open.
    struct RankStanding: Sendable, Hashable {
        let ranking: Int32
        var truths: UInt64 = 0
        var more: [UInt64] = []
        var partly: [Ground.Change] = []

        func hash(into hasher: inout Hasher) {
            hasher.combine(truths)
            hasher.combine(ranking)
            if !more.isEmpty { hasher.combine(more) }
            if !partly.isEmpty { hasher.combine(partly) }
        }
    }

    init(_ knowledge: CompiledKnowledge) {
        profile = CaseProfile(knowledge.graph)
        groundKeys = ProfileKeys(
            knowledge.askedOfGround.views, facts: knowledge.clinical.vocabulary.facts.count)
    }

    /// How much of each kind it holds, for benchmarks.
    var parts: [(name: String, count: Int)] {
        [
            ("steps of ways", tree.extent.steps), ("forks", tree.extent.forks), ("roots", tree.extent.roots),
            ("verdicts", verdicts.count), ("ground verdicts", groundVerdicts.count), ("grounds", grounds.count),
            ("followings", followings.count), ("changes", changes.count), ("panels", panels.count),
            ("cards", cards.count), ("frames", frames.count), ("lists", lists.count),
            ("list entries", lists.entries.count), ("sets", sets.count), ("ranks", ranks.count),
            ("rankings", rankings.count), ("standings", standings.count), ("contests", contests.count),
            ("ground facts", groundKeys.facts.count), ("bytes of the tree", tree.size),
            ("bytes of verdicts", verdicts.size + groundVerdicts.size),
            ("bytes of the profile", profile.size), ("bytes of keys", keyBytes + groundKeys.size),
            ("bytes in all", size),
        ]
    }

    /// What the numbers of values and of what is seen of them take.
    var profiledBytes: Int { profile.size + keyBytes + groundKeys.size }

    /// About how many bytes it takes.
    var size: Int {
        let ways = tree.size + verdicts.size + groundVerdicts.size + profiledBytes
        let cases = grounds.count * 512 + followings.count * 256 + changes.count * 3_072 + plannedFacts.count * 192
        let entries = cards.count * 48 + frames.count * 8 + cardWordings.size + frameWordings.size
        let orders = standings.count * 192 + contests.count * 192 + ranks.count * 256
        return ways + cases + entries + orders + panels.count * 4_096 + lists.count * 196 + lists.entries.count * 4
            + sets.count * 32
    }

    /// The number of a list.
    mutating func number(of list: [Int32]) -> Int32 { lists.number(of: list) }

    /// The number of a set. There are few.
    mutating func number(of set: BitSet) -> Int32 {
        if let known = sets.firstIndex(of: set) { return Int32(known) }
        sets.append(set)
        return Int32(sets.count - 1)
    }

    /// The number of a ground; one for all that end in the same words and values.
    mutating func number(
        of ground: Ground, _ facts: some Sequence<AnswerPlan.PlannedFact>, _ becauses: [Int]
    ) -> Int {
        var ground = ground
        let numbers = facts.map { fact in
            let number = plannedFacts[fact] ?? Int32(plannedFacts.count)
            plannedFacts[fact] = number
            return number
        }
        let following = Following(facts: numbers, becauses: becauses.map(Int32.init))
        ground.following = followings[following] ?? followings.count
        followings[following] = ground.following
        // Equal lists are kept once.
        let values = changes[ground.values] ?? ground.values
        changes[values] = values
        ground.values = values
        ground.topics = panels.first { $0.topics == ground.topics }?.topics ?? ground.topics
        let hash = ground.hashValue
        if let known = groundNumbers[hash], grounds[known].ground == ground { return known }
        let number = grounds.count
        grounds.append(KeptGround(ground))
        if groundNumbers[hash] == nil { groundNumbers[hash] = number }
        return number
    }

    /// Takes the values of some facts of a case, which are new to the profile where they may be learned.
    mutating func take(_ facts: BitSet, of judge: borrowing GraphJudge, isLearning: Bool) {
        profile.take(facts, of: judge, isLearning: isLearning)
    }

    /// What the judgings of a panel see of a case whose values were taken; false where that cannot be told in short.
    mutating func see(_ known: BitSet, _ panel: Int, isLearning: Bool, into seen: inout [UInt64]) -> Bool {
        keyBytes -= keys[panel].size
        defer { keyBytes += keys[panel].size }
        return keys[panel].put(&profile, known: known, isLearning: isLearning, into: &seen)
    }

    /// The same of what completing a case sees of what was said.
    mutating func seeGround(_ known: BitSet, isLearning: Bool, into seen: inout [UInt64]) -> Bool {
        groundKeys.put(&profile, known: known, isLearning: isLearning, into: &seen)
    }

    /// The number of the ground in which a case ended that said what is seen.
    func ground(_ seen: [UInt64]) -> Int? {
        if seen.isEmpty { return nil }
        var place = 0
        for view in 0..<seen.count / 2 {
            guard let next = groundVerdicts.result(of: Int32(place), ProfileKeys.seen(seen, by: view)) else {
                return nil
            }
            place = next
        }
        return place
    }

    /// Keeps the ground of what is seen.
    mutating func keep(ground: Int, _ seen: [UInt64]) {
        var place: Int32 = 0
        for view in 0..<seen.count / 2 {
            let key = ProfileKeys.seen(seen, by: view)
            if let next = groundVerdicts.result(of: place, key) {
                place = Int32(next)
            } else if view == seen.count / 2 - 1 {
                groundVerdicts.keep(ground, of: place, key)
            } else {
                groundSteps += 1
                groundVerdicts.keep(Int(groundSteps), of: place, key)
                place = groundSteps
            }
        }
    }

    /// The number of a card that is written as `words` tell.
    mutating func number(of card: Card, _ words: [Int32]) -> Int {
        let (number, isNew) = cardWordings.number(of: card.words + words)
        if isNew { cards.append(card) }
        return number
    }

    /// The number of a frame that is written as `words` tell.
    mutating func number(of frame: Frame, _ words: [Int32]) -> Int {
        let (number, isNew) = frameWordings.number(of: [frame.sources, frame.openings] + words)
        if isNew { frames.append(frame) }
        return number
    }

    /// The number of an option's ranks.
    mutating func number(of ranks: OptionRanks) -> Int32 {
        if let known = rankNumbers[ranks] { return known }
        let number = Int32(self.ranks.count)
        self.ranks.append(ranks)
        rankNumbers[ranks] = number
        return number
    }

    /// The standing of an option whose rank no answer changes.
    func settled(_ number: Int32) -> RankStanding? {
        guard ranks[Int(number)].open.isEmpty else { return nil }
        return RankStanding(ranking: -1, truths: UInt64(bitPattern: Int64(ranks[Int(number)].current)))
    }

    /// The rules that rank an option, by the number of its ranks.
    func ranking(_ number: Int32) -> Int32 { ranks[Int(number)].ranking }

    /// The number of the rules that rank an option.
    mutating func ranking(of rules: [Int32], _ knowledge: CompiledKnowledge) -> Int32 {
        ranking(rules, key: rules) { tests in
            for rule in rules { knowledge.addRankTests(of: rule, &tests) }
        }
    }

    /// The number of all rules that speak of an intervention, with the tests by which it is judged.
    mutating func judging(of intervention: Int32, _ rules: [Int32], _ knowledge: CompiledKnowledge) -> Int32 {
        // Beside the lists of rules that rank, which hold no such number.
        ranking(rules, key: [-1 - intervention] + rules) { tests in
            for place in knowledge.interventions[Int(intervention)].forbidding.range {
                knowledge.graph.addTests(of: knowledge.forbidding[place].when, &tests)
            }
            for rule in rules {
                knowledge.graph.addTests(of: knowledge.rules[Int(rule)].when, &tests)
                knowledge.addRankTests(of: rule, &tests)
            }
        }
    }

    private mutating func ranking(
        _ rules: [Int32], key: [Int32], adding add: (inout [ConditionGraph.Node]) -> Void
    ) -> Int32 {
        if let known = rankingNumbers[key] { return known }
        var tests: [ConditionGraph.Node] = []
        add(&tests)
        let number = Int32(rankings.count)
        rankings.append(Ranking(rules: rules, tests: tests))
        rankingNumbers[key] = number
        return number
    }

    /// The number of a standing; nil for a new one where nothing more may be learned.
    mutating func number(of standing: RankStanding, isLearning: Bool) -> Int32? {
        if let known = standings[standing] { return known }
        guard isLearning else { return nil }
        let number = Int32(standings.count)
        standings[standing] = number
        return number
    }

    /// Whether a fact turns the order of two options; nil where that was not asked before.
    func turns(_ comparison: Comparison, over fact: Int) -> Bool? {
        guard let number = contestNumbers[comparison.key], contests[number].asked.contains(fact) else { return nil }
        return contests[number].turning.contains(fact)
    }

    /// Keeps whether a fact turns the order of two options.
    mutating func keep(_ turns: Bool, of comparison: Comparison, over fact: Int) {
        let number = contestNumbers[comparison.key] ?? contests.count
        if number == contests.count {
            contests.append(Contest())
            contestNumbers.add(number, for: comparison.key)
        }
        contests[number].asked.insert(fact)
        if turns { contests[number].turning.insert(fact) }
    }

    /// The panel of some topics.
    mutating func panel(of topics: [Int], _ knowledge: CompiledKnowledge) -> Int {
        if let known = panels.firstIndex(where: { $0.topics == topics }) { return known }
        var interventions: [Int32] = []
        var rules: [[Int32]] = []
        for topic in topics {
            for place in knowledge.topics[topic].rules.range {
                let rule = knowledge.lists[place]
                let intervention = knowledge.rules[Int(rule)].intervention
                if let known = interventions.firstIndex(of: intervention) {
                    rules[known].append(rule)
                } else {
                    interventions.append(intervention)
                    rules.append([rule])
                }
            }
        }
        var numbers: [Int32] = []
        var asked: [Asked] = []
        for (intervention, rules) in zip(interventions, rules) {
            let number = number(of: Judging(intervention: intervention, rules: rules))
            let known = askedBy[number] ?? knowledge.asked(of: intervention, rules)
            askedBy[number] = known
            numbers.append(number)
            asked.append(known)
        }
        numbers.append(nextJudging)
        asked.append(knowledge.asked(beside: topics))
        nextJudging += 1
        panels.append(
            Panel(
                topics: topics, interventions: interventions, rules: rules, asked: asked, judgings: numbers,
                firstSeat: panels.last.map { $0.firstSeat + Int32($0.judgings.count) } ?? 0))
        keys.append(
            ProfileKeys(
                asked.map { ProfileKeys.View(facts: $0.facts, tests: $0.tests) },
                facts: knowledge.clinical.vocabulary.facts.count))
        return panels.count - 1
    }

    private mutating func number(of judging: Judging) -> Int32 {
        if let known = judgings[judging] { return known }
        judgings[judging] = nextJudging
        nextJudging += 1
        return nextJudging - 1
    }
}

/// Numbers by keys that this process gave, so that no peer chooses what meets in the table.
private struct KeyNumbers: Sendable {
    private struct Entry: Sendable {
        var key: UInt64 = 0
        /// Negative: free.
        var number: Int32 = -1
    }

    /// Open addressing; always at most three quarters full.
    private var entries = Array(repeating: Entry(), count: 1 << 8)
    private var count = 0

    private func place(of key: UInt64) -> Int {
        let mixed = (key ^ key >> 31) &* 0x9E37_79B9_7F4A_7C15
        var place = Int(truncatingIfNeeded: mixed >> 33) & (entries.count - 1)
        while entries[place].number >= 0 && entries[place].key != key { place = (place + 1) & (entries.count - 1) }
        return place
    }

    subscript(key: UInt64) -> Int? {
        let number = entries[place(of: key)].number
        return number < 0 ? nil : Int(number)
    }

    /// Adds the number of a key that has none.
    mutating func add(_ number: Int, for key: UInt64) {
        if (count + 1) * 4 > entries.count * 3 {
            let old = entries
            entries = Array(repeating: Entry(), count: old.count * 2)
            for entry in old where entry.number >= 0 { entries[place(of: entry.key)] = entry }
        }
        entries[place(of: key)] = Entry(key: key, number: Int32(number))
        count += 1
    }
}

/// Lists, equal ones once, end to end: the first is empty.
struct NumberedLists: Sendable {
    private(set) var entries: [Int32] = []
    /// Where each list begins, and behind the last where the next would.
    private var starts: [Int32] = [0, 0]
    private var numbers: [[Int32]: Int32] = [[]: 0]

    var count: Int { starts.count - 1 }

    /// Where a list lies in `entries`.
    @inline(__always)
    func places(of number: Int32) -> Range<Int> { Int(starts[Int(number)])..<Int(starts[Int(number) + 1]) }

    /// The number of a list.
    mutating func number(of list: [Int32]) -> Int32 {
        if let known = numbers[list] { return known }
        let number = Int32(count)
        entries += list
        starts.append(Int32(entries.count))
        numbers[list] = number
        return number
    }
}

/// The rank of an option and those that it may yet have.
struct OptionRanks: Sendable, Hashable {
    struct Open: Sendable, Hashable {
        let rank: Int
        let needs: BitSet
    }

    var current = 0
    /// Other ranks with the facts that decide them.
    var open: [Open] = []
    /// All those facts.
    var facts = BitSet()
    /// The number of its rules among the rankings.
    var ranking: Int32 = -1

    /// The best and the worst over the values of a fact.
    func span(over fact: Int) -> (best: Int, worst: Int) {
        var span = (best: current, worst: current)
        for other in open where other.needs.contains(fact) {
            span = (min(span.best, other.rank), max(span.worst, other.rank))
        }
        return span
    }
}

extension CompiledKnowledge {
    /// Adds the tests by which a rule ranks.
    fileprivate func addRankTests(of rule: Int32, _ tests: inout [ConditionGraph.Node]) {
        for place in rules[Int(rule)].ranks.range { graph.addTests(of: ranks[place].when, &tests) }
    }

    /// What judging an intervention by these rules may ask.
    fileprivate func asked(of intervention: Int32, _ rules: [Int32]) -> LearnedCases.Asked {
        var result = LearnedCases.Asking()
        func add(_ node: Node) { result.add(node, graph) }
        func addLimits(_ run: Run) { for place in run.range { add(limits[Int(lists[place])].when) } }
        let entry = interventions[Int(intervention)]
        for place in entry.forbidding.range { add(forbidding[place].when) }
        for place in entry.holding.range { add(conditionals[place].when) }
        addLimits(entry.ownLimits)
        addLimits(entry.labelLimits)
        for number in rules {
            let rule = self.rules[Int(number)]
            add(rule.when)
            for place in rule.ranks.range { add(ranks[place].when) }
            for place in rule.evidence.range { add(statements[Int(lists[place])].when) }
            for run in [rule.pro, rule.contra, rule.silent] {
                for place in run.range { add(voices[Int(lists[place])].when) }
            }
            addLimits(rule.cautions)
            for place in rule.refusals.range { add(conditionals[place].when) }
            for label in entry.labels.range {
                for place in indicationRuns[Int(labels[label].uses + rule.use)].range { add(indications[place].when) }
            }
            if rule.regimen < 0 { continue }
            for part in regimens[Int(rule.regimen)].range {
                for place in parts[part].steps.range { add(doseSteps[place].when) }
            }
            if let body = clinical.doseRules.body {
                result.add(body.weight)
                result.add(body.height)
            }
        }
        return result.asked(of: graph)
    }

    /// What telling what topics say beside their options may ask.
    fileprivate func asked(beside topics: [Int]) -> LearnedCases.Asked {
        var result = LearnedCases.Asking()
        func add(_ node: Node) { result.add(node, graph) }
        func addStatements(_ run: Run) { for place in run.range { add(statements[Int(lists[place])].when) } }
        func addOpenings(_ run: Run) { for place in run.range { add(conditionals[place].when) } }
        for number in topics {
            let topic = self.topics[number]
            for place in topic.diagnostics.range {
                let diagnostic = diagnostics[Int(lists[place])]
                add(diagnostic.when)
                addStatements(diagnostic.evidence)
            }
            for place in topic.disagreements.range { add(disagreements[Int(lists[place])].when) }
            addOpenings(topic.summary)
            for run in 0..<3 {
                addOpenings(tierSummaries[Int(topic.tiers) + run])
                addStatements(tierStatements[Int(topic.tiers) + run])
            }
        }
        return result.asked(of: graph)
    }
}
