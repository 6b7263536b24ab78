import COpenSSL
import Foundation
import HTTPServer
import HTTPTLS
import Testing

/// Keys and certificates made by `openssl` in a folder of their own.
struct Authority {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("consilium-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path("ca.key"),
            "-out", path("ca.pem"), "-days", "2", "-subj", "/CN=test authority")
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    func openssl(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "openssl \(arguments.joined(separator: " "))")
    }

    /// A certificate for names, signed by itself.
    func certificate(_ name: String, for hosts: [String]) throws -> CertificateFiles {
        try openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            path(name + ".key"), "-out", path(name + ".pem"), "-days", "2", "-subj", "/CN=\(name)", "-addext",
            "subjectAltName=" + hosts.map { "DNS:" + $0 }.joined(separator: ","))
        return CertificateFiles(chain: path(name + ".pem"), key: path(name + ".key"))
    }

    /// A client certificate signed by the authority.
    func clientCertificate(_ name: String) throws -> CertificateFiles {
        try openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path(name + ".key"),
            "-out", path(name + ".csr"), "-subj", "/CN=\(name)")
        try openssl(
            "x509", "-req", "-in", path(name + ".csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"),
            "-set_serial", "\(UInt32.random(in: 1 ... .max))", "-out", path(name + ".pem"), "-days", "2")
        return CertificateFiles(chain: path(name + ".pem"), key: path(name + ".key"))
    }
}

/// A server's channel and a client of OpenSSL over a pair of sockets, both in this thread and non-blocking.
final class Pair {
    let channel: any SecureChannel
    let client: OpaquePointer
    private let clientContext: OpaquePointer
    let descriptors: (server: Int32, client: Int32)

    init(_ context: TLSContext, configure: (OpaquePointer, OpaquePointer) -> Void = { _, _ in }) throws {
        // The server does this when it starts.
        signal(SIGPIPE, SIG_IGN)
        var pair: [Int32] = [0, 0]
        socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &pair)
        descriptors = (pair[0], pair[1])
        channel = try #require(context.channel(over: pair[0]))
        clientContext = try #require(SSL_CTX_new(TLS_client_method()))
        client = try #require(SSL_new(clientContext))
        SSL_set_fd(client, pair[1])
        SSL_set_connect_state(client)
        configure(clientContext, client)
    }

    deinit {
        SSL_free(client)
        SSL_CTX_free(clientContext)
        close(descriptors.server)
        close(descriptors.client)
    }

    /// Goes on with both handshakes until both are done or one fails: the server's last step, and the client's success.
    func shakeHands() -> (server: ChannelStep, client: Bool) {
        var step = ChannelStep.needsReading
        for _ in 0..<20 {
            let result = SSL_do_handshake(client)
            if step != .moved(0) { step = channel.handshake() }
            if case .failed = step { return (step, false) }
            if result == 1 && step == .moved(0) { return (step, true) }
            if result != 1 {
                let error = SSL_get_error(client, result)
                if error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE { return (channel.handshake(), false) }
            }
        }
        return (step, false)
    }

    func send(_ text: String) {
        var count = 0
        _ = Array(text.utf8).withUnsafeBytes { SSL_write_ex(client, $0.baseAddress, $0.count, &count) }
    }

    /// What the client reads now.
    func received(limit: Int = 65_536) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: limit)
        var count = 0
        return SSL_read_ex(client, &buffer, buffer.count, &count) == 1 ? Array(buffer.prefix(count)) : []
    }

    func read() -> (ChannelStep, String) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let step = buffer.withUnsafeMutableBytes { channel.read(into: $0) }
        guard case .moved(let count) = step else { return (step, "") }
        return (step, String(decoding: buffer.prefix(count), as: UTF8.self))
    }

    func write(_ text: String) -> ChannelStep { Array(text.utf8).withUnsafeBytes { channel.write($0) } }

    /// The common name of the certificate that the server showed.
    var subject: String {
        guard let certificate = SSL_get1_peer_certificate(client) else { return "" }
        defer { X509_free(certificate) }
        var name = [CChar](repeating: 0, count: 256)
        X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, &name, 256)
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

@Suite struct `A TLS channel` {
    private static let authority = Result { try Authority() }
    private static let site = Result { try authority.get().certificate("site", for: ["site.example", "localhost"]) }

    private func context(_ change: (inout TLSConfiguration) throws -> Void = { _ in }) throws -> TLSContext {
        var configuration = TLSConfiguration(certificates: [try Self.site.get()])
        try change(&configuration)
        return try TLSContext(configuration)
    }

