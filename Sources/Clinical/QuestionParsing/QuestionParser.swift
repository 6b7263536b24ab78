public import ClinicalModel
public import DecisionLogic

/// What was read from a question.
public struct ParsedQuestion: Sendable {
    /// The facts, each with the words it was read from; nothing is in here that the text does not assert.
    public let statements: [FactStatement]
    /// Remarks: impossible values, several patients, urgent words, another language, unread words.
    public let notes: [CaseNote]
}

/// Reads English clinical text into facts: terms of the lexicon by one automaton, a small grammar for numbers, scopes
/// for negation and doubt. Deterministic and linear in the text; it knows no medicine but the lexicon's.
public struct QuestionParser: Sendable {
    private let vocabulary: Vocabulary
    private let finder: MentionFinder
    private let units: [Int: [(tokens: [String], factor: Double)]]
    private let facts: ReaderFacts

    /// A reader with the words of a release of the knowledge.
    public init(lexicon: Lexicon, vocabulary: Vocabulary) {
        self.vocabulary = vocabulary
        finder = MentionFinder(lexicon.entries)
        units = lexicon.units.mapValues { spellings in
            spellings.map { (Tokenizer.tokens(of: $0.term).map(\.text), $0.factor) }
                .sorted { $0.tokens.count > $1.tokens.count }
        }
        facts = ReaderFacts(vocabulary)
    }

    /// What a question says. Linear in its length; the caller bounds that at 4,000 Unicode scalars.
    public func parse(_ question: String) -> ParsedQuestion {
        let original = Tokenizer.tokens(of: question)
        if let note = LanguageCheck.note(original, knows: { finder.trie.words.contains($0) }) {
            return ParsedQuestion(statements: [], notes: [note])
        }
        if Remarks.namesSeveralPatients(original) {
            return ParsedQuestion(statements: [], notes: [Remarks.severalPatients])
        }
        let words = original.map(corrected)
        var mentions = withRanges(finder.mentions(words), words)
        let tokens = NumberWords.read(words, behind: mentions.filter(namesQuantity).map(\.tokens))
        let sentences = Sentences(tokens)
        var scopes = scopes(mentions, tokens, sentences)
        let lesionReader = LesionReader(vocabulary: vocabulary, facts: facts, finder: finder, tokens: tokens)
        let isOpen = zip(mentions, scopes).map(lesionReader.isOpen)
        let lesions = mentions.indices.filter { isOpen[$0] }.map { mentions[$0] }
        if !lesions.isEmpty {
            let kept = mentions.indices.filter { !isOpen[$0] }
            (mentions, scopes) = (kept.map { mentions[$0] }, kept.map { scopes[$0] })
        }
        let reader = QuantityReader(vocabulary: vocabulary, units: units)
        var collector = FactCollector(vocabulary: vocabulary, facts: facts, tokens: tokens)
        var notes: [CaseNote] = []
        var used = TokenSet(mentions.map(\.tokens))
        var unmeasured: [(fact: Int, tokens: Range<Int>)] = []
        for (place, mention) in mentions.enumerated() where !isOfHarm(mentions, place, tokens) {
            for meaning in finder.meanings(mention) {
                switch meaning {
                case .names(let fact):
                    let limit = place + 1 < mentions.count ? mentions[place + 1].tokens.lowerBound : tokens.count
                    let reading = reader.read(fact, tokens, name: mention.tokens, until: limit)
                    var scope = scopes[place]
                    if reader.isSupposed(tokens, name: mention.tokens) { scope.isDoubtful = true }
                    let degree = mention.tokens.lowerBound - 1
                    if reading == nil, !scope.isNegated, Self.degrees.contains(text(degree, tokens)) {
                        unmeasured.append((fact, degree..<mention.tokens.upperBound))
                        used.insert(degree)
                    }
                    quantity(fact, reading, mention, scope, &collector, &notes, &used)
                case .urgent:
                    if !scopes[place].isNegated && !scopes[place].isDoubtful { notes.append(Remarks.urgent) }
                case .says(let said):
                    let isPosed = scopes[place].isPlanned && isTreatment(mention)
                    let scope = scopes[place]
                    let mayBeEither = !(scope.isNegated || scope.isRefused || scope.isUndone || isPosed)
                    if mayBeEither, mention.isRange || alternative(mentions, place, tokens) {
                        collector.offer(said, mention, scope)
                    } else {
                        collector.add(
                            said, mention, scopes[place], isTreatment: isTreatment(mention),
                            isTracer: isTracer(mention, tokens))
                    }
                }
            }
        }
        let joined = finder.together(mentions, scopes)
        for (said, mention) in joined { collector.add(said, mention, Scope()) }
        // `Hypotension` alone says nothing, where together with a VIPoma it would.
        let idle = joined.isEmpty ? idleWords(mentions) : TokenSet([Int]())
        let barred = zip(mentions, scopes).filter { $1.isBarred }.map(\.0.tokens)
        if !barred.isEmpty {
            notes.append(Remarks.barred(Remarks.words(barred, original, of: question)))
            for index in original.indices where original[index].text.hasPrefix("contraindicat") { used.insert(index) }
        }
        measures(tokens, mentions, reader, &collector, &used)
        let removals = mentions.filter { isTreatment($0) && $0.tokens.count > 1 }.map { collector.span($0.tokens) }
        var statements = ExtentReader(vocabulary: vocabulary, facts: facts).completed(collector.all)
        statements = TimeOrder(vocabulary: vocabulary, tokens: tokens).latest(distinct(statements))
        statements = withoutRemovedOrgan(withoutFaintUptake(withoutEmptyWords(statements), tokens), removals)
        let unplaced = unplaced(mentions, sentences, scopes)
        if !unplaced.isEmpty, statements.contains(where: { $0.fact == facts.kind }) {
            notes.append(Remarks.unplaced(Remarks.words(unplaced, original, of: question)))
        }
        let values = unmeasured.filter { value in !statements.contains { $0.fact == value.fact } }.map(\.tokens)
        if !values.isEmpty { notes.append(Remarks.unmeasured(Remarks.words(values, original, of: question))) }
        let unnamed = lesionReader.unnamed(lesions, statements)
        if !unnamed.isEmpty {
            notes.append(Remarks.unnamed(Remarks.words(unnamed, original, of: question)))
            unnamed.forEach { used.formUnion($0) }
            statements += lesionReader.openExtent(collector.span(unnamed[0]), statements)
        }
        let tumourEnds = facts.kind.map { kind in
            TokenSet(mentions.filter { finder.facts($0).contains(kind) }.map(\.tokens.upperBound))
        }
        if let unread = Remarks.unread(original, used, idle: idle, tumourEnds: tumourEnds ?? [], in: question) {
            notes.append(unread)
        }
        return ParsedQuestion(statements: statements, notes: distinct(notes))
    }

