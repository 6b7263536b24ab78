import Foundation
import Synchronization
import TestSupport
import Testing

/// A service over a folder of knowledge that a configuration file names, with a listener for its administrator.
final class ReloadableService {
    let running: Command.Running
    let address: String
    let admin: String
    private let file: URL
    private var isStopped = false

    init(_ settings: [String: Any], environment: [String: String] = [:]) throws {
        file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json")
        try Self.write(settings, file)
        let line: String
        (running, line) = try Command.serveLine(
            ["--config", file.path],
            environment.merging(["CONSILIUM_ADMIN_ADDRESS": "127.0.0.1:0"]) { own, _ in own })
        let words = line.split { $0.isWhitespace || $0 == "," }.map(String.init)
        address = try #require(words.first { $0.hasPrefix("http") })
        admin = try #require(words.last, "\(line)")
    }

    deinit {
        if running.process.isRunning { running.process.terminate() }
        try? FileManager.default.removeItem(at: file)
    }

    private static func write(_ settings: [String: Any], _ file: URL) throws {
        try JSONSerialization.data(withJSONObject: settings).write(to: file, options: .atomic)
    }

    func configure(_ settings: [String: Any]) throws { try Self.write(settings, file) }

    func hangUp() { kill(running.process.processIdentifier, SIGHUP) }

    func ask(_ path: String, _ method: String = "GET", at place: String? = nil, fields: [String] = []) throws
        -> WireClient.Answer
    {
        let client = try #require(WireClient(place ?? address))
        return try #require(client.send(method, path, fields: fields, body: method == "POST" ? "" : nil))
    }

    /// What the last reload came to, once this many were done.
    func outcome(_ number: Int) throws -> [String: Any] {
        for _ in 0..<2_000 {
            let last = try ask("/reload", at: admin).json
            if last["number"] as? Int ?? 0 >= number { return last }
            usleep(20_000)
        }
        Issue.record("reload \(number) did not end")
        return [:]
    }

    /// Ends it and gives its log.
    func stop() -> String {
        running.process.terminate()
        let log = String(decoding: running.errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        running.process.waitUntilExit()
        #expect(running.process.terminationStatus == 0)
        return log
    }
}

@Suite struct `A reload` {
    private static let question =
        #"{"case":{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"pancreas","grade":"G2"},"disease":{"extent":"metastatic"}}}"#

    /// Two releases that answer the same requests with other bytes.
    private func releases() throws -> [TemporaryFolder] {
        let old = try TemporaryFolder.smallRelease()
        let new = try TemporaryFolder.smallRelease(version: "2026.12.0")
        let rule = "topics/pancreatic-net/recommendations/first-line-lanreotide.json"
        try new.edit(rule, "\"title\": \"Lanreotide", "\"title\": \"New lanreotide")
        try new.edit("drugs/lanreotide.json", "\"brands\": [", "\"brands\": [\"Newbrand\", ")
        return [old, new]
    }

    private struct Probe: Hashable {
        let method: String
        let path: String
        let body: String?
    }

    private static let probes = [
        Probe(method: "POST", path: "/recommend", body: question),
        Probe(method: "GET", path: "/drugs/lanreotide", body: nil),
        Probe(method: "GET", path: "/knowledge", body: nil),
    ]

