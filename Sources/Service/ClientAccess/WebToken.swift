import JSONText

/// A signed token (RFC 7519, JWS compact serialisation) as far as its bytes tell, before anything is believed.
struct WebToken {
    let algorithm: SignatureAlgorithm
    let keyID: String
    let issuer: String
    let audiences: [String]
    /// Seconds since 1970.
    let expires: Int
    let issued: Int
    let notBefore: Int?
    let identity: String
    let tenant: String?
    /// What was signed.
    let signed: ArraySlice<UInt8>
    let signature: [UInt8]

    /// A longer token is none.
    static let maximumSize = 8_192

    init(_ text: ArraySlice<UInt8>) throws(AccessRefusal) {
        guard text.count <= Self.maximumSize else { throw .malformedToken }
        let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformedToken }
        let header = try Self.object(parts[0])
        guard case .string(let name) = header["alg"] else { throw .malformedToken }
        guard let algorithm = SignatureAlgorithm(rawValue: name) else { throw .algorithm }
        self.algorithm = algorithm
        // RFC 7515 §4.1.11: extensions that must be understood and are not.
        guard header["crit"] == nil, case .string(let type) = header["typ"], type.lowercased() == "jwt" else {
            throw .malformedToken
        }
        keyID = try Self.text(header["kid"], 256)
        let claims = try Self.object(parts[1])
        issuer = try Self.text(claims["iss"], 1_024)
        audiences = try Self.audiences(claims["aud"])
        expires = try Self.moment(claims["exp"])
        issued = try Self.moment(claims["iat"])
        notBefore = claims["nbf"] == nil ? nil : try Self.moment(claims["nbf"])
        identity = try Self.text(claims["jti"], 256)
        tenant = claims["tenant"] == nil ? nil : try Self.text(claims["tenant"], 256)
        guard let signature = Base64URL.decode(parts[2]), !signature.isEmpty else { throw .malformedToken }
        self.signature = signature
        signed = text[parts[0].startIndex..<parts[1].endIndex]
    }

    private static func object(_ part: ArraySlice<UInt8>) throws(AccessRefusal) -> JSONValue {
        guard let bytes = Base64URL.decode(part), let value = try? JSONReader(maximumDepth: 8).read(bytes),
            case .object = value
        else { throw .malformedToken }
        return value
    }

    private static func text(_ value: JSONValue?, _ limit: Int) throws(AccessRefusal) -> String {
        guard case .string(let text) = value, !text.isEmpty, text.utf8.count <= limit else { throw .malformedToken }
        return text
    }

    private static func audiences(_ value: JSONValue?) throws(AccessRefusal) -> [String] {
        guard case .array(let elements) = value else { return [try text(value, 2_048)] }
        var audiences: [String] = []
        for element in elements { audiences.append(try text(element, 2_048)) }
        return audiences
    }

    /// RFC 7519 §2: a number of seconds, perhaps with a fraction.
    private static func moment(_ value: JSONValue?) throws(AccessRefusal) -> Int {
        guard case .number(let number) = value, number >= 0, number < 1e12 else { throw .malformedToken }
        return Int(number)
    }
}
