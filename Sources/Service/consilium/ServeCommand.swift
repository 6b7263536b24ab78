import ArgumentParser
import ClinicalAPI
import CoreMetrics
import Dispatch
import FoundationEssentials
import Glibc
import HTTPGzip
import HTTPServer
import HTTPTLS
import HTTPWire
import JSONText
import KnowledgeStore
import Logging
import ServiceLifecycle
import Telemetry
import UnixSignals

/// Answers HTTP requests until it is told to stop.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Answer HTTP requests.",
        discussion: """
            Settings are read from flags, then the environment (CONSILIUM_HOST, CONSILIUM_PORT, …), then the \
            configuration file, then defaults; Config/README.md lists them all. Prints one line when it accepts \
            connections. SIGTERM and SIGINT stop it gracefully; a second one at once. SIGHUP reads the certificates again.
            """)

    @Option(help: "The address to listen on (default 127.0.0.1).")
    var host: String?
    @Option(help: "The port; 0 takes a free one and prints it (default 8080).")
    var port: Int?
    @Option(help: "A folder of knowledge instead of the bundled one.")
    var knowledge: String?
    @Option(help: "A folder of local knowledge that adds to it and overrides it.")
    var localKnowledge: String?
    @Option(help: "A folder of kept releases, each answering where a request names it.")
    var releases: String?
    @Option(help: "The certificate chain in PEM; the port then speaks TLS.")
    var tlsCertificate: String?
    @Option(help: "The private key of the certificate in PEM.")
    var tlsKey: String?
    @Flag(inversion: .prefixedNo, help: "Whether each answer is logged (default yes).")
    var accessLog: Bool?
    @Option(help: "The configuration file (default Config/consilium.json where it exists).")
    var config: String?
    @Option(name: .customLong("set"), help: "Any setting, as key=value; may stand more than once.")
    var assignments: [String] = []
    @Flag(help: "Print the settings in force, where each came from, secrets masked; start nothing.")
    var printConfig = false
    @Flag(help: "Check the settings and what they name, knowledge and certificates; start nothing.")
    var check = false

    func validate() throws {
        if let port, !(0...65_535).contains(port) {
            throw ValidationError("the port must lie between 0 and 65535")
        }
        if let bad = assignments.first(where: { !$0.contains("=") }) {
            throw ValidationError("--set takes key=value, found `\(bad)`")
        }
    }

    func run() async throws {
        ProcessMemory.prepare()
        let effective = try readSettings()
        if printConfig { return Console.bytes(effective.json + [0x0A]) }
        let settings = effective.values
        let base = try KnowledgeOption.load(
            settings.knowledge.isEmpty ? nil : settings.knowledge,
            local: settings.localKnowledge.isEmpty ? nil : settings.localKnowledge)
        let kept = try KnowledgeOption.releases(settings.releases, beside: base)
        let log = LogOutput(descriptor: STDERR_FILENO, level: LogLevel(name: settings.logLevel) ?? .info)
        let registry = MetricRegistry()
        MetricsSystem.bootstrap(registry)
        let readiness = Readiness()
        let counts = RecommendationCounts(registry)
        // What is coded once is coded as small as it gets.
        let coder = settings.compression ? GzipCoding(level: 9).makeCoder() : nil
        let coding = settings.compression ? GzipCoding(level: 9) : nil
        let held = kept.map(\.manifest.version)
        let current = CurrentKnowledge(
            Advisor(knowledge: base, held: held, coding: coding, counts: counts),
            kept: kept.map {
                Advisor(knowledge: $0, held: held + [base.manifest.version], coding: coding, counts: counts)
            })
        let api = ClinicalAPI(
            current: current, openAPI: Self.contract(), readiness: readiness, coder: coder,
            metrics: settings.metrics ? registry : nil,
            ehr: EHRSettings(publicBaseURL: settings.publicBaseURL.isEmpty ? nil : settings.publicBaseURL))
        let router = Router(routes: api.routes) { current.generation }
        let tls = try openTLS(settings)
        if check { return Console.line("the configuration is good") }
        var configuration = settings.server
        configuration.secureChannels = tls
        configuration.contentCoding = settings.compression ? GzipCoding() : nil
        let serverMetrics = ServerMetrics(prefix: "consilium_http", routes: router.routes.map(\.pattern))
        ServiceFigures.add(
            to: registry, server: serverMetrics, current: current, readiness: readiness, tls: tls, log: log)
        configuration.observer = Self.observer(settings, log, serverMetrics)
        let stages = Self.stages(settings, router)
        let server = HTTPServer(
            configuration: configuration,
            handler: stages.isEmpty ? router : MiddlewareChain(stages, around: router))
        let secondSignal = SecondSignal([SIGTERM, SIGINT])
        let reload = ReloadSignal(SIGHUP) { Self.reload(tls, log) }
        let rotation = tls.map { tls in
            Repetition(every: settings.tlsTicketRotation) {
                if !tls.rotateTickets() { log.write(.error, "no new ticket key") }
            }
        }
        let service = HTTPService(server: server, readiness: readiness, settings: settings, knowledge: base)
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: service, failureTerminationBehavior: .cancelGroup)],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "consilium") { _ in JSONLogHandler(log) }))
        do {
            try await group.run()
        } catch let error as ServerStartError {
            Console.error("consilium: \(error.sentence)")
            throw ExitCode.unavailable
        }
        secondSignal.cancel()
        reload.cancel()
        rotation?.cancel()
        log.flush(milliseconds: 2_000)
    }

    /// The settings of file, environment and flags.
    private func readSettings() throws -> EffectiveSettings {
        do {
            return try SettingsReader(file: config, environment: ProcessInfo.processInfo.environment, flags: flags)
                .read()
        } catch {
            for sentence in error.sentences { Console.error("consilium: \(sentence)") }
            throw ExitCode.badConfiguration
        }
    }

    /// What the flags set; those of `--set` first, so that a setting's own flag goes before them.
    private var flags: [(key: String, flag: String, texts: [String])] {
        let own: [(String, String, String?)] = [
            ("host", "--host", host), ("port", "--port", port.map { "\($0)" }), ("knowledge", "--knowledge", knowledge),
            ("localKnowledge", "--local-knowledge", localKnowledge), ("releases", "--releases", releases),
            ("tlsCertificate", "--tls-certificate", tlsCertificate), ("tlsKey", "--tls-key", tlsKey),
            ("accessLog", "--access-log", accessLog.map { "\($0)" }),
        ]
        let assigned = assignments.map { assignment -> (key: String, flag: String, texts: [String]) in
            let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), "--set", [String(parts.last ?? "")])
        }
        return assigned + own.compactMap { key, flag, text in text.map { (key, flag, [$0]) } }
    }

    private func openTLS(_ settings: Settings) throws -> TLSContext? {
        guard settings.isSecure else { return nil }
        var configuration = TLSConfiguration(
            certificates: zip(settings.tlsCertificate, settings.tlsKey).map { CertificateFiles(chain: $0, key: $1) })
        configuration.clientAuthorities = settings.tlsClientCA.isEmpty ? nil : settings.tlsClientCA
        configuration.clientCertificates = .init(rawValue: settings.tlsClientCertificates) ?? .none
        do throws(TLSConfigurationError) {
            let context = try TLSContext(configuration)
            if context.secondsOfValidity < 0 { Console.error("warning: a certificate has expired") }
            return context
        } catch {
            Console.error("consilium: \(error.sentence)")
            throw ExitCode.badConfiguration
        }
    }

    /// The stages around the routes, outermost first: pages of other origins must be able to read also a 429.
    private static func stages(_ settings: Settings, _ router: Router) -> [any Middleware] {
        var stages: [any Middleware] = []
        if !settings.corsOrigins.isEmpty {
            stages.append(
                CrossOrigin(
                    origins: settings.corsOrigins,
                    exposed: [
                        "ETag", "Knowledge-Version", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id",
                    ], allowsPrivateNetwork: settings.corsPrivateNetwork, methods: { router.allowedMethods(of: $0) }))
        }
        if settings.rateLimit > 0 {
            stages.append(
                RateLimit(requestsPerMinute: settings.rateLimit) { request in
                    let path = request.path
                    return OperationsRoutes.healthPatterns.contains { path.elementsEqual($0.utf8) }
                })
        }
        return stages
    }

    private static func observer(
        _ settings: Settings, _ log: LogOutput, _ metrics: ServerMetrics
    ) -> (any ExchangeObserver)? {
        var observers: [any ExchangeObserver] = []
        if settings.accessLog { observers.append(AccessLog(log, silentRoutes: OperationsRoutes.healthPatterns)) }
        if settings.metrics { observers.append(metrics) }
        return observers.count > 1 ? ObserverGroup(observers) : observers.first
    }

    /// SIGHUP: certificates are read again. Those of before stay where the new cannot be used.
    private static func reload(_ tls: TLSContext?, _ log: LogOutput) {
        guard let tls else { return log.write(.notice, "nothing to reload: no certificates are configured") }
        do throws(TLSConfigurationError) {
            try tls.reload()
            log.write(.notice, "certificates reloaded")
        } catch {
            log.write(.error, "certificates not reloaded; those of before stay in use") {
                $0.member("reason", error.sentence)
            }
        }
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
        let scheme = settings.isSecure ? "https" : "http"
        let local = knowledge.local.isEmpty ? "" : " and \(knowledge.local.documents.count) local documents"
        Console.line(
            "consilium \(ProductVersion.current) answers on \(scheme)://\(address) "
                + "with knowledge \(knowledge.manifest.version)\(local)")
        // At once, and again when the start's own threads have come to rest.
        for delay in [50, 1_000] { ProcessMemory.giveBack(after: .milliseconds(delay)) }
        try await gracefulShutdown()
        // Not ready first, so that balancers look elsewhere; then the listeners close and what is under way is finished.
        readiness.beginDrain()
        server.beginLeaving()
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

/// Does something each time a signal comes.
final class ReloadSignal {
    private let source: any DispatchSourceSignal

    init(_ number: Int32, _ action: @escaping @Sendable () -> Void) {
        signal(number, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { action() }
        source.resume()
    }

    /// Watches no more.
    func cancel() { source.cancel() }
}

/// Does something every so many seconds, on a queue of Dispatch.
final class Repetition {
    private let source: any DispatchSourceTimer

    init(every seconds: Int, _ action: @escaping @Sendable () -> Void) {
        source = DispatchSource.makeTimerSource(queue: .global())
        source.schedule(deadline: .now() + .seconds(seconds), repeating: .seconds(seconds), leeway: .seconds(1))
        source.setEventHandler { action() }
        source.resume()
    }

    /// Does it no more.
    func cancel() { source.cancel() }
}
