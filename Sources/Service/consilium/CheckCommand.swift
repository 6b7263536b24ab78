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
    @Option(help: "A folder of local knowledge over it, checked together with it.")
    var localKnowledge: String?

    func run() throws {
        Console.progress("reading the knowledge …")
        let base = try KnowledgeOption.load(folder, local: localKnowledge, failure: .badData)
        let advisor = Advisor(knowledge: base)
        let runner = CaseRunner(engine: advisor.engine) { advisor.read($0) }
        var outcomes: [CaseOutcome] = []
        var defects = base.warnings
        for (number, clinicalCase) in base.cases.enumerated() {
            Console.progress("case \(number + 1) of \(base.cases.count): \(clinicalCase.id)")
            let outcome = runner.run(clinicalCase)
            // A local folder is there to move answers of the release; its own cases must hold.
            let isMoved = !base.local.isEmpty && base.local.kind(of: clinicalCase.file) == nil
            defects += outcome.differences.map {
                KnowledgeDefect(isMoved ? .movedByLocal : .caseFails, file: clinicalCase.file, $0)
            }
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
    }
}