    /// Before the name of a value: how it is, without a number.
    private static let degrees: WordSet = [
        "low", "high", "poor", "reduced", "raised", "elevated", "impaired", "abnormal", "bad", "falling", "rising",
    ]

    /// The tokens of mentions that are only parts of joined terms, and of no other term.
    private func idleWords(_ mentions: [Mention]) -> TokenSet {
        let idle = mentions.filter(finder.isIdle)
        if idle.isEmpty { return [] }
        let busy = TokenSet(mentions.filter { !finder.isIdle($0) }.map(\.tokens))
        return TokenSet(idle.flatMap(\.tokens).filter { !busy.contains($0) })
    }

    private func text(_ index: Int, _ tokens: [Token]) -> String {
        tokens.indices.contains(index) ? tokens[index].text : ""
    }

    private func corrected(_ token: Token) -> Token {
        guard token.kind == .word, !EnglishGrammar.common.contains(token.text),
            !EnglishGrammar.cues.contains(token.text), !EnglishGrammar.deniable.contains(token.text),
            let word = finder.trie.correction(of: token.text)
        else { return token }
        return Token(text: word, kind: .word, span: token.span)
    }

    /// With both ends of `grade 1-2`.
    private func withRanges(_ mentions: [Mention], _ tokens: [Token]) -> [Mention] {
        let ranges = CodeRange(trie: finder.trie, tokens: tokens)
        return mentions.map { mention in
            guard let other = ranges.other(of: mention.tokens),
                finder.says(mention).contains(where: { vocabulary[$0.fact].type == .code })
            else { return mention }
            return Mention(entries: mention.entries + other.entries, tokens: other.tokens, isRange: true)
        }
    }

    // MARK: - Scopes

