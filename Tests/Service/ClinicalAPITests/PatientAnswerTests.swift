import Foundation
import HTTPServer
import HTTPWire
import TestSupport
import Testing

/// A sentence that a patient reads, and where it stands in the answer.
private struct PlainSentence: Hashable {
    let place: String
    let text: String
}

/// The answers to a bundled case, for both readers.
private struct AnswerPair: Sendable {
    let name: String
    let toPatient: HTTPResponse
    let toClinician: HTTPResponse

    var patient: Reply { Reply(toPatient) }
    var clinician: Reply { Reply(toClinician) }
}

/// All bundled cases, answered once in the process.
private let answers: Result<[AnswerPair], any Error> = Result {
    let router = try Checkout.router()
    let topics = Checkout.content + "/topics"
    var pairs: [AnswerPair] = []
    for topic in try FileManager.default.contentsOfDirectory(atPath: topics).sorted() {
        let folder = topics + "/\(topic)/cases"
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder))?.sorted() ?? [] {
            let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
            let document = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
            func answer(_ audience: String) throws -> HTTPResponse {
                var body = document.filter { ["case", "question"].contains($0.key) }
                body["audience"] = audience
                let bytes = [UInt8](try JSONSerialization.data(withJSONObject: body))
                let type = [("Content-Type", "application/json")]
                return router.respond(to: try HTTPRequest(.post, "/recommend", fields: type, body: bytes))
            }
            pairs.append(
                AnswerPair(
                    name: "\(topic)/\(name)", toPatient: try answer("patient"),
                    toClinician: try answer("clinician")))
        }
    }
    return pairs
}

/// The Flesch-Kincaid grade: the school year, age less five, at which an English text is read with ease.
private enum Readability {
    /// Words that a patient knows by ear, long as they are: names of drugs, of diseases and of the organs they sit in
    /// count as two syllables.
    static let names: Set<String> = {
        var names: Set<String> = [
            "adrenal", "carcinoid", "chemotherapy", "embolisation", "ileum", "insulin", "insulinoma", "intestine",
            "medicine", "medicines", "neuroendocrine", "operation", "pancreas", "radioactive", "radiotherapy",
        ]
        for folder in ["drugs", "interventions"] {
            let files = try? FileManager.default.contentsOfDirectory(atPath: Checkout.content + "/" + folder)
            for file in files ?? [] {
                names.formUnion(file.dropLast(5).lowercased().split(separator: "-").map(String.init))
            }
        }
        return names
    }()

    static func words(_ sentence: String) -> [String] {
        sentence.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "'" }.map(String.init)
    }

    /// Groups of vowels, without a silent e at the end; at least one.
    static func syllables(_ word: String) -> Int {
        if names.contains(word) { return 2 }
        let vowels = Set("aeiouy")
        var count = 0
        var wasVowel = false
        for letter in word {
            let isVowel = vowels.contains(letter)
            if isVowel && !wasVowel { count += 1 }
            wasVowel = isVowel
        }
        if word.hasSuffix("e") && !word.hasSuffix("le") { count -= 1 }
        if word.hasSuffix("es") || word.hasSuffix("ed"), let before = word.dropLast(2).last,
            !"sxzcgdt".contains(before), !vowels.contains(before)
        {
            count -= 1
        }
        return max(1, count)
    }

    static func grade(_ sentence: String) -> Double {
        let words = words(sentence)
        guard !words.isEmpty else { return 0 }
        let syllables = words.reduce(0) { $0 + Self.syllables($1) }
        return 0.39 * Double(words.count) + 11.8 * Double(syllables) / Double(words.count) - 15.59
    }
}

extension Reply {
    fileprivate func list(_ name: String) -> [[String: Any]] { json[name] as? [[String: Any]] ?? [] }

    /// What the service and the content say to a patient: no titles, sources or names of facts.
    fileprivate var plainSentences: [PlainSentence] {
        var found: [PlainSentence] = []
        func add(_ place: String, _ text: Any?) {
            guard let text = text as? String else { return }
            for sentence in text.replacingOccurrences(of: "? ", with: "?. ").components(separatedBy: ". ") {
                // An enumeration of choices is read entry by entry.
                for part in sentence.split(whereSeparator: { ";:".contains($0) }) {
                    found.append(PlainSentence(place: place, text: String(part)))
                }
            }
        }
        add("summary", json["summary"])
        for option in list("options") {
            add("description", option["description"])
            for caution in option["cautions"] as? [[String: Any]] ?? [] { add("caution", caution["statement"]) }
            for cited in option["evidence"] as? [[String: Any]] ?? [] { add("evidence", cited["statement"]) }
        }
        for exclusion in list("excluded") { add("excluded", exclusion["reason"]) }
        for examination in list("diagnostics") { add("diagnostics", examination["statement"]) }
        for question in list("followUp") { add("followUp", question["question"]) }
        for question in list("questionsForDoctor") { add("questionsForDoctor", question["question"]) }
        for alarm in list("seekHelp") { add("seekHelp", alarm["statement"]) }
        return found
    }

