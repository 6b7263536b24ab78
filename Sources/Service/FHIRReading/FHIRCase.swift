public import DecisionLogic

/// What a record says of a patient, as far as it can be read: the facts with where each stands, and what was left aside.
public struct FHIRCase: Sendable {
    /// The statements for the engine, in the order of the facts.
    public let statements: [FactStatement]
    /// Each statement with its source.
    public let facts: [ReadFact]
    /// What could not be read, at most `mostUnread` of it: codes and places, never a name or a sentence of the record.
    public let unread: [UnreadItem]
    /// How much could not be read.
    public let unreadCount: Int
    /// Where data was sent in part: a bundle has a next page, or more than is read.
    public let incomplete: [String]
    /// Whether anything says that the patient has a neuroendocrine neoplasm or its syndrome; a site alone does not.
    public let showsNeuroendocrineNeoplasm: Bool
    /// Whether the patient's record says that he or she has died.
    public let isDeceased: Bool
    /// How many patients the data is of; one, where it can be used.
    public let patientCount: Int
    /// The id of the patient among the data, where there is one with an id.
    public let patientID: String?
    /// The day of the request, from which every age is reckoned.
    public let day: CivilDay
    /// The drugs that the record shows as being given now, by id.
    public let currentDrugs: [String]

    /// No more is listed of what could not be read.
    public static let mostUnread = 100
}

/// A fact that was read from a record.
public struct ReadFact: Sendable, Equatable {
    /// What was read.
    public let statement: FactStatement
    /// The element it was read from.
    public let source: FHIRSource
    /// The day that it is of, ISO 8601; nil: the record does not say.
    public let date: String?
    /// How old it was on the day of the request, in days.
    public let ageDays: Int?
    /// What must be said beside it.
    public let remark: String?
}

/// An element of a resource.
public struct FHIRSource: Sendable, Hashable {
    /// Its type: `Observation`.
    public let resourceType: String
    /// Its id; nil: it has none.
    public let id: String?
    /// The path of the element: `Observation.valueQuantity`.
    public let path: String

    /// An element.
    public init(resourceType: String, id: String?, path: String) {
        self.resourceType = resourceType
        self.id = id
        self.path = path
    }
}

/// Something in a record that was not read, and why.
public struct UnreadItem: Sendable, Equatable {
    /// Why.
    public enum Reason: String, Sendable, CaseIterable {
        case unknownCode = "unknown-code"
        case codeNotUsed = "code-not-used"
        case noCode = "no-code"
        case noValue = "no-value"
        case noUnit = "no-unit"
        case unknownUnit = "unknown-unit"
        case implausible = "implausible"
        case notConfirmed = "not-confirmed"
        case refuted = "refuted"
        case enteredInError = "entered-in-error"
        case notActive = "not-active"
        case notDone = "not-done"
        case notFinal = "not-final"
        case inTheFuture = "in-the-future"
        case otherPatient = "other-patient"
        case modifierExtension = "modifier-extension"
        case freeText = "free-text"
        case ambiguousTumour = "ambiguous-tumour"
        case needsHistology = "needs-histology"
        case unknownMethod = "unknown-method"
        case formNotTold = "form-not-told"
        case alternativesRemain = "alternatives-remain"
        case resourceNotRead = "resource-not-read"
        case malformed = "malformed"
        case superseded = "superseded"

        /// The reason in a sentence.
        public var sentence: String {
            switch self {
            case .unknownCode: "no table lists the code"
            case .codeNotUsed: "the code is known and no rule rests on it"
            case .noCode: "it carries no code"
            case .noValue: "it has no value that can be read"
            case .noUnit: "the value has no unit"
            case .unknownUnit: "no table converts the unit"
            case .implausible: "the value is outside what is possible"
            case .notConfirmed: "the diagnosis is not confirmed"
            case .refuted: "the diagnosis is refuted"
            case .enteredInError: "it was entered in error"
            case .notActive: "it is not active"
            case .notDone: "it was not done, or is not to be done"
            case .notFinal: "the result is not final"
            case .inTheFuture: "it is dated after the day of the request"
            case .otherPatient: "it is of another patient"
            case .modifierExtension: "it carries a modifier extension, which is not understood"
            case .freeText: "free text is not read"
            case .ambiguousTumour: "it does not say of which tumour"
            case .needsHistology: "it needs a histology or a site that was not found"
            case .unknownMethod: "it was made with a method that is not known here"
            case .formNotTold: "it does not say whether the form is long-acting"
            case .alternativesRemain: "the treatment can be given without this drug, so it is not excluded"
            case .resourceNotRead: "resources of this type are not read"
            case .malformed: "it does not have the form of FHIR R4"
            case .superseded: "a later one stands in its place"
            }
        }
    }

    /// The type of the resource.
    public let resourceType: String
    /// Its id.
    public let id: String?
    /// The path of the element.
    public let path: String?
    /// The system of a code that was not read.
    public let system: String?
    /// The code, where it has the form of one.
    public let code: String?
    /// Why.
    public let reason: Reason
    /// More of why, in the words of a table.
    public let detail: String?
}
