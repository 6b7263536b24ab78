package import ClinicalAPI
import Foundation
package import HTTPServer
package import HTTPWire
package import KnowledgeStore
import Synchronization

/// The checkout, and what the tests of several rooms need from it.
package enum Checkout {
    /// The root of the checkout.
    package static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// The bundled knowledge as it stands in the checkout.
    package static let content = root + "/Sources/Clinical/GuidelineContent/Content"

    /// A text file of the checkout.
    package static func text(_ path: String) throws -> String {
        try String(contentsOfFile: root + "/" + path, encoding: .utf8)
    }

    /// The knowledge of the checkout, loaded once.
    package static let knowledge: Result<KnowledgeBase, any Error> = Result {
        try KnowledgeLoader(directory: content).load()
    }

    /// An advisor over it.
    package static func advisor() throws -> Advisor { Advisor(knowledge: try knowledge.get()) }

    /// The routes over it, in the process.
    package static func router() throws -> Router {
        let page = { (path: String) in [UInt8](try Data(contentsOf: URL(fileURLWithPath: root + "/" + path))) }
        let (contract, coded) = (try page("openapi.yaml"), try page("openapi.json"))
        let pages = PageFiles(
            index: try page("Sources/Service/ReadingPages/Pages/index.html"),
            docs: try page("Sources/Service/ReadingPages/Pages/docs.html"), openAPI: { coded },
            reportAddress: "mailto:errors@example.org")
        return Router(
            routes: ClinicalAPI(current: CurrentKnowledge(try advisor()), openAPI: { contract }, pages: pages)
                .routes)
    }
}

/// A response as a test looks at it.
package struct Reply {
    /// The status code.
    package let status: Int
    /// The response itself.
    package let response: HTTPResponse
    /// The body as a JSON object; empty where it is none.
    package let json: [String: Any]

    /// Looks at a response.
    package init(_ response: HTTPResponse) {
        self.response = response
        status = response.status.code
        json = (try? JSONSerialization.jsonObject(with: Data(response.body))) as? [String: Any] ?? [:]
    }

    /// The value at a path of members and indexes, such as `options.0.id`; nil where there is none.
    package func value(_ path: String) -> Any? { Self.value(json, path.split(separator: ".").map(String.init)[...]) }

    /// The string at a path.
    package func string(_ path: String) -> String? { value(path) as? String }

    /// The strings at a path of a list of objects: `options.*.id`.
    package func strings(_ path: String) -> [String] {
        let parts = path.components(separatedBy: ".*.")
        guard parts.count == 2, let list = value(parts[0]) as? [Any] else { return [] }
        return list.compactMap { Self.value($0, parts[1].split(separator: ".").map(String.init)[...]) as? String }
    }

    private static func value(_ node: Any, _ path: ArraySlice<String>) -> Any? {
        guard let name = path.first else { return node }
        if let object = node as? [String: Any] { return object[name].flatMap { value($0, path.dropFirst()) } }
        if let list = node as? [Any], let index = Int(name), list.indices.contains(index) {
            return value(list[index], path.dropFirst())
        }
        return nil
    }
}

extension HTTPResponse {
    /// The answer that comes later, waited for; with the route of this one.
    package func standing(for later: LaterAnswer) -> HTTPResponse {
        let box = AnswerBox()
        let isThere = DispatchSemaphore(value: 0)
        later.begin { response in
            box.answer.withLock { $0 = response }
            isThere.signal()
        }
        isThere.wait()
        var response = box.answer.withLock { $0 } ?? self
        response.route = route
        return response
    }

    private final class AnswerBox: Sendable {
        let answer = Mutex<HTTPResponse?>(nil)
    }
}

extension Router {
    /// Sends a request; an answer that the contract does not declare, in any part, is an error.
    package func send(
        _ method: HTTPMethod, _ target: String, fields: [(String, String)] = [], body: [UInt8] = []
    ) throws -> Reply {
        var response = respond(to: try HTTPRequest(method, target, fields: fields, body: body))
        if let later = response.later { response = response.standing(for: later) }
        if let stream = response.stream {
            var number = 0
            while let slice = stream.slice(number) {
                response.body += slice
                number += 1
            }
        }
        let breaches = Contract.shared.withLock { contract in
            contract?.breaches(of: response, to: method, target) ?? ["openapi.yaml cannot be read"]
        }
        guard breaches.isEmpty else { throw UndeclaredAnswer(request: "\(method) \(target)", breaches: breaches) }
        return Reply(response)
    }

    /// Posts a JSON text to `/recommend`.
    package func recommend(_ body: String) throws -> Reply {
        try send(.post, "/recommend", fields: [("Content-Type", "application/json")], body: Array(body.utf8))
    }

    /// Gets a path.
    package func get(_ path: String, accept: String? = nil) throws -> Reply {
        try send(.get, path, fields: accept.map { [("Accept", $0)] } ?? [])
    }
}
