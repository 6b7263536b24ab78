import FHIRReading
import HTTPWire
import JSONText

/// The body of a call of a CDS service, checked; every fault is told at once. Members that are not known are passed over, as
/// CDS Hooks asks. What would let a call be made back (`fhirAuthorization`) is checked for its form and forgotten.
struct CDSRequest {
    let hook: String
    let hookInstance: String
    let patientID: String
    /// What was prefetched, by key, in the order of the templates; a key that was not run is not there.
    let prefetched: [(key: String, value: JSONValue)]
    /// The optional keys for which there is no data because the client did not send it, or could not.
    let missing: [String]
    /// The drafted orders of an order hook.
    let draftOrders: [JSONValue]
    /// Which of them were just chosen; nil: all count.
    let selections: Set<String>?

    /// Reads a body.
    /// - Throws: 400 with every fault of the form; 412 naming the keys that are needed and not there.
    init(_ bytes: [UInt8], for service: CDSService) throws(OperationOutcome) {
        let body: JSONValue
        do {
            body = try JSONReader().read(bytes)
        } catch {
            throw OperationOutcome(400, "structure", error.sentence)
        }
        guard case .object = body else {
            throw OperationOutcome(400, "structure", "the body is an object, found \(body.kind)")
        }
        var check = Check()
        hook = check.hook(body, service)
        hookInstance = check.uuid(body)
        check.authorization(body)
        let context = check.object(body, "context", isNeeded: true)
        check.userID(context)
        patientID = check.id(context, "patientId", at: "context.patientId")
        if context?["encounterId"] != nil { _ = check.id(context, "encounterId", at: "context.encounterId") }
        draftOrders = hook == "patient-view" ? [] : check.draftOrders(context)
        selections = hook == "order-select" ? check.selections(context, draftOrders) : nil
        let prefetch = check.object(body, "prefetch", isNeeded: false)
        guard check.issues.isEmpty else { throw OperationOutcome(400, check.issues) }
        (prefetched, missing) = try Self.prefetched(prefetch, service, patientID)
    }

    /// The data of the keys. A needed key that is absent or failed is 412; null means that the client asked and there is
    /// nothing, which for a patient cannot be.
    private static func prefetched(
        _ prefetch: JSONValue?, _ service: CDSService, _ patientID: String
    ) throws(OperationOutcome) -> (values: [(key: String, value: JSONValue)], missing: [String]) {
        var values: [(key: String, value: JSONValue)] = []
        var missing: [String] = []
        var issues: [OperationOutcome.Issue] = []
        for template in service.prefetch {
            let key = template.key
            guard let value = prefetch?[key] else {
                if template.isNeeded { issues.append(needed(key, "was not sent")) } else { missing.append(key) }
                continue
            }
            switch (value, value["resourceType"]) {
            case (.null, _):
                if key == "patient" { issues.append(needed(key, "holds nothing")) }
            case (.object, .string("OperationOutcome")?):
                if template.isNeeded {
                    issues.append(needed(key, "holds an OperationOutcome"))
                } else {
                    missing.append(key)
                }
            case (.object, .string(let type)?):
                if key == "patient" && type != "Patient" {
                    issues.append(needed(key, "holds no Patient"))
                } else if key == "patient", value["id"] != .string(patientID) {
                    issues.append(needed(key, "holds another patient than context.patientId"))
                } else {
                    values.append((key, value))
                }
            default:
                issues.append(needed(key, "holds no resource"))
            }
        }
        guard issues.isEmpty else { throw OperationOutcome(412, issues) }
        return (values, missing)
    }

    private static func needed(_ key: String, _ what: String) -> OperationOutcome.Issue {
        OperationOutcome.Issue(
            code: "required", text: "the prefetch key `\(key)` is needed and \(what)", expression: "prefetch.\(key)")
    }
}

/// The faults of a body so far.
private struct Check {
    var issues: [OperationOutcome.Issue] = []

    private mutating func fault(_ code: String, _ text: String, _ expression: String) {
        issues.append(.init(code: code, text: text, expression: expression))
    }

    private mutating func string(_ value: JSONValue?, _ place: String) -> String? {
        guard let value else {
            fault("required", "`\(place)` is missing", place)
            return nil
        }
        guard case .string(let text) = value, !text.isEmpty else {
            fault("value", "`\(place)` is a string that is not empty", place)
            return nil
        }
        return text
    }

