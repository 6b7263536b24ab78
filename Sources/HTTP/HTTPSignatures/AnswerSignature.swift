public import HTTPServer
public import HTTPWire
public import Signing

/// Vouches for what is sent: the digest of the content (RFC 9530) and, with a key, a signature over it (RFC 9421), so that who
/// keeps an answer can prove later, whatever carried it, that this service gave it.
///
/// Covered are the status, the type, the coding and the digest of the content, the release that answered where there is one,
/// and the method and the path of the request. The query is not: it may hold a question, and a proof must not tell it.
public struct AnswerSignature: AnswerSealer {
    private let key: SigningKey?
    private let keyID: String
    private let clock: @Sendable () -> UInt64

    /// The name of the signature among others that a proxy may add.
    static let label = "consilium"

    /// Without a key only the digest. `keyID` is told to the reader; `clock` gives milliseconds since 1970.
    public init(
        key: SigningKey?, keyID: String, clock: @escaping @Sendable () -> UInt64 = { MonotonicClock.wallMilliseconds() }
    ) {
        self.key = key
        self.keyID = keyID
        self.clock = clock
    }

    /// Adds the fields, where there is content: an answer to HEAD, 204 and 304 have none (RFC 9530 §2).
    public func seal(_ response: inout HTTPResponse, to request: HTTPRequest) {
        guard !response.body.isEmpty, !response.status.forbidsBody, request.method != .head else { return }
        response.fields["Content-Digest"] = "sha-256=:\(Base64.encode(Digest.sha256(response.body))):"
        guard let key else { return }
        let parameters = parameters(of: response)
        // Signing fails only where memory is short; an answer without a signature is then better than none.
        guard let signature = try? key.sign(Array(base(parameters, response, request).utf8)) else { return }
        response.fields["Signature-Input"] = "\(Self.label)=\(parameters)"
        response.fields["Signature"] = "\(Self.label)=:\(Base64.encode(signature)):"
    }

    /// The fields of the answer that are covered where they stand in it.
    private static let covered = ["Content-Type", "Content-Encoding", "Content-Digest", "Knowledge-Version"]

    /// The components and parameters as the field has them (RFC 9421 §2.3).
    private func parameters(of response: HTTPResponse) -> String {
        let fields = Self.covered.filter { response.fields[$0] != nil }.map { "\"\($0.lowercased())\"" }
        let components = ["\"@status\""] + fields + [#""@method";req"#, #""@path";req"#]
        return "(\(components.joined(separator: " ")));created=\(clock() / 1_000);keyid=\"\(keyID)\";alg=\"ed25519\""
    }

    /// What is signed (RFC 9421 §2.5).
    private func base(_ parameters: String, _ response: HTTPResponse, _ request: HTTPRequest) -> String {
        var lines = ["\"@status\": \(response.status.code)"]
        for name in Self.covered {
            if let value = response.fields[name] { lines.append("\"\(name.lowercased())\": \(value)") }
        }
        lines.append("\"@method\";req: \(request.method.name)")
        lines.append("\"@path\";req: \(String(decoding: request.path, as: UTF8.self))")
        lines.append("\"@signature-params\": \(parameters)")
        return lines.joined(separator: "\n")
    }
}
