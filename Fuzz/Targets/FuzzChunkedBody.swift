/// The chunked decoder: the same body and the same end however the bytes are split; the first byte says how.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 0 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: data + 1, count: size - 1))
    var limits = ParsingLimits()
    limits.body = 4_096
    let whole = decode(bytes, step: max(1, bytes.count), limits)
    let parts = decode(bytes, step: Int(data[0]) % 17 + 1, limits)
    precondition(whole.rejection == parts.rejection && whole.isComplete == parts.isComplete)
    if whole.rejection == nil {
        precondition(whole.body == parts.body && whole.used == parts.used && whole.body.count <= limits.body)
    }
    return 0
}

private struct Outcome {
    var body: [UInt8] = []
    var used = 0
    var isComplete = false
    var rejection: RequestRejection?
}

private func decode(_ bytes: [UInt8], step: Int, _ limits: ParsingLimits) -> Outcome {
    var outcome = Outcome()
    var decoder = BodyDecoder(.chunked, limits: limits)
    do throws(RequestRejection) {
        while outcome.used < bytes.count, !decoder.isComplete {
            let end = min(bytes.count, outcome.used + step)
            outcome.used += try decoder.take(bytes.span.extracting(outcome.used..<end))
        }
    } catch {
        outcome.rejection = error
    }
    outcome.body = decoder.body
    outcome.isComplete = decoder.isComplete
    return outcome
}
