/// The limits of a request; every parser takes them.
public struct ParsingLimits: Sendable, Equatable {
    /// Bytes of the request line, 8 KiB.
    public var requestLine = 8_192
    /// Bytes of all field lines, 16 KiB.
    public var fields = 16_384
    /// Number of field lines, 100.
    public var fieldCount = 100
    /// Bytes of a body, 256 KiB.
    public var body = 262_144

    /// The limits above.
    public init() {}
}

/// How long a body is, decided in one place (RFC 9112 §6).
public enum BodyFraming: Sendable, Equatable {
    /// No body.
    case none
    /// So many bytes.
    case length(Int)
    /// Chunks.
    case chunked
}

/// The head of a request, read and checked; the body follows as `framing` says.
public struct RequestHead: Sendable {
    /// The request without its body.
    public let request: HTTPRequest
    /// How long the body is.
    public let framing: BodyFraming
    /// Whether the sender waits for 100 (Continue) (RFC 9110 §10.1.1).
    public let expectsContinue: Bool
}

/// Reads the heads of requests from bytes: give it all that has arrived and not been consumed.
public struct RequestParser: Sendable {
    /// What came of the bytes.
    public enum Result: Sendable {
        /// The head is not complete; give more.
        case needMore
        /// A head, which took so many bytes.
        case head(RequestHead, consumed: Int)
        /// No request can come of these bytes.
        case rejected(RequestRejection)
    }

    private let limits: ParsingLimits

    /// A parser.
    public init(limits: ParsingLimits = ParsingLimits()) { self.limits = limits }

    /// The first head in the bytes. Stateless: the same bytes give the same result however they arrived. Linear.
    public func parse(_ bytes: ArraySlice<UInt8>) -> Result {
        do {
            return try parseThrowing(bytes)
        } catch {
            return .rejected(error)
        }
    }

    private func parseThrowing(_ bytes: ArraySlice<UInt8>) throws(RequestRejection) -> Result {
        // RFC 9112 §2.2: an empty line before the request line is skipped, one.
        let start = bytes.starts(with: [0x0D, 0x0A]) ? bytes.startIndex + 2 : bytes.startIndex
        guard let end = try headEnd(bytes, from: start) else { return .needMore }
        let (method, target, minor, fieldStart) = try requestLine(bytes[start..<end])
        let copy = Array(bytes[start..<end])
        let fields = try fieldPlaces(copy, from: fieldStart - start)
        let request = HTTPRequest(
            method: method, target: target, minorVersion: minor, head: copy, fields: fields, body: [])
        try checkHost(request, copy, fields)
        let framing = try framing(of: request, copy, fields)
        if case .length(let length) = framing, length > limits.body { throw .bodyTooLarge(limit: limits.body) }
        let head = RequestHead(
            request: request, framing: framing, expectsContinue: try expectsContinue(request) && framing != .none)
        return .head(head, consumed: end + 2 - bytes.startIndex)
    }

    // MARK: - Head

