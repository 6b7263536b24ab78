import Foundation
import TestSupport
import Testing

@testable import consilium

/// The settings of a reader, or its faults.
private func read(
    file: String? = nil, environment: [String: String] = [:], flags: [(key: String, flag: String, texts: [String])] = []
) throws -> (settings: EffectiveSettings?, faults: [String]) {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json")
    defer { try? FileManager.default.removeItem(at: path) }
    try (file ?? "{}").write(to: path, atomically: true, encoding: .utf8)
    do throws(ConfigurationError) {
        return (try SettingsReader(file: path.path, environment: environment, flags: flags).read(), [])
    } catch {
        return (nil, error.sentences.map { $0.replacingOccurrences(of: path.path, with: "FILE") })
    }
}

@Suite struct `The settings` {
    @Test func `take flags over the environment over the file over defaults, and know where each came from`() throws {
        let file = #"{"$schema": "x", "port": 1, "loops": 1, "headTimeout": 1, "idleTimeout": 5}"#
        let settings = try #require(
            try read(
                file: file, environment: ["CONSILIUM_PORT": "2", "CONSILIUM_LOOPS": "2", "HOME": "/"],
                flags: [("port", "--port", ["3"])]
            ).settings)
        #expect(settings.values.port == 3 && settings.origin(of: "port") == .flag("--port"))
        #expect(settings.values.loops == 2 && settings.origin(of: "loops") == .environment("CONSILIUM_LOOPS"))
        #expect(settings.values.headTimeout == 1 && settings.origin(of: "headTimeout").words.hasSuffix(".json"))
        #expect(settings.values.bodyTimeout == 30 && settings.origin(of: "bodyTimeout") == .standard)
    }

    @Test(
        "refuse in the file",
        arguments: [
            (#"{"prot": 1}"#, "FILE: unknown setting `prot`; did you mean `port`?"),
            (#"{"zzzzzzzzzz": 1}"#, "FILE: unknown setting `zzzzzzzzzz`"),
            (#"{"port": "1"}"#, "FILE: the setting `port` cannot be a string"),
            (#"{"port": 1.5}"#, "FILE: `port` must be a number from 0 to 65535"),
            (#"{"host": ["a"]}"#, "FILE: the setting `host` cannot be a list"),
            (#"{"metrics": "true"}"#, "FILE: the setting `metrics` cannot be a string"),
            (#"{"corsOrigins": [1]}"#, "FILE: the setting `corsOrigins` is a list of texts"),
            (#"{"corsOrigins": null}"#, "FILE: the setting `corsOrigins` cannot be null"),
            (#"{"port": 1, "port": 2}"#, "FILE: the member `port` stands twice in one object at byte"),
            (#"[]"#, "FILE: the configuration is an object, found a list"),
        ])
    func fileFaults(_ text: String, _ sentence: String) throws {
        let faults = try read(file: text).faults
        #expect(faults.count == 1 && faults[0].hasPrefix(sentence), "\(faults)")
    }

    @Test(
        "refuse in the environment",
        arguments: [
            ("CONSILIUM_PROT", "1", "unknown environment variable `CONSILIUM_PROT`; did you mean `CONSILIUM_PORT`?"),
            ("CONSILIUM_QUITE_SOMETHING", "1", "unknown environment variable `CONSILIUM_QUITE_SOMETHING`"),
            ("CONSILIUM_PORT", "", "CONSILIUM_PORT: `port` must be a number from 0 to 65535"),
            (
                "CONSILIUM_PORT", "tcp://10.0.0.1:80",
                "CONSILIUM_PORT is what Kubernetes sets for a Service named `consilium`; put `enableServiceLinks: false` into the pod"
            ),
            (
                "CONSILIUM_SERVICE_HOST", "10.0.0.1",
                "CONSILIUM_SERVICE_HOST is what Kubernetes sets for a Service named `consilium`; put `enableServiceLinks: false` into the pod"
            ),
        ])
    func environmentFaults(_ name: String, _ value: String, _ sentence: String) throws {
        #expect(try read(environment: [name: value]).faults == [sentence])
    }

    @Test func `tell every fault at once`() throws {
        let faults = try read(
            file: #"{"prot": 1, "loops": 999}"#, environment: ["CONSILIUM_LOG_LEVEL": "loud"],
            flags: [("hots", "--set", ["x"])]
        ).faults
        #expect(
            faults == [
                "FILE: unknown setting `prot`; did you mean `port`?", "FILE: `loops` must be a number from 0 to 256",
                "CONSILIUM_LOG_LEVEL: `logLevel` must be debug, info, notice, warning or error",
                "--set: unknown setting `hots`; did you mean `host`?",
            ])
    }

    @Test func `take a list from the file and a text with commas from anywhere`() throws {
        let commas = try read(environment: ["CONSILIUM_CORS_ORIGINS": "https://a.example,https://b.example"])
        #expect(commas.settings?.values.corsOrigins == ["https://a.example", "https://b.example"])
        let list = try read(file: #"{"tlsCertificate": ["a,b"], "tlsKey": "c"}"#)
        #expect(list.settings?.values.tlsCertificate == ["a,b"])
        #expect(try read(file: #"{"corsOrigins": []}"#).settings?.values.corsOrigins == [])
    }

    @Test func `name what a reload cannot take`() throws {
        let before = try #require(try read(file: #"{"port": 1, "logLevel": "info"}"#).settings)
        let after = try #require(try read(file: #"{"port": 2, "logLevel": "error"}"#).settings)
        #expect(before.needingRestart(to: after).map(\.key) == ["port"])
        #expect(before.needingRestart(to: before).isEmpty)
    }

    @Test func `have each their own key, variable and flag`() {
        #expect(Set(Settings.table.map(\.key)).count == Settings.table.count)
        #expect(Set(Settings.table.map(\.variable)).count == Settings.table.count)
        for setting in Settings.table { #expect(!setting.meaning.isEmpty && !setting.meaning.contains("\n")) }
    }

    @Test func `hold every property of the settings in the table`() {
        #expect(Mirror(reflecting: Settings()).children.count == Settings.table.count)
    }

    @Test func `are printed with their origin, and nothing is started`() throws {
        let run = try Command(
            ["serve", "--print-config", "--port", "1", "--set", "loops=2"], environment: ["CONSILIUM_RATE_LIMIT": "9"])
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: [String: Any]])
        #expect(run.status == 0 && run.errors == "" && json.count == Settings.table.count)
        #expect(json["port"]?["value"] as? Int == 1 && json["port"]?["from"] as? String == "--port")
        #expect(json["loops"]?["value"] as? Int == 2 && json["loops"]?["from"] as? String == "--set")
        #expect(json["rateLimit"]?["from"] as? String == "CONSILIUM_RATE_LIMIT")
        #expect(json["host"]?["from"] as? String == "default")
        #expect(try Command(["serve", "--print-config"], environment: ["CONSILIUM_HOTS": "x"]).status == 78)
    }

    @Test func `are checked with what they name`() throws {
        let good = try Command(["serve", "--check"])
        #expect(good.status == 0 && good.output == "the configuration is good\n")
        #expect(try Command(["serve", "--check", "--knowledge", "/nowhere"]).status == 78)
        let key = try Command(["serve", "--check", "--tls-certificate", "/c", "--tls-key", "/k"])
        #expect(key.status == 78 && key.errors.contains("`/c` holds no certificate in PEM"))
        #expect(try Command(["serve", "--set", "loops"]).status == 64)
    }
}

/// The files in `Config/` as the table of settings has them. `UPDATE_GOLDEN=1` writes them.
@Suite struct `The configuration files` {
    private static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"

    private func compare(_ path: String, _ wanted: String) throws {
        if Self.isUpdating {
            try wanted.write(toFile: Checkout.root + "/" + path, atomically: true, encoding: .utf8)
        }
        #expect(try Checkout.text(path) == wanted, "\(path): UPDATE_GOLDEN=1 writes it anew")
    }

    @Test func `say in the README what the table says`() throws {
        let path = "Config/README.md"
        let text = try Checkout.text(path)
        let titles = ["setting", "environment", "flag", "type, unit", "default", "change", "meaning"]
        let head = "| \(titles.joined(separator: " | ")) |\n|" + String(repeating: "---|", count: titles.count) + "\n"
        let start = try #require(text.range(of: "| setting | environment |"))
        let end = try #require(text.range(of: "\n\n", range: start.lowerBound..<text.endIndex))
        let rows = Settings.table.map { "| \(ConfigurationDocuments.row($0)) |" }.joined(separator: "\n")
        try compare(path, text[..<start.lowerBound] + head + rows + text[end.lowerBound...])
    }

    @Test func `hold the defaults in consilium json`() throws {
        try compare("Config/consilium.json", ConfigurationDocuments.example)
        let settings = try SettingsReader(
            file: Checkout.root + "/Config/consilium.json", environment: [:], flags: []
        ).read()
        for setting in Settings.table { #expect(setting.text(in: settings.values) == setting.text(in: Settings())) }
    }

    @Test func `hold the types and bounds in the schema`() throws {
        try compare("Config/consilium.schema.json", ConfigurationDocuments.schema)
        let parsed = try JSONSerialization.jsonObject(with: Data(ConfigurationDocuments.schema.utf8)) as? [String: Any]
        let names = (parsed?["properties"] as? [String: Any])?.keys.sorted()
        #expect(
            names == (Settings.table.flatMap { [$0.key] + [$0.fileKey].compactMap { $0 } } + ["$schema"]).sorted())
    }
}

/// What the files in `Config/` say of a setting.
private enum ConfigurationDocuments {
    /// The cells of a row of the README.
    static func row(_ setting: Setting) -> String {
        let standard = setting.text(in: Settings())
        var variable = "`\(setting.variable)`"
        if let file = setting.fileKey { variable += ", `\(Setting.variable(of: file))`" }
        let flags = setting.flag.map { $0.components(separatedBy: ", ").map { "`\($0)`" }.joined(separator: ", ") }
        return [
            "`\(setting.key)`", variable, flags ?? "", type(setting),
            standard.isEmpty ? "none" : number(setting, standard), setting.isReloadable ? "reload" : "restart",
            setting.meaning,
        ].joined(separator: " | ").replacingOccurrences(of: "|  |", with: "| |")
    }

    private static func number(_ setting: Setting, _ text: String) -> String {
        if case .number = setting.kind { return grouped(Int(text) ?? 0, isPort: setting.key == "port") }
        if case .text = setting.kind { return "`\(text)`" }
        return text
    }

    private static func type(_ setting: Setting) -> String {
        let secret = setting.isSecret ? ", secret" : ""
        switch setting.kind {
        case .text(_, let words): return words + secret
        case .list(_, let words): return words + ", with commas or as a list" + secret
        case .choice(_, let choices): return choices.joined(separator: ", ")
        case .flag: return "true, false"
        case .number(_, let range, let unit):
            let isPort = setting.key == "port"
            let bounds = "\(grouped(range.lowerBound, isPort: isPort)) to \(grouped(range.upperBound, isPort: isPort))"
            return unit == .none ? bounds : "\(unit.rawValue), \(bounds)"
        }
    }

    /// 1 048 576; a port is a name and stays as it is.
    private static func grouped(_ value: Int, isPort: Bool) -> String {
        guard !isPort, value >= 1_000 else { return "\(value)" }
        let tail = String(value % 1_000)
        return grouped(value / 1_000, isPort: false) + " " + String(repeating: "0", count: 3 - tail.count) + tail
    }

    /// All defaults that say something.
    static var example: String {
        let lines = Settings.table.compactMap { setting -> String? in
            let text = setting.text(in: Settings())
            switch setting.kind {
            case .text, .choice: return text.isEmpty ? nil : "\"\(setting.key)\": \"\(text)\""
            case .list: return text.isEmpty ? "\"\(setting.key)\": []" : nil
            case .number, .flag: return "\"\(setting.key)\": \(text)"
            }
        }
        return "{\n  " + (["\"$schema\": \"consilium.schema.json\""] + lines).joined(separator: ",\n  ") + "\n}\n"
    }

    static var schema: String {
        let properties = Settings.table.flatMap { setting -> [String] in
            let file = setting.fileKey.map {
                "\"\($0)\": { \"type\": \"string\", \"minLength\": 1, \"description\": \"a file that holds \(setting.key)\" }"
            }
            return ["\"\(setting.key)\": { \(members(setting)) }"] + [file].compactMap { $0 }
        }
        return """
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "$id": "consilium.schema.json",
              "title": "Settings of consilium serve",
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "$schema": { "type": "string" },
                \(properties.joined(separator: ",\n    "))
              }
            }

            """
    }

    private static func members(_ setting: Setting) -> String {
        let standard = setting.text(in: Settings())
        var members: [String] = []
        switch setting.kind {
        case .text:
            members = ["\"type\": \"string\""]
            if !standard.isEmpty { members.append("\"minLength\": 1, \"default\": \"\(standard)\"") }
        case .choice(_, let choices):
            let words = choices.map { "\"\($0)\"" }.joined(separator: ", ")
            members = ["\"enum\": [\(words)], \"default\": \"\(standard)\""]
        case .number(_, let range, _):
            members = [
                "\"type\": \"integer\", \"minimum\": \(range.lowerBound), \"maximum\": \(range.upperBound), \"default\": \(standard)"
            ]
        case .flag: members = ["\"type\": \"boolean\", \"default\": \(standard)"]
        case .list:
            members = [
                #""anyOf": [ { "type": "string" }, { "type": "array", "items": { "type": "string", "minLength": 1 } } ]"#
            ]
        }
        if setting.isSecret { members.append("\"writeOnly\": true") }
        var said = setting.meaning.replacingOccurrences(of: "\"", with: "\\\"")
        switch setting.kind {
        case .text(_, let words), .list(_, let words): said = "\(words); \(said)"
        case .number(_, _, let unit) where unit != .none: said = "\(unit.rawValue); \(said)"
        case .choice, .flag, .number: break
        }
        members.append("\"description\": \"\(said)\"")
        return members.joined(separator: ", ")
    }
}
