import ArgumentParser
import ClinicalLaws
import Foundation

/// `laws`: tries the laws on generated cases.
@main
struct LawsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "laws", abstract: "Tries every law of Tests/Clinical/ClinicalLaws on generated cases.",
        discussion: """
            The case that breaks a law is printed as JSON for POST /recommend.
            Exit codes: 0 all kept, 1 one was broken or never put to the test, 64 wrong arguments, 65 knowledge that cannot be judged.
            """)

    @Option(help: "How many cases a law is tried on; LAW_CASES of the environment where it is not given.")
    var cases = Int(ProcessInfo.processInfo.environment["LAW_CASES"] ?? "") ?? 20_000

    @Option(help: "Only the laws whose sentence contains these words.")
    var law = ""

    @Option(name: .customLong("from"), help: "The number of the first case.")
    var first = 0

    @Option(help: "The folder of the knowledge; the bundled one where it is not given.")
    var knowledge = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../Sources/Clinical/GuidelineContent/Content").standardized.path

    @Flag(help: "Prints a digest over the answers to the cases instead, for the comparison of two builds.")
    var digest = false

    private var laws: [Law] { ClinicalLaws.all.filter { law.isEmpty || $0.sentence.contains(law) } }

    func validate() throws {
        guard cases > 0 else { throw ValidationError("`--cases` is a number above zero.") }
        guard first >= 0 else { throw ValidationError("`--from` is not below zero.") }
        guard !laws.isEmpty else { throw ValidationError("No law says `\(law)`.") }
    }

    func run() async throws {
        let bench: LawBench
        do {
            bench = try LawBench(directory: knowledge)
        } catch {
            print("\(knowledge) cannot be judged, ask `consilium check`: \("\(error)".prefix(400))")
            throw ExitCode(65)
        }
        if digest { return print(bench.digest(cases: cases)) }
        let started = Date()
        var reports: [LawReport] = []
        for law in laws {
            let report = await report(on: law, bench)
            print(report.text)
            reports.append(report)
        }
        let seconds = Int(Date().timeIntervalSince(started).rounded())
        let total = reports.reduce(0) { $0 + $1.cases }
        print("\(reports.count(where: \.isKept)) of \(reports.count) laws kept on \(total) cases in \(seconds) s")
        if !reports.allSatisfy(\.isKept) { throw ExitCode(1) }
    }

    /// A law on its cases, on all processors.
    private func report(on law: Law, _ bench: LawBench) async -> LawReport {
        let count = max(1, cases / law.cost)
        let parts = min(count, ProcessInfo.processInfo.activeProcessorCount)
        return await withTaskGroup(of: (Int, LawReport).self) { group in
            for part in 0..<parts {
                let range = (first + count * part / parts)..<(first + count * (part + 1) / parts)
                group.addTask { (part, law.report(on: bench, cases: range)) }
            }
            var found: [(Int, LawReport)] = []
            for await part in group { found.append(part) }
            let ordered = found.sorted { $0.0 < $1.0 }.map(\.1)
            return ordered.dropFirst().reduce(into: ordered[0]) { $0.add($1) }
        }
    }
}
