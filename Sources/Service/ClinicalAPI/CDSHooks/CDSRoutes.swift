import ClinicalModel
import FHIRReading
import HTTPServer
import HTTPWire
import JSONText
import KnowledgeStore

/// The door of CDS Hooks 2.0: discovery and the two services.
struct CDSRoutes: Sendable {
    let current: CurrentKnowledge
    let settings: EHRSettings
    let feedback: FeedbackLedger

    /// A patient with thousands of results fits; the rest of the service takes less.
    static let largestBody = 1 << 20
    static let mediaType = "application/json"

    /// The routes, in the order of `openapi.yaml`.
    var routes: [Route] {
        [
            Route(.get, "/cds-services", name: "discoverServices") { request, _ in self.discovery(request) },
            Route(
                .post, "/cds-services/{id}", name: "callService", maximumBodySize: Self.largestBody,
                refusal: { self.refusedHead($0) }
            ) { request, path in self.call(request, path["id"]) },
            Route(
                .post, "/cds-services/{id}/feedback", name: "sendFeedback", refusal: { self.refusedHead($0) }
            ) { request, path in self.feedback(request, path["id"]) },
        ]
    }

    private func discovery(_ request: HTTPRequest) -> HTTPResponse {
        if let refusal = refusedQuery(request) { return refusal }
        let advisor = current.advisor
        var response = HTTPResponse(
            HTTPStatus(200), body: CDSService.discovery(), contentType: Self.mediaType)
        response.fields.append("Knowledge-Version", advisor.knowledge.manifest.version)
        response.fields.append("Content-Language", "en")
        response.fields.append("Cache-Control", CachePolicy.knowledge)
        response.entityTag = EntityTag.strong(for: response.body, prefix: advisor.tagPrefix)
        return response
    }

    private func refusedHead(_ head: HTTPRequest) -> HTTPResponse? {
        guard !MediaType.isJSON(head) else { return nil }
        var response = refused(OperationOutcome(415, "not-supported", "the body must be application/json"))
        response.fields["Accept-Post"] = Self.mediaType
        return response
    }

    private func refusedQuery(_ request: HTTPRequest) -> HTTPResponse? {
        guard request.hasQuery, let first = request.queryItems.first else { return nil }
        return refused(
            OperationOutcome(400, "not-supported", "unknown parameter `\(RecommendRequest.short(first.name))`"))
    }

    private func call(_ request: HTTPRequest, _ id: String) -> HTTPResponse {
        if let refusal = refusedQuery(request) { return refusal }
        guard let service = CDSService.named(id) else {
            let known = CDSService.all.map { "`\($0.id)`" }.joined(separator: " and ")
            return refused(OperationOutcome(404, "not-found", "there is no such service; there are \(known)"))
        }
        do throws(OperationOutcome) {
            let asked = try CDSRequest(request.body, for: service)
            let advisor = current.advisor
            let answer = RecordGuidance(
                asked.prefetched.map { (place: $0.key, value: $0.value) }, patient: asked.patientID, on: settings.today,
                by: advisor)
            let cards = answer.speaks ? cards(asked, answer, advisor) : []
            return self.response(cards, asked, answer, service, advisor)
        } catch {
            return refused(error)
        }
    }

    private func feedback(_ request: HTTPRequest, _ id: String) -> HTTPResponse {
        if let refusal = refusedQuery(request) { return refusal }
        guard CDSService.named(id) != nil else {
            return refused(OperationOutcome(404, "not-found", "there is no such service"))
        }
        let items: [FeedbackRequest.Item]
        do throws(OperationOutcome) {
            items = try FeedbackRequest(request.body).items
        } catch {
            return refused(error)
        }
        guard feedback.isDurable else {
            feedback.take(items, service: id) { _ in }
            return Self.taken
        }
        // 200 means that it is on the disk; the loop does not wait for that.
        var response = HTTPResponse(HTTPStatus(200))
        response.later = LaterAnswer { [feedback, self] answer in
            feedback.take(items, service: id) { answer($0 ? Self.taken : untaken) }
        }
        return response
    }

