public import HTTPWire

/// The trace that a request belongs to (W3C Trace Context, `traceparent`).
public struct TraceContext: Sendable, Equatable {
    /// 32 hexadecimal digits, not all zero.
    public let traceID: String
    /// 16 hexadecimal digits, not all zero: the sender's span.
    public let parentID: String
    /// Whether the sender records it.
    public let isSampled: Bool

    /// Reads a `traceparent`: exactly 55 characters of lower case in version 00, at least so many in a later one; version
    /// ff and zero ids are none. nil where it does not hold that form; the trace is then not ours to carry on.
    public init?(_ field: ArraySlice<UInt8>) {
        let bytes = Array(field)
        guard bytes.count >= 55, [2, 35, 52].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }) else { return nil }
        let version = bytes[0..<2]
        let trace = bytes[3..<35]
        let parent = bytes[36..<52]
        let flags = bytes[53..<55]
        for part in [version, trace, parent, flags] where !part.allSatisfy(Self.isLowerHexadecimal) { return nil }
        guard !version.elementsEqual("ff".utf8), !trace.allSatisfy({ $0 == 0x30 }), !parent.allSatisfy({ $0 == 0x30 })
        else { return nil }
        if bytes.count > 55 {
            guard !version.elementsEqual("00".utf8), bytes[55] == UInt8(ascii: "-") else { return nil }
        }
        traceID = String(decoding: trace, as: UTF8.self)
        parentID = String(decoding: parent, as: UTF8.self)
        isSampled = (bytes[54] - (bytes[54] < 0x3A ? 0x30 : 0x57)) & 1 == 1
    }

    private static func isLowerHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
    }
}

extension HTTPRequest {
    /// The trace of this request; nil where none or a malformed one came.
    public var trace: TraceContext? { bytes(ofField: "traceparent").flatMap { TraceContext($0) } }
}