    /// How each mention is meant; treatments share what is said of their list.
    private func scopes(_ mentions: [Mention], _ tokens: [Token], _ sentences: Sentences) -> [Scope] {
        let harms = TokenSet(
            mentions.filter { !finder.facts($0).isDisjoint(with: facts.harms) }.map(\.tokens.lowerBound))
        let illnesses = TokenSet(
            mentions.filter { mention in facts.comorbidities.map(finder.facts(mention).contains) ?? false }
                .map(\.tokens.upperBound))
        let context = ScopeContext(
            tokens, harms: harms, illnessEnds: illnesses, starts: TokenSet(mentions.map(\.tokens.lowerBound)),
            tumours: starts(mentions, of: facts.kind), heredities: starts(mentions, of: facts.hereditary))
        var scopes = finder.scopes(mentions, context)
        // Illnesses, medicines and the person beside another tumour are the patient's all the same.
        let ofTumour = BitSet([facts.prior, facts.extent, facts.sites, facts.site].compactMap { $0 })
        for (place, mention) in mentions.enumerated()
        where context.isOfOtherTumour(mention.tokens) && !finder.facts(mention).isDisjoint(with: ofTumour) {
            (scopes[place].isDoubtful, scopes[place].isHypothetical) = (true, true)
        }
        // `Carcinoid crisis in 2015` is none now.
        for (place, mention) in mentions.enumerated() where isEmergency(mention) && isDated(mention.tokens, context) {
            scopes[place].isDoubtful = true
        }
        // `Pain from a fracture, not metastases` says nothing of metastases elsewhere.
        for (place, mention) in mentions.enumerated() where scopes[place].isNegated {
            let first = mention.tokens.lowerBound
            let isContrast = context.text(first - 1) == "not" && [",", "(", "-"].contains(context.text(first - 2))
            if isContrast, facts.extent.map(finder.facts(mention).contains) ?? false { scopes[place].isDoubtful = true }
        }
        if Barrier.isSpoken(of: tokens) {
            for (place, mention) in mentions.enumerated()
            where (isTreatment(mention) || isMedicine(mention)) && !scopes[place].isHarmful {
                let barrier = Barrier(context: context, term: mention.tokens, allowsList: !scopes[place].isGiven)
                if barrier.isTold { (scopes[place].isBarred, scopes[place].isPlanned) = (true, false) }
            }
        }
        countLines(mentions, tokens, sentences, &scopes)
        var list = TreatmentList()
        for (place, mention) in mentions.enumerated() where isTreatment(mention) {
            scopes[place] = list.next(scopes[place], mention.tokens, tokens)
        }
        let treatments = mentions.indices.filter { isTreatment(mentions[$0]) }
        chain(treatments, mentions, tokens, &scopes)
        for (number, place) in treatments.enumerated() where scopes[place].isPlain {
            let next = number + 1 < treatments.count ? mentions[treatments[number + 1]].tokens.lowerBound : tokens.count
            if CycleCount.saysGiven(tokens, from: mentions[place].tokens.upperBound, until: next) {
                scopes[place].isGiven = true
            }
        }
        pose(treatments, mentions, PosedTreatments(context: context, sentences: sentences), &scopes)
        let isMoving = mentions.contains { facts.pace.map(finder.facts($0).contains) ?? false }
        if treatments.count == 1, let place = treatments.first, !isMoving {
            let asked = AskedTreatment(
                tokens: tokens, tumours: starts(mentions, of: facts.kind),
                starts: TokenSet(
                    mentions.filter { mention in
                        // A full stop behind it ends the text too.
                        !isMedicine(mention) || tokens[mention.tokens.upperBound...].contains { $0.kind != .boundary }
                    }.map(\.tokens.lowerBound))
            )
            if asked.isAsked(scopes[place], mentions[place].tokens) { scopes[place].isPlanned = true }
        }
        return scopes
    }

    private func isEmergency(_ mention: Mention) -> Bool {
        facts.emergency.map { finder.facts(mention).contains($0) } ?? false
    }

    /// Whether a year, or `ago`, stands behind a term in its clause, and no word of the present.
    private func isDated(_ term: Range<Int>, _ context: ScopeContext) -> Bool {
        let clause = (term.upperBound..<min(context.tokens.count, term.upperBound + 8)).prefix {
            context.tokens[$0].kind != .boundary
        }
        if clause.contains(where: { EnglishGrammar.present.contains(context.text($0)) }) { return false }
        return clause.contains { index in
            if context.text(index) == "ago" { return true }
            guard case .number(let value) = context.tokens[index].kind else { return false }
            return context.text(index - 1) == "in" && value >= 1_970 && value <= 2_100 && value == value.rounded()
        }
    }

