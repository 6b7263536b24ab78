import ClinicalModel
import Foundation
import KnowledgeStore
import TestSupport
import Testing

/// The built program, run as a user runs it.
struct Command {
    let status: Int32
    let output: String
    let errors: String

    /// The program beside the test bundle.
    static let path = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        .deletingLastPathComponent()
        .appendingPathComponent("consilium").path

    /// Runs it to its end.
    init(_ arguments: [String], environment: [String: String] = [:], input: String = "") throws {
        let process = try Self.start(arguments, environment: environment)
        try process.input.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try process.input.fileHandleForWriting.close()
        output = String(decoding: process.output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        errors = String(decoding: process.errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.process.waitUntilExit()
        status = process.process.terminationStatus
    }

    /// A running program with its pipes.
    struct Running {
        let process: Process
        let input = Pipe()
        let output = Pipe()
        let errors = Pipe()
    }

    /// `descriptors`: how many file descriptors the program may have.
    static func start(
        _ arguments: [String], environment: [String: String] = [:], descriptors: Int? = nil
    ) throws -> Running {
        let running = Running(process: Process())
        if let descriptors {
            running.process.executableURL = URL(fileURLWithPath: "/bin/bash")
            running.process.arguments = ["-c", "ulimit -n \(descriptors); exec \"$0\" \"$@\"", path] + arguments
        } else {
            running.process.executableURL = URL(fileURLWithPath: path)
            running.process.arguments = arguments
        }
        running.process.currentDirectoryURL = FileManager.default.temporaryDirectory
        running.process.environment = environment
        running.process.standardInput = running.input
        running.process.standardOutput = running.output
        running.process.standardError = running.errors
        try running.process.run()
        return running
    }

    /// Starts a server on a free port; the address is on the line that it prints once it accepts connections.
    static func serve(
        _ environment: [String: String] = [:], descriptors: Int? = nil
    ) throws -> (running: Running, address: String) {
        let (running, line) = try serveLine([], environment, descriptors: descriptors)
        let address = try #require(
            line.split(separator: " ").first { $0.hasPrefix("http://") || $0.hasPrefix("https://") },
            "the server printed `\(line)`")
        return (running, String(address))
    }

    /// Starts a server on a free port and gives the line that it prints once it accepts connections.
    static func serveLine(
        _ arguments: [String], _ environment: [String: String] = [:], descriptors: Int? = nil
    ) throws -> (running: Running, line: String) {
        let running = try start(
            ["serve", "--port", "0"] + arguments,
            environment: ["CONSILIUM_ACCESS_LOG": "false"].merging(environment) { $1 }, descriptors: descriptors)
        var line = ""
        while !line.hasSuffix("\n") {
            let data = running.output.fileHandleForReading.readData(ofLength: 1)
            if data.isEmpty { break }
            line += String(decoding: data, as: UTF8.self)
        }
        return (running, line)
    }
}

@Suite struct `The command` {
    @Test("has help for", arguments: [[], ["serve"], ["check"], ["ask"], ["diff"], ["healthcheck"]])
    func help(_ command: [String]) throws {
        let run = try Command(command + ["--help"])
        #expect(run.status == 0)
        #expect(run.output.contains("USAGE: consilium"))
    }

    @Test func `tells its version`() throws { #expect(try Command(["--version"]).output == "0.1.0\n") }

    @Test(
        "refuses",
        arguments: [
            (["serve", "--port", "99999"], 64, "the port must lie between 0 and 65535"),
            (["serve", "--bogus"], 64, "Unknown option"),
            (["ask", " "], 64, "the question is empty"),
            (["ask", "PNET", "--audience", "nurse"], 64, "--audience is clinician or patient"),
            (["ask", String(repeating: "a", count: 4_001)], 65, "at most 4000 characters"),
            (["diff", "bundled", "/nowhere"], 2, "`/nowhere` cannot be loaded"),
            (["diff", "bundled"], 64, "Missing expected argument '<new>'"),
            (["check", "/nowhere"], 65, "the folder has no readable manifest.json (K100)"),
            (["serve", "--knowledge", "/nowhere"], 78, "the folder has no readable manifest.json (K100)"),
            (["serve", "--config", "/nowhere.json"], 78, "the configuration file `/nowhere.json` cannot be read"),
            (["serve", "--host", "nowhere.example"], 69, "`nowhere.example` is no numeric IPv4 or IPv6 address"),
            (["healthcheck", "--port", "1"], 69, "not ready"),
        ] as [([String], Int32, String)])
    func refusals(_ arguments: [String], _ status: Int32, _ sentence: String) throws {
        let run = try Command(arguments)
        #expect(run.status == status)
        #expect(run.errors.contains(sentence), "\(run.errors)")
        #expect(run.output == "")
    }

    @Test(
        "refuses the environment",
        arguments: [
            ("CONSILIUM_PORT", "abc", "`port` must be a number from 0 to 65535"),
            ("CONSILIUM_LOG_LEVEL", "loud", "`logLevel` must be debug, info, notice, warning or error"),
            ("CONSILIUM_ACCESS_LOG", "maybe", "`accessLog` must be true or false"),
            ("CONSILIUM_MAXIMUM_BODY_SIZE", "1", "`maximumBodySize` must be a number from 1024 to 16777216"),
        ])
    func environment(_ name: String, _ value: String, _ sentence: String) throws {
        let run = try Command(["serve"], environment: [name: value])
        #expect(run.status == 78)
        #expect(run.errors.contains("\(name): \(sentence)"))
    }

    @Test func `lists every fault of a configuration file`() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try #"{"prot": 1, "host": [], "loops": 999}"#.write(to: file, atomically: true, encoding: .utf8)
        let run = try Command(["serve", "--config", file.path])
        #expect(run.status == 78)
        for sentence in [
            "unknown setting `prot`; did you mean `port`?", "`host` cannot be a list",
            "`loops` must be a number from 0 to 256",
        ] {
            #expect(run.errors.contains(sentence))
        }
    }

