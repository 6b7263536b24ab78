import Foundation
import TestSupport
import Testing

/// `openssl`, which knows nothing of this program.
private func openssl(_ arguments: String...) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
}

/// A folder with pairs of keys.
private struct KeyRing {
    let folder: TemporaryFolder

    init(_ names: String...) throws {
        folder = try TemporaryFolder()
        for name in names {
            #expect(try openssl("genpkey", "-algorithm", "ed25519", "-out", secret(name)) == 0)
            #expect(try openssl("pkey", "-in", secret(name), "-pubout", "-out", open(name)) == 0)
        }
    }

    func secret(_ name: String) -> String { folder.path + "/\(name).key" }
    func open(_ name: String) -> String { folder.path + "/\(name).pub" }

    /// Whether OpenSSL takes a signature of this key over a message.
    func takes(_ signature: Data, _ message: String, by name: String) throws -> Bool {
        try signature.write(to: folder.url.appendingPathComponent("s"))
        try folder.write("m", message)
        return try openssl(
            "pkeyutl", "-verify", "-pubin", "-inkey", open(name), "-rawin", "-in", folder.path + "/m", "-sigfile",
            folder.path + "/s") == 0
    }
}

@Suite struct `Signed knowledge` {
    @Test func `is served and reloaded where a trusted key signed these very files, and no other is`() throws {
        let keys = try KeyRing("house", "other")
        let release = try TemporaryFolder.smallRelease()
        let local = try TemporaryFolder()
        defer {
            for folder in [keys.folder, release, local] { folder.remove() }
        }
        let required = [
            "CONSILIUM_KNOWLEDGE": release.path, "CONSILIUM_REQUIRE_SIGNED_KNOWLEDGE": "true",
            "CONSILIUM_KNOWLEDGE_KEYS": keys.open("house"),
        ]
        func check(_ more: [String: String] = [:]) throws -> Command {
            try Command(["serve", "--check"], environment: required.merging(more) { $1 })
        }
        let unsigned = try check()
        #expect(unsigned.status == 78)
        #expect(unsigned.errors.contains("is not signed by a trusted key and is not used"))
        #expect(try Command(["sign", release.path, "--key", keys.secret("other")]).status == 0)
        #expect(try check().status == 78, "another key")
        let signed = try Command(["sign", release.path, "--key", keys.secret("house")])
        #expect(signed.status == 0 && signed.output.contains(" signed by key "))
        #expect(try check().status == 0)

        // OpenSSL alone comes to the same.
        let digest = try #require(signed.output.split(separator: " ").first { $0.hasPrefix("sha256:") })
        let lines = try release.text("SIGNATURE").split(separator: "\n")
        let last = try #require(lines.last.flatMap { Data(base64Encoded: String($0)) })
        #expect(lines.count == 2)
        #expect(try keys.takes(last, "consilium-knowledge-v1\n\(digest)", by: "house"))
        #expect(try !keys.takes(last, "consilium-knowledge-v1\n\(digest)", by: "other"))

        // What lies over it must be signed too.
        let overlay = try TemporaryFolder.hospital()
        defer { overlay.remove() }
        try local.write(
            "references/house.json",
            try overlay.text("references/house-formulary.json").replacingOccurrences(
                of: "house-formulary", with: "house"))
        let over = ["CONSILIUM_LOCAL_KNOWLEDGE": local.path]
        let open = try check(over)
        #expect(
            open.status == 78 && open.errors.contains("`\(local.path)` (sha256:")
                && !open.errors.contains("`\(release.path)` ("))
        #expect(try Command(["sign", local.path, "--over", release.path, "--key", keys.secret("house")]).status == 0)
        #expect(try check(over).status == 0)
        try local.edit("references/house.json", "House formulary", "House Formulary")
        #expect(try check(over).status == 78, "one letter")

        // A reload of a release that somebody changed keeps the one in use.
        let service = try ReloadableService(["metrics": true], environment: required)
        let before = try service.ask("/knowledge").body
        try release.edit("manifest.json", "Consilium knowledge", "Consilium Knowledge")
        service.hangUp()
        let outcome = try service.outcome(1)
        #expect(outcome["result"] as? String == "refused")
        #expect("\(outcome["reasons"] ?? "")".contains("is not signed by a trusted key"))
        #expect(try service.ask("/knowledge").body == before)
        #expect(try Command(["sign", release.path, "--key", keys.secret("house")]).status == 0)
        service.hangUp()
        #expect(try service.outcome(2)["result"] as? String == "reloaded")
        #expect(try service.ask("/knowledge").body != before)
        _ = service.stop()
    }

    @Test func `must be signed also where it is kept`() throws {
        let keys = try KeyRing("house")
        let kept = try TemporaryFolder()
        let release = try TemporaryFolder.smallRelease()
        let old = try TemporaryFolder.smallRelease(version: "2026.9.0")
        defer {
            for folder in [keys.folder, kept, release, old] { folder.remove() }
        }
        try TemporaryFolder.copy(old.path, to: kept.path + "/2026.9.0")
        #expect(try Command(["sign", release.path, "--key", keys.secret("house")]).status == 0)
        let arguments = [
            "serve", "--check", "--require-signed-knowledge", "--knowledge-keys", keys.open("house"), "--knowledge",
            release.path, "--releases", kept.path,
        ]
        let refused = try Command(arguments)
        #expect(refused.status == 78 && refused.errors.contains("`\(kept.path)/2026.9.0`"))
        #expect(try Command(["sign", kept.path + "/2026.9.0", "--key", keys.secret("house")]).status == 0)
        #expect(try Command(arguments).status == 0)
    }

    @Test func `needs keys`() throws {
        let keys = try KeyRing("house")
        defer { keys.folder.remove() }
        let none = try Command(["serve", "--check", "--require-signed-knowledge"])
        #expect(none.status == 78 && none.errors.contains("`requireSignedKnowledge` needs `knowledgeKeys`"))
        let bad = try Command([
            "serve", "--check", "--require-signed-knowledge", "--knowledge-keys", keys.secret("house"),
        ])
        #expect(bad.status == 78 && bad.errors.contains("holds no public key of Ed25519 in PEM"))
        #expect(try Command(["sign", "/nowhere", "--key", keys.open("house")]).status == 78)
        #expect(try Command(["sign", "/nowhere", "--key", keys.secret("house")]).status == 65)
    }
}

