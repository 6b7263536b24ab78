/// What a client may ask for.
public struct Scope: OptionSet, Sendable, Hashable {
    /// The bits.
    public let rawValue: UInt8

    /// Scopes of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Recommendations, in every form but those of the two standards.
    public static let recommend = Scope(rawValue: 1)
    /// What the knowledge says: drugs, references, topics, releases.
    public static let reference = Scope(rawValue: 2)
    /// CDS Hooks.
    public static let cds = Scope(rawValue: 4)
    /// FHIR.
    public static let fhir = Scope(rawValue: 8)
    /// Figures of the process.
    public static let admin = Scope(rawValue: 16)

    /// Each with its name in files.
    static let names: [(name: String, scope: Scope)] = [
        ("recommend", .recommend), ("reference", .reference), ("cds", .cds), ("fhir", .fhir), ("admin", .admin),
    ]

    /// Its name; of several the first.
    public var name: String { Self.names.first { contains($0.scope) }?.name ?? "" }

    /// What the route of this pattern needs; nil: it is open to everybody, since it tells nothing but the contract and
    /// whether the service is well. A route that is in no list needs `admin`, so that a new one is closed until somebody
    /// decides.
    public static func needed(for pattern: String) -> Scope? {
        let segments = pattern.split(separator: "/")
        switch segments.first ?? "" {
        case "", "livez", "readyz", "openapi.yaml", "openapi.json", "problems", "docs", "assets": return nil
        case "recommend", "ask": return .recommend
        case "drugs", "references", "topics", "knowledge", "terminology": return .reference
        case "cds-services": return .cds
        case "fhir": return segments.dropFirst().first == "metadata" ? nil : .fhir
        default: return .admin
        }
    }
}
