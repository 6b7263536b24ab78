/// A numbered kind of defect. The numbers are stable; docs/knowledge-defects.md tells Problem and Solution of each.
public enum DefectCode: String, Sendable, CaseIterable {
    /// The folder or a file cannot be read.
    case unreadable = "K100"
    /// The file is not JSON.
    case syntax = "K101"
    /// A member that this kind of document does not have.
    case unknownMember = "K102"
    /// A member that must be there.
    case missingMember = "K103"
    /// A value of the wrong type or outside its list.
    case wrongType = "K104"
    /// null, an empty string, list or object.
    case emptyValue = "K105"
    /// The `schema` member does not name this kind of document.
    case wrongSchema = "K106"
    /// An id that is malformed or differs from the file's name.
    case wrongID = "K107"
    /// A file or folder that has no place in the layout.
    case unexpectedFile = "K108"
    /// An id that stands twice.
    case duplicateID = "K109"
    /// A manifest in a local folder.
    case localManifest = "K110"
    /// A kept release that calls itself otherwise than its folder.
    case releaseName = "K111"
    /// A fact that the vocabulary lacks.
    case unknownFact = "K201"
    /// A code or group that the fact lacks.
    case unknownCode = "K202"
    /// A unit that is not the fact's.
    case wrongUnit = "K203"
    /// A test that does not fit the fact's type.
    case wrongTest = "K204"
    /// A range that holds no number, or none that the fact can have.
    case emptyRange = "K205"
    /// `isKnown` in a derivation, which would make the order of rules matter.
    case knownInDerivation = "K206"
    /// A criterion that does not exist or rests on itself.
    case badCriterion = "K207"
    /// More facts, codes or clauses than the language allows.
    case tooMany = "K208"
    /// Two tests in one `all` that no value satisfies.
    case unsatisfiable = "K209"
    /// A source that does not exist.
    case danglingReference = "K301"
    /// A drug that does not exist.
    case danglingDrug = "K302"
    /// An intervention that does not exist.
    case danglingIntervention = "K303"
    /// A regimen that the intervention lacks.
    case danglingRegimen = "K304"
    /// A source that nothing cites.
    case unusedReference = "K305"
    /// A grade or scheme that the manifest does not define.
    case unknownGrade = "K306"
    /// A rule that does not exist.
    case danglingRule = "K307"
    /// A retired rule that does not name what took its place.
    case retiredAlone = "K308"
    /// A retired rule that something still names.
    case retiredRule = "K309"
    /// A class of an intervention that no fact has.
    case danglingClass = "K310"
    /// A recommendation without a statement of any source.
    case noEvidence = "K401"
    /// A grade that no guideline or label statement stands behind.
    case unsupportedStrength = "K402"
    /// A rule against something without the reason.
    case noReason = "K403"
    /// For and against at once, and no disagreement names both.
    case unspokenDisagreement = "K404"
    /// A case whose answer differs from what it expects.
    case caseFails = "K501"
    /// A rule that is true in no case.
    case neverTrue = "K502"
    /// A rule that is true in every case that meets it.
    case neverNotTrue = "K503"
    /// A leaf of a condition that the cases never saw both true and false.
    case leafNotCovered = "K504"
    /// A topic without cases.
    case noCases = "K505"
    /// A case of the release whose answer the local folder moves.
    case movedByLocal = "K506"
    /// A rule that is false in no case.
    case neverFalse = "K507"
    /// A review date that is past.
    case reviewOverdue = "K601"
    /// A release that calls itself approved and names no clinician who signed it.
    case unsigned = "K602"
    /// A signature for other documents than these.
    case signatureBroken = "K603"

    /// Whether the knowledge may still be served with it.
    public var isWarning: Bool { [.reviewOverdue, .unusedReference, .movedByLocal].contains(self) }
}

/// One defect of a knowledge folder, with the place and what to do.
public struct KnowledgeDefect: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind.
    public let code: DefectCode
    /// The file, relative to the folder.
    public let file: String
    /// The place in the file, a JSON Pointer as a fragment.
    public let pointer: String
    /// One sentence, lower case, no final period.
    public let sentence: String
    /// What was probably meant.
    public let suggestion: String?

    /// A defect.
    public init(_ code: DefectCode, file: String, pointer: String = "#", _ sentence: String, suggestion: String? = nil)
    {
        self.code = code
        self.file = file
        self.pointer = pointer
        self.sentence = sentence
        self.suggestion = suggestion
    }

    /// The same defect, its file within another folder.
    func moved(to folder: String) -> KnowledgeDefect {
        KnowledgeDefect(code, file: folder + "/" + file, pointer: pointer, sentence, suggestion: suggestion)
    }

    /// `file#pointer: sentence; did you mean … (K203)`.
    public var description: String {
        let hint = suggestion.map { "; did you mean `\($0)`?" } ?? ""
        return "\(file)\(pointer): \(sentence)\(hint) (\(code.rawValue))"
    }
}

/// A folder that cannot be served: every defect that was found, in the order of the files.
public struct InvalidKnowledge: Error, Sendable {
    /// The defects, errors and warnings.
    public let defects: [KnowledgeDefect]

    /// A refusal.
    public init(defects: [KnowledgeDefect]) { self.defects = defects }
}
