import FoundationEssentials
import JSONText

/// Why the list of clients cannot be used; one sentence for the operator, without a secret.
public struct ClientsError: Error, Sendable, Equatable {
    /// The sentence.
    public let sentence: String

    init(_ sentence: String) { self.sentence = sentence }
}

/// Who may ask, as the operator's file says: issuers of tokens with their keys, hashed API keys, certificates. Immutable; a
/// reload makes another.
public struct ClientList: Sendable {
    /// Who signs tokens.
    struct Issuer: Sendable {
        let keys: KeySet
        /// Tenants that are served; nil: all, and tokens without one.
        let tenants: Set<String>?
        let scopes: Scope
        /// Its number, which the memory of used tokens keeps instead of its name.
        let number: Int
    }

    /// A client with a secret or certificate of its own.
    struct Holder: Sendable {
        let name: String
        let digest: [UInt8]
        let scopes: Scope
    }

    /// SHA-256 over the file and the sets of keys: whether another reading brought something new.
    public let digest: [UInt8]
    let issuers: [String: Issuer]
    let keys: [Holder]
    let certificates: [Holder]

    /// Whether tokens are among what is taken: then the public base of the service must be known.
    public var hasIssuers: Bool { !issuers.isEmpty }
    /// Whether certificates are among what is taken: then the port must ask for them.
    public var hasCertificates: Bool { !certificates.isEmpty }

    /// How many of each, for the log.
    public var words: String {
        "\(issuers.count) issuers, \(keys.count) API keys, \(certificates.count) certificates"
    }

    /// Reads the file and the sets of keys that it names, relative to its folder.
    public init(file path: String) throws(ClientsError) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        try self.init(try Self.contents(path), named: path) { name throws(ClientsError) in
            try Self.contents(name.hasPrefix("/") ? name : folder + name)
        }
    }

    private static func contents(_ path: String) throws(ClientsError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ClientsError("the file `\(path)` cannot be read")
        }
        guard data.count <= 1_048_576 else { throw ClientsError("the file `\(path)` has more than a mebibyte") }
        return [UInt8](data)
    }

    init(
        _ bytes: [UInt8], named name: String, _ read: (String) throws(ClientsError) -> [UInt8]
    ) throws(ClientsError) {
        let document: JSONValue
        do {
            document = try JSONReader(maximumDepth: 8).read(bytes)
        } catch {
            throw ClientsError("\(name): \(error.sentence)")
        }
        let file = ClientFile(name: name)
        try file.check(document, known: ["$schema", "issuers", "keys", "certificates"], "the list of clients")
        var issuers: [String: Issuer] = [:]
        var all = bytes
        for (index, value) in try file.list(document, "issuers").enumerated() {
            let place = "issuer \(index + 1)"
            try file.check(value, known: ["issuer", "jwks", "tenants", "scopes"], place)
            let issuer = try file.text(value, "issuer", place)
            let keys = try file.text(value, "jwks", place)
            guard issuers[issuer] == nil else { throw ClientsError("\(name): \(place) is named twice") }
            let set = try read(keys)
            all += set
            issuers[issuer] = Issuer(
                keys: try KeySet(set, named: keys), tenants: try file.tenants(value, place),
                scopes: try file.scopes(value, place), number: index)
        }
        self.issuers = issuers
        digest = SecretDigest.of(all)
        keys = try file.list(document, "keys").enumerated().map { index, value throws(ClientsError) in
            try file.holder(value, "hash", "key \(index + 1)")
        }
        certificates = try file.list(document, "certificates").enumerated().map { index, value throws(ClientsError) in
            try file.holder(value, "fingerprint", "certificate \(index + 1)")
        }
        let names = (keys + certificates).map(\.name)
        guard Set(names).count == names.count else { throw ClientsError("\(name): two clients have one name") }
        guard !issuers.isEmpty || !names.isEmpty else { throw ClientsError("\(name): nobody is listed") }
    }
}

/// Reads the parts of the operator's file.
private struct ClientFile {
    let name: String

    func check(_ value: JSONValue, known: Set<String>, _ place: String) throws(ClientsError) {
        guard case .object(let members) = value else { throw ClientsError("\(name): \(place) is no object") }
        if let other = members.first(where: { !known.contains($0.name) }) {
            throw ClientsError("\(name): \(place) has an unknown member `\(other.name)`")
        }
    }

    func list(_ value: JSONValue, _ member: String) throws(ClientsError) -> [JSONValue] {
        switch value[member] {
        case nil: return []
        case .array(let elements): return elements
        default: throw ClientsError("\(name): `\(member)` is no list")
        }
    }

    func text(_ value: JSONValue, _ member: String, _ place: String) throws(ClientsError) -> String {
        guard case .string(let text) = value[member], !text.isEmpty else {
            throw ClientsError("\(name): \(place) has no `\(member)`")
        }
        return text
    }

    func tenants(_ value: JSONValue, _ place: String) throws(ClientsError) -> Set<String>? {
        guard value["tenants"] != nil else { return nil }
        return Set(try texts(value, "tenants", place))
    }

    func scopes(_ value: JSONValue, _ place: String) throws(ClientsError) -> Scope {
        var scopes: Scope = []
        for text in try texts(value, "scopes", place) {
            guard let scope = Scope.names.first(where: { $0.name == text })?.scope else {
                let known = Scope.names.map(\.name).joined(separator: ", ")
                throw ClientsError("\(name): \(place) has an unknown scope; known: \(known)")
            }
            scopes.insert(scope)
        }
        return scopes
    }

    private func texts(_ value: JSONValue, _ member: String, _ place: String) throws(ClientsError) -> [String] {
        let elements = try list(value, member)
        let texts = elements.compactMap { if case .string(let text) = $0, !text.isEmpty { text } else { nil } }
        guard !texts.isEmpty, texts.count == elements.count else {
            throw ClientsError("\(name): \(place): `\(member)` is no list of texts")
        }
        return texts
    }

    func holder(_ value: JSONValue, _ member: String, _ place: String) throws(ClientsError) -> ClientList.Holder {
        try check(value, known: ["name", member, "scopes"], place)
        guard let digest = SecretDigest.read(try text(value, member, place)) else {
            throw ClientsError("\(name): \(place): `\(member)` is `sha256:` and 64 hexadecimal digits")
        }
        return ClientList.Holder(
            name: try text(value, "name", place), digest: digest, scopes: try scopes(value, place))
    }
}
