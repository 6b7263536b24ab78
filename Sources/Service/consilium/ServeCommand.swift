import ArgumentParser
import FoundationEssentials
import Glibc
import HTTPServer
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
            connections. SIGTERM and SIGINT stop it gracefully; a second one at once. SIGHUP brings knowledge, certificates \
            and what else a reload may change anew, or nothing of it.
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
    @Flag(help: "Take no knowledge that no trusted key has signed.")
    var requireSignedKnowledge = false
    @Option(help: "Files of trusted public keys in PEM, with commas.")
    var knowledgeKeys: String?
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
        let reader = SettingsReader(
            file: config, environment: ProcessInfo.processInfo.environment, flags: flags)
        let service: HTTPService
        do throws(ConfigurationError) {
            let settings = try reader.read()
            if printConfig { return Console.bytes(settings.json + [0x0A]) }
            service = try HTTPService(settings, reader: reader, onlyChecks: check)
        } catch {
            error.print()
            throw ExitCode.badConfiguration
        }
        if check { return Console.line("the configuration is good") }
        let log = service.log
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: service, failureTerminationBehavior: .cancelGroup)],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "consilium") { _ in JSONLogHandler(log) }))
        let secondSignal = SecondSignal([SIGTERM, SIGINT])
        do {
            try await group.run()
        } catch let error as ServerStartError {
            Console.error("consilium: \(error.sentence)")
            throw ExitCode.unavailable
        }
        secondSignal.cancel()
        log.flush(milliseconds: 2_000)
    }

    /// What the flags set; those of `--set` first, so that a setting's own flag goes before them.
    private var flags: [(key: String, flag: String, texts: [String])] {
        let own: [(String, String, String?)] = [
            ("host", "--host", host), ("port", "--port", port.map { "\($0)" }), ("knowledge", "--knowledge", knowledge),
            ("localKnowledge", "--local-knowledge", localKnowledge), ("releases", "--releases", releases),
            ("requireSignedKnowledge", "--require-signed-knowledge", requireSignedKnowledge ? "true" : nil),
            ("knowledgeKeys", "--knowledge-keys", knowledgeKeys),
            ("tlsCertificate", "--tls-certificate", tlsCertificate), ("tlsKey", "--tls-key", tlsKey),
            ("accessLog", "--access-log", accessLog.map { "\($0)" }),
        ]
        let assigned = assignments.map { assignment -> (key: String, flag: String, texts: [String]) in
            let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), "--set", [String(parts.last ?? "")])
        }
        return assigned + own.compactMap { key, flag, text in text.map { (key, flag, [$0]) } }
    }
}
