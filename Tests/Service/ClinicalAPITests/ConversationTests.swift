import Foundation
import HTTPServer
import HTTPWire
import TestSupport
import Testing

/// A client that knows the wire alone: it takes the form of `GET /topics/{id}`, and answers what it is asked.
private struct Client {
    let router: Router
    /// The form: what `facts` of a topic says of each fact, by path.
    let form: [String: [String: Any]]

    init() throws {
        router = try Checkout.router()
        let facts = try router.get("/topics/pancreatic-net").value("facts") as? [[String: Any]] ?? []
        form = Dictionary(facts.compactMap { fact in (fact["path"] as? String).map { ($0, fact) } }) { first, _ in first
        }
    }

    /// The cases of the knowledge, every `step`th by name, as a client would post them.
    static func bundled(step: Int) throws -> [(name: String, body: [String: Any])] {
        let topics = URL(fileURLWithPath: Checkout.content + "/topics")
        let files = (FileManager.default.enumerator(at: topics, includingPropertiesForKeys: nil)?.allObjects ?? [])
            .compactMap { $0 as? URL }.filter { $0.path.contains("/cases/") && $0.pathExtension == "json" }
            .sorted { $0.path < $1.path }
        return try files.enumerated().filter { $0.offset % step == 0 }.map { _, file in
            let document = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
            return (file.lastPathComponent, document.filter { ["question", "case"].contains($0.key) })
        }
    }

