/// The answer of the contract without what only `explain` or another audience adds.
struct Recommendation: Codable, Sendable {
    var outcome: String
    var summary: String
    var topic: TopicLink?
    var overlays: [TopicLink]?
    var `case`: UnderstoodCase
    var options: [Option]?
    var excluded: [Exclusion]?
    var diagnostics: [Diagnostic]?
    var tiers: TierParts?
    var disagreements: [Disagreement]?
    var followUp: [FollowUp]?
    var references: [NumberedReference]?
    var review: Review
    var knowledge: KnowledgeStamp
    var intendedUse: String
    var disclaimer: String
    var editorialPolicy: String
}

struct TopicLink: Codable, Sendable {
    var id: String
    var title: String
}

struct UnderstoodCase: Codable, Sendable {
    var facts: [KnownFact]?
    var conflicts: [FactConflict]?
    var notes: [CaseNote]?
}

struct KnownFact: Codable, Sendable {
    var path: String
    var value: FactValue?
    var unit: String?
    var excludes: [String]?
    var complete: Bool?
    var origin: String
    var because: String?
    var age: Amount?
    var span: [Int]?
}

struct FactConflict: Codable, Sendable {
    var path: String
    var between: [String]
    var explanation: String
}

struct CaseNote: Codable, Sendable {
    var code: String
    var text: String
    var facts: [String]?
    var options: [String]?
}

struct Option: Codable, Sendable {
    var id: String
    var kind: String
    var title: String
    var description: String?
    var standing: String
    var needs: [String]?
    var rank: Int
    var rankedBy: String
    var strength: Strength?
    var placement: String?
    var regimen: Regimen?
    var labels: [LabelStatus]?
    var evidence: [Statement]?
    var cautions: [Caution]?
    var agreement: Agreement?
}

struct Strength: Codable, Sendable {
    var scheme: String
    var grade: String
}

struct Amount: Codable, Sendable {
    var value: Double?
    var min: Double?
    var max: Double?
    var unit: String
}

struct Regimen: Codable, Sendable {
    var title: String?
    var parts: [RegimenPart]
}

struct RegimenPart: Codable, Sendable {
    var drug: String
    var dose: Amount
    var timesPerDay: Int?
    var every: Amount?
    var days: String?
    var cycle: Amount?
    var maximumCycles: Double?
    var route: String
    var duration: String?
    var note: String?
    var section: String?
    var reference: Int
    var confirmed: Bool
    var calculated: DoseCalculation?
}

struct DoseCalculation: Codable, Sendable {
    var value: Double?
    var min: Double?
    var max: Double?
    var unit: String?
    var perDay: Amount?
    var steps: [DoseStep]?
    var rounding: String?
    var remark: String?
    var needs: [String]?
    var explanation: String?
    var withheld: [DoseStep]?
}

struct DoseStep: Codable, Sendable {
    var statement: String
    var section: String?
    var reference: Int?
    var confirmed: Bool?
}

struct LabelStatus: Codable, Sendable {
    var jurisdiction: String
    var drug: String?
    var status: String
    var section: String?
    var needs: [String]?
    var reference: Int
}

struct Statement: Codable, Sendable {
    var id: String?
    var tier: String
    var statement: String
    var reference: Int
    var section: String?
    var confirmed: Bool
}

struct Caution: Codable, Sendable {
    var severity: String
    var statement: String
    var because: [String]?
    var needs: [String]?
    var section: String?
    var reference: Int
    var confirmed: Bool
}

struct Agreement: Codable, Sendable {
    var `for`: [Voice]?
    var against: [Voice]?
    var silent: [Voice]?
}

struct Voice: Codable, Sendable {
    var source: String
    var scheme: String?
    var grade: String?
    var jurisdiction: String?
    var reference: Int
    var confirmed: Bool
}

struct Exclusion: Codable, Sendable {
    var id: String
    var title: String
    var reason: String
    var because: [String]?
    var section: String?
    var reference: Int?
}

struct Diagnostic: Codable, Sendable {
    var id: String
    var title: String
    var statement: String
    var needs: [String]?
    var evidence: [Statement]?
}

struct TierParts: Codable, Sendable {
    var guideline: TierPart?
    var label: TierPart?
    var research: TierPart?
}

struct TierPart: Codable, Sendable {
    var summary: String?
    var statements: [Statement]?
}

struct Disagreement: Codable, Sendable {
    var id: String
    var topic: String
    var positions: [Position]
    var reason: String?
}

struct Position: Codable, Sendable {
    var source: String
    var says: String
    var reference: Int
    var confirmed: Bool
}

struct FollowUp: Codable, Sendable {
    var fact: String
    var question: String
    var wouldChange: [String]
}

struct NumberedReference: Codable, Sendable {
    var number: Int
    var id: String
    var type: String
    var design: String?
    var title: String
    var authors: String?
    var journal: String?
    var year: Int?
    var pmid: String?
    var doi: String?
    var labelSetId: String?
    var revision: String?
    var jurisdiction: String?
    var confirmed: Bool
}

struct Review: Codable, Sendable {
    var status: String
    var reviewed: String
    var reviewBy: String
}

struct KnowledgeStamp: Codable, Sendable {
    var version: String
    var digest: String
    var released: String
    var localDocuments: Int?
}

/// A code, a number, true or false, a list of codes, a range or a choice.
enum FactValue: Codable, Sendable {
    case flag(Bool)
    case number(Double)
    case text(String)
    case list([String])
    case choice(Choice)
    case range(Range)

    struct Choice: Codable, Sendable {
        var anyOf: [String]
    }

    struct Range: Codable, Sendable {
        var min: Double?
        var max: Double?
        var unit: String?
        var exclusive: String?
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([String].self) {
            self = .list(list)
        } else if let choice = try? container.decode(Choice.self) {
            self = .choice(choice)
        } else {
            self = .range(try container.decode(Range.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .flag(let flag): try container.encode(flag)
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        case .choice(let choice): try container.encode(choice)
        case .range(let range): try container.encode(range)
        }
    }
}
