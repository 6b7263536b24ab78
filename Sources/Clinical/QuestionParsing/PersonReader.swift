import DecisionLogic

/// Reads a person in shorthand: `69M`, `F/45`, `67 yo man`, `80 y, 50 kg woman`.
struct PersonReader {
    let vocabulary: Vocabulary
    let facts: ReaderFacts

    private static let years: WordSet = ["y", "yo", "yr", "yrs", "year", "years", "yoa"]
    private static let sexes: [String: String] = [
        "m": "male", "male": "male", "man": "male", "gentleman": "male", "boy": "male", "f": "female",
        "female": "female", "woman": "female", "lady": "female", "girl": "female",
    ]
    /// Before a number that is no age: `for 14 years`.
    private static let starts: WordSet = [
        "a", "an", "patient", "pt", "is", "this", "aged", "age", "the", "my", "our",
    ]

    /// Somebody whose age may follow: `a child of 12`.
    private static let persons = young.union(["patient", "pt", "she", "he", "i", "adult"])
    private static let young: WordSet = ["child", "kid", "adolescent", "teenager", "infant"]

    /// What is said of the person, with the tokens of each statement; `used` are the tokens of other readings.
    func read(_ tokens: [Token], used: TokenSet) -> [(statement: FactStatement, tokens: Range<Int>)] {
        var found: [(statement: FactStatement, tokens: Range<Int>)] = []
        for index in tokens.indices {
            guard case .number(let value) = tokens[index].kind else { continue }
            if used.contains(index) {
                if let sex = sexBehindAge(tokens, index) { found.append(sex) }
                continue
            }
            if let weight = weight(tokens, index, value) {
                found.append(weight)
            } else if let now = ageNow(tokens, index, value) {
                found.append(now)
            } else if index > 0,
                let reversed = sexBefore(tokens, index, value) ?? ageBehind(tokens, index, value, used: used)
            {
                found += reversed
            } else if isStart(tokens, index), value <= 120, value > 0 {
                found += person(tokens, index, value)
            }
        }
        return found
    }

    private func text(_ tokens: [Token], _ index: Int) -> String {
        tokens.indices.contains(index) ? tokens[index].text : ""
    }

    private func isStart(_ tokens: [Token], _ index: Int) -> Bool {
        index == 0 || tokens[index - 1].kind == .boundary || Self.starts.contains(tokens[index - 1].text)
    }

    private func isEnd(_ tokens: [Token], _ index: Int) -> Bool {
        index >= tokens.count || tokens[index].kind == .boundary
    }

    /// A number that may be an age, and the sex beside it.
    private func person(
        _ tokens: [Token], _ index: Int, _ value: Double
    ) -> [(statement: FactStatement, tokens: Range<Int>)] {
        var end = index + 1
        var hasUnit = false
        if Self.years.contains(text(tokens, end)) { (hasUnit, end) = (true, end + 1) }
        if hasUnit, text(tokens, end) == "/", text(tokens, end + 1) == "o" { end += 2 }
        if hasUnit, text(tokens, end) == "old" { end += 1 }
        // `58 a`: the unit of the standards, but not `58 a week`.
        if !hasUnit, text(tokens, end) == "a", isEnd(tokens, end + 1) { (hasUnit, end) = (true, end + 1) }
        let isOld = hasUnit && (text(tokens, end - 1) != "years" || isEnd(tokens, end)) && value >= 18
        var sexAt = end
        if text(tokens, sexAt) == "/" { sexAt += 1 }
        // `69 a, m,`
        if hasUnit, text(tokens, sexAt) == ",", ["m", "f"].contains(text(tokens, sexAt + 1)), isEnd(tokens, sexAt + 2) {
            sexAt += 1
        }
        let word = text(tokens, sexAt)
        // A single letter must stand close: `69M`, `69 M`, `45/F`, and not begin something else: `5 m from`.
        let isSex = Self.sexes[word] != nil && (word.count > 1 ? hasUnit : hasUnit || value >= 1)
        guard isSex || isOld && isEnd(tokens, end) else { return [] }
        if word.count == 1, isSex, !hasUnit, ["from", "above", "tall", "walk"].contains(text(tokens, sexAt + 1)) {
            return []
        }
        var found: [(statement: FactStatement, tokens: Range<Int>)] = []
        if let age = facts.age, isSex || isOld {
            found.append((statement(age, .quantity(Interval(exactly: value)), tokens, index..<end), index..<end))
        }
        if isSex, word.count == 1, let sex = sex(tokens, sexAt) { found.append(sex) }
        return found
    }

