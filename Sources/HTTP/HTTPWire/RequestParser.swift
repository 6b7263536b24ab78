/// The limits of a request; every parser takes them.
public struct ParsingLimits: Sendable, Equatable {
    /// Bytes of the request line without its CRLF, 8 KiB.
    public var requestLine = 8_192
    /// Bytes of all field lines, 16 KiB.
    public var fields = 16_384
    /// Number of field lines, 100.
    public var fieldCount = 100
    /// Bytes of a body, 256 KiB; decoded, where it comes with a content coding.
    public var body = 262_144

    /// The limits above.
    public init() {}

    /// The longest method that is looked at, bytes.
    static let method = 32
}

/// How long a body is, decided in one place (RFC 9112 §6.3).
public enum BodyFraming: Sendable, Equatable {
    /// No body.
    case none
    /// So many bytes.
    case length(Int)
    /// Chunks.
    case chunked
}

/// Reads the heads of requests from bytes: give it all that has arrived and not been consumed. It goes through the bytes
/// once, from left to right, and refuses at the first byte that cannot be, so that the result does not depend on how the
/// bytes were split.
public struct RequestParser: Sendable {
    /// What came of the bytes.
    public enum Progress: Sendable, Equatable {
        /// The head is not complete; give more.
        case needMore
        /// A head, which took so many bytes, and what its body is like; whether the body is too large is for the caller to say,
        /// who knows the limit of the route. `expectsContinue`: the sender waits for
        /// 100 (Continue) (RFC 9110 §10.1.1).
        case head(consumed: Int, BodyFraming, expectsContinue: Bool)
        /// No request can come of these bytes.
        case rejected(RequestRejection)
    }

    private let limits: ParsingLimits

    /// A parser.
    public init(limits: ParsingLimits = ParsingLimits()) { self.limits = limits }

    /// Reads the first head in the bytes into `request`, which holds nothing of use unless the result is `.head`. Linear.
    public func parse(_ bytes: borrowing Span<UInt8>, into request: inout HTTPRequest) -> Progress {
        do {
            return try head(bytes, &request)
        } catch {
            return .rejected(error)
        }
    }

    /// What a head says of framing and connection, collected while its fields are read.
    private struct Seen {
        var hosts = 0
        var host = 0..<0
        var lengths = 0
        var length = 0..<0
        var codings = 0
        var expectations = 0
        var expectation = 0..<0
        var closes = false
        var keepsAlive = false
    }

    /// The request line as places.
    private struct Line {
        let method: Range<Int>
        let target: Range<Int>
        let minorVersion: Int
        let end: Int
    }

    private func head(
        _ bytes: borrowing Span<UInt8>, _ request: inout HTTPRequest
    ) throws(RequestRejection) -> Progress {
        var start = 0
        // RFC 9112 §2.2: an empty line before the request line is skipped, one.
        if bytes.count > 0, bytes[0] == Byte.carriageReturn {
            guard bytes.count > 1 else { return .needMore }
            guard bytes[1] == Byte.lineFeed else { throw .badRequestLine }
            start = 2
        }
        guard let line = try requestLine(bytes, start) else { return .needMore }
        let fieldStart = line.end
        bytes.extracting(line.method).withUnsafeBufferPointer { request.method = HTTPMethod($0) }
        request.targetPlaces = try RequestTarget.places(in: bytes, line.target, method: request.method)
        request.fields.removeAll(keepingCapacity: true)
        request.nameLengths = 0
        var seen = Seen()
        guard let end = try fields(bytes, fieldStart, &request, &seen) else { return .needMore }
        // INVARIANT: the places of target and fields count from the first byte of `bytes`, and so does the copy.
        request.head.removeAll(keepingCapacity: true)
        bytes.extracting(0..<end).withUnsafeBufferPointer { request.head.append(contentsOf: $0) }
        request.minorVersion = line.minorVersion
        request.keepsAlive = !seen.closes && (line.minorVersion == 1 || seen.keepsAlive)
        try checkHost(bytes, line.minorVersion, seen)
        let framing = try framing(bytes, request, seen)
        let expects = try expectsContinue(bytes, line.minorVersion, seen)
        return .head(consumed: end, framing, expectsContinue: expects && framing != .none)
    }

    // MARK: - Request line

