@testable import DecisionLogic

/// Facts of each kind that tests of judgings share.
enum SmallVocabulary {
    /// A quantity, a code of three, and a set of four of which the first is a class of the next two.
    static let sizeKindSites = Vocabulary([
        FactDefinition(path: "a.size", title: "size", type: .quantity),
        FactDefinition(
            path: "a.kind", title: "kind", type: .code,
            codes: ["x", "y", "z"].map { CodeDefinition(id: $0, title: $0) }),
        FactDefinition(
            path: "a.sites", title: "sites", type: .set,
            codes: [
                CodeDefinition(id: "class", title: "class", descendants: BitSet([1, 2])),
                CodeDefinition(id: "p", title: "p", ancestors: BitSet([0])),
                CodeDefinition(id: "q", title: "q", ancestors: BitSet([0])), CodeDefinition(id: "r", title: "r"),
            ]),
    ])
}
