/// How a term is meant where it stands.
struct Scope {
    /// It is denied.
    var isNegated = false
    /// It is not asserted: possible, hypothetical, of a relative.
    var isDoubtful = false
    /// A treatment that was given.
    var isGiven = false
    /// A treatment that is planned or asked about, and not yet given.
    var isPlanned = false
    /// The doubt comes from more than a plan: `if`, `would`, another person.
    var isHypothetical = false
    /// A treatment that the patient does not want.
    var isRefused = false
    /// A treatment that is said not to have been given: `PRRT was never given`.
    var isUndone = false
    /// A treatment that others do not give: `the insurer refused PRRT`.
    var isWithheld = false
    /// A treatment that was stopped for harm.
    var isHarmful = false
    /// A treatment that something is said to speak against.
    var isBarred = false
    /// A medicine that is taken.
    var isTaken = false
    /// A complaint that is over.
    var isOver = false
    /// A medicine that was ended.
    var isStopped = false
    /// A name that the disease was once given.
    var isHearsay = false
    /// It is of another person.
    var isOfAnother = false

    /// Whether nothing is said of a treatment.
    var isPlain: Bool {
        !(isGiven || isPlanned || isNegated || isDoubtful || isRefused || isWithheld || isUndone || isHarmful
            || isBarred
            || isTaken || isStopped)
    }

    /// Whether a treatment may be what a question is about: nothing was done with it.
    var mayBePosed: Bool {
        !(isGiven || isNegated || isRefused || isWithheld || isUndone || isHarmful || isBarred)
    }

    /// What is simply asserted.
    init() {}

    /// Reads the words around a term, within its clause.
    init(_ context: ScopeContext, term: Range<Int>) {
        let tokens = context.tokens
        let refusal = Refusal(context: context)
        var (hasHappened, isAsked) = (false, false)
        var steps = 0
        var isAccompanied = false
        var index = term.lowerBound - 1
        var isBehindComma = false
        while index >= 0, steps < 8 {
            let text = tokens[index].text
            if tokens[index].kind == .boundary && text != "," {
                // `Meds: metoprolol`, `previous treatment: lanreotide`: the heading speaks of what follows.
                guard text == ":", EnglishGrammar.headings.contains(context.text(index - 1)) else { break }
                index -= 1
                continue
            }
            if EnglishGrammar.conjunctions.contains(text) { break }
            if isNewClause(context, index) {
                readHistory(tokens, index, steps)
                break
            }
            // A comma ends the reach of a negation but not of `on lanreotide, everolimus`.
            if text == "," { isBehindComma = true }
            if !isBehindComma, steps < 6 { readNear(context, index, term) }
            // `Declined PRRT, progressing on lanreotide`: behind the comma something else is told, and so it is in `declined
            // surgery after lanreotide`.
            let isTold = isGiven && (isBehindComma || hasHappened)
            if !isTold, refusal.isTold(index) || refusal.isDeclared(index, term) {
                refuse(byOthers: refusal.isOfOthers(index, term))
                // `Will not consider` leaves nothing open.
                if EnglishGrammar.considering.contains(text) { (isDoubtful, isHypothetical) = (false, false) }
            } else if refusal.isShunned(index) {
                // `Would rather avoid` is no denial and no doubt.
                (isRefused, isNegated, isDoubtful, isHypothetical) = (true, false, false, false)
            }
            let wasGiven = isGiven
            readHistory(tokens, index, steps)
            if isGiven, !wasGiven, Self.happening.contains(text) { hasHappened = true }
            // `On everolimus, asked about sunitinib`: behind the comma something else is told.
            if Self.asking.contains(text) { isAsked = true }
            if isBehindComma, isAsked { break }
            if EnglishGrammar.taking.contains(text), steps < 6 {
                if text == "with" { isAccompanied = true } else { isTaken = true }
            }
            if !EnglishGrammar.headings.contains(text) || steps > 0 { steps += 1 }
            index -= 1
        }
        if isNoneOf(tokens, term) { isNegated = true }
        readQuery(context, term)
        readAfter(context, term, refusal)
        readForm(tokens, term)
        if Harm(context: context, term: term).isTold {
            (isHarmful, isNegated, isDoubtful, isHypothetical) = (true, false, false, false)
        }
        if refusal.isPleaded(term) { (isRefused, isNegated) = (true, false) }
        if context.isOfAnother(term) { (isDoubtful, isHypothetical, isOfAnother) = (true, true, true) }
        isHearsay = context.isHearsay(term)
        // `Treated with lanreotide` tells a treatment, `with phenytoin` a medicine that is taken.
        if isAccompanied && !isGiven && !isPlanned { isTaken = true }
    }

