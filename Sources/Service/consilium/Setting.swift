/// One setting: what it is called, where it may be given, what it may be and what it means. `Settings.table` holds all of
/// them, and nothing else knows a name, a bound or a default: `Config/README.md`, `Config/consilium.json` and
/// `Config/consilium.schema.json` are held equal to it by a test.
struct Setting {
    /// What a value is and where it is kept.
    enum Kind {
        /// A text; the words say which ones make sense.
        case text(WritableKeyPath<Settings, String>, String)
        /// One of these words.
        case choice(WritableKeyPath<Settings, String>, [String])
        /// A whole number within bounds, in a unit.
        case number(WritableKeyPath<Settings, Int>, ClosedRange<Int>, Unit)
        /// True or false.
        case flag(WritableKeyPath<Settings, Bool>)
        /// A list of texts in the file, or one text with commas anywhere; the words say of what.
        case list(WritableKeyPath<Settings, [String]>, String)
    }

    /// What a number counts.
    enum Unit: String {
        case none = ""
        case bytes
        case seconds
        case requestsPerMinute = "requests a minute"
    }

    /// Its name in the file.
    let key: String
    /// What it may be.
    let kind: Kind
    /// Its own flag of `consilium serve`; any other is set by `--set key=value`.
    let flag: String?
    /// Whether its value is never shown; such a setting may also be read from a file, named by `<key>File`.
    let isSecret: Bool
    /// Whether a reload takes a new value; any other change in the file is refused until a restart.
    let isReloadable: Bool
    /// What it means, in Markdown on one line.
    let meaning: String

    init(
        _ key: String, _ kind: Kind, flag: String? = nil, isSecret: Bool = false, isReloadable: Bool = false,
        _ meaning: String
    ) {
        self.key = key
        self.kind = kind
        self.flag = flag
        self.isSecret = isSecret
        self.isReloadable = isReloadable
        self.meaning = meaning
    }

    /// `maximumBodySize` → `CONSILIUM_MAXIMUM_BODY_SIZE`, `tlsClientCA` → `CONSILIUM_TLS_CLIENT_CA`.
    var variable: String { Self.variable(of: key) }

    /// The name under which a secret's file is given; nil for what is no secret.
    var fileKey: String? { isSecret ? key + "File" : nil }

    /// The environment's name for a key of the file.
    static func variable(of key: String) -> String {
        var words = ""
        var wasUpper = true
        for character in key {
            if character.isUppercase && !wasUpper { words.append("_") }
            wasUpper = character.isUppercase
            words += character.uppercased()
        }
        return "CONSILIUM_" + words
    }

    // MARK: - Values as text

    /// The value in these settings as one text: a list with commas, a flag as `true` or `false`.
    func text(in settings: Settings) -> String {
        switch kind {
        case .text(let path, _), .choice(let path, _): settings[keyPath: path]
        case .number(let path, _, _): "\(settings[keyPath: path])"
        case .flag(let path): "\(settings[keyPath: path])"
        case .list(let path, _): settings[keyPath: path].joined(separator: ",")
        }
    }

    /// Puts texts into the settings: the elements of a list where they came as one, else one text.
    /// - Returns: what is wrong with them, without the name; nil where they were taken.
    func put(_ texts: [String], areElements: Bool = false, into settings: inout Settings) -> String? {
        let text = texts.first ?? ""
        switch kind {
        case .text(let path, _): settings[keyPath: path] = text
        case .list(let path, _):
            settings[keyPath: path] = areElements ? texts : text.split(separator: ",").map(String.init)
        case .choice(let path, let choices):
            guard choices.contains(text) else {
                return "must be \(choices.dropLast().joined(separator: ", ")) or \(choices.last ?? "")"
            }
            settings[keyPath: path] = text
        case .number(let path, let range, _):
            guard let value = Int(text), range.contains(value) else {
                return "must be a number from \(range.lowerBound) to \(range.upperBound)"
            }
            settings[keyPath: path] = value
        case .flag(let path):
            guard text == "true" || text == "false" else { return "must be true or false" }
            settings[keyPath: path] = text == "true"
        }
        return nil
    }
}
