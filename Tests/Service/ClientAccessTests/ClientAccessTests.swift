import Crypto
import CryptoExtras
import Foundation
import HTTPServer
import HTTPWire
import Synchronization
import Testing

@testable import ClientAccess

/// An issuer with a key of each kind, and tokens as it may and may not make them.
private struct Issuer {
    static let now = 1_764_000_000
    static let base = "https://cds.example.org"
    static let path = "/cds-services/net-advisor"
    let p256 = P256.Signing.PrivateKey()
    let p384 = P384.Signing.PrivateKey()

    static func base64(_ bytes: some Sequence<UInt8>) -> String { Base64URL.encode(Array(bytes)) }

    var keySet: String {
        let (x, y) = (Array(p256.publicKey.rawRepresentation.prefix(32)), p256.publicKey.rawRepresentation.suffix(32))
        let (u, v) = (Array(p384.publicKey.rawRepresentation.prefix(48)), p384.publicKey.rawRepresentation.suffix(48))
        return """
            {"keys":[{"kty":"EC","crv":"P-256","kid":"a","use":"sig","x":"\(Self.base64(x))","y":"\(Self.base64(y))"},
            {"kty":"EC","crv":"P-384","kid":"b","alg":"ES384","x":"\(Self.base64(u))","y":"\(Self.base64(v))"},
            {"kty":"oct","kid":"c","alg":"HS256"},{"kty":"OKP","crv":"Ed25519","kid":"d","x":"AAAA"}]}
            """
    }

    func list(_ more: String = #""scopes":["cds"]"#) throws -> ClientList {
        let text = #"{"issuers":[{"issuer":"https://ehr.example.org","jwks":"keys.json",\#(more)}]}"#
        return try ClientList(Array(text.utf8), named: "clients.json") { _ in Array(keySet.utf8) }
    }

    static func claims(_ changes: [String: String?] = [:]) -> String {
        var claims: [String: String] = [
            "iss": #""https://ehr.example.org""#, "aud": #""\#(base)\#(path)""#, "exp": "\(now + 300)",
            "iat": "\(now)", "jti": #""\#(UUID().uuidString)""#,
        ]
        for (name, value) in changes { claims[name] = value }
        return "{" + claims.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }

    func token(_ claims: String, header: String = #"{"alg":"ES256","typ":"JWT","kid":"a"}"#) throws -> String {
        let signed = Self.base64(header.utf8) + "." + Self.base64(claims.utf8)
        let signature = try p256.signature(for: SHA256.hash(data: Data(signed.utf8)))
        return signed + "." + Self.base64(signature.rawRepresentation)
    }
}

private func request(_ fields: [(String, String)], _ path: String = Issuer.path) throws -> HTTPRequest {
    try HTTPRequest(.post, path, fields: fields.map { ($0.0, $0.1) })
}

private func access(_ list: ClientList, capacity: Int = 1_000, now: Int = Issuer.now) -> AccessControl {
    var settings = AccessSettings()
    settings.publicBase = Issuer.base
    settings.replayCapacity = capacity
    return AccessControl(list, settings, clock: { now })
}

@Suite struct `A token` {
    private let issuer = Issuer()

    private func refusal(
        _ token: String, _ list: ClientList? = nil, path: String = Issuer.path
    ) throws -> AccessRefusal? {
        let access = access(try list ?? issuer.list())
        do {
            _ = try access.client(of: request([("Authorization", "Bearer " + token)], path))
            return nil
        } catch let error as AccessRefusal {
            return error
        }
    }

    @Test func `of a listed issuer for this path lets in, once`() throws {
        let access = access(try issuer.list())
        let token = try issuer.token(Issuer.claims())
        let asked = try request([("Authorization", "Bearer " + token)])
        let client = try access.client(of: asked)
        #expect(client.name == "https://ehr.example.org" && client.scopes == [.cds] && client.proof == .token)
        #expect(throws: AccessRefusal.replay) { try access.client(of: asked) }
        #expect(access.rememberedTokens == 1)
    }