    /// Before a treatment: it took place, so that what stands further ahead is of something else.
    private static let happening: WordSet = [
        "after", "since", "following", "despite", "had", "received", "completed", "underwent", "progressed", "failed",
        "previously", "prior", "previous", "post",
    ]

    private static let asking: WordSet = ["asked", "asks", "asking", "discussed", "mentioned", "enquired", "queried"]

    private mutating func refuse(byOthers: Bool) {
        if byOthers { isWithheld = true } else { isRefused = true }
    }

    /// `0/14 nodes positive`, `none of 9 nodes positive`: a count of nothing right before the term.
    private func isNoneOf(_ tokens: [Token], _ term: Range<Int>) -> Bool {
        guard term.lowerBound > 1, case .number = tokens[term.lowerBound - 1].kind else { return false }
        var index = term.lowerBound - 2
        if tokens[index].text != "/" && tokens[index].text != "of" { return false }
        index -= index > 0 && tokens[index - 1].text == "out" ? 2 : 1
        return index >= 0 && ["0", "none", "zero"].contains(tokens[index].text)
    }

    private static let clauseVerbs: WordSet = ["has", "have", "is", "was", "had"]
    private static let clauseSubjects: WordSet = ["and", "who", "she", "he", "which", "patient", "now"]

    /// `… and has liver metastases` begins something new.
    private func isNewClause(_ context: ScopeContext, _ index: Int) -> Bool {
        Self.clauseVerbs.contains(context.text(index)) && Self.clauseSubjects.contains(context.text(index - 1))
            && !EnglishGrammar.doubts.contains(context.text(index - 2))
    }

    // MARK: - Denial and doubt

    private mutating func readNear(_ context: ScopeContext, _ index: Int, _ term: Range<Int>) {
        let text = context.text(index)
        let next = context.text(index + 1)
        let isNegation =
            EnglishGrammar.negations.contains(text)
            || text == "non" && index == term.lowerBound - 1
            || text == "negative" && next == "for" || text == "free" && ["of", "from"].contains(next)
        if isNegation, !EnglishGrammar.undenied.contains(next), reaches(context, index + 1..<term.lowerBound) {
            if isHistory(context, index) { isGiven = true }
            // `No new liver metastases` leaves open whether there were any.
            let isPartial = EnglishGrammar.leavesOpen.contains(next)
            if isPartial { isDoubtful = true } else { isNegated = true }
        }
        // `If this tumour were …` speaks of a patient who is there: the doubt begins at the verb.
        let isOfSomebodyReal =
            text == "if" && ["this", "the", "my", "her", "his"].contains(next)
            && !(term.count == 1 && Self.turns.contains(context.text(term.lowerBound)))
            && !(index + 2...index + 4).contains { EnglishGrammar.examinations.contains(context.text($0)) }
        // `A question about my mother` leaves nothing open.
        if text == "question", ["about", "on", "regarding", "concerning", "for"].contains(next) { return }
        // `In case of`, `should it become`, but not `has become`.
        let isConditional =
            ["case", "event"].contains(text) && next == "of"
            || text == "become" && !["has", "have", "had"].contains(context.text(index - 1))
        // `Would prefer`, `would be grateful for`: a wish of somebody who is there.
        let isWish =
            text == "would" && ["prefer", "like", "welcome", "appreciate", "rather"].contains(next)
            || text == "would" && next == "be" && ["grateful", "glad", "pleased"].contains(context.text(index + 2))
        if isWish { return }
        guard EnglishGrammar.doubts.contains(text) && !isOfSomebodyReal || isConditional else { return }
        // `Would surgery help a locally advanced pNET?`: the tumour is there.
        let opens = index == 0 || context.tokens[index - 1].kind == .boundary
        if opens, Self.modals.contains(text),
            (index + 1..<term.lowerBound).contains(where: { Self.helping.contains(context.text($0)) })
        {
            return
        }
        // `Suspects metastases in this ileal NET`: the tumour is there.
        if (index + 2..<max(index + 2, term.lowerBound)).contains(where: { context.text($0) == "this" }) { return }
        // `Could it help my NET`: so is the writer's own.
        if text != "if", context.text(term.lowerBound - 1) == "my", context.tumours.contains(term.lowerBound) { return }
        let isSettled = (index + 1..<term.lowerBound).contains { place in
            // `Tested negative for VHL`, but not `possible SSTR negative metastases`.
            EnglishGrammar.settled.contains(context.text(place))
                || ["positive", "negative"].contains(context.text(place)) && context.text(place + 1) == "for"
        }
        // `Tested positive for`, `found when liver metastases were biopsied`.
        if isSettled || ["when", "once"].contains(text) && isPast(context, index, term) { return }
        isDoubtful = true
        if !EnglishGrammar.plannedBefore.contains(text) { isHypothetical = true }
    }

