extension Settings {
    /// All settings, in the order of `Config/README.md`. A new one: a property with its default in `Settings`, a line here,
    /// and `UPDATE_GOLDEN=1 Scripts/test --filter 'The configuration files'` writes the files in `Config/` anew.
    static var table: [Setting] {
        listening + knowledge + trust + limits + lifecycle + security + clients + answers + journals + observation
    }

    private static var listening: [Setting] {
        [
            Setting(
                "host", .text(\.host, "numeric IPv4 or IPv6 address, or `localhost`"), flag: "--host",
                "where it listens; the image sets `0.0.0.0`"),
            Setting(
                "port", .number(\.port, 0...65_535, .none), flag: "--port", "0 takes a free port and prints it"),
            Setting("loops", .number(\.loops, 0...256, .none), "event loops; 0 is one for each processor"),
        ]
    }

    private static var knowledge: [Setting] {
        [
            Setting(
                "knowledge", .text(\.knowledge, "folder"), flag: "--knowledge", isReloadable: true,
                "knowledge of your own instead of the bundled one; it is validated like ours"),
            Setting(
                "localKnowledge", .text(\.localKnowledge, "folder"), flag: "--local-knowledge", isReloadable: true,
                """
                knowledge of the house over the release: same layout, no manifest; a document of the same id takes the \
                place of the release's, others join it. Validated together; every answer then says `draft` and how many \
                documents, `explain=full` and `/knowledge` say which
                """),
            Setting(
                "releases", .text(\.releases, "folder"), flag: "--releases", isReloadable: true,
                """
                kept releases, each a whole release in a folder named by its version; they answer where a request names \
                one with `knowledge`. Each costs start time and memory like the one in use
                """),
        ]
    }

    private static var trust: [Setting] {
        [
            Setting(
                "requireSignedKnowledge", .flag(\.requireSignedKnowledge), flag: "--require-signed-knowledge",
                """
                neither start nor reload takes a folder of knowledge, local ones and kept releases included, whose file \
                `SIGNATURE` (`consilium sign`) is not of a trusted key over these very files
                """),
            Setting(
                "knowledgeKeys", .list(\.knowledgeKeys, "files in PEM"), flag: "--knowledge-keys",
                "the public keys of Ed25519 that are trusted, several to a file"),
        ]
    }

    private static var limits: [Setting] {
        [
            Setting(
                "maximumConnections", .number(\.maximumConnections, 1...1_000_000, .none),
                "more are answered with 503 and `Retry-After`"),
            Setting(
                "maximumConnectionsPerAddress", .number(\.maximumConnectionsPerAddress, 0...1_000_000, .none),
                "of one IPv4 address or one IPv6 /64; 0 is no limit; leave it 0 behind a proxy"),
            Setting(
                "maximumBodySize", .number(\.maximumBodySize, 1_024...16_777_216, .bytes),
                "a larger body is answered with 413 before it is read; of a coded body the decoded size counts"),
            Setting(
                "maximumHeldSize", .number(\.maximumHeldSize, 1_048_576...17_179_869_184, .bytes),
                """
                of half-read requests and unsent answers, over all connections; beyond it those that hold more than 8 KiB \
                get 503 or are closed
                """),
            Setting(
                "answerMemory", .number(\.answerMemory, 0...1_073_741_824, .bytes),
                """
                at most, of how answers to cases and questions posted lately were put together, some 400 bytes each, with \
                a keyed hash of the body that asked; in memory alone and gone with a reload of the knowledge. 0 remembers \
                none, and nothing is learned of cases
                """),
            Setting(
                "handshakeTimeout", .number(\.handshakeTimeout, 1...600, .seconds), "for a TLS handshake"),
            Setting(
                "headTimeout", .number(\.headTimeout, 1...600, .seconds),
                "from the first byte of a head to its last; then 408"),
            Setting(
                "bodyTimeout", .number(\.bodyTimeout, 1...3_600, .seconds),
                "from a head to the last byte of its body; then 408"),
            Setting(
                "idleTimeout", .number(\.idleTimeout, 1...3_600, .seconds),
                "between requests; then the connection closes"),
            Setting(
                "writeTimeout", .number(\.writeTimeout, 1...3_600, .seconds),
                "without progress in writing; then the connection closes"),
            Setting(
                "rateLimit", .number(\.rateLimit, 0...10_000_000, .requestsPerMinute),
                "for each IPv4 address or IPv6 /64, then 429; 0 is no limit; `/livez` and `/readyz` are exempt"),
        ]
    }