    /// `67 yo M`, the age being read already.
    private func sexBehindAge(_ tokens: [Token], _ index: Int) -> (statement: FactStatement, tokens: Range<Int>)? {
        var place = index + 1
        guard Self.years.contains(text(tokens, place)) else { return nil }
        while ["year", "years", "yo", "y", "yr", "yrs", "/", "o", "old"].contains(text(tokens, place)) { place += 1 }
        guard ["m", "f"].contains(text(tokens, place)) else { return nil }
        return sex(tokens, place)
    }

    private func sex(_ tokens: [Token], _ place: Int) -> (statement: FactStatement, tokens: Range<Int>)? {
        guard let fact = facts.sex, let name = Self.sexes[text(tokens, place)],
            let code = vocabulary[fact].index(of: name)
        else { return nil }
        return (statement(fact, .codes(BitSet([code])), tokens, place..<place + 1), place..<place + 1)
    }

    /// `A man of 48`, `woman, 34,`: the age behind the person.
    private func ageBehind(
        _ tokens: [Token], _ index: Int, _ value: Double, used: TokenSet
    ) -> [(statement: FactStatement, tokens: Range<Int>)]? {
        var place = index - 1
        if ["of", ",", "aged", "(", "is", "am"].contains(text(tokens, place)) { place -= 1 }
        let before = text(tokens, place)
        if Self.young.contains(before), isChildOfSomebody(tokens, place) { return nil }
        let isPerson = Self.sexes[before] != nil && before.count > 1 || place < index - 1 && isSomebody(before)
        // `Patient 81, pNET`, but not `patient 2`.
        let isNumbered = place == index - 1 && value >= 18 && ["patient", "pt"].contains(before)
        // `Mr Jones, 66, has`: the title tells the sex.
        let title = place < index - 1 ? EnglishGrammar.titles[text(tokens, place - 1)] : nil
        let isNamed = title != nil && tokens[place].kind == .word
        guard isPerson || isNumbered || isNamed, let fact = facts.age, value >= 1, value <= 120,
            value == value.rounded(),
            isEnd(tokens, index + 1) || isNumbered && used.contains(index + 1)
                || ["with", "who", "presents", "years", "y", "and"].contains(text(tokens, index + 1))
        else { return nil }
        var found = [
            (statement(fact, .quantity(Interval(exactly: value)), tokens, index..<index + 1), index..<index + 1)
        ]
        if isNamed, let title, let sex = facts.sex, let code = vocabulary[sex].index(of: title) {
            let range = place - 1..<place + 1
            found.append((statement(sex, .codes(BitSet([code])), tokens, range), range))
        }
        return found
    }

    private static let diagnosis: WordSet = ["dx", "diagnosis", "diagnosed"]

