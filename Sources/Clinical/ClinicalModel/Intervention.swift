public import DecisionLogic

/// A quantity with its UCUM unit; a range where a source gives one.
public struct Amount: Sendable, Equatable {
    /// `1125 mg`, `3 to 8 mg/kg`.
    package var words: String { UnitWords.amount(minimum, maximum, unit) }

    /// The lower end, or the only value.
    public let minimum: Double
    /// The upper end, equal to `minimum` for one value.
    public let maximum: Double
    /// The UCUM unit.
    public let unit: String

    /// An amount.
    public init(minimum: Double, maximum: Double, unit: String) {
        self.minimum = minimum
        self.maximum = maximum
        self.unit = unit
    }
}

/// One drug of a regimen: dose, route, rhythm, and the source of all of it.
public struct RegimenPart: Sendable {
    /// The drug's id.
    public let drug: String
    /// The dose.
    public let dose: Amount
    /// How often a day, where that is how it is given.
    public let timesPerDay: Int?
    /// The interval between doses.
    public let every: Amount?
    /// Days of the cycle, such as `1-14`.
    public let days: String?
    /// The length of a cycle.
    public let cycle: Amount?
    /// How many doses or cycles at most.
    public let cycles: Amount?
    /// The route.
    public let route: String
    /// For how long.
    public let duration: String?
    /// The section of the label.
    public let section: String?
    /// The id of the source.
    public let reference: String
    /// Whether the dose was read in the source or in a text that quotes it.
    public let isConfirmed: Bool
    /// What must be said with it.
    public let note: String?

    /// A part of a regimen.
    public init(
        drug: String, dose: Amount, timesPerDay: Int?, every: Amount?, days: String?, cycle: Amount?, cycles: Amount?,
        route: String, duration: String?, section: String?, reference: String, isConfirmed: Bool, note: String?
    ) {
        self.drug = drug
        self.dose = dose
        self.timesPerDay = timesPerDay
        self.every = every
        self.days = days
        self.cycle = cycle
        self.cycles = cycles
        self.route = route
        self.duration = duration
        self.section = section
        self.reference = reference
        self.isConfirmed = isConfirmed
        self.note = note
    }
}

/// A way to give an intervention.
public struct Regimen: Sendable {
    /// Its key within the intervention.
    public let key: String
    /// Its name, where one is needed.
    public let title: String?
    /// The drugs of it.
    public let parts: [RegimenPart]

    /// A regimen.
    public init(key: String, title: String?, parts: [RegimenPart]) {
        self.key = key
        self.title = title
        self.parts = parts
    }
}

/// A limit or caution of an intervention or a rule, from a guideline or trial, beside those of the labels.
public final class Limit: Sendable {
    /// The sentence.
    public let wording: Wording
    /// The id of the source.
    public let reference: String
    /// The section or statement number.
    public let section: String?
    /// Where the wording holds.
    public let jurisdiction: String?
    /// Whether it was read in the source or in a text that quotes it.
    public let isConfirmed: Bool
    /// The patients it concerns; nil: all.
    public let when: Condition?
    /// Whether it is told aloud even where `when` cannot be decided.
    public let isShown: Bool

    /// A limit.
    public init(
        wording: Wording, reference: String, section: String?, jurisdiction: String?, isConfirmed: Bool,
        when: Condition?, isShown: Bool
    ) {
        self.wording = wording
        self.reference = reference
        self.section = section
        self.jurisdiction = jurisdiction
        self.isConfirmed = isConfirmed
        self.when = when
        self.isShown = isShown
    }
}

/// Something that can be offered to a patient.
public final class Intervention: Sendable {
    /// What sort of thing it is, as the answer calls it.
    public enum Kind: String, Sendable, CaseIterable {
        /// A drug or a combination of drugs.
        case drug
        /// A radioactive drug.
        case radioligand
        /// An operation or another procedure.
        case procedure
        /// Watching.
        case observation
        /// Supportive care.
        case supportive
        /// A clinical trial.
        case trial
    }

    /// Its id, for ever.
    public let id: String
    /// What sort of thing it is.
    public let kind: Kind
    /// Its name for both readers.
    public let title: Wording
    /// What it is, in a patient's words.
    public let patientSummary: String?
    /// The drugs it is made of; label limits of every one apply.
    public let drugs: [String]
    /// Lists of drugs of which one is given: cisplatin or carboplatin.
    public let alternatives: [[String]]
    /// Its regimens by key.
    public let regimens: [Regimen]
    /// Limits from guidelines and trials that forbid it.
    public let contraindications: [Limit]
    /// Cautions from guidelines and trials.
    public let cautions: [Limit]

    /// The sets of drugs with which it can be given; none where it names no drug.
    public var waysToGive: [Set<String>] {
        guard !drugs.isEmpty else { return [] }
        let fixed = Set(drugs).subtracting(alternatives.flatMap { $0 })
        return alternatives.reduce([fixed]) { ways, choices in
            ways.flatMap { way in choices.map { way.union([$0]) } }
        }
    }

    /// An intervention.
    public init(
        id: String, kind: Kind, title: Wording, patientSummary: String?, drugs: [String],
        alternatives: [[String]] = [], regimens: [Regimen], contraindications: [Limit], cautions: [Limit]
    ) {
        self.id = id
        self.kind = kind
        self.title = title
        self.patientSummary = patientSummary
        self.drugs = drugs
        self.alternatives = alternatives
        self.regimens = regimens
        self.contraindications = contraindications
        self.cautions = cautions
    }
}
