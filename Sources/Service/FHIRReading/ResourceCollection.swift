import JSONText

/// The resources of what was sent: bundles opened, each resource once.
struct ResourceCollection {
    /// The resources to read, in the order in which they came.
    private(set) var resources: [FHIRResource] = []
    /// Resources by `Type/id`, by the full url of their entry and, within their container, by `#id`.
    private(set) var places: [String: Int] = [:]
    /// Where data came in part.
    private(set) var incomplete: [String] = []
    /// What has not the form of a resource, by where it stands.
    private(set) var malformed: [String] = []
    private var seen: Set<String> = []

    /// More resources than these are not read; that they were sent is said.
    static let mostResources = 4_000
    /// A bundle within a bundle within a bundle is as deep as it goes.
    private static let deepestBundle = 3

    /// Takes a resource or bundle. `place` names it for whoever sent it.
    mutating func add(_ value: JSONValue, place: String, depth: Int = 0, fullURL: String? = nil) {
        guard let resource = FHIRResource(value) else {
            if malformed.count < 20 { malformed.append(place) }
            return
        }
        if resource.type == "Bundle" { return open(value, place, depth) }
        guard resources.count < Self.mostResources else { return say(place) }
        if let id = resource.id {
            guard seen.insert("\(resource.type)/\(id)").inserted else { return }
            places["\(resource.type)/\(id)"] = resources.count
        }
        if let fullURL { places[fullURL] = resources.count }
        resources.append(resource)
        for inner in value["contained"].elements.prefix(64) {
            guard let contained = FHIRResource(inner, container: value), contained.type == "Observation",
                resources.count < Self.mostResources
            else { continue }
            resources.append(contained)
        }
    }

    private mutating func open(_ bundle: JSONValue, _ place: String, _ depth: Int) {
        guard depth < Self.deepestBundle else { return say(place) }
        if bundle["link"].elements.contains(where: { $0["relation"]?.text == "next" }) { say(place) }
        for entry in bundle["entry"].elements {
            // A searchset may carry what was included and messages of the search: messages are no data.
            if entry["search"]?["mode"]?.text == "outcome" { continue }
            guard let resource = entry["resource"] else { continue }
            let url = entry["fullUrl"]?.text
            add(resource, place: place, depth: depth + 1, fullURL: url)
        }
    }

    private mutating func say(_ place: String) {
        if !incomplete.contains(place) && incomplete.count < 32 { incomplete.append(place) }
    }

    /// What a reference leads to: `#id` within the resource, or `Type/id` or a full url among what was sent.
    func target(of reference: String, in resource: FHIRResource) -> JSONValue? {
        if reference.hasPrefix("#") {
            let id = String(reference.dropFirst())
            return (resource.container ?? resource.value)["contained"].elements.first { $0["id"]?.text == id }
        }
        if let place = places[reference] { return resources[place].value }
        let parts = reference.split(separator: "/")
        guard parts.count > 2 else { return nil }
        return places["\(parts[parts.count - 2])/\(parts[parts.count - 1])"].map { resources[$0].value }
    }
}
