/// One entry of an option's safety ledger: a limit of a label or guideline that the case can decide, with its verdict.
public struct SafetyItem: Sendable {
    /// What came out for this patient.
    public enum Verdict: String, Sendable {
        /// It holds and forbids the option.
        case contraindicated
        /// It holds and must be heeded.
        case caution
        /// It does not hold.
        case clear
        /// Facts are missing, named in `needs`.
        case notEvaluable = "not-evaluable"
    }

    /// The drug whose label says so; nil for a limit from a guideline or trial.
    public let drug: String?
    /// Where the limit holds: `US`, `EU`; nil where its source names none.
    public let jurisdiction: String?
    /// The part of the label, as `DrugLabel.Part` calls it; `contraindications` or `cautions` of a guideline.
    public let part: String
    /// What came out.
    public let verdict: Verdict
    /// The sentence.
    public var wording: Wording
    /// The facts that the verdict rests on; empty where it is not evaluable.
    public let because: [Int]
    /// The unknown facts that would decide it; empty where it is decided.
    public let needs: [Int]
    /// The section of its source.
    public let section: String?
    /// Whether it was read in the source or in a text that quotes it.
    public let isConfirmed: Bool
    /// The number of its source in `references`.
    public let number: Int

    /// An entry.
    public init(
        drug: String?, jurisdiction: String?, part: String, verdict: Verdict, wording: Wording, because: [Int],
        needs: [Int], section: String?, isConfirmed: Bool, number: Int
    ) {
        self.drug = drug
        self.jurisdiction = jurisdiction
        self.part = part
        self.verdict = verdict
        self.wording = wording
        self.because = because
        self.needs = needs
        self.section = section
        self.isConfirmed = isConfirmed
        self.number = number
    }
}