    @Test func `gives each answer wholly from the old or wholly from the new release, twenty times under load`() throws
    {
        let folders = try releases()
        defer { for folder in folders { folder.remove() } }
        let service = try ReloadableService(["knowledge": folders[0].path, "loops": 2, "metrics": true])
        // What each release says, byte for byte.
        var known: [String: [Probe: String]] = [:]
        func learn() throws -> String {
            let client = try #require(WireClient(service.address))
            var version = ""
            for probe in Self.probes {
                let answer = try #require(client.send(probe.method, probe.path, body: probe.body))
                #expect(answer.status == 200)
                version = try #require(answer.field("Knowledge-Version"))
                known[version, default: [:]][probe] = answer.body
            }
            return version
        }
        #expect(try learn() == "2026.11.0")
        try service.configure(["knowledge": folders[1].path, "loops": 2, "metrics": true])
        service.hangUp()
        #expect(try service.outcome(1)["result"] as? String == "reloaded")
        #expect(try learn() == "2026.12.0")
        for probe in Self.probes { #expect(known["2026.11.0"]?[probe] != known["2026.12.0"]?[probe], "\(probe)") }

        let truth = known
        let address = service.address
        let isOver = Atomic<Bool>(false)
        let counts = Mutex<(answers: Int, perVersion: [String: Int], faults: [String])>((0, [:], []))
        let group = DispatchGroup()
        for thread in 0..<3 {
            DispatchQueue(label: "load.\(thread)").async(group: group) {
                var client = WireClient(address)
                var turn = thread
                while !isOver.load(ordering: .acquiring) {
                    let probe = Self.probes[turn % Self.probes.count]
                    turn += 1
                    // A new connection now and then, so that both loops are asked.
                    if turn % 40 == 0 { client = WireClient(address) }
                    let answer = client?.send(probe.method, probe.path, body: probe.body)
                    counts.withLock { counts in
                        counts.answers += 1
                        guard let answer, answer.status == 200, let version = answer.field("Knowledge-Version") else {
                            return counts.faults.append("\(probe.path): \(answer?.head ?? "no answer")")
                        }
                        counts.perVersion[version, default: 0] += 1
                        if truth[version]?[probe] != answer.body {
                            counts.faults.append("\(probe.path) of \(version) is mixed")
                        }
                    }
                }
            }
        }
        for number in 2...21 {
            let next = number % 2 == 0 ? 0 : 1
            try service.configure(["knowledge": folders[next].path, "loops": 2, "metrics": true])
            if number % 3 == 0 {
                #expect(try service.ask("/reload", "POST", at: service.admin).status == 202)
            } else {
                service.hangUp()
            }
            let outcome = try service.outcome(number)
            #expect(outcome["result"] as? String == "reloaded" && outcome["changed"] as? [String] == ["knowledge"])
            // Once it is done nobody remembers the old answer, on any loop.
            let wanted = next == 0 ? "2026.11.0" : "2026.12.0"
            for _ in 0..<4 {
                let client = try #require(WireClient(service.address))
                for probe in Self.probes {
                    let answer = try #require(client.send(probe.method, probe.path, body: probe.body))
                    #expect(answer.field("Knowledge-Version") == wanted && answer.body == truth[wanted]?[probe])
                }
            }
        }
        isOver.store(true, ordering: .releasing)
        group.wait()
        let seen = counts.withLock { $0 }
        #expect(seen.faults == [], "of \(seen.answers) answers")
        #expect(seen.answers > 500 && seen.perVersion.count == 2, "\(seen.answers) \(seen.perVersion)")
        print("20 reloads under load: \(seen.answers) answers \(seen.perVersion), \(seen.faults.count) faults")
        let figures = try service.ask("/metrics").body
        #expect(figures.contains("consilium_knowledge_reload_total{result=\"reloaded\"} 21\n"))
        #expect(figures.contains("consilium_knowledge_info{version=\"2026.12.0\""))
        _ = service.stop()
    }

    @Test func `keeps everything where anything is wrong, and says so in readiness, log and figures`() throws {
        let folder = try TemporaryFolder.smallRelease()
        defer { folder.remove() }
        let service = try ReloadableService(["knowledge": folder.path])
        let before = try service.ask("/knowledge").body
        func refused(_ number: Int, _ sentence: String, _ detail: String = "") throws {
            service.hangUp()
            let outcome = try service.outcome(number)
            #expect(outcome["result"] as? String == "refused")
            #expect((outcome["reasons"] as? [String])?.contains { $0.contains(sentence) } == true, "\(outcome)")
            if !detail.isEmpty {
                #expect((outcome["details"] as? [String])?.contains { $0.contains(detail) } == true, "\(outcome)")
            }
            #expect(try service.ask("/knowledge").body == before)
        }
        let manifest = try folder.text("manifest.json")
        try folder.write("manifest.json", "{")
        try refused(1, "1 defects and is not used", "manifest.json")
        let ready = try service.ask("/readyz?verbose")
        #expect(ready.status == 200, "it answers as before")
        let checks = try #require(ready.json["checks"] as? [[String: Any]])
        let check = try #require(checks.first { $0["name"] as? String == "reload" })
        #expect(check["status"] as? String == "warn" && !ready.body.contains(folder.path))
        #expect(ready.body.contains("the last reload was refused for 1 reason; what was in use stays so"))
        try folder.write("manifest.json", manifest)

        let good = try folder.text("topics/raised-marker/cases/marker-only.json")
        try folder.edit("topics/raised-marker/cases/marker-only.json", "[\"mdt-discussion\"]", "[\"surgery\"]")
        try refused(2, "1 cases of the release 2026.11.0 are answered otherwise", "(K501)")
        try folder.write("topics/raised-marker/cases/marker-only.json", good)

        try service.configure(["knowledge": folder.path, "drainDelay": 3])
        try refused(3, "`drainDelay` changed from `0` to `3` in ")
        try service.configure(["knowledge": folder.path, "prot": 9])
        try refused(4, "unknown setting `prot`; did you mean `port`?")
        #expect(try service.ask("/readyz?verbose").body.contains("refused for 1 reason;"))
        try service.configure(["knowledge": folder.path, "localKnowledge": "/nowhere"])
        try refused(5, "with `/nowhere` over it")

        try service.configure(["knowledge": folder.path, "logLevel": "warning"])
        service.hangUp()
        let outcome = try service.outcome(6)
        #expect(outcome["result"] as? String == "reloaded" && outcome["changed"] as? [String] == ["logLevel"])
        service.hangUp()
        #expect(try service.outcome(7)["result"] as? String == "unchanged")
        #expect(try service.ask("/readyz?verbose").body.contains(#"{"name":"reload","status":"pass"}"#))
        let figures = try service.ask("/metrics", at: service.admin).body
        for line in ["refused\"} 5", "reloaded\"} 1", "unchanged\"} 1"] {
            #expect(figures.contains("consilium_knowledge_reload_total{result=\"\(line)\n"))
        }
        let log = service.stop()
        #expect(log.contains(#""level":"error","msg":"not reloaded; what was in use stays so","result":"refused""#))
        #expect(log.components(separatedBy: "\"refused\"").count == 6)
        #expect(!log.contains("everything is as it was"), "notices are off by then")
    }

    @Test func `works once more for a storm, however often it is asked`() throws {
        let folder = try TemporaryFolder.smallRelease()
        defer { folder.remove() }
        let service = try ReloadableService(["knowledge": folder.path])
        let client = try #require(WireClient(service.admin))
        for _ in 0..<100 {
            service.hangUp()
            #expect(client.send("POST", "/reload", body: "")?.status == 202)
        }
        try folder.edit("manifest.json", "Consilium knowledge", "Consilium Knowledge")
        service.hangUp()
        var done = 0
        for _ in 0..<500 where try !service.ask("/knowledge").body.contains("Consilium Knowledge") { usleep(20_000) }
        #expect(try service.ask("/knowledge").body.contains("Consilium Knowledge"))
        usleep(300_000)
        done = try service.outcome(1)["number"] as? Int ?? 0
        #expect(done < 50, "\(done) reloads for 201 requests")
        _ = service.stop()
    }
}
