import FoundationEssentials
import JSONText
import KnowledgeStore

/// A configuration that cannot be used, or what it names.
struct ConfigurationError: Error {
    /// What is wrong, for the operator.
    let sentences: [String]
    /// Where exactly, a line each; such as the defects of knowledge.
    let details: [String]

    /// Every fault of the settings.
    init(sentences: [String]) {
        self.sentences = sentences
        details = []
    }
}

/// The settings in force, and where each came from.
struct EffectiveSettings {
    /// Where a value came from, the weakest first.
    enum Origin: Equatable {
        case standard
        case file(String)
        case environment(String)
        case flag(String)

        /// `default`, `Config/consilium.json`, `CONSILIUM_PORT`, `--port`.
        var words: String {
            switch self {
            case .standard: "default"
            case .file(let name), .environment(let name), .flag(let name): name
            }
        }

        /// Whether two values came from the same place, so that neither goes before the other.
        func isBeside(_ other: Origin) -> Bool {
            switch (self, other) {
            case (.file, .file), (.environment, .environment), (.flag, .flag): true
            default: false
            }
        }
    }

    /// The values.
    var values = Settings()
    /// Where those that are no defaults came from, by key.
    var origins: [String: Origin] = [:]

    /// Where the value of a setting came from.
    func origin(of key: String) -> Origin { origins[key] ?? .standard }

    /// The settings that a reload cannot take and that these have otherwise than the others.
    func needingRestart(to become: EffectiveSettings) -> [Setting] {
        Settings.table.filter { !$0.isReloadable && $0.text(in: values) != $0.text(in: become.values) }
    }

    /// The settings as JSON: each with its value, a secret masked, and where it came from.
    var json: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        for setting in Settings.table {
            json.object(setting.key) { member in
                let text = setting.text(in: values)
                switch setting.kind {
                case _ where setting.isSecret: member.member("value", text.isEmpty ? "" : "********")
                case .number(let path, _, _): member.member("value", values[keyPath: path])
                case .flag(let path): member.member("value", values[keyPath: path])
                case .list(let path, _):
                    member.key("value")
                    member.beginArray()
                    for element in values[keyPath: path] { member.string(element) }
                    member.endArray()
                case .text, .choice: member.member("value", text)
                }
                member.member("from", origin(of: setting.key).words)
            }
        }
        json.endObject()
        return json.bytes
    }
}

/// Reads the settings from file, environment and flags, and finds every fault of them at once.
struct SettingsReader {
    /// The configuration file; nil: `Config/consilium.json` in the working folder, where it exists.
    let file: String?
    /// The environment of the process.
    let environment: [String: String]
    /// What the flags set, in the order given: the key, how the flag is written, the texts.
    let flags: [(key: String, flag: String, texts: [String])]

    /// A file that is read where no other is named.
    static let standardFile = "Config/consilium.json"

    /// The settings in force now.
    /// - Throws: `ConfigurationError` with every fault.
    func read() throws(ConfigurationError) -> EffectiveSettings {
        var settings = EffectiveSettings()
        var faults: [String] = []
        let path = file ?? Self.standardFile
        if let data = FileManager.default.contents(atPath: path) {
            readFile([UInt8](data), path, &settings, &faults)
        } else if file != nil {
            faults.append("the configuration file `\(path)` cannot be read")
        }
        readEnvironment(&settings, &faults)
        for (key, flag, texts) in flags { set(key, texts, .flag(flag), &settings, &faults) }
        if faults.isEmpty { faults = settings.values.conflicts }
        if !faults.isEmpty { throw ConfigurationError(sentences: faults) }
        return settings
    }

    // MARK: - File

    private func readFile(
        _ bytes: [UInt8], _ path: String, _ settings: inout EffectiveSettings, _ faults: inout [String]
    ) {
        let value: JSONValue
        do {
            value = try JSONReader().read(bytes)
        } catch {
            return faults.append("\(path): \(error.sentence)")
        }
        guard case .object(let members) = value else {
            return faults.append("\(path): the configuration is an object, found \(value.kind)")
        }
        // `$schema` is for editors.
        for member in members where member.name != "$schema" {
            guard let setting = Self.named(member.name) else {
                faults.append("\(path): unknown setting `\(member.name)`\(Self.hint(member.name, Self.keys))")
                continue
            }
            guard let texts = Self.texts(member.value, setting, member.name, path, &faults) else { continue }
            let areElements = if case .array = member.value { true } else { false }
            set(member.name, texts, areElements: areElements, .file(path), &settings, &faults)
        }
    }

