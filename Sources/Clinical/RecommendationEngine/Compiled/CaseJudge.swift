package import ClinicalModel
package import DecisionLogic

/// Judges one case after another with compiled knowledge and fills a plan of each answer. It says what
/// `RecommendationEngine` says, byte for byte once it is written: that is its plain twin, and answers what this one passes
/// on. It is no value to share: whoever judges takes one for himself.
package struct CaseJudge: Sendable {
    package let knowledge: CompiledKnowledge
    package private(set) var plan: AnswerPlan
    /// The values that the answer was judged on.
    package var values: [FactValue] { judge.values }

    /// What was learned of the cases before.
    private var learned: LearnedCases
    /// The facts of which the profile does not hold the value that is known now.
    private var unprofiled = BitSet()
    /// What completing the case at hand sees of it, then what each judging of its panel does, and whether that tells it all.
    private var seenWords: [UInt64] = []
    private var isSeen = false
    /// Where each judging of the panel ended before, by what it sees; -1 where that is not known.
    private var found: [Int32] = []
    /// How often all that was learned was forgotten: numbers of what is remembered hold until then.
    package private(set) var era = 0
    private var judge: GraphJudge
    private var completion: CompiledCompletion
    private var before: CompiledCompletion.State
    private var possible: [Int] = []
    private var left: ScopeIndex.Topics
    private var judged: [Judged] = []
    private var pool: [Int32] = []
    private var seen: [Int32] = []
    private var told: [(place: Int, limit: Int32)] = []
    private var wanted: [Wanted] = []
    private var pairs: [(fact: Int, intervention: Int32)] = []
    /// The panel of this case.
    private var panel = -1
    /// The numbers of what decides the ranks of this case's options, and of what decides all of them; -1 until asked for.
    private var standings: [Int32] = []
    private var wholeStandings: [Int32] = []
    private var rivals: [Int] = []
    /// The contest of this case's options, where something is asked of it that was not learned.
    private var contest: RankContest?
    /// The cards of this case in their order, with what each planned: -1 where it was learned before.
    private var drawn: [Drawn] = []
    /// The sources of what is planned just now, in the order in which they are numbered.
    private var sources: [Int32] = []
    /// Whether what is planned just now holds something that no question tells: a dose for one body.
    private var isOwn = false

    private struct Drawn: Sendable {
        let card: LearnedCases.Card
        let number: Int32
        let place: Int32
    }

    private struct Judged: Sendable {
        let rule: Int32
        let truth: Truth
        let rank: Int
    }

    private enum Verdict: Sendable {
        case offered(lead: Int32, needs: BitSet)
        case forbidden(Int32, because: BitSet, refused: Bool)
        case notOffered
    }

    private struct Assessed: Sendable {
        let intervention: Int32
        let verdict: Verdict
        /// The rules that speak, then those against it, in the pool.
        let speaking: Range<Int>
        let contra: Range<Int>
        let group: Int
        let rank: Int
    }

    private struct Wanted: Sendable {
        let fact: Int
        var kind: Int
        var weight: Int
        let priority: Int
    }

    /// A judge.
    package init(_ knowledge: CompiledKnowledge) {
        self.knowledge = knowledge
        plan = AnswerPlan(references: knowledge.models.references.count)
        judge = GraphJudge(knowledge.graph, knowledge.clinical.vocabulary)
        learned = LearnedCases(knowledge)
        completion = CompiledCompletion(knowledge)
        left = ScopeIndex.Topics(0)
        before = CompiledCompletion.State(memory: judge.blank)
    }

    /// About how many bytes it remembers.
    package var rememberedBytes: Int { learned.size }
    /// How much of each kind it remembers, for benchmarks.
    package var rememberedParts: [(name: String, count: Int)] { learned.parts }
    /// Whether it learns from the cases that it judges.
    package var isLearning = true
    /// How much was asked of cases that no case before had told, since all was forgotten.
    package private(set) var unknownAnswers = 0
    /// How often it learned something: where that stands still, so does `rememberedBytes`.
    package private(set) var lessons = 0

    /// Forgets the cases before.
    package mutating func forget() {
        learned = LearnedCases(knowledge)
        unknownAnswers = 0
        isLearning = true
        era += 1
    }

    /// Judges ordered statements (structured facts by fact, then what was read) for a clinician who asks for no trace.
    /// False where the plain way must answer: where a value is old, nothing is of this field, or doses are
    /// withheld; nothing is planned then.
    package mutating func recommend(for statements: [FactStatement], notes: [CaseNote]) -> Bool {
        plan.clear()
        if statements.contains(where: { $0.age != nil }) { return false }
        plan.notes.append(contentsOf: notes)
        guard let panel = findGround(statements) else { return false }
        if !plan.isGuidance { return true }
        for topic in plan.topics {
            if let remark = knowledge.models.topics[topic].remark,
                !plan.notes.contains(where: { $0.code == remark.code })
            {
                plan.notes.append(remark)
            }
        }
        self.panel = panel
        let before = learned.profiledBytes
        learned.take(judge.known.intersection(unprofiled), of: judge, isLearning: isLearning)
        isSeen = learned.see(judge.known, panel, isLearning: isLearning, into: &seenWords)
        if learned.profiledBytes != before { lessons += 1 }
        drawCards(panel)
        findFrame(panel)
        addQuestions()
        return true
    }

    // MARK: - The ground

    /// Completes a case and chooses its topics, or remembers how that ended. The panel of the topics, -1 for none; nil where
    /// the plain way must answer.
    private mutating func findGround(_ statements: [FactStatement]) -> Int? {
        unprofiled = BitSet.upTo(BitSet.capacity)
        isSeen = false
        guard let said = simply(statements) else { return makeGround(statements, notes: false) }
        judge.reset()
        for statement in statements { judge.set(statement.fact, statement.value) }
        let known = said.intersection(knowledge.groundFacts)
        guard let number = rememberedGround(said, known) else {
            unknownAnswers += 1
            lessons += 1
            return makeGround(statements, notes: isLearning, known)
        }
        let kept = learned.grounds[number]
        let ground = kept.ground
        guard ground.isAnswered else { return nil }
        for (place, statement) in statements.enumerated() {
            plan.facts.append(
                .init(fact: statement.fact, value: statement.value, source: .said(place), closesSet: false))
        }
        plan.topics.append(contentsOf: ground.topics)
        plan.questions.append(contentsOf: ground.questions)
        plan.moved.append(contentsOf: ground.moved)
        plan.isGuidance = ground.isGuidance
        plan.ground = Int32(number)
        plan.isGroundLearned = true
        if !ground.conflicts.isEmpty {
            plan.conflicts.append(contentsOf: ground.conflicts)
            plan.notes.append(contentsOf: ground.notes)
            for voice in ground.voices {
                let place = statements.firstIndex { $0.fact == Int(voice) }
                plan.voices.append(place.map(Int32.init) ?? voice)
            }
            ground.unknown.forEach { judge.unset($0) }
        }
        unprofiled = ground.changed
        for change in ground.values {
            if let value = change.value { judge.set(change.fact, value) } else { _ = judge.close(change.fact) }
        }
        judge.forget()
        return ground.panel
    }

    /// Where completing a case ended that said what this one says, as far as that asks.
    private mutating func rememberedGround(_ said: BitSet, _ known: BitSet) -> Int? {
        let before = learned.profiledBytes
        learned.take(said, of: judge, isLearning: isLearning)
        isSeen = learned.seeGround(known, isLearning: isLearning, into: &seenWords)
        if learned.profiledBytes != before { lessons += 1 }
        if isSeen, let number = learned.ground(seenWords) { return number }
        var asked: QuestionKinds = []
        let number = learned.tree.result(of: 0, known: known, in: judge, asked: &asked)
        if let number, isSeen, isLearning, asked.isSubset(of: .ofGround) {
            learned.keep(ground: number, seenWords)
            lessons += 1
        }
        return number
    }

    /// The facts said, where each is said once and leaves some values and not all: nothing else is remembered.
    private func simply(_ statements: [FactStatement]) -> BitSet? {
        var said = BitSet()
        for statement in statements {
            if said.contains(statement.fact) || statement.value.isEmpty { return nil }
            if statement.value == knowledge.unrestricted[statement.fact] { return nil }
            said.insert(statement.fact)
        }
        return said.isEmpty ? nil : said
    }

    private mutating func makeGround(_ statements: [FactStatement], notes: Bool, _ known: BitSet = BitSet()) -> Int? {
        completion.complete(statements, notes: notes, &judge)
        plan.conflicts.append(contentsOf: completion.conflicts)
        plan.voices.append(contentsOf: completion.voices)
        if !plan.conflicts.isEmpty { plan.notes.append(contradiction()) }
        let isAnswered = chooseTopic(statements)
        let asked = judge.endNoting()
        let panel = isAnswered && plan.isGuidance ? learned.panel(of: plan.topics, knowledge) : -1
        if notes, knowledge.askedOfGround.covers(asked, of: knowledge.graph) {
            learn(asked, known, statements, isAnswered: isAnswered, panel)
        }
        guard isAnswered else { return nil }
        plan.facts.append(contentsOf: completion.facts)
        plan.becauses.append(contentsOf: completion.becauses)
        return panel
    }

    private mutating func learn(
        _ asked: CaseQuestions, _ known: BitSet, _ statements: [FactStatement], isAnswered: Bool, _ panel: Int
    ) {
        var ground = LearnedCases.Ground()
        ground.isAnswered = isAnswered
        if isAnswered {
            ground.isGuidance = plan.isGuidance
            ground.topics = plan.topics
            ground.questions = plan.questions
            ground.moved = plan.moved
            ground.panel = panel
            ground.conflicts = plan.conflicts
            ground.voices = plan.voices.map { $0 < 0 ? $0 : Int32(statements[Int($0)].fact) }
            ground.notes = plan.conflicts.isEmpty ? [] : [contradiction()]
            ground.unknown = BitSet(statements.map(\.fact)).subtracting(judge.known)
            judge.known.forEach { fact in
                let value = judge.values[fact]
                guard let said = statements.first(where: { $0.fact == fact })?.value else {
                    return ground.values.append(.init(fact: fact, value: value))
                }
                // Closing a set may exclude nothing of what this case leaves open, and something of what another does.
                if said != value || judge.isClosed(fact) {
                    ground.values.append(.init(fact: fact, value: asked.isOpen(fact) ? nil : value))
                }
            }
            ground.changed = BitSet(ground.values.map(\.fact))
        }
        let number = learned.number(
            of: ground, isAnswered ? completion.facts[statements.count...] : [],
            isAnswered ? completion.becauses : [])
        learned.tree.keep(number, of: 0, known: known, asked)
        if isSeen && asked.kinds.isSubset(of: .ofGround) { learned.keep(ground: number, seenWords) }
        plan.ground = isAnswered ? Int32(number) : -1
    }

    private func contradiction() -> CaseNote {
        RecommendationEngine.contradiction(
            plan.conflicts.map { knowledge.clinical.vocabulary.facts[$0.fact].title })
    }

    /// Notes a source of what is planned just now.
    private mutating func cite(_ reference: Int32) {
        if !sources.contains(reference) { sources.append(reference) }
    }

    // MARK: - Topics

    /// Finds the one disease topic that speaks, and what lies over it; or what must be known before one can.
    private mutating func chooseTopic(_ statements: [FactStatement]) -> Bool {
        possible.clear()
        left = knowledge.scopes.left(&judge)
        for number in knowledge.leads where left.contains(number) {
            let topic = knowledge.topics[number]
            if topic.asksWhatIsKnown || judge.truth(topic.scope) != .false { possible.append(number) }
        }
        var (fits, mayFit) = (0, 0)
        var lead = -1
        var isBefore = true
        // Whether a topic fits is seen in its own view, unless nothing that it assumes can change that.
        if possible.contains(where: { !knowledge.scopeAssumptions[$0].isEmpty }) { completion.save(judge, to: &before) }
        for number in possible {
            if !knowledge.scopeAssumptions[number].isEmpty {
                if !isBefore { completion.restore(before, &judge) }
                completion.assumeForScope(number, &judge)
                isBefore = false
            } else if !isBefore {
                completion.restore(before, &judge)
                isBefore = true
            }
            switch judge.truth(knowledge.topics[number].scope) {
            case .true:
                fits += 1
                if lead < 0 { lead = number }
            case .unknown: mayFit += 1
            case .false: break
            }
        }
        guard fits == 1 else {
            if isBefore { completion.save(judge, to: &before) }
            return askForTopic(statements, fits > 0 ? .true : .unknown, count: fits > 0 ? fits : mayFit)
        }
        if !isBefore { completion.restore(before, &judge) }
        completion.assume(lead, &judge)
        return self.lead(by: lead)
    }

    /// Where no single disease topic speaks: what would choose one is asked, and an overlay that stands alone may answer.
    private mutating func askForTopic(_ statements: [FactStatement], _ wantedTruth: Truth, count: Int) -> Bool {
        let facts = knowledge.clinical.vocabulary.facts
        guard statements.contains(where: { facts[$0.fact].anchors }) else { return false }
        askForScope(wantedTruth)
        for number in knowledge.overlays where left.contains(number) && knowledge.models.topics[number].standsAlone {
            completion.restore(before, &judge)
            if !knowledge.topics[number].asksWhatIsKnown && judge.truth(knowledge.topics[number].scope) == .false {
                continue
            }
            completion.assume(number, &judge)
            if judge.truth(knowledge.topics[number].scope) == .true { return lead(by: number) }
        }
        if count == 0 { return false }
        plan.isGuidance = false
        // The case is told as the one topic that may speak sees it, else without what any assumes.
        completion.restore(before, &judge)
        guard count == 1 else { return true }
        for number in possible {
            completion.restore(before, &judge)
            completion.assume(number, &judge)
            if judge.truth(knowledge.topics[number].scope) == wantedTruth {
                plan.topics.append(number)
                return true
            }
        }
        return true
    }

    /// Lets a topic speak with what lies over it, in the view that the judge has now.
    private mutating func lead(by lead: Int) -> Bool {
        plan.topics.append(lead)
        for number in knowledge.overlays
        where number != lead && left.contains(number) && judge.truth(knowledge.topics[number].scope) == .true {
            plan.topics.append(number)
        }
        if plan.topics.contains(where: { knowledge.topics[$0].withholdsDoses }) { return false }
        for number in plan.topics.dropFirst() { completion.assume(number, &judge) }
        return true
    }

    /// Plans the questions that choose between topics, as `RecommendationEngine` asks them.
    private mutating func askForScope(_ wantedTruth: Truth) {
        pairs.clear()
        completion.restore(before, &judge)
        var settled: [(fact: Int, value: FactValue)] = []
        for fact in knowledge.backwards.facts {
            judge.willRead(fact)
            knowledge.backwards.others(of: fact).forEach { judge.willRead($0) }
            if let value = knowledge.backwards.onlyValue(of: fact, judge.values) { settled.append((fact, value)) }
        }
        for number in possible {
            completion.restore(before, &judge)
            completion.assumeForScope(number, &judge)
            let scope = knowledge.topics[number].scope
            if judge.truth(scope) != wantedTruth { continue }
            var wanted = judge.needs(scope)
            if wanted.isEmpty {
                // Where more than one fits, what was assumed made them fit: that is asked.
                let grounds = judge.grounds(scope)
                for fact in completion.facts {
                    if case .assumed = fact.source, grounds.contains(fact.fact) { wanted.insert(fact.fact) }
                }
            }
            for (fact, value) in settled where wanted.contains(fact) && mayAssume(value, of: fact, number) {
                wanted = wanted.subtracting(BitSet(only: fact))
            }
            for place in knowledge.topics[number].rules.range {
                let intervention = knowledge.rules[Int(knowledge.lists[place])].intervention
                wanted.forEach { fact in
                    if !pairs.contains(where: { $0.fact == fact && $0.intervention == intervention }) {
                        pairs.append((fact, intervention))
                    }
                }
            }
        }
        pairs.sort {
            (knowledge.priorities[$0.fact], $0.fact, $0.intervention)
                < (knowledge.priorities[$1.fact], $1.fact, $1.intervention)
        }
        var place = 0
        while place < pairs.count {
            let fact = pairs[place].fact
            let start = plan.moved.count
            while place < pairs.count, pairs[place].fact == fact {
                plan.moved.append(pairs[place].intervention)
                place += 1
            }
            plan.questions.append(.init(fact: fact, wouldChange: start..<plan.moved.count))
        }
    }

    /// Whether a topic may yet assume a value.
    private mutating func mayAssume(_ value: FactValue, of fact: Int, _ topic: Int) -> Bool {
        for place in knowledge.topics[topic].assumptions.range {
            let assumption = knowledge.assumptions[place]
            if assumption.fact == fact, assumption.value == value, judge.truth(assumption.when) != .false {
                return true
            }
        }
        return false
    }

    // MARK: - Options

    /// What is said of each intervention on which the topics speak, in the order of the answer.
    private mutating func drawCards(_ number: Int) {
        drawn.clear()
        let panel = learned.panels[number]
        found.clear()
        if isSeen { learned.verdicts.find(from: panel.firstSeat, seenWords, into: &found) }
        for (place, intervention) in panel.interventions.enumerated() {
            if let found = remembered(panel, place) {
                let card = learned.cards[found]
                if card.kind != .silent { drawn.append(Drawn(card: card, number: Int32(found), place: -1)) }
                continue
            }
            unknownAnswers += 1
            if isLearning { judge.beginNoting() }
            let made = makeCard(intervention, panel.rules[place])
            let asked = judge.endNoting()
            var found: Int32 = -1
            if isLearning, !isOwn, panel.asked[place].covers(asked, of: knowledge.graph) {
                let number = learned.number(of: made.card, words(of: made))
                let known = judge.known.intersection(panel.asked[place].facts)
                learned.tree.keep(number, of: panel.judgings[place], known: known, asked)
                if isSeen && asked.kinds.isSubset(of: .tests) { keep(number, panel, place) }
                lessons += 1
                found = Int32(number)
            }
            if made.card.kind != .silent {
                drawn.append(Drawn(card: made.card, number: found, place: made.place))
            }
        }
        sortDrawn()
        for entry in drawn {
            let card = entry.card
            for place in learned.lists.places(of: card.sources) { plan.cite(learned.lists.entries[place]) }
            let entry = AnswerPlan.Entry(
                intervention: card.intervention, needs: learned.sets[Int(card.needs)], card: entry.number,
                place: entry.place)
            if card.kind == .offered { plan.offered.append(entry) } else { plan.excluded.append(entry) }
        }
    }

    /// Puts the cards in the order of the answer: few, so by insertion.
    private mutating func sortDrawn() {
        drawn.withUnsafeMutableBufferPointer { drawn in
            for place in drawn.indices.dropFirst() {
                let moving = drawn[place]
                var hole = place
                while hole > 0, moving.card.stands(before: drawn[hole - 1].card) {
                    drawn[hole] = drawn[hole - 1]
                    hole -= 1
                }
                drawn[hole] = moving
            }
        }
    }

    /// Where judging an intervention of a panel ended for a case before of which all that it asks is the same; behind the last
    /// intervention, what is told beside them.
    private mutating func remembered(_ panel: LearnedCases.Panel, _ place: Int) -> Int? {
        if isSeen && found[place] >= 0 { return Int(found[place]) }
        var asked: QuestionKinds = []
        let known = judge.known.intersection(panel.asked[place].facts)
        let result = learned.tree.result(of: panel.judgings[place], known: known, in: judge, asked: &asked)
        if let result, isSeen, isLearning, asked.isSubset(of: .tests) {
            keep(result, panel, place)
            lessons += 1
        }
        return result
    }

    private mutating func keep(_ result: Int, _ panel: LearnedCases.Panel, _ place: Int) {
        let seat = panel.firstSeat + Int32(place)
        learned.verdicts.keep(result, of: seat, ProfileKeys.seen(seenWords, by: place))
    }

    /// All that is written of an intervention that was judged just now, but for what its card tells.
    private mutating func words(of made: (card: LearnedCases.Card, place: Int32)) -> [Int32] {
        var words: [Int32] = []
        switch made.card.kind {
        case .silent: break
        case .offered:
            let option = plan.options[Int(made.place)]
            words += [option.lead, option.regimen, Int32(option.parts.count)]
            for (place, part) in plan.parts[option.parts].enumerated() {
                words.append(part.source)
                switch part.dose {
                case .nothing: words.append(-1)
                case .needs(let facts): words.append(learned.number(of: facts))
                case .reckoned(let dose, let sources):
                    var isWithheld = false
                    if case .withheld = dose { isWithheld = true }
                    let steps = knowledge.parts[knowledge.regimens[Int(option.regimen)].range.lowerBound + place].steps
                    words += [-2, Int32(sources.count)] + sources
                    for number in steps.range where !isWithheld || knowledge.doseSteps[number].withholds {
                        let truth = judge.truth(knowledge.doseSteps[number].when)
                        words.append(Int32(truncatingIfNeeded: truth.rawValue))
                    }
                }
            }
            words.append(Int32(option.labels.count))
            for label in plan.labels[option.labels] {
                words += [
                    Int32(label.label), label.status.rawValue, label.section, learned.number(of: label.needs),
                    label.source,
                ]
            }
            words.append(Int32(option.cautions.count))
            for caution in plan.cautions[option.cautions] {
                words += [
                    caution.limit, learned.number(of: caution.because), learned.number(of: caution.needs),
                    caution.source,
                ]
            }
            for cited in [option.evidence, option.pro, option.contra, option.silent] { words += self.words(of: cited) }
        case .refused:
            let exclusion = plan.exclusions[Int(made.place)]
            words += [learned.number(of: exclusion.because), exclusion.source]
            switch exclusion.reason {
            case .told(let reason): words += [0, reason]
            case .doesNotApply(let facts): words += [1, learned.number(of: facts)]
            case .refused(let reason, let holding): words += [2, reason] + plan.holding[holding]
            }
        }
        return words
    }

    private func words(of cited: Range<Int>) -> [Int32] {
        [Int32(cited.count)] + plan.cited[cited].flatMap { [$0.entry, $0.source] }
    }

    /// Judges one intervention and plans what is said of it.
    private mutating func makeCard(_ intervention: Int32, _ rules: [Int32]) -> (card: LearnedCases.Card, place: Int32) {
        sources.clear()
        isOwn = false
        pool.clear()
        let entry = assess(intervention, rules)
        var kind = LearnedCases.Card.Kind.refused
        var needs = BitSet()
        var place = Int32(plan.exclusions.count)
        switch entry.verdict {
        case .offered(let lead, let open):
            (kind, needs, place) = (.offered, open, Int32(plan.options.count))
            offer(entry, lead, needs)
        case .forbidden(let reason, let because, let isRefused): forbid(entry, reason, because, isRefused)
        case .notOffered: exclude(entry)
        }
        if kind == .refused && plan.exclusions.count == Int(place) { kind = .silent }
        var ranks = OptionRanks()
        var doubts: [Int32] = []
        if kind == .offered {
            ranks = self.ranks(of: Array(pool[entry.speaking]) + Array(pool[entry.contra]))
            for number in plan.options[Int(place)].cautions {
                let caution = plan.cautions[number]
                if knowledge.limits[Int(caution.limit)].forbids { caution.needs.forEach { doubts.append(Int32($0)) } }
            }
        }
        let card = LearnedCases.Card(
            intervention: intervention, kind: kind, group: UInt8(entry.group), rank: entry.rank,
            sources: learned.number(of: sources), doubts: learned.number(of: doubts),
            ranks: learned.number(of: ranks), needs: learned.number(of: needs))
        return (card, place)
    }

    private mutating func rank(of rule: Int32) -> Int {
        for place in knowledge.rules[Int(rule)].ranks.range {
            let entry = knowledge.ranks[place]
            if judge.truth(entry.when) == .true { return entry.rank }
        }
        return Int.max
    }

    private mutating func assess(_ intervention: Int32, _ rules: [Int32]) -> Assessed {
        func made(
            _ verdict: Verdict, _ speaking: Range<Int>, _ contra: Range<Int>, group: Int = 2, rank: Int = 0
        ) -> Assessed {
            Assessed(
                intervention: intervention, verdict: verdict, speaking: speaking, contra: contra, group: group,
                rank: rank)
        }
        for place in knowledge.interventions[Int(intervention)].forbidding.range {
            let limit = knowledge.forbidding[place]
            if judge.truth(limit.when) != .true { continue }
            let isRefused = limit.refusal >= 0
            let because = isRefused ? BitSet(only: Int(limit.refusal)) : judge.grounds(limit.when)
            return made(.forbidden(limit.reason, because: because, refused: isRefused), 0..<0, 0..<0)
        }
        judged.clear()
        for rule in rules {
            judged.append(
                Judged(rule: rule, truth: judge.truth(knowledge.rules[Int(rule)].when), rank: rank(of: rule)))
        }
        let contraStart = pool.count
        var overrides = false
        for entry in judged where entry.truth == .true && !knowledge.rules[Int(entry.rule)].isFor {
            pool.append(entry.rule)
            overrides = overrides || knowledge.rules[Int(entry.rule)].prevails
        }
        let contra = contraStart..<pool.count
        let hasFor = judged.contains { knowledge.rules[Int($0.rule)].isFor }
        if hasFor {
            judged.removeAll { !knowledge.rules[Int($0.rule)].isFor }
            judged.sort {
                ($0.rank, knowledge.rules[Int($0.rule)].place) < ($1.rank, knowledge.rules[Int($1.rule)].place)
            }
        } else {
            judged.clear()
        }
        let start = pool.count
        if overrides {
            for place in contra where knowledge.rules[Int(pool[place])].prevails { pool.append(pool[place]) }
            for entry in judged { pool.append(entry.rule) }
            return made(.notOffered, start..<pool.count, 0..<0)
        }
        for entry in judged where entry.truth == .true { pool.append(entry.rule) }
        if pool.count > start {
            let lead = pool[start]
            return made(
                .offered(lead: lead, needs: BitSet()), start..<pool.count, contra, group: 0, rank: rank(of: lead))
        }
        if contra.isEmpty {
            var needs = BitSet()
            for entry in judged where entry.truth == .unknown {
                pool.append(entry.rule)
                judge.addNeeds(knowledge.rules[Int(entry.rule)].when, &needs)
            }
            if pool.count > start {
                let lead = pool[start]
                return made(
                    .offered(lead: lead, needs: needs), start..<pool.count, 0..<0, group: needs.isEmpty ? 0 : 1,
                    rank: rank(of: lead))
            }
        }
        for place in contra { pool.append(pool[place]) }
        for entry in judged { pool.append(entry.rule) }
        return made(.notOffered, start..<pool.count, 0..<0)
    }

    // MARK: - What is not offered

    private mutating func forbid(_ entry: Assessed, _ reason: Int32, _ because: BitSet, _ isRefused: Bool) {
        var planned = AnswerPlan.PlannedReason.told(reason)
        if isRefused {
            let start = plan.holding.count
            for place in knowledge.interventions[Int(entry.intervention)].holding.range {
                let warning = knowledge.conditionals[place]
                if plan.holding.count < start + 3, judge.truth(warning.when) == .true {
                    plan.holding.append(warning.number)
                }
            }
            planned = .refused(reason, holding: start..<plan.holding.count)
        }
        addExclusion(entry, planned, because, source: knowledge.reasonReferences[Int(reason)])
    }

    private mutating func addExclusion(
        _ entry: Assessed, _ reason: AnswerPlan.PlannedReason, _ because: BitSet, source: Int32
    ) {
        if source >= 0 { cite(source) }
        plan.exclusions.append(
            .init(intervention: entry.intervention, reason: reason, because: because, source: source))
    }

    private mutating func exclude(_ entry: Assessed) {
        // Only rules against it, and none holds: nothing is said of it.
        guard let first = entry.speaking.first else { return }
        for place in entry.speaking {
            let rule = knowledge.rules[Int(pool[place])]
            for place in rule.refusals.range {
                let refusal = knowledge.conditionals[place]
                if judge.truth(refusal.when) != .true { continue }
                return addExclusion(
                    entry, .told(refusal.number), judge.grounds(rule.when),
                    source: knowledge.reasonReferences[Int(refusal.number)])
            }
        }
        let lead = knowledge.rules[Int(pool[first])]
        let because = judge.grounds(lead.when)
        let clauses = judge.truth(lead.when) == .false ? because : BitSet()
        addExclusion(entry, .doesNotApply(clauses), because, source: lead.firstReference)
    }

    // MARK: - What is offered

    private mutating func offer(_ entry: Assessed, _ lead: Int32, _ needs: BitSet) {
        let rule = knowledge.rules[Int(lead)]
        let parts = planRegimen(rule.regimen, of: entry.intervention)
        let labels = planLabels(entry.intervention, rule.use)
        let evidence = planEvidence(entry.speaking)
        let cautions = planCautions(entry.intervention, entry.speaking)
        let pro = planVoices(entry.speaking, 0..<0) { $0.pro }
        let contra = planVoices(entry.speaking, entry.contra) { $0.contra }
        let silent = planVoices(entry.speaking, 0..<0) { $0.silent }
        plan.options.append(
            .init(
                intervention: entry.intervention, lead: lead, needs: needs, regimen: rule.regimen, parts: parts,
                labels: labels, evidence: evidence, cautions: cautions, pro: pro, contra: contra, silent: silent))
    }

    private mutating func planRegimen(_ number: Int32, of intervention: Int32) -> Range<Int> {
        let start = plan.parts.count
        guard number >= 0 else { return start..<start }
        let parts = knowledge.regimens[Int(number)].range
        // All sources of the doses are cited before those of what is reckoned.
        for place in parts { cite(knowledge.parts[place].reference) }
        for place in parts {
            let part = knowledge.parts[place]
            let dose = planDose(part, number, place - parts.lowerBound, of: intervention)
            plan.parts.append(.init(source: part.reference, dose: dose))
        }
        return start..<plan.parts.count
    }

    private mutating func planDose(
        _ part: CompiledKnowledge.PartEntry, _ regimen: Int32, _ place: Int, of intervention: Int32
    ) -> AnswerPlan.PlannedDose {
        if part.basis == .flat && part.steps.count == 0 { return .nothing }
        if part.basis != .flat && knowledge.clinical.doseRules.body == nil { return .nothing }
        var isWithheld = false
        for number in part.steps.range {
            let step = knowledge.doseSteps[number]
            if step.withholds, judge.truth(step.when) == .true { isWithheld = true }
        }
        if !isWithheld {
            var needs = missingBody(part.basis)
            for number in part.steps.range {
                let step = knowledge.doseSteps[number]
                if !step.isOptional { judge.addNeeds(step.when, &needs) }
                if let basis = step.setBasis, judge.truth(step.when) == .true { needs.formUnion(missingBody(basis)) }
            }
            if !needs.isEmpty { return .needs(needs) }
        }
        if !isWithheld && goesByBody(part) { isOwn = true }
        return reckon(regimen, place, of: intervention)
    }

    /// Whether a dose is one body's own. Else it follows from which of its steps hold, which others have too: all of them are
    /// asked here, those too of which nothing need be known.
    private mutating func goesByBody(_ part: CompiledKnowledge.PartEntry) -> Bool {
        var goesByBody = part.basis != .flat
        for number in part.steps.range {
            let step = knowledge.doseSteps[number]
            if judge.truth(step.when) == .true, let basis = step.setBasis, basis != .flat { goesByBody = true }
        }
        return goesByBody
    }

    private mutating func missingBody(_ basis: CompiledKnowledge.DoseBasis) -> BitSet {
        guard basis != .flat, let body = knowledge.clinical.doseRules.body else { return BitSet() }
        judge.willRead(body.weight)
        judge.willRead(body.height)
        var result = BitSet()
        if number(body.weight) == nil { result.insert(body.weight) }
        if basis == .surface, number(body.height) == nil { result.insert(body.height) }
        return result
    }

    private func number(_ fact: Int) -> Double? {
        if case .quantity(let interval) = judge.values[fact] { return interval.point }
        return nil
    }

    /// Arithmetic is the plain calculator's alone.
    private mutating func reckon(
        _ number: Int32, _ place: Int, of intervention: Int32
    ) -> AnswerPlan.PlannedDose {
        let regimen = knowledge.models.regimens[Int(number)]
        let clinical = knowledge.clinical
        var sources = Bibliography(clinical.references)
        let calculator = DoseCalculator(
            rules: clinical.doseRules, vocabulary: clinical.vocabulary, values: judge.values)
        let dose = calculator.dose(
            of: regimen.parts[place], in: regimen.key, of: knowledge.models.interventions[Int(intervention)].id,
            &sources)
        guard let dose else { return .nothing }
        let cited = sources.references.compactMap { source in
            knowledge.models.references.firstIndex { $0.id == source.id }.map(Int32.init)
        }
        for source in cited { cite(source) }
        return .reckoned(dose, sources: cited)
    }

    private mutating func planLabels(_ intervention: Int32, _ use: Int32) -> Range<Int> {
        let start = plan.labels.count
        for place in knowledge.interventions[Int(intervention)].labels.range {
            let label = knowledge.labels[place]
            var covering: CompiledKnowledge.ConditionalEntry?
            var isSure = false
            for number in knowledge.indicationRuns[Int(label.uses + use)].range where !isSure {
                let indication = knowledge.indications[number]
                let truth = judge.truth(indication.when)
                if truth == .true {
                    covering = indication
                    isSure = true
                }
                if truth == .unknown && covering == nil { covering = indication }
            }
            var needs = BitSet()
            if let covering, !isSure { judge.addNeeds(covering.when, &needs) }
            cite(label.reference)
            plan.labels.append(
                .init(
                    label: place, status: !label.isAuthorised ? .own : covering == nil ? .offLabel : .labelled,
                    section: covering?.number ?? -1, needs: needs, source: label.reference))
        }
        return start..<plan.labels.count
    }

    /// Numbered in the order of the rules, told tier by tier.
    private mutating func planEvidence(_ rules: Range<Int>) -> Range<Int> {
        let start = plan.cited.count
        seen.clear()
        for place in rules {
            for entry in knowledge.rules[Int(pool[place])].evidence.range {
                let number = knowledge.lists[entry]
                let statement = knowledge.statements[Int(number)]
                if judge.truth(statement.when) == .false || seen.contains(statement.sameness) { continue }
                seen.append(statement.sameness)
                tell(number, statement.reference)
            }
        }
        let end = plan.cited.count
        if end - start > 1 {
            // Insertion sort: stable, and the lists are short.
            for place in start + 1..<end {
                let moving = plan.cited[place]
                let tier = knowledge.statements[Int(moving.entry)].tier
                var hole = place
                while hole > start, knowledge.statements[Int(plan.cited[hole - 1].entry)].tier > tier {
                    plan.cited[hole] = plan.cited[hole - 1]
                    hole -= 1
                }
                plan.cited[hole] = moving
            }
        }
        return start..<end
    }

    @inline(__always)
    private mutating func planVoices(
        _ rules: Range<Int>, _ more: Range<Int>, _ list: (CompiledKnowledge.RuleEntry) -> Run
    ) -> Range<Int> {
        let start = plan.cited.count
        seen.clear()
        for place in rules { addVoices(list(knowledge.rules[Int(pool[place])])) }
        for place in more { addVoices(list(knowledge.rules[Int(pool[place])])) }
        return start..<plan.cited.count
    }

    private mutating func addVoices(_ run: Run) {
        for entry in run.range {
            let number = knowledge.lists[entry]
            let voice = knowledge.voices[Int(number)]
            if judge.truth(voice.when) == .false || seen.contains(voice.sameness) { continue }
            seen.append(voice.sameness)
            tell(number, voice.reference)
        }
    }

    private mutating func planCautions(_ intervention: Int32, _ rules: Range<Int>) -> Range<Int> {
        let start = plan.cautions.count
        told.clear()
        consider(knowledge.interventions[Int(intervention)].ownLimits)
        for place in rules { consider(knowledge.rules[Int(pool[place])].cautions) }
        consider(knowledge.interventions[Int(intervention)].labelLimits)
        seen.clear()
        for wanted in 0...3 {
            for (place, number) in told where place == wanted {
                let limit = knowledge.limits[Int(number)]
                if seen.contains(limit.sameness) { continue }
                seen.append(limit.sameness)
                var (because, needs) = (BitSet(), BitSet())
                if limit.when >= 0 {
                    if judge.truth(limit.when) == .true {
                        because = judge.grounds(limit.when)
                    } else {
                        judge.addNeeds(limit.when, &needs)
                    }
                }
                cite(limit.reference)
                plan.cautions.append(.init(limit: number, because: because, needs: needs, source: limit.reference))
            }
        }
        return start..<plan.cautions.count
    }

    /// Where cautions stand in the list: undecided contraindications, decided warnings, undecided ones, general ones.
    private mutating func consider(_ run: Run) {
        for entry in run.range {
            let number = knowledge.lists[entry]
            let limit = knowledge.limits[Int(number)]
            if limit.when < 0 {
                if limit.isShown { told.append((3, number)) }
                continue
            }
            switch judge.truth(limit.when) {
            case .true: if !limit.forbids { told.append((1, number)) }
            case .unknown:
                if limit.forbids { told.append((0, number)) } else if limit.isShown { told.append((2, number)) }
            case .false: break
            }
        }
    }

    // MARK: - The rest

    /// What topics say beside their options: examinations, tiers, disagreements, and what opens the summary.
    private mutating func findFrame(_ number: Int) {
        let panel = learned.panels[number]
        if let found = remembered(panel, panel.interventions.count) {
            let frame = learned.frames[found]
            for place in learned.lists.places(of: frame.sources) { plan.cite(learned.lists.entries[place]) }
            for place in learned.lists.places(of: frame.openings) { plan.openings.append(learned.lists.entries[place]) }
            plan.frame = Int32(found)
            plan.isFrameLearned = true
            return
        }
        lessons += 1
        if isLearning { judge.beginNoting() }
        sources.clear()
        addExaminations()
        addTiers()
        addDisagreements()
        addOpenings()
        let asked = judge.endNoting()
        for source in sources { plan.cite(source) }
        let own = panel.asked[panel.interventions.count]
        guard isLearning, own.covers(asked, of: knowledge.graph) else { return }
        let frame = LearnedCases.Frame(
            sources: learned.number(of: sources), openings: learned.number(of: plan.openings))
        let found = learned.number(of: frame, wordsOfFrame())
        plan.frame = Int32(found)
        learned.tree.keep(
            found, of: panel.judgings[panel.interventions.count], known: judge.known.intersection(own.facts), asked)
        if isSeen && asked.kinds.isSubset(of: .tests) { keep(found, panel, panel.interventions.count) }
    }

    /// All that is written beside the options, but for what opens the summary.
    private mutating func wordsOfFrame() -> [Int32] {
        var words = [Int32(plan.examinations.count)]
        for examination in plan.examinations {
            words += [examination.diagnostic, learned.number(of: examination.needs)]
            words += self.words(of: examination.evidence)
        }
        words.append(Int32(plan.tiers.count))
        for tier in plan.tiers {
            words += [Int32(tier.tier), tier.summary ?? -1]
            words += self.words(of: tier.statements)
        }
        for entry in plan.disagreements { words += [entry.disagreement] + plan.sources[entry.sources] }
        return words
    }

    private mutating func addExaminations() {
        seen.clear()
        for topic in plan.topics {
            for place in knowledge.topics[topic].diagnostics.range {
                let number = knowledge.lists[place]
                let diagnostic = knowledge.diagnostics[Int(number)]
                if seen.contains(diagnostic.sameness) { continue }
                seen.append(diagnostic.sameness)
                if judge.truth(diagnostic.when) == .false { continue }
                let start = plan.cited.count
                tell(diagnostic.evidence)
                plan.examinations.append(
                    .init(
                        diagnostic: number, needs: judge.needs(diagnostic.when), evidence: start..<plan.cited.count))
            }
        }
    }

    private mutating func tell(_ entry: Int32, _ source: Int32) {
        cite(source)
        plan.cited.append(.init(entry: entry, source: source))
    }

    private mutating func tell(_ run: Run) {
        for place in run.range {
            let number = knowledge.lists[place]
            let statement = knowledge.statements[Int(number)]
            if judge.truth(statement.when) == .false { continue }
            tell(number, statement.reference)
        }
    }

    private mutating func opening(_ run: Run) -> Int32? {
        for place in run.range {
            let entry = knowledge.conditionals[place]
            if judge.truth(entry.when) == .true { return entry.number }
        }
        return nil
    }

    private mutating func addTiers() {
        for tier in Tier.allCases.indices {
            var summary: Int32?
            for topic in plan.topics where summary == nil {
                summary = opening(knowledge.tierSummaries[Int(knowledge.topics[topic].tiers) + tier])
            }
            let start = plan.cited.count
            for topic in plan.topics { tell(knowledge.tierStatements[Int(knowledge.topics[topic].tiers) + tier]) }
            if summary == nil && plan.cited.count == start { continue }
            plan.tiers.append(.init(tier: tier, summary: summary, statements: start..<plan.cited.count))
        }
    }

    private mutating func addDisagreements() {
        seen.clear()
        for topic in plan.topics {
            for place in knowledge.topics[topic].disagreements.range {
                let number = knowledge.lists[place]
                let disagreement = knowledge.disagreements[Int(number)]
                if seen.contains(disagreement.sameness) { continue }
                seen.append(disagreement.sameness)
                if judge.truth(disagreement.when) == .false { continue }
                let start = plan.sources.count
                for place in disagreement.references.range {
                    cite(knowledge.lists[place])
                    plan.sources.append(knowledge.lists[place])
                }
                plan.disagreements.append(.init(disagreement: number, sources: start..<plan.sources.count))
            }
        }
    }

    private mutating func addOpenings() {
        for topic in plan.topics where plan.openings.count < 2 {
            if let next = opening(knowledge.topics[topic].summary) { plan.openings.append(next) }
        }
    }

    /// What to ask, as `FollowUps` orders it.
    private mutating func addQuestions() {
        wanted.clear()
        pairs.clear()
        // Options stand before exclusions.
        let options = plan.offered.count
        contest = nil
        standings.removeAll(keepingCapacity: true)
        wholeStandings.removeAll(keepingCapacity: true)
        for _ in 0..<options {
            standings.append(-1)
            wholeStandings.append(-1)
        }
        for place in 0..<options {
            let entry = plan.offered[place]
            entry.needs.forEach { want($0, entry.intervention, kind: 0) }
        }
        for place in 0..<options {
            let card = drawn[place].card
            learned.ranks[Int(card.ranks)].facts.forEach {
                if isContested(place, over: $0) { want($0, card.intervention, kind: 1) }
            }
            for place in learned.lists.places(of: card.doubts) {
                want(Int(learned.lists.entries[place]), card.intervention, kind: 2)
            }
        }
        wanted.sort { ($0.kind, -$0.weight, $0.priority, $0.fact) < ($1.kind, -$1.weight, $1.priority, $1.fact) }
        // What chooses a topic was asked first.
        let asked = plan.questions.count
        for question in wanted where !plan.questions[..<asked].contains(where: { $0.fact == question.fact }) {
            let start = plan.moved.count
            for pair in pairs where pair.fact == question.fact { plan.moved.append(pair.intervention) }
            plan.questions.append(.init(fact: question.fact, wouldChange: start..<plan.moved.count))
        }
    }

    /// The rank of an option by the rules that speak for it, and those that are open, as `FollowUps` reckons them.
    private mutating func ranks(of rules: [Int32]) -> OptionRanks {
        // The best rank, and the best of the rules but one: a rule's worse rank goes no further.
        var (current, second) = (Int.max, Int.max)
        for rule in rules {
            let own = rank(of: rule)
            (current, second) = own < current ? (own, current) : (current, min(second, own))
        }
        var result = OptionRanks()
        result.current = current
        for rule in rules {
            let others = rank(of: rule) == current ? second : current
            for place in knowledge.rules[Int(rule)].ranks.range {
                let entry = knowledge.ranks[place]
                let truth = judge.truth(entry.when)
                if truth == .true { break }
                let moved = min(entry.rank, others)
                if truth == .false || moved == current { continue }
                var needs = BitSet()
                judge.addNeeds(entry.when, &needs)
                result.open.append(OptionRanks.Open(rank: moved, needs: needs))
                result.facts.formUnion(needs)
            }
        }
        result.ranking = learned.ranking(of: rules.sorted(), knowledge)
        return result
    }

    /// Whether the order of an option and another of its standing hangs on a fact.
    private mutating func isContested(_ place: Int, over fact: Int) -> Bool {
        let card = drawn[place].card
        let own = learned.ranks[Int(card.ranks)].span(over: fact)
        rivals.clear()
        for number in 0..<plan.offered.count where number != place {
            let other = drawn[number].card
            if (other.needs == 0) != (card.needs == 0) { continue }
            let its = learned.ranks[Int(other.ranks)].span(over: fact)
            if (own.worst, card.intervention) < (its.best, other.intervention) { continue }
            if (its.worst, other.intervention) < (own.best, card.intervention) { continue }
            if turns(place, number, over: fact, besideAnother: false) { return true }
            rivals.append(number)
        }
        for number in rivals where turns(place, number, over: fact, besideAnother: true) { return true }
        return false
    }

    /// What `RankContest` finds for two options, whichever stands first in the answer; learned for whoever answers alike.
    private mutating func turns(_ place: Int, _ other: Int, over fact: Int, besideAnother: Bool) -> Bool {
        let isFirst = drawn[place].card.intervention < drawn[other].card.intervention
        let (left, right) = isFirst ? (place, other) : (other, place)
        guard let one = standing(left), let two = standing(right) else {
            return asked(left, right, over: fact, besideAnother: besideAnother)
                && (!besideAnother || moves(left, right, over: fact))
        }
        let key = LearnedCases.Comparison(left: one, right: two, isBesideAnother: besideAnother)
        let known = learned.turns(key, over: fact)
        let turns = known ?? asked(left, right, over: fact, besideAnother: besideAnother)
        if known == nil && isLearning { learned.keep(turns, of: key, over: fact) }
        return turns && (!besideAnother || moves(left, right, over: fact))
    }

    private mutating func asked(_ left: Int, _ right: Int, over fact: Int, besideAnother: Bool) -> Bool {
        unknownAnswers += 1
        lessons += 1
        beginContest()
        let turns =
            besideAnother
            ? contest?.turnsBesideAnother(left, right, over: fact) : contest?.turns(left, right, over: fact)
        return turns ?? false
    }

    /// What `RankContest` finds where it judges both anew; learned for whoever answers alike all that judging them asks.
    private mutating func moves(_ left: Int, _ right: Int, over fact: Int) -> Bool {
        guard let one = wholeStanding(left), let two = wholeStanding(right) else {
            return judgedAnew(left, right, over: fact)
        }
        let key = LearnedCases.Comparison(left: one, right: two, isBesideAnother: true)
        if let known = learned.turns(key, over: fact) { return known }
        let moves = judgedAnew(left, right, over: fact)
        if isLearning { learned.keep(moves, of: key, over: fact) }
        return moves
    }

    private mutating func judgedAnew(_ left: Int, _ right: Int, over fact: Int) -> Bool {
        unknownAnswers += 1
        lessons += 1
        beginContest()
        return contest?.movesBesideAnother(left, right, over: fact) ?? false
    }

    private mutating func beginContest() {
        if contest != nil { return }
        let options = drawn.prefix(plan.offered.count).map { entry in
            RankContest.Option(
                intervention: knowledge.models.interventions[Int(entry.card.intervention)],
                speaking: learned.rankings[Int(learned.ranks[Int(entry.card.ranks)].ranking)].rules
                    .map { knowledge.models.rules[Int($0)] },
                rules: rules(of: entry.card.intervention).map { knowledge.models.rules[Int($0)] })
        }
        let prevailing = learned.panels[panel].rules.joined().filter { knowledge.rules[Int($0)].prevails }
            .map { knowledge.models.rules[Int($0)].id }
        contest = RankContest(options, Set(prevailing), knowledge.clinical, judge.values)
    }

    /// The rules by which the topics of this case speak of an intervention.
    private func rules(of intervention: Int32) -> [Int32] {
        let panel = learned.panels[panel]
        return panel.interventions.firstIndex(of: intervention).map { panel.rules[$0] } ?? []
    }

    /// The number of all that judging an option asks; nil as for `standing`.
    private mutating func wholeStanding(_ place: Int) -> Int32? {
        if wholeStandings[place] >= 0 { return wholeStandings[place] }
        let intervention = drawn[place].card.intervention
        let judging = learned.judging(of: intervention, rules(of: intervention), knowledge)
        guard let number = learned.number(of: rankStanding(judging), isLearning: isLearning) else { return nil }
        wholeStandings[place] = number
        return number
    }

    /// The number of what decides the rank of an option; nil where it is new and nothing more may be learned: values that are
    /// known in part go into it, and a peer can think of as many as it likes.
    private mutating func standing(_ place: Int) -> Int32? {
        if standings[place] >= 0 { return standings[place] }
        // Where no answer changes it the rank tells all.
        let standing =
            learned.settled(drawn[place].card.ranks) ?? rankStanding(learned.ranking(drawn[place].card.ranks))
        guard let number = learned.number(of: standing, isLearning: isLearning) else { return nil }
        standings[place] = number
        return number
    }

    private mutating func rankStanding(_ ranking: Int32) -> LearnedCases.RankStanding {
        var result = LearnedCases.RankStanding(ranking: ranking)
        var open = BitSet()
        var width = 0
        for test in learned.rankings[Int(ranking)].tests {
            let truth = judge.truth(test)
            if truth == .unknown { open.formUnion(knowledge.graph.facts(of: test)) }
            if width == 64 {
                result.more.append(result.truths)
                (result.truths, width) = (0, 0)
            }
            result.truths = result.truths << 2 | UInt64(truncatingIfNeeded: truth.rawValue)
            width += 2
        }
        open.intersection(judge.known).forEach { result.partly.append(.init(fact: $0, value: judge.values[$0])) }
        return result
    }

    private mutating func want(_ fact: Int, _ intervention: Int32, kind: Int) {
        if let place = wanted.firstIndex(where: { $0.fact == fact }) {
            if kind < wanted[place].kind {
                wanted[place].kind = kind
                wanted[place].weight = 0
            }
            if kind == wanted[place].kind { wanted[place].weight += 1 }
        } else {
            wanted.append(
                Wanted(fact: fact, kind: kind, weight: 1, priority: knowledge.priorities[fact]))
        }
        if !pairs.contains(where: { $0.fact == fact && $0.intervention == intervention }) {
            pairs.append((fact, intervention))
        }
    }
}
