import JSONText

/// A resource as it was sent.
struct FHIRResource {
    let type: String
    let id: String?
    let value: JSONValue
    /// The resource it stands in, for a contained one.
    let container: JSONValue?

    /// A resource; nil where the value is none.
    init?(_ value: JSONValue, container: JSONValue? = nil) {
        guard let type = value["resourceType"]?.text, FHIRToken.isName(type) else { return nil }
        self.type = type
        self.value = value
        self.container = container
        id = value["id"]?.text.flatMap { FHIRToken.isID($0) ? $0 : nil }
    }

    func source(_ path: String) -> FHIRSource {
        FHIRSource(resourceType: type, id: id, path: path.isEmpty ? type : "\(type).\(path)")
    }

    /// The code of `status`.
    var status: String { value["status"]?.text ?? "" }

    /// The id that a reference to a patient names; nil where there is none.
    var patientID: String? {
        for name in ["subject", "patient"] {
            guard let reference = value[name]?["reference"]?.text else { continue }
            return reference
        }
        return container?["subject"]?["reference"]?.text
    }

    /// Whether it has extensions that change its meaning (FHIR R4 §2.4.0.2: who does not know them must not process it).
    var hasModifierExtension: Bool { !value["modifierExtension"].elements.isEmpty }

    /// The first of these elements that holds a date: `effectiveDateTime`, `effectivePeriod`, `issued` and so on.
    func date(_ names: String..., end: Bool = false) -> FHIRDate? {
        for name in names {
            guard let element = value[name] else { continue }
            if let text = element.text { if let date = FHIRDate(text) { return date } else { continue } }
            let preferred = end ? ["end", "start"] : ["start", "end"]
            for member in preferred {
                if let text = element[member]?.text, let date = FHIRDate(text) { return date }
            }
        }
        return nil
    }
}

/// A coding: a code with its system.
struct FHIRCoding {
    let system: String
    let code: String
    let display: String?
}

/// Forms of FHIR's primitive types; what does not have them is never repeated.
enum FHIRToken {
    /// FHIR R4 `id`: 1 to 64 letters, digits, `-` and `.`.
    static func isID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E }
    }

    /// A type's name: letters alone.
    static func isName(_ text: String) -> Bool {
        (1...40).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
    }

    /// A code that may be repeated: short, without spaces, of the characters that code systems use. A name is none.
    static func isCode(_ text: String) -> Bool {
        (1...24).contains(text.utf8.count) && text.utf8.contains { (0x30...0x39).contains($0) }
            && text.utf8.allSatisfy { isAlphanumeric($0) || [0x2D, 0x2E, 0x2F].contains($0) }
    }

    /// A system that may be repeated: a url or urn of modest length.
    static func isSystem(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count) && (text.hasPrefix("http") || text.hasPrefix("urn:"))
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x3C && $0 != 0x3E }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}

extension JSONValue {
    var text: String? { if case .string(let text) = self { text } else { nil } }
    var number: Double? { if case .number(let number) = self { number } else { nil } }
    var flag: Bool? { if case .bool(let flag) = self { flag } else { nil } }

    /// The codings of a CodeableConcept, at most 32.
    var codings: [FHIRCoding] {
        self["coding"].elements.prefix(32).compactMap { coding in
            guard let system = coding["system"]?.text, let code = coding["code"]?.text else { return nil }
            return FHIRCoding(system: system, code: code, display: coding["display"]?.text)
        }
    }

    /// The codes of a CodeableConcept's codings, whatever their system; for the small code lists of FHIR itself.
    var codes: [String] { self["coding"].elements.prefix(32).compactMap { $0["code"]?.text } }
}

extension JSONValue? {
    /// The elements of a list; none where this is no list.
    var elements: [JSONValue] { if case .array(let elements)? = self { elements } else { [] } }
}
