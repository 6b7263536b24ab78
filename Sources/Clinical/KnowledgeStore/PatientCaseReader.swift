public import ClinicalModel
public import DecisionLogic
public import JSONText

/// Something in a case that is not a case, with its place.
public struct CaseProblem: Sendable, Equatable {
    /// `unknown-member`, `unknown-code`, `wrong-type`, `wrong-unit`, `out-of-range`, `implausible`, `empty`,
    /// `contradiction`, `too-many`.
    public let code: String
    /// The place in the document that was read.
    public let pointer: JSONPointer
    /// One sentence, lower case, no final period; never the value itself.
    public let detail: String
    /// What was probably meant.
    public let didYouMean: String?
}

/// Reads a structured case (contract, "A case") into statements; used for requests and for the knowledge's own cases.
public struct PatientCaseReader: Sendable {
    /// The facts.
    public let vocabulary: Vocabulary
    /// No more problems than these are told of one case.
    public static let mostProblems = 20
    /// No list of codes is longer: more than any fact has, and the contract's `maxItems`.
    public static let mostCodes = 100

    /// What one person can weigh and measure; nil: not checked.
    public let body: DoseRules.Body?

    /// A reader.
    public init(vocabulary: Vocabulary, body: DoseRules.Body? = nil) {
        self.vocabulary = vocabulary
        self.body = body
    }

    /// The statements of a `case` object, or all its problems: one problem leaves no statement.
    ///
    /// `unchecked` are names in open sets that are no codes: accepted, and to be told as not checked.
    public func read(
        _ value: JSONValue, at pointer: JSONPointer
    ) -> (statements: [FactStatement], unchecked: [String], problems: [CaseProblem]) {
        var reading = Reading(vocabulary: vocabulary)
        reading.groups(value, pointer)
        if let body { reading.check(body, pointer) }
        return reading.problems.isEmpty ? (reading.statements, reading.unchecked, []) : ([], [], reading.problems)
    }

    /// One fact's value as the case format writes it.
    public func readValue(
        _ value: JSONValue, of fact: Int, at pointer: JSONPointer
    ) -> (statement: FactStatement?, problems: [CaseProblem]) {
        var reading = Reading(vocabulary: vocabulary)
        reading.fact(fact, value, pointer)
        return (reading.statements.first, reading.problems)
    }
}

private struct Reading {
    let vocabulary: Vocabulary
    var statements: [FactStatement] = []
    var unchecked: [String] = []
    var problems: [CaseProblem] = []
    /// The age of the quantity that is being read.
    private var age: FactAge?

    init(vocabulary: Vocabulary) { self.vocabulary = vocabulary }

    /// Adds a problem. What was meant is looked for only as long as somebody will read it: a case of a hundred thousand
    /// wrong codes must not cost a hundred thousand searches.
    private mutating func problem(
        _ code: String, _ pointer: JSONPointer, _ detail: String, didYouMean: String? = nil
    ) {
        if !isFull {
            problems.append(CaseProblem(code: code, pointer: pointer, detail: detail, didYouMean: didYouMean))
        }
    }

    private var isFull: Bool { problems.count >= PatientCaseReader.mostProblems }

    private func nearest(to word: String, among candidates: [String]) -> String? {
        isFull ? nil : Suggestion.nearest(to: word, among: candidates)
    }

    private mutating func members(_ value: JSONValue, _ pointer: JSONPointer) -> [JSONMember] {
        guard case .object(let members) = value else {
            problem("wrong-type", pointer, "expected an object, found \(value.kind)")
            return []
        }
        if members.isEmpty { problem("empty", pointer, "an empty object says nothing; leave it out") }
        return members
    }

    /// A word of the user's for a message: short, printable.
    private func quoted(_ text: String) -> String { "`" + short(text) + "`" }

