/// Takes a body as it arrives, by length or by chunks (RFC 9112 §6 and §7.1). Chunk extensions and trailers are checked,
/// bounded and dropped: nothing of them reaches the request. Each byte is looked at once, however small the pieces are
/// in which it comes.
public struct BodyDecoder: Sendable {
    private enum State: Sendable {
        /// So many bytes are still to come.
        case length(Int)
        /// In the digits of a chunk size.
        case size(Int, digits: Int)
        /// Behind the digits, in white space that only an extension may follow (BWS, RFC 9112 §7.1.1).
        case afterSize(Int)
        /// In an extension.
        case chunkExtension(Int, Quote)
        /// Behind the CR of a size line.
        case sizeEnd(Int)
        case data(Int)
        case dataReturn
        case dataEnd
        case trailerStart
        case trailerName
        case trailerValue
        case trailerLineEnd
        /// Behind the CR of the empty line that ends everything.
        case lastEnd
        case done
    }

    /// Where a byte of an extension stands to a quoted-string (RFC 9110 §5.6.4).
    private enum Quote: Sendable {
        case outside
        case inside
        case escaped
    }

    /// The body so far.
    public private(set) var body: [UInt8] = []
    private var state: State
    private var lineBytes = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailerCount = 0
    private let limits: ParsingLimits
    /// The longest chunk-size line with its extensions, in bytes.
    public static let longestSizeLine = 1_024

    /// A decoder for a framing.
    public init(_ framing: BodyFraming, limits: ParsingLimits) {
        self.limits = limits
        switch framing {
        case .none: state = .done
        case .length(let length):
            state = length == 0 ? .done : .length(length)
            // What a head promises is not believed before it comes: a promise costs 16 KiB at most.
            body.reserveCapacity(min(length, 16_384))
        case .chunked: state = .size(0, digits: 0)
        }
    }

    /// Whether the body is whole.
    public var isComplete: Bool {
        if case .done = state { true } else { false }
    }

    /// Takes bytes and tells how many of them belong to this body.
    /// - Throws: `RequestRejection.badChunk`, `.bodyTooLarge`, `.fieldsTooLarge`; the body is useless then.
    public mutating func take(_ bytes: borrowing Span<UInt8>, from start: Int = 0) throws(RequestRejection) -> Int {
        var index = start
        while index < bytes.count {
            switch state {
            case .done: return index - start
            case .length(let left):
                let count = append(bytes, index, left)
                index += count
                state = count == left ? .done : .length(left - count)
            case .data(let left):
                let count = append(bytes, index, left)
                index += count
                state = count == left ? .dataReturn : .data(left - count)
            default:
                try step(bytes[index])
                index += 1
            }
        }
        return index - start
    }

    private mutating func append(_ bytes: borrowing Span<UInt8>, _ index: Int, _ left: Int) -> Int {
        let count = min(left, bytes.count - index)
        bytes.extracting(index..<index + count).withUnsafeBufferPointer { body.append(contentsOf: $0) }
        return count
    }

    /// One byte of the framing.
    private mutating func step(_ byte: UInt8) throws(RequestRejection) {
        switch state {
        case .size(let size, let digits): try stepSize(byte, size, digits)
        case .afterSize(let size):
            try countLine()
            if byte == UInt8(ascii: ";") { return state = .chunkExtension(size, .outside) }
            guard Byte.isBlank(byte) else { throw .badChunk }
        case .chunkExtension(let size, let quote): try stepExtension(byte, size, quote)
        case .sizeEnd(let size):
            guard byte == Byte.lineFeed else { throw .badChunk }
            lineBytes = 0
            state = size == 0 ? .trailerStart : .data(size)
        case .dataReturn:
            guard byte == Byte.carriageReturn else { throw .badChunk }
            state = .dataEnd
        case .dataEnd:
            guard byte == Byte.lineFeed else { throw .badChunk }
            state = .size(0, digits: 0)
        case .trailerStart, .trailerName, .trailerValue, .trailerLineEnd: try stepTrailer(byte)
        case .lastEnd:
            guard byte == Byte.lineFeed else { throw .badChunk }
            state = .done
        case .length, .data, .done: break
        }
    }

    private mutating func stepSize(_ byte: UInt8, _ size: Int, _ digits: Int) throws(RequestRejection) {
        try countLine()
        if let value = Byte.hexadecimal(byte) {
            // Sixteen digits fill 64 bits; more only invite an overflow at somebody else. A size that the sign bit would
            // make negative is larger than any limit.
            guard digits < 16 else { throw .badChunk }
            guard size <= Int.max >> 4 else { throw .bodyTooLarge(limit: limits.body) }
            return state = .size(size << 4 | Int(value), digits: digits + 1)
        }
        guard digits > 0 else { throw .badChunk }
        guard size <= limits.body - body.count else { throw .bodyTooLarge(limit: limits.body) }
        switch byte {
        case Byte.carriageReturn: state = .sizeEnd(size)
        case UInt8(ascii: ";"): state = .chunkExtension(size, .outside)
        case Byte.space, Byte.tab: state = .afterSize(size)
        default: throw .badChunk
        }
    }

    private mutating func stepExtension(_ byte: UInt8, _ size: Int, _ quote: Quote) throws(RequestRejection) {
        try countLine()
        // RFC 9112 §7.1.1: the total of all extensions is limited too; they may be as long as the fields.
        extensionBytes += 1
        guard extensionBytes <= limits.fields else { throw .badChunk }
        if byte == Byte.carriageReturn && quote == .outside { return state = .sizeEnd(size) }
        guard Byte.isFieldContent(byte) else { throw .badChunk }
        switch quote {
        case .escaped: state = .chunkExtension(size, .inside)
        case .inside where byte == UInt8(ascii: "\\"): state = .chunkExtension(size, .escaped)
        case .inside where byte == UInt8(ascii: "\""): state = .chunkExtension(size, .outside)
        case .outside where byte == UInt8(ascii: "\""): state = .chunkExtension(size, .inside)
        default: break
        }
    }

    private mutating func countLine() throws(RequestRejection) {
        lineBytes += 1
        // The CR that ends the line is counted too.
        guard lineBytes <= Self.longestSizeLine + 1 else { throw .badChunk }
    }

    /// A byte of the trailer section: field lines as in a head (RFC 9112 §7.1.2), dropped.
    private mutating func stepTrailer(_ byte: UInt8) throws(RequestRejection) {
        if case .trailerStart = state, byte == Byte.carriageReturn { return state = .lastEnd }
        trailerBytes += 1
        guard trailerBytes <= limits.fields else { throw .fieldsTooLarge(limit: limits.fields) }
        switch state {
        case .trailerStart:
            trailerCount += 1
            guard trailerCount <= limits.fieldCount else { throw .fieldsTooLarge(limit: limits.fieldCount) }
            guard ByteSet.token.contains(byte) else { throw .badField }
            state = .trailerName
        case .trailerName:
            if byte == UInt8(ascii: ":") { return state = .trailerValue }
            guard ByteSet.token.contains(byte) else { throw .badField }
        case .trailerValue:
            if byte == Byte.carriageReturn { return state = .trailerLineEnd }
            guard Byte.isFieldContent(byte) else { throw .badField }
        default:
            guard byte == Byte.lineFeed else { throw .badField }
            state = .trailerStart
        }
    }
}
