package import ClinicalAPI
import Foundation
import JSONText
import KnowledgeStore

/// A knowledge folder written again with clauses, derivations and members in another order, its files made in another
/// order too: all of it says the same, so all of it must answer the same.
package struct ShuffledKnowledge {
    private let directory: String
    private let seed: UInt64

    /// Arrays without an order of their own.
    private static let unordered: Set<String> = ["all", "any", "countOf", "isOneOf", "derivations"]
    /// Objects whose order is the order of what a reader sees.
    private static let ordered: Set<String> = ["facts", "codes"]

    /// The knowledge of a folder, to be shuffled.
    package init(of directory: String, seed: UInt64) {
        self.directory = directory
        self.seed = seed
    }

    /// An advisor over the shuffled copy, which is removed again.
    package func advisor() throws -> Advisor {
        let manager = FileManager.default
        let copy = manager.temporaryDirectory.appendingPathComponent("laws-\(UUID().uuidString)").path
        defer { try? manager.removeItem(atPath: copy) }
        var random = SeededGenerator(seed: seed, case: 0)
        let paths = try manager.subpathsOfDirectory(atPath: directory).filter {
            $0.hasSuffix(".json") && !$0.hasPrefix("schema/")
        }
        for path in paths.sorted().shuffled(using: &random) {
            let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: directory + "/" + path)))
            var json = JSONWriter()
            shuffle(try JSONReader().read(bytes), under: "", &random).write(to: &json)
            let target = URL(fileURLWithPath: copy + "/" + path)
            try manager.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(json.bytes).write(to: target)
        }
        return Advisor(knowledge: try KnowledgeLoader(directory: copy).load())
    }

    private func shuffle(_ value: JSONValue, under name: String, _ random: inout SeededGenerator) -> JSONValue {
        switch value {
        case .array(let elements):
            let inner = elements.map { shuffle($0, under: "", &random) }
            return .array(Self.unordered.contains(name) ? inner.shuffled(using: &random) : inner)
        case .object(let members):
            let inner = members.map { JSONMember($0.name, shuffle($0.value, under: $0.name, &random)) }
            return .object(Self.ordered.contains(name) ? inner : inner.shuffled(using: &random))
        default: return value
        }
    }
}
