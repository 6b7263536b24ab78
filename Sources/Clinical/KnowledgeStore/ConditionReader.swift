import ClinicalModel
import DecisionLogic
import JSONText

/// Where a leaf stands, for the coverage report.
public struct LeafPlace: Sendable, Equatable {
    /// The file, relative to the folder.
    public let file: String
    /// The place in the file.
    public let pointer: String
    /// The test in words.
    public let words: String
}

/// Compiles conditions of the rule language against the vocabulary. Each leaf of each file gets a number, where leaves are kept.
final class ConditionReader {
    let vocabulary: Vocabulary
    /// Where each leaf stands, in the order of their numbers; none where leaves are not kept.
    private(set) var leaves: [LeafPlace] = []
    /// The number of the first leaf; nil: leaves are not kept, and all bear the same number.
    private let firstLeaf: Int?
    /// Criteria that another reader has compiled.
    private let given: [String: Condition]
    private var own: [String: DocumentNode] = [:]
    private var compiled: [String: Condition] = [:]
    private var open: Set<String> = []
    private var nodeCount = 0

    /// The deepest nesting and the most clauses of one condition.
    static let maximumDepth = 16
    static let maximumNodes = 256

    /// A reader that may name the criteria `given` beside its own.
    init(vocabulary: Vocabulary, given: [String: Condition] = [:], leavesFrom firstLeaf: Int? = nil) {
        self.vocabulary = vocabulary
        self.given = given
        self.firstLeaf = firstLeaf
        compiled = given
    }

    /// Compiles criteria that what is read afterwards may name. All are compiled, used or not.
    /// - Returns: what every reader of the same vocabulary may be given.
    @discardableResult
    func define(_ criteria: [(name: String, node: DocumentNode)]) -> [String: Condition] {
        for (name, node) in criteria {
            if given[name] != nil { node.defect(.duplicateID, "the criterion `\(name)` hides a shared one") }
            if own.updateValue(node, forKey: name) != nil {
                node.defect(.duplicateID, "the criterion `\(name)` is defined twice")
            }
            compiled[name] = nil
        }
        for (name, node) in criteria { _ = criterion(name, at: node, depth: 0) }
        return compiled
    }

    /// A condition; a condition with a defect compiles to one that is never decided.
    func read(_ node: DocumentNode) -> Condition {
        nodeCount = 0
        return condition(node, depth: 0)
    }

    /// A condition that may be absent.
    func readOptional(_ node: DocumentNode?) -> Condition? { node.map(read) }

    private func condition(_ node: DocumentNode, depth: Int) -> Condition {
        nodeCount += 1
        guard depth <= Self.maximumDepth, nodeCount <= Self.maximumNodes else {
            node.defect(.tooMany, "a condition has at most \(Self.maximumNodes) clauses, \(Self.maximumDepth) deep")
            return .any([])
        }
        if let list = node.optional("all") {
            node.allow("all")
            let parts = list.elements.map { condition($0, depth: depth + 1) }
            checkSatisfiable(parts, node)
            return .all(parts)
        }
        if let list = node.optional("any") {
            node.allow("any")
            return .any(list.elements.map { condition($0, depth: depth + 1) })
        }
        if let part = node.optional("not") {
            node.allow("not")
            return .not(condition(part, depth: depth + 1))
        }
        if let list = node.optional("countOf") {
            node.allow("countOf", "atLeast")
            let parts = list.elements.map { condition($0, depth: depth + 1) }
            let least = node.integer("atLeast")
            if !(1...max(1, parts.count)).contains(least) {
                node.defect(.emptyRange, "`atLeast` must lie between 1 and the \(parts.count) clauses")
            }
            return .count(atLeast: least, of: parts)
        }
        if let name = node.optional("criterion") {
            node.allow("criterion")
            return criterion(name.string, at: name, depth: depth)
        }
        return leaf(node)
    }

