import HTTPWire

/// Names requests: the sender's `X-Request-Id` where it is harmless, else one of our own.
struct RequestIdentifier {
    private var counter: UInt64 = 0
    private let prefix: String

    /// A source of ids; `loop` keeps those of two loops apart.
    init(loop: Int) {
        prefix = String(UInt64.random(in: 1 ... .max), radix: 16) + "-\(loop)-"
    }

    /// The id of a request. Accepted from outside: 1 to 128 of letters, digits, `.`, `_`, `-`.
    mutating func id(for request: HTTPRequest?) -> String {
        if let given = request?[field: "x-request-id"], (1...128).contains(given.utf8.count),
            given.utf8.allSatisfy(Self.isHarmless)
        {
            return given
        }
        counter &+= 1
        return prefix + String(counter, radix: 16)
    }

    private static func isHarmless(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
