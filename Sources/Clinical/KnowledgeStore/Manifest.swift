public import ClinicalModel

/// What a release of the knowledge says of itself.
public struct Manifest: Sendable {
    /// A grading scheme.
    public struct Scheme: Sendable {
        /// Its id, such as `nccn`.
        public let id: String
        /// Its name.
        public let title: String
        /// The id of its source.
        public let reference: String?
        /// Its grades with their meaning.
        public let grades: [(grade: String, meaning: String)]
    }

    /// The release, CalVer: `2026.11.0`.
    public let version: String
    /// The day of the release, ISO 8601.
    public let released: String
    /// Its name.
    public let title: String
    /// The licence of the content.
    public let license: String
    /// Whom it is for.
    public let intendedUse: String
    /// The disclaimer for both readers.
    public let disclaimer: Wording
    /// How the content is made and reviewed.
    public let editorialPolicy: String
    /// The review state of the release.
    public let review: Review
    /// The grading schemes, by id ascending.
    public let schemes: [Scheme]

    init(_ node: DocumentNode) {
        node.allow(
            "schema", "version", "released", "title", "license", "intendedUse", "disclaimer", "disclaimerPatient",
            "editorialPolicy", "review", "schemes")
        node.checkHeader(kind: "manifest", id: nil)
        version = node.string("version")
        released = node.string("released")
        title = node.string("title")
        license = node.string("license")
        intendedUse = node.string("intendedUse")
        disclaimer = Wording(clinician: node.string("disclaimer"), patient: node.string("disclaimerPatient"))
        editorialPolicy = node.string("editorialPolicy")
        review = Review(node.required("review"))
        schemes = (node.required("schemes")?.members ?? []).map { id, scheme in
            scheme.allow("title", "reference", "grades")
            return Scheme(
                id: id, title: scheme.string("title"), reference: scheme.optionalString("reference"),
                grades: (scheme.required("grades")?.members ?? []).map { ($0.name, $0.node.string) })
        }.sorted { $0.id < $1.id }
    }

    /// Whether a grade is defined.
    func defines(_ strength: Strength) -> Bool {
        schemes.contains { $0.id == strength.scheme && $0.grades.contains { $0.grade == strength.grade } }
    }
}

extension Review {
    init(_ node: DocumentNode?) {
        node?.allow("status", "reviewed", "reviewBy")
        self.init(
            status: node?.choice("status", ["draft", "under-review", "approved"]) ?? "draft",
            reviewed: node?.string("reviewed") ?? "", reviewBy: node?.string("reviewBy") ?? "")
    }
}
