import Foundation

/// Checks values against the part of JSON Schema 2020-12 that our own schemas use.
package struct SchemaChecker {
    /// The schema behind a `$ref`.
    private let resolve: (String) -> [String: Any]

    /// A checker; `resolve` gives the schema behind a `$ref`.
    package init(resolve: @escaping (String) -> [String: Any]) { self.resolve = resolve }

    /// What breaks a schema, with the place.
    package func faults(_ value: Any, _ schema: [String: Any], at place: String = "$") -> [String] {
        if let reference = schema["$ref"] as? String { return faults(value, resolve(reference), at: place) }
        var found: [String] = []
        for name in ["anyOf", "oneOf"] {
            guard let choices = schema[name] as? [[String: Any]] else { continue }
            let fitting = choices.count { faults(value, $0, at: place).isEmpty }
            if fitting == 0 || (name == "oneOf" && fitting > 1) { found.append("\(place): fits \(fitting) of \(name)") }
        }
        if let list = schema["enum"] as? [String], !(list.contains { $0 == value as? String }) {
            found.append("\(place): not in the enum")
        }
        if let constant = schema["const"] as? String, constant != value as? String {
            found.append("\(place): is not `\(constant)`")
        }
        if let pattern = schema["pattern"] as? String, let text = value as? String,
            text.range(of: pattern, options: .regularExpression) == nil
        {
            found.append("\(place): does not match \(pattern)")
        }
        found += boundFaults(value, schema, place)
        switch schema["type"] as? String {
        case "array": found += listFaults(value, schema, place)
        case "string" where (value as? String)?.isEmpty ?? true: found.append("\(place): no string, or an empty one")
        case "integer" where !(value is NSNumber), "number" where !(value is NSNumber):
            found.append("\(place): no number")
        case "boolean" where !(value is Bool): found.append("\(place): no boolean")
        case "object": found += objectFaults(value, schema, place)
        default: if schema["required"] != nil && schema["type"] == nil { found += objectFaults(value, schema, place) }
        }
        return found
    }

    /// What lies outside the bounds of a text, a number or a list.
    private func boundFaults(_ value: Any, _ schema: [String: Any], _ place: String) -> [String] {
        func bound(_ name: String) -> Double? { (schema[name] as? Int).map(Double.init) ?? schema[name] as? Double }
        let (size, names): (Double?, [String]) =
            switch (schema["type"] as? String, value) {
            case ("string", let text as String): (Double(text.unicodeScalars.count), ["minLength", "maxLength"])
            case ("array", let list as [Any]): (Double(list.count), ["minItems", "maxItems"])
            case ("object", let object as [String: Any]): (Double(object.count), ["minProperties", "maxProperties"])
            case ("number", let number as NSNumber), ("integer", let number as NSNumber):
                (number.doubleValue, ["minimum", "maximum"])
            default: (nil, [])
            }
        guard let size else { return [] }
        return names.filter { name in
            bound(name).map { name.hasPrefix("min") ? size < $0 : size > $0 } ?? false
        }.map { "\(place): outside \($0)" }
    }

    private func listFaults(_ value: Any, _ schema: [String: Any], _ place: String) -> [String] {
        guard let elements = value as? [Any] else { return ["\(place): no list"] }
        let mayBeEmpty =
            [".items", ".cards", ".services"].contains(where: place.hasSuffix) || place.hasSuffix("wouldChange")
            || place == "$.case"
        var found = elements.isEmpty && !mayBeEmpty ? ["\(place): an empty list"] : []
        let items = schema["items"] as? [String: Any] ?? [:]
        for (index, element) in elements.enumerated() { found += faults(element, items, at: "\(place)[\(index)]") }
        return found
    }

    private func objectFaults(_ value: Any, _ schema: [String: Any], _ place: String) -> [String] {
        guard let object = value as? [String: Any] else { return ["\(place): no object"] }
        // Whole dictionaries are taken as they are: to take one for another type goes through all members.
        let properties = schema["properties"] as? [String: Any] ?? [:]
        let more = schema["additionalProperties"] as? [String: Any]
        var found = (schema["required"] as? [String] ?? []).filter { object[$0] == nil }.map {
            "\(place): \($0) is missing"
        }
        for (name, member) in object {
            if let property = properties[name] as? [String: Any] ?? more {
                found += faults(member, property, at: "\(place).\(name)")
            } else if schema["additionalProperties"] as? Bool == false {
                found.append("\(place): \(name) is not declared")
            }
        }
        return found
    }
}
