import ArgumentParser
import ClinicalAPI
import ClinicalModel
import KnowledgeStore
import RecommendationEngine

/// Validates knowledge and runs its cases.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Validate knowledge, run its cases, report the coverage of its rules.",
        discussion: "Exit code 65 where anything is wrong. Runs no server.")

    @Argument(help: "The folder of knowledge (default: the bundled one).")
    var folder: String?

    func run() throws {
        Console.progress("reading the knowledge …")
        let base = try KnowledgeOption.load(folder, failure: .badData)
        let advisor = Advisor(knowledge: base)
        let runner = CaseRunner(engine: advisor.engine) { advisor.read($0) }
        var outcomes: [CaseOutcome] = []
        var defects = base.warnings
        for (number, clinicalCase) in base.cases.enumerated() {
            Console.progress("case \(number + 1) of \(base.cases.count): \(clinicalCase.id)")
            let outcome = runner.run(clinicalCase)
            defects += outcome.differences.map { KnowledgeDefect(.caseFails, file: clinicalCase.file, $0) }
            outcomes.append(outcome)
        }
        Console.endProgress()
        let coverage = ConditionCoverage(outcomes, knowledge: base.clinical, leafCount: base.leaves.count)
        defects += uncovered(coverage, base)
        for defect in defects { Console.line((defect.code.isWarning ? "warning: " : "") + defect.description) }
        report(base, outcomes, coverage)
        let errors = defects.filter { !$0.code.isWarning }
        if !errors.isEmpty {
            Console.line("\(errors.count) defects")
            throw ExitCode.badData
        }
    }

    private func uncovered(_ coverage: ConditionCoverage, _ base: KnowledgeBase) -> [KnowledgeDefect] {
        func leaf(_ number: Int, _ truth: String) -> KnowledgeDefect {
            let place = base.leaves[number]
            return KnowledgeDefect(
                .leafNotCovered, file: place.file, pointer: place.pointer, "no case makes `\(place.words)` \(truth)")
        }
        return coverage.leavesNeverTrue.map { leaf($0, "true") } + coverage.leavesNeverFalse.map { leaf($0, "false") }
            + coverage.rulesNeverTrue.map {
                KnowledgeDefect(.neverTrue, file: $0, "no case makes this recommendation apply")
            }
            + coverage.rulesNeverNotTrue.map {
                KnowledgeDefect(.neverNotTrue, file: $0, "every case makes this recommendation apply")
            }
            + coverage.unspokenDisagreements.map {
                KnowledgeDefect(
                    .unspokenDisagreement, file: $0.file,
                    "`\($0.pro)` and `\($0.contra)` both hold; no disagreement names both")
            }
    }

    /// What is covered along the axes of `coverage.json`, site by site, and the cells that are not.
    private func reportMatrix(_ base: KnowledgeBase) {
        let matrix = CoverageMatrix(axes: base.coverage, knowledge: base.clinical)
        guard let first = matrix.axes.axes.first else { return }
        let names = matrix.axes.axes.map(\.id).joined(separator: " × ")
        Console.line("\(matrix.cells.count(where: \.isCovered)) of \(matrix.cells.count) cells covered (\(names))")
        for (number, value) in first.values.enumerated() {
            let cells = matrix.cells.filter { $0.place[0] == number }
            Console.line("  \(value.id): \(cells.count(where: \.isCovered)) of \(cells.count)")
        }
    }

    private func report(_ base: KnowledgeBase, _ outcomes: [CaseOutcome], _ coverage: ConditionCoverage) {
        let passed = outcomes.count { $0.differences.isEmpty }
        let rules = base.clinical.topics.reduce(0) { $0 + $1.recommendations.count }
        let both = coverage.leafCount - Set(coverage.leavesNeverTrue + coverage.leavesNeverFalse).count
        Console.line("knowledge \(base.manifest.version) \(base.digest)")
        Console.line(
            "\(base.fileCount) files, \(base.clinical.topics.count) topics, \(rules) recommendations, "
                + "\(base.clinical.derivations.count) derivations, \(base.clinical.interventions.count) interventions, "
                + "\(base.clinical.drugs.count) drugs, \(base.clinical.references.count) references")
        Console.line("\(passed) of \(outcomes.count) cases pass")
        Console.line("\(both) of \(coverage.leafCount) condition leaves were seen both true and false")
        reportMatrix(base)
    }
}
