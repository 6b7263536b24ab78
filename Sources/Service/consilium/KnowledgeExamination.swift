import ClinicalAPI
import ClinicalModel
import KnowledgeStore
import RecommendationEngine

/// A release with everything that its cases show of it.
struct KnowledgeExamination {
    /// The release.
    let base: KnowledgeBase
    /// What each case showed.
    let outcomes: [CaseOutcome]
    /// Which rules and leaves the cases saw both ways.
    let coverage: ConditionCoverage
    /// Everything that is wrong, errors and warnings.
    let defects: [KnowledgeDefect]

    /// What keeps the release from being served or signed.
    var errors: [KnowledgeDefect] { defects.filter { !$0.code.isWarning } }

    /// Runs the cases of a release.
    init(_ base: KnowledgeBase, progress: (String) -> Void) {
        let advisor = Advisor(knowledge: base)
        let runner = CaseRunner(engine: advisor.engine) { advisor.read($0) }
        var outcomes: [CaseOutcome] = []
        var defects = base.warnings
        for (number, clinicalCase) in base.cases.enumerated() {
            progress("case \(number + 1) of \(base.cases.count): \(clinicalCase.id)")
            let outcome = runner.run(clinicalCase)
            // A local folder is there to move answers of the release; its own cases must hold.
            let isMoved = !base.local.isEmpty && base.local.kind(of: clinicalCase.file) == nil
            defects += outcome.differences.map {
                KnowledgeDefect(isMoved ? .movedByLocal : .caseFails, file: clinicalCase.file, $0)
            }
            outcomes.append(outcome)
        }
        coverage = ConditionCoverage(outcomes, knowledge: base.clinical, leafCount: base.leaves.count)
        self.base = base
        self.outcomes = outcomes
        self.defects = defects + Self.uncovered(coverage, base)
    }

    private static func uncovered(
        _ coverage: ConditionCoverage, _ base: KnowledgeBase
    ) -> [KnowledgeDefect] {
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
            + coverage.rulesNeverFalse.map {
                KnowledgeDefect(.neverFalse, file: $0, "no case makes this recommendation false")
            }
            + coverage.unspokenDisagreements.map {
                KnowledgeDefect(
                    .unspokenDisagreement, file: $0.file,
                    "`\($0.pro)` and `\($0.contra)` both hold; no disagreement names both")
            }
    }
}
