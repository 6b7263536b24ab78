/// Takes a body as it arrives, by length or by chunks (RFC 9112 §6 and §7.1). Chunk extensions and trailers are bounded
/// and dropped. Each byte is looked at once, however small the pieces are in which it comes.
public struct BodyDecoder: Sendable {
    private enum State: Sendable {
        case length(Int)
        case sizeLine([UInt8])
        case data(Int)
        case dataEnd(Int)
        case trailer([UInt8])
        case done
    }

    /// The body so far.
    public private(set) var body: [UInt8] = []
    private var state: State
    private var trailerBytes = 0
    private let limits: ParsingLimits
    /// The longest chunk-size line with its extensions.
    private static let longestLine = 1_024

    /// A decoder for a framing.
    public init(_ framing: BodyFraming, limits: ParsingLimits) {
        self.limits = limits
        switch framing {
        case .none: state = .done
        case .length(let length):
            state = .length(length)
            body.reserveCapacity(min(length, limits.body))
        case .chunked: state = .sizeLine([])
        }
    }

    /// Whether the body is whole.
    public var isComplete: Bool {
        if case .done = state { true } else { false }
    }

    /// Takes bytes and tells how many of them belong to this body.
    /// - Throws: `RequestRejection.badChunk`, `.bodyTooLarge`, `.fieldsTooLarge`; the body is useless then.
    public mutating func take(_ bytes: ArraySlice<UInt8>) throws(RequestRejection) -> Int {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            switch state {
            case .done: return index - bytes.startIndex
            case .length(let left): index = copy(left, bytes, index) { $0 == 0 ? .done : .length($0) }
            case .data(let left): index = copy(left, bytes, index) { $0 == 0 ? .dataEnd(0) : .data($0) }
            case .dataEnd(let seen):
                guard bytes[index] == (seen == 0 ? 0x0D : 0x0A) else { throw .badChunk }
                state = seen == 0 ? .dataEnd(1) : .sizeLine([])
                index += 1
            case .sizeLine(let line):
                if let whole = try lineTaking(bytes[index], line) { try beginChunk(whole) }
                index += 1
            case .trailer(let line):
                trailerBytes += 1
                guard trailerBytes <= limits.fields else { throw .fieldsTooLarge(limit: limits.fields) }
                if let whole = try lineTaking(bytes[index], line) { state = whole.isEmpty ? .done : .trailer([]) }
                index += 1
            }
        }
        return index - bytes.startIndex
    }

    private mutating func copy(
        _ left: Int, _ bytes: ArraySlice<UInt8>, _ index: Int, then: (Int) -> State
    ) -> Int {
        let count = min(left, bytes.endIndex - index)
        body += bytes[index..<index + count]
        state = then(left - count)
        return index + count
    }

    /// Adds a byte to a line; the line without its CRLF once it is whole. Bare CR and LF are refused.
    private mutating func lineTaking(_ byte: UInt8, _ line: [UInt8]) throws(RequestRejection) -> [UInt8]? {
        if byte == 0x0A {
            guard line.last == 0x0D else { throw .badChunk }
            return line.dropLast()
        }
        guard line.last != 0x0D, line.count < Self.longestLine else { throw .badChunk }
        switch state {
        case .trailer: state = .trailer(line + [byte])
        default: state = .sizeLine(line + [byte])
        }
        return nil
    }

    private mutating func beginChunk(_ line: [UInt8]) throws(RequestRejection) {
        let digits = line.prefix { RequestTarget.hexadecimal($0) != nil }
        let rest = line.dropFirst(digits.count)
        // Eight digits hold every size that any limit allows; more would only invite an overflow.
        guard (1...8).contains(digits.count), rest.isEmpty || rest.first == UInt8(ascii: ";") else { throw .badChunk }
        guard rest.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else { throw .badChunk }
        let size = digits.reduce(0) { $0 << 4 | Int(RequestTarget.hexadecimal($1) ?? 0) }
        guard size <= limits.body - body.count else { throw .bodyTooLarge(limit: limits.body) }
        state = size == 0 ? .trailer([]) : .data(size)
    }
}
