import ClinicalAPI
import ClinicalModel
import Foundation
import ReadingScore
import TestSupport
import Testing

/// The reader over the knowledge of the checkout, built once.
enum Reader {
    private static let shared = Result { try Checkout.advisor() }

    /// The advisor whose reader is tested.
    static func advisor() throws -> Advisor { try shared.get() }
}

/// What a sentence says in short: `grade=G2`, `primarySite=colon|rectum`, `metastaticSites=+liver`, `ki67=3 to 20 %`.
func short(_ text: String) throws -> Set<String> { try Reader.advisor().labels(of: text) }

extension LabelledSentence {
    /// The sentences of `Sentences/labelled.tsv`.
    static func all() throws -> [LabelledSentence] {
        try all(in: Checkout.root + "/Tests/Clinical/QuestionParsingTests/Sentences/labelled.tsv")
    }
}

@Suite struct `Labelled sentences` {
    @Test func `say what their label says, and nothing else`() throws {
        let sentences = try LabelledSentence.all()
        #expect(sentences.count >= 400)
        for fault in ReadingScore(sentences, by: try Reader.advisor()).faults {
            Issue.record("\(fault.text): missed \(fault.missed), invented \(fault.invented)")
        }
    }

    @Test func `say the same with spaces that do not break`() throws {
        for sentence in try LabelledSentence.all() where sentence.facts.count > 2 {
            let spaced = sentence.text.replacingOccurrences(of: " ", with: "\u{A0}")
            #expect(try short(spaced) == sentence.facts, "\(sentence.text)")
        }
    }

    @Test(
        "say the same with neutral text behind them:",
        arguments: [
            " Thank you very much for your advice.", "\n\nSent from my telephone.",
            ". The letter was typed on Tuesday.",
            " 谢谢 🙂", ". <br/>' OR 1=1 --",
        ])
    func neutralText(_ neutral: String) throws {
        // A text that is declined for its language may be read once English outweighs it.
        for sentence in try LabelledSentence.all() where try !notes(sentence.text).contains(.unsupportedLanguage) {
            #expect(try short(sentence.text + neutral) == sentence.facts, "\(sentence.text)\(neutral)")
        }
    }
}

@Suite struct `The reading score` {
    @Test func `counts what was right, invented and missed by fact`() throws {
        let score = ReadingScore(
            [
                LabelledSentence(text: "pNET G2", facts: ["kind=neuroendocrine-tumor", "grade=G3", "fdg=positive"])
            ], by: try Reader.advisor())
        #expect(score.rows["kind"] == row(1, 0, 0))
        #expect(score.rows["grade"] == row(0, 1, 1))
        #expect(score.rows["primarySite"] == row(0, 1, 0))
        #expect(score.rows["fdg"] == row(0, 0, 1))
        #expect(score.total.precision == 1.0 / 3 && score.total.recall == 1.0 / 3)
    }

    private func row(_ right: Int, _ invented: Int, _ missed: Int) -> ReadingScore.Row {
        ReadingScore.Row(right: right, invented: invented, missed: missed)
    }
}
