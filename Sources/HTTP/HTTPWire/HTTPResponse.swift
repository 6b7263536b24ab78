/// A response before it is serialised.
public struct HTTPResponse: Sendable {
    /// The status.
    public var status: HTTPStatus
    /// Its fields; framing, `Date` and `Connection` are set when it is serialised.
    public var fields: HTTPFields
    /// The body, whole.
    public var body: [UInt8]
    /// The strong tag of the body as it stands here, without a content coding; nil: the answer is not for a cache.
    public var entityTag: String?
    /// Whether content coding and preconditions were settled already and `Content-Length` stands among the fields, so that
    /// it is sent as it is.
    public var isFinal = false
    /// Given where the same bytes of a request may be answered with this again as long as the generation lasts
    /// (`HTTPHandler.generation`); called each time that they are.
    public var repeated: (@Sendable () -> Void)?
    /// Who knows the answers to other bodies that come under the same head, as long as the generation lasts
    /// (`HTTPHandler.generation`); nil where each must be asked in full.
    public var repeater: (any AnswerRepeater)?
    /// The pattern of the route that answered, for logs and metrics; never a raw path.
    public var route = "unmatched"

    /// A body that is made while it is sent, in the place of `body`; nil: `body` is whole.
    public var stream: BodyStream?
    /// What the stages around a route may know of the answer and its bytes do not tell them; never sent.
    public var remark: (any AnyObject & Sendable)?
    /// Where the answer comes from in the place of this response, which then only lends it its route and its fields; nil:
    /// this response is the answer.
    public var later: LaterAnswer?

    /// A response. What is no page gets a policy under which a browser that takes it for one runs and loads nothing
    /// (Content Security Policy Level 3 §6.1); a page brings the one that it needs.
    public init(_ status: HTTPStatus, body: [UInt8] = [], contentType: String? = nil) {
        self.status = status
        self.body = body
        guard let contentType else {
            fields = HTTPFields()
            return
        }
        fields = contentType.hasPrefix("text/html") ? HTTPFields() : Self.inert
        fields.append("Content-Type", contentType)
    }

    private static let inert: HTTPFields = {
        var fields = HTTPFields()
        fields.append("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        return fields
    }()
}

/// Knows answers of status 200 that it gave under a head, by the body that came with it: these are given again without their
/// requests being read. Safe from any thread.
public protocol AnswerRepeater: AnyObject, Sendable {
    /// Writes the answer to a body behind what `head` writes of its length, and counts it; nil, and nothing is written, where
    /// none of `minimumSize` bytes or more is known.
    func repeatAnswer(
        to body: Span<UInt8>, minimumSize: Int, into output: inout [UInt8], head: (Int, inout [UInt8]) -> Void
    ) -> RepeatedAnswer?
}

/// An answer that was given again.
public struct RepeatedAnswer: Sendable {
    /// Bytes of its body.
    public let length: Int
    /// See `HTTPResponse.repeated`.
    public let repeated: (@Sendable () -> Void)?

    /// An answer of so many bytes.
    public init(length: Int, repeated: (@Sendable () -> Void)? = nil) {
        self.length = length
        self.repeated = repeated
    }
}

/// A body that is made slice by slice, each when there is room for it, so that a long answer needs the memory of a short one
/// and keeps no other connection waiting. The slices are bytes in order, none of them empty.
public struct BodyStream: Sendable {
    /// The slice of a number, from 0 on; nil behind the last. Asked on the event loop: no more than about a millisecond.
    public let slice: @Sendable (Int) -> [UInt8]?

    /// A body of slices.
    public init(_ slice: @escaping @Sendable (Int) -> [UInt8]?) { self.slice = slice }
}

/// An answer that something slow must come before, such as a disk: it is given when it is there, from any thread, and the
/// event loop serves others meanwhile. What its connection sent behind the request waits for it, so that answers stay in order.
public struct LaterAnswer: Sendable {
    /// Begins the work; called once, on the event loop, and returns at once. It must call what it is given, once: later calls
    /// count for nothing, and a connection that is never answered is refused when the time for writing is over.
    public let begin: @Sendable (@escaping @Sendable (HTTPResponse) -> Void) -> Void

    /// An answer that is given later.
    public init(_ begin: @escaping @Sendable (@escaping @Sendable (HTTPResponse) -> Void) -> Void) {
        self.begin = begin
    }
}

/// What a response says of its connection.
public enum ConnectionOption: Sendable, Equatable {
    /// HTTP/1.1 goes on without a word (RFC 9112 §9.3).
    case persists
    /// HTTP/1.0 goes on where it is told so.
    case keepAlive
    /// It closes after this response.
    case closes
}

/// What stands in front of the fields of every response, rendered once a second, with the id of a request at its end: the
/// digits that differ from one response to the next are counted up in place.
public struct ResponsePreamble: Sendable {
    /// `HTTP/1.1 200 OK`, the common fields, and the id, each with its CRLF.
    private var bytes: [UInt8] = []
    private var idStart = 0
    private let seed: UInt64
    private var count: UInt64 = 0
    private var wallClock: UInt64 = 0
    private static let statusLine = Array("HTTP/1.1 200 OK\r\n".utf8)
    private static let idName = Array("X-Request-Id: ".utf8)

    /// A preamble whose ids begin at a random place.
    public init() { seed = UInt64.random(in: 0..<1 << 62) }

    /// Takes the common fields, each with its CRLF, and the time in milliseconds since 1970.
    public mutating func set(common: [UInt8], wallClock: UInt64) {
        bytes = Self.statusLine + common
        idStart = bytes.count
        self.wallClock = wallClock
        bytes += Self.idName
        next.appendText(to: &bytes)
        bytes += [Byte.carriageReturn, Byte.lineFeed]
    }

