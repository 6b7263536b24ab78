public import DecisionLogic

/// How doses are reckoned for one patient: limits of a body, rounding, and the steps that labels give. Data of the
/// knowledge (`dose-rules.json`).
public struct DoseRules: Sendable {
    /// What one person can weigh and measure.
    public struct Body: Sendable {
        /// The number of the weight, a quantity in kg.
        public let weight: Int
        /// The number of the height, a quantity in cm.
        public let height: Int
        /// Kilograms a square metre, between which weight and height fit one person.
        public let massIndex: Interval

        /// Limits.
        public init(weight: Int, height: Int, massIndex: Interval) {
            self.weight = weight
            self.height = height
            self.massIndex = massIndex
        }

        /// Weight over height squared, kg/m²; `kilograms` and `centimetres` above zero.
        public static func massIndex(kilograms: Double, centimetres: Double) -> Double {
            kilograms / (centimetres * centimetres / 10_000)
        }

        /// Whether a weight and a height can be one person's. Where either is not one number, nothing speaks against it.
        public func fits(_ weight: FactValue, _ height: FactValue) -> Bool {
            guard case .quantity(let weight) = weight, case .quantity(let height) = height,
                let kilograms = weight.point, let centimetres = height.point, centimetres > 0
            else { return true }
            let index = Self.massIndex(kilograms: kilograms, centimetres: centimetres)
            return massIndex.contains(Interval(exactly: index))
        }
    }

    /// What a step does to a dose.
    public enum Change: Sendable, Equatable {
        /// Another dose in its place.
        case set(Amount)
        /// A share of it.
        case times(Double)
        /// So much less.
        case less(Amount)
        /// No dose is given: the source names none.
        case withhold
    }

    /// One step of a label or trial.
    public struct Step: Sendable {
        /// The patients it concerns.
        public let when: Condition
        /// What it does.
        public let change: Change
        /// What is said where it holds.
        public let statement: String
        /// What is said where it does not hold, where that is worth a line.
        public let otherwise: String?
        /// Whether a dose is reckoned although it cannot be decided: so for what concerns few and is a caution anyway.
        public let isOptional: Bool
        /// The section of the source.
        public let section: String?
        /// The id of the source.
        public let reference: String
        /// Whether it was read in the source or in a text that quotes it.
        public let isConfirmed: Bool

        /// A step.
        public init(
            when: Condition, change: Change, statement: String, otherwise: String?, isOptional: Bool, section: String?,
            reference: String, isConfirmed: Bool
        ) {
            self.when = when
            self.change = change
            self.statement = statement
            self.otherwise = otherwise
            self.isOptional = isOptional
            self.section = section
            self.reference = reference
            self.isConfirmed = isConfirmed
        }
    }

    /// The steps of one drug in one regimen.
    public struct Rule: Sendable {
        /// The intervention's id.
        public let intervention: String
        /// The key of the regimen.
        public let regimen: String
        /// The drug's id.
        public let drug: String
        /// The steps, in the order in which they are taken.
        public let steps: [Step]

        /// The steps of a drug.
        public init(intervention: String, regimen: String, drug: String, steps: [Step]) {
            self.intervention = intervention
            self.regimen = regimen
            self.drug = drug
            self.steps = steps
        }
    }

    /// What one person can weigh and measure; nil: nothing is reckoned by weight or height.
    public let body: Body?
    /// What is said of rounding.
    public let rounding: String
    /// What is said of what the steps leave out.
    public let remark: String
    /// The steps by drug and regimen.
    public let rules: [Rule]

    /// Rules.
    public init(body: Body?, rounding: String, remark: String, rules: [Rule]) {
        self.body = body
        self.rounding = rounding
        self.remark = remark
        self.rules = rules
    }

    /// Nothing is reckoned.
    public static let none = DoseRules(body: nil, rounding: "", remark: "", rules: [])

    /// The steps of a drug in a regimen.
    public func steps(of drug: String, in regimen: String, of intervention: String) -> [Step] {
        rules.first { $0.intervention == intervention && $0.regimen == regimen && $0.drug == drug }?.steps ?? []
    }
}