    private static let modals: WordSet = ["would", "could", "might", "may"]
    private static let helping: WordSet = ["help", "work", "suit", "benefit", "shrink", "treat", "control"]

    private static let receiving: WordSet = [
        "have", "had", "need", "needed", "receive", "received", "get", "undergo", "undergone", "require", "required",
    ]

    /// `Did not have PRRT`, `never needed surgery`: a denial of what was given, and no advice.
    private func isHistory(_ context: ScopeContext, _ index: Int) -> Bool {
        let verb = ["yet", "ever"].contains(context.text(index + 1)) ? index + 2 : index + 1
        guard Self.receiving.contains(context.text(verb)) else { return false }
        switch context.text(index) {
        // `I hope I never need PRRT`.
        case "never": return !["have", "need", "receive", "get", "undergo", "require"].contains(context.text(verb))
        case "didnt", "hasnt", "havent": return true
        case "not": return ["did", "has", "have", "had"].contains(context.text(index - 1))
        default: return false
        }
    }

    /// What has yet to happen behind an `if`, of whomever it is said.
    private static let turns: WordSet = ["progresses", "recurs", "relapses", "grows", "spreads"]

    /// Whether a denial reaches the term: `no change in liver metastases` denies the change.
    private func reaches(_ context: ScopeContext, _ gap: Range<Int>) -> Bool {
        for index in gap.dropFirst() where EnglishGrammar.prepositions.contains(context.text(index)) {
            return EnglishGrammar.deniable.contains(context.text(index - 1))
        }
        return true
    }

    private func isPast(_ context: ScopeContext, _ index: Int, _ term: Range<Int>) -> Bool {
        (index + 1..<min(context.tokens.count, term.upperBound + 3)).contains {
            ["was", "were", "had", "found", "diagnosed", "presented"].contains(context.text($0))
        }
    }

    /// `?liver metastases`, `PNET G2, MEN1?, mets`: a mark at the term asks about it.
    private mutating func readQuery(_ context: ScopeContext, _ term: Range<Int>) {
        let tokens = context.tokens
        let first = term.lowerBound
        if first > 0, tokens[first - 1].text == "?",
            tokens[first - 1].span.upperBound == tokens[first].span.lowerBound
                && (first < 2 || tokens[first - 2].span.upperBound < tokens[first - 1].span.lowerBound)
        {
            (isDoubtful, isHypothetical) = (true, true)
        }
        let stands = first == 0 || tokens[first - 1].kind == .boundary
        if isOfQuestion(context, term) { (isDoubtful, isHypothetical) = (true, true) }
        guard context.text(term.upperBound) == "?" else { return }
        // `MEN1? 3 cm pNET` asks beside a tumour that is there; `insulinoma?` alone is what the text is about.
        let isAside = context.tumours.last.map { $0 > term.upperBound } ?? false
        if stands, first > 0 || context.text(term.upperBound + 1) == "," || isAside { isDoubtful = true }
    }