    /// A key of each caution that does not depend on the wording or on the numbers of the sources.
    fileprivate var cautionKeys: [String] {
        let references = list("references").map { $0["id"] as? String ?? "" }
        return list("options").flatMap { option in
            (option["cautions"] as? [[String: Any]] ?? []).map { caution in
                let number = (caution["reference"] as? Int ?? 0) - 1
                let parts: [Any?] = [
                    option["id"], caution["severity"], caution["because"], caution["needs"], caution["section"],
                    references.indices.contains(number) ? references[number] : nil,
                ]
                return parts.map { $0.map { "\($0)" } ?? "-" }.joined(separator: "|")
            }
        }.sorted()
    }

    fileprivate var safetyKeys: [String] {
        (list("options") + list("excluded")).flatMap { option -> [String] in
            let trace = option["trace"] as? [String: Any]
            return (trace?["safety"] as? [[String: Any]] ?? []).map {
                "\(option["id"] ?? "")|\($0["verdict"] ?? "")|\($0["drug"] ?? "")|\($0["part"] ?? "")|\($0["section"] ?? "")"
            }
        }.sorted()
    }

    fileprivate var notes: [String] {
        ((json["case"] as? [String: Any])?["notes"] as? [[String: Any]] ?? []).map {
            "\($0["code"] ?? ""): \($0["text"] ?? "")"
        }
    }
}

@Suite struct `An answer for a patient` {
    @Test func `reads at an age of about twelve`() throws {
        let sentences = Set(try answers.get().flatMap(\.patient.plainSentences))
        #expect(sentences.count > 300)
        let graded = sentences.map { ($0, Readability.grade($0.text)) }.sorted { $0.1 > $1.1 }
        for place in Set(graded.map(\.0.place)).sorted() {
            let grades = graded.filter { $0.0.place == place }.map(\.1)
            let mean = grades.reduce(0, +) / Double(grades.count)
            #expect(mean <= 7, "\(place): \(grades.count) sentences, mean grade \(mean)")
        }
        // The formula is made for sentences: in a name of a few words one long word decides.
        let hard = graded.filter { $0.1 > 12 && Readability.words($0.0.text).count > 4 }
        #expect(hard.map { "\($0.1): \($0.0.place): \($0.0.text)" } == [])
    }

    @Test func `holds no regimen and no dose`() throws {
        let dose = /\d\s*(mg|µg|mcg|g|GBq|MBq|mCi|mL|IU|units)(\b|\/)/
        for pair in try answers.get() {
            let patient = pair.patient
            #expect(patient.list("options").allSatisfy { $0["regimen"] == nil }, "\(pair.name)")
            for sentence in patient.plainSentences {
                #expect(!sentence.text.contains(dose), "\(pair.name): \(sentence.text)")
            }
        }
    }

    @Test func `tells every caution, exclusion and urgent note that the clinician reads`() throws {
        var cautions = 0
        var exclusions = 0
        var notes = 0
        for pair in try answers.get() {
            let (patient, clinician) = (pair.patient, pair.clinician)
            #expect(patient.status == 200 && clinician.status == 200, "\(pair.name)")
            #expect(patient.strings("options.*.id") == clinician.strings("options.*.id"), "\(pair.name)")
            #expect(patient.strings("excluded.*.id") == clinician.strings("excluded.*.id"), "\(pair.name)")
            #expect(patient.strings("followUp.*.fact") == clinician.strings("followUp.*.fact"), "\(pair.name)")
            #expect(patient.cautionKeys == clinician.cautionKeys, "\(pair.name)")
            #expect(patient.safetyKeys == clinician.safetyKeys, "\(pair.name)")
            #expect(patient.notes == clinician.notes, "\(pair.name)")
            #expect(patient.strings("excluded.*.reason").count == patient.list("excluded").count)
            cautions += patient.cautionKeys.count
            exclusions += patient.list("excluded").count
            notes += patient.notes.count
        }
        #expect(cautions > 1000 && exclusions > 1000)
    }
}
