import ClientAccess
import HTTPServer
import HTTPWire

/// Every setting with its default. Precedence: flag, environment, file, default. Times are in seconds, sizes in bytes; an
/// empty text or list is none. What each is for stands in `Settings.table`.
struct Settings {
    var host = "127.0.0.1"
    var port = 8080
    var knowledge = ""
    var localKnowledge = ""
    var releases = ""
    var requireSignedKnowledge = false
    var knowledgeKeys: [String] = []
    var loops = 0
    var maximumConnections = 10_000
    var maximumConnectionsPerAddress = 0
    var maximumBodySize = 262_144
    var maximumHeldSize = 67_108_864
    var answerMemory = 12_582_912
    var handshakeTimeout = 10
    var headTimeout = 10
    var bodyTimeout = 30
    var idleTimeout = 60
    var writeTimeout = 30
    var drainDelay = 0
    var shutdownTimeout = 25
    var tlsCertificate: [String] = []
    var tlsKey: [String] = []
    var tlsClientCA = ""
    var tlsClientCertificates = "none"
    var tlsTicketRotation = 43_200
    var compression = true
    var compressionMinimumSize = 1_024
    var publicBaseURL = ""
    var clients = ""
    var clientsWatch = 10
    var clientTokenLifetime = 3_600
    var clientTokenSkew = 60
    var clientTokenMemory = 100_000
    var feedbackJournal = ""
    var auditJournal = ""
    var auditKey = ""
    var auditOverflow = "refuse"
    var journalMaximumSize = 67_108_864
    var contentDigest = false
    var signingKey = ""
    var signingKeyId = ""
    var corsOrigins: [String] = []
    var corsPrivateNetwork = false
    var deprecations: [String] = []
    var deprecationLink = ""
    var reportAddress = ""
    var rateLimit = 0
    var metrics = false
    var adminAddress = ""
    var adminToken = ""
    var accessLog = true
    var logLevel = "info"

    /// The setting of this key; nil where there is none.
    static func setting(_ key: String) -> Setting? { table.first { $0.key == key } }

    /// Whether the port speaks TLS.
    var isSecure: Bool { !tlsCertificate.isEmpty }

    /// What tokens of clients must be like.
    var access: AccessSettings {
        var access = AccessSettings()
        access.publicBase = publicBaseURL
        access.lifetime = clientTokenLifetime
        access.skew = clientTokenSkew
        access.replayCapacity = clientTokenMemory
        return access
    }

    /// The server's part of the settings.
    var server: ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.host = host
        configuration.port = port
        configuration.loops = loops
        configuration.maximumConnections = maximumConnections
        configuration.maximumConnectionsPerAddress = maximumConnectionsPerAddress
        configuration.limits.body = maximumBodySize
        configuration.maximumHeldBytes = maximumHeldSize
        configuration.deadlines.handshake = UInt64(handshakeTimeout) * 1_000
        configuration.deadlines.head = UInt64(headTimeout) * 1_000
        configuration.deadlines.body = UInt64(bodyTimeout) * 1_000
        configuration.deadlines.idle = UInt64(idleTimeout) * 1_000
        configuration.deadlines.write = UInt64(writeTimeout) * 1_000
        configuration.codingPolicy.minimumSize = compressionMinimumSize
        return configuration
    }

    /// What the operator should hear where the port is for more than this machine and asks nobody who he is; nil where it is
    /// not so.
    var openDoor: String? {
        let isLocal = host.hasPrefix("127.") || host == "::1" || host == "localhost" || host.hasPrefix("unix:")
        guard !isLocal, clients.isEmpty, tlsClientCertificates != "required" else { return nil }
        return "ANYBODY who reaches \(host) port \(port) is answered: neither `clients` nor required "
            + "`tlsClientCertificates` is set. Let something in front ask who it is, or set one of them"
    }

    // MARK: - What must fit together

    /// What of these settings does not fit the rest, one sentence each.
    var conflicts: [String] {
        var faults: [String] = []
        if tlsCertificate.count != tlsKey.count {
            faults.append(
                "`tlsCertificate` and `tlsKey` go in pairs: \(tlsCertificate.count) and \(tlsKey.count) are given")
        }
        if tlsClientCertificates != "none" && (tlsClientCA.isEmpty || tlsCertificate.isEmpty) {
            faults.append("`tlsClientCertificates` needs `tlsClientCA`, `tlsCertificate` and `tlsKey`")
        }
        if !adminAddress.isEmpty && AdminAddress(adminAddress) == nil {
            faults.append(
                "`adminAddress`: `\(adminAddress)` is none; write `127.0.0.1:9090`, `[::1]:9090` or `unix:/a/path`")
        }
        if requireSignedKnowledge && knowledgeKeys.isEmpty {
            faults.append("`requireSignedKnowledge` needs `knowledgeKeys`")
        }
        if !signingKeyId.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }) {
            faults.append("`signingKeyId` has visible ASCII characters but `\"` and `\\`")
        }
        if !adminToken.isEmpty && adminToken.utf8.count < 16 {
            faults.append("`adminToken` must have at least 16 characters")
        }
        if !auditJournal.isEmpty && auditKey.utf8.count < 32 {
            faults.append("`auditJournal` needs `auditKey` of at least 32 characters, better `auditKeyFile`")
        }
        if !auditJournal.isEmpty && auditJournal == feedbackJournal {
            faults.append("`auditJournal` and `feedbackJournal` are two files")
        }
        if !publicBaseURL.isEmpty && !Self.isBaseURL(publicBaseURL) {
            faults.append(
                "`publicBaseURL`: `\(publicBaseURL)` is no base; write `https://host` or `https://host/path` without a slash at the end"
            )
        }
        faults += Deprecations.faults(deprecations, link: deprecationLink)
        for origin in corsOrigins where origin != "*" && !Self.isOrigin(origin) {
            faults.append("`corsOrigins`: `\(origin)` is no origin; write `https://host` without a path, or `*`")
        }
        return faults
    }

    /// An absolute URL without query, fragment and trailing slash, of visible ASCII characters.
    private static func isBaseURL(_ text: String) -> Bool {
        guard let rest = ["https://", "http://"].first(where: text.hasPrefix).map({ text.dropFirst($0.count) }) else {
            return false
        }
        return !rest.isEmpty && rest.first != "/" && rest.last != "/"
            && rest.utf8.allSatisfy { (0x21...0x7E).contains($0) } && !rest.contains { "?#@\\\"<>".contains($0) }
    }

    private static func isOrigin(_ text: String) -> Bool {
        guard let range = ["https://", "http://"].first(where: text.hasPrefix).map({ text.dropFirst($0.count) }) else {
            return false
        }
        return !range.isEmpty && !range.contains { "/?# @\\".contains($0) } && range.lowercased() == range
    }
}
