import ClinicalModel
import DecisionLogic
import FHIRReading
import JSONText

/// Writes what was read of a record: the case as `/recommend` takes it, each fact with its source, what was left aside.
struct RecordJSON {
    let record: FHIRCase
    let vocabulary: Vocabulary

    /// The facts that go into a case: one value each; where a record contradicts itself there is none.
    private var values: [(fact: Int, value: FactValue, age: FactAge?)] {
        var order: [Int] = []
        var known: [Int: (value: FactValue, age: FactAge?)] = [:]
        for statement in record.statements {
            if let before = known[statement.fact] {
                known[statement.fact] = (before.value.intersection(statement.value), before.age ?? statement.age)
            } else {
                order.append(statement.fact)
                known[statement.fact] = (statement.value, statement.age)
            }
        }
        return order.compactMap { fact in
            known[fact].flatMap { $0.value.isEmpty ? nil : (fact, $0.value, $0.age) }
        }
    }

    /// The member `case` for `POST /recommend`; nothing where no fact was read.
    func writeCase(_ name: String, to json: inout JSONWriter) {
        let values = values
        guard !values.isEmpty else { return }
        let groups = values.reduce(into: [String]()) { list, entry in
            let group = String(vocabulary[entry.fact].path.prefix { $0 != "." })
            if !list.contains(group) { list.append(group) }
        }
        json.object(name) { json in
            for group in groups {
                json.object(group) { json in
                    for (fact, value, age) in values where vocabulary[fact].path.hasPrefix(group + ".") {
                        json.key(String(vocabulary[fact].path.dropFirst(group.count + 1)))
                        write(value, age, of: vocabulary[fact], to: &json)
                    }
                }
            }
        }
    }

    private func write(_ value: FactValue, _ age: FactAge?, of definition: FactDefinition, to json: inout JSONWriter) {
        switch value {
        case .codes(let codes):
            let names = codes.members.map { definition.codes[$0].id }
            if definition.type == .boolean, names.count == 1 { return json.bool(names[0] == "true") }
            if names.count == 1 { return json.string(names[0]) }
            json.beginObject()
            json.member("anyOf", names)
            json.endObject()
        case .quantity(let interval):
            json.beginObject()
            FactJSON.writeMembers(interval, unit: definition.unit, to: &json)
            if let age {
                json.object("age") {
                    $0.member("value", age.value)
                    $0.member("unit", age.unit)
                }
            }
            json.endObject()
        case .members(let included, let excluded):
            // What only holds is a list (docs/decisions/0030); an empty list would say that nothing does.
            if excluded.isEmpty, !included.isEmpty {
                json.beginArray()
                for code in included.members { json.string(definition.codes[code].id) }
                return json.endArray()
            }
            json.beginObject()
            json.member("includes", included.members.map { definition.codes[$0].id })
            json.member("excludes", excluded.members.map { definition.codes[$0].id })
            json.endObject()
        }
    }

    /// The members `facts`, `unread`, `unreadCount`, `incomplete` and `asOf`.
    func writeReading(to json: inout JSONWriter) {
        json.member("asOf", record.day.text)
        json.list("facts", record.facts) { json, fact in
            let definition = vocabulary[fact.statement.fact]
            json.beginObject()
            json.member("path", definition.path)
            json.key("value")
            write(fact.statement.value, nil, of: definition, to: &json)
            json.object("source") { source in
                source.member("resourceType", fact.source.resourceType)
                source.member("id", fact.source.id)
                source.member("path", fact.source.path)
            }
            json.member("date", fact.date)
            json.member("ageDays", fact.ageDays)
            json.member("remark", fact.remark)
            json.endObject()
        }
        json.list("unread", record.unread) { json, item in
            json.beginObject()
            json.member("resourceType", item.resourceType)
            json.member("id", item.id)
            json.member("path", item.path)
            json.member("system", item.system)
            json.member("code", item.code)
            json.member("reason", item.reason.rawValue)
            json.member("text", item.detail ?? item.reason.sentence)
            json.endObject()
        }
        if record.unreadCount > 0 { json.member("unreadCount", record.unreadCount) }
        json.member("incomplete", record.incomplete)
    }
}
