import Foundation
import TestSupport
import Testing

@testable import consilium

/// `curl`, the client that everybody has.
private func curl(_ arguments: String...) throws -> String { try run(arguments) }

private func run(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["curl", "-sk", "--max-time", "10"] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
}

@Suite struct `A service that runs` {
    private func stop(_ running: Command.Running) {
        running.process.terminate()
        running.process.waitUntilExit()
        #expect(running.process.terminationStatus == 0)
    }

    @Test func `survives running out of descriptors and accepts again`() throws {
        let (running, address) = try Command.serve(["CONSILIUM_LOOPS": "1"], descriptors: 48)
        let port = try #require(Int(address.split(separator: ":").last ?? ""))
        var open: [Int32] = []
        for _ in 0..<120 {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var target = sockaddr_in()
            target.sin_family = sa_family_t(AF_INET)
            target.sin_port = UInt16(port).bigEndian
            inet_pton(AF_INET, "127.0.0.1", &target.sin_addr)
            _ = withUnsafePointer(to: &target) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            open.append(descriptor)
        }
        // The first of them was accepted and goes on, whatever became of the others.
        let request = Array("GET /livez HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
        send(open[0], request, request.count, Int32(MSG_NOSIGNAL))
        var buffer = [UInt8](repeating: 0, count: 1_024)
        #expect(recv(open[0], &buffer, buffer.count, 0) > 0)
        #expect(String(decoding: buffer.prefix(12), as: UTF8.self) == "HTTP/1.1 200")
        for descriptor in open { close(descriptor) }
        #expect(try curl("--retry", "5", "--retry-all-errors", address + "/livez").contains("ok"))
        stop(running)
    }

    @Test func `serves what its settings switch on`() throws {
        let (running, address) = try Command.serve([
            "CONSILIUM_CORS_ORIGINS": "https://a.example,https://b.example", "CONSILIUM_RATE_LIMIT": "3",
        ])
        let first = try curl("-i", "-H", "Origin: https://b.example", address + "/knowledge")
        #expect(first.contains("Access-Control-Allow-Origin: https://b.example\r\n"))
        #expect(first.contains("RateLimit: \"default\";r=2;t=20\r\n"))
        let preflight = try curl(
            "-i", "-X", "OPTIONS", "-H", "Origin: https://a.example", "-H", "Access-Control-Request-Method: POST",
            address + "/recommend")
        #expect(
            preflight.hasPrefix("HTTP/1.1 204 ")
                && preflight.contains("Access-Control-Allow-Methods: GET, HEAD, OPTIONS, POST\r\n"))
        for _ in 0..<2 { _ = try curl(address + "/knowledge") }
        let limited = try curl("-i", address + "/knowledge")
        #expect(limited.hasPrefix("HTTP/1.1 429 ") && limited.contains("Retry-After: "))
        #expect(try curl(address + "/livez").contains("ok"), "health is exempt")
        stop(running)
    }

    @Test func `carries the fields of every answer, whatever it answers`() throws {
        let (running, address) = try Command.serve(["CONSILIUM_ACCESS_LOG": "false"])
        let asked = [
            ["/drugs"], ["/nothing"], ["-X", "DELETE", "/drugs"], ["-X", "OPTIONS", "/drugs"], ["/livez"], ["/metrics"],
            ["-H", "Accept: text/html", "/"], ["-H", "Accept: text/html", "/problems/not-found"], ["-I", "/topics"],
            ["-H", "Accept: image/png", "/drugs"], ["-H", "Host: a b", "/"], ["-X", "POST", "-d", "x", "/recommend"],
            ["/fhir/metadata"], ["/cds-services"], ["/%zz"],
        ]
        for arguments in asked {
            let command = ["-i"] + arguments.dropLast() + [address + (arguments.last ?? "")]
            // Twice: a stored document comes from the memory of the loop then.
            for _ in 0..<2 {
                let answer = try run(command)
                for field in [
                    "API-Version: \(ProductVersion.current)", "Referrer-Policy: no-referrer",
                    "Cross-Origin-Resource-Policy: same-origin", "X-Content-Type-Options: nosniff",
                ] {
                    #expect(answer.components(separatedBy: "\r\n\(field)\r\n").count == 2, "\(field): \(command)")
                }
            }
        }
        stop(running)
    }

