import ClinicalLaws
import Foundation

/// `laws [--cases N] [--law WORDS] [--from N] [--knowledge FOLDER] [--digest]`: tries every law on N cases.
/// `--digest` prints a digest over the answers to N cases instead, for the comparison of two builds.
struct Arguments {
    var cases = Int(ProcessInfo.processInfo.environment["LAW_CASES"] ?? "") ?? 20_000
    var law = ""
    var from = 0
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../Sources/Clinical/GuidelineContent/Content").standardized.path
    var wantsDigest = false

    init(_ words: [String]) {
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "--cases": cases = rest.popFirst().flatMap { Int($0) } ?? cases
            case "--law": law = rest.popFirst() ?? law
            case "--from": from = rest.popFirst().flatMap { Int($0) } ?? from
            case "--knowledge": folder = rest.popFirst() ?? folder
            case "--digest": wantsDigest = true
            default:
                print("unknown argument `\(word)`")
                exit(64)
            }
        }
    }
}

let arguments = Arguments(Array(CommandLine.arguments.dropFirst()))
let bench: LawBench
do {
    bench = try LawBench(directory: arguments.folder)
} catch {
    print("\(arguments.folder) cannot be judged, ask `consilium check`: \("\(error)".prefix(400))")
    exit(65)
}
if arguments.wantsDigest {
    print(bench.digest(cases: arguments.cases))
    exit(0)
}

let laws = ClinicalLaws.all.filter { arguments.law.isEmpty || $0.sentence.contains(arguments.law) }
let started = Date()
var reports: [LawReport] = []
for law in laws {
    let count = max(1, arguments.cases / law.cost)
    let parts = min(count, ProcessInfo.processInfo.activeProcessorCount)
    let report = await withTaskGroup(of: (Int, LawReport).self) { group in
        for part in 0..<parts {
            let range = (arguments.from + count * part / parts)..<(arguments.from + count * (part + 1) / parts)
            group.addTask { (part, law.report(on: bench, cases: range)) }
        }
        var found: [(Int, LawReport)] = []
        for await part in group { found.append(part) }
        let ordered = found.sorted { $0.0 < $1.0 }.map(\.1)
        return ordered.dropFirst().reduce(into: ordered[0]) { $0.add($1) }
    }
    print(report.text)
    reports.append(report)
}
let seconds = Int(Date().timeIntervalSince(started).rounded())
let total = reports.reduce(0) { $0 + $1.cases }
print("\(reports.count(where: \.isKept)) of \(laws.count) laws kept on \(total) cases in \(seconds) s")
exit(reports.allSatisfy(\.isKept) ? 0 : 1)