    /// `Diagnosed at 49, now 56`, `49 at diagnosis, now 56`, and at the head of a text `at dx 49, now 56`: the age now.
    private func ageNow(
        _ tokens: [Token], _ index: Int, _ value: Double
    ) -> (statement: FactStatement, tokens: Range<Int>)? {
        guard let fact = facts.age, index > 3, text(tokens, index - 1) == "now", value <= 110, value == value.rounded(),
            isEnd(tokens, index + 1) || Self.years.contains(text(tokens, index + 1))
        else { return nil }
        var place = index - 2
        if [",", "and"].contains(text(tokens, place)) { place -= 1 }
        let (last, before, first) = (text(tokens, place), text(tokens, place - 1), text(tokens, place - 2))
        let then: Int
        let isHead = { (index: Int) in index < 0 || EnglishGrammar.sentenceEnds.contains(text(tokens, index)) }
        if before == "at", Self.diagnosis.contains(first) {
            then = place  // `Diagnosed at 49`
        } else if Self.diagnosis.contains(before), first == "at",
            isHead(place - 3) || ["age", "aged"].contains(text(tokens, place - 3))
        {
            then = place  // `At dx 49`, `age at dx 49`
        } else if Self.diagnosis.contains(last), before == "at",
            isHead(place - 3) || [",", "aged", "was"].contains(text(tokens, place - 3))
        {
            then = place - 2  // `49 at diagnosis`
        } else {
            return nil
        }
        guard tokens.indices.contains(then), case .number(let age) = tokens[then].kind, age >= 1, age <= value,
            age == age.rounded()
        else { return nil }
        return (statement(fact, .quantity(Interval(exactly: value)), tokens, index..<index + 1), index..<index + 1)
    }

    /// `Mother of a child of 12`, `has a child of 12`.
    private func isChildOfSomebody(_ tokens: [Token], _ place: Int) -> Bool {
        var index = place - 1
        while ["a", "an", "one", "young", "small", "healthy"].contains(text(tokens, index)) { index -= 1 }
        return ["of", "has", "have", "had", "with", "her", "his", "their", "and"].contains(text(tokens, index))
    }

    private func isSomebody(_ word: String) -> Bool {
        EnglishGrammar.kin.contains(word) || Self.persons.contains(word)
    }

    /// `F/45`, `M 67`: the letter opens the sentence.
    private func sexBefore(
        _ tokens: [Token], _ index: Int, _ value: Double
    ) -> [(statement: FactStatement, tokens: Range<Int>)]? {
        var place = index - 1
        if text(tokens, place) == "/" { place -= 1 }
        guard ["m", "f"].contains(text(tokens, place)), place == 0 || tokens[place - 1].kind == .boundary,
            value >= 1, value <= 120, value == value.rounded(), let fact = facts.age, let sex = sex(tokens, place),
            isEnd(tokens, index + 1) || tokens[index + 1].kind == .word
        else { return nil }
        // `M 0`, `M1` are stages.
        guard tokens[place].span.upperBound < tokens[index].span.lowerBound, value >= 10 else { return nil }
        return [
            (statement(fact, .quantity(Interval(exactly: value)), tokens, index..<index + 1), index..<index + 1), sex,
        ]
    }

    /// `A 50 kg woman`, but not `5 kg loss` and `30 mg/kg`.
    private func weight(
        _ tokens: [Token], _ index: Int, _ value: Double
    ) -> (statement: FactStatement, tokens: Range<Int>)? {
        guard let weight = facts.weight, value >= 25, value <= 300,
            ["kg", "kgs", "kilograms"].contains(text(tokens, index + 1))
        else { return nil }
        let around = (max(0, index - 3)..<min(tokens.count, index + 5)).map { tokens[$0].text }
        // `5 kg/month`, but not `1.9 mg/dL, 70 kg`.
        let isRate = ["/", "per"].contains(text(tokens, index + 2))
        let isChange =
            isRate
            || around.contains {
                ["lost", "loss", "lose", "gain", "gained", "fell", "drop", "dropped", "down"].contains($0)
            }
        guard !isChange else { return nil }
        return (
            statement(weight, .quantity(Interval(exactly: value)), tokens, index..<index + 2), index..<index + 2
        )
    }

    private func statement(_ fact: Int, _ value: FactValue, _ tokens: [Token], _ range: Range<Int>) -> FactStatement {
        FactStatement(
            fact: fact, value: value, origin: .read,
            span: tokens[range.lowerBound].span.lowerBound..<tokens[range.upperBound - 1].span.upperBound)
    }
}
