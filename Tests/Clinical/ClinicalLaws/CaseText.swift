package import DecisionLogic
import JSONText

/// Writes generated statements as a case of the contract, so that a violation can be sent to the service as it stands.
package struct CaseText {
    private let vocabulary: Vocabulary

    /// A writer over a vocabulary.
    package init(vocabulary: Vocabulary) { self.vocabulary = vocabulary }

    /// The case as JSON; one statement a fact.
    package func json(_ statements: [FactStatement]) -> String {
        var groups: [String: [(name: String, statement: FactStatement)]] = [:]
        for statement in statements {
            let parts = vocabulary[statement.fact].path.split(separator: ".").map(String.init)
            groups[parts[0], default: []].append((parts[1], statement))
        }
        var json = JSONWriter()
        json.beginObject()
        for group in groups.keys.sorted() {
            json.object(group) { json in
                for entry in groups[group] ?? [] {
                    json.key(entry.name)
                    write(entry.statement, &json)
                }
            }
        }
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private func write(_ statement: FactStatement, _ json: inout JSONWriter) {
        let definition = vocabulary[statement.fact]
        switch statement.value {
        case .codes(let codes):
            if definition.type == .boolean { return json.bool(codes.contains(1)) }
            let names = codes.members.map { definition.codes[$0].id }
            if names.count == 1 { return json.string(names[0]) }
            json.beginObject()
            json.member("anyOf", names)
            json.endObject()
        case .quantity(let interval):
            json.beginObject()
            if let point = interval.point {
                json.member("value", point)
            } else {
                let (low, high) = (interval.lower.isFinite, interval.upper.isFinite)
                if low { json.member("min", interval.lower) }
                if high { json.member("max", interval.upper) }
                let open = (low && interval.lowerIsOpen, high && interval.upperIsOpen)
                if open.0 || open.1 { json.member("exclusive", open.0 && open.1 ? "both" : open.0 ? "min" : "max") }
            }
            json.member("unit", definition.unit)
            json.endObject()
        case .members(let included, let excluded):
            json.beginObject()
            json.member("includes", included.members.map { definition.codes[$0].id })
            json.member("excludes", excluded.members.map { definition.codes[$0].id })
            json.endObject()
        }
    }
}
