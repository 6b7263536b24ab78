import ClinicalAPI
import Dispatch
import HTTPServer
import HTTPTLS
import KnowledgeStore
import RecommendationEngine
import Telemetry

/// One thing that a reload brings anew. All parts are prepared first, each aside and checked; only where none finds a fault
/// are they put in place, so that a reload is whole or none.
protocol ReloadPart: Sendable {
    /// What it is, for the log: `knowledge`, `certificates`.
    var name: String { get }

    /// Reads and checks what the settings name. It runs on the queue of the reload and may take its time.
    /// - Returns: what puts it in place, in no time; nil where everything is as it was.
    /// - Throws: `ConfigurationError`; what was in use stays so.
    func prepare(_ settings: Settings) throws(ConfigurationError) -> (@Sendable () -> Void)?
}

/// The knowledge with what lies over it and beside it.
struct KnowledgePart: ReloadPart {
    let name = "knowledge"
    let current: CurrentKnowledge
    let source: KnowledgeSource

    func prepare(_ settings: Settings) throws(ConfigurationError) -> (@Sendable () -> Void)? {
        let loaded = try source.load(settings, cases: .read)
        guard loaded.digests != KnowledgeSource.digests(current.advisor, current.kept) else { return nil }
        try loaded.runCases()
        let (advisor, kept) = source.advisors(loaded)
        advisor.prepare()
        for release in kept { release.prepareNames() }
        return { [current] in
            let before = current.replace(with: advisor, kept: kept)
            // Whoever lets a release go takes it apart: not an event loop, so it is held until every answer is out.
            DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + .seconds(5)) {
                withExtendedLifetime(before) {}
                ProcessMemory.giveBack(after: .seconds(1))
            }
        }
    }
}

/// The certificates and keys of the port.
struct CertificatePart: ReloadPart {
    let name = "certificates"
    let tls: TLSContext

    func prepare(_ settings: Settings) throws(ConfigurationError) -> (@Sendable () -> Void)? {
        do throws(TLSConfigurationError) {
            let prepared = try tls.prepare()
            return { [tls] in tls.use(prepared) }
        } catch {
            throw ConfigurationError(sentences: [error.sentence])
        }
    }
}

/// How much is logged.
struct LogLevelPart: ReloadPart {
    let name = "logLevel"
    let log: LogOutput

    func prepare(_ settings: Settings) throws(ConfigurationError) -> (@Sendable () -> Void)? {
        guard let level = LogLevel(name: settings.logLevel), level != log.level else { return nil }
        return { [log] in log.level = level }
    }
}
