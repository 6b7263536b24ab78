/// The request parser: a head stays what it is in every prefix and before every follower, and everything that it gives can
/// be read.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    var request = HTTPRequest.blank
    let progress = RequestParser().parse(bytes.span, into: &request)
    var other = HTTPRequest.blank
    switch progress {
    case .needMore: break
    case .head(let consumed, let framing, _):
        precondition(consumed > 0 && consumed <= size)
        precondition(RequestParser().parse(bytes.span.extracting(0..<consumed), into: &other) == progress)
        precondition(RequestParser().parse(bytes.span.extracting(0..<consumed - 1), into: &other) == .needMore)
        if case .length(let length) = framing { precondition(length > 0) }
        look(at: request)
    case .rejected(let rejection):
        precondition(rejection.status.code >= 400)
        precondition(RequestParser().parse((bytes + [0x0A]).span, into: &other) == progress)
        precondition(RequestParser().parse((bytes + [0x41]).span, into: &other) == progress)
    }
    return 0
}

private func look(at request: HTTPRequest) {
    let target = request.target
    for segment in target.segments {
        precondition(segment != "." && segment != ".." && !segment.utf8.contains(0x2F) && !segment.utf8.contains(0))
    }
    _ = target.queryItems
    precondition(!request.method.name.isEmpty && HTTPMethod(request.method.name) == request.method)
    for name: StaticString in ["host", "accept", "content-length", "x"] {
        precondition(request.has(name) == (request[field: name] != nil))
        if let bytes = request.bytes(ofField: name) {
            precondition(!bytes.contains(0x0D) && !bytes.contains(0x0A) && !bytes.contains(0))
        }
    }
    _ = CodingChoice.choose(request[field: "accept-encoding"])
    _ = Precondition.judge(request, entityTag: "\"t\"", lastModified: 1)
}
