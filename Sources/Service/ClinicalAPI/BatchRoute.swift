import HTTPServer
import HTTPWire
import JSONText
import KnowledgeStore

/// The body of `POST /recommend/batch`: up to a hundred cases, each answered by itself.
struct BatchRequest {
    /// No more cases than these are answered at once.
    static let mostItems = 100

    /// One case: its id, where it has one, and what is asked.
    struct Item: Sendable {
        let id: String?
        let value: JSONValue
    }

    let items: [Item]

    /// Reads a body. Faults of one case are told with its answer, so that they cost the others nothing.
    /// - Throws: 400 for what is no JSON, 422 for what is no batch.
    init(body: [UInt8]) throws(Refusal) {
        let value = try RecommendRequest.tree(body)
        var faults: [ProblemDetails.Item] = []
        func fault(_ pointer: String, _ code: String, _ detail: String, didYouMean: String? = nil) {
            guard faults.count < PatientCaseReader.mostProblems else { return }
            faults.append(.init(pointer: pointer, code: code, detail: detail, didYouMean: didYouMean))
        }
        guard case .object(let members) = value else {
            throw RecommendRequest.invalid([
                .init(pointer: "#", code: "wrong-type", detail: "the body is an object, found \(value.kind)")
            ])
        }
        for member in members where member.name != "items" {
            let name = RecommendRequest.short(member.name)
            fault(
                JSONPointer.root.member(name).description, "unknown-member", "unknown member `\(name)`",
                didYouMean: "items")
        }
        var items: [Item] = []
        switch value["items"] {
        case .array(let elements):
            if elements.isEmpty { fault("#/items", "empty", "a batch needs at least one case") }
            if elements.count > Self.mostItems {
                fault("#/items", "too-many", "a batch has at most \(Self.mostItems) cases")
            }
            items = elements.prefix(Self.mostItems).map(Self.item)
            for (place, element) in elements.prefix(Self.mostItems).enumerated() {
                switch element["id"] {
                case nil: break
                case .string(let id) where (1...64).contains(id.unicodeScalars.count): break
                default: fault("#/items/\(place)/id", "wrong-type", "an id is a string of 1 to 64 characters")
                }
            }
        case nil: fault("#", "missing-member", "`items` is needed")
        case .some(let other): fault("#/items", "wrong-type", "items is a list, found \(other.kind)")
        }
        if !faults.isEmpty { throw RecommendRequest.invalid(faults) }
        self.items = items
    }

    /// The id of a case is taken off, so that the rest is the body of `POST /recommend`.
    private static func item(_ value: JSONValue) -> Item {
        guard case .object(let members) = value, case .string(let id) = value["id"] else {
            return Item(id: nil, value: value)
        }
        return Item(id: id, value: .object(members.filter { $0.name != "id" }))
    }
}

extension ClinicalAPI {
    /// The largest body of a batch, in bytes.
    static let largestBatch = 1 << 20

    /// Answers a hundred cases at most, one after another as there is room for them.
    func postBatch(_ request: HTTPRequest) -> HTTPResponse {
        guard let format = BatchFormat(request) else {
            return refused(
                ProblemDetails(
                    slug: "not-acceptable", title: "Not Acceptable", status: HTTPStatus(406),
                    detail: "this answer is given as application/json or application/x-ndjson"), request)
        }
        do throws(Refusal) {
            let batch = try BatchRequest(body: request.body)
            // One release answers the whole batch, whatever is loaded meanwhile.
            let held = current.pinned()
            var response = HTTPResponse(HTTPStatus(200), contentType: format.contentType)
            response.fields.append("Knowledge-Version", held.advisor.knowledge.manifest.version)
            response.fields.append("Content-Language", "en")
            response.fields.append("Cache-Control", CachePolicy.patient)
            response.fields.append("Vary", "Accept")
            let id = request.id
            response.stream = BodyStream { number in
                guard number < batch.items.count else { return nil }
                let item = Self.answered(batch.items[number], number, held, requestID: id)
                return format.framed(item, number, of: batch.items.count)
            }
            return response
        } catch {
            return refused(error.problem, request)
        }
    }

    /// One case of a batch with its answer or its problem.
    private static func answered(
        _ item: BatchRequest.Item, _ number: Int, _ current: CurrentKnowledge, requestID: String
    ) -> [UInt8] {
        var json = JSONWriter(capacity: 40 * 1024)
        json.beginObject()
        json.member("index", number)
        json.member("id", item.id)
        do throws(Refusal) {
            let asked = try RecommendRequest(item.value, current: current)
            json.member("status", 200)
            json.key("result")
            json.raw(asked.advisor.document(asked))
        } catch {
            json.member("status", error.problem.status.code)
            json.key("problem")
            json.raw(error.problem.response(requestID: requestID).body)
        }
        json.endObject()
        return json.bytes
    }
}

/// How a batch is written: one JSON document, or a line a case.
enum BatchFormat: Sendable {
    case document
    case lines

    /// By what the client accepts; nil where it takes neither.
    init?(_ request: HTTPRequest) {
        if MediaType.prefers("application/x-ndjson", over: "application/json", request) {
            self = .lines
        } else if MediaType.acceptsJSON(request) {
            self = .document
        } else {
            return nil
        }
    }

    var contentType: String { self == .lines ? "application/x-ndjson" : "application/json" }

    /// A case in its place.
    func framed(_ item: [UInt8], _ number: Int, of count: Int) -> [UInt8] {
        switch self {
        case .lines: return item + [0x0A]
        case .document:
            let opening = number == 0 ? "{\"items\":[" : ","
            return Array(opening.utf8) + item + Array((number == count - 1 ? "]}" : "").utf8)
        }
    }
}
