import Glibc
public import HTTPWire
import Synchronization

/// What tokens must be like.
public struct AccessSettings: Sendable, Equatable {
    /// The URL under which clients reach the service, without a slash at its end; tokens name it with the path that they
    /// are for. Behind a proxy `Host` tells nothing that can be relied on.
    public var publicBase = ""
    /// Seconds by which clocks may differ.
    public var skew = 60
    /// Seconds between `iat` and `exp` at most.
    public var lifetime = 3_600
    /// Used tokens that are remembered at most.
    public var replayCapacity = 100_000

    /// The standard ones.
    public init() {}
}

/// Who asks, as far as it was proved.
public struct Client: Sendable, Equatable {
    /// How it was proved.
    public enum Proof: String, Sendable, CaseIterable {
        case token
        case apiKey = "api-key"
        case certificate
    }

    /// How it was proved.
    public let proof: Proof
    /// The issuer, or the name in the operator's file.
    public let name: String
    /// The tenant that a token names.
    public let tenant: String?
    /// What it may ask for.
    public let scopes: Scope
}

/// Finds out who asks. The list of clients can be replaced while requests run; used tokens stay used. Safe from any thread.
public final class AccessControl: Sendable {
    private let settings: AccessSettings
    private let base: [UInt8]
    private let clock: @Sendable () -> Int
    private let list: Mutex<ClientList>
    private let used: ReplayWindow

    /// Access for the clients of a list. `clock` is in seconds since 1970; nil: the system's.
    public init(_ list: ClientList, _ settings: AccessSettings, clock: (@Sendable () -> Int)? = nil) {
        self.list = Mutex(list)
        self.settings = settings
        self.clock = clock ?? { time(nil) }
        base = Array(settings.publicBase.utf8)
        used = ReplayWindow(capacity: settings.replayCapacity)
    }

    /// Puts another list in place.
    public func replace(with list: ClientList) { self.list.withLock { $0 = list } }

    /// Used tokens that are remembered now.
    public var rememberedTokens: Int { used.count }

    /// Who sent the request. A token counts as used from then on.
    public func client(of request: HTTPRequest) throws(AccessRefusal) -> Client {
        let list = list.withLock { $0 }
        if let key = request.bytes(ofField: "x-api-key") { return try Self.client(of: key, list) }
        if let token = Self.bearer(request) { return try client(of: token, request, list) }
        // Whoever sends other credentials means them: a certificate does not speak for them.
        guard !request.has("authorization"), !request.has("x-api-key") else { throw .malformedToken }
        if let digest = request.certificate?.digest,
            let holder = SecretDigest.holder(of: digest, in: list.certificates)
        {
            return Client(proof: .certificate, name: holder.name, tenant: nil, scopes: holder.scopes)
        }
        throw .noCredentials
    }

    /// Whether the head brings something that `client` would look at; costs no computing.
    public func hasCredentials(_ head: HTTPRequest) -> Bool {
        head.has("x-api-key") || head.has("authorization") || head.certificate != nil
    }

    /// A key for limits: that of a client that can be known at little cost, by its API key or certificate; nil for others.
    public func cheapKey(_ request: HTTPRequest) -> PeerAddress? {
        guard request.has("x-api-key") || request.certificate != nil && !request.has("authorization"),
            let client = try? client(of: request)
        else { return nil }
        let digest = SecretDigest.of(client.name.utf8)
        func word(_ start: Int) -> UInt64 { digest[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        return PeerAddress(high: word(0), low: word(8))
    }

    private static func bearer(_ request: HTTPRequest) -> ArraySlice<UInt8>? {
        guard let field = request.bytes(ofField: "authorization"), field.count > 7,
            field.prefix(7).map({ $0 | 0x20 }).elementsEqual("bearer ".utf8)
        else { return nil }
        return field.dropFirst(7).drop { $0 == 0x20 }
    }

    private static func client(of key: ArraySlice<UInt8>, _ list: ClientList) throws(AccessRefusal) -> Client {
        guard APIKey.isKey(key), let holder = SecretDigest.holder(of: SecretDigest.of(key), in: list.keys) else {
            throw .unknownAPIKey
        }
        return Client(proof: .apiKey, name: holder.name, tenant: nil, scopes: holder.scopes)
    }

    /// In the order of the best practices of CDS Hooks: what costs nothing first, the signature last but one, and the memory
    /// of used tokens only for a token that is good.
    private func client(
        of bytes: ArraySlice<UInt8>, _ request: HTTPRequest, _ list: ClientList
    ) throws(AccessRefusal) -> Client {
        let token = try WebToken(bytes)
        guard let issuer = list.issuers[token.issuer] else { throw .issuer }
        let called = base + (request.path.isEmpty ? [UInt8(ascii: "/")] : Array(request.path))
        guard token.audiences.contains(where: { $0.utf8.elementsEqual(called) }) else { throw .audience }
        let now = clock()
        guard token.expires + settings.skew > now else { throw .expired }
        guard token.issued <= now + settings.skew, (token.notBefore ?? 0) <= now + settings.skew else { throw .early }
        guard token.expires > token.issued, token.expires - token.issued <= settings.lifetime else { throw .lifetime }
        if let tenants = issuer.tenants {
            guard let tenant = token.tenant, tenants.contains(tenant) else { throw .tenant }
        }
        guard let key = issuer.keys[token.keyID] else { throw .unknownKey }
        guard key.key.serves(token.algorithm), key.algorithm == nil || key.algorithm == token.algorithm else {
            throw .keyMismatch
        }
        guard key.key.verifies(token.signature, over: token.signed, by: token.algorithm) else { throw .signature }
        try used.use(issuer: issuer.number, token.identity, until: token.expires + settings.skew, now: now)
        return Client(proof: .token, name: token.issuer, tenant: token.tenant, scopes: issuer.scopes)
    }
}