    private func criterion(_ name: String, at node: DocumentNode, depth: Int) -> Condition {
        if let done = compiled[name] { return .criterion(name: name, done) }
        guard let definition = own[name] else {
            node.defect(
                .badCriterion, "unknown criterion `\(name)`",
                suggestion: Suggestion.nearest(to: name, among: Array(own.keys) + Array(given.keys)))
            return .any([])
        }
        guard open.insert(name).inserted else {
            node.defect(.badCriterion, "the criterion `\(name)` rests on itself")
            return .any([])
        }
        let result = condition(definition, depth: depth + 1)
        open.remove(name)
        compiled[name] = result
        return .criterion(name: name, result)
    }

    private func leaf(_ node: DocumentNode) -> Condition {
        guard case .object = node.value, node.has("fact") else {
            node.defect(
                .wrongTest, "a condition is one of all, any, not, countOf with atLeast, criterion, or fact with a test")
            return .any([])
        }
        guard let (fact, test) = factTest(node, forDerivation: false) else { return .any([]) }
        var number = 0
        if let firstLeaf {
            number = firstLeaf + leaves.count
            leaves.append(
                LeafPlace(
                    file: node.file, pointer: node.pointer.description,
                    words: vocabulary[fact].path + " " + vocabulary[fact].words(for: test)))
        }
        return .leaf(FactLeaf(fact: fact, test: test, id: number, note: node.optionalString("note")))
    }

    private static let tests = ["is", "isOneOf", "isKindOf", "includes", "within", "isKnown", "isPartlyKnown"]

    /// The fact of a test and the test itself; nil with a defect.
    func factTest(_ node: DocumentNode, forDerivation: Bool) -> (fact: Int, test: FactTest)? {
        node.allow("fact", "is", "isOneOf", "isKindOf", "includes", "within", "isKnown", "isPartlyKnown")
        guard let fact = fact(node) else { return nil }
        let named = Self.tests.filter { node.has($0) }
        guard named.count == 1, let name = named.first, let operand = node.optional(name) else {
            node.defect(
                .wrongTest, "exactly one test must stand beside `fact`: \(Self.tests.joined(separator: ", "))")
            return nil
        }
        let definition = vocabulary[fact]
        switch (name, definition.type) {
        case ("is", .code), ("is", .boolean):
            return code(operand, definition).map { (fact, .isOneOf(BitSet([$0]))) }
        case ("isOneOf", .code):
            let codes = operand.elements.compactMap { code($0, definition) }
            return (fact, .isOneOf(BitSet(codes)))
        case ("isKindOf", .code):
            guard let group = definition.groups[operand.string] else {
                operand.defect(
                    .unknownCode, "`\(operand.string)` is no group of `\(definition.path)`",
                    suggestion: Suggestion.nearest(to: operand.string, among: definition.groups.keys))
                return nil
            }
            return (fact, .isOneOf(group))
        case ("includes", .set): return code(operand, definition).map { (fact, .includes($0)) }
        case ("within", .quantity): return range(operand, definition).map { (fact, .within($0)) }
        case ("isKnown", .code), ("isKnown", .boolean), ("isKnown", .quantity), ("isPartlyKnown", .quantity):
            if !operand.bool { operand.defect(.wrongTest, "`\(name)` is only ever true; use `not` around it") }
            if forDerivation { operand.defect(.knownInDerivation, "`\(name)` must not stand in a derivation") }
            return (fact, name == "isKnown" ? .isKnown : .isPartlyKnown)
        default:
            node.defect(
                .wrongTest, "`\(name)` does not fit `\(definition.path)`, which is a \(definition.type.rawValue)")
            return nil
        }
    }

    /// The number of the fact that a node names.
    func fact(_ node: DocumentNode) -> Int? {
        if case .string(let path)? = node.value["fact"], let index = vocabulary.index(of: path) { return index }
        guard let path = node.required("fact") else { return nil }
        path.defect(
            .unknownFact, "unknown fact `\(path.string)`",
            suggestion: Suggestion.nearest(to: path.string, among: vocabulary.facts.map(\.path)))
        return nil
    }

