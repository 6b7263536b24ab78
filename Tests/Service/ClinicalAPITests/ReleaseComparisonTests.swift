import ClinicalAPI
import Foundation
import KnowledgeStore
import TestSupport
import Testing

/// The bundled release, with few cases left so that a comparison is quick.
private let small: Result<TemporaryFolder, any Error> = Result {
    let folder = try TemporaryFolder(copyOf: Checkout.content)
    for topic in try FileManager.default.contentsOfDirectory(atPath: folder.path + "/topics") {
        let cases = folder.path + "/topics/\(topic)/cases"
        let names = try FileManager.default.contentsOfDirectory(atPath: cases).sorted()
        for name in names.dropFirst(topic == "pancreatic-net" ? 6 : 1) {
            try FileManager.default.removeItem(atPath: cases + "/" + name)
        }
    }
    return folder
}

/// The small release compared with a copy in which something was changed.
private func comparison(_ change: (TemporaryFolder) throws -> Void) throws -> ReleaseComparison {
    let old = try small.get()
    let new = try TemporaryFolder(copyOf: old.path)
    defer { new.remove() }
    try change(new)
    func release(_ folder: TemporaryFolder) throws -> ComparedRelease {
        let loader = KnowledgeLoader(directory: folder.path)
        return ComparedRelease(advisor: Advisor(knowledge: try loader.load()), documents: try loader.documents())
    }
    return ReleaseComparison(try release(old), try release(new))
}

@Suite struct `A comparison of two releases` {
    private static let lanreotide = "topics/pancreatic-net/recommendations/first-line-lanreotide.json"

    @Test func `finds nothing between a release and itself in other spacing`() throws {
        let same = try comparison { try $0.edit(Self.lanreotide, "\n}", "  \n}") }
        #expect(same.changes.isEmpty && same.cases.isEmpty)
        #expect(same.asked > 30)
    }

    @Test func `tells another dose and the document that holds it`() throws {
        let found = try comparison { try $0.edit("interventions/lanreotide.json", "\"value\": 120", "\"value\": 90") }
        #expect(found.changes.map(\.words) == ["interventions/lanreotide.json changed (regimens)"])
        let differences = found.cases.flatMap(\.differences)
        #expect(!differences.isEmpty)
        #expect(differences.allSatisfy { $0.what == "doses" && $0.subject == "lanreotide" })
        #expect(differences.allSatisfy { $0.old.count == 1 && $0.old[0].contains("dose 120 mg, every 4 wk") })
        #expect(differences.allSatisfy { $0.new[0].contains("dose 90 mg, every 4 wk") })
        #expect(differences.allSatisfy { $0.why == ["interventions/lanreotide.json changed (regimens)"] })
    }

    @Test func `tells another order`() throws {
        let found = try comparison { folder in
            try folder.edit(
                Self.lanreotide, "\"rank\": [",
                "\"rank\": [ { \"when\": { \"fact\": \"tumor.kind\", \"isKnown\": true }, \"rank\": 999 },")
        }
        let orders = found.cases.flatMap(\.differences).filter { $0.what == "order" }
        #expect(!orders.isEmpty)
        #expect(orders.allSatisfy { Set($0.old) == Set($0.new) && $0.old != $0.new })
        #expect(orders.allSatisfy { $0.why == ["\(Self.lanreotide) changed (rank)"] })
    }

    @Test func `tells an option that is no longer offered, with the reason`() throws {
        let found = try comparison { folder in
            try folder.edit(
                "interventions/lanreotide.json", "\"contraindications\": [",
                """
                "contraindications": [ { "statement": "Withdrawn for everybody.", "reference": "label-somatuline-us", "confirmed": true, "when": { "fact": "tumor.kind", "isKnown": true } },
                """)
        }
        let options = found.cases.flatMap(\.differences).filter { $0.what == "option" && $0.subject == "lanreotide" }
        #expect(!options.isEmpty)
        #expect(options.allSatisfy { $0.new == ["not offered: Withdrawn for everybody."] })
        #expect(options.contains { $0.old == ["recommended"] || $0.old[0].hasPrefix("conditional, needs") })
        #expect(options.allSatisfy { $0.why == ["interventions/lanreotide.json changed (contraindications)"] })
    }

    @Test func `tells a statement, a source and a fact that one release does not know`() throws {
        let found = try comparison { folder in
            try folder.edit("topics/pancreatic-net/statements.json", "\"statement\": \"", "\"statement\": \"Newly: ")
            try folder.write(
                "facts/more.json",
                #"{"schema":"facts/1","title":"More","facts":{"more.thing":{"type":"boolean","title":"a thing"}}}"#)
            try folder.write(
                "topics/pancreatic-net/cases/thing.json",
                #"{"schema":"case/1","id":"thing","title":"A thing","case":{"more":{"thing":true}},"expect":{"outcome":"out-of-scope"}}"#
            )
        }
        let tiers = found.cases.flatMap(\.differences).filter { $0.what == "tiers" }
        #expect(!tiers.isEmpty)
        #expect(tiers.allSatisfy { $0.new.count == 1 && $0.new[0].contains("Newly: ") })
        #expect(
            tiers.allSatisfy { $0.why == ["topics/pancreatic-net/statements.json changed (statements)"] })
        let thing = try #require(found.cases.first { $0.path.hasSuffix("thing.json") })
        #expect(thing.differences.map(\.what) == ["refused"])
        #expect(thing.differences[0].old == ["unknown group `more`"])
        #expect(thing.differences[0].new == ["answered"])
        #expect(thing.differences[0].why == ["facts/more.json added"])
    }

    @Test func `is the same each time`() throws {
        func once() throws -> [UInt8] {
            let found = try comparison { folder in
                try folder.edit("interventions/lanreotide.json", "\"value\": 120", "\"value\": 90")
            }
            let base = try Checkout.knowledge.get()
            return found.json(old: base, new: base)
        }
        #expect(try once() == once())
    }
}
