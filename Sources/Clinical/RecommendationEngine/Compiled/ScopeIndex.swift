import DecisionLogic

/// Which topics the codes of a case leave: a scope that demands a code is false where the case has others. Facts on which many
/// scopes make demands rule out most topics at once, so that choosing one looks at few however many there are. What a topic
/// assumes only adds to what is known: whom the case rules out it rules out in every view.
struct ScopeIndex: Sendable {
    /// Topics by number, a bit each.
    struct Topics: Sendable {
        fileprivate(set) var words: [UInt64]

        init(_ count: Int) { words = Array(repeating: 0, count: (count + 63) / 64) }

        mutating func insert(_ topic: Int) { words[topic >> 6] |= 1 << UInt64(topic & 63) }

        @inline(__always)
        func contains(_ topic: Int) -> Bool { words[topic >> 6] >> UInt64(topic & 63) & 1 == 1 }
    }

    private struct Entry: Sendable {
        let fact: Int
        /// The topics that make no demand on the fact, and those that each code meets.
        let free: Topics
        let byCode: [Topics]
    }

    /// Fewer demands than this on a fact cost less than looking at its value.
    static let fewest = 8

    private let entries: [Entry]
    private let all: Topics

    /// An index over the scopes of topics.
    init(_ scopes: [ConditionGraph.Node], _ graph: ConditionGraph, _ vocabulary: Vocabulary) {
        var all = Topics(scopes.count)
        var demands: [Int: [(topic: Int, codes: BitSet)]] = [:]
        for (topic, scope) in scopes.enumerated() {
            all.insert(topic)
            for (fact, codes) in graph.demands(of: scope) { demands[fact, default: []].append((topic, codes)) }
        }
        self.all = all
        entries = demands.filter { $0.value.count >= Self.fewest }.sorted { $0.key < $1.key }.map { fact, demands in
            var free = all
            var byCode = Array(repeating: Topics(scopes.count), count: vocabulary.facts[fact].codes.count)
            for (topic, codes) in demands {
                free.words[topic >> 6] &= ~(1 << UInt64(topic & 63))
                codes.forEach { byCode[$0].insert(topic) }
            }
            // A topic that demands twice is met where both demands are: each of them alone leaves more.
            return Entry(fact: fact, free: free, byCode: byCode)
        }
    }

    /// The topics that the case leaves. The judge notes that the values are looked at.
    func left(_ judge: inout GraphJudge) -> Topics {
        var left = all
        for entry in entries where judge.known.contains(entry.fact) {
            judge.willRead(entry.fact)
            guard case .codes(let codes) = judge.values[entry.fact] else { continue }
            var met = entry.free
            codes.forEach { code in
                for word in met.words.indices { met.words[word] |= entry.byCode[code].words[word] }
            }
            for word in left.words.indices { left.words[word] &= met.words[word] }
        }
        return left
    }
}
