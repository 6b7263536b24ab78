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

    /// How a release stands to the rules on software as a medical device.
    public struct Regulation: Sendable {
        /// One criterion with the answer of this release.
        public struct Criterion: Sendable {
            /// Where it stands: `21 USC 360j(o)(1)(E)(i)`.
            public let section: String
            /// What it asks, in own words.
            public let criterion: String
            /// How the release meets it.
            public let answer: String
        }

        /// What it is and is not, once and clearly.
        public let device: String
        /// The source of the criteria.
        public let source: String
        /// The criteria, in their order.
        public let criteria: [Criterion]
    }

    /// The signature of the clinician who approved a release.
    public struct Signature: Sendable, Equatable {
        /// The clinician.
        public let name: String
        /// In which capacity.
        public let role: String
        /// The day, ISO 8601.
        public let signed: String
        /// The digest over the documents that were signed; the manifest, which holds the signature, is none of them.
        public let documents: String
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
    /// Who makes the release; nil: it does not say.
    public let developer: String?
    /// Who pays for it, in a sentence; nil: it does not say.
    public let funding: String?
    /// What it is not, and why it need be none: its standing towards rules on devices, with an answer to each criterion.
    public let regulation: Regulation?
    /// The review state of the release.
    public let review: Review
    /// Who signed it; nil: nobody.
    public let signature: Signature?
    /// The grading schemes, by id ascending.
    public let schemes: [Scheme]

    init(_ node: DocumentNode) {
        node.allow(
            "schema", "version", "released", "title", "license", "developer", "funding", "regulation", "intendedUse",
            "disclaimer", "disclaimerPatient", "editorialPolicy", "review", "signature", "schemes")
        node.checkHeader(kind: "manifest", id: nil)
        version = node.string("version")
        released = node.string("released")
        title = node.string("title")
        license = node.string("license")
        developer = node.optionalString("developer")
        funding = node.optionalString("funding")
        regulation = node.optional("regulation").map(Regulation.init)
        intendedUse = node.string("intendedUse")
        disclaimer = Wording(clinician: node.string("disclaimer"), patient: node.string("disclaimerPatient"))
        editorialPolicy = node.string("editorialPolicy")
        review = Review(node.required("review"))
        signature = node.optional("signature").map { signature in
            signature.allow("name", "role", "signed", "documents")
            return Signature(
                name: signature.string("name"), role: signature.string("role"), signed: signature.string("signed"),
                documents: signature.string("documents"))
        }
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

extension Manifest {
    /// Nothing is approved until a named clinician has signed these very documents.
    func checkSignature(documents: String, _ node: DocumentNode) {
        if review.status == "approved" && signature == nil {
            node.defect(.unsigned, "an approved release needs `signature` with the clinician who signed it")
        }
        if let signature, signature.documents != documents {
            node.defect(.signatureBroken, "the documents are not those that were signed; their digest is \(documents)")
        }
    }
}

extension Manifest.Regulation {
    init(_ node: DocumentNode) {
        node.allow("device", "source", "criteria")
        self.init(
            device: node.string("device"), source: node.string("source"),
            criteria: (node.required("criteria")?.elements ?? []).map { criterion in
                criterion.allow("section", "criterion", "answer")
                return Criterion(
                    section: criterion.string("section"), criterion: criterion.string("criterion"),
                    answer: criterion.string("answer"))
            })
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
