/// The request target: what is taken holds no climbing, no controls and no bad encoding, and reads the same when it is
/// written again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    guard let target = try? RequestTarget(bytes) else { return 0 }
    for segment in target.segments {
        precondition(segment != "." && segment != "..")
        precondition(segment.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != 0x2F && $0 != 0x5C })
    }
    let path = "/" + target.segments.map(encoded).joined(separator: "/")
    let again = try? RequestTarget((path + (target.query.map { "?" + $0 } ?? "")).utf8)
    precondition(again?.segments == target.segments && again?.query == target.query)
    for item in target.queryItems {
        precondition(String(validating: Array(item.value.utf8), as: UTF8.self) == item.value)
    }
    return 0
}

private func encoded(_ segment: String) -> String {
    segment.utf8.map { byte in
        let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        return isPlain || segment.utf8.count > 2 && byte == 0x2E
            ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
}
