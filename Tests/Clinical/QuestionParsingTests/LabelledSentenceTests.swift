import ClinicalAPI
import ClinicalModel
import DecisionLogic
import Foundation
import KnowledgeStore
import TestSupport
import Testing

/// The reader over the knowledge of the checkout, built once.
enum Reader {
    private static let shared = Result { try Checkout.advisor() }

    /// The advisor whose reader is tested.
    static func advisor() throws -> Advisor { try shared.get() }
}

/// What a sentence says in short: `grade=G2`, `primarySite=colon|rectum`, `metastaticSites=+liver`, `ki67=3 to 20 %`.
func short(_ text: String) throws -> Set<String> {
    let advisor = try Reader.advisor()
    let vocabulary = advisor.knowledge.clinical.vocabulary
    return Set(
        advisor.read(text).statements.flatMap { statement -> [String] in
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
            case .quantity: return ["\(name)=\(definition.words(for: statement.value))"]
            }
        })
}

/// A sentence and all that it says.
struct LabelledSentence: Sendable {
    let text: String
    let facts: Set<String>

    /// The sentences of `Sentences/labelled.tsv`.
    static func all() throws -> [LabelledSentence] {
        let path = Checkout.root + "/Tests/Clinical/QuestionParsingTests/Sentences/labelled.tsv"
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
            guard !line.hasPrefix("#"), let text = parts.first else { return nil }
            let facts = parts.count > 1 ? parts[1].components(separatedBy: "; ").filter { !$0.isEmpty } : []
            return LabelledSentence(text: String(text), facts: Set(facts))
        }
    }
}

@Suite struct `Labelled sentences` {
    @Test func `say what their label says, and nothing else`() throws {
        let sentences = try LabelledSentence.all()
        #expect(sentences.count >= 400)
        for sentence in sentences {
            let read = try short(sentence.text)
            let missed = sentence.facts.subtracting(read).sorted()
            let invented = read.subtracting(sentence.facts).sorted()
            #expect(missed.isEmpty && invented.isEmpty, "\(sentence.text): missed \(missed), invented \(invented)")
        }
    }

    @Test func `say the same with spaces that do not break`() throws {
        for sentence in try LabelledSentence.all() where sentence.facts.count > 2 {
            let spaced = sentence.text.replacingOccurrences(of: " ", with: "\u{A0}")
            #expect(try short(spaced) == sentence.facts, "\(sentence.text)")
        }
    }
}