    private static var lifecycle: [Setting] {
        [
            Setting(
                "drainDelay", .number(\.drainDelay, 0...600, .seconds),
                "between `/readyz` saying no and the listeners closing; the image sets 2"),
            Setting(
                "shutdownTimeout", .number(\.shutdownTimeout, 1...600, .seconds),
                "what is under way after it is cut off"),
        ]
    }

    private static var security: [Setting] {
        [
            Setting(
                "tlsCertificate", .list(\.tlsCertificate, "files in PEM"), flag: "--tls-certificate",
                """
                chains, each certificate first; the port then speaks TLS 1.2 and 1.3. The first is for clients that name \
                no server or an unknown one. A reload reads the files again
                """),
            Setting(
                "tlsKey", .list(\.tlsKey, "files in PEM"), flag: "--tls-key",
                "as many keys in the same order, without a passphrase"),
            Setting(
                "tlsClientCA", .text(\.tlsClientCA, "file in PEM"), "the authorities that sign clients' certificates"),
            Setting(
                "tlsClientCertificates", .choice(\.tlsClientCertificates, ["none", "requested", "required"]),
                "`required` also meets the container's health check, which has none: use a check of your own then"),
            Setting(
                "tlsTicketRotation", .number(\.tlsTicketRotation, 60...604_800, .seconds),
                "a new key for session tickets; those of the key before still count"),
        ]
    }

    private static var clients: [Setting] {
        [
            Setting(
                "clients", .text(\.clients, "file of JSON"), isReloadable: true,
                """
                who may ask: issuers of tokens with their keys, hashed API keys, certificates, each with its scopes; see \
                "Clients" below. Empty: everybody who reaches the port
                """),
            Setting(
                "clientsWatch", .number(\.clientsWatch, 0...86_400, .seconds),
                "between looks whether that file or a set of keys has changed; 0 looks only at a reload"),
            Setting(
                "clientTokenLifetime", .number(\.clientTokenLifetime, 30...86_400, .seconds),
                "between `iat` and `exp` of a token at most"),
            Setting(
                "clientTokenSkew", .number(\.clientTokenSkew, 0...300, .seconds), "by which clocks may differ"),
            Setting(
                "clientTokenMemory", .number(\.clientTokenMemory, 1_000...10_000_000, .none),
                "used tokens that are remembered until they expire, 100 bytes each; when full, new ones get 503"),
        ]
    }

    private static var journals: [Setting] {
        [
            Setting(
                "feedbackJournal", .text(\.feedbackJournal, "file"),
                """
                where feedback on cards is kept, a line of JSON each, without the clinician's words; it is then \
                acknowledged only when it is on the disk. Empty: it is only counted
                """),
            Setting(
                "auditJournal", .text(\.auditJournal, "file"),
                """
                where it is kept what was advised: a hash of the case and of the answer under `auditKey`, the digest of the \
                knowledge, the ids of the options, the time. `consilium journal verify` examines it
                """),
            Setting(
                "auditKey", .text(\.auditKey, "32 characters and more, best 43 random ones"), isSecret: true,
                "without it nobody can find a case by trying; who has it and the case can prove the advice"),
            Setting(
                "auditOverflow", .choice(\.auditOverflow, ["refuse", "drop"]),
                """
                while the audit journal cannot be written or has fallen behind: `refuse` answers 503, `drop` answers and \
                counts the line as lost
                """),
            Setting(
                "journalMaximumSize", .number(\.journalMaximumSize, 65_536...17_179_869_184, .bytes),
                """
                after which a journal goes on in a new file; the full ones stay as `name.000001`, …, until you remove them
                """),
        ]
    }