    /// `method SP target SP HTTP/1.x CRLF` (RFC 9112 §3); nil where it is not complete.
    private func requestLine(_ bytes: borrowing Span<UInt8>, _ start: Int) throws(RequestRejection) -> Line? {
        var index = start
        while true {
            guard index < bytes.count else { return nil }
            if bytes[index] == Byte.space { break }
            guard ByteSet.token.contains(bytes[index]), index - start < ParsingLimits.method else {
                throw .badRequestLine
            }
            index += 1
        }
        guard index > start else { throw .badRequestLine }
        let method = start..<index
        let targetStart = index + 1
        index = targetStart
        while true {
            guard index < bytes.count else { return nil }
            guard index - start < limits.requestLine else { throw .targetTooLong(limit: limits.requestLine) }
            let byte = bytes[index]
            if byte == Byte.space { break }
            guard byte > Byte.space, byte != 0x7F else { throw .badRequestLine }
            index += 1
        }
        guard index > targetStart else { throw .badRequestLine }
        let target = targetStart..<index
        guard let version = try version(bytes, index + 1, start) else { return nil }
        return Line(method: method, target: target, minorVersion: min(version, 1), end: index + 11)
    }

    /// `HTTP/1.x CRLF`: the minor version; nil where it is not complete.
    private func version(
        _ bytes: borrowing Span<UInt8>, _ start: Int, _ lineStart: Int
    ) throws(RequestRejection) -> Int? {
        // What nearly every line ends with, at one look.
        if start + 10 <= bytes.count, start + 8 - lineStart <= limits.requestLine, bytes[start] == UInt8(ascii: "H"),
            bytes[start + 1] == UInt8(ascii: "T"), bytes[start + 2] == UInt8(ascii: "T"),
            bytes[start + 3] == UInt8(ascii: "P"), bytes[start + 4] == UInt8(ascii: "/"),
            bytes[start + 5] == UInt8(ascii: "1"), bytes[start + 6] == UInt8(ascii: "."),
            bytes[start + 7] == UInt8(ascii: "1"), bytes[start + 8] == Byte.carriageReturn,
            bytes[start + 9] == Byte.lineFeed
        {
            return 1
        }
        let literal: StaticString = "HTTP/"
        for place in 0..<10 {
            let index = start + place
            guard index < bytes.count else { return nil }
            if place < 8 && index - lineStart >= limits.requestLine { throw .targetTooLong(limit: limits.requestLine) }
            let byte = bytes[index]
            let fits =
                switch place {
                case 0..<5: byte == literal.utf8Start[place]
                case 5, 7: Byte.isDigit(byte)
                case 6: byte == UInt8(ascii: ".")
                case 8: byte == Byte.carriageReturn
                default: byte == Byte.lineFeed
                }
            guard fits else { throw .badRequestLine }
        }
        guard bytes[start + 5] == UInt8(ascii: "1") else { throw .unsupportedVersion }
        return Int(bytes[start + 7] &- 0x30)
    }

    // MARK: - Fields

    /// The field lines (RFC 9112 §5) with the empty line behind them; the place after it, nil where it has not come.
    private func fields(
        _ bytes: borrowing Span<UInt8>, _ start: Int, _ request: inout HTTPRequest, _ seen: inout Seen
    ) throws(RequestRejection) -> Int? {
        let bound = start + limits.fields
        let count = bytes.count
        var index = start
        while true {
            guard index < count else { return nil }
            if bytes[index] == Byte.carriageReturn {
                guard index + 1 < count else { return nil }
                guard bytes[index + 1] == Byte.lineFeed else { throw .badField }
                return index + 2
            }
            guard request.fields.count < limits.fieldCount else { throw .fieldsTooLarge(limit: limits.fieldCount) }
            // RFC 9112 §5.1: no space before the colon; §5.2: no folding.
            let nameStart = index
            while true {
                guard index < count else { return nil }
                guard index < bound else { throw .fieldsTooLarge(limit: limits.fields) }
                if bytes[index] == UInt8(ascii: ":") { break }
                guard ByteSet.token.contains(bytes[index]) else { throw .badField }
                index += 1
            }
            guard index > nameStart else { throw .badField }
            let nameEnd = index
            index += 1
            while index < count, index < bound, Byte.isBlank(bytes[index]) { index += 1 }
            let valueStart = index
            while index < count, index < bound, Byte.isFieldContent(bytes[index]) { index += 1 }
            guard index < count else { return nil }
            guard index < bound else { throw .fieldsTooLarge(limit: limits.fields) }
            guard bytes[index] == Byte.carriageReturn else { throw .badField }
            guard index + 1 < count else { return nil }
            guard index + 1 < bound else { throw .fieldsTooLarge(limit: limits.fields) }
            guard bytes[index + 1] == Byte.lineFeed else { throw .badField }
            var valueEnd = index
            while valueEnd > valueStart, Byte.isBlank(bytes[valueEnd - 1]) { valueEnd -= 1 }
            request.fields.append(HTTPRequest.FieldPlace(name: nameStart..<nameEnd, value: valueStart..<valueEnd))
            request.nameLengths |= 1 &<< UInt64((nameEnd - nameStart) & 63)
            note(bytes, nameStart..<nameEnd, valueStart..<valueEnd, &seen)
            index += 2
        }
    }