    private static var taken: HTTPResponse {
        var response = HTTPResponse(HTTPStatus(200))
        response.fields.append("Cache-Control", "no-store")
        return response
    }

    private var untaken: HTTPResponse {
        var response = refused(
            OperationOutcome(503, "transient", "the journal takes nothing now; send all of it again"))
        response.fields["Retry-After"] = "2"
        return response
    }

    private func cards(_ asked: CDSRequest, _ answer: RecordGuidance, _ advisor: Advisor) -> [Card] {
        if asked.hook == "patient-view" {
            return [
                AdvisorCard(
                    answer: answer, knowledge: advisor.knowledge, settings: settings, missing: asked.missing
                ).card
            ]
        }
        return OrderCheck(
            answer: answer, advisor: advisor, settings: settings,
            orders: asked.draftOrders.prefix(64).compactMap { DraftOrder($0, reader: advisor.records) },
            selections: asked.selections
        ).cards
    }

    private func response(
        _ cards: [Card], _ asked: CDSRequest, _ answer: RecordGuidance, _ service: CDSService, _ advisor: Advisor
    ) -> HTTPResponse {
        var json = JSONWriter(capacity: 16 * 1024)
        json.beginObject()
        json.key("cards")
        json.beginArray()
        for card in cards {
            let uuid = card.uuid(hookInstance: asked.hookInstance, digest: advisor.knowledge.digest)
            settings.issued?(IssuedCard(service: service.id, uuid: uuid, rules: card.rules))
            card.write(uuid: uuid, sourceURL: settings.publicBaseURL, to: &json) { json in
                CardExtension(answer: answer, knowledge: advisor.knowledge).write(
                    to: &json, withOptions: asked.hook == "patient-view")
            }
        }
        json.endArray()
        json.endObject()
        var response = HTTPResponse(HTTPStatus(200), body: json.bytes, contentType: Self.mediaType)
        response.fields.append("Knowledge-Version", advisor.knowledge.manifest.version)
        response.fields.append("Content-Language", "en")
        response.fields.append("Cache-Control", CachePolicy.patient)
        // The cards of an order tell what speaks against it and offer nothing.
        let offers = !cards.isEmpty && asked.hook == "patient-view"
        response.remark = Advice(advisor.knowledge, options: offers ? answer.guidance.options : [])
        return response
    }

    private func refused(_ outcome: OperationOutcome) -> HTTPResponse {
        outcome.response(Self.mediaType, version: current.advisor.knowledge.manifest.version)
    }
}

/// What a card carries beside its words, for clients that show more: the case as `/recommend` takes it, where each fact was
/// read, the options by id, and the source attributes of each.
struct CardExtension {
    let answer: RecordGuidance
    let knowledge: KnowledgeBase

    func write(to json: inout JSONWriter, withOptions: Bool) {
        let record = RecordJSON(record: answer.record, vocabulary: knowledge.clinical.vocabulary)
        record.writeCase("org.consilium.case", to: &json)
        json.object("org.consilium.reading") { record.writeReading(to: &$0) }
        guard withOptions else { return }
        let attributes = SourceAttributes(knowledge: knowledge)
        json.list("org.consilium.options", answer.guidance.options) { json, option in
            json.beginObject()
            json.member("id", option.intervention.id)
            json.member("standing", option.isRecommended ? "recommended" : "conditional")
            json.object("sourceAttributes") {
                attributes.write(
                    option.rules.map(\.id), of: option.intervention, references: citations(option), to: &$0)
            }
            json.endObject()
        }
        json.member("org.consilium.excluded", answer.guidance.excluded.map(\.intervention.id))
    }

    private func citations(_ option: Guidance.Option) -> [Reference] {
        option.evidence.map(\.number).reduce(into: [Reference]()) { list, number in
            guard answer.guidance.references.indices.contains(number - 1) else { return }
            let reference = answer.guidance.references[number - 1]
            if !list.contains(where: { $0.id == reference.id }) { list.append(reference) }
        }
    }
}