    /// Takes the time in milliseconds since 1970, which ids begin with.
    public mutating func set(wallClock: UInt64) {
        guard wallClock != self.wallClock else { return }
        self.wallClock = wallClock
        renderID()
    }

    /// The id that the next response gets unless its sender gave one: a UUID of version 7 (RFC 9562 §5.7) of the time, a
    /// count, and a random number that counts too, so that no two of one preamble are alike.
    public var next: RequestID {
        .made(
            wallClock << 16 | 0x7000 | count & 0xFFF,
            0x8000_0000_0000_0000 | (seed &+ count) & 0x3FFF_FFFF_FFFF_FFFF)
    }

    /// Gives the next id, and counts.
    public mutating func takeID() -> RequestID {
        let id = next
        count &+= 1
        return id
    }

    private mutating func renderID() {
        guard case .made(let high, let low) = next else { return }
        let start = idStart + Self.idName.count
        RequestID.putDigits(UInt32(truncatingIfNeeded: high >> 32), &bytes, at: start)
        RequestID.putDigits(UInt16(truncatingIfNeeded: high >> 16), &bytes, at: start + 9)
        setDigits(high, low)
    }

    /// Bytes of the preamble of a 200 with an id that was made here.
    public var length: Int { bytes.count }

    /// Takes the next id and puts the preamble of a 200 over the first bytes of a response, which were one of this preamble's.
    public mutating func overwrite(_ wire: inout [UInt8]) -> RequestID {
        let id = takeID()
        if case .made(let high, let low) = id { setDigits(high, low) }
        guard wire.count >= bytes.count else { return id }
        wire.withUnsafeMutableBytes { room in
            bytes.withUnsafeBytes { room.copyMemory(from: $0) }
        }
        return id
    }

    /// Takes the next id and writes the preamble of a 200.
    public mutating func writeNext(into output: inout [UInt8]) -> RequestID {
        let id = takeID()
        write(status: HTTPStatus(200), id: id, into: &output)
        return id
    }

    /// Writes the preamble of a response. `id` is mostly the one that was taken last.
    mutating func write(status: HTTPStatus, id: RequestID, into output: inout [UInt8]) {
        if status.code == 200, case .made(let high, let low) = id, high >> 16 == wallClock {
            setDigits(high, low)
            return output.append(contentsOf: bytes)
        }
        status.writeLine(into: &output)
        output.append(contentsOf: bytes[Self.statusLine.count..<idStart])
        id.writeField(into: &output)
    }

    /// Puts the digits of an id where they differ: in most cases the last group and the count.
    private mutating func setDigits(_ high: UInt64, _ low: UInt64) {
        let start = idStart + Self.idName.count
        RequestID.putDigits(UInt32(truncatingIfNeeded: low), &bytes, at: start + 28)
        let middle = UInt32(truncatingIfNeeded: low >> 32)
        RequestID.putDigits(UInt16(truncatingIfNeeded: middle), &bytes, at: start + 24)
        RequestID.putDigits(UInt16(truncatingIfNeeded: middle >> 16), &bytes, at: start + 19)
        RequestID.putDigits(UInt16(truncatingIfNeeded: high), &bytes, at: start + 14)
    }
}

/// Writes responses (RFC 9112 §4).
public enum ResponseSerializer {
    /// Writes the head of a response, up to and with its empty line. A response that may have a body says its length, also
    /// to HEAD, whose fields are those of GET (RFC 9110 §9.3.2). A body that is made while it is sent comes in chunks, or,
    /// where the sender knows none, ends with the connection.
    public static func writeHead(
        of response: HTTPResponse, after preamble: inout ResponsePreamble, id: RequestID,
        _ connection: ConnectionOption, isChunked: Bool = false, into bytes: inout [UInt8]
    ) {
        preamble.write(status: response.status, id: id, into: &bytes)
        writeRest(of: response, connection, isChunked: isChunked, into: &bytes)
    }

    /// Writes what follows the preamble in the head of a response.
    public static func writeRest(
        of response: HTTPResponse, _ connection: ConnectionOption = .persists, isChunked: Bool = false,
        into bytes: inout [UInt8]
    ) {
        bytes.append(contentsOf: response.fields.wire)
        switch connection {
        case .persists: break
        case .keepAlive: bytes.append(contentsOf: "Connection: keep-alive\r\n".utf8)
        case .closes: bytes.append(contentsOf: "Connection: close\r\n".utf8)
        }
        if response.stream != nil {
            // RFC 9112 §6.1: HTTP/1.0 knows no chunks; its body ends with the connection.
            if isChunked {
                bytes.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
            }
        } else if !response.isFinal && !response.status.forbidsBody {
            writeLength(response.body.count, into: &bytes)
        }
        bytes.append(contentsOf: "\r\n".utf8)
    }

    private static func writeLength(_ length: Int, into bytes: inout [UInt8]) {
        bytes.append(contentsOf: "Content-Length: ".utf8)
        bytes.appendDecimal(length)
        bytes.append(contentsOf: "\r\n".utf8)
    }

    /// Writes what follows the preamble in the head of a response with these fields and a body of so many bytes.
    public static func writeRest(_ fields: [UInt8], length: Int, into bytes: inout [UInt8]) {
        bytes.append(contentsOf: fields)
        writeLength(length, into: &bytes)
        bytes.append(contentsOf: "\r\n".utf8)
    }
}

extension [UInt8] {
    /// Appends a number that is not negative, in decimal digits.
    mutating func appendDecimal(_ number: Int) {
        if number >= 10 { appendDecimal(number / 10) }
        append(UInt8(truncatingIfNeeded: 0x30 + number % 10))
    }
}