    @Test func `tells that a path will go, as the settings list it, with every answer of it`() throws {
        let (running, address) = try Command.serve([
            "CONSILIUM_DEPRECATIONS": "/topics/{id}=2026-12-01..2027-06-01,/recommend=2027-01-01",
            "CONSILIUM_DEPRECATION_LINK": "https://docs.example/moved",
        ])
        for path in ["/topics/pancreatic-net", "/v1/topics/pancreatic-net", "/topics/x", "/topics/pancreatic-net"] {
            let answer = try curl("-i", address + path)
            #expect(answer.contains("\r\nDeprecation: @1796083200\r\n"), "\(path)")
            #expect(answer.contains("\r\nSunset: Tue, 01 Jun 2027 00:00:00 GMT\r\n"), "\(path)")
            #expect(
                answer.contains("\r\nLink: <https://docs.example/moved>; rel=\"deprecation\"; type=\"text/html\"\r\n"))
        }
        // Also what its head alone is refused for.
        let refused = try curl("-i", "-H", "Content-Type: text/plain", "-d", "x", address + "/recommend")
        #expect(refused.hasPrefix("HTTP/1.1 415 ") && refused.contains("\r\nDeprecation: @1798761600\r\n"))
        #expect(!refused.contains("Sunset"))
        for path in ["/topics", "/drugs/lanreotide", "/recommend/diff"] {
            #expect(!(try curl("-i", address + path).contains("Deprecation")), "\(path)")
        }
        stop(running)
    }

    @Test func `forgets what it gave to a client as soon as the client is none, and lets no cache share it`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let key = "consilium_wQ325UxEQjiI7s2GtJssmRfqpBio9v0ozy2sS0JiOiw"
        let hash = "4c9a91bb5dbddc27cd6b7be093bc764b32eb67951aaee7c9955aafac012291c6"
        let list = { (hash: String) in
            #"{"keys": [{"name": "portal", "hash": "sha256:\#(hash)", "scopes": ["reference"]}]}"#
        }
        try folder.write("clients.json", list(hash))
        let (running, address) = try Command.serve([
            "CONSILIUM_CLIENTS": folder.path + "/clients.json", "CONSILIUM_LOOPS": "1", "CONSILIUM_CLIENTS_WATCH": "1",
        ])
        let ask = { try curl("-i", "-H", "X-Api-Key: " + key, address + "/drugs/lanreotide") }
        for _ in 0..<3 {
            let answer = try ask()
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.contains("\r\nCache-Control: private, max-age=300, stale-while-revalidate=86400\r\n"))
        }
        try folder.write("clients.json", list(String(repeating: "0", count: 64)))
        // Another head is never remembered: it tells when the new list counts.
        for _ in 0..<200 {
            let other = try curl(
                "-i", "-H", "X-Api-Key: " + key, "-H", "X-Request-Id: a", address + "/drugs/lanreotide")
            if other.hasPrefix("HTTP/1.1 401 ") { break }
            usleep(100_000)
        }
        #expect(try ask().hasPrefix("HTTP/1.1 401 "))
        stop(running)
    }

    @Test func `tells its times to who asks and to nobody else, also where the document is remembered`() throws {
        let (running, address) = try Command.serve()
        for _ in 0..<3 {
            #expect(!(try curl("-i", address + "/drugs/lanreotide").contains("Server-Timing")))
            let asked = try curl("-i", "-H", "Prefer: server-timing", address + "/drugs/lanreotide")
            #expect(asked.components(separatedBy: "\r\nServer-Timing: total;dur=").count == 2)
        }
        stop(running)
    }

    @Test func `gives tags, codings and 304 for documents, and none for cases`() throws {
        let (running, address) = try Command.serve()
        let plain = try curl("-i", address + "/drugs/lanreotide")
        let tag = try #require(
            plain.split(separator: "\r\n").first { $0.hasPrefix("ETag: ") }.map { String($0.dropFirst(6)) })
        #expect(plain.contains("Cache-Control: public, max-age=300, stale-while-revalidate=86400\r\n"))
        #expect(plain.contains("Vary: Accept-Encoding\r\n") && plain.contains("Last-Modified: "))
        let cached = try curl("-i", "-H", "If-None-Match: \(tag)", address + "/v1/drugs/lanreotide")
        #expect(
            cached.hasPrefix("HTTP/1.1 304 ") && cached.contains("ETag: \(tag)\r\n") && cached.hasSuffix("\r\n\r\n"))
        let body = try #require(plain.range(of: "\r\n\r\n").map { String(plain[$0.upperBound...]) })
        #expect(try curl("--compressed", address + "/drugs/lanreotide") == body)
        let listed = try curl("-i", address + "/references?limit=2")
        #expect(listed.contains("ETag: \""))
        let question = ["-i", "-H", "Content-Type: application/json", "-d", #"{"question":"PNET G2 first line"}"#]
        let posted = try curl(question[0], question[1], question[2], question[3], question[4], address + "/recommend")
        #expect(posted.contains("Cache-Control: private, no-store\r\n") && !posted.contains("ETag"))
        let asked = try curl("-i", address + "/recommend?question=PNET%20G2")
        #expect(asked.contains("Cache-Control: private, no-cache\r\n") && asked.contains("ETag: \""))
        stop(running)
    }

    @Test func `serves local knowledge and kept releases, and refuses those that cannot be used`() throws {
        let local = try TemporaryFolder.hospital()
        let kept = try TemporaryFolder.releases(["2026.9.0", "2026.11.0"])
        defer {
            local.remove()
            kept.remove()
        }
        let settings = ["CONSILIUM_LOCAL_KNOWLEDGE": local.path, "CONSILIUM_RELEASES": kept.path]
        let (running, address) = try Command.serve(settings)
        let now = try curl(address + "/knowledge")
        #expect(now.contains(#""releases":["2026.11.0","2026.9.0"]"#))
        #expect(now.contains(#"{"document":"facts/hospital.json","change":"added"}"#))
        let old = try curl("-i", address + "/drugs/lanreotide?knowledge=2026.9.0")
        #expect(old.contains("Knowledge-Version: 2026.9.0"))
        stop(running)
        try kept.edit("2026.11.0/manifest.json", "Consilium knowledge", "Consilium Knowledge")
        let other = try Command(["serve", "--port", "0", "--releases", kept.path])
        #expect(other.status == 78 && other.errors.contains("is not the one in use, which has the same version"))
        let broken = try Command(["serve", "--port", "0", "--local-knowledge", "/nowhere"])
        #expect(broken.status == 78 && broken.errors.contains("/nowhere#: the folder cannot be read (K100)"))
    }

    @Test func `speaks TLS, tells its health, and takes new certificates on SIGHUP`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("consilium-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (chain, key) = (folder.appendingPathComponent("c.pem").path, folder.appendingPathComponent("k.pem").path)
        func certify(_ name: String) throws {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                key, "-out", chain, "-days", "2", "-subj", "/CN=\(name)",
            ]
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
        }
        try certify("first")
        let settings = ["CONSILIUM_TLS_CERTIFICATE": chain, "CONSILIUM_TLS_KEY": key]
        let (running, address) = try Command.serve(settings)
        #expect(address.hasPrefix("https://"))
        #expect(try curl("-w", "%{certs}", address + "/livez").contains("CN = first"))
        let port = try #require(address.split(separator: ":").last.map(String.init))
        #expect(try Command(["healthcheck", "--port", port], environment: settings).status == 0)
        #expect(try Command(["healthcheck", "--port", port]).status == 69, "in the clear it is not ready")
        try certify("second")
        kill(running.process.processIdentifier, SIGHUP)
        var seen = ""
        for _ in 0..<100 where !seen.contains("CN = second") { seen = try curl("-w", "%{certs}", address + "/livez") }
        #expect(seen.contains("CN = second"))
        stop(running)
        try "nonsense".write(toFile: key, atomically: true, encoding: .utf8)
        let bad = try Command(["serve", "--port", "0"], environment: settings)
        #expect(bad.status == 78 && bad.errors.contains("`\(key)` holds no private key in PEM without a passphrase"))
    }

    @Test(
        "does not start with",
        arguments: [
            (["CONSILIUM_TLS_CERTIFICATE": "/c"], "`tlsCertificate` and `tlsKey` go in pairs: 1 and 0 are given"),
            (["CONSILIUM_TLS_CLIENT_CERTIFICATES": "required"], "`tlsClientCertificates` needs `tlsClientCA`"),
            (["CONSILIUM_CORS_ORIGINS": "https://a.example/"], "`https://a.example/` is no origin"),
            (["CONSILIUM_RATE_LIMIT": "-1"], "`rateLimit` must be a number from 0 to 10000000"),
        ])
    func refusals(_ environment: [String: String], _ sentence: String) throws {
        let run = try Command(["serve", "--port", "0"], environment: environment)
        #expect(run.status == 78 && run.errors.contains(sentence), "\(run.errors)")
    }
}
