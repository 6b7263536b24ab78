import ClientAccess
import ClinicalAPI
import CoreMetrics
import Dispatch
import FoundationEssentials
import Glibc
import HTTPGzip
import HTTPServer
import HTTPSignatures
import HTTPTLS
import HTTPWire
import Journal
import KnowledgeStore
import ReadingPages
import ServiceLifecycle
import Signing
import Telemetry

/// The service as it runs: the knowledge, the public port, the administrator's listener, the reload. It is made whole or not
/// at all; `run` starts it, waits for the shutdown and drains.
final class HTTPService: Service {
    /// Where log lines go.
    let log: LogOutput
    private let settings: Settings
    private let readiness = Readiness()
    private let current: CurrentKnowledge
    private let server: HTTPServer
    private let admin: HTTPServer?
    private let reloader: Reloader
    private let tls: TLSContext?
    private let manager: ServiceManager
    private let warnings: [KnowledgeDefect]
    private let journals: Journals
    private let door: ClientDoor?
    private let api: ClinicalAPI

    /// Loads everything that the settings name; listens nowhere yet. Who only checks opens no journals, as the running
    /// service has them, and reads the cases too.
    /// - Throws: `ConfigurationError` where something named cannot be used.
    init(_ effective: EffectiveSettings, reader: SettingsReader, onlyChecks: Bool = false) throws(ConfigurationError) {
        let settings = effective.values
        self.settings = settings
        log = LogOutput(descriptor: STDERR_FILENO, level: LogLevel(name: settings.logLevel) ?? .info)
        manager = ServiceManager(environment: reader.environment)
        let registry = MetricRegistry()
        MetricsSystem.bootstrap(registry)

        // What is coded once is coded as small as it gets.
        let smallest = settings.compression ? GzipCoding(level: 9) : nil
        let source = KnowledgeSource(
            coding: smallest, counts: RecommendationCounts(registry), answerMemory: settings.answerMemory)
        let loaded = try source.load(settings, cases: onlyChecks ? .read : .hashed)
        warnings = loaded.base.warnings
        let (advisor, kept) = source.advisors(loaded)
        ProcessMemory.settle()
        current = CurrentKnowledge(advisor, kept: kept)
        tls = try Self.openTLS(settings)

        journals = try Journals(onlyChecks ? Settings() : settings, registry)
        door = try ClientDoor(settings, log: log)

        var parts: [any ReloadPart] = [KnowledgePart(current: current, source: source), LogLevelPart(log: log)]
        if let tls { parts.append(CertificatePart(tls: tls)) }
        if let door { parts.append(door) }
        reloader = Reloader(reader: reader, inForce: effective, parts: parts, log: log, registry: registry)

        let feedback = FeedbackLedger(registry, journal: journals.feedback)
        let api = ClinicalAPI(
            current: current, openAPI: { Self.contract() }, readiness: readiness, coding: smallest,
            metrics: settings.metrics ? registry : nil,
            ehr: EHRSettings(
                publicBaseURL: settings.publicBaseURL.isEmpty ? nil : settings.publicBaseURL,
                issued: { feedback.remember($0) }),
            pages: Self.pages(settings), feedback: feedback)
        self.api = api
        let deprecations = Deprecations(
            entries: settings.deprecations.compactMap(Deprecations.entry), link: settings.deprecationLink)
        let unknown = deprecations.unknown(among: api.routes)
        guard unknown.isEmpty else {
            throw ConfigurationError(
                sentences: unknown.map {
                    let hint = Suggestion.nearest(to: $0, among: api.routes.map(\.pattern))
                    return "`deprecations`: `\($0)` is no path here" + (hint.map { "; did you mean `\($0)`?" } ?? "")
                })
        }
        // What was answered to one client is not given again to the same bytes: the key may have gone since, and a certificate
        // does not stand in them.
        var generation: (@Sendable () -> UInt64)?
        if door == nil { generation = { [current] in current.generation } }
        let router = Router(
            routes: deprecations.marking(door?.guarding(api.routes, registry) ?? api.routes), generation: generation)
        let metrics = ServerMetrics(prefix: "consilium_http", routes: router.routes.map(\.pattern))
        ServiceFigures.add(
            to: registry, server: metrics, current: current, readiness: readiness, tls: tls, log: log)
        var configuration = settings.server
        configuration.secureChannels = tls
        configuration.contentCoding = settings.compression ? GzipCoding() : nil
        configuration.sealer = try Self.sealer(settings)
        configuration.commonFields = CommonFields.fields
        configuration.refusals = OutcomeRefusals()
        configuration.observer = Self.observer(settings, log, metrics)
        var stages = Self.stages(settings, router, door)
        if let audit = journals.audit { stages.append(try Self.audit(settings, audit, current)) }
        server = HTTPServer(
            configuration: configuration,
            handler: stages.isEmpty ? router : MiddlewareChain(stages, around: router))
        admin = Self.admin(
            settings, OperationsRoutes(current: current, readiness: readiness, metrics: registry), reloader)
        watch()
    }