    @Test func `takes the settings that lie in Config`() throws {
        let run = try Command([
            "serve", "--config", Checkout.root + "/Config/consilium.json", "--host", "nowhere.example",
        ])
        #expect(run.status == 69, "the file is taken; only the host is refused")
    }

    @Test func `checks the bundled knowledge`() throws {
        let run = try Command(["check"])
        #expect(run.status == 0)
        #expect(run.output.contains("condition leaves were seen both true and false"))
        #expect(run.errors == "", "progress is for terminals")
    }

    @Test func `finds a case that fails and a leaf that no case sees`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("knowledge-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        try TemporaryFolder.copy(Checkout.content, to: folder.path)
        let cases = folder.appendingPathComponent("topics/pancreatic-net/cases")
        try FileManager.default.removeItem(
            at: folder.appendingPathComponent("topics/raised-marker/cases/marker-normal.json"))
        let other = cases.appendingPathComponent("p07-receptor-negative.json")
        let text = try String(contentsOf: other, encoding: .utf8)
        try text.replacingOccurrences(of: "\"outcome\": \"guidance\"", with: "\"outcome\": \"out-of-scope\"")
            .write(to: other, atomically: true, encoding: .utf8)
        let run = try Command(["check", folder.path])
        #expect(run.status == 65)
        #expect(
            run.output.contains("p07-receptor-negative.json#: outcome: expected out-of-scope, found guidance (K501)"))
        #expect(run.output.contains("no case makes `disease.raisedMarker is yes` false (K504)"))
    }

    @Test func `checks local knowledge with the release, and tells which answers it moves`() throws {
        let local = try TemporaryFolder.hospital()
        defer { local.remove() }
        let run = try Command(["check", "--local-knowledge", local.path])
        #expect(run.output.contains("7 local documents: 5 added, 2 overridden"))
        #expect(run.output.contains("warning: topics/pancreatic-net/cases/"))
        #expect(run.output.contains("(K506)"))
        let asked = try Command(["ask", "--local-knowledge", local.path, "tail NET G2, liver mets, SSTR positive"])
        #expect(asked.output.contains("The board meets on Tuesdays."))
        #expect(asked.output.contains("Knowledge 2026.11.0, draft, with 7 local documents."))
    }

