package import ClinicalAPI
import ClinicalModel
import DecisionLogic
import Foundation
import KnowledgeStore

/// A sentence and all that it says, in short: `grade=G2`, `primarySite=colon|rectum`, `metastaticSites=+liver`,
/// `ki67=3 to 20 %`.
package struct LabelledSentence: Sendable {
    /// The sentence.
    package let text: String
    /// What it says.
    package let facts: Set<String>

    /// A sentence with its label.
    package init(text: String, facts: Set<String>) { (self.text, self.facts) = (text, facts) }

    /// The sentences of a file of lines: a sentence, a tab, its facts with `; ` between them. `#` begins a remark.
    /// - Throws: what reading the file throws.
    package static func all(in path: String) throws -> [LabelledSentence] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
            guard !line.hasPrefix("#"), let text = parts.first else { return nil }
            let facts = parts.count > 1 ? parts[1].components(separatedBy: "; ").filter { !$0.isEmpty } : []
            return LabelledSentence(text: String(text), facts: Set(facts))
        }
    }
}

extension Advisor {
    /// What a text says, as labels write it.
    package func labels(of text: String) -> Set<String> {
        let vocabulary = knowledge.clinical.vocabulary
        return Set(
            read(text).statements.flatMap { statement -> [String] in
                let definition = vocabulary[statement.fact]
                let name = definition.path.split(separator: ".").last.map(String.init) ?? ""
                let named = { (codes: BitSet) in
                    codes.members.filter { definition.codes[$0].descendants.isDisjoint(with: codes) }
                        .map { definition.codes[$0].id }
                }
                switch statement.value {
                case .codes(let codes):
                    return ["\(name)=" + codes.members.map { definition.codes[$0].id }.joined(separator: "|")]
                case .members(let included, let excluded):
                    return named(included).map { "\(name)=+\($0)" } + named(excluded).map { "\(name)=-\($0)" }
                case .quantity: return ["\(name)=\(definition.code(for: statement.value))"]
                }
            })
    }
}
