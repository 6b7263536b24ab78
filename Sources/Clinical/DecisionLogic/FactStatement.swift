/// Where a fact came from.
public enum FactOrigin: String, Sendable {
    /// A structured member of the case.
    case stated
    /// Read from the question's text.
    case read
    /// Follows from other facts.
    case derived
    /// A declared default of the topic.
    case assumed
}

/// One thing that was said of one fact.
public struct FactStatement: Sendable, Equatable {
    /// The fact's number in the vocabulary.
    public let fact: Int
    /// The values that it leaves.
    public let value: FactValue
    /// Stated or read.
    public let origin: FactOrigin
    /// For a read fact: the words it was read from, as offsets in Unicode scalars of the question.
    public let span: Range<Int>?
    /// How old the value is, where that was said.
    public let age: FactAge?

    /// A statement.
    public init(fact: Int, value: FactValue, origin: FactOrigin, span: Range<Int>? = nil, age: FactAge? = nil) {
        self.fact = fact
        self.value = value
        self.origin = origin
        self.span = span
        self.age = age
    }

    /// The facts that texts leave open by name: read, and with every value that they may have, as `unrestricted` has it by
    /// fact. What is sent as open is silence.
    package static func leftOpen(_ statements: [FactStatement], unrestricted: [FactValue]) -> BitSet {
        var open = BitSet()
        for statement in statements
        where statement.origin == .read && statement.value == unrestricted[statement.fact] {
            open.insert(statement.fact)
        }
        return open
    }
}
