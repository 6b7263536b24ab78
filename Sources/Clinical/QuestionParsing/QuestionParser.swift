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
    private let entries: [LexiconEntry]
    private let trie: TermTrie
    private let finder: MentionFinder
    private let units: [Int: [(tokens: [String], factor: Double)]]
    /// The facts that hold treatments, given names of the contract.
    private let prior: Int?
    private let declines: Int?
    private let comedications: Int?
    private let planned: Int?
    private let extent: Int?
    private let sites: Int?
    private let size: Int?
    private let grade: Int?
    private let harms: Set<Int>

    /// A reader with the words of a release of the knowledge.
    public init(lexicon: Lexicon, vocabulary: Vocabulary) {
        self.vocabulary = vocabulary
        entries = lexicon.entries
        finder = MentionFinder(lexicon.entries)
        trie = finder.trie
        units = lexicon.units.mapValues { spellings in
            spellings.map { (Tokenizer.tokens(of: $0.term).map(\.text), $0.factor) }
                .sorted { $0.tokens.count > $1.tokens.count }
        }
        prior = vocabulary.index(of: "treatment.prior")
        declines = vocabulary.index(of: "patient.declines")
        comedications = vocabulary.index(of: "patient.comedications")
        planned = vocabulary.index(of: "treatment.planned")
        extent = vocabulary.index(of: "disease.extent")
        sites = vocabulary.index(of: "disease.metastaticSites")
        size = vocabulary.index(of: "tumor.size")
        grade = vocabulary.index(of: "tumor.grade")
        harms = Set(["patient.comorbidities", "syndrome.symptoms"].compactMap { vocabulary.index(of: $0) })
    }

    /// What a question says. Linear in its length; the caller bounds that at 4,000 Unicode scalars.
    public func parse(_ question: String) -> ParsedQuestion {
        let original = Tokenizer.tokens(of: question)
        if let note = LanguageCheck.note(original, knows: { trie.words.contains($0) }) {
            return ParsedQuestion(statements: [], notes: [note])
        }
        if namesSeveralPatients(original) {
            return ParsedQuestion(
                statements: [],
                notes: [
                    CaseNote(.multiplePatients, "More than one patient seems to be described; ask about one at a time.")
                ])
        }
        let tokens = original.map(corrected)
        let mentions = finder.mentions(tokens)
        var statements: [FactStatement] = []
        var choices: [Int: FactStatement] = [:]
        var notes: [CaseNote] = []
        var used = Set(mentions.flatMap { Array($0.tokens) })
        let reader = QuantityReader(vocabulary: vocabulary, units: units)
        var list = TreatmentList()
        let scopes = finder.scopes(mentions, tokens)
        for (place, mention) in mentions.enumerated() {
            var scope = scopes[place]
            if isGradeOfHarm(mentions, place) { continue }
            if isTreatment(mention) { scope = list.next(scope, mention.tokens, tokens) }
            for number in mention.entries {
                switch entries[number].meaning {
                case .names(let fact):
                    quantity(fact, mention, tokens, scope, reader, &statements, &notes, &used)
                case .urgent:
                    if !scope.isNegated && !scope.isDoubtful { notes.append(urgent) }
                case .says(let facts):
                    if !scope.isNegated && alternative(mentions, place, tokens) {
                        offer(facts, mention, tokens, &choices)
                    } else {
                        add(facts, mention, tokens, scope, &statements, &choices)
                    }
                }
            }
        }
        if let near = withoutSpread(statements) { statements.append(near) }
        dropLesserExtents(&statements)
        if let size, !statements.contains(where: { $0.fact == size }),
            let found = SizeReader(fact: size, reader: reader).read(tokens, used: used, spread: spread(mentions))
        {
            used.formUnion(found.tokens)
            let span =
                tokens[found.tokens.lowerBound].span.lowerBound..<tokens[found.tokens.upperBound - 1].span.upperBound
            statements.append(FactStatement(fact: size, value: .quantity(found.interval), origin: .read, span: span))
        }
        statements = distinct(statements + choices.sorted { $0.key < $1.key }.map(\.value))
        if let unread = unreadNote(original, tokens, used) { notes.append(unread) }
        return ParsedQuestion(statements: statements, notes: distinct(notes))
    }

    private var urgent: CaseNote {
        CaseNote(
            .urgentCare,
            "This may be an emergency: act by the local emergency protocol now; this answer is not for emergencies.")
    }

    // MARK: - Terms

    private func corrected(_ token: Token) -> Token {
        guard token.kind == .word, !EnglishGrammar.common.contains(token.text),
            let word = trie.correction(of: token.text)
        else { return token }
        return Token(text: word, kind: .word, span: token.span)
    }

    /// The tokens of metastases: a length beside them is theirs.
    private func spread(_ mentions: [Mention]) -> Set<Int> {
        let far = extent.flatMap { vocabulary[$0].index(of: "metastatic") }
        let found = mentions.filter { mention in
            finder.says(mention).contains { fact, value in
                if fact == sites { return true }
                guard fact == extent, let far, case .codes(let codes) = value else { return false }
                return codes.contains(far)
            }
        }
        return Set(found.flatMap { Array($0.tokens) })
    }

    /// `Locally advanced and metastatic` is metastatic: the wider extent holds the narrower.
    private func dropLesserExtents(_ statements: inout [FactStatement]) {
        guard let extent, let far = vocabulary[extent].index(of: "metastatic"),
            statements.contains(where: { $0.fact == extent && $0.value == .codes(BitSet([far])) })
        else { return }
        let lesser = ["regional", "locally-advanced"].compactMap { vocabulary[extent].index(of: $0) }
            .map { FactValue.codes(BitSet([$0])) }
        statements.removeAll { $0.fact == extent && lesser.contains($0.value) }
    }

    /// `No liver metastases`, and none named elsewhere, leaves local disease; a denial of another site leaves all open.
    private func withoutSpread(_ statements: [FactStatement]) -> FactStatement? {
        guard let extent, let sites, !statements.contains(where: { $0.fact == extent }),
            let far = vocabulary[extent].index(of: "metastatic"), let liver = vocabulary[sites].index(of: "liver")
        else { return nil }
        let said = statements.filter { $0.fact == sites }
        let named = said.contains { if case .members(let members, _) = $0.value { members != BitSet() } else { false } }
        guard !named else { return nil }
        for statement in said {
            guard case .members(_, let excluded) = statement.value, excluded.contains(liver) else { continue }
            let near = BitSet.upTo(vocabulary[extent].codes.count).subtracting(BitSet([far]))
            return FactStatement(fact: extent, value: .codes(near), origin: .read, span: statement.span)
        }
        return nil
    }

    /// `Pneumonitis grade 2` grades the harm, not the tumour.
    private func isGradeOfHarm(_ mentions: [Mention], _ place: Int) -> Bool {
        guard let grade, codeFacts(mentions[place]) == [grade] else { return false }
        let here = mentions[place].tokens
        return [place - 1, place + 1].contains { other in
            guard mentions.indices.contains(other), !codeFacts(mentions[other]).isDisjoint(with: harms) else {
                return false
            }
            let there = mentions[other].tokens
            return there.upperBound == here.lowerBound || here.upperBound == there.lowerBound
        }
    }

    private func isTreatment(_ mention: Mention) -> Bool { prior.map { codeFacts(mention).contains($0) } ?? false }

    /// Whether a term stands beside another value of the same fact with `or` or `versus` between them.
    private func alternative(_ mentions: [Mention], _ place: Int, _ tokens: [Token]) -> Bool {
        func joined(_ left: Mention, _ right: Mention) -> Bool {
            let gap = left.tokens.upperBound..<max(left.tokens.upperBound, right.tokens.lowerBound)
            guard gap.count <= 3, gap.contains(where: { EnglishGrammar.alternatives.contains(tokens[$0].text) }) else {
                return false
            }
            return !codeFacts(left).isDisjoint(with: codeFacts(right))
        }
        return place > 0 && joined(mentions[place - 1], mentions[place])
            || place + 1 < mentions.count && joined(mentions[place], mentions[place + 1])
    }

    private func codeFacts(_ mention: Mention) -> Set<Int> { finder.facts(mention) }

    // MARK: - Facts

    private func add(
        _ facts: [(fact: Int, value: FactValue)], _ mention: Mention, _ tokens: [Token], _ scope: Scope,
        _ statements: inout [FactStatement], _ choices: inout [Int: FactStatement]
    ) {
        let span = span(mention, tokens)
        let hasSet = facts.contains { vocabulary[$0.fact].type == .set }
        for (fact, value) in facts {
            guard let (target, isNegated) = placed(fact, scope) else { continue }
            if target == planned ? scope.isHypothetical : scope.isDoubtful { continue }
            if fact == prior, target == planned {
                plan(value, mention, tokens, &choices)
                continue
            }
            var said = target == fact ? value : moved(value, from: fact, to: target)
            if isNegated {
                // "No liver metastases" excludes the liver and says nothing of metastases elsewhere.
                if hasSet && vocabulary[fact].type != .set { continue }
                if facts.count > 1 && !hasSet { continue }
                guard let denied = denied(value, target) else { continue }
                said = denied
            }
            statements.append(FactStatement(fact: target, value: said, origin: .read, span: span))
        }
    }

    private func span(_ mention: Mention, _ tokens: [Token]) -> Range<Int> {
        tokens[mention.tokens.lowerBound].span.lowerBound..<tokens[mention.tokens.upperBound - 1].span.upperBound
    }

    /// A treatment that is planned or asked about; a class stands for its few members.
    private func plan(
        _ value: FactValue, _ mention: Mention, _ tokens: [Token], _ choices: inout [Int: FactStatement]
    ) {
        guard case .members(let included, _) = value, let prior, let planned else { return }
        let definition = vocabulary[prior]
        var codes = BitSet()
        for code in named(included, definition).members {
            let own = vocabulary[planned].index(of: definition.codes[code].id).map { [$0] }
            let members = definition.codes[code].descendants.members.compactMap {
                vocabulary[planned].index(of: definition.codes[$0].id)
            }
            for member in own ?? (members.count <= 3 ? members : []) { codes.insert(member) }
        }
        if !codes.members.isEmpty { offer([(planned, .codes(codes))], mention, tokens, &choices) }
    }

    /// `Small bowel or pancreas` leaves both codes: what stands side by side is one statement of either.
    private func offer(
        _ facts: [(fact: Int, value: FactValue)], _ mention: Mention, _ tokens: [Token],
        _ choices: inout [Int: FactStatement]
    ) {
        let here = span(mention, tokens)
        for (fact, value) in facts {
            guard case .codes(let codes) = value else { continue }
            if let earlier = choices[fact], case .codes(let others) = earlier.value, let start = earlier.span {
                choices[fact] = FactStatement(
                    fact: fact, value: .codes(codes.union(others)), origin: .read,
                    span: start.lowerBound..<here.upperBound)
            } else {
                choices[fact] = FactStatement(fact: fact, value: value, origin: .read, span: here)
            }
        }
    }

    /// The fact that a term speaks of in its scope: a treatment is given, refused, or only talked about.
    private func placed(_ fact: Int, _ scope: Scope) -> (fact: Int, isNegated: Bool)? {
        if fact == prior {
            if scope.isRefused { return declines.map { ($0, false) } }
            if scope.isNegated && scope.isGiven { return (fact, true) }
            if scope.isNegated { return nil }
            if scope.isGiven { return (fact, false) }
            return scope.isPlanned ? planned.map { ($0, false) } : nil
        }
        if fact == comedications { return scope.isTaken && !scope.isPlanned ? (fact, scope.isNegated) : nil }
        return (fact, scope.isNegated)
    }

    /// The codes that a value names, in another fact that has codes of the same ids: what is declined is named as a
    /// treatment.
    private func moved(_ value: FactValue, from fact: Int, to target: Int) -> FactValue {
        guard case .members(let included, _) = value else { return value }
        let definition = vocabulary[fact]
        let codes = named(included, definition).members.compactMap {
            vocabulary[target].index(of: definition.codes[$0].id)
        }
        return vocabulary[target].membership(included: BitSet(codes), excluded: BitSet())
    }

    /// Of the codes that hold, those that were named and not brought by a member.
    private func named(_ included: BitSet, _ definition: FactDefinition) -> BitSet {
        BitSet(included.members.filter { definition.codes[$0].descendants.isDisjoint(with: included) })
    }

    private func denied(_ value: FactValue, _ fact: Int) -> FactValue? {
        let definition = vocabulary[fact]
        switch value {
        case .codes(let codes): return .codes(BitSet.upTo(definition.codes.count).subtracting(codes))
        case .quantity: return nil
        case .members(let included, _):
            // Denying a code denies what was named, not the classes that it brought.
            return definition.membership(included: BitSet(), excluded: named(included, definition))
        }
    }

    private func quantity(
        _ fact: Int, _ mention: Mention, _ tokens: [Token], _ scope: Scope, _ reader: QuantityReader,
        _ statements: inout [FactStatement], _ notes: inout [CaseNote], _ used: inout Set<Int>
    ) {
        switch reader.read(fact, tokens, name: mention.tokens) {
        case .value(let interval, let range):
            used.formUnion(range)
            // `No evidence of a rate above 2` is no rate above 2.
            let isBound = !(interval.lower.isFinite && interval.upper.isFinite)
            if scope.isDoubtful || scope.isNegated && isBound { return }
            let first = min(mention.tokens.lowerBound, range.lowerBound)
            let last = max(mention.tokens.upperBound, range.upperBound) - 1
            statements.append(
                FactStatement(
                    fact: fact, value: .quantity(interval), origin: .read,
                    span: tokens[first].span.lowerBound..<tokens[last].span.upperBound))
        case .impossible(let range):
            used.formUnion(range)
            let definition = vocabulary[fact]
            notes.append(
                CaseNote(
                    .invalidValue,
                    "The value given for \(definition.title) cannot be: it lies "
                        + "\(definition.words(for: definition.bounds)). It was not used."))
        case nil: break
        }
    }

    private func distinct(_ statements: [FactStatement]) -> [FactStatement] {
        statements.reduce(into: []) { result, statement in
            let isThere = result.contains { $0.fact == statement.fact && $0.value == statement.value }
            if !isThere { result.append(statement) }
        }
    }

    // MARK: - Remarks

    private func namesSeveralPatients(_ tokens: [Token]) -> Bool {
        var names: Set<String> = []
        for (index, token) in tokens.enumerated() where token.text == "patient" || token.text == "case" {
            guard index + 1 < tokens.count else { continue }
            let next = tokens[index + 1].text
            if ["a", "b", "1", "2", "one", "two"].contains(next) { names.insert(next) }
        }
        return names.isSuperset(of: ["a", "b"]) || names.isSuperset(of: ["1", "2"])
            || names.isSuperset(of: ["one", "two"])
    }

    private func unreadNote(_ original: [Token], _ tokens: [Token], _ used: Set<Int>) -> CaseNote? {
        var words: [String] = []
        for (index, token) in tokens.enumerated() where token.kind == .word && !used.contains(index) {
            let word = original[index].text
            guard word.count >= 4, word.count <= 24, !EnglishGrammar.common.contains(word),
                !EnglishGrammar.frequent.contains(word), !EnglishGrammar.cues.contains(word), !words.contains(word)
            else { continue }
            words.append(word)
            if words.count == 8 { break }
        }
        return words.isEmpty
            ? nil : CaseNote(.unreadText, "Not understood and not used: \(words.joined(separator: ", ")).")
    }

    private func distinct(_ notes: [CaseNote]) -> [CaseNote] {
        notes.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
