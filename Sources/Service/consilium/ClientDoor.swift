import ClientAccess
import Dispatch
import HTTPServer
import JSONText
import Synchronization
import Telemetry

/// Who may ask, as the service runs it: the list of clients, its reload, the figures.
final class ClientDoor: ReloadPart {
    let name = "clients"
    /// Who asks.
    let access: AccessControl
    private let present: Mutex<ClientList>
    private let log: LogOutput

    /// nil where no list is named.
    /// - Throws: `ConfigurationError` where the list cannot be used, or does not fit the port.
    init?(_ settings: Settings, log: LogOutput) throws(ConfigurationError) {
        guard !settings.clients.isEmpty else { return nil }
        let list = try Self.list(settings)
        access = AccessControl(list, settings.access)
        present = Mutex(list)
        self.log = log
    }

    /// The routes behind the gate, which counts.
    func guarding(_ routes: [Route], _ registry: MetricRegistry) -> [Route] {
        let admitted = Dictionary(
            uniqueKeysWithValues: Client.Proof.allCases.map { proof in
                let label = MetricLabel("proof", proof.rawValue)
                let help = "requests of known clients"
                return (proof, registry.counter("consilium_clients_admitted", help: help, [label]))
            })
        let refused = Dictionary(
            uniqueKeysWithValues: AccessRefusal.allCases.map { reason in
                let label = MetricLabel("reason", reason.rawValue)
                let help = "requests that were refused for who asks; the client is not told the reason"
                return (reason, registry.counter("consilium_clients_refused", help: help, [label]))
            })
        registry.addSource { [access] in
            [
                MetricFamily(
                    "consilium_clients_remembered_tokens", .gauge, help: "used tokens that have not expired",
                    [MetricSample("", [], Double(access.rememberedTokens))])
            ]
        }
        return ClientGate(access) { verdict in
            switch verdict {
            case .admitted(let proof): admitted[proof]?.add()
            case .refused(let reason): refused[reason]?.add()
            }
        }.guarding(routes)
    }

    // MARK: - Reload

    func prepare(_ settings: Settings) throws(ConfigurationError) -> (@Sendable () -> Void)? {
        guard !settings.clients.isEmpty else {
            throw ConfigurationError(sentences: ["`clients` cannot be taken away by a reload; that needs a restart"])
        }
        let list = try Self.list(settings)
        guard list.digest != present.withLock({ $0.digest }) else { return nil }
        return { self.use(list) }
    }

    /// Reads the files again, and takes them where they changed and are good; for a timer.
    func look(_ settings: Settings) {
        do throws(ConfigurationError) {
            guard let commit = try prepare(settings) else { return }
            commit()
            log.write(.notice, "the list of clients was read anew")
        } catch {
            log.write(.warning, "the list of clients has changed and cannot be used; the one before stays") {
                $0.list("reasons", error.sentences) { $0.string($1) }
            }
        }
    }

    private func use(_ list: ClientList) {
        present.withLock { $0 = list }
        access.replace(with: list)
    }

    private static func list(_ settings: Settings) throws(ConfigurationError) -> ClientList {
        let list: ClientList
        do throws(ClientsError) {
            list = try ClientList(file: settings.clients)
        } catch {
            throw ConfigurationError(sentences: ["`clients`: \(error.sentence)"])
        }
        var faults: [String] = []
        if list.hasIssuers && settings.publicBaseURL.isEmpty {
            faults.append(
                "`clients` lists issuers of tokens, which name the URL they are for: that needs `publicBaseURL`")
        }
        if list.hasCertificates && settings.tlsClientCertificates == "none" {
            faults.append("`clients` lists certificates: that needs `tlsClientCertificates`")
        }
        guard faults.isEmpty else { throw ConfigurationError(sentences: faults) }
        return list
    }
}
