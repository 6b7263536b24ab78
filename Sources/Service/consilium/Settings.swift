import FoundationEssentials
import HTTPServer
import HTTPWire
import JSONText
import KnowledgeStore

/// A configuration that cannot be used, with every fault.
struct ConfigurationError: Error {
    let sentences: [String]
}

/// Every setting with its default. Precedence: flag, environment, file, default.
struct Settings {
    var host = "127.0.0.1"
    var port = 8080
    var knowledge: String?
    var loops = 0
    var maximumConnections = 10_000
    var maximumBodySize = 262_144
    var drainDelay = 0
    var shutdownTimeout = 25
    var accessLog = true
    var logLevel = "info"

    /// The names of the settings in the file; the environment has them as `CONSILIUM_MAXIMUM_BODY_SIZE`.
    static let names = [
        "host", "port", "knowledge", "loops", "maximumConnections", "maximumBodySize", "drainDelay", "shutdownTimeout",
        "accessLog", "logLevel",
    ]

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
        for name in names {
            guard let text = environment[variable(name)] else { continue }
            settings.set(name, text: text, source: variable(name), &faults)
        }
        if !faults.isEmpty { throw ConfigurationError(sentences: faults) }
        return settings
    }

    /// `maximumBodySize` → `CONSILIUM_MAXIMUM_BODY_SIZE`.
    static func variable(_ name: String) -> String {
        "CONSILIUM_" + name.map { $0.isUppercase ? "_\($0)" : $0.uppercased() }.joined()
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
        for member in members {
            guard Self.names.contains(member.name) else {
                let hint =
                    Suggestion.nearest(to: member.name, among: Self.names).map { "; did you mean `\($0)`?" } ?? ""
                faults.append("\(path): unknown setting `\(member.name)`\(hint)")
                continue
            }
            switch member.value {
            case .string(let text): set(member.name, text: text, source: path, &faults)
            case .number(let number) where Int(exactly: number) != nil:
                set(member.name, text: "\(Int(exactly: number) ?? 0)", source: path, &faults)
            case .bool(let flag): set(member.name, text: "\(flag)", source: path, &faults)
            default: faults.append("\(path): the setting `\(member.name)` cannot be \(member.value.kind)")
            }
        }
    }

    /// Sets one value from text.
    mutating func set(_ name: String, text: String, source: String, _ faults: inout [String]) {
        func number(_ range: ClosedRange<Int>) -> Int? {
            guard let value = Int(text), range.contains(value) else {
                faults.append(
                    "\(source): `\(name)` must be a number from \(range.lowerBound) to \(range.upperBound)")
                return nil
            }
            return value
        }
        switch name {
        case "host": host = text
        case "port": port = number(0...65_535) ?? port
        case "knowledge": knowledge = text
        case "loops": loops = number(0...256) ?? loops
        case "maximumConnections": maximumConnections = number(1...1_000_000) ?? maximumConnections
        case "maximumBodySize": maximumBodySize = number(1_024...16_777_216) ?? maximumBodySize
        case "drainDelay": drainDelay = number(0...600) ?? drainDelay
        case "shutdownTimeout": shutdownTimeout = number(1...600) ?? shutdownTimeout
        case "accessLog":
            guard text == "true" || text == "false" else {
                return faults.append("\(source): `accessLog` must be true or false")
            }
            accessLog = text == "true"
        case "logLevel":
            guard ["debug", "info", "notice", "warning", "error"].contains(text) else {
                return faults.append("\(source): `logLevel` must be debug, info, notice, warning or error")
            }
            logLevel = text
        default: break
        }
    }

    /// The server's part of the settings.
    var server: ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.host = host
        configuration.port = port
        configuration.loops = loops
        configuration.maximumConnections = maximumConnections
        configuration.limits.body = maximumBodySize
        configuration.logsAccess = accessLog
        return configuration
    }
}