    // MARK: - Running

    func run() async throws {
        let address = try server.start()
        let adminAddress = try admin?.start()
        for warning in warnings { Console.error("warning: \(warning)") }
        if let sentence = settings.openDoor { Console.error("warning: \(sentence)") }
        let knowledge = current.advisor.knowledge
        let scheme = settings.isSecure ? "https" : "http"
        let local = knowledge.local.isEmpty ? "" : " and \(knowledge.local.documents.count) local documents"
        let said =
            "answers on \(scheme)://\(address) with knowledge \(knowledge.manifest.version)\(local)"
            + (adminAddress.map { ", administered at \($0)" } ?? "")
        // Before anybody is told that it answers: a hang-up that nobody watches for would end the process.
        let watched = keepWatch()
        Console.line("consilium \(ProductVersion.current) \(said)")
        manager.ready(said)
        // What only some requests need is made beside the first ones: whoever asks before waits for it.
        DispatchQueue.global(qos: .utility).async { [api, current] in
            current.advisor.prepareReading()
            for release in current.kept { release.prepareNames() }
            api.prepare()
        }
        // When the start's own threads have come to rest.
        ProcessMemory.giveBack(after: .seconds(1))
        try await gracefulShutdown()
        manager.stopping()
        log.write(.notice, "shutting down")
        // Not ready first, so that balancers look elsewhere; then the listeners close and what is under way is finished.
        readiness.beginDrain()
        server.beginLeaving()
        if settings.drainDelay > 0 { try? await Task.sleep(for: .seconds(settings.drainDelay)) }
        await server.stop(within: .seconds(settings.shutdownTimeout))
        // Last, so that figures can be read to the end.
        await admin?.stop(within: .seconds(1))
        withExtendedLifetime(watched) {}
        journals.close(log)
        log.write(.notice, "stopped")
    }

    /// What goes on beside the requests, until this is let go.
    private struct Watch {
        let reload: ReloadSignal
        var repetitions: [Repetition] = []
    }

    private func keepWatch() -> Watch {
        var watch = Watch(
            reload: ReloadSignal(SIGHUP) { [manager, reloader, journals] in
                manager.reloading(microseconds: MonotonicClock.microseconds())
                journals.reopen()
                reloader.reload { manager.ready("the last reload was \($0.result.rawValue)") }
            })
        if let tls {
            watch.repetitions.append(
                Repetition(every: .seconds(settings.tlsTicketRotation)) { [log] in
                    if !tls.rotateTickets() { log.write(.error, "no new ticket key") }
                })
        }
        if let door, settings.clientsWatch > 0 {
            watch.repetitions.append(
                Repetition(every: .seconds(settings.clientsWatch)) { [reloader] in
                    door.look(reloader.settings.values)
                })
        }
        if let interval = manager.signOfLifeInterval {
            // A loop that is stuck is no life: the manager then restarts the process.
            watch.repetitions.append(
                Repetition(every: .microseconds(interval), leeway: .microseconds(interval / 10)) {
                    [manager, readiness] in
                    if readiness.isAlive { manager.alive() }
                })
        }
        return watch
    }

    /// What readiness looks at.
    private func watch() {
        readiness.watchLoops { [server] in server.longestTurn }
        readiness.watch { [server, settings] in
            let open = server.openConnections
            let said = "\(open) of \(settings.maximumConnections) connections are open"
            return .init("connections", open < settings.maximumConnections ? .pass : .fail, said)
        }
        readiness.watch { [server, settings] in
            let held = server.heldBytes
            let said = "\(held) of \(settings.maximumHeldSize) bytes are held for requests and answers"
            return .init("memory", held < settings.maximumHeldSize ? .pass : .fail, said)
        }
        readiness.watch { [reloader] in reloader.check }
        for (name, journal) in journals.all {
            readiness.watch {
                journal.status.fault == nil
                    ? .init(name + "-journal", .pass) : .init(name + "-journal", .warn, "the disk takes no lines")
            }
        }
    }

    // MARK: - Parts