    @Test func `prints the sheet that a clinician signs, the same each time`() throws {
        let run = try Command(["check", "--release"])
        #expect(run.status == 0 && run.errors == "")
        let knowledge = try Checkout.knowledge.get()
        for words in [
            "# Review sheet: Consilium knowledge of neuroendocrine neoplasms, release 2026.11.0",
            "| digest of the documents, which is what is signed | `\(knowledge.documentsDigest)` |",
            "## Pancreatic neuroendocrine tumour, advanced (`pancreatic-net`, 2026.11.0)",
            "- `pancreatic-net.first-line-lanreotide`: Lanreotide: first treatment of receptor-positive disease",
            "- `clarinet-2014` ", "### Not confirmed in their source", "### Overdue reviews", "### Disagreements",
            "- `lanreotide`, `gep-net`: lanreotide 120 mg every 4 weeks", "Signature: ____",
            "\"documents\": \"\(knowledge.documentsDigest)\"",
        ] {
            #expect(run.output.contains(words), "\(words)")
        }
        for topic in knowledge.clinical.topics { #expect(run.output.contains("(`\(topic.id)`, ")) }
        #expect(try Command(["check", "--release"]).output == run.output)
    }

    @Test func `prepares no sheet for knowledge with a defect`() throws {
        let folder = try TemporaryFolder(copyOf: Checkout.content)
        defer { folder.remove() }
        try folder.delete("topics/raised-marker/cases/marker-normal.json")
        let run = try Command(["check", "--release", folder.path])
        #expect(run.status == 65 && run.output == "")
        #expect(run.errors.contains("no case makes `disease.raisedMarker is yes` false (K504)"))
        #expect(run.errors.contains("the release 2026.11.0 cannot be signed: 5 defects must be put right first\n"))
        try folder.edit("manifest.json", "\"status\": \"draft\"", "\"status\": \"approved\"")
        #expect(try Command(["check", folder.path]).errors.contains("(K602)"))
        #expect(try Command(["check", "--release", "--local-knowledge", folder.path]).status == 64)
    }

    @Test func `tells which cases two releases answer differently, by exit code, as text and as JSON`() throws {
        let kept = try TemporaryFolder.releases(["2026.9.0"])
        defer { kept.remove() }
        let same = try Command(["diff", "2026.9.0", "bundled", "--releases", kept.path])
        #expect(same.status == 0)
        #expect(same.output.contains("cases asked, 0 answered differently"))
        try kept.edit("2026.9.0/interventions/lanreotide.json", "\"value\": 120", "\"value\": 90")
        let run = try Command(["diff", "2026.9.0", "bundled"], environment: ["CONSILIUM_RELEASES": kept.path])
        #expect(run.status == 1)
        #expect(run.output.contains("  doses lanreotide\n    - lanreotide, dose 90 mg"))
        #expect(run.output.contains("    why: interventions/lanreotide.json changed (regimens)\n"))
        let document = try Command(["diff", "--json", kept.path + "/2026.9.0", "bundled"])
        let json = try #require(try JSONSerialization.jsonObject(with: Data(document.output.utf8)) as? [String: Any])
        #expect(document.status == 1 && json["isSame"] as? Bool == false)
    }

    @Test func `tells what a local folder moves`() throws {
        let local = try TemporaryFolder.hospital()
        defer { local.remove() }
        let run = try Command(["diff", "bundled", "bundled", "--local-knowledge", local.path])
        #expect(run.status == 1)
        #expect(run.output.contains("    why: topics/pancreatic-net/statements.json changed (statements)"))
    }

    @Test func `answers on the terminal, from an argument and from standard input`() throws {
        let run = try Command(["ask", "PNET G2, liver mets, SSTR positive, first line"])
        #expect(run.status == 0)
        for words in [
            "1. Lanreotide", "lanreotide 120 mg every 4 weeks", "(section 2.2)", "for: ASCO 2023 (recommended)",
            "Not offered",
            "What would change this answer", "Sources", "PMID",
        ] {
            #expect(run.output.contains(words), "\(words)")
        }
        #expect(
            try Command(["ask", "-"], input: "PNET G2, liver mets, SSTR positive, first line\n").output == run.output)
    }

    @Test func `tells a patient no dose`() throws {
        let run = try Command([
            "ask", "--audience", "patient", "My mother has a PNET, grade 2, spread to the liver. First treatment?",
        ])
        #expect(run.status == 0)
        for unit in [" mg", "mg/m", "GBq"] { #expect(!run.output.contains(unit), "\(unit)") }
    }

    @Test func `prints the document of the service`() throws {
        let run = try Command(["ask", "--json", "--explain", "full", "PNET G2, liver mets"])
        let json = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        #expect(json["outcome"] as? String == "guidance")
        let options = try #require(json["options"] as? [[String: Any]])
        #expect(options.allSatisfy { $0["trace"] != nil })
    }

    @Test func `serves, says that it is healthy, and stops on SIGTERM`() throws {
        let (running, address) = try Command.serve()
        let port = try #require(address.split(separator: ":").last)
        #expect(try Command(["healthcheck", "--port", String(port)]).output == "ready\n")
        running.process.terminate()
        running.process.waitUntilExit()
        #expect(running.process.terminationStatus == 0)
        #expect(try Command(["healthcheck", "--port", String(port)]).status == 69)
    }

    @Test func `ends at once on the second signal`() throws {
        let (running, _) = try Command.serve(["CONSILIUM_DRAIN_DELAY": "600"])
        running.process.terminate()
        // The first signal must have been taken before the second comes; until then both may count as one.
        for _ in 0..<600 where running.process.isRunning {
            usleep(50_000)
            kill(running.process.processIdentifier, SIGTERM)
        }
        running.process.waitUntilExit()
        #expect(running.process.terminationStatus == 143)
    }
}
