// POST /recommend as one writes it with Hummingbird, JSONDecoder and JSONEncoder, with typed structs.
//
// usage: HummingbirdPeer --port N --answer FILE [--stored]

import FoundationEssentials
import Hummingbird
import Logging
import NIOPosix

/// The coders are made once, which costs a request less than Hummingbird's own context, which makes them anew.
struct Context: RequestContext {
    static let decoder = JSONDecoder()
    static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return encoder
    }()

    var coreContext: CoreRequestContextStorage
    var requestDecoder: JSONDecoder { Self.decoder }
    var responseEncoder: JSONEncoder { Self.encoder }

    init(source: Source) {
        coreContext = .init(source: source)
    }
}

extension Recommendation: ResponseEncodable {}

struct Options {
    var port = 8080
    var answer = ""
    var stored = false

    init(_ arguments: [String]) {
        var rest = arguments.dropFirst()
        while let argument = rest.popFirst() {
            switch argument {
            case "--port": port = rest.popFirst().flatMap { Int($0) } ?? port
            case "--answer": answer = rest.popFirst() ?? ""
            default: stored = stored || argument == "--stored"
            }
        }
    }
}

@main
struct HummingbirdPeer {
    static func main() async throws {
        let options = Options(CommandLine.arguments)
        let bytes = try Data(contentsOf: URL(filePath: options.answer))
        let answer = try Context.decoder.decode(Recommendation.self, from: bytes)
        let router = Router(context: Context.self)
        if options.stored {
            let stored = ByteBuffer(bytes: bytes)
            router.post("recommend") { request, context in
                try await check(request, context)
                return Response(
                    status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: stored))
            }
        } else {
            router.post("recommend") { request, context in
                try await check(request, context)
                return answer
            }
        }
        var logger = Logger(label: "peer")
        logger.logLevel = .error
        // One loop, since the process has one core; its default is one a processor of the machine.
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: options.port), backlog: 4096),
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1)), logger: logger)
        try await application.runService()
    }

    static func check(_ request: Request, _ context: Context) async throws {
        let posted = try await request.decode(as: RecommendRequest.self, context: context)
        guard posted.case != nil || posted.question != nil else { throw HTTPError(.badRequest) }
    }
}