    /// `Is the tumour SSTR positive?`, `does she have MEN1?`, `has it spread?`: the question is whether it holds.
    private func isOfQuestion(_ context: ScopeContext, _ term: Range<Int>) -> Bool {
        var end = term.upperBound
        while end < term.upperBound + 4, EnglishGrammar.places.contains(context.text(end)) { end += 1 }
        guard context.text(end) == "?" else { return false }
        let first = term.lowerBound
        var start = first
        while start > 0, first - start < 10, context.tokens[start - 1].kind != .boundary { start -= 1 }
        guard EnglishGrammar.inverted.contains(context.text(start)) else { return false }
        if start == first { return term.count > 1 }
        let isNamed = context.text(start + 1) == "the" || context.text(start + 1) == "this"
        let subject = isNamed ? start + 2 : start + 1
        // `Is this a gastrinoma?`, `is this pNET resectable?`
        let isTumour = isNamed && (context.tumours.contains(subject) && subject < first)
        let isDemonstrative =
            context.text(start + 1) == "this" && (subject >= first || ["a", "an"].contains(context.text(subject)))
        guard isTumour || isDemonstrative || EnglishGrammar.subjects.contains(context.text(subject)) else {
            return false
        }
        // `Is he fit for surgery in pregnancy?`: what stands behind a preposition is given.
        for index in stride(from: first - 1, to: start, by: -1) {
            if context.starts.contains(index) { return true }
            if EnglishGrammar.prepositions.contains(context.text(index)) { return false }
        }
        return true
    }

    // MARK: - Treatments

    /// Given or planned: the word nearest to the treatment decides.
    private mutating func readHistory(_ tokens: [Token], _ index: Int, _ steps: Int) {
        guard !isGiven, !isPlanned else { return }
        let text = tokens[index].text
        let before = index > 0 ? tokens[index - 1].text : ""
        if text == "on", ["started", "put", "commenced", "placed"].contains(before), index > 1,
            ["be", "being"].contains(tokens[index - 2].text)
        {
            isPlanned = true
            return
        }
        // `Keen on PRRT`, `keen to try PRRT`, `is due PRRT` but not `due to PRRT`.
        let next = index + 1 < tokens.count ? tokens[index + 1].text : ""
        let isWanted =
            text == "on" && ["keen", "undecided"].contains(before)
            || text == "keen" && next == "to" && index + 2 < tokens.count
                && Self.beginning.contains(tokens[index + 2].text)
        // `Switching to lanreotide`, but not `after switching to lanreotide`.
        if text == "to", steps == 0,
            let verb = (max(0, index - 5)..<index).last(where: { Self.going.contains(tokens[$0].text) }),
            verb == 0 || !EnglishGrammar.givenBefore.contains(tokens[verb - 1].text)
        {
            isPlanned = true
            return
        }
        let isAgreed =
            ["cleared", "approved", "consented"].contains(text) && ["for", "to"].contains(next) && steps < 3
        if isWanted || isAgreed || text == "due" && steps == 0 && ["is", "now", "was"].contains(before) {
            isPlanned = true
            return
        }
        if isTold(tokens, index, steps, before, next) {
            isGiven = true
            return
        }
        // `On the maximal dose of lanreotide` asks for no dose.
        let isDose = text.utf8.count >= 4 && text.hasPrefix("dose")
        if isDose, (max(0, index - 4)..<index).contains(where: { tokens[$0].text == "on" }) { return }
        // `PRRT before or after everolimus` leaves the order open.
        if text == "before" || text == "after", isEitherOrder(tokens, index) { return }
        let isFar = EnglishGrammar.progressed.contains(text) && steps < 7
        if EnglishGrammar.givenBefore.contains(text) && steps < 4 || isFar { isGiven = true }
        if text == "response" || text == "benefit", EnglishGrammar.responses.contains(before), steps < 3 {
            isGiven = true
        }
        if text == "at" || text == "during", EnglishGrammar.discovered.contains(before), steps < 2 { isGiven = true }
        let isPrefix = index + 1 < tokens.count && ["op", "operative", "menopausal"].contains(tokens[index + 1].text)
        if EnglishGrammar.earlier.contains(text), steps < 2, !isPrefix { isGiven = true }
        if text == "p", index > 1, before == "/", tokens[index - 2].text == "s" { isGiven = true }
        // `PD lanreotide`.
        if text == "pd", steps == 0 { isGiven = true }
        // `In 2019 right hemicolectomy`: a year right before tells that it was done.
        if case .number(let value) = tokens[index].kind, ["in", "since"].contains(before), steps < 2, value >= 1_970,
            value <= 2_100, value == value.rounded()
        {
            isGiven = true
        }
        // `Removed by EMR`, `controlled with octreotide`, but not `be removed by EMR`.
        if ["by", "with", "via"].contains(text), steps < 2, index > 0, before.hasSuffix("ed"),
            index < 2 || !EnglishGrammar.auxiliaries.contains(tokens[index - 2].text)
        {
            isGiven = true
        }
        if !isGiven, EnglishGrammar.plannedBefore.contains(text), steps < 4 { isPlanned = true }
        // `The role of PRRT`, `what about PRRT`.
        let isTopic =
            ["role", "place"].contains(text) && ["of", "for"].contains(tokens[index + 1].text)
            || text == "about" && ["what", "how"].contains(before)
        if !isGiven, isTopic, steps < 4 { isPlanned = true }
    }