    /// Remembers the fields that decide about framing and connection. The length of the name sorts nearly all others out.
    @inline(__always)
    private func note(
        _ bytes: borrowing Span<UInt8>, _ name: Range<Int>, _ value: Range<Int>, _ seen: inout Seen
    ) {
        switch name.count {
        case 4 where Self.matches(bytes, name, "host"):
            seen.hosts += 1
            seen.host = value
        case 6 where Self.matches(bytes, name, "expect"):
            seen.expectations += 1
            seen.expectation = value
        case 10 where Self.matches(bytes, name, "connection"):
            Self.eachMember(bytes, value) { member in
                if Self.matches(bytes, member, "close") { seen.closes = true }
                if Self.matches(bytes, member, "keep-alive") { seen.keepsAlive = true }
            }
        case 14 where Self.matches(bytes, name, "content-length"):
            seen.lengths += 1
            seen.length = value
        case 17 where Self.matches(bytes, name, "transfer-encoding"): seen.codings += 1
        default: break
        }
    }

    /// Whether bytes are a name, without regard to case; `name` is in lower case.
    @inline(__always)
    static func matches(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>, _ name: StaticString) -> Bool {
        guard range.count == name.utf8CodeUnitCount else { return false }
        for place in 0..<name.utf8CodeUnitCount
        where Byte.lowercased(bytes[range.lowerBound + place]) != name.utf8Start[place] {
            return false
        }
        return true
    }

    /// Gives each member of a comma-separated list (RFC 9110 §5.6.1), white space trimmed, empty ones too.
    static func eachMember(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>, _ give: (Range<Int>) -> Void) {
        var start = range.lowerBound
        for index in range.lowerBound...range.upperBound
        where index == range.upperBound || bytes[index] == UInt8(ascii: ",") {
            var low = start
            var high = index
            while low < high, Byte.isBlank(bytes[low]) { low += 1 }
            while high > low, Byte.isBlank(bytes[high - 1]) { high -= 1 }
            give(low..<high)
            start = index + 1
        }
    }

    // MARK: - Checks of a whole head

    /// RFC 9112 §3.2: exactly one valid Host in HTTP/1.1; HTTP/1.0 may have none.
    private func checkHost(
        _ bytes: borrowing Span<UInt8>, _ minorVersion: Int, _ seen: Seen
    ) throws(RequestRejection) {
        if seen.hosts == 0 && minorVersion == 0 { return }
        guard seen.hosts == 1, Authority.isValid(bytes, seen.host, needsPort: false) else { throw .badHost }
    }

    /// RFC 9112 §6.3, ambiguity refused: both lengths, a length twice, a list, a sign, more digits than 64 bits hold; a
    /// coding that does not end in `chunked`, `chunked` twice, or any in HTTP/1.0. The one function that decides framing.
    private func framing(
        _ bytes: borrowing Span<UInt8>, _ request: HTTPRequest, _ seen: Seen
    ) throws(RequestRejection) -> BodyFraming {
        if seen.codings > 0 {
            guard seen.lengths == 0, request.minorVersion == 1 else { throw .badFraming }
            var members = 0
            var isBroken = false
            var chunked = 0
            var endsChunked = false
            for place in request.fields where Self.matches(bytes, place.name, "transfer-encoding") {
                Self.eachMember(bytes, place.value) { member in
                    members += 1
                    if member.isEmpty { isBroken = true }
                    endsChunked = Self.matches(bytes, member, "chunked")
                    if endsChunked { chunked += 1 }
                }
            }
            // RFC 9112 §6.3 rule 4: without `chunked` as the last coding the length cannot be told.
            guard endsChunked, chunked == 1, !isBroken else { throw .badFraming }
            guard members == 1 else { throw .unknownTransferCoding }
            return .chunked
        }
        guard seen.lengths > 0 else { return .none }
        // Nineteen digits always fit into 64 bits; more, also zeros in front, are what parsers disagree about.
        guard seen.lengths == 1, (1...19).contains(seen.length.count) else { throw .badFraming }
        var length = 0
        for index in seen.length {
            guard Byte.isDigit(bytes[index]) else { throw .badFraming }
            let (product, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(bytes[index] &- 0x30))
            guard !overflow, !carry else { throw .badFraming }
            length = sum
        }
        return length == 0 ? .none : .length(length)
    }

    /// RFC 9110 §10.1.1; HTTP/1.0 knows no expectations.
    private func expectsContinue(
        _ bytes: borrowing Span<UInt8>, _ minorVersion: Int, _ seen: Seen
    ) throws(RequestRejection) -> Bool {
        guard seen.expectations > 0, minorVersion == 1 else { return false }
        guard seen.expectations == 1, Self.matches(bytes, seen.expectation, "100-continue") else {
            throw .unknownExpectation
        }
        return true
    }
}