    private static var answers: [Setting] {
        [
            Setting("compression", .flag(\.compression), "gzip for answers and for bodies of requests"),
            Setting(
                "compressionMinimumSize", .number(\.compressionMinimumSize, 0...1_048_576, .bytes),
                "smaller answers are sent as they are"),
            Setting(
                "publicBaseURL", .text(\.publicBaseURL, "an absolute URL"),
                """
                the URL under which clients reach the service, as `https://cds.example.org`; links in cards and FHIR \
                resources need it, and are left out without it; tokens of clients must name it with the path
                """),
            Setting(
                "contentDigest", .flag(\.contentDigest),
                "answers carry `Content-Digest` (RFC 9530, SHA-256); with `signingKey` always"),
            Setting(
                "signingKey", .text(\.signingKey, "file in PEM"),
                """
                a private key of Ed25519; answers then carry a signature (RFC 9421) over status, type, coding, digest of \
                the content, release, and method and path of the request. No answer is remembered then, and each costs \
                some 50 µs
                """),
            Setting(
                "signingKeyId", .text(\.signingKeyId, "visible ASCII"),
                "the name of the key in the signature; none: 16 digits of the SHA-256 of the public key"),
            Setting(
                "corsOrigins", .list(\.corsOrigins, "origins"), "pages of these may read answers; `*` is all"),
            Setting(
                "corsPrivateNetwork", .flag(\.corsPrivateNetwork),
                "answers a browser's question about private networks with yes"),
            Setting(
                "deprecations", .list(\.deprecations, "`PATH=DATE` or `PATH=DATE..DATE`"),
                """
                paths of the contract that will go: all their answers carry `Deprecation` (RFC 9745) from the first date, and \
                `Sunset` (RFC 8594) of the second, as in `/topics/{id}=2027-01-01..2027-07-01`
                """),
            Setting(
                "deprecationLink", .text(\.deprecationLink, "`https://…`"),
                "where it is told what to do instead; those answers then carry `Link` with `rel=\"deprecation\"`"),
            Setting(
                "reportAddress", .text(\.reportAddress, "`mailto:…` or `https://…`"),
                """
                where a reader of the page `/` reports an error in an answer; the digest and the answer's hash go with \
                it, nothing of the patient. Without it the page has no such link
                """),
        ]
    }

    private static var observation: [Setting] {
        [
            Setting(
                "metrics", .flag(\.metrics),
                """
                counts, and shows the figures at `/metrics` of this port, as Prometheus text or OpenMetrics; anybody who \
                reaches the port then reads them
                """),
            Setting(
                "adminAddress",
                .text(\.adminAddress, "`127.0.0.1:9090`, `[::1]:9090`, `unix:/run/consilium/admin.sock`"),
                """
                a listener for the administrator alone: `/livez`, `/readyz`, `/metrics`, `GET /config`, `GET` and `POST \
                /reload`. Settings and reload are refused there unless the address is of the loopback interface, a socket \
                (mode 600), or `adminToken` is set
                """),
            Setting(
                "adminToken", .text(\.adminToken, "16 characters and more"), isSecret: true,
                "what requests to `adminAddress` bring as `Authorization: Bearer`; `/livez` and `/readyz` need none"),
            Setting(
                "accessLog", .flag(\.accessLog), flag: "--access-log, --no-access-log",
                """
                a JSON line for each answer on standard error: method, route template, status, sizes, time, ids; never a \
                path, a question or a case. Good answers of `/livez` and `/readyz` are left out
                """),
            Setting(
                "logLevel", .choice(\.logLevel, ["debug", "info", "notice", "warning", "error"]), isReloadable: true,
                "what is less important than this is not logged"),
        ]
    }
}
