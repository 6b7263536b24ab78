/// A request method (RFC 9110 §9): a case-sensitive token. Methods that nobody here knows are kept as they came.
public struct HTTPMethod: Sendable, Hashable, CustomStringConvertible {
    /// The first eight bytes, the first one lowest; a name of up to eight bytes is wholly in here.
    private let packed: UInt64
    /// The name where it is longer, else empty.
    private let long: String

    /// A method of this name.
    public init(_ name: String) {
        packed = Self.pack(name.utf8)
        long = name.utf8.count > 8 ? name : ""
    }

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        packed = Self.pack(bytes)
        long = bytes.count > 8 ? String(decoding: bytes, as: UTF8.self) : ""
    }

    private static func pack(_ bytes: some Collection<UInt8>) -> UInt64 {
        var word: UInt64 = 0
        var shift: UInt64 = 0
        for byte in bytes.prefix(8) {
            word |= UInt64(byte) << shift
            shift += 8
        }
        return word
    }

    /// The token.
    public var name: String {
        guard long.isEmpty else { return long }
        var bytes: [UInt8] = []
        var rest = packed
        while rest != 0 {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The token.
    public var description: String { name }

    /// RFC 9110 §9.3.1.
    public static let get = HTTPMethod("GET")
    /// RFC 9110 §9.3.2.
    public static let head = HTTPMethod("HEAD")
    /// RFC 9110 §9.3.3.
    public static let post = HTTPMethod("POST")
    /// RFC 9110 §9.3.6.
    public static let connect = HTTPMethod("CONNECT")
    /// RFC 9110 §9.3.7.
    public static let options = HTTPMethod("OPTIONS")

    /// The methods of RFC 9110 and RFC 5789; others get 501 on an unknown path.
    public static let known: Set<HTTPMethod> = [
        .get, .head, .post, .options, .connect, HTTPMethod("PUT"), HTTPMethod("DELETE"), HTTPMethod("TRACE"),
        HTTPMethod("PATCH"),
    ]
}

/// A method as logs and metrics name it: one of a fixed list, so that no sender makes new names.
public enum MethodName: Int, Sendable, CaseIterable {
    case get, head, post, put, delete, patch, options, trace, connect
    /// None of RFC 9110 and RFC 5789.
    case other
    /// No method could be read.
    case unread

    /// `GET`, …, `other`, `-`.
    public var text: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .patch: "PATCH"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        case .connect: "CONNECT"
        case .other: "other"
        case .unread: "-"
        }
    }
}

extension HTTPMethod {
    /// The name for logs and metrics, by one look at the packed bytes.
    public var label: MethodName {
        switch packed {
        case 0x54_4547: .get
        case 0x5453_4F50: .post
        case 0x4441_4548: .head
        case 0x54_5550: .put
        case 0x4554_454C_4544: .delete
        case 0x48_4354_4150: .patch
        case 0x53_4E4F_4954_504F: .options
        case 0x45_4341_5254: .trace
        case 0x54_4345_4E4E_4F43: .connect
        default: .other
        }
    }
}
