/// A dose reckoned for one patient, or why it was not.
public enum DoseCalculation: Sendable {
    /// One line of the reckoning.
    public struct Line: Sendable {
        /// What is done, with its numbers.
        public let statement: String
        /// The section of the source.
        public let section: String?
        /// The number of the source in `references`; nil for arithmetic.
        public let number: Int?
        /// Whether the source's step is confirmed; nil for arithmetic.
        public let isConfirmed: Bool?

        /// A line.
        public init(statement: String, section: String? = nil, number: Int? = nil, isConfirmed: Bool? = nil) {
            self.statement = statement
            self.section = section
            self.number = number
            self.isConfirmed = isConfirmed
        }
    }

    /// A dose with the steps that led there; `perDay` where it is given several times a day.
    case dose(Amount, perDay: Amount?, steps: [Line], rounding: String?, remark: String)
    /// Facts that must be known before anything is reckoned, by number, ascending, and the same in words.
    case needs([Int], explanation: String)
    /// The source names no dose for this patient, or weight and height cannot be one person's.
    case withheld([Line])
}
