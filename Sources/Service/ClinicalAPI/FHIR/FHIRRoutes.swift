import ClinicalModel
import FHIRReading
import HTTPServer
import HTTPWire
import JSONText
import KnowledgeStore

/// The door of FHIR R4: what the service can do, the release as artefacts, and `$apply`.
struct FHIRRoutes: Sendable {
    let current: CurrentKnowledge
    let settings: EHRSettings

    private static let mediaType = "application/fhir+json"
    static let contentType = "application/fhir+json; fhirVersion=4.0"

    /// The routes, in the order of `openapi.yaml`.
    var routes: [Route] {
        [
            Route(.get, "/fhir/metadata", name: "getCapabilities") { request, _ in
                self.artefact(request) { $0.capabilities() }
            },
            Route(.get, "/fhir/PlanDefinition/{id}", name: "getPlanDefinition") { request, path in
                path["id"] == PlanJSON.planID
                    ? self.artefact(request) { $0.plan() } : self.unknown("PlanDefinition", PlanJSON.planID)
            },
            Route(.get, "/fhir/Library/{id}", name: "getLibrary") { request, path in
                path["id"] == PlanJSON.libraryID
                    ? self.artefact(request) { $0.library() } : self.unknown("Library", PlanJSON.libraryID)
            },
            Route(
                .post, "/fhir/PlanDefinition/{id}/$apply", name: "applyPlanDefinition",
                maximumBodySize: CDSRoutes.largestBody, refusal: { self.refusedHead($0) }
            ) { request, path in self.apply(request, path["id"]) },
        ]
    }

    // MARK: - Artefacts

    private func artefact(_ request: HTTPRequest, _ write: (PlanJSON) -> [UInt8]) -> HTTPResponse {
        if let refusal = refusedForm(request) { return refusal }
        let advisor = current.advisor
        var response = answer(write(PlanJSON(knowledge: advisor.knowledge, settings: settings)), advisor)
        response.fields.append("Cache-Control", CachePolicy.knowledge)
        response.entityTag = EntityTag.strong(for: response.body, prefix: advisor.tagPrefix)
        return response
    }

    private func unknown(_ type: String, _ known: String) -> HTTPResponse {
        refused(OperationOutcome(404, "not-found", "there is no such \(type); there is `\(known)`"))
    }

    // MARK: - Apply

    private func apply(_ request: HTTPRequest, _ id: String) -> HTTPResponse {
        if let refusal = refusedForm(request) { return refusal }
        guard id == PlanJSON.planID else { return unknown("PlanDefinition", PlanJSON.planID) }
        do throws(OperationOutcome) {
            let asked = try ApplyRequest(request.body)
            let advisor = current.advisor
            let guidance = RecordGuidance(asked.resources, patient: asked.patientID, on: settings.today, by: advisor)
            guard guidance.record.patientCount <= 1 || asked.patientID != nil else {
                throw OperationOutcome(
                    422, "multiple-matches", "the data is of more than one patient; `subject` must name one")
            }
            let body = GuidanceResponseJSON(
                answer: guidance, knowledge: advisor.knowledge, settings: settings,
                patientID: asked.patientID ?? guidance.record.patientID
            ).bytes()
            var response = answer(body, advisor)
            response.fields.append("Cache-Control", CachePolicy.patient)
            response.remark = Advice(advisor.knowledge, options: guidance.speaks ? guidance.guidance.options : [])
            return response
        } catch {
            return refused(error)
        }
    }

    // MARK: - Forms

    private func refusedHead(_ head: HTTPRequest) -> HTTPResponse? {
        if MediaType.isJSON(head) || MediaType.isJSON(head[field: "content-type"], name: Self.mediaType) { return nil }
        var response = refused(
            OperationOutcome(415, "not-supported", "the body must be application/fhir+json or application/json"))
        response.fields["Accept-Post"] = "application/fhir+json, application/json"
        return response
    }

    /// FHIR R4 §3.1.0.1.11: `_format` goes before Accept.
    private func refusedForm(_ request: HTTPRequest) -> HTTPResponse? {
        for (name, value) in request.queryItems {
            guard name == "_format" else {
                return refused(
                    OperationOutcome(400, "not-supported", "unknown parameter `\(RecommendRequest.short(name))`"))
            }
            // A plus in a query is a space to those who read forms.
            let asked = value.split(separator: ";").first.map { String($0).replacing(" ", with: "+") } ?? ""
            guard ["json", "application/json", Self.mediaType].contains(asked) else {
                return refused(OperationOutcome(406, "not-supported", "this is given as application/fhir+json only"))
            }
            return nil
        }
        let accept = request[field: "accept"]
        guard MediaType.accepts(accept, Self.mediaType) || MediaType.accepts(accept, "application/json") else {
            return refused(OperationOutcome(406, "not-supported", "this is given as application/fhir+json only"))
        }
        return nil
    }

    private func answer(_ body: [UInt8], _ advisor: Advisor) -> HTTPResponse {
        var response = HTTPResponse(HTTPStatus(200), body: body, contentType: Self.contentType)
        response.fields.append("Knowledge-Version", advisor.knowledge.manifest.version)
        response.fields.append("Content-Language", "en")
        return response
    }

    private func refused(_ outcome: OperationOutcome) -> HTTPResponse {
        outcome.response(Self.contentType, version: current.advisor.knowledge.manifest.version)
    }
}
