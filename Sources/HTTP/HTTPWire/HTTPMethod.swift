/// A request method (RFC 9110 §9): a case-sensitive token. Methods that nobody here knows are kept as they came.
public struct HTTPMethod: Sendable, Hashable, CustomStringConvertible {
    /// The token.
    public let name: String

    /// A method of this name.
    public init(_ name: String) { self.name = name }

    /// RFC 9110 §9.3.1.
    public static let get = HTTPMethod("GET")
    /// RFC 9110 §9.3.2.
    public static let head = HTTPMethod("HEAD")
    /// RFC 9110 §9.3.3.
    public static let post = HTTPMethod("POST")
    /// RFC 9110 §9.3.7.
    public static let options = HTTPMethod("OPTIONS")

    /// The methods of RFC 9110 and RFC 5789; others get 501 on an unknown path.
    public static let known: Set<HTTPMethod> = [
        .get, .head, .post, .options, HTTPMethod("PUT"), HTTPMethod("DELETE"), HTTPMethod("TRACE"),
        HTTPMethod("CONNECT"), HTTPMethod("PATCH"),
    ]

    /// The token.
    public var description: String { name }
}