    /// Treatments in a row with arrows that ends in progress were given.
    private func chain(_ treatments: [Int], _ mentions: [Mention], _ tokens: [Token], _ scopes: inout [Scope]) {
        let chain = TreatmentChain(tokens: tokens)
        let rows = chain.rows(treatments.map { mentions[$0].tokens })
        if rows.isEmpty { return }
        let moving = facts.pace.flatMap { vocabulary[$0].groups["moving"] } ?? BitSet()
        let progress = TokenSet(
            zip(mentions, scopes).filter { mention, scope in
                !scope.isNegated && !scope.isDoubtful
                    && finder.says(mention).contains {
                        guard $0.fact == facts.pace, case .codes(let codes) = $0.value else { return false }
                        return codes.isSubset(of: moving)
                    }
            }.map(\.0.tokens.lowerBound))
        for row in rows
        where chain.isOver(mentions[treatments[row.upperBound - 1]].tokens.upperBound, progress: progress) {
            for place in treatments[row] where scopes[place].isPlain { scopes[place].isGiven = true }
        }
    }

    /// Treatments that are asked about by the form of the question are planned.
    private func pose(_ treatments: [Int], _ mentions: [Mention], _ posed: PosedTreatments, _ scopes: inout [Scope]) {
        let context = posed.context
        let open = treatments.filter {
            scopes[$0].mayBePosed && !finder.says(mentions[$0]).contains(where: watches)
        }
        var found = Set(open.filter { !scopes[$0].isPlanned && posed.isPosed(mentions[$0].tokens) })
        for (left, right) in zip(open, open.dropFirst()) {
            var isPlanned = found.contains(left) || found.contains(right)
            for place in [left, right] where scopes[place].isPlanned && !scopes[place].isHypothetical {
                isPlanned = true
            }
            if posed.compares(mentions[left].tokens, mentions[right].tokens, isPlanned: isPlanned) {
                found.formUnion([left, right])
            }
        }
        // `PRRT, everolimus or sunitinib?`
        for (left, right) in zip(open, open.dropFirst()).reversed() where found.contains(right) {
            let end = mentions[left].tokens.upperBound
            let isListed = end + 1 == mentions[right].tokens.lowerBound && context.text(end) == ","
            if isListed { found.insert(left) }
        }
        for place in treatments where context.isOfAnother(mentions[place].tokens) {
            guard posed.isTakenUp(mentions[place].tokens) else { continue }
            (scopes[place].isPlanned, scopes[place].isGiven) = (true, false)
            (scopes[place].isDoubtful, scopes[place].isHypothetical) = (false, false)
        }
        for place in found {
            let term = mentions[place].tokens
            if context.isOfAnother(term) || posed.sentences.isConditional(term.lowerBound) { continue }
            (scopes[place].isPlanned, scopes[place].isDoubtful, scopes[place].isHypothetical) = (true, false, false)
        }
    }

    /// Whether a term names watching, which is no treatment to be planned.
    private func watches(_ fact: Int, _ value: FactValue) -> Bool {
        guard fact == facts.prior, case .members(let included, _) = value,
            let watching = vocabulary[fact].index(of: "surveillance")
        else { return false }
        return included.contains(watching)
    }

    /// `1st line lanreotide, 2nd line CAPTEM`: where several lines are counted, what stands right behind each was given
    /// in it, unless the sentence asks.
    private func countLines(
        _ mentions: [Mention], _ tokens: [Token], _ sentences: Sentences, _ scopes: inout [Scope]
    ) {
        guard let line = facts.line else { return }
        let lines = mentions.indices.filter { finder.facts(mentions[$0]).contains(line) }
        let names = Set(lines.map { mentions[$0].tokens.map { tokens[$0].text } })
        guard names.count > 1 else { return }
        for place in lines where place + 1 < mentions.count && isTreatment(mentions[place + 1]) {
            let treatment = mentions[place + 1].tokens
            let gap = tokens[mentions[place].tokens.upperBound..<treatment.lowerBound]
            guard gap.count <= 3, !gap.contains(where: { [".", ";", ","].contains($0.text) }),
                !sentences.isQuestion(from: treatment.upperBound), !scopes[place + 1].isPlanned,
                !scopes[place + 1].isDoubtful
            else { continue }
            scopes[place].isGiven = true
            scopes[place + 1].isGiven = true
        }
    }