    /// The texts of a value; nil, with a fault, for a value of another type than the setting's.
    private static func texts(
        _ value: JSONValue, _ setting: Setting, _ name: String, _ path: String, _ faults: inout [String]
    ) -> [String]? {
        switch (value, setting.kind) {
        case (.string(let text), .text), (.string(let text), .choice), (.string(let text), .list): return [text]
        case (.number(let number), .number):
            // A fraction or a number beyond Int is out of every range, and is told so by its bounds.
            return [Int(exactly: number).map { "\($0)" } ?? "-"]
        case (.bool(let flag), .flag): return ["\(flag)"]
        case (.array(let elements), .list):
            let texts = elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
            if texts.count == elements.count { return texts }
            faults.append("\(path): the setting `\(name)` is a list of texts")
        default: faults.append("\(path): the setting `\(name)` cannot be \(value.kind)")
        }
        return nil
    }

    // MARK: - Environment

    private func readEnvironment(_ settings: inout EffectiveSettings, _ faults: inout [String]) {
        for (variable, text) in environment.sorted(by: { $0.key < $1.key }) where variable.hasPrefix("CONSILIUM_") {
            if Self.isServiceLink(variable, text) {
                faults.append(
                    "\(variable) is what Kubernetes sets for a Service named `consilium`; "
                        + "put `enableServiceLinks: false` into the pod")
                continue
            }
            guard let key = Self.keys.first(where: { Setting.variable(of: $0) == variable }) else {
                let hint = Self.hint(variable, Self.keys.map(Setting.variable(of:)))
                faults.append("unknown environment variable `\(variable)`\(hint)")
                continue
            }
            set(key, [text], .environment(variable), &settings, &faults)
        }
    }

    /// Kubernetes gives every pod the addresses of the Services of its namespace as `NAME_PORT=tcp://…` and the like.
    private static func isServiceLink(_ variable: String, _ text: String) -> Bool {
        variable.hasPrefix("CONSILIUM_SERVICE_") || variable.hasPrefix("CONSILIUM_PORT_")
            || variable == "CONSILIUM_PORT" && text.contains("://")
    }

    // MARK: - One value

    private func set(
        _ key: String, _ texts: [String], areElements: Bool = false, _ origin: EffectiveSettings.Origin,
        _ settings: inout EffectiveSettings, _ faults: inout [String]
    ) {
        guard let setting = Self.named(key) else {
            return faults.append("\(origin.words): unknown setting `\(key)`\(Self.hint(key, Self.keys))")
        }
        if setting.isSecret && settings.origin(of: setting.key).isBeside(origin) {
            return faults.append("\(origin.words): `\(setting.key)` and `\(setting.key)File` are both given")
        }
        var texts = texts
        if key == setting.fileKey {
            guard let secret = Self.secret(texts.first ?? "") else {
                return faults.append("\(origin.words): `\(key)`: the file `\(texts.first ?? "")` cannot be read")
            }
            texts = [secret]
        }
        if let fault = setting.put(texts, areElements: areElements, into: &settings.values) {
            faults.append("\(origin.words): `\(setting.key)` \(fault)")
        }
        settings.origins[setting.key] = origin
    }

    /// What a file of a secret holds, without the line feed that editors and `echo` put behind it.
    private static func secret(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path), data.count <= 65_536 else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        return text.hasSuffix("\r\n") ? String(text.dropLast()) : text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    /// Every name that may stand in a file: the keys, and those of the files of secrets.
    private static var keys: [String] { Settings.table.flatMap { [$0.key] + [$0.fileKey].compactMap { $0 } } }

    private static func named(_ key: String) -> Setting? { Settings.table.first { $0.key == key || $0.fileKey == key } }

    private static func hint(_ name: String, _ known: [String]) -> String {
        Suggestion.nearest(to: name, among: known).map { "; did you mean `\($0)`?" } ?? ""
    }
}