    mutating func object(_ value: JSONValue, _ name: String, isNeeded: Bool) -> JSONValue? {
        guard let member = value[name] else {
            if isNeeded { fault("required", "`\(name)` is missing", name) }
            return nil
        }
        guard case .object = member else {
            fault("value", "`\(name)` is an object", name)
            return nil
        }
        return member
    }

    mutating func hook(_ body: JSONValue, _ service: CDSService) -> String {
        guard let hook = string(body["hook"], "hook") else { return "" }
        if !service.hooks.contains(hook) {
            fault(
                "not-supported",
                "`\(service.id)` answers \(service.hooks.joined(separator: " and ")), not `\(RecommendRequest.short(hook))`",
                "hook")
        }
        return hook
    }

    mutating func uuid(_ body: JSONValue) -> String {
        guard let text = string(body["hookInstance"], "hookInstance") else { return "" }
        if !UUIDText.isUUID(text) { fault("value", "`hookInstance` is a UUID", "hookInstance") }
        return text.lowercased()
    }

    /// Invariant cds-r-1: an authorization needs the server it is for. Nothing of either is kept.
    mutating func authorization(_ body: JSONValue) {
        if let server = body["fhirServer"] {
            if case .string(let url) = server, url.hasPrefix("https://") || url.hasPrefix("http://") {
            } else {
                fault("value", "`fhirServer` is a URL", "fhirServer")
            }
        }
        guard let authorization = object(body, "fhirAuthorization", isNeeded: false) else { return }
        if body["fhirServer"] == nil {
            fault("required", "`fhirServer` is missing beside `fhirAuthorization`", "fhirServer")
        }
        for name in ["access_token", "scope", "subject"] {
            _ = string(authorization[name], "fhirAuthorization.\(name)")
        }
        if authorization["token_type"] != .string("Bearer") {
            fault("value", "`fhirAuthorization.token_type` is `Bearer`", "fhirAuthorization.token_type")
        }
        if case .number(let seconds)? = authorization["expires_in"], Int(exactly: seconds) != nil {
        } else {
            fault("value", "`fhirAuthorization.expires_in` is a whole number", "fhirAuthorization.expires_in")
        }
    }

    private static let users = ["Practitioner", "PractitionerRole", "Patient", "RelatedPerson"]

    mutating func userID(_ context: JSONValue?) {
        guard let context, let user = string(context["userId"], "context.userId") else { return }
        let parts = user.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count != 2 || !Self.users.contains(parts[0]) || !UUIDText.isFHIRID(parts[1]) {
            fault(
                "value", "`context.userId` is one of \(Self.users.joined(separator: ", ")) with an id", "context.userId"
            )
        }
    }

    mutating func id(_ context: JSONValue?, _ name: String, at place: String) -> String {
        guard let context, let id = string(context[name], place) else { return "" }
        if !UUIDText.isFHIRID(id) { fault("value", "`\(place)` is an id without its type", place) }
        return id
    }

    mutating func draftOrders(_ context: JSONValue?) -> [JSONValue] {
        guard let context else { return [] }
        guard let bundle = context["draftOrders"] else {
            fault("required", "`context.draftOrders` is missing", "context.draftOrders")
            return []
        }
        guard bundle["resourceType"] == .string("Bundle") else {
            fault("value", "`context.draftOrders` is a Bundle", "context.draftOrders")
            return []
        }
        guard case .array(let entries)? = bundle["entry"] else { return [] }
        return entries.compactMap { $0["resource"] }
    }

    mutating func selections(_ context: JSONValue?, _ drafts: [JSONValue]) -> Set<String> {
        guard let context else { return [] }
        guard case .array(let elements)? = context["selections"] else {
            fault("required", "`context.selections` is a list of references", "context.selections")
            return []
        }
        let known = Set(drafts.compactMap(DraftOrder.reference))
        var chosen: Set<String> = []
        for (index, element) in elements.enumerated() {
            let place = "context.selections[\(index)]"
            guard case .string(let reference) = element else {
                fault("value", "`\(place)` is a reference", place)
                continue
            }
            if known.contains(reference) {
                chosen.insert(reference)
            } else {
                fault("not-found", "`\(place)` names no entry of `context.draftOrders`", place)
            }
        }
        return chosen
    }
}

/// Forms of ids.
enum UUIDText {
    /// Whether a text is a UUID in its usual form.
    static func isUUID(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return false }
        return bytes.enumerated().allSatisfy { place, byte in
            [8, 13, 18, 23].contains(place)
                ? byte == UInt8(ascii: "-")
                : (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
        }
    }

    /// FHIR R4 `id`.
    static func isFHIRID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
                    || $0 == 0x2E
            }
    }
}
