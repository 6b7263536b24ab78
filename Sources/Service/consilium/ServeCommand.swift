import ArgumentParser
import ClinicalAPI
import Dispatch
import FoundationEssentials
import Glibc
import HTTPServer
import HTTPWire
import KnowledgeStore
import Logging
import ServiceLifecycle
import UnixSignals

/// Answers HTTP requests until it is told to stop.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Answer HTTP requests.",
        discussion: """
            Settings are read from flags, then the environment (CONSILIUM_HOST, CONSILIUM_PORT, …), then the \
            configuration file, then defaults. Prints one line when it accepts connections. SIGTERM and SIGINT stop it \
            gracefully; a second one at once.
            """)

    @Option(help: "The address to listen on (default 127.0.0.1).")
    var host: String?
    @Option(help: "The port; 0 takes a free one and prints it (default 8080).")
    var port: Int?
    @Option(help: "A folder of knowledge instead of the bundled one.")
    var knowledge: String?
    @Option(help: "The configuration file (default Config/consilium.json where it exists).")
    var config: String?

    func run() async throws {
        var settings: Settings
        do {
            settings = try Settings.load(file: config, environment: ProcessInfo.processInfo.environment)
        } catch {
            for sentence in error.sentences { Console.error("consilium: \(sentence)") }
            throw ExitCode.badConfiguration
        }
        settings.host = host ?? settings.host
        settings.knowledge = knowledge ?? settings.knowledge
        if let port {
            guard (0...65_535).contains(port) else { throw ValidationError("the port must lie between 0 and 65535") }
            settings.port = port
        }
        let base = try KnowledgeOption.load(settings.knowledge)
        let level = Logger.Level(rawValue: settings.logLevel) ?? .info
        let logger = Logger(label: "consilium") { _ in JSONLogHandler(level: level) }
        let readiness = Readiness()
        let api = ClinicalAPI(
            current: CurrentKnowledge(Advisor(knowledge: base)), openAPI: Self.contract(), readiness: readiness)
        let server = HTTPServer(
            configuration: settings.server, handler: Router(routes: api.routes), logger: logger)
        let secondSignal = SecondSignal([SIGTERM, SIGINT])
        let service = HTTPService(server: server, readiness: readiness, settings: settings, knowledge: base)
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: service, failureTerminationBehavior: .cancelGroup)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch let error as ServerStartError {
            Console.error("consilium: \(error.sentence)")
            throw ExitCode.unavailable
        }
        secondSignal.cancel()
    }

    /// `openapi.yaml` beside the program, else in the working folder.
    private static func contract() -> [UInt8]? {
        let folder = Console.executablePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let beside = folder.joined(separator: "/") + "/openapi.yaml"
        return (FileManager.default.contents(atPath: beside) ?? FileManager.default.contents(atPath: "openapi.yaml"))
            .map { [UInt8]($0) }
    }
}

/// The server as a service: it starts, waits for the shutdown, drains.
struct HTTPService: Service {
    let server: HTTPServer
    let readiness: Readiness
    let settings: Settings
    let knowledge: KnowledgeBase

    func run() async throws {
        let address = try server.start()
        for warning in knowledge.warnings { Console.error("warning: \(warning)") }
        Console.line(
            "consilium \(ProductVersion.current) answers on \(address) with knowledge \(knowledge.manifest.version)")
        try await gracefulShutdown()
        // Not ready first, so that balancers look elsewhere; then the listeners close and what is under way is finished.
        readiness.beginDrain()
        if settings.drainDelay > 0 { try? await Task.sleep(for: .seconds(settings.drainDelay)) }
        await server.stop(within: .seconds(settings.shutdownTimeout))
    }
}

/// Ends the process at once on the second signal of those that ask it to stop, with 128 + its number.
final class SecondSignal {
    private var sources: [any DispatchSourceSignal] = []

    init(_ signals: [Int32]) {
        let counter = SignalCounter()
        for number in signals {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { if counter.isSecond() { _exit(128 + number) } }
            source.resume()
            sources.append(source)
        }
    }

    /// Watches no more.
    func cancel() { for source in sources { source.cancel() } }
}
