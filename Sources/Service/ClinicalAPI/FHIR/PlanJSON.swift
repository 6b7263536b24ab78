import ClinicalModel
import FHIRReading
import HTTPWire
import JSONText
import KnowledgeStore

/// Writes the release as FHIR artefacts, so that whoever governs decision support in a hospital can register it.
struct PlanJSON {
    let knowledge: KnowledgeBase
    let settings: EHRSettings

    /// The one plan: everything that is treated systemically.
    static let planID = "net-systemic"
    /// The library that the plan rests on: the knowledge as a whole.
    static let libraryID = "consilium-knowledge"

    private var manifest: Manifest { knowledge.manifest }

    private func url(_ type: String, _ id: String) -> String {
        settings.url("/fhir/\(type)/\(id)") ?? "urn:consilium:\(type):\(id)"
    }

    /// The plan with its version.
    var canonical: String { "\(url("PlanDefinition", Self.planID))|\(manifest.version)" }

    private var status: String { knowledge.review().status == "approved" ? "active" : "draft" }

    private func writeHead(_ type: String, _ id: String, _ name: String, _ title: String, to json: inout JSONWriter) {
        json.member("resourceType", type)
        json.member("id", id)
        json.member("url", url(type, id))
        json.member("version", manifest.version)
        json.member("name", name)
        json.member("title", title)
        json.member("status", status)
        json.member("experimental", true)
    }

    private func writeMiddle(to json: inout JSONWriter) {
        json.member("date", manifest.released)
        json.member("publisher", manifest.developer)
        json.member("description", "\(manifest.title). \(manifest.editorialPolicy)")
        json.member("purpose", manifest.intendedUse)
        json.member("usage", manifest.disclaimer.clinician)
        json.member("copyright", manifest.license)
        json.member("approvalDate", knowledge.review().status == "approved" ? knowledge.review().reviewed : nil)
        json.member("lastReviewDate", knowledge.review().reviewed)
    }

    /// The plan: one action a topic.
    func plan() -> [UInt8] {
        var json = JSONWriter(capacity: 16 * 1024)
        json.beginObject()
        writeHead(
            "PlanDefinition", Self.planID, "NETSystemic", "Treatment options for neuroendocrine neoplasms", to: &json)
        writeMiddle(to: &json)
        json.member("library", ["\(url("Library", Self.libraryID))|\(manifest.version)"])
        json.list("action", knowledge.clinical.topics) { json, topic in
            json.beginObject()
            json.member("id", topic.id)
            json.member("title", topic.title.clinician)
            json.member("description", topic.covers.joined(separator: " "))
            json.endObject()
        }
        json.endObject()
        return json.bytes
    }

    /// The library: every source, and the digest that names this very release.
    func library() -> [UInt8] {
        var json = JSONWriter(capacity: 64 * 1024)
        json.beginObject()
        writeHead("Library", Self.libraryID, "ConsiliumKnowledge", manifest.title, to: &json)
        json.object("type") {
            $0.member("text", "knowledge of a decision support service; its digest is \(knowledge.digest)")
        }
        writeMiddle(to: &json)
        json.list("relatedArtifact", knowledge.clinical.references.values.sorted { $0.id < $1.id }) { json, reference in
            json.beginObject()
            json.member("type", "citation")
            json.member("label", reference.id)
            json.member("display", reference.title)
            json.member(
                "url", settings.url("/references/\(reference.id)") ?? reference.doi.map { "https://doi.org/\($0)" })
            json.endObject()
        }
        json.endObject()
        return json.bytes
    }

    /// What the door understands.
    func capabilities() -> [UInt8] {
        var json = JSONWriter(capacity: 4 * 1024)
        json.beginObject()
        json.member("resourceType", "CapabilityStatement")
        json.member("url", settings.url("/fhir/metadata"))
        json.member("status", "active")
        json.member("experimental", true)
        json.member("date", manifest.released)
        json.member("publisher", manifest.developer)
        json.member("kind", "instance")
        json.object("software") {
            $0.member("name", "Consilium")
            $0.member("version", manifest.version)
            $0.member("releaseDate", manifest.released)
        }
        json.object("implementation") {
            $0.member("description", manifest.intendedUse)
            $0.member("url", settings.url("/fhir"))
        }
        json.member("fhirVersion", "4.0.1")
        json.member("format", ["application/fhir+json", "json"])
        json.list("rest", ["server"]) { json, mode in
            json.beginObject()
            json.member("mode", mode)
            json.member(
                "documentation",
                "No resource of a patient is stored: what is sent to $apply is read, answered and forgotten.")
            json.list("resource", ["Library", "PlanDefinition"]) { json, type in
                json.beginObject()
                json.member("type", type)
                json.list("interaction", ["read"]) { json, code in
                    json.beginObject()
                    json.member("code", code)
                    json.endObject()
                }
                if type == "PlanDefinition" {
                    json.list("operation", ["apply"]) { json, name in
                        json.beginObject()
                        json.member("name", name)
                        json.member("definition", "http://hl7.org/fhir/OperationDefinition/PlanDefinition-apply")
                        json.member(
                            "documentation",
                            "POST a Bundle, or Parameters with `subject` and `data`; answers a GuidanceResponse with a RequestGroup."
                        )
                        json.endObject()
                    }
                }
                json.endObject()
            }
            json.endObject()
        }
        json.endObject()
        return json.bytes
    }
}