@Suite struct `A signed answer` {
    /// The base that a reader makes of an answer by RFC 9421 §2.5, from its own fields alone.
    private func base(_ answer: WireClient.Answer, _ method: String, _ path: String) throws -> (
        text: String, signature: Data
    ) {
        let input = try #require(answer.field("Signature-Input"))
        #expect(input.hasPrefix("consilium=("))
        let parameters = String(input.dropFirst("consilium=".count))
        let list = try #require(parameters.dropFirst().split(separator: ")").first)
        var lines: [String] = []
        for component in list.split(separator: " ") {
            let value =
                switch component {
                case "\"@status\"": "\(answer.status)"
                case "\"@method\";req": method
                case "\"@path\";req": path
                default: try #require(answer.field(component.replacingOccurrences(of: "\"", with: "")), "\(component)")
                }
            lines.append("\(component): \(value)")
        }
        lines.append("\"@signature-params\": \(parameters)")
        let field = try #require(answer.field("Signature"))
        let signature = try #require(Data(base64Encoded: String(field.dropFirst("consilium=:".count).dropLast())))
        return (lines.joined(separator: "\n"), signature)
    }

    @Test func `is verified by OpenSSL, also of stored documents, problems and coded bodies`() throws {
        let keys = try KeyRing("house", "other")
        let folder = try TemporaryFolder.smallRelease()
        defer {
            keys.folder.remove()
            folder.remove()
        }
        let (running, address) = try Command.serve([
            "CONSILIUM_KNOWLEDGE": folder.path, "CONSILIUM_SIGNING_KEY": keys.secret("house"),
            "CONSILIUM_SIGNING_KEY_ID": "house-2026",
        ])
        let client = try #require(WireClient(address))
        let question = #"{"question":"PNET G2, liver mets"}"#
        for (method, path, body) in [
            ("POST", "/recommend", question), ("GET", "/drugs/lanreotide", nil), ("GET", "/drugs/lanreotide", nil),
            ("GET", "/drugs/x", nil), ("GET", "/nowhere", nil), ("GET", "/recommend", nil),
        ] as [(String, String, String?)] {
            let answer = try #require(client.send(method, path, body: body))
            let (text, signature) = try base(answer, method, path)
            #expect(text.contains("keyid=\"house-2026\";alg=\"ed25519\""))
            #expect(try keys.takes(signature, text, by: "house"), "\(path)")
            #expect(try !keys.takes(signature, text, by: "other"))
            #expect(
                try !keys.takes(
                    signature, text.replacingOccurrences(of: "\"@status\": ", with: "\"@status\": 1"), by: "house"))
            try folder.write("body", answer.body)
            #expect(try digest(folder.path + "/body") == answer.field("Content-Digest"), "\(path)")
        }
        client.write("HEAD /drugs/lanreotide HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        let bare = client.readToEnd()
        #expect(bare.contains("ETag: ") && !bare.contains("Signature") && !bare.contains("Content-Digest"))
        // Of a coded body the digest is that of the bytes that are sent.
        let script =
            "curl -s -D '\(folder.path)/head' -H 'Accept-Encoding: gzip' -o '\(folder.path)/coded' \(address)/drugs/lanreotide"
        #expect(try shell(script) == 0)
        let head = try folder.text("head").replacingOccurrences(of: "\r\n", with: "\n")
        #expect(head.contains("Content-Encoding: gzip\n"))
        #expect(head.contains("Content-Digest: \(try digest(folder.path + "/coded"))\n"))
        #expect(head.contains("\"content-encoding\" \"content-digest\""))
        running.process.terminate()
        running.process.waitUntilExit()
        let bad = try Command(["serve", "--check"], environment: ["CONSILIUM_SIGNING_KEY": keys.open("house")])
        #expect(bad.status == 78 && bad.errors.contains("holds no private key of Ed25519"))
    }

    private func shell(_ script: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script]
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// What OpenSSL says of a file, as RFC 9530 writes it.
    private func digest(_ path: String) throws -> String {
        let output = path + ".digest"
        #expect(try shell("openssl dgst -sha256 -binary '\(path)' | base64 -w0 > '\(output)'") == 0)
        return "sha-256=:\(try String(contentsOfFile: output, encoding: .utf8)):"
    }
}