    /// The treatments of which a sentence that does not ask says neither that they were given nor that they are planned.
    private func unplaced(_ mentions: [Mention], _ sentences: Sentences, _ scopes: [Scope]) -> [Range<Int>] {
        let own = BitSet([facts.prior, facts.comedications, facts.kind].compactMap { $0 })
        return mentions.indices.filter { place in
            isTreatment(mentions[place]) && finder.facts(mentions[place]).isSubset(of: own) && scopes[place].isPlain
                && !sentences.isQuestion(from: mentions[place].tokens.upperBound)
        }.map { mentions[$0].tokens }
    }

    private func isMedicine(_ mention: Mention) -> Bool {
        facts.comedications.map { finder.facts(mention) == BitSet(only: $0) } ?? false
    }

    private func namesQuantity(_ mention: Mention) -> Bool {
        finder.meanings(mention).contains { if case .names = $0 { true } else { false } }
    }

    private func starts(_ mentions: [Mention], of fact: Int?) -> TokenSet {
        guard let fact else { return [] }
        return TokenSet(mentions.filter { finder.facts($0).contains(fact) }.map(\.tokens.lowerBound))
    }

    private func isTreatment(_ mention: Mention) -> Bool {
        facts.prior.map { finder.facts(mention).contains($0) } ?? false
    }

    private func isTracer(_ mention: Mention, _ tokens: [Token]) -> Bool {
        EnglishGrammar.tracers.contains(tokens[mention.tokens.lowerBound].text)
            || facts.tracer.map { finder.facts(mention).contains($0) } ?? false
    }

    /// `Pneumonitis grade 2` grades the harm, not the tumour; `progressive diarrhoea` is no progress of the tumour.
    private func isOfHarm(_ mentions: [Mention], _ place: Int, _ tokens: [Token]) -> Bool {
        let said = finder.facts(mentions[place])
        let isGrade = facts.grade.map { said == BitSet(only: $0) } ?? false
        guard isGrade || facts.pace.map({ said == BitSet(only: $0) }) ?? false else { return false }
        let here = mentions[place].tokens
        if here.upperBound < tokens.count, EnglishGrammar.isHarm(tokens[here.upperBound].text) { return true }
        let neighbours = isGrade ? [place - 1, place + 1] : [place + 1]
        return neighbours.contains { other in
            guard mentions.indices.contains(other), !finder.facts(mentions[other]).isDisjoint(with: facts.harms) else {
                return false
            }
            let there = mentions[other].tokens
            return there.upperBound == here.lowerBound || here.upperBound == there.lowerBound
        }
    }

    /// Whether a term stands beside another value of the same fact with `or` or `versus` between them.
    private func alternative(_ mentions: [Mention], _ place: Int, _ tokens: [Token]) -> Bool {
        func joined(_ left: Mention, _ right: Mention) -> Bool {
            let gap = left.tokens.upperBound..<max(left.tokens.upperBound, right.tokens.lowerBound)
            let shared = finder.facts(left).intersection(finder.facts(right))
            if gap.count <= 3, gap.contains(where: { EnglishGrammar.alternatives.contains(tokens[$0].text) }) {
                return !shared.isEmpty
            }
            // `G1/G2`, `G1–G2`: nothing but a stroke or a dash between two codes.
            // `N1M1` are two statements, and what two terms side by side say alike is no choice: `appendix NET found at
            // appendicectomy`.
            let value = { (mention: Mention, fact: Int) in finder.says(mention).first { $0.fact == fact }?.value }
            let isClose =
                gap.isEmpty
                ? shared != facts.extent.map(BitSet.init(only:))
                    && shared.members.contains { value(left, $0) != value(right, $0) }
                : gap.count == 1 && ["/", "-", "to"].contains(tokens[gap.lowerBound].text)
            return isClose && !shared.isEmpty && shared.members.allSatisfy { vocabulary[$0].type == .code }
        }
        // `No nodes or liver metastases`: a term that denies of itself is no choice.
        if EnglishGrammar.negations.contains(tokens[mentions[place].tokens.lowerBound].text) { return false }
        return place > 0 && joined(mentions[place - 1], mentions[place])
            || place + 1 < mentions.count && joined(mentions[place], mentions[place + 1])
    }

    // MARK: - Numbers

