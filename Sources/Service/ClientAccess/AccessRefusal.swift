/// Why a request was refused: counted for the operator, never told to the client, who could learn from it.
public enum AccessRefusal: String, Error, Sendable, CaseIterable {
    /// Nothing that shows who asks.
    case noCredentials = "no-credentials"
    /// The token is none: its parts, its JSON, its types.
    case malformedToken = "malformed-token"
    /// The algorithm is `none`, one of a shared secret, or unknown.
    case algorithm
    /// Nobody who is listed issued it.
    case issuer
    /// It is for another address than the one that was called.
    case audience
    /// It has expired.
    case expired
    /// It is not valid yet, or says that it was issued later than now.
    case early
    /// It is valid for longer than is allowed.
    case lifetime
    /// Its tenant is not listed.
    case tenant
    /// The issuer has no key of this id.
    case unknownKey = "unknown-key"
    /// The key is one for another algorithm.
    case keyMismatch = "key-mismatch"
    /// The signature is none of the key's.
    case signature
    /// The token was used before.
    case replay
    /// As many tokens are remembered as may be: a new one cannot be told from a used one.
    case replayMemoryFull = "replay-memory-full"
    /// The API key is not listed.
    case unknownAPIKey = "unknown-api-key"
    /// Who asks is known and may not ask for this.
    case scope
}
