import Crypto
import CryptoExtras
import FoundationEssentials
import JSONText

/// The public keys of one issuer by their `kid` (RFC 7517).
struct KeySet: Sendable {
    /// A key, and the one algorithm it is for where the set says so.
    struct Key: Sendable {
        let key: VerificationKey
        let algorithm: SignatureAlgorithm?
    }

    private let keys: [String: Key]

    /// The key of this id.
    subscript(_ id: String) -> Key? { keys[id] }

    /// Ids that are held.
    var count: Int { keys.count }

    /// Reads a set. Keys of other kinds and uses are passed over, as RFC 7517 §5 asks; a key of a kind that is used here and
    /// that is malformed or too weak is a fault, and so is a set without any key for us.
    init(_ bytes: [UInt8], named name: String) throws(ClientsError) {
        let document: JSONValue
        do {
            document = try JSONReader(maximumDepth: 8).read(bytes)
        } catch {
            throw ClientsError("\(name): \(error.sentence)")
        }
        guard case .array(let elements) = document["keys"] else {
            throw ClientsError("\(name): a set of keys has a list `keys`")
        }
        var keys: [String: Key] = [:]
        for (index, element) in elements.enumerated() {
            let place = "\(name): key \(index + 1)"
            guard let key = try Self.key(element, place) else { continue }
            guard case .string(let id) = element["kid"], !id.isEmpty else {
                throw ClientsError("\(place) has no `kid`")
            }
            guard keys.updateValue(key, forKey: id) == nil else {
                throw ClientsError("\(place): the `kid` is that of an earlier key")
            }
        }
        guard !keys.isEmpty else { throw ClientsError("\(name): there is no key for ES256, ES384, RS* or PS*") }
        self.keys = keys
    }

    private static func key(_ value: JSONValue, _ place: String) throws(ClientsError) -> Key? {
        if case .string(let use) = value["use"], use != "sig" { return nil }
        if case .array(let operations) = value["key_ops"], !operations.contains(.string("verify")) { return nil }
        guard value["d"] == nil, value["k"] == nil else {
            throw ClientsError("\(place) holds a secret; only public keys belong here")
        }
        var algorithm: SignatureAlgorithm?
        if case .string(let name) = value["alg"] {
            guard let known = SignatureAlgorithm(rawValue: name) else { return nil }
            algorithm = known
        }
        guard let key = try publicKey(value, place) else { return nil }
        if let algorithm, !key.serves(algorithm) {
            throw ClientsError("\(place): a key of this kind is none for \(algorithm.rawValue)")
        }
        return Key(key: key, algorithm: algorithm)
    }

    private static func publicKey(_ value: JSONValue, _ place: String) throws(ClientsError) -> VerificationKey? {
        switch (value["kty"], value["crv"]) {
        case (.string("EC"), .string("P-256")):
            guard let key = try? P256.Signing.PublicKey(x963Representation: try point(value, 32, place)) else {
                throw ClientsError("\(place) is no point of P-256")
            }
            return .p256(key)
        case (.string("EC"), .string("P-384")):
            guard let key = try? P384.Signing.PublicKey(x963Representation: try point(value, 48, place)) else {
                throw ClientsError("\(place) is no point of P-384")
            }
            return .p384(key)
        case (.string("RSA"), _):
            let modulus = Array(try number(value, "n", place).drop { $0 == 0 })
            let exponent = Array(try number(value, "e", place).drop { $0 == 0 })
            let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
            guard (2_048...8_192).contains(bits) else {
                throw ClientsError("\(place) has \(bits) bits, not 2048 to 8192")
            }
            // Small exponents have made forgeries easy; nobody needs another than the usual one.
            guard exponent == [1, 0, 1] else { throw ClientsError("\(place): the exponent is not 65537") }
            guard let key = try? _RSA.Signing.PublicKey(n: Data(modulus), e: Data(exponent)) else {
                throw ClientsError("\(place) is no key of RSA")
            }
            return .rsa(key)
        default: return nil
        }
    }

    private static func point(_ value: JSONValue, _ size: Int, _ place: String) throws(ClientsError) -> [UInt8] {
        let (x, y) = (try number(value, "x", place), try number(value, "y", place))
        guard x.count == size, y.count == size else {
            throw ClientsError("\(place): `x` and `y` have \(size) bytes each")
        }
        return [4] + x + y
    }

    private static func number(_ value: JSONValue, _ name: String, _ place: String) throws(ClientsError) -> [UInt8] {
        guard case .string(let text) = value[name], let bytes = Base64URL.decode(text.utf8), !bytes.isEmpty else {
            throw ClientsError("\(place): `\(name)` is no number in base64url")
        }
        return bytes
    }
}
