import ArgumentParser
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
    @Option(help: "A folder of local knowledge over it, checked together with it.")
    var localKnowledge: String?
    @Flag(help: "Print the sheet that a reviewing clinician signs, as Markdown; nothing where there is a defect.")
    var release = false

    func validate() throws {
        if release && localKnowledge != nil {
            throw ValidationError("a release is signed without local knowledge")
        }
    }

    func run() throws {
        Console.progress("reading the knowledge …")
        let base = try KnowledgeOption.load(folder, local: localKnowledge, failure: .badData)
        let examination = KnowledgeExamination(base) { Console.progress($0) }
        Console.endProgress()
        if release { return try printSheet(examination) }
        for defect in examination.defects {
            Console.line((defect.code.isWarning ? "warning: " : "") + defect.description)
        }
        report(examination.base, examination.outcomes, examination.coverage)
        if !examination.errors.isEmpty {
            Console.line("\(examination.errors.count) defects")
            throw ExitCode.badData
        }
    }

    private func printSheet(_ examination: KnowledgeExamination) throws {
        guard examination.errors.isEmpty else {
            for defect in examination.errors { Console.error(defect.description) }
            Console.error(
                "consilium: the release \(examination.base.manifest.version) cannot be signed: "
                    + "\(examination.errors.count) defects must be put right first")
            throw ExitCode.badData
        }
        for line in ReleaseSheet(examination, today: KnowledgeOption.today).lines { Console.line(line) }
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
        if !base.local.isEmpty {
            let overridden = base.local.documents.count { $0.kind == .overridden }
            Console.line(
                "\(base.local.documents.count) local documents: "
                    + "\(base.local.documents.count - overridden) added, \(overridden) overridden")
        }
        Console.line("\(passed) of \(outcomes.count) cases pass")
        Console.line("\(both) of \(coverage.leafCount) condition leaves were seen both true and false")
        reportMatrix(base)
    }
}
