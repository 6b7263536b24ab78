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
        let answer = response.body
        _ = journal.append { [key, options] in
            Self.entry(operation, asked, answer, key, options.all)
        }
        return response
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
        let document = try? JSONReader().read(answer)
        var digest: JournalDigest?
        if case .string(let text) = document?["knowledge"]?["digest"] { digest = JournalDigest(hexadecimal: text) }
        var options: [JournalCode] = []
        if case .array(let elements) = document?["options"] {
            options = elements.compactMap { if case .string(let id) = $0["id"] { known[id] } else { nil } }
        }
        return .advice(
            AdviceEntry(
                operation: operation, asked: key.digest(of: asked), answer: key.digest(of: answer), knowledge: digest,
                options: options))
    }
}
