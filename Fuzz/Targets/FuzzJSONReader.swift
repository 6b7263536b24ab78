/// The JSON reader: never traps, points inside the text, and refuses what a strict reader refuses: bytes behind the end.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    do throws(JSONSyntaxError) {
        _ = try JSONReader().read(bytes)
        precondition(isRefused(bytes + Array("x".utf8)) && isRefused(bytes + Array(" ,".utf8)))
    } catch {
        precondition((0...size).contains(error.offset) && !error.sentence.isEmpty)
    }
    return 0
}

private func isRefused(_ bytes: [UInt8]) -> Bool {
    do throws(JSONSyntaxError) {
        _ = try JSONReader().read(bytes)
        return false
    } catch {
        return true
    }
}
