import ClinicalModel
import DecisionLogic

/// Turns terms and their scopes into statements: what is denied becomes an exclusion, what stands side by side with `or`
/// one statement of either, a treatment what was done with it.
struct FactCollector {
    let vocabulary: Vocabulary
    let facts: ReaderFacts
    let tokens: [Token]
    /// What is asserted, in the order of the text.
    private(set) var statements: [FactStatement] = []
    /// What was offered side by side, by fact.
    private var choices: [Int: FactStatement] = [:]
    /// The first of two treatments of which either was given, and where it stands.
    private var given: (codes: BitSet, tokens: Range<Int>)?

    init(vocabulary: Vocabulary, facts: ReaderFacts, tokens: [Token]) {
        (self.vocabulary, self.facts, self.tokens) = (vocabulary, facts, tokens)
    }

    /// Everything that was collected.
    var all: [FactStatement] { statements + choices.sorted { $0.key < $1.key }.map(\.value) }

    /// Adds a statement that was read otherwise.
    mutating func add(_ statement: FactStatement) { statements.append(statement) }

    /// Adds what a term says in its scope; `isTreatment`: the term names a treatment of the tumour,
    /// `isTracer`: what a scan is made with.
    mutating func add(
        _ said: [(fact: Int, value: FactValue)], _ mention: Mention, _ scope: Scope, isTreatment: Bool = false,
        isTracer: Bool = false
    ) {
        let span = span(mention.tokens)
        let hasSet = said.contains { vocabulary[$0.fact].type == .set }
        for (fact, value) in said {
            // Of what names more, only a phrase says that it is taken beside the treatment.
            if fact == facts.comedications, said.count == 1, isTreatment || isTracer || scope.isStopped { continue }
            if fact == facts.symptoms, scope.isOver { continue }
            if fact == facts.line, scope.isGiven { continue }
            if fact == facts.kind, scope.isHearsay { continue }
            if value == vocabulary.unrestricted[fact] {
                // `Who should consider PRRT?` is about this field, and says no more. A set without a code says nothing.
                statements.append(FactStatement(fact: fact, value: value, origin: .read, span: span))
                continue
            }
            // `pNET (suspected)`: the question is of this field, and no kind is said.
            if fact == facts.kind, scope.isDoubtful, !scope.isNegated, !scope.isOfAnother {
                statements.append(
                    FactStatement(fact: fact, value: vocabulary.unrestricted[fact], origin: .read, span: span))
                continue
            }
            guard let (target, isNegated) = placed(fact, scope) else { continue }
            // A treatment and its line may be asked about: `second line?`.
            let isUndone = fact == facts.prior && scope.isUndone
            let mayBeAsked = target == facts.planned || target == facts.line
            if mayBeAsked ? scope.isHypothetical : scope.isDoubtful && (!isUndone || scope.isHypothetical) { continue }
            if fact == facts.prior, target == facts.planned {
                plan(value, mention)
                continue
            }
            if fact == facts.prior, scope.isHarmful, !isNegated { harm(value, span) }
            var statement = target == fact ? value : moved(value, from: fact, to: target)
            if isNegated {
                if fact == facts.comedications, !isNamed(value, fact, mention) { continue }
                // What a tumour is not, or where it is not, leaves more than the codes there are.
                if fact == facts.site || fact == facts.kind && saysTumor(value) { continue }
                // "No liver metastases" excludes the liver and says nothing of metastases elsewhere.
                if hasSet && vocabulary[fact].type != .set { continue }
                if said.count > 1 && !hasSet { continue }
                guard let denied = denied(statement, target) else { continue }
                statement = denied
            }
            statements.append(FactStatement(fact: target, value: statement, origin: .read, span: span))
        }
    }

