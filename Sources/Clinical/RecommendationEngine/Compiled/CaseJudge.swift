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
    private var before: CompiledCompletion.State
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
    /// Of each option of the plan.
    private var spans: [(best: Int, worst: Int)] = []
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
        before = CompiledCompletion.State(memory: judge.blank)
        numbers = Array(repeating: 0, count: knowledge.models.references.count)
        rulesOf = Array(repeating: [], count: knowledge.interventions.count)
    }

    /// Judges ordered statements (structured facts by fact, then what was read) for a clinician who asks for no trace.
    /// False where the plain way must answer: where a value is old, nothing is of this field, or doses are
    /// withheld; nothing is planned then.
    package mutating func recommend(for statements: [FactStatement], notes: [CaseNote]) -> Bool {
        for reference in plan.references { numbers[Int(reference)] = 0 }
        plan.clear()
        if statements.contains(where: { $0.age != nil }) { return false }
        completion.complete(statements, &judge)
        plan.conflicts.append(contentsOf: completion.conflicts)
        plan.voices.append(contentsOf: completion.voices)
        plan.notes.append(contentsOf: notes)
        if !plan.conflicts.isEmpty { plan.notes.append(contradiction()) }
        guard chooseTopic(statements) else { return false }
        plan.facts.append(contentsOf: completion.facts)
        plan.becauses.append(contentsOf: completion.becauses)
        if !plan.isGuidance { return true }
        for topic in plan.topics {
            if let remark = knowledge.models.topics[topic].remark,
                !plan.notes.contains(where: { $0.code == remark.code })
            {
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

    private func contradiction() -> CaseNote {
        RecommendationEngine.contradiction(
            plan.conflicts.map { knowledge.clinical.vocabulary.facts[$0.fact].title })
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

    /// Finds the one disease topic that speaks, and what lies over it; or what must be known before one can.
    private mutating func chooseTopic(_ statements: [FactStatement]) -> Bool {
        possible.clear()
        for number in knowledge.leads {
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
        for number in knowledge.overlays where knowledge.models.topics[number].standsAlone {
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
        where number != lead && judge.truth(knowledge.topics[number].scope) == .true {
            plan.topics.append(number)
        }
        if plan.topics.contains(where: { knowledge.topics[$0].withholdsDoses }) { return false }
        for number in plan.topics.dropFirst() { completion.assume(number, &judge) }
        return true
    }

    /// Plans the questions that choose between topics, as `RecommendationEngine` asks them.
    private mutating func askForScope(_ wantedTruth: Truth) {
        pairs.clear()
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

    // MARK: - Options

    private mutating func judgeOptions() {
        for intervention in concerned { rulesOf[Int(intervention)].clear() }
        concerned.clear()
        assessed.clear()
        pool.clear()
        for topic in plan.topics {
            for place in knowledge.topics[topic].rules.range {
                let rule = knowledge.lists[place]
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
        for place in knowledge.rules[Int(rule)].ranks.range {
            let entry = knowledge.ranks[place]
            if judge.truth(entry.when) == .true { return entry.rank }
        }
        return Int.max
    }

    private mutating func assess(_ intervention: Int32) {
        func add(_ verdict: Verdict, _ speaking: Range<Int>, _ contra: Range<Int>, group: Int = 2, rank: Int = 0) {
            assessed.append(
                Assessed(
                    intervention: intervention, verdict: verdict, speaking: speaking, contra: contra, group: group,
                    rank: rank))
        }
        for place in knowledge.interventions[Int(intervention)].forbidding.range {
            let limit = knowledge.forbidding[place]
            if judge.truth(limit.when) != .true { continue }
            let isRefused = limit.refusal >= 0
            let because = isRefused ? BitSet(only: Int(limit.refusal)) : judge.grounds(limit.when)
            return add(.forbidden(limit.reason, because: because, refused: isRefused), 0..<0, 0..<0)
        }
        judged.clear()
        for rule in rulesOf[Int(intervention)] {
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
                judge.addNeeds(knowledge.rules[Int(entry.rule)].when, &needs)
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
        let number = source(of: reason)
        plan.excluded.append(
            .init(
                intervention: entry.intervention, reason: planned, because: because, number: number))
    }

    /// The number of the source of a reason, nil for the patient's own decision.
    private mutating func source(of reason: Int32) -> Int32? {
        let reference = knowledge.reasonReferences[Int(reason)]
        return reference < 0 ? nil : cite(reference)
    }

    private mutating func exclude(_ entry: Assessed) {
        // Only rules against it, and none holds: nothing is said of it.
        guard let first = entry.speaking.first else { return }
        for place in entry.speaking {
            let rule = knowledge.rules[Int(pool[place])]
            for place in rule.refusals.range {
                let refusal = knowledge.conditionals[place]
                if judge.truth(refusal.when) != .true { continue }
                let number = source(of: refusal.number)
                plan.excluded.append(
                    .init(
                        intervention: entry.intervention, reason: .told(refusal.number),
                        because: judge.grounds(rule.when), number: number))
                return
            }
        }
        let lead = knowledge.rules[Int(pool[first])]
        let because = judge.grounds(lead.when)
        let clauses = judge.truth(lead.when) == .false ? because : BitSet()
        let number: Int32? = lead.firstReference < 0 ? nil : cite(lead.firstReference)
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
        for place in parts { _ = cite(knowledge.parts[place].reference) }
        for place in parts {
            let part = knowledge.parts[place]
            let dose = planDose(part, number, place - parts.lowerBound, of: intervention)
            plan.parts.append(.init(number: cite(part.reference), dose: dose))
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
        let numbers = sources.references.map { source in
            knowledge.models.references.firstIndex { $0.id == source.id }.map { cite(Int32($0)) } ?? 0
        }
        return .reckoned(dose, sources: numbers)
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
            plan.labels.append(
                .init(
                    label: place, status: !label.isAuthorised ? .own : covering == nil ? .offLabel : .labelled,
                    section: covering?.number ?? -1, needs: needs, number: cite(label.reference)))
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
                plan.cited.append(.init(entry: number, number: cite(statement.reference)))
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
            plan.cited.append(.init(entry: number, number: cite(voice.reference)))
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
                plan.cautions.append(
                    .init(limit: number, because: because, needs: needs, number: cite(limit.reference)))
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

    private mutating func tell(_ run: Run) {
        for place in run.range {
            let number = knowledge.lists[place]
            let statement = knowledge.statements[Int(number)]
            if judge.truth(statement.when) == .false { continue }
            plan.cited.append(.init(entry: number, number: cite(statement.reference)))
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
                let start = plan.numbers.count
                for place in disagreement.references.range { plan.numbers.append(cite(knowledge.lists[place])) }
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
        wanted.clear()
        pairs.clear()
        for option in plan.options { option.needs.forEach { want($0, option.intervention, kind: 0) } }
        spans.clear()
        for option in plan.options { spans.append(span(of: option)) }
        for (number, option) in plan.options.enumerated() {
            if isContested(number) {
                for rule in rulesOf[Int(option.intervention)] where speaks(rule, for: option) {
                    var needs = BitSet()
                    for place in knowledge.rules[Int(rule)].ranks.range {
                        let when = knowledge.ranks[place].when
                        if judge.truth(when) == .true { break }
                        judge.addNeeds(when, &needs)
                    }
                    needs.forEach { want($0, option.intervention, kind: 1) }
                }
            }
            for place in option.cautions where knowledge.limits[Int(plan.cautions[place].limit)].forbids {
                plan.cautions[place].needs.forEach { want($0, option.intervention, kind: 2) }
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

    /// The best and the worst rank that an option may still have, as `FollowUps` reckons them.
    private mutating func span(of option: AnswerPlan.PlannedOption) -> (best: Int, worst: Int) {
        var span = (best: Int.max, worst: Int.max)
        for rule in rulesOf[Int(option.intervention)] where speaks(rule, for: option) {
            if knowledge.rules[Int(rule)].ranks.range.isEmpty { continue }
            var own = (best: Int.max, worst: Int.min)
            var isSettled = false
            for place in knowledge.rules[Int(rule)].ranks.range where !isSettled {
                let entry = knowledge.ranks[place]
                let truth = judge.truth(entry.when)
                if truth == .false { continue }
                own = (min(own.best, entry.rank), max(own.worst, entry.rank))
                isSettled = truth == .true
            }
            span = (min(span.best, own.best), min(span.worst, isSettled ? own.worst : Int.max))
        }
        return span
    }

    /// Whether the order of an option and another of its standing is open.
    private func isContested(_ number: Int) -> Bool {
        let (option, own) = (plan.options[number], spans[number])
        for (place, other) in plan.options.enumerated() where place != number {
            let span = spans[place]
            if other.needs.isEmpty != option.needs.isEmpty { continue }
            if own.best == own.worst && span.best == span.worst { continue }
            if (own.worst, option.intervention) < (span.best, other.intervention) { continue }
            if (span.worst, other.intervention) < (own.best, option.intervention) { continue }
            return true
        }
        return false
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
                Wanted(fact: fact, kind: kind, weight: 1, priority: knowledge.priorities[fact]))
        }
        if !pairs.contains(where: { $0.fact == fact && $0.intervention == intervention }) {
            pairs.append((fact, intervention))
        }
    }
}