    private static func openTLS(_ settings: Settings) throws(ConfigurationError) -> TLSContext? {
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
            throw ConfigurationError(sentences: [error.sentence])
        }
    }

    /// What vouches for answers; nil where nothing is to.
    private static func sealer(_ settings: Settings) throws(ConfigurationError) -> AnswerSignature? {
        if settings.signingKey.isEmpty { return settings.contentDigest ? AnswerSignature(key: nil, keyID: "") : nil }
        let key: SigningKey
        do throws(SigningError) {
            key = try SigningKey(
                pem: FileManager.default.contents(atPath: settings.signingKey).map { [UInt8]($0) } ?? [])
        } catch {
            throw ConfigurationError(sentences: [
                "`\(settings.signingKey)` holds no private key of Ed25519 in PEM without a passphrase"
            ])
        }
        return AnswerSignature(
            key: key, keyID: settings.signingKeyId.isEmpty ? key.verifying.id : settings.signingKeyId)
    }

    /// The administrator's listener: one loop, no TLS, no access log.
    private static func admin(
        _ settings: Settings, _ operations: OperationsRoutes, _ reloader: Reloader
    ) -> HTTPServer? {
        guard let address = AdminAddress(settings.adminAddress) else { return nil }
        let hasToken = !settings.adminToken.isEmpty
        let routes = AdminRoutes(reloader: reloader, isTrusted: hasToken || address.isPrivate).routes
        let router = Router(routes: operations.routes + routes)
        var configuration = ServerConfiguration()
        configuration.commonFields = CommonFields.fields
        configuration.host = address.host
        configuration.port = address.port
        configuration.loops = 1
        configuration.maximumConnections = 100
        return HTTPServer(
            configuration: configuration,
            handler: hasToken ? MiddlewareChain([TokenGate(settings.adminToken)], around: router) : router)
    }

    /// The stages around the routes, outermost first: pages of other origins must be able to read also a 429.
    private static func stages(_ settings: Settings, _ router: Router, _ door: ClientDoor?) -> [any Middleware] {
        var stages: [any Middleware] = []
        if !settings.corsOrigins.isEmpty {
            stages.append(
                CrossOrigin(
                    origins: settings.corsOrigins,
                    exposed: [
                        "API-Version", "Deprecation", "ETag", "Knowledge-Version", "Link", "RateLimit",
                        "RateLimit-Policy", "Retry-After", "Server-Timing", "Sunset", "X-Request-Id",
                    ], allowsPrivateNetwork: settings.corsPrivateNetwork, methods: { router.allowedMethods(of: $0) }))
        }
        if settings.rateLimit > 0 {
            stages.append(
                RateLimit(
                    requestsPerMinute: settings.rateLimit,
                    exempt: { request in
                        let path = request.path
                        return OperationsRoutes.healthPatterns.contains { path.elementsEqual($0.utf8) }
                    }, client: { [access = door?.access] in access?.cheapKey($0) }))
        }
        return stages
    }

    /// The stage that keeps what was advised.
    private static func audit(
        _ settings: Settings, _ journal: Journal, _ current: CurrentKnowledge
    ) throws(ConfigurationError) -> AdviceAudit {
        guard let key = JournalKey(Array(settings.auditKey.utf8)) else {
            throw ConfigurationError(sentences: ["`auditKey` must have at least 32 characters"])
        }
        return AdviceAudit(
            journal: journal, key: key, refuses: settings.auditOverflow == "refuse", options: OptionCodes(current))
    }

    private static func observer(
        _ settings: Settings, _ log: LogOutput, _ metrics: ServerMetrics
    ) -> (any ExchangeObserver)? {
        var observers: [any ExchangeObserver] = []
        if settings.accessLog { observers.append(AccessLog(log, silentRoutes: OperationsRoutes.healthPatterns)) }
        if settings.metrics || !settings.adminAddress.isEmpty { observers.append(metrics) }
        return observers.count > 1 ? ObserverGroup(observers) : observers.first
    }

    /// `openapi.yaml` or `openapi.json` beside the program, else in the working folder. Read once, right after the start at the
    /// latest, and kept: also that it was not there.
    private static func contract(_ name: String = "openapi.yaml") -> [UInt8]? {
        let folder = Console.executablePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let beside = folder.joined(separator: "/") + "/" + name
        return (FileManager.default.contents(atPath: beside) ?? FileManager.default.contents(atPath: name))
            .map { [UInt8]($0) }
    }

    /// What people read. Without it the service answers programs as before.
    private static func pages(_ settings: Settings) -> PageFiles {
        let path = Console.executablePath
        return PageFiles(
            index: ReadingPages.page("index.html", executable: path),
            docs: ReadingPages.page("docs.html", executable: path), openAPI: { contract("openapi.json") },
            reportAddress: settings.reportAddress)
    }
}