    private static let beginning: WordSet = [
        "try", "have", "start", "get", "take", "go", "receive", "begin", "undergo", "pursue",
    ]
    private static let going: WordSet = ["switching", "changing", "moving"]
    private static let switching: WordSet = [
        "switching", "switch", "switched", "changing", "change", "changed", "moving", "moved", "transition",
    ]

    /// Given, in words of several parts: `no history of PRRT`, `switching from lanreotide`, `so far: lanreotide`, `I get
    /// Sandostatin`.
    private func isTold(_ tokens: [Token], _ index: Int, _ steps: Int, _ before: String, _ next: String) -> Bool {
        switch tokens[index].text {
        case "of": return steps < 2 && (before == "history" || before == "hx")
        case "from": return steps < 2 && Self.switching.contains(before)
        case "far": return before == "so" && next == ":"
        case "get", "gets":
            if steps > 1 { return false }
            let isOpen =
                index < 2 || tokens[index - 2].kind == .boundary || ["and", "now"].contains(tokens[index - 2].text)
            return ["i", "he", "she"].contains(before) && isOpen
        default: return false
        }
    }

    private func isEitherOrder(_ tokens: [Token], _ index: Int) -> Bool {
        let other = tokens[index].text == "before" ? "after" : "before"
        let isSecond = index > 1 && tokens[index - 1].text == "or" && tokens[index - 2].text == other
        return isSecond || index + 2 < tokens.count && tokens[index + 1].text == "or" && tokens[index + 2].text == other
    }

    /// What the form of a treatment's own word says: `resected` is past, an operation told between two marks was done.
    private mutating func readForm(_ tokens: [Token], _ term: Range<Int>) {
        guard !isGiven, !isPlanned, let last = tokens[term].last?.text else { return }
        let before = term.lowerBound > 0 ? tokens[term.lowerBound - 1] : nil
        let after = term.upperBound < tokens.count ? tokens[term.upperBound] : nil
        if before?.kind == .boundary || before?.text == "for", after?.text == "?" {
            isPlanned = true  // `…; Lutathera?`, `…, for PRRT?`
        } else if tokens[term].contains(where: {
            // `Resected`, `found at appendicectomy`, `taken out`.
            $0.text.hasSuffix("ed") && $0.text.count > 5 || EnglishGrammar.discovered.contains($0.text)
                || $0.text == "taken"
        }) {
            isGiven =
                !EnglishGrammar.auxiliaries.contains(before?.text ?? "")
                && !tokens[term].contains { EnglishGrammar.auxiliaries.contains($0.text) }
        } else if last.hasSuffix("ectomy") {
            let stands = { (token: Token?) in token.map { $0.kind == .boundary && $0.text != "?" } ?? true }
            isGiven = before != nil && stands(before) && stands(after)
        } else if isTaken,
            !tokens[term.upperBound...].prefix(8).prefix(while: { ![".", ";", "\n"].contains($0.text) })
                .contains(where: { $0.text == "?" })
        {
            isGiven = true  // `lanreotide 120 mg`
        }
    }

    // MARK: - After the term

