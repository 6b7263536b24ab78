public import DecisionLogic

/// What a patient takes to the doctor, and when to seek help: data of the knowledge (`patient-advice.json`), told in
/// answers for patients alone.
public struct PatientAdvice: Sendable {
    /// Where an entry is told. All that is given must hold; nothing given: always.
    public struct Occasion: Sendable {
        /// What must be true of the case.
        public let when: Condition?
        /// Interventions of which one must be among the options.
        public let options: [String]
        /// Drugs of which an option must hold one.
        public let drugs: [String]

        /// An occasion.
        public init(when: Condition? = nil, options: [String] = [], drugs: [String] = []) {
            self.when = when
            self.options = options
            self.drugs = drugs
        }

        /// Whether the entry is told whatever the case.
        public var isGeneral: Bool { when == nil && options.isEmpty && drugs.isEmpty }

        /// Whether the entry is told for these values and options. An unknown condition is not told: advice about a
        /// disease that nobody found would frighten.
        public func arises(_ values: [FactValue], _ offered: [Intervention]) -> Bool {
            if let when, when.evaluate(values) != .true { return false }
            if !options.isEmpty && !offered.contains(where: { options.contains($0.id) }) { return false }
            return drugs.isEmpty || offered.contains { $0.drugs.contains(where: drugs.contains) }
        }
    }

    /// A question to take along.
    public struct Question: Sendable {
        /// Its id.
        public let id: String
        /// Where it is told.
        public let occasion: Occasion
        /// The question, in a patient's words.
        public let question: String

        /// A question.
        public init(id: String, occasion: Occasion, question: String) {
            self.id = id
            self.occasion = occasion
            self.question = question
        }
    }

    /// A danger, and whom to call.
    public struct Alarm: Sendable {
        /// Its id.
        public let id: String
        /// Where it is told.
        public let occasion: Occasion
        /// The sentence, in a patient's words.
        public let statement: String
        /// The id of the source of the danger; nil only for what is of no disease and no treatment.
        public let reference: String?
        /// The section of the source.
        public let section: String?
        /// Whether the danger was read in the source or in a text that quotes it.
        public let isConfirmed: Bool

        /// An alarm.
        public init(
            id: String, occasion: Occasion, statement: String, reference: String?, section: String?, isConfirmed: Bool
        ) {
            self.id = id
            self.occasion = occasion
            self.statement = statement
            self.reference = reference
            self.section = section
            self.isConfirmed = isConfirmed
        }
    }

    /// The questions, general ones first as they stand in the file.
    public let questions: [Question]
    /// The alarms, likewise.
    public let alarms: [Alarm]

    /// Advice.
    public init(questions: [Question], alarms: [Alarm]) {
        self.questions = questions
        self.alarms = alarms
    }

    /// Knowledge without any.
    public static let none = PatientAdvice(questions: [], alarms: [])
}
