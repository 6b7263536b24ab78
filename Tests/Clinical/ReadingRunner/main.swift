import ClinicalAPI
import ClinicalModel
import Foundation
import KnowledgeStore
import ReadingScore

/// `reading-score [--sentences FILE] [--knowledge FOLDER] [--faults]`: precision and recall of the reader by fact, and how
/// long it takes for a question of 300 characters and a note of 4 000.
let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..").standardized
    .path
let sets = root + "/Tests/Clinical/QuestionParsingTests/Sentences/"
var files = ["labelled.tsv", "unseen.tsv", "heldout.tsv", "second-heldout.tsv"].map { sets + $0 }
var folder = root + "/Sources/Clinical/GuidelineContent/Content"
var tellsFaults = false
var rest = CommandLine.arguments.dropFirst()
while let word = rest.popFirst() {
    switch word {
    case "--sentences": files = rest.popFirst().map { [$0] } ?? files
    case "--knowledge": folder = rest.popFirst() ?? folder
    case "--faults": tellsFaults = true
    default:
        print("unknown argument `\(word)`")
        exit(64)
    }
}

let advisor: Advisor
var sentences: [LabelledSentence] = []
do {
    advisor = Advisor(knowledge: try KnowledgeLoader(directory: folder).load())
    for file in files {
        sentences = try LabelledSentence.all(in: file)
        let score = ReadingScore(sentences, by: advisor)
        let name = file.split(separator: "/").last ?? ""
        print("\(name): \(score.sentences) sentences, \(score.faults.count) not all right")
        score.table.forEach { print($0) }
        if tellsFaults {
            for fault in score.faults { print("\(fault.text)\n    invented \(fault.invented), missed \(fault.missed)") }
        }
        print("")
    }
    sentences = try LabelledSentence.all(in: sets + "labelled.tsv")
} catch {
    print("cannot be read: \("\(error)".prefix(400))")
    exit(65)
}

/// The median and the slowest of many runs, in microseconds.
func time(_ runs: Int, _ work: () -> Void) -> (median: Int, slowest: Int) {
    let clock = ContinuousClock()
    for _ in 0..<runs / 10 { work() }
    let times = (0..<runs).map { _ in Int(clock.measure(work) / .microseconds(1)) }.sorted()
    return (times[times.count / 2], times[times.count - 1])
}

let text = sentences.map(\.text).joined(separator: ". ")
for length in [300, 4_000] {
    let question = String(String.UnicodeScalarView(text.unicodeScalars.dropFirst(2_000).prefix(length)))
    let reading = time(500) { _ = advisor.read(question) }
    let answer = time(100) { _ = advisor.document(question: question, audience: .clinician, explain: "none") }
    print(
        "\(length) characters: read in \(reading.median) us (slowest \(reading.slowest)), "
            + "answered in \(answer.median) us (slowest \(answer.slowest))")
}
