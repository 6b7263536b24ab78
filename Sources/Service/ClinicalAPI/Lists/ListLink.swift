import HTTPServer
import HTTPWire

/// Addresses of the pages of a list.
enum ListLink {
    /// A link to a page of the list that was asked for: its parameters, and another cursor.
    static func text(_ request: HTTPRequest, cursor: String?, rel: String) -> String {
        let kept = request.queryItems.filter { $0.name != "cursor" } + (cursor.map { [("cursor", $0)] } ?? [])
        let query = kept.map { "\(encoded($0.0))=\(encoded($0.1))" }.joined(separator: "&")
        let path = String(decoding: request.path, as: UTF8.self)
        return "<\(path)\(query.isEmpty ? "" : "?" + query)>; rel=\"\(rel)\""
    }

    /// A text with everything but the unreserved characters encoded (RFC 3986 §2.3).
    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                result.append("%")
                result.append(digits[Int(byte >> 4)])
                result.append(digits[Int(byte & 15)])
            }
        }
    }
}
