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
        let mentions = withRanges(finder.mentions(words), words)
        let tokens = NumberWords.read(words, behind: mentions.filter(namesQuantity).map(\.tokens))
        let scopes = scopes(mentions, tokens)
        let reader = QuantityReader(vocabulary: vocabulary, units: units)
        var collector = FactCollector(vocabulary: vocabulary, facts: facts, tokens: tokens)
        var notes: [CaseNote] = []
        var used = TokenSet(mentions.map(\.tokens))
        for (place, mention) in mentions.enumerated() where !isOfHarm(mentions, place, tokens) {
            for meaning in finder.meanings(mention) {
                switch meaning {
                case .names(let fact):
                    let reading = reader.read(fact, tokens, name: mention.tokens)
                    quantity(fact, reading, mention, scopes[place], &collector, &notes, &used)
                case .urgent:
                    if !scopes[place].isNegated && !scopes[place].isDoubtful { notes.append(Remarks.urgent) }
                case .says(let said):
                    let isPosed = scopes[place].isPlanned && isTreatment(mention)
                    if !scopes[place].isNegated, !isPosed, mention.isRange || alternative(mentions, place, tokens) {
                        collector.offer(said, mention)
                    } else {
                        collector.add(
                            said, mention, scopes[place], isTreatment: isTreatment(mention),
                            isTracer: isTracer(mention))
                    }
                }
            }
        }
        for (said, mention) in finder.together(mentions, scopes) { collector.add(said, mention, Scope()) }
        let barred = zip(mentions, scopes).filter { $1.isBarred }.map(\.0.tokens)
        if let note = Remarks.barred(barred, original, question) {
            notes.append(note)
            for index in original.indices where original[index].text.hasPrefix("contraindicat") { used.insert(index) }
        }
        measures(tokens, mentions, reader, &collector, &used)
        var statements = ExtentReader(vocabulary: vocabulary, facts: facts).completed(collector.all)
        statements = TimeOrder(vocabulary: vocabulary, tokens: tokens).latest(distinct(statements))
        statements = withoutFaintUptake(withoutEmptyWords(statements), tokens)
        let unplaced = unplaced(mentions, tokens, scopes)
        if !unplaced.isEmpty, statements.contains(where: { $0.fact == facts.kind }) {
            let scalars = Array(question.unicodeScalars)
            let names = unplaced.map { String(String.UnicodeScalarView(scalars[collector.span($0.tokens)])) }
            notes.append(Remarks.unplaced(names))
        }
        let tumourEnds = facts.kind.map { kind in
            TokenSet(mentions.filter { finder.facts($0).contains(kind) }.map(\.tokens.upperBound))
        }
        if let unread = Remarks.unread(original, used, tumourEnds: tumourEnds ?? [], in: question) {
            notes.append(unread)
        }
        return ParsedQuestion(statements: statements, notes: distinct(notes))
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
    private func scopes(_ mentions: [Mention], _ tokens: [Token]) -> [Scope] {
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
        if Barrier.isSpoken(of: tokens) {
            for (place, mention) in mentions.enumerated()
            where (isTreatment(mention) || isMedicine(mention)) && !scopes[place].isHarmful {
                let barrier = Barrier(context: context, term: mention.tokens, allowsList: !scopes[place].isGiven)
                if barrier.isTold { (scopes[place].isBarred, scopes[place].isPlanned) = (true, false) }
            }
        }
        countLines(mentions, tokens, &scopes)
        var list = TreatmentList()
        for (place, mention) in mentions.enumerated() where isTreatment(mention) {
            scopes[place] = list.next(scopes[place], mention.tokens, tokens)
        }
        let treatments = mentions.indices.filter { isTreatment(mentions[$0]) }
        pose(treatments, mentions, context, &scopes)
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

    /// Treatments that are asked about by the form of the question are planned.
    private func pose(_ treatments: [Int], _ mentions: [Mention], _ context: ScopeContext, _ scopes: inout [Scope]) {
        let posed = PosedTreatments(context: context)
        let open = treatments.filter {
            scopes[$0].mayBePosed && !finder.says(mentions[$0]).contains(where: watches)
        }
        var found = open.filter { !scopes[$0].isPlanned && posed.isPosed(mentions[$0].tokens) }
        for (left, right) in zip(open, open.dropFirst()) {
            var isPlanned = found.contains(left) || found.contains(right)
            for place in [left, right] where scopes[place].isPlanned && !scopes[place].isHypothetical {
                isPlanned = true
            }
            if posed.compares(mentions[left].tokens, mentions[right].tokens, isPlanned: isPlanned) {
                found += [left, right]
            }
        }
        // `PRRT, everolimus or sunitinib?`
        for (left, right) in zip(open, open.dropFirst()).reversed() where found.contains(right) {
            let end = mentions[left].tokens.upperBound
            let isListed = end + 1 == mentions[right].tokens.lowerBound && context.text(end) == ","
            if isListed, !found.contains(left) { found.append(left) }
        }
        for place in found {
            let term = mentions[place].tokens
            if context.isOfAnother(term) || posed.isConditional(term) { continue }
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
    private func countLines(_ mentions: [Mention], _ tokens: [Token], _ scopes: inout [Scope]) {
        guard let line = facts.line else { return }
        let lines = mentions.indices.filter { finder.facts(mentions[$0]).contains(line) }
        let names = Set(lines.map { mentions[$0].tokens.map { tokens[$0].text } })
        guard names.count > 1 else { return }
        for place in lines where place + 1 < mentions.count && isTreatment(mentions[place + 1]) {
            let treatment = mentions[place + 1].tokens
            let gap = tokens[mentions[place].tokens.upperBound..<treatment.lowerBound]
            guard gap.count <= 3, !gap.contains(where: { [".", ";", ","].contains($0.text) }),
                !asks(tokens, from: treatment.upperBound), !scopes[place + 1].isPlanned, !scopes[place + 1].isDoubtful
            else { continue }
            scopes[place].isGiven = true
            scopes[place + 1].isGiven = true
        }
    }

    /// The treatments of which a sentence that does not ask says neither that they were given nor that they are planned.
    private func unplaced(_ mentions: [Mention], _ tokens: [Token], _ scopes: [Scope]) -> [Mention] {
        let own = BitSet([facts.prior, facts.comedications, facts.kind].compactMap { $0 })
        return mentions.indices.filter { place in
            isTreatment(mentions[place]) && finder.facts(mentions[place]).isSubset(of: own) && scopes[place].isPlain
                && !asks(tokens, from: mentions[place].tokens.upperBound)
        }.map { mentions[$0] }
    }

    /// Whether the sentence that goes on at a token ends in a question mark.
    private func asks(_ tokens: [Token], from start: Int) -> Bool {
        let end = tokens[start...].first { EnglishGrammar.sentenceEnds.contains($0.text) }
        return end?.text == "?"
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

    private func isTracer(_ mention: Mention) -> Bool {
        facts.tracer.map { finder.facts(mention).contains($0) } ?? false
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
        let isEmpty = { (statement: FactStatement) in
            statement.value == .codes(BitSet.upTo(vocabulary[statement.fact].codes.count))
        }
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
