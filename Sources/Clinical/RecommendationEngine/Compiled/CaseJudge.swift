package import ClinicalModel
package import DecisionLogic

/// Judges one case after another with compiled knowledge and fills a plan of each answer. It says what
/// `RecommendationEngine` says, byte for byte once it is written: that is its plain twin, and answers what this one passes
/// on. It is no value to share: whoever judges takes one for himself.
package struct CaseJudge: Sendable {
    package let knowledge: CompiledKnowledge
    package private(set) var plan = AnswerPlan()
    /// The values that the answer was judged on.
    package var values: [FactValue] { judge.values }

    private var judge: GraphJudge
    private var completion: CompiledCompletion
    private var before = CompiledCompletion.State()
    private var fitting = CompiledCompletion.State()
    /// The number of each source in the answer, 0 for none yet.
    private var numbers: [Int32]
    /// Rules of each intervention, and the interventions that have some.
    private var rulesOf: [[Int32]]
    private var concerned: [Int32] = []
    private var possible: [Int] = []
    private var judged: [Judged] = []
    private var assessed: [Assessed] = []
    private var pool: [Int32] = []
    private var seen: [Int32] = []
    private var told: [(place: Int, limit: Int32)] = []
    private var wanted: [Wanted] = []
    private var pairs: [(fact: Int, intervention: Int32)] = []

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
        judge = GraphJudge(knowledge.graph, knowledge.clinical.vocabulary)
        completion = CompiledCompletion(knowledge)
        numbers = Array(repeating: 0, count: knowledge.references.count)
        rulesOf = Array(repeating: [], count: knowledge.interventions.count)
    }

    /// Judges ordered statements (structured facts by fact, then what was read) for a clinician who asks for no trace.
    /// False where the plain way must answer: where something contradicts, no single disease topic speaks, or doses are
    /// withheld; nothing is planned then.
    package mutating func recommend(for statements: [FactStatement], notes: [CaseNote]) -> Bool {
        plan.clear()
        for index in numbers.indices { numbers[index] = 0 }
        guard !statements.contains(where: { $0.age != nil }), completion.complete(statements, &judge), chooseTopic()
        else { return false }
        plan.facts.append(contentsOf: completion.facts)
        plan.becauses.append(contentsOf: completion.becauses)
        plan.notes.append(contentsOf: notes)
        for topic in plan.topics {
            if let remark = knowledge.topics[topic].model.remark, !plan.notes.contains(where: { $0.code == remark.code }) {
                plan.notes.append(remark)
            }
        }
        judgeOptions()
        addExaminations()
        addTiers()
        addDisagreements()
        addQuestions()
        addOpenings()
        return true
    }

    private mutating func cite(_ reference: Int32) -> Int32 {
        let known = numbers[Int(reference)]
        if known != 0 { return known }
        plan.references.append(reference)
        let number = Int32(plan.references.count)
        numbers[Int(reference)] = number
        return number
    }

    // MARK: - Topics

    /// Finds the one disease topic that speaks, and what lies over it.
    private mutating func chooseTopic() -> Bool {
        var lead: Int?
        possible.removeAll(keepingCapacity: true)
        for number in knowledge.leads {
            let topic = knowledge.topics[number]
            if topic.asksWhatIsKnown || judge.truth(topic.scope) != .false { possible.append(number) }
        }
        if possible.count > 1 { completion.save(judge, to: &before) }
        for (place, number) in possible.enumerated() {
            if place > 0 { completion.restore(before, &judge) }
            completion.assume(number, &judge)
            if judge.truth(knowledge.topics[number].scope) != .true { continue }
            if lead != nil { return false }
            lead = number
            if place + 1 < possible.count { completion.save(judge, to: &fitting) }
        }
        guard let lead else { return false }
        if possible.last != lead { completion.restore(fitting, &judge) }
        plan.topics.append(lead)
        for number in knowledge.overlays where judge.truth(knowledge.topics[number].scope) == .true {
            if knowledge.topics[number].withholdsDoses { return false }
            plan.topics.append(number)
        }
        if knowledge.topics[lead].withholdsDoses { return false }
        for number in plan.topics.dropFirst() { completion.assume(number, &judge) }
        return true
    }

    // MARK: - Options

    private mutating func judgeOptions() {
        for intervention in concerned { rulesOf[Int(intervention)].removeAll(keepingCapacity: true) }
        concerned.removeAll(keepingCapacity: true)
        assessed.removeAll(keepingCapacity: true)
        pool.removeAll(keepingCapacity: true)
        for topic in plan.topics {
            for rule in knowledge.topics[topic].rules {
                let intervention = Int(knowledge.rules[Int(rule)].intervention)
                if rulesOf[intervention].isEmpty { concerned.append(Int32(intervention)) }
                rulesOf[intervention].append(rule)
            }
        }
        for intervention in concerned { assess(intervention) }
        assessed.sort { ($0.group, $0.rank, $0.intervention) < ($1.group, $1.rank, $1.intervention) }
        for entry in assessed {
            switch entry.verdict {
            case .offered(let lead, let needs): offer(entry, lead, needs)
            case .forbidden(let reason, let because, let isRefused): forbid(entry, reason, because, isRefused)
            case .notOffered: exclude(entry)
            }
        }
    }

    private mutating func rank(of rule: Int32) -> Int {
        for entry in knowledge.rules[Int(rule)].ranks where judge.truth(entry.when) == .true { return entry.rank }
        return Int.max
    }

    private mutating func assess(_ intervention: Int32) {
        func add(_ verdict: Verdict, _ speaking: Range<Int>, _ contra: Range<Int>, group: Int = 2, rank: Int = 0) {
            assessed.append(
                Assessed(
                    intervention: intervention, verdict: verdict, speaking: speaking, contra: contra, group: group,
                    rank: rank))
        }
        for limit in knowledge.interventions[Int(intervention)].forbidding where judge.truth(limit.when) == .true {
            let because = limit.refusal.map { BitSet([$0]) } ?? judge.grounds(limit.when)
            return add(.forbidden(limit.reason, because: because, refused: limit.refusal != nil), 0..<0, 0..<0)
        }
        judged.removeAll(keepingCapacity: true)
        for rule in rulesOf[Int(intervention)] {
            judged.append(
                Judged(rule: rule, truth: judge.truth(knowledge.rules[Int(rule)].when), rank: rank(of: rule)))
        }
        let rules = knowledge.rules
        let contraStart = pool.count
        var overrides = false
        for entry in judged where entry.truth == .true && !rules[Int(entry.rule)].isFor {
            pool.append(entry.rule)
            overrides = overrides || rules[Int(entry.rule)].prevails
        }
        let contra = contraStart..<pool.count
        let hasFor = judged.contains { rules[Int($0.rule)].isFor }
        if hasFor {
            judged.removeAll { !rules[Int($0.rule)].isFor }
            judged.sort { ($0.rank, rules[Int($0.rule)].place) < ($1.rank, rules[Int($1.rule)].place) }
        } else {
            judged.removeAll(keepingCapacity: true)
        }
        let start = pool.count
        if overrides {
            for place in contra where rules[Int(pool[place])].prevails { pool.append(pool[place]) }
            for entry in judged { pool.append(entry.rule) }
            return add(.notOffered, start..<pool.count, 0..<0)
        }
        for entry in judged where entry.truth == .true { pool.append(entry.rule) }
        if pool.count > start {
            let lead = pool[start]
            return add(
                .offered(lead: lead, needs: BitSet()), start..<pool.count, contra, group: 0, rank: rank(of: lead))
        }
        if contra.isEmpty {
            var needs = BitSet()
            for entry in judged where entry.truth == .unknown {
                pool.append(entry.rule)
                judge.addNeeds(rules[Int(entry.rule)].when, &needs)
            }
            if pool.count > start {
                let lead = pool[start]
                return add(
                    .offered(lead: lead, needs: needs), start..<pool.count, 0..<0, group: needs.isEmpty ? 0 : 1,
                    rank: rank(of: lead))
            }
        }
        for place in contra { pool.append(pool[place]) }
        for entry in judged { pool.append(entry.rule) }
        add(.notOffered, start..<pool.count, 0..<0)
    }

    // MARK: - What is not offered

    private mutating func forbid(_ entry: Assessed, _ reason: Int32, _ because: BitSet, _ isRefused: Bool) {
        let told = knowledge.reasons[Int(reason)]
        var planned = AnswerPlan.PlannedReason.told(reason)
        if isRefused {
            let start = plan.holding.count
            for warning in knowledge.interventions[Int(entry.intervention)].holding
            where plan.holding.count < start + 3 && judge.truth(warning.when) == .true {
                plan.holding.append(warning.reason)
            }
            planned = .refused(reason, holding: start..<plan.holding.count)
        }
        let number = told.reference.map { cite($0) }
        plan.excluded.append(
            .init(
                intervention: entry.intervention, reason: planned, because: because, number: number))
    }

    private mutating func exclude(_ entry: Assessed) {
        // Only rules against it, and none holds: nothing is said of it.
        guard let first = entry.speaking.first else { return }
        for place in entry.speaking {
            let rule = knowledge.rules[Int(pool[place])]
            for refusal in rule.refusals where judge.truth(refusal.when) == .true {
                let number = knowledge.reasons[Int(refusal.reason)].reference.map { cite($0) }
                plan.excluded.append(
                    .init(
                        intervention: entry.intervention, reason: .told(refusal.reason),
                        because: judge.grounds(rule.when), number: number))
                return
            }
        }
        let lead = knowledge.rules[Int(pool[first])]
        let because = judge.grounds(lead.when)
        let clauses = judge.truth(lead.when) == .false ? because : BitSet()
        let number = lead.firstReference.map { cite($0) }
        plan.excluded.append(
            .init(
                intervention: entry.intervention, reason: .doesNotApply(clauses), because: because,
                number: number))
    }

    // MARK: - What is offered

    private mutating func offer(_ entry: Assessed, _ lead: Int32, _ needs: BitSet) {
        let rule = knowledge.rules[Int(lead)]
        let parts = planRegimen(rule.regimen, of: entry.intervention)
        let labels = planLabels(entry.intervention, rule.use)
        let evidence = planEvidence(entry.speaking)
        let cautions = planCautions(entry.intervention, entry.speaking)
        let pro = planVoices(entry.speaking, 0..<0) { $0.for }
        let contra = planVoices(entry.speaking, entry.contra) { $0.against }
        let silent = planVoices(entry.speaking, 0..<0) { $0.silent }
        plan.options.append(
            .init(
                intervention: entry.intervention, lead: lead, needs: needs, regimen: rule.regimen, parts: parts,
                labels: labels, evidence: evidence, cautions: cautions, pro: pro, contra: contra, silent: silent))
    }

    private mutating func planRegimen(_ number: Int32, of intervention: Int32) -> Range<Int> {
        let start = plan.parts.count
        guard number >= 0 else { return start..<start }
        let regimen = knowledge.regimens[Int(number)]
        // All sources of the doses are cited before those of what is reckoned.
        for part in regimen.parts { _ = cite(part.reference) }
        for (place, part) in regimen.parts.enumerated() {
            let dose = planDose(part, regimen, place, of: intervention)
            plan.parts.append(.init(number: cite(part.reference), dose: dose))
        }
        return start..<plan.parts.count
    }

    private mutating func planDose(
        _ part: CompiledKnowledge.CompiledPart, _ regimen: CompiledKnowledge.CompiledRegimen, _ place: Int,
        of intervention: Int32
    ) -> AnswerPlan.PlannedDose {
        if part.basis == .flat && part.steps.isEmpty { return .nothing }
        if part.basis != .flat && knowledge.clinical.doseRules.body == nil { return .nothing }
        var isWithheld = false
        for step in part.steps where step.withholds && judge.truth(step.when) == .true { isWithheld = true }
        if !isWithheld {
            var needs = missingBody(part.basis)
            for step in part.steps {
                if !step.isOptional { judge.addNeeds(step.when, &needs) }
                if let basis = step.setBasis, judge.truth(step.when) == .true { needs.formUnion(missingBody(basis)) }
            }
            if !needs.isEmpty { return .needs(needs) }
        }
        return reckon(regimen, place, of: intervention)
    }

    private func missingBody(_ basis: CompiledKnowledge.DoseBasis) -> BitSet {
        guard basis != .flat, let body = knowledge.clinical.doseRules.body else { return BitSet() }
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
        _ regimen: CompiledKnowledge.CompiledRegimen, _ place: Int, of intervention: Int32
    ) -> AnswerPlan.PlannedDose {
        let clinical = knowledge.clinical
        var sources = Bibliography(clinical.references)
        let calculator = DoseCalculator(
            rules: clinical.doseRules, vocabulary: clinical.vocabulary, values: judge.values)
        let dose = calculator.dose(
            of: regimen.model.parts[place], in: regimen.model.key,
            of: knowledge.interventions[Int(intervention)].model.id, &sources)
        guard let dose else { return .nothing }
        let numbers = sources.references.map { source in
            knowledge.references.firstIndex { $0.id == source.id }.map { cite(Int32($0)) } ?? 0
        }
        return .reckoned(dose, sources: numbers)
    }

    private mutating func planLabels(_ intervention: Int32, _ use: Int) -> Range<Int> {
        let start = plan.labels.count
        for (place, label) in knowledge.interventions[Int(intervention)].labels.enumerated() {
            var covering: (truth: Truth, section: Int32, when: ConditionGraph.Node?)?
            for indication in label.indications[use] {
                let truth = judge.truth(indication.when)
                if truth == .true {
                    covering = (truth, indication.section, indication.when)
                    break
                }
                if truth == .unknown && covering == nil { covering = (truth, indication.section, indication.when) }
            }
            var needs = BitSet()
            if let when = covering?.when, covering?.truth == .unknown { judge.addNeeds(when, &needs) }
            plan.labels.append(
                .init(
                    intervention: intervention, label: place,
                    status: !label.isAuthorised ? .own : covering == nil ? .offLabel : .labelled,
                    section: covering?.section ?? -1, needs: needs, number: cite(label.reference)))
        }
        return start..<plan.labels.count
    }

    /// Numbered in the order of the rules, told tier by tier.
    private mutating func planEvidence(_ rules: Range<Int>) -> Range<Int> {
        let start = plan.cited.count
        seen.removeAll(keepingCapacity: true)
        for place in rules {
            for number in knowledge.rules[Int(pool[place])].evidence {
                let statement = knowledge.statements[Int(number)]
                if judge.truth(statement.when) == .false || seen.contains(statement.sameness) { continue }
                seen.append(statement.sameness)
                plan.cited.append(.init(entry: number, number: cite(statement.reference)))
            }
        }
        let end = plan.cited.count
        if end - start > 1 {
            let statements = knowledge.statements
            // Insertion sort: stable, and the lists are short.
            for place in start + 1..<end {
                let moving = plan.cited[place]
                let tier = statements[Int(moving.entry)].tier
                var hole = place
                while hole > start, statements[Int(plan.cited[hole - 1].entry)].tier > tier {
                    plan.cited[hole] = plan.cited[hole - 1]
                    hole -= 1
                }
                plan.cited[hole] = moving
            }
        }
        return start..<end
    }

    private mutating func planVoices(
        _ rules: Range<Int>, _ more: Range<Int>,
        _ list: ((for: [Int32], against: [Int32], silent: [Int32])) -> [Int32]
    ) -> Range<Int> {
        let start = plan.cited.count
        seen.removeAll(keepingCapacity: true)
        for range in [rules, more] {
            for place in range {
                for number in list(knowledge.rules[Int(pool[place])].voices) {
                    let voice = knowledge.voices[Int(number)]
                    if judge.truth(voice.when) == .false || seen.contains(voice.sameness) { continue }
                    seen.append(voice.sameness)
                    plan.cited.append(.init(entry: number, number: cite(voice.reference)))
                }
            }
        }
        return start..<plan.cited.count
    }

    private mutating func planCautions(_ intervention: Int32, _ rules: Range<Int>) -> Range<Int> {
        let start = plan.cautions.count
        told.removeAll(keepingCapacity: true)
        for number in knowledge.interventions[Int(intervention)].ownLimits { consider(number) }
        for place in rules {
            for number in knowledge.rules[Int(pool[place])].cautions { consider(number) }
        }
        for number in knowledge.interventions[Int(intervention)].labelLimits { consider(number) }
        seen.removeAll(keepingCapacity: true)
        for wanted in 0...3 {
            for (place, number) in told where place == wanted {
                let limit = knowledge.limits[Int(number)]
                if seen.contains(limit.sameness) { continue }
                seen.append(limit.sameness)
                var (because, needs) = (BitSet(), BitSet())
                if let when = limit.when {
                    switch judge.truth(when) {
                    case .true: because = judge.grounds(when)
                    case .unknown: judge.addNeeds(when, &needs)
                    case .false: break
                    }
                }
                plan.cautions.append(
                    .init(limit: number, because: because, needs: needs, number: cite(limit.reference)))
            }
        }
        return start..<plan.cautions.count
    }

    /// Where a caution stands in the list: undecided contraindications, decided warnings, undecided ones, general ones.
    private mutating func consider(_ number: Int32) {
        let limit = knowledge.limits[Int(number)]
        guard let when = limit.when else {
            if limit.isShown { told.append((3, number)) }
            return
        }
        switch judge.truth(when) {
        case .true: if !limit.forbids { told.append((1, number)) }
        case .unknown:
            if limit.forbids { told.append((0, number)) } else if limit.isShown { told.append((2, number)) }
        case .false: break
        }
    }

    // MARK: - The rest

    private mutating func addExaminations() {
        seen.removeAll(keepingCapacity: true)
        for topic in plan.topics {
            for number in knowledge.topics[topic].diagnostics {
                let diagnostic = knowledge.diagnostics[Int(number)]
                if seen.contains(diagnostic.sameness) { continue }
                seen.append(diagnostic.sameness)
                if judge.truth(diagnostic.when) == .false { continue }
                let start = plan.cited.count
                for entry in diagnostic.evidence { tell(entry) }
                plan.examinations.append(
                    .init(
                        diagnostic: number, needs: judge.needs(diagnostic.when), evidence: start..<plan.cited.count))
            }
        }
    }

    private mutating func tell(_ number: Int32) {
        let statement = knowledge.statements[Int(number)]
        if judge.truth(statement.when) == .false { return }
        plan.cited.append(.init(entry: number, number: cite(statement.reference)))
    }

    private mutating func opening(_ list: [(when: ConditionGraph.Node?, opening: Int32)]) -> Int32? {
        for entry in list where judge.truth(entry.when) == .true { return entry.opening }
        return nil
    }

    private mutating func addTiers() {
        for tier in Tier.allCases.indices {
            var summary: Int32?
            for topic in plan.topics where summary == nil { summary = opening(knowledge.topics[topic].tierSummaries[tier]) }
            let start = plan.cited.count
            for topic in plan.topics {
                for number in knowledge.topics[topic].statements[tier] { tell(number) }
            }
            if summary == nil && plan.cited.count == start { continue }
            plan.tiers.append(.init(tier: tier, summary: summary, statements: start..<plan.cited.count))
        }
    }

    private mutating func addDisagreements() {
        seen.removeAll(keepingCapacity: true)
        for topic in plan.topics {
            for number in knowledge.topics[topic].disagreements {
                let disagreement = knowledge.disagreements[Int(number)]
                if seen.contains(disagreement.sameness) { continue }
                seen.append(disagreement.sameness)
                if judge.truth(disagreement.when) == .false { continue }
                let start = plan.numbers.count
                for reference in disagreement.references { plan.numbers.append(cite(reference)) }
                plan.disagreements.append(.init(disagreement: number, numbers: start..<plan.numbers.count))
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
        wanted.removeAll(keepingCapacity: true)
        pairs.removeAll(keepingCapacity: true)
        for option in plan.options { option.needs.forEach { want($0, option.intervention, kind: 0) } }
        for option in plan.options {
            for rule in rulesOf[Int(option.intervention)] where speaks(rule, for: option) {
                var needs = BitSet()
                for rank in knowledge.rules[Int(rule)].ranks {
                    if let when = rank.when { judge.addNeeds(when, &needs) }
                }
                needs.forEach { want($0, option.intervention, kind: 1) }
            }
            for place in option.cautions where knowledge.limits[Int(plan.cautions[place].limit)].forbids {
                plan.cautions[place].needs.forEach { want($0, option.intervention, kind: 2) }
            }
        }
        wanted.sort { ($0.kind, -$0.weight, $0.priority, $0.fact) < ($1.kind, -$1.weight, $1.priority, $1.fact) }
        for question in wanted {
            let start = plan.moved.count
            for pair in pairs where pair.fact == question.fact { plan.moved.append(pair.intervention) }
            plan.questions.append(.init(fact: question.fact, wouldChange: start..<plan.moved.count))
        }
    }

    private func speaks(_ rule: Int32, for option: AnswerPlan.PlannedOption) -> Bool {
        guard let entry = assessed.first(where: { $0.intervention == option.intervention }) else { return false }
        return entry.speaking.contains { pool[$0] == rule } || entry.contra.contains { pool[$0] == rule }
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
                Wanted(fact: fact, kind: kind, weight: 1, priority: knowledge.clinical.vocabulary.facts[fact].priority))
        }
        if !pairs.contains(where: { $0.fact == fact && $0.intervention == intervention }) {
            pairs.append((fact, intervention))
        }
    }
}
