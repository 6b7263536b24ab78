/// The JSON writer: what was read, written and read again is the same value, and writing it again gives the same bytes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    guard let value = try? JSONReader().read(bytes) else {
        // Any text is a string that must survive.
        let text = String(decoding: bytes, as: UTF8.self)
        var writer = JSONWriter()
        writer.string(text)
        precondition((try? JSONReader().read(writer.bytes)) == .string(text))
        return 0
    }
    var first = JSONWriter()
    value.write(to: &first)
    guard let again = try? JSONReader().read(first.bytes) else {
        preconditionFailure("what was written cannot be read")
    }
    precondition(again == value)
    var second = JSONWriter()
    again.write(to: &second)
    precondition(first.bytes == second.bytes)
    return 0
}