    @Test func `may name several audiences, and this one among them`() throws {
        let claims = Issuer.claims(["aud": #"["https://x","\#(Issuer.base)\#(Issuer.path)"]"#])
        #expect(try refusal(issuer.token(claims)) == nil)
    }

    @Test(
        "is refused where",
        arguments: [
            ("it has expired", ["exp": "\(Issuer.now - 61)", "iat": "\(Issuer.now - 300)"], AccessRefusal.expired),
            ("it is from the future", ["iat": "\(Issuer.now + 61)", "exp": "\(Issuer.now + 400)"], .early),
            ("it is not valid yet", ["nbf": "\(Issuer.now + 61)"], .early),
            ("it lives too long", ["exp": "\(Issuer.now + 3_601)"], .lifetime),
            ("it ends before it begins", ["exp": "\(Issuer.now + 10)", "iat": "\(Issuer.now + 20)"], .lifetime),
            ("nobody listed issued it", ["iss": #""https://other""#], .issuer),
            ("it is for another path", ["aud": #""\#(Issuer.base)/cds-services""#], .audience),
            ("it has no id", ["jti": nil], .malformedToken),
            ("it never ends", ["exp": nil], .malformedToken),
            ("its end is a text", ["exp": #""\#(Issuer.now + 10)""#], .malformedToken),
            ("it has no audience", ["aud": nil], .malformedToken),
        ] as [(String, [String: String?], AccessRefusal)])
    func claims(_ what: String, _ changes: [String: String?], _ expected: AccessRefusal) throws {
        #expect(try refusal(issuer.token(Issuer.claims(changes))) == expected, "\(what)")
    }

    @Test(
        "with this header is refused:",
        arguments: [
            (#"{"alg":"none","typ":"JWT","kid":"a"}"#, AccessRefusal.algorithm),
            (#"{"alg":"HS256","typ":"JWT","kid":"a"}"#, .algorithm),
            (#"{"alg":"EdDSA","typ":"JWT","kid":"d"}"#, .algorithm),
            (#"{"alg":"ES384","typ":"JWT","kid":"a"}"#, .keyMismatch),
            (#"{"alg":"ES256","typ":"JWT","kid":"b"}"#, .keyMismatch),
            (#"{"alg":"RS256","typ":"JWT","kid":"a"}"#, .keyMismatch),
            (#"{"alg":"ES256","typ":"JWT","kid":"z"}"#, .unknownKey),
            (#"{"alg":"ES256","typ":"JWT"}"#, .malformedToken),
            (#"{"alg":"ES256","kid":"a"}"#, .malformedToken),
            (#"{"alg":"ES256","typ":"JWT","kid":"a","crit":["b64"]}"#, .malformedToken),
            (#"{"alg":"ES256","alg":"none","typ":"JWT","kid":"a"}"#, .malformedToken),
        ])
    func header(_ header: String, _ expected: AccessRefusal) throws {
        #expect(try refusal(issuer.token(Issuer.claims(), header: header)) == expected)
    }

    @Test func `within the skew is taken`() throws {
        #expect(
            try refusal(issuer.token(Issuer.claims(["exp": "\(Issuer.now - 59)", "iat": "\(Issuer.now - 300)"]))) == nil
        )
        #expect(try refusal(issuer.token(Issuer.claims(["iat": "\(Issuer.now + 59)"]))) == nil)
    }

    @Test func `of a tenant that is not listed, or of none, is refused where tenants are listed`() throws {
        let list = try issuer.list(#""scopes":["cds"],"tenants":["ward-1"]"#)
        #expect(try refusal(issuer.token(Issuer.claims(["tenant": #""ward-1""#])), list) == nil)
        #expect(try refusal(issuer.token(Issuer.claims(["tenant": #""ward-2""#])), list) == .tenant)
        #expect(try refusal(issuer.token(Issuer.claims()), list) == .tenant)
    }

    @Test func `with one bit of another signature, claim or form is refused`() throws {
        let token = try issuer.token(Issuer.claims())
        let parts = token.split(separator: ".").map(String.init)
        let other = try issuer.token(Issuer.claims()).split(separator: ".").map(String.init)
        #expect(try refusal([parts[0], other[1], parts[2]].joined(separator: ".")) == .signature)
        #expect(try refusal([parts[0], parts[1], "AAAA"].joined(separator: ".")) == .signature)
        #expect(try refusal(parts[0] + "." + parts[1] + ".") == .malformedToken)
        #expect(try refusal(token + "=") == .malformedToken)
        #expect(try refusal(token + ".x") == .malformedToken)
        #expect(try refusal("x") == .malformedToken)
        #expect(try refusal(String(repeating: "a", count: 9_000)) == .malformedToken)
    }

    @Test func `is refused rather than one forgotten when the memory is full`() throws {
        let list = try issuer.list()
        let full = access(list, capacity: 2)
        for number in 0..<3 {
            let token = try issuer.token(Issuer.claims())
            let asked = try request([("Authorization", "Bearer " + token)])
            if number < 2 {
                _ = try full.client(of: asked)
            } else {
                #expect(throws: AccessRefusal.replayMemoryFull) { try full.client(of: asked) }
            }
        }
    }

    @Test func `leaves the memory when it has expired`() throws {
        let clock = Mutex(Issuer.now)
        var settings = AccessSettings()
        settings.publicBase = Issuer.base
        settings.replayCapacity = 1
        let access = AccessControl(try issuer.list(), settings, clock: { clock.withLock { $0 } })
        _ = try access.client(of: request([("Authorization", "Bearer " + issuer.token(Issuer.claims()))]))
        clock.withLock { $0 += 361 }
        let claims = Issuer.claims(["iat": "\(Issuer.now + 361)", "exp": "\(Issuer.now + 500)"])
        _ = try access.client(of: request([("Authorization", "Bearer " + issuer.token(claims))]))
        #expect(access.rememberedTokens == 1)
    }
}

@Suite struct `A client` {
    private func list(_ hash: String, _ fingerprint: String = String(repeating: "ab", count: 32)) throws -> ClientList {
        let text = """
            {"keys":[{"name":"portal","hash":"\(hash)","scopes":["recommend","reference"]}],
             "certificates":[{"name":"gateway","fingerprint":"\(fingerprint)","scopes":["fhir"]}]}
            """
        return try ClientList(Array(text.utf8), named: "clients.json") { _ in [] }
    }

    @Test func `with a listed key is known by its name`() throws {
        let key = APIKey()
        let access = access(try list(key.hash))
        let client = try access.client(of: request([("X-Api-Key", key.text)], "/recommend"))
        #expect(client.name == "portal" && client.scopes == [.recommend, .reference] && client.proof == .apiKey)
        #expect(try access.cheapKey(request([("X-Api-Key", key.text)])) != nil)
        #expect(try access.cheapKey(request([("X-Api-Key", APIKey().text)])) == nil)
    }

    @Test func `with another key, a password or two keys is not`() throws {
        let key = APIKey()
        let access = access(try list(key.hash))
        for text in [APIKey().text, "secret", String(key.text.dropLast()), key.text + "A"] {
            #expect(throws: AccessRefusal.unknownAPIKey) { try access.client(of: request([("X-Api-Key", text)])) }
        }
        #expect(throws: AccessRefusal.self) {
            try access.client(of: request([("X-Api-Key", key.text), ("X-Api-Key", key.text)]))
        }
    }

    @Test func `with a listed certificate is known, and other credentials are not covered by it`() throws {
        let access = access(try list(APIKey().hash))
        var asked = try request([])
        asked.certificate = ClientCertificate(digest: Array(repeating: 0xAB, count: 32))
        #expect(try access.client(of: asked).name == "gateway")
        asked.certificate = ClientCertificate(digest: Array(repeating: 0xAC, count: 32))
        #expect(throws: AccessRefusal.noCredentials) { try access.client(of: asked) }
        var both = try request([("Authorization", "Basic eDp5")])
        both.certificate = ClientCertificate(digest: Array(repeating: 0xAB, count: 32))
        #expect(throws: AccessRefusal.malformedToken) { try access.client(of: both) }
    }

    @Test func `gets 401 without a reason, the same for every reason, and 403 for another scope`() throws {
        let key = APIKey()
        let access = access(try list(key.hash))
        let verdicts = Mutex<[ClientGate.Verdict]>([])
        let gate = ClientGate(access) { verdict in verdicts.withLock { $0.append(verdict) } }
        let none = try #require(gate.refusal(of: request([]), needing: .recommend))
        let bad = try #require(gate.refusal(of: request([("X-Api-Key", "x")]), needing: .recommend))
        #expect(none.status.code == 401 && bad.status.code == 401 && none.body == bad.body)
        #expect(none.fields["WWW-Authenticate"] == "Bearer realm=\"consilium\"")
        #expect(bad.fields["WWW-Authenticate"] == "Bearer realm=\"consilium\", error=\"invalid_token\"")
        let other = try #require(gate.refusal(of: request([("X-Api-Key", key.text)]), needing: .cds))
        #expect(other.status.code == 403)
        #expect(try gate.refusal(of: request([("X-Api-Key", key.text)]), needing: .recommend) == nil)
        #expect(
            verdicts.withLock { $0 } == [
                .refused(.noCredentials), .refused(.unknownAPIKey), .refused(.scope), .admitted(.apiKey),
            ])
    }

    @Test func `needs a scope for each route but those that tell nothing, and admin for what nobody listed`() {
        for open in ["/", "/livez", "/readyz", "/openapi.yaml", "/problems/{slug}", "/fhir/metadata"] {
            #expect(Scope.needed(for: open) == nil, "\(open)")
        }
        #expect(Scope.needed(for: "/recommend/batch") == .recommend)
        #expect(Scope.needed(for: "/drugs/{name}") == .reference)
        #expect(Scope.needed(for: "/cds-services/{id}/feedback") == .cds)
        #expect(Scope.needed(for: "/fhir/PlanDefinition/{id}/$apply") == .fhir)
        #expect(Scope.needed(for: "/metrics") == .admin)
        #expect(Scope.needed(for: "/something-new") == .admin)
    }
}

@Suite struct `The list of clients` {
    @Test(
        "is refused with a sentence:",
        arguments: [
            "", "[]", "{}", #"{"isuers":[]}"#, #"{"keys":[{"name":"a","hash":"x","scopes":["cds"]}]}"#,
            #"{"keys":[{"name":"a","hash":"sha256:\#(String(repeating: "0", count: 64))","scopes":["all"]}]}"#,
            #"{"keys":[{"name":"a","hash":"sha256:\#(String(repeating: "0", count: 64))","scopes":[]}]}"#,
            #"{"issuers":[{"issuer":"a","jwks":"k","scopes":["cds"]}]}"#,
        ])
    func refused(_ text: String) {
        #expect(throws: ClientsError.self) { try ClientList(Array(text.utf8), named: "c") { _ in Array("{}".utf8) } }
    }

    @Test(
        "takes no key that is weak, secret or off its curve:",
        arguments: [
            #"{"kty":"RSA","kid":"a","n":"\#(String(repeating: "A", count: 171))","e":"AQAB"}"#,
            #"{"kty":"EC","crv":"P-256","kid":"a","x":"AAAA","y":"AAAA"}"#,
            #"{"kty":"EC","crv":"P-256","kid":"a","x":"\#(String(repeating: "A", count: 43))","y":"\#(String(repeating: "A", count: 43))"}"#,
            #"{"kty":"EC","crv":"P-256","kid":"a","d":"AAAA","x":"AAAA","y":"AAAA"}"#,
            #"{"kty":"oct","kid":"a","k":"AAAA"}"#,
        ])
    func keys(_ key: String) {
        #expect(throws: ClientsError.self) { try KeySet(Array(#"{"keys":[\#(key)]}"#.utf8), named: "k") }
    }
}