    private func quantity(
        _ fact: Int, _ reading: QuantityReader.Reading?, _ mention: Mention, _ scope: Scope,
        _ collector: inout FactCollector, _ notes: inout [CaseNote], _ used: inout TokenSet
    ) {
        switch reading {
        case .value(let interval, let range):
            used.formUnion(range)
            // `No evidence of a rate above 2` is no rate above 2.
            let isBound = !(interval.lower.isFinite && interval.upper.isFinite)
            if scope.isDoubtful { notes.append(Remarks.supposed(vocabulary[fact])) }
            if scope.isDoubtful || scope.isNegated && isBound { return }
            let first = min(mention.tokens.lowerBound, range.lowerBound)
            let last = max(mention.tokens.upperBound, range.upperBound)
            collector.add(
                FactStatement(
                    fact: fact, value: .quantity(interval), origin: .read, span: collector.span(first..<last)))
        case .impossible(let range):
            used.formUnion(range)
            notes.append(Remarks.impossible(vocabulary[fact]))
        case .unclear(let range):
            used.formUnion(range)
            notes.append(Remarks.unclear(vocabulary[fact]))
        case nil: break
        }
    }

    /// Numbers without a name: a size, an age, a weight.
    private func measures(
        _ tokens: [Token], _ mentions: [Mention], _ reader: QuantityReader, _ collector: inout FactCollector,
        _ used: inout TokenSet
    ) {
        for (statement, range) in PersonReader(vocabulary: vocabulary, facts: facts).read(tokens, used: used)
        where !collector.statements.contains(where: { $0.fact == statement.fact }) {
            used.formUnion(range)
            collector.add(statement)
        }
        guard let size = facts.size, !collector.statements.contains(where: { $0.fact == size }),
            let found = SizeReader(fact: size, reader: reader).read(tokens, used: used, spread: spread(mentions))
        else { return }
        used.formUnion(found.tokens)
        collector.add(
            FactStatement(
                fact: size, value: .quantity(found.interval), origin: .read, span: collector.span(found.tokens)))
    }

    /// The tokens of metastases: a length beside them is theirs.
    private func spread(_ mentions: [Mention]) -> TokenSet {
        let far = facts.extent.flatMap { vocabulary[$0].index(of: "metastatic") }
        let found = mentions.filter { mention in
            finder.says(mention).contains { fact, value in
                // `15 mm T2N0`: sites that are denied are no spread.
                if fact == facts.sites, case .members(let included, _) = value { return !included.isEmpty }
                guard fact == facts.extent, let far, case .codes(let codes) = value else { return false }
                return codes.contains(far)
            }
        }
        return TokenSet(found.map(\.tokens))
    }

    /// What leaves every code only tells that the question is of this field; where more is said it is dropped.
    private func withoutEmptyWords(_ statements: [FactStatement]) -> [FactStatement] {
        let isEmpty = { (statement: FactStatement) in statement.value == vocabulary.unrestricted[statement.fact] }
        let says = statements.contains { vocabulary[$0.fact].anchors && !isEmpty($0) }
        return statements.filter { !isEmpty($0) || !says && vocabulary[$0.fact].anchors }
    }

    /// `Uptake, Krenning 2`: a score below 3 says how faint the uptake is; the word alone makes no receptor positive.
    private func withoutFaintUptake(_ statements: [FactStatement], _ tokens: [Token]) -> [FactStatement] {
        guard let receptor = facts.receptor, let krenning = facts.krenning,
            statements.contains(where: {
                guard $0.fact == krenning, case .quantity(let interval) = $0.value else { return false }
                return interval.lower < 3
            })
        else { return statements }
        return statements.filter { statement in
            guard statement.fact == receptor, let span = statement.span else { return true }
            return !tokens.contains {
                $0.text == "uptake" && span.contains($0.span.lowerBound)
            } || statement.value == vocabulary[receptor].index(of: "negative").map { .codes(BitSet([$0])) }
        }
    }

    /// `Appendix removed in 1990, ileal NET`: an organ that was taken out is no site of the tumour where another is named.
    private func withoutRemovedOrgan(_ statements: [FactStatement], _ removals: [Range<Int>]) -> [FactStatement] {
        let isRemoved = { (statement: FactStatement) in
            guard statement.fact == facts.site, let span = statement.span else { return false }
            return removals.contains { $0.lowerBound <= span.lowerBound && span.upperBound <= $0.upperBound }
        }
        guard statements.contains(where: { $0.fact == facts.site && !isRemoved($0) }) else { return statements }
        return statements.filter { !isRemoved($0) }
    }

    private func distinct(_ statements: [FactStatement]) -> [FactStatement] {
        statements.reduce(into: []) { result, statement in
            let isThere = result.contains { $0.fact == statement.fact && $0.value == statement.value }
            if !isThere { result.append(statement) }
        }
    }

    private func distinct(_ notes: [CaseNote]) -> [CaseNote] {
        notes.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
