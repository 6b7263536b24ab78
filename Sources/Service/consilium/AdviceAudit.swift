import ClinicalAPI
import ClinicalModel
import HTTPServer
import HTTPWire
import JSONText
import Journal
import KnowledgeStore
import Synchronization

/// The ids of the options of the release that answers, as codes for a journal; made once a release.
final class OptionCodes: Sendable {
    private let current: CurrentKnowledge
    private let made = Mutex((digest: "", codes: JournalVocabulary([])))

    init(_ current: CurrentKnowledge) { self.current = current }

    /// The codes of this moment.
    var all: JournalVocabulary {
        let knowledge = current.advisor.knowledge
        return made.withLock { made in
            if made.digest != knowledge.digest {
                made = (knowledge.digest, JournalVocabulary(knowledge.clinical.interventions.keys))
            }
            return made.codes
        }
    }
}

/// Keeps what was advised: each good answer to a case or a question leaves a line in the audit journal. Hashing and looking
/// into the answer are done on the journal's queue; a request pays for two references.
struct AdviceAudit: Middleware {
    /// The journal, which is chained.
    let journal: Journal
    /// The key of the hashes.
    let key: JournalKey
    /// Whether nothing is answered while lines cannot be kept.
    let refuses: Bool
    /// The ids of all options that the release knows.
    let options: OptionCodes

    /// The patterns of routes that advise, with the name under which they are kept.
    private static let operations: [String: String] = [
        "/recommend": "recommend", "/recommend/batch": "recommend-batch", "/cds-services/{id}": "cds-services",
        "/fhir/PlanDefinition/{id}/$apply": "apply",
    ]
    private static let names = JournalVocabulary(operations.values)

    func respond(to request: HTTPRequest, next: (HTTPRequest) -> HTTPResponse) -> HTTPResponse {
        if refuses, let refusal = refusal(request) { return refusal }
        let response = next(request)
        guard response.status.code == 200, let name = Self.operations[response.route], let operation = Self.names[name]
        else { return response }
        let asked = request.method == .post ? request.body : Self.query(request)
        if let stream = response.stream { return keeping(stream, of: response, operation, asked) }
        let (answer, advice) = (response.body, response.remark as? Advice)
        _ = journal.append { [key, options] in
            guard let advice else { return Self.entry(operation, asked, answer, key, options.all) }
            let known = options.all
            return .advice(
                AdviceEntry(
                    operation: operation, asked: key.digest(of: asked), answer: key.digest(of: answer),
                    knowledge: Self.digest(advice.knowledge), options: advice.options.compactMap { known[$0] }))
        }
        return response
    }

    /// A body that is made while it is sent: a line for each slice, which is a case of its own.
    private func keeping(
        _ stream: BodyStream, of response: HTTPResponse, _ operation: JournalCode, _ asked: [UInt8]
    ) -> HTTPResponse {
        var kept = response
        kept.stream = BodyStream { [journal, key, options] number in
            guard let slice = stream.slice(number) else { return nil }
            _ = journal.append { Self.entry(operation, asked, slice, key, options.all) }
            return slice
        }
        return kept
    }

    /// 503 for a route that advises, while its line could not be kept.
    private func refusal(_ request: HTTPRequest) -> HTTPResponse? {
        let isFaulty = journal.status.fault != nil
        guard isFaulty || !journal.hasRoom, Self.advises(request) else { return nil }
        if isFaulty { journal.probe() }
        var response = ProblemDetails(
            slug: "journal-unavailable", title: "Service Unavailable", status: HTTPStatus(503),
            detail: "what is advised must be kept, and cannot be kept now"
        ).response(requestID: request.id)
        response.fields["Retry-After"] = "2"
        return response
    }

    /// Whether a path may lead to a route that advises; one that only looks so loses nothing but a moment.
    private static func advises(_ request: HTTPRequest) -> Bool {
        let path = RequestTarget.decoded(request.path, plusIsSpace: false) ?? ""
        let segments = path.split(separator: "/")
        let first = segments.first == "v1" ? segments.dropFirst().first : segments.first
        return ["recommend", "cds-services", "fhir"].contains(first ?? "")
            && (request.method == .post || first == "recommend")
    }

    private static func query(_ request: HTTPRequest) -> [UInt8] {
        Array(request.queryItems.map { "\($0.name)=\($0.value)" }.joined(separator: "&").utf8)
    }

    private static func entry(
        _ operation: JournalCode, _ asked: [UInt8], _ answer: [UInt8], _ key: JournalKey, _ known: JournalVocabulary
    ) -> JournalEntry {
        let document = document(answer)
        let advice = document?["result"] ?? document
        var digest: JournalDigest?
        if case .string(let text) = advice?["knowledge"]?["digest"] { digest = Self.digest(text) }
        return .advice(
            AdviceEntry(
                operation: operation, asked: key.digest(of: asked), answer: key.digest(of: answer), knowledge: digest,
                options: offered(advice).compactMap {
                    if case .string(let id) = $0["id"] { known[id] } else { nil }
                }))
    }

    private static func digest(_ text: String) -> JournalDigest? { JournalDigest(hexadecimal: text) }

    private static func offered(_ advice: JSONValue?) -> [JSONValue] {
        if case .array(let options) = advice?["options"] { options } else { [] }
    }

    /// An answer as JSON, or the case of a batch that a slice holds between the brackets of its list.
    private static func document(_ answer: [UInt8]) -> JSONValue? {
        if let whole = try? JSONReader().read(answer) { return whole }
        let opening = Array(#"{"items":["#.utf8)
        var item = answer[...]
        if item.starts(with: opening) { item = item.dropFirst(opening.count) }
        if item.first == UInt8(ascii: ",") { item = item.dropFirst() }
        if let value = try? JSONReader().read(Array(item)) { return value }
        return try? JSONReader().read(Array(item.dropLast(2)))
    }
}