    @Test("carries bytes both ways in", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func carries(_ version: Int32) throws {
        let pair = try Pair(try context()) { context, client in
            consilium_test_versions(context, version)
            consilium_test_versions_of(client, version)
        }
        let hands = pair.shakeHands()
        #expect(hands.server == .moved(0) && hands.client)
        #expect(SSL_version(pair.client) == version)
        pair.send("question")
        #expect(pair.read().1 == "question")
        #expect(pair.read().0 == .needsReading)
        #expect(pair.write("answer") == .moved(6))
        #expect(String(decoding: pair.received(), as: UTF8.self) == "answer")
        pair.channel.close()
        #expect(pair.received().isEmpty)
        #expect(SSL_get_shutdown(pair.client) & SSL_RECEIVED_SHUTDOWN != 0, "close_notify was seen")
    }

    @Test("refuses", arguments: [TLS1_VERSION, TLS1_1_VERSION])
    func old(_ version: Int32) throws {
        let pair = try Pair(try context()) { _, client in consilium_test_versions_of(client, version) }
        guard case .failed(.handshake) = pair.shakeHands().server else {
            Issue.record("an old version was taken")
            return
        }
    }

    @Test func `waits for the rest of a hello, and fails on nonsense without a trap`() throws {
        let half = try Pair(try context())
        var hello: [UInt8] = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01]
        _ = Glibc.write(half.descriptors.client, &hello, hello.count)
        #expect(half.channel.handshake() == .needsReading)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let pair = try Pair(try context())
            var bytes = (0..<Int.random(in: 1...600, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            _ = Glibc.write(pair.descriptors.client, &bytes, bytes.count)
            switch pair.channel.handshake() {
            case .failed, .needsReading: break
            case let other: Issue.record("\(other)")
            }
        }
    }

    @Test(
        "knows HTTP in the clear",
        arguments: [
            "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "POST /x HTTP/1.1\r\n", "HEAD / HTTP/1.0\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\n", "DELETE / HTTP/1.1\r\n", "PATCH / HTTP/1.1\r\n", "CONNECT h:1 HTTP/1.1\r\n",
        ])
    func clear(_ text: String) throws {
        let pair = try Pair(try context())
        var bytes = Array(text.utf8)
        _ = Glibc.write(pair.descriptors.client, &bytes, bytes.count)
        #expect(pair.channel.handshake() == .failed(.plainHTTP))
    }

    @Test(
        "chooses by ALPN",
        arguments: [
            ("\u{8}http/1.1", true), ("\u{2}h2\u{8}http/1.1", true), ("\u{2}h2", false), ("", true),
            ("\u{8}http/1.0", false),
        ])
    func protocols(_ offer: String, _ succeeds: Bool) throws {
        let pair = try Pair(try context()) { _, client in
            let bytes = Array(offer.utf8)
            if !bytes.isEmpty { SSL_set_alpn_protos(client, bytes, UInt32(bytes.count)) }
        }
        let hands = pair.shakeHands()
        #expect(hands.client == succeeds)
        if succeeds && !offer.isEmpty {
            var name: UnsafePointer<UInt8>?
            var length: UInt32 = 0
            SSL_get0_alpn_selected(pair.client, &name, &length)
            #expect(String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self) == "http/1.1")
        }
    }

    @Test(
        "shows the certificate of",
        arguments: [
            (nil, "site"), ("site.example", "site"), ("other.example", "other"), ("OTHER.example", "other"),
            ("a.wild.example", "other"), ("a.b.wild.example", "site"), ("wild.example", "site"),
            ("exact.wild.example", "site"),
            ("unknown.example", "site"),
        ] as [(String?, String)])
    func names(_ name: String?, _ subject: String) throws {
        let authority = try Authority()
        let first = try authority.certificate("site", for: ["site.example", "exact.wild.example"])
        let second = try authority.certificate("other", for: ["other.example", "*.wild.example"])
        let context = try TLSContext(TLSConfiguration(certificates: [first, second]))
        let pair = try Pair(context) { _, client in if let name { consilium_test_name(client, name) } }
        #expect(pair.shakeHands().client)
        #expect(pair.subject == subject)
    }

    /// A session that a server gave, after one exchange.
    private func session(_ context: TLSContext, _ version: Int32, resuming: OpaquePointer? = nil) throws -> (
        OpaquePointer, Bool
    ) {
        let pair = try Pair(context) { _, client in
            consilium_test_versions_of(client, version)
            if let resuming { SSL_set_session(client, resuming) }
        }
        #expect(pair.shakeHands().client)
        #expect(pair.write("x") == .moved(1))
        _ = pair.received()
        let wasResumed = SSL_session_reused(pair.client) == 1
        let session = try #require(SSL_get1_session(pair.client))
        pair.channel.close()
        SSL_shutdown(pair.client)
        return (session, wasResumed)
    }

    @Test("takes tickets of this key and of the one before, in", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func tickets(_ version: Int32) throws {
        let context = try context()
        let (first, _) = try session(context, version)
        let (_, again) = try session(context, version, resuming: first)
        #expect(again, "the same key")
        let (old, _) = try session(context, version)
        #expect(context.rotateTickets())
        let (renewed, afterOne) = try session(context, version, resuming: old)
        #expect(afterOne, "the key before")
        #expect(context.rotateTickets())
        #expect(try session(context, version, resuming: renewed).1, "the ticket was renewed with the newest key")
        #expect(context.rotateTickets())
        #expect(context.rotateTickets())
        #expect(try !session(context, version, resuming: renewed).1, "two keys ago")
    }

    @Test func `keeps sessions over a reload`() throws {
        let context = try context()
        let (first, _) = try session(context, TLS1_3_VERSION)
        try context.reload()
        #expect(try session(context, TLS1_3_VERSION, resuming: first).1)
    }

    @Test(
        "asks for a client's certificate",
        arguments: [
            (TLSConfiguration.ClientCertificates.required, "none", false), (.required, "ours", true),
            (.required, "foreign", false), (.requested, "none", true), (.requested, "ours", true),
            (.requested, "foreign", false),
        ], [TLS1_2_VERSION, TLS1_3_VERSION])
    func clients(_ sample: (TLSConfiguration.ClientCertificates, String, Bool), _ version: Int32) throws {
        let authority = try Self.authority.get()
        let ours = try authority.clientCertificate("client-\(UUID().uuidString)")
        let foreign = try authority.certificate("foreign-\(UUID().uuidString)", for: ["x"])
        let context = try context {
            $0.clientAuthorities = authority.path("ca.pem")
            $0.clientCertificates = sample.0
        }
        let pair = try Pair(context) { _, client in
            consilium_test_versions_of(client, version)
            let files = sample.1 == "ours" ? ours : foreign
            if sample.1 != "none" {
                SSL_use_certificate_file(client, files.chain, SSL_FILETYPE_PEM)
                SSL_use_PrivateKey_file(client, files.key, SSL_FILETYPE_PEM)
            }
        }
        // In TLS 1.3 the client is done before the server has looked at its certificate.
        #expect((pair.shakeHands().server == .moved(0)) == sample.2)
    }

    @Test(
        "takes no ticket of a client whose authority is gone after a reload, in",
        arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func authorities(_ version: Int32) throws {
        let authority = try Self.authority.get()
        let ours = try authority.clientCertificate("client-\(UUID().uuidString)")
        let file = authority.path("clients-\(UUID().uuidString).pem")
        try FileManager.default.copyItem(atPath: authority.path("ca.pem"), toPath: file)
        let context = try context {
            $0.clientAuthorities = file
            $0.clientCertificates = .required
        }
        func connect(_ session: OpaquePointer? = nil) throws -> (Pair, Bool) {
            let pair = try Pair(context) { _, client in
                consilium_test_versions_of(client, version)
                SSL_use_certificate_file(client, ours.chain, SSL_FILETYPE_PEM)
                SSL_use_PrivateKey_file(client, ours.key, SSL_FILETYPE_PEM)
                if let session { SSL_set_session(client, session) }
            }
            return (pair, pair.shakeHands().server == .moved(0))
        }
        let (first, isWelcome) = try connect()
        #expect(isWelcome && first.write("x") == .moved(1))
        _ = first.received()
        let session = try #require(SSL_get1_session(first.client))
        try context.reload()
        let (second, again) = try connect(session)
        #expect(again && SSL_session_reused(second.client) == 1, "the same authorities")
        let other = try authority.certificate("authority-\(UUID().uuidString)", for: ["x"])
        try Data(contentsOf: URL(fileURLWithPath: other.chain)).write(to: URL(fileURLWithPath: file))
        try context.reload()
        #expect(try !connect(session).1, "another authority")
    }

    @Test func `shows new certificates after a reload, and keeps the old where the new are bad`() throws {
        let authority = try Authority()
        let files = try authority.certificate("live", for: ["first"])
        let context = try TLSContext(TLSConfiguration(certificates: [files]))
        let open = try Pair(context)
        #expect(open.shakeHands().client)
        // Another certificate in the same files.
        let next = try authority.certificate("next", for: ["second"])
        for (from, to) in [(next.chain, files.chain), (next.key, files.key)] {
            try FileManager.default.removeItem(atPath: to)
            try FileManager.default.copyItem(atPath: from, toPath: to)
        }
        try context.reload()
        let fresh = try Pair(context)
        #expect(fresh.shakeHands().client && fresh.subject == "next")
        open.send("still here")
        #expect(open.read().1 == "still here")
        try "nonsense".write(toFile: files.chain, atomically: true, encoding: .utf8)
        #expect(throws: TLSConfigurationError.self) { try context.reload() }
        let after = try Pair(context)
        #expect(after.shakeHands().client && after.subject == "next")
    }

    @Test func `writes as much as the socket takes, and the rest from another address`() throws {
        let pair = try Pair(try context())
        #expect(pair.shakeHands().client)
        let body = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var sent = 0
        var got: [UInt8] = []
        var waited = false
        while got.count < body.count {
            let copy = Array(body[sent...])
            switch copy.withUnsafeBytes({ pair.channel.write($0) }) {
            case .moved(let count): sent += count
            case .needsWriting: waited = true
            case let other:
                Issue.record("\(other)")
                return
            }
            if waited || sent == body.count { got += pair.received() }
        }
        #expect(waited && got == body)
    }

    @Test func `tells of bytes that it holds back`() throws {
        let pair = try Pair(try context())
        #expect(pair.shakeHands().client)
        for _ in 0..<3 { pair.send("abc") }
        var buffer = [UInt8](repeating: 0, count: 2)
        #expect(buffer.withUnsafeMutableBytes { pair.channel.read(into: $0) } == .moved(2))
        #expect(pair.channel.hasBufferedInput)
        var all = 2
        while pair.channel.hasBufferedInput, case .moved(let count) = pair.read().0 { all += count }
        #expect(all == 9)
    }

    @Test func `refuses to renegotiate`() throws {
        let pair = try Pair(try context()) { _, client in consilium_test_versions_of(client, TLS1_2_VERSION) }
        #expect(pair.shakeHands().client)
        pair.send("before")
        #expect(pair.read().1 == "before")
        SSL_renegotiate(pair.client)
        SSL_do_handshake(pair.client)
        // The server answers with the alert no_renegotiation (RFC 5246 §7.2.2), which ends the client's attempt.
        #expect(pair.read().0 == .needsReading)
        #expect(SSL_do_handshake(pair.client) != 1)
        #expect(consilium_test_last_reason() == SSL_R_NO_RENEGOTIATION || SSL_renegotiate_pending(pair.client) == 1)
    }

    @Test func `tells a broken stream from one that ended`() throws {
        let broken = try Pair(try context())
        #expect(broken.shakeHands().client)
        shutdown(broken.descriptors.client, Int32(SHUT_RDWR))
        #expect(broken.read().0 == .failed(.broken))
        let ended = try Pair(try context())
        #expect(ended.shakeHands().client)
        SSL_shutdown(ended.client)
        #expect(ended.read().0 == .ended)
    }

    @Test func `leaks nothing over many handshakes`() throws {
        let context = try context()
        func resident() -> Int {
            let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
            return (Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0) * 4
        }
        for _ in 0..<100 { #expect(try Pair(context).shakeHands().client) }
        let before = resident()
        for round in 0..<400 {
            #expect(try Pair(context).shakeHands().client)
            if round % 100 == 0 { try context.reload() }
        }
        // Other tests run beside this one; a leaked connection alone would be 400 times 40 KB and more.
        #expect(resident() - before < 12_000, "KB more than before")
    }

    @Test func `says which file cannot be used`() throws {
        let authority = try Self.authority.get()
        let site = try Self.site.get()
        let other = try authority.certificate("another", for: ["x"])
        let missing = authority.path("missing.pem")
        func error(_ files: CertificateFiles, _ ca: String? = nil) -> TLSConfigurationError? {
            var configuration = TLSConfiguration(certificates: [files])
            configuration.clientAuthorities = ca
            configuration.clientCertificates = ca == nil ? .none : .required
            do throws(TLSConfigurationError) {
                _ = try TLSContext(configuration)
                return nil
            } catch {
                return error
            }
        }
        #expect(error(site) == nil)
        #expect(error(CertificateFiles(chain: missing, key: site.key))?.sentence.contains(missing) == true)
        #expect(error(CertificateFiles(chain: site.chain, key: missing))?.sentence.contains(missing) == true)
        #expect(
            error(CertificateFiles(chain: site.chain, key: other.key))
                == .keyDoesNotMatch(certificate: site.chain, key: other.key))
        #expect(
            error(CertificateFiles(chain: site.key, key: site.key))?.sentence.contains("no certificate in PEM") == true)
        #expect(error(site, missing)?.sentence.contains(missing) == true)
        #expect(throws: TLSConfigurationError.noCertificate) { try TLSContext(TLSConfiguration(certificates: [])) }
        var asking = TLSConfiguration(certificates: [site])
        asking.clientCertificates = .required
        #expect(throws: TLSConfigurationError.noAuthorities) { try TLSContext(asking) }
        #expect(try (86_400...172_800).contains(TLSContext(TLSConfiguration(certificates: [site])).secondsOfValidity))
    }
}