    private mutating func readAfter(_ context: ScopeContext, _ term: Range<Int>, _ refusal: Refusal) {
        let tokens = context.tokens
        // A medicine with its dose is taken: `metoprolol 100 mg`.
        if term.upperBound + 1 < tokens.count, case .number = tokens[term.upperBound].kind,
            ["mg", "mcg", "g", "units"].contains(tokens[term.upperBound + 1].text)
        {
            isTaken = true
        }
        // `Lanreotide now every 14 days`.
        let rhythm = context.text(term.upperBound) == "now" ? term.upperBound + 1 : term.upperBound
        if ["every", "q"].contains(context.text(rhythm)), isNumber(context, rhythm + 1) { isTaken = true }
        readVerdict(context, term)
        var isOfOther = false
        // `Everolimus (stopped in 2021)`: what the bracket says of the term.
        let isBracketed = context.text(term.upperBound) == "(" && !context.starts.contains(term.upperBound + 1)
        let start = isBracketed ? term.upperBound + 1 : term.upperBound
        for index in start..<max(start, min(tokens.count, start + 5)) {
            let text = tokens[index].text
            if tokens[index].kind == .boundary { break }
            // `PNET with hypoglycaemia ruled out`: the verdict is of the term nearest to it.
            if context.starts.contains(index), !isList(tokens[start..<index]) { isOfOther = true }
            let isTurned = ["not", "cannot", "be", "never"].contains(context.text(index - 1))
            let isVerdict =
                EnglishGrammar.negationsAfter.contains(text) || text == "ruled" && context.text(index + 1) == "out"
            if isVerdict, !isOfOther {
                if isTurned { isDoubtful = true } else { isNegated = true }
            }
            // `No metastases except in the liver`: the denial leaves something out.
            if isNegated, isException(context, index) { (isNegated, isDoubtful) = (false, true) }
            if EnglishGrammar.over.contains(text), !isTurned, !isOfOther { isOver = true }
            if EnglishGrammar.stopped.contains(text), !isTurned { isStopped = true }
            if index < start + 3, !isOfOther, EnglishGrammar.doubtsAfter.contains(text) { isDoubtful = true }
            // `MEN1 likely, genetics pending`, but not `carcinoid likely of the ileum`.
            if index < start + 3, !isOfOther, ["likely", "unlikely", "probable", "doubtful"].contains(text),
                index + 1 >= tokens.count || tokens[index + 1].kind == .boundary
            {
                isDoubtful = true
            }
            // `Lanreotide to start in March`; `the dose was reduced` is of what is given.
            if index < start + 2, text == "to", ["start", "commence", "begin"].contains(context.text(index + 1)) {
                (isPlanned, isGiven) = (true, false)
                break
            }
            if isDoseChanged(context, index) {
                isGiven = true
                break
            }
            if index < start + 2, EnglishGrammar.plannedAfter.contains(text) {
                (isPlanned, isGiven) = (true, false)
                break
            }
            if index < start + 2, EnglishGrammar.refusals.contains(text) {
                refuse(byOthers: refusal.isOfOthers(index, term))
            }
            // `Lanreotide ongoing`, `PRRT still continues`, but not `PRRT discussion ongoing`.
            let isNext = index == start || ["is", "was", "still", "lar"].contains(context.text(index - 1))
            if ["ongoing", "continues", "continued"].contains(text), isNext, !isTurned {
                (isGiven, isPlanned) = (true, false)
            }
            // `Sunitinib did not work`.
            let isFailure = context.text(index - 1) == "didnt" || isTurned && context.text(index - 2) == "did"
            if ["work", "help"].contains(text), isFailure { (isGiven, isPlanned) = (true, false) }
            // `Should it be done` asks.
            if text == "so", context.text(index + 1) == "far" { (isGiven, isPlanned) = (true, false) }
            // `Considered but not started`, `being considered`.
            if text == "considered" {
                let isDenied = EnglishGrammar.negations.contains(context.text(index - 2))
                isPlanned = context.text(index - 1) == "being" && !isDenied
                (isGiven, isDoubtful) = (false, true)
                break
            }
            if Self.doing.contains(text), !isOfOther, isUndone(context, index) { isUndone = true }
            if EnglishGrammar.givenAfter.contains(text), isTurned, context.text(index - 1) != "be" { continue }
            if EnglishGrammar.givenAfter.contains(text), context.text(index - 1) == "be" {
                (isPlanned, isGiven) = (true, false)
            } else if EnglishGrammar.givenAfter.contains(text) || isDated(context, index, term) {
                (isGiven, isPlanned) = (true, false)
            }
        }
    }

