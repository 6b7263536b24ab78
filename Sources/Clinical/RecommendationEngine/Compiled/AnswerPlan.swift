package import ClinicalModel
package import DecisionLogic

/// What an answer consists of, as numbers in the tables of a `CompiledKnowledge`: whoever writes the answer looks up what
/// was rendered for each. It is filled again and again, so that judging a case allocates nothing once it has run warm.
package struct AnswerPlan: Sendable {
    /// A fact of the completed case.
    package struct PlannedFact: Sendable, Hashable {
        package enum Source: Sendable, Hashable {
            /// Said: a place in the statements, in their order.
            case said(Int)
            /// Derived: places in `becauses` of derivations.
            case derived(Range<Int>)
            /// Derived with what is assumed: a derivation.
            case derivedFromAssumed(Int)
            /// Assumed: a number in `models.assumptions`.
            case assumed(Int)
        }

        package let fact: Int
        package let value: FactValue
        package let source: Source
        package let closesSet: Bool
    }

    /// What cannot all hold.
    package struct PlannedConflict: Sendable, Hashable {
        package let fact: Int
        /// In `voices`.
        package let between: Range<Int>
        /// All facts that count as unknown because of it.
        package let facts: BitSet
    }

    /// Something that is told, with its source.
    package struct Cited: Sendable {
        package let entry: Int32
        package let source: Int32
    }

    package struct PlannedLabel: Sendable {
        package let label: Int
        package let status: LabelStatus
        /// A number in `sections`, -1 for none.
        package let section: Int32
        package let needs: BitSet
        package let source: Int32
    }

    package enum LabelStatus: Int32, Sendable { case labelled, offLabel, own }

    package struct PlannedCaution: Sendable {
        package let limit: Int32
        package let because: BitSet
        package let needs: BitSet
        package let source: Int32
    }

    /// What was reckoned of a part of a regimen.
    package enum PlannedDose: Sendable {
        case nothing
        /// It waits for these facts.
        case needs(BitSet)
        /// Reckoned by the plain calculator; the numbers in it are places in `sources`, from 1.
        case reckoned(DoseCalculation, sources: [Int32])
    }

    package struct PlannedPart: Sendable {
        package let source: Int32
        package let dose: PlannedDose
    }

    package struct PlannedOption: Sendable {
        package let intervention: Int32
        package let lead: Int32
        package let needs: BitSet
        /// A number in `regimens`, -1 for none.
        package let regimen: Int32
        package let parts: Range<Int>
        package let labels: Range<Int>
        package let evidence: Range<Int>
        package let cautions: Range<Int>
        package let pro: Range<Int>
        package let contra: Range<Int>
        package let silent: Range<Int>
    }

    package enum PlannedReason: Sendable {
        /// A reason with up to three warnings that hold too.
        case refused(Int32, holding: Range<Int>)
        case told(Int32)
        /// The facts that make it not apply.
        case doesNotApply(BitSet)
    }

    package struct PlannedExclusion: Sendable {
        package let intervention: Int32
        package let reason: PlannedReason
        package let because: BitSet
        /// -1 for none.
        package let source: Int32
    }

    /// An option or an exclusion in the order of the answer.
    package struct Entry: Sendable {
        package let intervention: Int32
        /// What must be known first.
        package let needs: BitSet
        /// The number under which it is remembered, -1 where it is not.
        package let card: Int32
        /// Its place in `options` or `exclusions`, -1 where it is remembered from another case.
        package let place: Int32
    }

    package struct PlannedExamination: Sendable {
        package let diagnostic: Int32
        package let needs: BitSet
        package let evidence: Range<Int>
    }

    package struct PlannedTier: Sendable {
        package let tier: Int
        package let summary: Int32?
        package let statements: Range<Int>
    }

    package struct PlannedDisagreement: Sendable {
        package let disagreement: Int32
        package let sources: Range<Int>
    }

    package struct PlannedQuestion: Sendable, Hashable {
        package let fact: Int
        package let wouldChange: Range<Int>
    }

    /// Whether options follow; else more must be known.
    package internal(set) var isGuidance = true
    package internal(set) var conflicts: [PlannedConflict] = []
    /// Who stands against whom: a place in the statements, or -1 less a derivation.
    package internal(set) var voices: [Int32] = []
    /// The topic that leads, and what lies over it; where more must be known, the one that may speak.
    package internal(set) var topics: [Int] = []
    package internal(set) var facts: [PlannedFact] = []
    package internal(set) var becauses: [Int] = []
    package internal(set) var notes: [CaseNote] = []
    /// What opens the summary, numbers in `openings`.
    package internal(set) var openings: [Int32] = []
    /// What is offered and what is not, in the order of the answer.
    package internal(set) var offered: [Entry] = []
    package internal(set) var excluded: [Entry] = []
    /// Those of the entries that were judged in this case.
    package internal(set) var options: [PlannedOption] = []
    package internal(set) var exclusions: [PlannedExclusion] = []
    package internal(set) var parts: [PlannedPart] = []
    package internal(set) var labels: [PlannedLabel] = []
    package internal(set) var cautions: [PlannedCaution] = []
    /// Statements and voices of options, examinations and tiers.
    package internal(set) var cited: [Cited] = []
    package internal(set) var holding: [Int32] = []
    package internal(set) var examinations: [PlannedExamination] = []
    package internal(set) var tiers: [PlannedTier] = []
    package internal(set) var disagreements: [PlannedDisagreement] = []
    /// Of disagreements.
    package internal(set) var sources: [Int32] = []
    package internal(set) var questions: [PlannedQuestion] = []
    /// Interventions that questions would move.
    package internal(set) var moved: [Int32] = []
    /// The sources in the order of their numbers, as numbers in `CompiledKnowledge.references`.
    package internal(set) var references: [Int32] = []
    /// The number of each source in the answer, 0 for none yet.
    package internal(set) var numbers: [Int32] = []
    /// The numbers under which the derived and assumed facts are remembered, and what follows the exclusions; -1 where they
    /// are not.
    package internal(set) var ground: Int32 = -1
    package internal(set) var frame: Int32 = -1
    /// Whether the derived and assumed facts are remembered from another case, so that only what was said is in `facts`.
    package internal(set) var isGroundLearned = false
    /// Whether what follows the exclusions is remembered from another case, so that nothing of it is planned here.
    package internal(set) var isFrameLearned = false

    init(references: Int) { numbers = Array(repeating: 0, count: references) }

    /// Gives a source its number.
    mutating func cite(_ reference: Int32) {
        if numbers[Int(reference)] != 0 { return }
        references.append(reference)
        numbers[Int(reference)] = Int32(references.count)
    }

    mutating func clear() {
        for reference in references { numbers[Int(reference)] = 0 }
        isGuidance = true
        ground = -1
        frame = -1
        isFrameLearned = false
        isGroundLearned = false
        offered.clear()
        excluded.clear()
        exclusions.clear()
        conflicts.clear()
        voices.clear()
        topics.clear()
        facts.clear()
        becauses.clear()
        notes.clear()
        openings.clear()
        options.clear()
        parts.clear()
        labels.clear()
        cautions.clear()
        cited.clear()
        holding.clear()
        examinations.clear()
        tiers.clear()
        disagreements.clear()
        sources.clear()
        questions.clear()
        moved.clear()
        references.clear()
    }
}