    /// The place of the empty line that ends the head (its CR); nil where it has not come yet.
    private func headEnd(_ bytes: ArraySlice<UInt8>, from start: Int) throws(RequestRejection) -> Int? {
        var lineStart = start
        var isFirst = true
        var index = start
        let limit = limits.requestLine + limits.fields + 4
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte == 0x0A {
                // RFC 9112 §2.2: a bare LF is refused, it hides requests from stricter peers.
                guard index > lineStart, bytes[index - 1] == 0x0D else { throw isFirst ? .badRequestLine : .badField }
                if index - 1 == lineStart {
                    if isFirst { throw .badRequestLine }
                    return lineStart
                }
                lineStart = index + 1
                isFirst = false
            } else if index > lineStart, bytes[index - 1] == 0x0D {
                throw isFirst ? .badRequestLine : .badField
            }
            index += 1
            if isFirst && index - start > limits.requestLine { throw .targetTooLong(limit: limits.requestLine) }
            if index - start > limit { throw .fieldsTooLarge(limit: limits.fields) }
        }
        return nil
    }

    private func requestLine(
        _ head: ArraySlice<UInt8>
    ) throws(RequestRejection) -> (HTTPMethod, RequestTarget, Int, fieldStart: Int) {
        guard let end = head.firstIndex(of: 0x0D) else { throw .badRequestLine }
        let parts = head[head.startIndex..<end].split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, parts[0].count <= 32, parts[0].allSatisfy(Self.isTokenByte) else {
            throw .badRequestLine
        }
        let version = Array(parts[2])
        guard version.count == 8, version.starts(with: "HTTP/".utf8), version[6] == UInt8(ascii: ".") else {
            throw .badRequestLine
        }
        guard version[5] == UInt8(ascii: "1"), version[7] == UInt8(ascii: "0") || version[7] == UInt8(ascii: "1") else {
            throw .unsupportedVersion
        }
        let method = HTTPMethod(String(decoding: parts[0], as: UTF8.self))
        let isAsterisk = parts[1].elementsEqual([UInt8(ascii: "*")])
        if isAsterisk && method != .options { throw .badTarget }
        let target = isAsterisk ? RequestTarget.asterisk : try RequestTarget(parts[1])
        return (method, target, Int(version[7] - UInt8(ascii: "0")), end + 2)
    }

    private func fieldPlaces(_ head: [UInt8], from start: Int) throws(RequestRejection) -> [HTTPRequest.FieldPlace] {
        var places: [HTTPRequest.FieldPlace] = []
        var line = start
        guard head.count - start <= limits.fields else { throw .fieldsTooLarge(limit: limits.fields) }
        while line < head.count {
            guard let end = head[line...].firstIndex(of: 0x0D) else { throw .badField }
            guard places.count < limits.fieldCount else { throw .fieldsTooLarge(limit: limits.fieldCount) }
            guard let colon = head[line..<end].firstIndex(of: UInt8(ascii: ":")), colon > line,
                head[line..<colon].allSatisfy(Self.isTokenByte)
            else { throw .badField }  // RFC 9112 §5.1: no space before the colon; §5.2: no folding
            var low = colon + 1
            var high = end
            while low < high, head[low] == 0x20 || head[low] == 0x09 { low += 1 }
            while high > low, head[high - 1] == 0x20 || head[high - 1] == 0x09 { high -= 1 }
            guard head[low..<high].allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else { throw .badField }
            places.append(HTTPRequest.FieldPlace(name: line..<colon, value: low..<high))
            line = end + 2
        }
        return places
    }

    static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private func values(_ name: StaticString, _ head: [UInt8], _ fields: [HTTPRequest.FieldPlace]) -> [ArraySlice<
        UInt8
    >] {
        fields.filter { HTTPRequest.matches(head[$0.name], name) }.map { head[$0.value] }
    }

    private func checkHost(
        _ request: HTTPRequest, _ head: [UInt8], _ fields: [HTTPRequest.FieldPlace]
    ) throws(RequestRejection) {
        let hosts = values("host", head, fields)
        if hosts.isEmpty && request.minorVersion == 0 { return }
        guard hosts.count == 1, let host = hosts.first,
            host.allSatisfy({ Self.isTokenByte($0) || "[]:".utf8.contains($0) })
        else { throw .badHost }
    }

    // MARK: - Body

    /// RFC 9112 §6.3, ambiguity refused: both lengths, a list, a sign, a coding other than exactly `chunked`, chunked in
    /// HTTP/1.0.
    private func framing(
        of request: HTTPRequest, _ head: [UInt8], _ fields: [HTTPRequest.FieldPlace]
    ) throws(RequestRejection) -> BodyFraming {
        let lengths = values("content-length", head, fields)
        let codings = values("transfer-encoding", head, fields)
        if !codings.isEmpty {
            guard lengths.isEmpty, request.minorVersion == 1, codings.count == 1 else { throw .badFraming }
            guard String(decoding: codings[0], as: UTF8.self).lowercased() == "chunked" else {
                throw .unknownTransferCoding
            }
            return .chunked
        }
        guard let text = lengths.first else { return .none }
        guard lengths.count == 1, !text.isEmpty, text.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .badFraming
        }
        var length = 0
        for digit in text {
            let (product, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(digit - 0x30))
            guard !overflow, !carry else { throw .badFraming }
            length = sum
        }
        return length == 0 ? .none : .length(length)
    }

    private func expectsContinue(_ request: HTTPRequest) throws(RequestRejection) -> Bool {
        guard let expectation = request[field: "expect"] else { return false }
        guard expectation.lowercased() == "100-continue" else { throw .unknownExpectation }
        return request.minorVersion == 1
    }
}