    /// No more than 64 printable characters of what was sent are ever repeated.
    private func short(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(64).filter { $0.value >= 0x20 }))
    }

    mutating func groups(_ value: JSONValue, _ pointer: JSONPointer) {
        for group in members(value, pointer) {
            let here = pointer.member(short(group.name))
            guard vocabulary.groups.contains(group.name) else {
                problem(
                    "unknown-member", here, "unknown group \(quoted(group.name))",
                    didYouMean: nearest(to: group.name, among: vocabulary.groups.sorted()))
                continue
            }
            for member in members(group.value, here) {
                let path = group.name + "." + member.name
                guard let fact = vocabulary.index(of: path) else {
                    problem(
                        "unknown-member", here.member(short(member.name)), "unknown fact \(quoted(path))",
                        didYouMean: nearest(to: path, among: vocabulary.facts.map(\.path)))
                    continue
                }
                self.fact(fact, member.value, here.member(member.name))
            }
        }
    }

    mutating func fact(_ fact: Int, _ value: JSONValue, _ pointer: JSONPointer) {
        let definition = vocabulary[fact]
        age = nil
        let read: FactValue? =
            switch definition.type {
            case .boolean: boolean(definition, value, pointer)
            case .code: codes(definition, value, pointer)
            case .quantity: quantity(definition, value, pointer)
            case .set: set(definition, value, pointer)
            }
        if let read { statements.append(FactStatement(fact: fact, value: read, origin: .stated, age: age)) }
    }

    /// Weight and height that cannot be one person's are a slip of units or members; both are pointed at.
    mutating func check(_ body: DoseRules.Body, _ pointer: JSONPointer) {
        func said(_ fact: Int) -> FactValue? { statements.first { $0.fact == fact }?.value }
        guard let weight = said(body.weight), let height = said(body.height), !body.fits(weight, height) else { return }
        for fact in [body.weight, body.height] {
            let path = vocabulary[fact].path.split(separator: ".").map(String.init)
            problem(
                "implausible", path.reduce(pointer) { $0.member($1) },
                "\(vocabulary[body.weight].title) and \(vocabulary[body.height].title) cannot be one person's; "
                    + "check both and their units")
        }
    }

    private mutating func boolean(
        _ definition: FactDefinition, _ value: JSONValue, _ pointer: JSONPointer
    ) -> FactValue? {
        guard case .bool(let flag) = value else {
            problem("wrong-type", pointer, "\(definition.path) is true or false, found \(value.kind)")
            return nil
        }
        return .codes(BitSet([flag ? 1 : 0]))
    }

    private mutating func code(_ definition: FactDefinition, _ value: JSONValue, _ pointer: JSONPointer) -> Int? {
        guard case .string(let text) = value else {
            problem("wrong-type", pointer, "a code of \(definition.path) is a string, found \(value.kind)")
            return nil
        }
        if let index = definition.index(of: text) { return index }
        if definition.isOpen, (1...64).contains(text.unicodeScalars.count) {
            if unchecked.count < PatientCaseReader.mostProblems { unchecked.append(short(text)) }
            return nil
        }
        problem(
            "unknown-code", pointer, "\(quoted(text)) is no code of \(definition.path)",
            didYouMean: nearest(to: text, among: definition.codes.map(\.id)))
        return nil
    }

    /// The codes of a list. What `takesNames` is said by the names of codes too: `bisoprolol` is a beta-blocker, but who
    /// takes no bisoprolol may take another.
    private mutating func codeList(
        _ definition: FactDefinition, _ value: JSONValue, _ pointer: JSONPointer, takesNames: Bool = false
    ) -> BitSet {
        guard case .array(let elements) = value else {
            problem("wrong-type", pointer, "expected a list of codes, found \(value.kind)")
            return BitSet()
        }
        guard elements.count <= PatientCaseReader.mostCodes else {
            problem("too-many", pointer, "a list has no more than \(PatientCaseReader.mostCodes) codes")
            return BitSet()
        }
        var result = BitSet()
        for (index, element) in elements.enumerated() {
            if takesNames, case .string(let text) = element, text.utf8.count <= 64, definition.index(of: text) == nil,
                let named = definition.namedCodes[FoldedName.key(text)]
            {
                result.formUnion(named)
                continue
            }
            if let code = code(definition, element, pointer.element(index)) { result.insert(code) }
        }
        return result
    }

    private mutating func codes(
        _ definition: FactDefinition, _ value: JSONValue, _ pointer: JSONPointer
    ) -> FactValue? {
        guard case .object = value else {
            return code(definition, value, pointer).map { .codes(BitSet([$0])) }
        }
        var result: FactValue?
        for member in members(value, pointer) {
            guard member.name == "anyOf" else {
                problem(
                    "unknown-member", pointer.member(short(member.name)), "unknown member \(quoted(member.name))",
                    didYouMean: "anyOf")
                continue
            }
            let codes = codeList(definition, member.value, pointer.member("anyOf"))
            if case .array(let elements) = member.value, elements.isEmpty {
                problem("empty", pointer.member("anyOf"), "an empty list names no value")
            }
            result = .codes(codes)
        }
        return result
    }

    private mutating func set(_ definition: FactDefinition, _ value: JSONValue, _ pointer: JSONPointer) -> FactValue? {
        var included = BitSet()
        var excluded = BitSet()
        var isComplete = false
        if case .array(let elements) = value {
            included = codeList(definition, value, pointer, takesNames: definition.isOpen)
            isComplete = elements.isEmpty  // `[]` is complete and empty
        } else {
            for member in members(value, pointer) {
                let here = pointer.member(short(member.name))
                switch member.name {
                case "includes":
                    included = codeList(definition, member.value, here, takesNames: definition.isOpen)
                case "excludes": excluded = codeList(definition, member.value, here)
                case "complete":
                    guard case .bool(let flag) = member.value else {
                        problem("wrong-type", here, "complete is true or false, found \(member.value.kind)")
                        continue
                    }
                    isComplete = flag
                default:
                    problem(
                        "unknown-member", here, "unknown member \(quoted(member.name))",
                        didYouMean: nearest(to: member.name, among: ["includes", "excludes", "complete"]))
                }
            }
        }
        guard case .members(let holds, var fails) = definition.membership(included: included, excluded: excluded)
        else { return nil }
        if !holds.isDisjoint(with: fails) {
            problem("contradiction", pointer, "the same code of \(definition.path) is both included and excluded")
        }
        if isComplete { fails.formUnion(BitSet.upTo(definition.codes.count).subtracting(holds)) }
        return .members(included: holds, excluded: fails)
    }

    private mutating func quantity(
        _ definition: FactDefinition, _ value: JSONValue, _ pointer: JSONPointer
    ) -> FactValue? {
        if case .number(let number) = value {
            return checked(Interval(exactly: number), definition, pointer)
        }
        guard case .object = value else {
            problem(
                "wrong-type", pointer,
                "\(definition.path) is a number in \(definition.unit) or an object with value and unit, found \(value.kind)"
            )
            return nil
        }
        var numbers: [String: Double] = [:]
        var factor = 1.0
        var exclusive = ""
        var hasUnit = false
        for member in members(value, pointer) {
            let here = pointer.member(short(member.name))
            switch (member.name, member.value) {
            case ("value", .number(let number)), ("min", .number(let number)), ("max", .number(let number)):
                numbers[member.name] = number
            case ("unit", .string(let unit)):
                hasUnit = true
                if unit == definition.unit { continue }
                if let known = definition.conversions[unit] {
                    factor = known
                } else {
                    problem(
                        "wrong-unit", here,
                        "\(quoted(unit)) is no unit of \(definition.path), which is given in "
                            + ([definition.unit] + definition.conversions.keys.sorted()).joined(separator: ", "),
                        didYouMean: definition.unit)
                }
            case ("exclusive", .string(let side)) where ["min", "max", "both"].contains(side): exclusive = side
            case ("age", let value): age = readAge(value, definition, here)
            case ("value", _), ("min", _), ("max", _):
                problem("wrong-type", here, "\(member.name) is a number, found \(member.value.kind)")
            case ("unit", _): problem("wrong-type", here, "unit is a string, found \(member.value.kind)")
            case ("exclusive", _): problem("wrong-type", here, "exclusive is one of min, max, both")
            default:
                problem(
                    "unknown-member", here, "unknown member \(quoted(member.name))",
                    didYouMean: nearest(
                        to: member.name, among: ["value", "min", "max", "unit", "exclusive", "age"]))
            }
        }
        if !hasUnit {
            problem(
                "wrong-unit", pointer, "a value of \(definition.path) in an object needs its unit",
                didYouMean: definition.unit)
        }
        if let single = numbers["value"] {
            if numbers.count > 1 { problem("wrong-type", pointer, "either value, or min and max") }
            return checked(Interval(exactly: CaseNumbers.scaled(single, factor)), definition, pointer)
        }
        guard !numbers.isEmpty else {
            problem("empty", pointer, "a quantity needs value, min or max")
            return nil
        }
        let interval = Interval(
            lower: numbers["min"].map { CaseNumbers.scaled($0, factor) } ?? -.infinity,
            lowerIsOpen: exclusive == "min" || exclusive == "both",
            upper: numbers["max"].map { CaseNumbers.scaled($0, factor) } ?? .infinity,
            upperIsOpen: exclusive == "max" || exclusive == "both")
        return checked(interval, definition, pointer)
    }

    /// The age of a value: `{ "value": 12, "unit": "d" }`, not before today and no more than a life.
    private mutating func readAge(
        _ value: JSONValue, _ definition: FactDefinition, _ pointer: JSONPointer
    ) -> FactAge? {
        var number: Double?
        var unit: String?
        for member in members(value, pointer) {
            switch (member.name, member.value) {
            case ("value", .number(let found)): number = found
            case ("unit", .string(let found)): unit = found
            case ("value", _): problem("wrong-type", pointer.member("value"), "value is a number")
            case ("unit", _): problem("wrong-type", pointer.member("unit"), "unit is a string")
            default:
                problem(
                    "unknown-member", pointer.member(short(member.name)), "unknown member \(quoted(member.name))",
                    didYouMean: nearest(to: member.name, among: ["value", "unit"]))
            }
        }
        guard case .object = value else { return nil }
        guard let unit, let age = FactAge(value: number ?? -1, unit: unit) else {
            problem(
                "wrong-unit", pointer,
                "the age of \(definition.path) needs its unit, one of \(FactAge.units.joined(separator: ", "))",
                didYouMean: "d")
            return nil
        }
        guard number != nil, age.days >= 0, age.days <= 120 * 365.25 else {
            problem("out-of-range", pointer, "the age of \(definition.path) lies at least 0 and at most 120 a")
            return nil
        }
        return age
    }

    /// A value must lie in what the fact can physically be: both ends of a range are held to it.
    private mutating func checked(
        _ interval: Interval, _ definition: FactDefinition, _ pointer: JSONPointer
    ) -> FactValue? {
        let bounds = definition.bounds
        guard CaseNumbers.fits(interval, bounds) else {
            problem(
                "out-of-range", pointer,
                "\(definition.path) lies \(definition.words(for: bounds)); this value cannot be")
            return nil
        }
        guard !interval.isEmpty else {
            problem("out-of-range", pointer, "no number lies in this range")
            return nil
        }
        return .quantity(interval)
    }
}
