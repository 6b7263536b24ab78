/// How a condition came to its verdict: the same tree, each node with its truth.
public struct Trace: Sendable, Equatable {
    /// The operator or test of the node.
    public enum Kind: String, Sendable {
        /// All of the children.
        case all
        /// One of the children.
        case any
        /// The mirror of the child.
        case not
        /// At least so many of the children.
        case countOf
        /// A named condition.
        case criterion
        /// A test on a fact.
        case fact
    }

    /// What the node is.
    public let kind: Kind
    /// Its truth.
    public let truth: Truth
    /// A criterion's name, or a fact's path.
    public let name: String?
    /// A test in words: `is G1 or G2`, `within 10 to 20 %`.
    public let test: String?
    /// What is known of the fact, in words.
    public let value: String?
    /// The author's remark.
    public let note: String?
    /// The nodes below.
    public let children: [Trace]
}

extension Condition {
    /// The trace over what is known. Built only where somebody asks.
    public func trace(_ values: [FactValue], _ vocabulary: Vocabulary) -> Trace {
        func node(_ kind: Trace.Kind, _ children: [Condition], name: String? = nil) -> Trace {
            Trace(
                kind: kind, truth: evaluate(values), name: name, test: nil, value: nil, note: nil,
                children: children.map { $0.trace(values, vocabulary) })
        }
        switch self {
        case .all(let parts): return node(.all, parts)
        case .any(let parts): return node(.any, parts)
        case .not(let part): return node(.not, [part])
        case .count(let least, let parts): return node(.countOf, parts, name: "at least \(least)")
        case .criterion(let name, let part): return node(.criterion, [part], name: name)
        case .leaf(let leaf):
            let definition = vocabulary[leaf.fact]
            return Trace(
                kind: .fact, truth: leaf.test.evaluate(values[leaf.fact]), name: definition.path,
                test: definition.words(for: leaf.test), value: definition.words(for: values[leaf.fact]),
                note: leaf.note, children: [])
        }
    }

    /// What made a false verdict, in words: `receptor status: negative`; each fact once, in the order of the vocabulary, so
    /// that the order of the clauses changes no byte. Empty where the verdict is not false.
    public func refutations(_ values: [FactValue], _ vocabulary: Vocabulary) -> [String] {
        guard evaluate(values) == .false else { return [] }
        return grounds(values).members.map { "\(vocabulary[$0].title): \(vocabulary[$0].words(for: values[$0]))" }
    }
}

extension FactDefinition {
    /// A test on this fact in words.
    public func words(for test: FactTest) -> String {
        switch test {
        case .isOneOf(let wanted): "is " + list(wanted)
        case .includes(let code): "includes " + codes[code].title
        case .within(let interval): "within " + words(for: interval)
        case .isKnown: "is known"
        case .isPartlyKnown: "is known in part"
        }
    }

    /// What is known of this fact in words, its unit as people write it.
    public func words(for value: FactValue) -> String { words(for: value) { UnitWords.behind($0, unit) } }

    /// The same with the UCUM code behind a number.
    package func code(for value: FactValue) -> String {
        words(for: value) { _ in unit == "1" || unit.isEmpty ? "" : " " + unit }
    }

    private func words(for value: FactValue, _ suffix: (Double?) -> String) -> String {
        switch value {
        case .codes(let remaining): return remaining == .upTo(codes.count) ? "not known" : list(remaining)
        case .quantity(let interval): return words(for: interval, suffix)
        case .members(let included, let excluded):
            var parts: [String] = []
            if !included.isEmpty { parts.append(included.members.map { codes[$0].title }.joined(separator: ", ")) }
            if !excluded.isEmpty {
                let all = excluded.union(included).count == codes.count
                parts.append(
                    all ? "nothing else" : "not " + excluded.members.map { codes[$0].title }.joined(separator: ", not ")
                )
            }
            return parts.isEmpty ? "not known" : parts.joined(separator: "; ")
        }
    }

    /// An interval with its unit: `12 %`, `10 to 20 %`, `below 3 %`.
    public func words(for interval: Interval) -> String { words(for: interval) { UnitWords.behind($0, unit) } }

    private func words(for interval: Interval, _ suffix: (Double?) -> String) -> String {
        if let point = interval.point { return Self.plain(point) + suffix(point) }
        let suffix = suffix(nil)
        switch (interval.lower.isFinite, interval.upper.isFinite) {
        case (false, false): return "not known"
        case (true, false): return (interval.lowerIsOpen ? "above " : "at least ") + Self.plain(interval.lower) + suffix
        case (false, true): return (interval.upperIsOpen ? "below " : "at most ") + Self.plain(interval.upper) + suffix
        case (true, true):
            let low = (interval.lowerIsOpen ? "above " : "") + Self.plain(interval.lower)
            let high = (interval.upperIsOpen ? "below " : "") + Self.plain(interval.upper)
            return "\(low) to \(high)\(suffix)"
        }
    }

    private func list(_ set: BitSet) -> String { set.members.map { codes[$0].title }.joined(separator: " or ") }

    /// A number without a needless point.
    package static func plain(_ value: Double) -> String {
        if let whole = Int(exactly: value) { return String(whole) }
        return value.description
    }
}
