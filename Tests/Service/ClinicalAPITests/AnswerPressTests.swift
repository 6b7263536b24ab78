import ClinicalModel
import DecisionLogic
import KnowledgeStore
import RecommendationEngine
import TestSupport
import Testing

@testable import ClinicalAPI

/// What a press remembers of other cases changes no byte, and is bounded.
@Suite struct `Answer presses` {
    private static let sites = ["pancreas", "small-intestine", "lung", "rectum", "stomach"]

    /// Different cases, some of them contradictory.
    private static func bodies() -> [[UInt8]] {
        var result: [[UInt8]] = []
        for number in 0..<400 {
            let grade = ["G1", "G2", "G3"][number % 3]
            let site = sites[number / 3 % sites.count]
            let extent = ["localised", "metastatic", "locally-advanced"][number / 7 % 3]
            let receptor = ["positive", "negative"][number % 2]
            let more = number % 4 == 0 ? #","metastaticSites":["liver"]"# : ""
            result.append(
                Array(
                    """
                    {"case":{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"\(site)","grade":"\(grade)",\
                    "ki67":\(number % 60 + 1)},"disease":{"extent":"\(extent)"\(more)},\
                    "imaging":{"somatostatinReceptor":"\(receptor)"},\
                    "renal":{"creatinineClearance":\(20 + number % 100)}}}
                    """.utf8))
        }
        return result
    }

    private static func ask(_ press: AnswerPress, _ body: [UInt8]) -> [UInt8]? {
        RequestScan(body, press.scanner).flatMap { press.answer($0.statements, notes: [])?.bytes }
    }

    @Test(arguments: [(1 << 24, 1_000_000), (1 << 19, 1_000_000), (1 << 19, 40), (0, 0)])
    func `give the same bytes with much, little and no memory`(_ memory: Int, _ patience: Int) throws {
        let knowledge = try Checkout.knowledge.get()
        let advisor = Advisor(knowledge: knowledge)
        let press = AnswerPress(knowledge, memory: memory, patience: patience)
        var answered = 0
        for _ in 0..<2 {
            for body in Self.bodies() {
                guard let statements = RequestScan(body, press.scanner)?.statements else { continue }
                let answer = Self.ask(press, body)
                #expect(answer == nil || answer == advisor.document(statements))
                answered += answer == nil ? 0 : 1
            }
        }
        #expect(answered > 600)
        // One answer at most is learned over the bound.
        #expect(press.learnedBytes < memory + 1 << 19)
        #expect(memory < 1 << 24 || press.learnedBytes > 1 << 19)
    }

    /// Ranges and sets that are known in part go into what decides an order: each of these says others.
    @Test func `hold nothing more of a case once nothing may be learned`() throws {
        let knowledge = try Checkout.knowledge.get()
        let scanner = AnswerPress(knowledge, memory: 0, patience: 1).scanner
        var judge = CaseJudge(CompiledKnowledge(knowledge.clinical))
        judge.isLearning = false
        let drugs = ["lanreotide", "everolimus", "sunitinib", "surgery"]
        var sizes: [Int] = []
        var answered = 0
        for round in 0..<4 {
            for number in 1..<16 {
                let prior = drugs.indices.filter { number >> $0 & 1 == 1 }.map { "\"\(drugs[$0])\"" }
                let body = """
                    {"case":{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"pancreas","differentiation":"well",\
                    "ki67":{"min":\(3 + round),"max":\(10 + round),"unit":"%"}},"disease":{"extent":"metastatic"},\
                    "treatment":{"prior":[\(prior.joined(separator: ","))]},"imaging":{"somatostatinReceptor":"positive"}}}
                    """
                guard let statements = RequestScan(Array(body.utf8), scanner)?.statements else { continue }
                if judge.recommend(for: FactStatement.ordered(statements), notes: []) { answered += 1 }
            }
            sizes.append(judge.rememberedBytes)
        }
        #expect(answered == 60 && sizes[3] == sizes[0])
    }

    /// Who rules out all but one class leaves nothing to exclude when a set is closed; who names that class alone leaves much.
    @Test func `close the set of a case after one that left nothing open`() throws {
        let knowledge = try Checkout.knowledge.get()
        let advisor = Advisor(knowledge: knowledge)
        let press = AnswerPress(knowledge, memory: 1 << 24)
        let facts = knowledge.clinical.vocabulary.facts
        let bases = Self.bodies().prefix(40).compactMap { RequestScan($0, press.scanner)?.statements }
        var pairs = 0
        for base in bases {
            for (fact, definition) in facts.enumerated() where definition.type == .set {
                for code in definition.codes.indices where !definition.codes[code].descendants.isEmpty {
                    let family = definition.codes[code].descendants.union(definition.codes[code].ancestors)
                    let all = BitSet.upTo(definition.codes.count)
                    let excluded = all.subtracting(family).subtracting(BitSet(only: code))
                    for excluded in [excluded, BitSet()] {
                        let value = definition.membership(included: BitSet(only: code), excluded: excluded)
                        let said = FactStatement(fact: fact, value: value, origin: .stated)
                        let statements = FactStatement.ordered(base.filter { $0.fact != fact } + [said])
                        let answer = press.answer(statements, notes: [])?.bytes
                        #expect(answer == nil || answer == advisor.document(statements))
                        pairs += answer == nil ? 0 : 1
                    }
                }
            }
        }
        #expect(pairs > 400)
    }

    /// Values that nothing was learned of leave no pattern behind.
    @Test func `keep no value of a case where nothing may be learned`() throws {
        let knowledge = try Checkout.knowledge.get()
        let scanner = AnswerPress(knowledge, memory: 0, patience: 1).scanner
        var judge = CaseJudge(CompiledKnowledge(knowledge.clinical))
        func bytes() -> [Int] {
            judge.rememberedParts.filter { ["bytes of the profile", "bytes of keys", "verdicts"].contains($0.name) }
                .map(\.count)
        }
        for isLearning in [false, true] {
            judge.isLearning = isLearning
            for body in Self.bodies() {
                guard let statements = RequestScan(body, scanner)?.statements else { continue }
                _ = judge.recommend(for: statements, notes: [])
            }
            #expect(bytes().count == 3 && bytes().allSatisfy { ($0 > 0) == isLearning })
        }
    }
}