    private static let doing: WordSet = ["given", "done", "started", "performed", "tried", "used", "begun", "received"]

    /// `Not tried`, `was never given`, `has not yet been done`.
    private func isUndone(_ context: ScopeContext, _ index: Int) -> Bool {
        var before = index - 1
        while ["been", "yet", "ever"].contains(context.text(before)) { before -= 1 }
        return ["not", "never", "wasnt", "hasnt", "werent"].contains(context.text(before))
    }

    private static let changing: WordSet = [
        "reduced", "increased", "halved", "held", "delayed", "missed", "escalated", "omitted", "lowered", "doubled",
    ]

    /// `Sutent dose reduced`, `dose was halved`.
    private func isDoseChanged(_ context: ScopeContext, _ index: Int) -> Bool {
        guard ["dose", "doses", "dosage"].contains(context.text(index)) else { return false }
        let verb = ["was", "is", "were", "now", "has"].contains(context.text(index + 1)) ? index + 2 : index + 1
        return Self.changing.contains(context.text(verb))
            || Self.changing.contains(context.text(verb + 1))
                && context.text(verb) == "been"
    }

    private func isException(_ context: ScopeContext, _ index: Int) -> Bool {
        let text = context.text(index)
        let next = context.text(index + 1)
        return ["except", "excepting", "besides", "outside", "beyond"].contains(text)
            || text == "other" && next == "than" || text == "apart" && next == "from"
            || text == "aside" && next == "from"
    }

    private func isList(_ gap: ArraySlice<Token>) -> Bool {
        gap.allSatisfy { ["and", "or", "/", "nor"].contains($0.text) }
    }

    /// `PRRT in 2021`, `PRRT x4`: dates and counts tell that it was given.
    private func isDated(_ context: ScopeContext, _ index: Int, _ term: Range<Int>) -> Bool {
        guard case .number(let value) = context.tokens[index].kind else { return false }
        let before = context.text(index - 1)
        let isAfter = ["in", "since", "from", "until", "/", "("].contains(before) || index == term.upperBound
        return isAfter && value >= 1_970 && value <= 2_100
            && value == value.rounded() || before == "x" && index == term.upperBound + 1
    }

    private func isNumber(_ context: ScopeContext, _ index: Int) -> Bool {
        guard context.tokens.indices.contains(index), case .number = context.tokens[index].kind else { return false }
        return true
    }

    /// `HIV negative`, `MEN1 testing was negative`, `Mets: none`, `MEN1 status unknown`.
    private mutating func readVerdict(_ context: ScopeContext, _ term: Range<Int>) {
        var index = term.upperBound
        var isTested = false
        while index < min(context.tokens.count, term.upperBound + 5), EnglishGrammar.tests.contains(context.text(index))
        {
            isTested = true
            index += 1
        }
        switch context.text(index) {
        // `Liver metastases negative on FDG` are there.
        case "negative":
            isNegated =
                context.text(index + 1) != "on" || !EnglishGrammar.tracers.contains(context.text(index + 2))
                || isNegated
        case "naive", "na\u{EF}ve":
            // `Chemotherapy-naive`: it was not given.
            if index == term.upperBound { (isNegated, isGiven) = (true, true) }
        case "not", "never":
            if EnglishGrammar.undone.contains(context.text(index + 1)) { isDoubtful = true }
        case "-" where context.tokens[index].kind == .sign && !isTested && !isNumber(context, index + 1):
            isNegated = true
        case "none", "nil", "no", "absent", "denied", "n":
            if context.text(index - 1) == ":" || context.text(index) == "denied" { isNegated = true }
        case "or", "vs", "versus":
            if ["negative", "positive"].contains(context.text(index + 1)) { isDoubtful = true }
        case "sent", "requested", "ordered":
            if isTested { isDoubtful = true }
        case "unknown", "pending", "awaited", "outstanding":
            // `Of unknown primary` begins something new.
            let isLast = index + 1 >= context.tokens.count || context.tokens[index + 1].kind != .word
            if isTested || isLast { isDoubtful = true }
        default: break
        }
    }
}
