package import DecisionLogic

/// One thing that can be said of a patient, by the names of the case format: a statement to generate and a test to judge.
package enum Said: Sendable {
    /// A code fact has one of these codes.
    case code(String, Set<String>)
    /// A boolean fact.
    case flag(String, Bool)
    /// A quantity lies inside.
    case number(String, Interval)
    /// A set fact holds a code.
    case includes(String, String)
    /// A set fact does not hold a code.
    case excludes(String, String)

    /// A code fact has this code.
    package static func code(_ path: String, _ code: String) -> Said { .code(path, [code]) }
    /// A quantity lies below a number.
    package static func below(_ path: String, _ end: Double) -> Said {
        .number(path, Interval(upper: end, upperIsOpen: true))
    }
    /// A quantity is exactly a number.
    package static func exactly(_ path: String, _ value: Double) -> Said { .number(path, Interval(exactly: value)) }

    /// The path of the fact.
    package var path: String {
        switch self {
        case .code(let path, _), .flag(let path, _), .number(let path, _), .includes(let path, _),
            .excludes(let path, _):
            path
        }
    }

    /// The fact's number and the value that the statement leaves; nil where the vocabulary has no such fact or code.
    package func value(in vocabulary: Vocabulary) -> (fact: Int, value: FactValue)? {
        guard let fact = vocabulary.index(of: path) else { return nil }
        let definition = vocabulary[fact]
        switch self {
        case .code(_, let codes):
            let indexes = codes.compactMap(definition.index(of:))
            return indexes.count == codes.count ? (fact, .codes(BitSet(indexes))) : nil
        case .flag(_, let flag): return (fact, .codes(BitSet([flag ? 1 : 0])))
        case .number(_, let interval): return (fact, .quantity(interval))
        case .includes(_, let code):
            return definition.index(of: code).map {
                (fact, definition.membership(included: BitSet([$0]), excluded: BitSet()))
            }
        case .excludes(_, let code):
            return definition.index(of: code).map {
                (fact, definition.membership(included: BitSet(), excluded: BitSet([$0])))
            }
        }
    }

    /// Whether it holds of a completed case.
    package func truth(in vocabulary: Vocabulary, _ values: [FactValue]) -> Truth {
        guard let (fact, value) = value(in: vocabulary) else { return .unknown }
        switch (self, value) {
        case (.excludes, _): return !Said.includes(path, code).truth(in: vocabulary, values)
        case (.includes, _):
            guard let index = vocabulary[fact].index(of: code) else { return .unknown }
            return FactTest.includes(index).evaluate(values[fact])
        case (_, .codes(let codes)): return FactTest.isOneOf(codes).evaluate(values[fact])
        case (_, .quantity(let interval)): return FactTest.within(interval).evaluate(values[fact])
        case (_, .members): return .unknown
        }
    }

    private var code: String {
        switch self {
        case .includes(_, let code), .excludes(_, let code): code
        default: ""
        }
    }
}
