/// A sentence in the words of its two readers.
public struct Wording: Sendable, Equatable {
    /// For a healthcare professional.
    public let clinician: String
    /// For a patient, nil where nothing was written for one.
    public let patient: String?

    /// A sentence.
    public init(clinician: String, patient: String? = nil) {
        self.clinician = clinician
        self.patient = patient
    }

    /// The words for a reader; nil where there are none for this one.
    public func text(for audience: Audience) -> String? {
        switch audience {
        case .clinician: clinician
        case .patient: patient
        }
    }
}

/// Whose words an answer uses. The medicine is the same for both.
public enum Audience: String, Sendable, CaseIterable {
    /// A healthcare professional.
    case clinician
    /// A patient or a relative, in words to talk with; never advice to act on.
    case patient
}

/// The three voices of an answer.
public enum Tier: String, Sendable, CaseIterable {
    /// What societies recommend.
    case guideline
    /// What a regulator permits; it does not rank.
    case label
    /// What trials found.
    case research
}

/// A graded judgement in the words of its society.
public struct Strength: Sendable, Equatable {
    /// The grading scheme, such as `nccn`.
    public let scheme: String
    /// The grade as the scheme writes it.
    public let grade: String

    /// A grade.
    public init(scheme: String, grade: String) {
        self.scheme = scheme
        self.grade = grade
    }
}

/// Where a document stands between writing and approval.
public struct Review: Sendable, Equatable {
    /// `draft`, `under-review` or `approved`.
    public let status: String
    /// The day of the last review, ISO 8601.
    public let reviewed: String
    /// The day by which it must be reviewed again, ISO 8601.
    public let reviewBy: String

    /// A review state.
    public init(status: String, reviewed: String, reviewBy: String) {
        self.status = status
        self.reviewed = reviewed
        self.reviewBy = reviewBy
    }
}
