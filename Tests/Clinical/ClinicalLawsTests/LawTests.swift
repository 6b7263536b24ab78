import ClinicalLaws
import ClinicalModel
import Foundation
import TestSupport
import Testing

/// The bench, made once: it loads the knowledge three times.
private let bench = Result { try LawBench(directory: Checkout.content) }

@Suite struct `The laws` {
    /// `LAW_CASES` cases a law; few here, tens of thousands with `Scripts/laws`.
    private static let cases = Int(ProcessInfo.processInfo.environment["LAW_CASES"] ?? "") ?? 250

    @Test("hold:", arguments: ClinicalLaws.all.map(\.sentence))
    func hold(_ sentence: String) throws {
        let law = try #require(ClinicalLaws.all.first { $0.sentence == sentence })
        let report = law.report(on: try bench.get(), cases: 0..<max(1, Self.cases / law.cost))
        #expect(report.isKept, "\(report.text)")
    }

    @Test func `have sentences of their own`() {
        #expect(Set(ClinicalLaws.all.map(\.sentence)).count == ClinicalLaws.all.count)
    }

    @Test func `make the same cases in every run`() throws {
        let bench = try bench.get()
        func texts() -> [String] {
            (0..<20).map { number in
                var random = SeededGenerator(seed: 7, case: number)
                return bench.text.json(bench.generator.statements(emphasis: [], near: [], using: &random))
            }
        }
        let first = texts()
        #expect(texts() == first)
        #expect(Set(first).count == 20)
    }

    @Test func `make cases that the service takes`() throws {
        let bench = try bench.get()
        let router = try Checkout.router()
        for number in 0..<100 {
            var random = SeededGenerator(seed: 8, case: number)
            let text = bench.text.json(bench.generator.statements(emphasis: [], near: [], using: &random))
            if text == "{}" { continue }
            let reply = try router.recommend("{\"case\":\(text)}")
            #expect(reply.status == 200, "\(text)")
        }
    }

    @Test func `notice what breaks them, and a premise that never holds`() throws {
        let bench = try bench.get()
        let broken = Law("nothing is offered") { _, judged, _ in
            judged.answer.options.isEmpty ? .kept : .broken("something is")
        }
        let idle = Law("pigs fly") { _, _, _ in .vacuous }
        #expect(!broken.report(on: bench, cases: 0..<50).isKept)
        #expect(!idle.report(on: bench, cases: 0..<50).isKept)
        #expect(idle.report(on: bench, cases: 0..<50).text.hasPrefix("NEVER PUT TO THE TEST"))
    }
}
