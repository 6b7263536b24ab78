import ClinicalAPI
import ClinicalModel
import DecisionLogic
import KnowledgeStore
import TestSupport
import Testing

/// What a sentence says in short: `grade=G2`, `primarySite=colon|rectum`, `metastaticSites=+liver`, `ki67=3 to 20 %`.
func short(_ text: String) throws -> Set<String> {
    let advisor = try Checkout.advisor()
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

/// A sentence and what it says, written one after the other with commas.
struct Sentence: CustomTestStringConvertible, Sendable {
    let text: String
    let facts: Set<String>

    var testDescription: String { text }

    init(_ text: String, _ facts: String) {
        self.text = text
        self.facts = Set(facts.split(separator: ";").map { String($0.drop(while: { $0 == " " })) })
    }
}