    func code(_ node: DocumentNode, _ definition: FactDefinition) -> Int? {
        if definition.type == .boolean { return node.bool ? 1 : 0 }
        if let index = definition.index(of: node.string) { return index }
        node.defect(
            .unknownCode, "`\(node.string)` is no code of `\(definition.path)`",
            suggestion: Suggestion.nearest(to: node.string, among: definition.codes.map(\.id)))
        return nil
    }

    func range(_ node: DocumentNode, _ definition: FactDefinition) -> Interval? {
        node.allow("min", "max", "above", "below", "unit")
        if let unit = node.required("unit"), unit.string != definition.unit {
            unit.defect(
                .wrongUnit,
                "unit `\(unit.string)` is not the unit of `\(definition.path)`, which is `\(definition.unit)`",
                suggestion: definition.unit)
        }
        if node.has("min") && node.has("above") || node.has("max") && node.has("below") {
            node.defect(.emptyRange, "a range has one lower and one upper end")
        }
        let lower = node.optional("min") ?? node.optional("above")
        let upper = node.optional("max") ?? node.optional("below")
        let interval = Interval(
            lower: lower?.number ?? -.infinity, lowerIsOpen: node.has("above"), upper: upper?.number ?? .infinity,
            upperIsOpen: node.has("below"))
        if lower == nil && upper == nil { node.defect(.emptyRange, "a range needs an end") }
        if interval.intersection(definition.bounds).isEmpty {
            node.defect(.emptyRange, "no value of `\(definition.path)` lies in this range")
        }
        return interval
    }

    /// The value that a derivation or phrase leaves.
    func value(_ node: DocumentNode, allowsExcludes: Bool = true) -> (fact: Int, value: FactValue)? {
        if let excluded = node.optional("excludes"), allowsExcludes {
            node.allow("fact", "excludes")
            guard let fact = fact(node), let code = code(excluded, vocabulary[fact]) else { return nil }
            guard vocabulary[fact].type == .set else {
                node.defect(.wrongTest, "`excludes` does not fit `\(vocabulary[fact].path)`, which is no set")
                return nil
            }
            return (fact, vocabulary[fact].membership(included: BitSet(), excluded: BitSet([code])))
        }
        guard let (fact, test) = factTest(node, forDerivation: true) else { return nil }
        switch test {
        case .isOneOf(let codes): return (fact, .codes(codes))
        case .within(let interval): return (fact, .quantity(interval))
        case .includes(let code):
            return (fact, vocabulary[fact].membership(included: BitSet([code]), excluded: BitSet()))
        case .isKnown, .isPartlyKnown: return nil
        }
    }

    /// Logs `isKnown` anywhere in a derivation's condition.
    func refuseKnown(_ condition: Condition, _ node: DocumentNode) {
        guard condition.restsOnIgnorance else { return }
        node.defect(.knownInDerivation, "`isKnown` and `isPartlyKnown` must not stand in a derivation")
    }

    private func checkSatisfiable(_ parts: [Condition], _ node: DocumentNode) {
        var allowed: [Int: FactValue] = [:]
        for case .leaf(let leaf) in parts {
            let value: FactValue? =
                switch leaf.test {
                case .isOneOf(let codes): .codes(codes)
                case .within(let interval): .quantity(interval)
                case .includes, .isKnown, .isPartlyKnown: nil
                }
            guard let value else { continue }
            let narrowed = allowed[leaf.fact]?.intersection(value) ?? value
            if narrowed.isEmpty {
                node.defect(.unsatisfiable, "no value of `\(vocabulary[leaf.fact].path)` passes all of these tests")
            }
            allowed[leaf.fact] = narrowed
        }
    }
}