    func ask(_ body: [String: Any]) throws -> Reply {
        try router.recommend(String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self))
    }

    /// What a form would let a user answer to a fact, as members of the case format, beside what is already said of it.
    func answers(to path: String, said: Any?) -> [Any] {
        guard let field = form[path] else { return [] }
        let codes = (field["codes"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
        switch field["type"] as? String {
        case "boolean": return [true, false]
        case "code": return codes
        case "quantity":
            guard let unit = field["unit"] as? String, let low = field["min"] as? Double,
                let high = field["max"] as? Double
            else { return [] }
            // The ends and between them small numbers and large: where the limits of guidelines lie is not the client's
            // to know.
            let inner = [1, 2, 5, 8, 12, 15, 25, 40, 60, 80, 120, 200, 400].filter { $0 > low && $0 < high }
            return ([low] + inner + [high]).map { ["value": $0, "unit": unit] as [String: Any] }
        case "set":
            let object = said as? [String: Any]
            let named = said as? [String] ?? object?["includes"] as? [String] ?? []
            let barred = object?["excludes"] as? [String] ?? []
            let nothingElse: [String: Any] = named.isEmpty ? [:] : ["includes": named]
            let more = codes.filter { !named.contains($0) && !barred.contains($0) }.prefix(12).map {
                ["includes": named + [$0], "complete": true] as [String: Any]
            }
            return [named.isEmpty ? [String]() as Any : nothingElse.merging(["complete": true]) { $1 } as Any] + more
        default: return []
        }
    }

    /// The body with one fact of its case set.
    func setting(_ path: String, to value: Any, in body: [String: Any]) -> [String: Any] {
        let parts = path.split(separator: ".").map(String.init)
        var body = body
        var record = body["case"] as? [String: Any] ?? [:]
        var group = record[parts[0]] as? [String: Any] ?? [:]
        group[parts[1]] = value
        record[parts[0]] = group
        body["case"] = record
        return body
    }

    /// What a body says of a fact.
    func said(_ path: String, in body: [String: Any]) -> Any? {
        let parts = path.split(separator: ".").map(String.init)
        return ((body["case"] as? [String: Any])?[parts[0]] as? [String: Any])?[parts[1]]
    }
}

@Suite struct `A conversation without memory` {
    /// More rounds than there are facts would mean that something is asked twice.
    private static let mostRounds = 40

    @Test("ends, asks nothing twice and names options of the answer:", arguments: [0, 1, 2])
    func ends(_ taste: Int) throws {
        let client = try Client()
        var most = 0
        for (name, first) in try Client.bundled(step: 37) {
            var body = first
            var asked: [String] = []
            var reply = try client.ask(body)
            while let path = reply.string("followUp.0.fact") {
                #expect(!asked.contains(path), "\(name) asks \(path) again after \(asked)")
                #expect(asked.count < Self.mostRounds, "\(name)")
                if asked.contains(path) || asked.count >= Self.mostRounds { break }
                check(reply, name)
                asked.append(path)
                // The first answer, from a place that differs by case, that contradicts nothing more and settles what was asked.
                let before = reply.strings("case.conflicts.*.path").count
                let answers = client.answers(to: path, said: client.said(path, in: body))
                #expect(!answers.isEmpty, "\(path) has no form")
                let turn = answers.isEmpty ? 0 : (taste * 5 + asked.count + name.utf8.count * taste) % answers.count
                var taken: (body: [String: Any], reply: Reply)?
                for answer in answers[turn...] + answers[..<turn] {
                    let next = client.setting(path, to: answer, in: body)
                    let told = try client.ask(next)
                    guard told.status == 200, told.strings("case.conflicts.*.path").count <= before,
                        !told.strings("case.conflicts.*.path").contains(path)
                    else { continue }
                    taken = (next, told)
                    break
                }
                guard let taken else {
                    Issue.record("\(name): no answer to \(path) is accepted")
                    break
                }
                (body, reply) = taken
                let conflicted = reply.strings("case.conflicts.*.path").contains(path)
                #expect(!reply.strings("followUp.*.fact").contains(path) || conflicted, "\(name) asks \(path) again")
            }
            most = max(most, asked.count)
            // Settled: the same body gives the same answer and asks nothing.
            let again = try client.ask(body)
            #expect(again.response.body == reply.response.body)
        }
        #expect(most > 3, "the loop has conversed")
    }

    /// Each question is worded, and moves what the answer or the topic to be chosen holds.
    private func check(_ reply: Reply, _ name: String) {
        let known = Set(reply.strings("options.*.id"))
        for entry in reply.value("followUp") as? [[String: Any]] ?? [] {
            let moved = entry["wouldChange"] as? [String] ?? []
            #expect(!moved.isEmpty, "\(name)")
            #expect((entry["question"] as? String)?.isEmpty == false, "\(name): \(entry)")
            // Where no disease topic speaks yet, the options are those of topics that would then speak.
            let topic = reply.string("topic.id") ?? ""
            if reply.string("outcome") == "guidance",
                topic.hasSuffix("-net") || ["neuroendocrine-carcinoma", "paraganglioma", "dipnech"].contains(topic)
            {
                #expect(known.isSuperset(of: moved), "\(name) \(entry["fact"] ?? ""): \(Set(moved).subtracting(known))")
            }
        }
    }
}

@Suite struct `The form of a topic` {
    @Test func `holds for every fact its type, titled codes, unit and bounds`() throws {
        let router = try Checkout.router()
        let topics = try router.get("/topics").strings("items.*.id")
        #expect(topics.count > 20)
        for topic in topics {
            let facts = try router.get("/topics/\(topic)").value("facts") as? [[String: Any]] ?? []
            #expect(facts.count > 40)
            for fact in facts {
                let path = fact["path"] as? String ?? ""
                #expect((fact["title"] as? String)?.isEmpty == false, "\(path)")
                let codes = fact["codes"] as? [[String: Any]] ?? []
                switch fact["type"] as? String {
                case "boolean":
                    #expect(codes.isEmpty && fact["unit"] == nil, "\(path)")
                case "code", "set":
                    #expect(fact["unit"] == nil, "\(path)")
                    #expect(!codes.isEmpty, "\(path)")
                    for code in codes {
                        #expect((code["code"] as? String)?.isEmpty == false, "\(path)")
                        #expect((code["title"] as? String)?.isEmpty == false, "\(path) \(code)")
                    }
                case "quantity":
                    #expect(codes.isEmpty, "\(path)")
                    #expect((fact["unit"] as? String)?.isEmpty == false, "\(path)")
                    let (low, high) = (fact["min"] as? Double, fact["max"] as? Double)
                    #expect(low != nil && high != nil, "\(path) has no bounds")
                    if let low, let high { #expect(low < high, "\(path)") }
                default: Issue.record("\(path) has no type")
                }
            }
        }
    }

    @Test func `words the question of a fact as the answer that asks for it`() throws {
        let client = try Client()
        for (name, body) in try Client.bundled(step: 31) {
            for entry in try client.ask(body).value("followUp") as? [[String: Any]] ?? [] {
                let path = entry["fact"] as? String ?? ""
                #expect(client.form[path] != nil, "\(name): \(path)")
                // A fact without a question of its own is asked by its title.
                guard let question = client.form[path]?["question"] as? String else { continue }
                #expect(question == entry["question"] as? String, "\(name): \(path)")
            }
        }
    }
}
