import Foundation
import HTTPServer
package import HTTPWire
package import Synchronization

/// The contract as a tree, and what of an exchange it does not declare.
package struct Contract {
    /// The whole document.
    package let root: [String: Any]

    /// Reads the document of the checkout: `openapi.json`, which a test holds equal to `openapi.yaml`; reading YAML takes seconds.
    package init() throws {
        let document = try Data(contentsOf: URL(fileURLWithPath: Checkout.root + "/openapi.json"))
        root = try JSONSerialization.jsonObject(with: document) as? [String: Any] ?? [:]
    }

    /// The operations, by path and method.
    package var paths: [String: [String: [String: Any]]] { root["paths"] as? [String: [String: [String: Any]]] ?? [:] }

    /// A component by its kind and name.
    package func component(_ kind: String, _ name: String) -> [String: Any] {
        ((root["components"] as? [String: Any])?[kind] as? [String: Any])?[name] as? [String: Any] ?? [:]
    }

    /// A schema by its name.
    package func schema(_ name: String) -> [String: Any] { component("schemas", name) }

    /// The node itself, or what its `$ref` names.
    package func resolved(_ node: [String: Any]) -> [String: Any] {
        guard let parts = (node["$ref"] as? String)?.split(separator: "/").map(String.init), parts.count == 4 else {
            return node
        }
        return component(parts[2], parts[3])
    }

    /// What of a value the schema does not describe.
    package func faults(_ value: Any, _ schema: [String: Any]) -> [String] {
        SchemaChecker { resolved(["$ref": $0]) }.faults(value, schema)
    }

    /// What of an answer is not declared: its path, method, status, a field, its media type, or something in its body.
    package func breaches(of response: HTTPResponse, to method: HTTPMethod, _ target: String) -> [String] {
        guard let operation = operation(method, target) else {
            // What is no route is answered by the router itself, always with a problem.
            return [404, 405, 501, 204].contains(response.status.code) ? [] : ["\(method) \(target) is not declared"]
        }
        let statuses = operation["responses"] as? [String: [String: Any]] ?? [:]
        guard let declared = statuses["\(response.status.code)"].map(resolved) else {
            return ["\(response.status.code) is not declared"]
        }
        return fieldBreaches(response, declared) + bodyBreaches(response, declared)
    }

    private func operation(_ method: HTTPMethod, _ target: String) -> [String: Any]? {
        let path = target.split(separator: "?", omittingEmptySubsequences: false).first.map(String.init) ?? target
        var parts = path.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count > 1, parts[1] == "v1" { parts.remove(at: 1) }
        let name = method == .head ? "get" : method.name.lowercased()
        for (pattern, operations) in root["paths"] as? [String: Any] ?? [:] {
            let pieces = pattern.split(separator: "/", omittingEmptySubsequences: false)
            guard pieces.count == parts.count,
                zip(pieces, parts).allSatisfy({ $0 == $1 || ($0.hasPrefix("{") && !$1.isEmpty) }),
                let operation = (operations as? [String: Any])?[name] as? [String: Any]
            else { continue }
            return operation
        }
        return nil
    }

    private func fieldBreaches(_ response: HTTPResponse, _ declared: [String: Any]) -> [String] {
        let own = (declared["headers"] as? [String: Any] ?? [:]).keys.map { $0.lowercased() }
        let every = (root["x-headers-of-every-answer"] as? [String] ?? []).map { $0.lowercased() }
        let known = Set(own + every + ["content-type", "content-length", "date", "connection", "allow"])
        return response.fields.fields.map { $0.name.lowercased() }.filter { !known.contains($0) }.map {
            "the field \($0) is not declared"
        }
    }

    private func bodyBreaches(_ response: HTTPResponse, _ declared: [String: Any]) -> [String] {
        guard !response.body.isEmpty else { return [] }
        let type = (response.fields["Content-Type"] ?? "").split(separator: ";").first.map(String.init) ?? ""
        guard let media = (declared["content"] as? [String: [String: Any]])?[type] else {
            return ["the media type \(type) is not declared"]
        }
        guard type.hasSuffix("json"), let schema = media["schema"] as? [String: Any] else { return [] }
        guard let value = try? JSONSerialization.jsonObject(with: Data(response.body)) else { return ["no JSON"] }
        return faults(value, schema)
    }

    /// The contract, read once; every answer that a test gets from a router is held against it.
    package static let shared = Mutex<Contract?>(try? Contract())
}

/// An answer that `openapi.yaml` does not declare.
package struct UndeclaredAnswer: Error, CustomStringConvertible {
    /// The request.
    package let request: String
    /// What is not declared.
    package let breaches: [String]
    package var description: String { "\(request): " + breaches.prefix(5).joined(separator: "; ") }
}
