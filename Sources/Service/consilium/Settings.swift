import FoundationEssentials
import HTTPServer
import HTTPWire
import JSONText
import KnowledgeStore

/// A configuration that cannot be used, with every fault.
struct ConfigurationError: Error {
    let sentences: [String]
}

/// Every setting with its default. Precedence: flag, environment, file, default. Times are in seconds, sizes in bytes.
struct Settings {
    var host = "127.0.0.1"
    var port = 8080
    var knowledge = ""
    var localKnowledge = ""
    var releases = ""
    var loops = 0
    var maximumConnections = 10_000
    var maximumConnectionsPerAddress = 0
    var maximumBodySize = 262_144
    var maximumHeldSize = 67_108_864
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
    var corsOrigins: [String] = []
    var corsPrivateNetwork = false
    var rateLimit = 0
    var accessLog = true
    var metrics = false
    var logLevel = "info"

    /// A setting: its name in the file, and where and how it is kept. The environment has it as
    /// `CONSILIUM_MAXIMUM_BODY_SIZE`.
    struct Definition {
        enum Kind {
            case text(WritableKeyPath<Settings, String>)
            case choice(WritableKeyPath<Settings, String>, [String])
            case number(WritableKeyPath<Settings, Int>, ClosedRange<Int>)
            case flag(WritableKeyPath<Settings, Bool>)
            /// A list of texts in the file, or one text with commas.
            case list(WritableKeyPath<Settings, [String]>)
        }

        let name: String
        let kind: Kind

        /// `maximumBodySize` → `CONSILIUM_MAXIMUM_BODY_SIZE`, `tlsClientCA` → `CONSILIUM_TLS_CLIENT_CA`.
        var variable: String {
            var words = ""
            var wasUpper = true
            for character in name {
                if character.isUppercase && !wasUpper { words.append("_") }
                wasUpper = character.isUppercase
                words += character.uppercased()
            }
            return "CONSILIUM_" + words
        }
    }

    /// All settings, in the order of `Config/README.md`.
    static var definitions: [Definition] {
        [
            .init(name: "host", kind: .text(\.host)),
            .init(name: "port", kind: .number(\.port, 0...65_535)),
            .init(name: "knowledge", kind: .text(\.knowledge)),
            .init(name: "localKnowledge", kind: .text(\.localKnowledge)),
            .init(name: "releases", kind: .text(\.releases)),
            .init(name: "loops", kind: .number(\.loops, 0...256)),
            .init(name: "maximumConnections", kind: .number(\.maximumConnections, 1...1_000_000)),
            .init(name: "maximumConnectionsPerAddress", kind: .number(\.maximumConnectionsPerAddress, 0...1_000_000)),
            .init(name: "maximumBodySize", kind: .number(\.maximumBodySize, 1_024...16_777_216)),
            .init(name: "maximumHeldSize", kind: .number(\.maximumHeldSize, 1_048_576...17_179_869_184)),
            .init(name: "handshakeTimeout", kind: .number(\.handshakeTimeout, 1...600)),
            .init(name: "headTimeout", kind: .number(\.headTimeout, 1...600)),
            .init(name: "bodyTimeout", kind: .number(\.bodyTimeout, 1...3_600)),
            .init(name: "idleTimeout", kind: .number(\.idleTimeout, 1...3_600)),
            .init(name: "writeTimeout", kind: .number(\.writeTimeout, 1...3_600)),
            .init(name: "drainDelay", kind: .number(\.drainDelay, 0...600)),
            .init(name: "shutdownTimeout", kind: .number(\.shutdownTimeout, 1...600)),
            .init(name: "tlsCertificate", kind: .list(\.tlsCertificate)),
            .init(name: "tlsKey", kind: .list(\.tlsKey)),
            .init(name: "tlsClientCA", kind: .text(\.tlsClientCA)),
            .init(
                name: "tlsClientCertificates",
                kind: .choice(\.tlsClientCertificates, ["none", "requested", "required"])),
            .init(name: "tlsTicketRotation", kind: .number(\.tlsTicketRotation, 60...604_800)),
            .init(name: "compression", kind: .flag(\.compression)),
            .init(name: "compressionMinimumSize", kind: .number(\.compressionMinimumSize, 0...1_048_576)),
            .init(name: "corsOrigins", kind: .list(\.corsOrigins)),
            .init(name: "corsPrivateNetwork", kind: .flag(\.corsPrivateNetwork)),
            .init(name: "rateLimit", kind: .number(\.rateLimit, 0...10_000_000)),
            .init(name: "metrics", kind: .flag(\.metrics)),
            .init(name: "accessLog", kind: .flag(\.accessLog)),
            .init(name: "logLevel", kind: .choice(\.logLevel, ["debug", "info", "notice", "warning", "error"])),
        ]
    }