    /// `Small bowel or pancreas` leaves both codes: what stands side by side is one statement of either.
    mutating func offer(_ said: [(fact: Int, value: FactValue)], _ mention: Mention, _ scope: Scope = Scope()) {
        let here = span(mention.tokens)
        for (fact, value) in said {
            if fact == facts.prior, scope.isGiven, !scope.isDoubtful { either(value, fact, mention) }
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

    /// `On octreotide or lanreotide`: what both are, a somatostatin analogue, was given.
    private mutating func either(_ value: FactValue, _ fact: Int, _ mention: Mention) {
        guard case .members(let included, _) = value else { return }
        let first = given
        given = (included, mention.tokens)
        guard let first, (0...3).contains(mention.tokens.lowerBound - first.tokens.upperBound) else { return }
        let shared = included.intersection(first.codes)
        if shared.isEmpty { return }
        statements.append(
            FactStatement(
                fact: fact, value: vocabulary[fact].membership(included: shared, excluded: BitSet()), origin: .read,
                span: span(first.tokens.lowerBound..<mention.tokens.upperBound)))
    }

    /// The place of tokens in the text.
    func span(_ range: Range<Int>) -> Range<Int> {
        tokens[range.lowerBound].span.lowerBound..<tokens[range.upperBound - 1].span.upperBound
    }

    // MARK: - Treatments

    /// A treatment that is planned or asked about; a class stands for its few members.
    private mutating func plan(_ value: FactValue, _ mention: Mention) {
        guard case .members(let included, _) = value, let prior = facts.prior, let planned = facts.planned else {
            return
        }
        let definition = vocabulary[prior]
        var codes = BitSet()
        for code in named(included, definition).members {
            let own = vocabulary[planned].index(of: definition.codes[code].id).map { [$0] }
            let members = definition.codes[code].descendants.members.compactMap {
                vocabulary[planned].index(of: definition.codes[$0].id)
            }
            for member in own ?? (members.count <= 3 ? members : []) { codes.insert(member) }
        }
        if !codes.members.isEmpty { offer([(planned, .codes(codes))], mention) }
    }

    /// A treatment that was stopped for harm.
    private mutating func harm(_ value: FactValue, _ span: Range<Int>) {
        guard let prior = facts.prior, let intolerance = facts.intolerance else { return }
        let moved = moved(value, from: prior, to: intolerance)
        statements.append(FactStatement(fact: intolerance, value: moved, origin: .read, span: span))
    }

    /// The fact that a term speaks of in its scope: a treatment is given, refused, or only talked about.
    private func placed(_ fact: Int, _ scope: Scope) -> (fact: Int, isNegated: Bool)? {
        if fact == facts.prior {
            if scope.isRefused { return facts.declines.map { ($0, false) } }
            if scope.isWithheld { return nil }
            if scope.isNegated && scope.isGiven || scope.isUndone { return (fact, true) }
            if scope.isNegated { return nil }
            if scope.isGiven || scope.isHarmful { return (fact, false) }
            return scope.isPlanned ? facts.planned.map { ($0, false) } : nil
        }
        if fact == facts.comedications {
            return scope.isRefused || scope.isWithheld || scope.isHarmful || scope.isBarred
                ? nil : (fact, scope.isNegated)
        }
        return (fact, scope.isNegated)
    }

    // MARK: - Values

    /// Whether a term names the very medicine or class: `no amiodarone` does not deny all that slows the heart.
    private func isNamed(_ value: FactValue, _ fact: Int, _ mention: Mention) -> Bool {
        guard case .members(let included, _) = value else { return true }
        let words = mention.tokens.map { tokens[$0].text }
        let own = named(included, vocabulary[fact]).members
        return own.contains { code in
            guard let first = vocabulary[fact].codes[code].id.split(separator: "-").first else { return false }
            return words.contains { $0.hasPrefix(first) }
        }
    }

    private func saysTumor(_ value: FactValue) -> Bool {
        guard let kind = facts.kind, let code = vocabulary[kind].index(of: "neuroendocrine-tumor") else { return false }
        return value == .codes(BitSet([code]))
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
        case .codes(let codes):
            let rest = BitSet.upTo(definition.codes.count).subtracting(codes)
            return rest.isEmpty ? nil : .codes(rest)
        case .quantity: return nil
        case .members(let included, _):
            // Denying a code denies what was named, not the classes that it brought.
            return definition.membership(included: BitSet(), excluded: named(included, definition))
        }
    }
}
