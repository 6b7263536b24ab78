import ClinicalModel
import JSONText
import KnowledgeStore
import RecommendationEngine

/// Writes what a release says of itself.
struct KnowledgeJSON {
    let knowledge: KnowledgeBase
    /// The versions of the kept releases.
    var held: [String] = []

    /// The members that end every answer.
    func writeFooter(for guidance: Guidance, audience: Audience, to json: inout JSONWriter) {
        let topics = [guidance.topic].compactMap { $0 } + guidance.overlays
        write("review", knowledge.review(of: topics), &json)
        writeRelease(audience: audience, to: &json)
    }

    /// Those of them that are the same for every answer of the release.
    func writeRelease(audience: Audience, to json: inout JSONWriter) {
        let manifest = knowledge.manifest
        json.object("knowledge") {
            $0.member("version", manifest.version)
            $0.member("digest", knowledge.digest)
            $0.member("released", manifest.released)
            if !knowledge.local.isEmpty { $0.member("localDocuments", knowledge.local.documents.count) }
        }
        json.member("intendedUse", manifest.intendedUse)
        json.member("disclaimer", manifest.disclaimer.text(for: audience) ?? manifest.disclaimer.clinician)
        json.member("editorialPolicy", "/knowledge")
    }

    /// The body of `GET /knowledge`.
    func bytes(_ matrix: CoverageMatrix) -> [UInt8] {
        let manifest = knowledge.manifest
        var json = JSONWriter()
        json.beginObject()
        json.member("version", manifest.version)
        json.member("digest", knowledge.digest)
        json.member("released", manifest.released)
        json.member("title", manifest.title)
        json.member("license", manifest.license)
        json.member("developer", manifest.developer)
        json.member("funding", manifest.funding)
        json.member("intendedUse", manifest.intendedUse)
        if let regulation = manifest.regulation { json.object("regulation") { Self.write(regulation, to: &$0) } }
        json.member("disclaimer", manifest.disclaimer.clinician)
        json.member("editorialPolicy", manifest.editorialPolicy)
        write("review", knowledge.review(), &json)
        json.member("documentsDigest", knowledge.documentsDigest)
        if let signature = manifest.signature {
            json.object("signature") {
                $0.member("name", signature.name)
                $0.member("role", signature.role)
                $0.member("signed", signature.signed)
                $0.member("documents", signature.documents)
            }
        }
        LocalTrace.write(knowledge.local.documents, to: &json)
        json.member("releases", KnowledgeReleases.newestFirst(Set(held).union([manifest.version]).sorted()))
        json.list("schemes", manifest.schemes) { json, scheme in
            json.beginObject()
            json.member("id", scheme.id)
            json.member("title", scheme.title)
            json.member("reference", scheme.reference)
            json.list("grades", scheme.grades) { json, grade in
                json.beginObject()
                json.member("grade", grade.grade)
                json.member("meaning", grade.meaning)
                json.endObject()
            }
            json.endObject()
        }
        if !matrix.cells.isEmpty { CoverageJSON(matrix: matrix).writeTotals(to: &json) }
        json.endObject()
        return json.bytes
    }

    private static func write(_ regulation: Manifest.Regulation, to json: inout JSONWriter) {
        json.member("device", regulation.device)
        json.member("source", regulation.source)
        json.list("criteria", regulation.criteria) { json, criterion in
            json.beginObject()
            json.member("section", criterion.section)
            json.member("criterion", criterion.criterion)
            json.member("answer", criterion.answer)
            json.endObject()
        }
    }

    func write(_ name: String, _ review: Review, _ json: inout JSONWriter) {
        json.object(name) {
            $0.member("status", review.status)
            $0.member("reviewed", review.reviewed)
            $0.member("reviewBy", review.reviewBy)
        }
    }
}

/// Writes sources.
enum ReferenceJSON {
    /// The members of a reference, without the braces.
    static func writeMembers(_ reference: Reference, to json: inout JSONWriter) {
        json.member("id", reference.id)
        json.member("type", reference.type.rawValue)
        json.member("design", reference.design)
        json.member("title", reference.title)
        json.member("authors", reference.authors)
        json.member("journal", reference.journal)
        json.member("year", reference.year)
        json.member("pmid", reference.pmid)
        json.member("doi", reference.doi)
        json.member("labelSetId", reference.setId)
        json.member("revision", reference.revision)
        json.member("jurisdiction", reference.jurisdiction)
        json.member("confirmed", reference.isConfirmed)
    }
}