    /// Reads the file, where there is one, and the environment.
    /// - Throws: `ConfigurationError` with every fault.
    static func load(file: String?, environment: [String: String]) throws(ConfigurationError) -> Settings {
        var settings = Settings()
        var faults: [String] = []
        let path = file ?? "Config/consilium.json"
        if let data = FileManager.default.contents(atPath: path) {
            settings.read([UInt8](data), path, &faults)
        } else if file != nil {
            faults.append("the configuration file `\(path)` cannot be read")
        }
        for definition in definitions {
            guard let text = environment[definition.variable] else { continue }
            settings.set(definition, [text], isList: false, source: definition.variable, &faults)
        }
        if faults.isEmpty { settings.check(&faults) }
        if !faults.isEmpty { throw ConfigurationError(sentences: faults) }
        return settings
    }

    private mutating func read(_ bytes: [UInt8], _ path: String, _ faults: inout [String]) {
        let value: JSONValue
        do {
            value = try JSONReader().read(bytes)
        } catch {
            faults.append("\(path): \(error.sentence)")
            return
        }
        guard case .object(let members) = value else {
            faults.append("\(path): the configuration is an object, found \(value.kind)")
            return
        }
        let definitions = Self.definitions
        for member in members {
            guard let definition = definitions.first(where: { $0.name == member.name }) else {
                let hint =
                    Suggestion.nearest(to: member.name, among: definitions.map(\.name)).map {
                        "; did you mean `\($0)`?"
                    }
                    ?? ""
                faults.append("\(path): unknown setting `\(member.name)`\(hint)")
                continue
            }
            switch member.value {
            case .string(let text): set(definition, [text], isList: false, source: path, &faults)
            case .number(let number) where Int(exactly: number) != nil:
                set(definition, ["\(Int(exactly: number) ?? 0)"], isList: false, source: path, &faults)
            case .bool(let flag): set(definition, ["\(flag)"], isList: false, source: path, &faults)
            case .array(let elements):
                guard case .list = definition.kind else {
                    faults.append("\(path): the setting `\(member.name)` cannot be a list")
                    continue
                }
                let texts = elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
                guard texts.count == elements.count else {
                    faults.append("\(path): the setting `\(member.name)` is a list of texts")
                    continue
                }
                set(definition, texts, isList: true, source: path, &faults)
            default: faults.append("\(path): the setting `\(member.name)` cannot be \(member.value.kind)")
            }
        }
    }

    /// Sets one value from text.
    private mutating func set(
        _ definition: Definition, _ texts: [String], isList: Bool, source: String, _ faults: inout [String]
    ) {
        let name = definition.name
        if case .list(let path) = definition.kind {
            self[keyPath: path] = isList ? texts : texts[0].split(separator: ",").map { String($0) }
            return
        }
        guard let text = texts.first else { return }
        switch definition.kind {
        case .list: break
        case .text(let path): self[keyPath: path] = text
        case .choice(let path, let choices):
            guard choices.contains(text) else {
                return faults.append(
                    "\(source): `\(name)` must be \(choices.dropLast().joined(separator: ", ")) or \(choices.last ?? "")"
                )
            }
            self[keyPath: path] = text
        case .number(let path, let range):
            guard let value = Int(text), range.contains(value) else {
                return faults.append(
                    "\(source): `\(name)` must be a number from \(range.lowerBound) to \(range.upperBound)")
            }
            self[keyPath: path] = value
        case .flag(let path):
            guard text == "true" || text == "false" else {
                return faults.append("\(source): `\(name)` must be true or false")
            }
            self[keyPath: path] = text == "true"
        }
    }

    /// Settings that must fit each other.
    func check(_ faults: inout [String]) {
        if tlsCertificate.count != tlsKey.count {
            faults.append(
                "`tlsCertificate` and `tlsKey` go in pairs: \(tlsCertificate.count) and \(tlsKey.count) are given")
        }
        if tlsClientCertificates != "none" && (tlsClientCA.isEmpty || tlsCertificate.isEmpty) {
            faults.append("`tlsClientCertificates` needs `tlsClientCA`, `tlsCertificate` and `tlsKey`")
        }
        for origin in corsOrigins where origin != "*" && !Self.isOrigin(origin) {
            faults.append("`corsOrigins`: `\(origin)` is no origin; write `https://host` without a path, or `*`")
        }
    }

    private static func isOrigin(_ text: String) -> Bool {
        guard let range = ["https://", "http://"].first(where: text.hasPrefix).map({ text.dropFirst($0.count) }) else {
            return false
        }
        return !range.isEmpty && !range.contains { "/?# @\\".contains($0) } && range.lowercased() == range
    }

    /// Whether the port speaks TLS.
    var isSecure: Bool { !tlsCertificate.isEmpty }

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
}
