import ClinicalModel
import Foundation
import JSONText
import TestSupport
import Testing

@testable import KnowledgeStore

/// A copy of the bundled knowledge in which one thing is wrong.
struct BrokenKnowledge {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("knowledge-\(UUID().uuidString)")
        try TemporaryFolder.copy(Checkout.content, to: folder.path)
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    /// Replaces the first occurrence of a text in a file; the file appears where there was none.
    func edit(_ file: String, _ old: String, _ new: String) throws {
        let url = folder.appendingPathComponent(file)
        guard let text = try? String(contentsOf: url, encoding: .utf8) else {
            try new.write(to: url, atomically: true, encoding: .utf8)
            return
        }
        let range = try #require(text.range(of: old), "`\(old)` does not stand in \(file)")
        try text.replacingCharacters(in: range, with: new).write(to: url, atomically: true, encoding: .utf8)
    }

    /// Takes a file or folder away.
    func delete(_ file: String) throws { try FileManager.default.removeItem(at: folder.appendingPathComponent(file)) }

    /// The defects of a load.
    func defects(today: String? = nil) -> [KnowledgeDefect] {
        do throws(InvalidKnowledge) {
            return try KnowledgeLoader(directory: folder.path, today: today).load().warnings
        } catch {
            return error.defects
        }
    }
}

/// One wrong thing and the code that must be found.
struct Breakage: CustomTestStringConvertible, Sendable {
    let code: DefectCode
    let file: String
    let old: String
    let new: String
    var suggestion: String?
    /// What is taken away besides.
    var deleted: String?
    /// The day of the load.
    var today: String?

    var testDescription: String { "\(code.rawValue) \(code)" }

    static let lanreotide = "topics/pancreatic-net/recommendations/first-line-lanreotide.json"
    static let topic = "topics/pancreatic-net/topic.json"
    static let all: [Breakage] = [
        Breakage(code: .syntax, file: "manifest.json", old: "{", new: "{,"),
        Breakage(
            code: .unknownMember, file: lanreotide, old: "\"placement\"", new: "\"plcement\"", suggestion: "placement"),
        Breakage(code: .missingMember, file: lanreotide, old: "\"intervention\": \"lanreotide\",", new: ""),
        Breakage(
            code: .wrongType, file: lanreotide, old: "\"direction\": \"for\"", new: "\"direction\": \"fro\"",
            suggestion: "for"),
        Breakage(code: .emptyValue, file: lanreotide, old: "\"use\": \"tumour-control\"", new: "\"use\": \"\""),
        Breakage(code: .wrongSchema, file: lanreotide, old: "recommendation/1", new: "recommendation/9"),
        Breakage(
            code: .wrongID, file: lanreotide, old: "pancreatic-net.first-line-lanreotide", new: "pancreatic-net.first"),
        Breakage(code: .unexpectedFile, file: "stray.json", old: "", new: "{}"),
        Breakage(
            code: .duplicateID, file: "topics/pancreatic-net/statements.json", old: "\"id\": \"goals\"",
            new: "\"id\": \"germline\""),
        Breakage(
            code: .unknownFact, file: topic, old: "\"tumor.primarySite\"", new: "\"tumor.primarySight\"",
            suggestion: "tumor.primarySite"),
        Breakage(
            code: .unknownCode, file: topic, old: "\"is\": \"pancreas\"", new: "\"is\": \"pancrease\"",
            suggestion: "pancreas"),
        Breakage(
            code: .wrongUnit, file: topic, old: "\"below\": 10, \"unit\": \"%\"",
            new: "\"below\": 10, \"unit\": \"percent\"", suggestion: "%"),
        Breakage(code: .wrongTest, file: topic, old: "\"is\": \"pancreas\"", new: "\"includes\": \"pancreas\""),
        Breakage(code: .emptyRange, file: topic, old: "\"min\": 55", new: "\"min\": 155"),
        Breakage(
            code: .knownInDerivation, file: "facts/imaging.json",
            old: "\"when\": { \"fact\": \"imaging.krenning\", \"within\": { \"min\": 3, \"unit\": \"1\" } }",
            new: "\"when\": { \"fact\": \"imaging.krenning\", \"isKnown\": true }"),
        Breakage(
            code: .badCriterion, file: lanreotide, old: "\"criterion\": \"receptor-positive\"",
            new: "\"criterion\": \"receptor-positiv\"", suggestion: "receptor-positive"),
        Breakage(
            code: .unsatisfiable, file: topic, old: "{ \"fact\": \"tumor.differentiation\", \"is\": \"well\" }",
            new:
                "{ \"fact\": \"tumor.differentiation\", \"is\": \"well\" }, { \"fact\": \"tumor.differentiation\", \"is\": \"poor\" }"
        ),
        Breakage(
            code: .danglingReference, file: lanreotide, old: "\"clarinet-2014\"", new: "\"clarinet-2041\"",
            suggestion: "clarinet-2014"),
        Breakage(
            code: .danglingDrug, file: "interventions/lanreotide.json", old: "\"drugs\": [\"lanreotide\"]",
            new: "\"drugs\": [\"lanreotid\"]", suggestion: "lanreotide"),
        Breakage(
            code: .danglingIntervention, file: lanreotide, old: "\"intervention\": \"lanreotide\"",
            new: "\"intervention\": \"lanreotid\"", suggestion: "lanreotide"),
        Breakage(
            code: .danglingRegimen, file: lanreotide, old: "\"regimen\": \"gep-net\"", new: "\"regimen\": \"gep\"",
            suggestion: nil),
        Breakage(
            code: .unknownGrade, file: lanreotide, old: "\"grade\": \"2A, preferred\"",
            new: "\"grade\": \"2A, prefered\"", suggestion: "2A, preferred"),
        Breakage(
            code: .danglingRule, file: "topics/pancreatic-net/disagreements/d13-platinum-in-net-g3.json",
            old: "\"pancreatic-net.platinum-etoposide\"", new: "\"pancreatic-net.platinum\""),
        Breakage(
            code: .noEvidence, file: "topics/pancreatic-net/diagnostics/ssr-pet.json", old: "\"evidence\"",
            new: "\"evidenze\""),
        Breakage(
            code: .retiredAlone, file: lanreotide, old: "\"status\": \"active\"", new: "\"status\": \"retired\""),
        Breakage(
            code: .noReason, file: "topics/pancreatic-net/recommendations/discordant-prrt.json", old: "\"otherwise\"",
            new: "\"otherwize\""),
        Breakage(code: .unreadable, file: "README.md", old: "", new: "no release", deleted: "manifest.json"),
        Breakage(
            code: .tooMany, file: topic, old: "\"criteria\": {",
            new: "\"criteria\": { \"deep\": "
                + String(repeating: "{ \"not\": ", count: 20) + "{ \"fact\": \"tumor.grade\", \"is\": \"G1\" }"
                + String(repeating: " }", count: 20) + ","),
        Breakage(
            code: .unusedReference, file: "references/unused.json", old: "",
            new: #"{"schema":"reference/1","id":"unused","type":"research","title":"t","confirmed":true}"#),
        Breakage(
            code: .retiredRule, file: lanreotide, old: "\"status\": \"active\"",
            new: "\"status\": \"retired\", \"replacedBy\": \"pancreatic-net.first-line-lanreotide\"",
            suggestion: "pancreatic-net.first-line-lanreotide"),
        Breakage(
            code: .danglingClass, file: "interventions/everolimus.json", old: "\"mtor-inhibitor\"",
            new: "\"mtor-inhibitors\"", suggestion: "mtor-inhibitor"),
        Breakage(
            code: .unsupportedStrength, file: "topics/pancreatic-net/recommendations/folfiri.json",
            old: "\"tier\": \"guideline\"", new: "\"tier\": \"research\""),
        Breakage(
            code: .noCases, file: "README.md", old: "", new: "a topic without cases",
            deleted: "topics/pancreatic-net/cases"),
        Breakage(
            code: .reviewOverdue, file: "manifest.json", old: "\"reviewBy\": \"",
            new: "\"reviewBy\": \"1999-01-01\", \"note\": \"",
            today: "2026-12-01"),
        Breakage(
            code: .unsigned, file: "manifest.json", old: "\"status\": \"draft\"", new: "\"status\": \"approved\""),
        Breakage(
            code: .signatureBroken, file: "manifest.json", old: "\"review\": {",
            new: """
                "signature": { "name": "Dr Ada Example", "role": "endocrinologist", "signed": "2026-12-01", "documents": "sha256:0" },
                  "review": {
                """),
    ]
}

@Suite struct `The knowledge loader` {
    @Test func `takes the bundled knowledge without a warning`() throws {
        let knowledge = try Checkout.knowledge.get()
        #expect(knowledge.warnings == [])
        #expect(knowledge.digest.hasPrefix("sha256:"))
        #expect(knowledge.digest.count == 71)
    }

    @Test("finds", arguments: Breakage.all)
    func finds(_ breakage: Breakage) throws {
        let broken = try BrokenKnowledge()
        defer { broken.remove() }
        try broken.edit(breakage.file, breakage.old, breakage.new)
        if let deleted = breakage.deleted { try broken.delete(deleted) }
        let defects = broken.defects(today: breakage.today)
        let found = try #require(defects.first { $0.code == breakage.code }, "found \(defects.map(\.description))")
        if let suggestion = breakage.suggestion { #expect(found.suggestion == suggestion) }
        #expect(found.file.hasSuffix(breakage.file) || breakage.deleted != nil)
    }

    @Test func `has a fixture for each code that a load can find, and a page that tells its problem and solution`()
        throws
    {
        // Local folders, kept releases and cases have their own (LocalKnowledgeTests, CheckDefectTests).
        let elsewhere: Set<DefectCode> = [
            .localManifest, .releaseName, .unspokenDisagreement, .caseFails, .neverTrue, .neverNotTrue, .leafNotCovered,
            .movedByLocal, .neverFalse,
        ]
        #expect(Set(DefectCode.allCases).subtracting(Breakage.all.map(\.code)) == elsewhere)
        let rows = try Checkout.text("docs/knowledge-defects.md").split(separator: "\n")
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
        for code in DefectCode.allCases {
            let row = try #require(rows.first { $0.first == code.rawValue }, "\(code.rawValue) is not told")
            #expect(row.count == 3 && row.allSatisfy { !$0.isEmpty })
            #expect(row[2].hasPrefix("Warning.") == code.isWarning, "\(code.rawValue)")
        }
    }

    @Test func `lists every defect at once`() throws {
        let broken = try BrokenKnowledge()
        defer { broken.remove() }
        for breakage in [Breakage.all[1], Breakage.all[9], Breakage.all[17]] {
            try broken.edit(breakage.file, breakage.old, breakage.new)
        }
        let codes = Set(broken.defects().map(\.code))
        #expect(codes.isSuperset(of: [.unknownMember, .unknownFact, .danglingReference]))
    }

    @Test func `writes a defect as file, pointer, sentence, suggestion and code`() throws {
        let broken = try BrokenKnowledge()
        defer { broken.remove() }
        try broken.edit(Breakage.topic, "\"below\": 10, \"unit\": \"%\"", "\"below\": 10, \"unit\": \"percent\"")
        #expect(
            broken.defects().map(\.description) == [
                "topics/pancreatic-net/topic.json#/criteria/ki67-below-10/within/unit: unit `percent` is not the unit of "
                    + "`tumor.ki67`, which is `%`; did you mean `%`? (K203)"
            ])
    }

    @Test func `warns of a review that is overdue and of a source that nothing cites`() throws {
        let broken = try BrokenKnowledge()
        defer { broken.remove() }
        try broken.edit(
            "references/unused.json", "",
            #"{"schema":"reference/1","id":"unused","type":"research","title":"t","confirmed":true}"#)
        let defects = broken.defects(today: "2027-06-01")
        #expect(Set(defects.map(\.code)) == [.reviewOverdue, .unusedReference])
        #expect(defects.allSatisfy { $0.code.isWarning })
    }

    @Test func `says that a folder is not there`() {
        do throws(InvalidKnowledge) {
            _ = try KnowledgeLoader(directory: "/nowhere").load()
            Issue.record("nothing was loaded from /nowhere")
        } catch {
            #expect(
                error.defects.map(\.description) == ["/nowhere#: the folder has no readable manifest.json (K100)"])
        }
    }

    @Test func `gives another digest when a byte changes`() throws {
        let broken = try BrokenKnowledge()
        defer { broken.remove() }
        try broken.edit("manifest.json", "Consilium knowledge", "Consilium Knowledge")
        #expect(try KnowledgeLoader(directory: broken.folder.path).load().digest != Checkout.knowledge.get().digest)
    }

    @Test func `tells topics apart whose names begin alike`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let ids = ["a", "a-b", "a.b", "a0", "ab"]
        try folder.write("manifest.json", "{}")
        for (place, id) in ids.enumerated() {
            try folder.write("topics/\(id)/topic.json", "{}")
            for number in 0...place { try folder.write("topics/\(id)/recommendations/r\(number).json", "{}") }
            try folder.write("topics/\(id)/recommendations-old.json", "{}")
        }
        let log = DefectLog()
        let files = KnowledgeFiles(directory: folder.path, log: log)
        #expect(files.topicIDs == ids)
        #expect(ids.map { files.places(in: "topics/\($0)/recommendations").count } == [1, 2, 3, 4, 5])
        #expect(ids.allSatisfy { files.place(of: "topics/\($0)/topic.json") != nil })
        #expect(files.documents.map(\.path) == files.documents.map(\.path).sorted())
        // What lies beside a folder is none of it; a folder with a dot, and what is in it, is told too.
        let (misplaced, dotted) = (
            log.defects.filter { $0.file.hasSuffix("-old.json") }, log.defects.filter { !$0.file.hasSuffix(".json") }
        )
        #expect(misplaced.map(\.code) == ids.map { _ in .unexpectedFile })
        #expect(dotted.map(\.file) == ["topics/a.b", "topics/a.b/recommendations"])
    }

    @Test func `only hashes the cases where it is told to, to the same digest and the same answers`() throws {
        let (whole, lean) = try (
            Checkout.knowledge.get(), KnowledgeLoader(directory: Checkout.content).load(cases: .hashed)
        )
        #expect(lean.cases.isEmpty && !whole.cases.isEmpty)
        #expect(lean.digest == whole.digest && lean.documentsDigest == whole.documentsDigest)
        #expect(lean.fileCount == whole.fileCount && lean.leaves.isEmpty && !whole.leaves.isEmpty)
        #expect(lean.clinical.topics.map(\.id) == whole.clinical.topics.map(\.id) && lean.warnings == whole.warnings)
    }

    @Test func `refuses a broken case where it reads cases, and has another digest where it does not`() throws {
        let broken = try BrokenKnowledge()
        defer { broken.remove() }
        try broken.edit("topics/pancreatic-net/cases/boundary-ki67-2.9.json", "{", "[")
        #expect(broken.defects().map(\.code) == [.syntax])
        let lean = try KnowledgeLoader(directory: broken.folder.path).load(cases: .hashed)
        #expect(lean.digest != (try Checkout.knowledge.get().digest))
    }

    @Test func `finds a topic without cases, a grade that nothing stands behind, and a condition that is too deep`()
        throws
    {
        let broken = try BrokenKnowledge()
        defer { broken.remove() }
        try FileManager.default.removeItem(at: broken.folder.appendingPathComponent("topics/pancreatic-net/cases"))
        let rule = "topics/pancreatic-net/recommendations/folfiri.json"
        try broken.edit(rule, "\"tier\": \"guideline\"", "\"tier\": \"research\"")
        let deep =
            String(repeating: "{ \"not\": ", count: 20) + "{ \"fact\": \"tumor.grade\", \"is\": \"G1\" }"
            + String(repeating: " }", count: 20)
        try broken.edit(Breakage.topic, "\"criteria\": {", "\"criteria\": { \"deep\": \(deep),")
        #expect(Set(broken.defects().map(\.code)) == [.noCases, .unsupportedStrength, .tooMany])
    }

    @Test func `has a schema for every kind of document, and each describes the bundled ones`() throws {
        func json(_ path: String) throws -> [String: Any] {
            let data = try Data(contentsOf: URL(fileURLWithPath: Checkout.content + "/" + path))
            return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        }
        let condition = try json("schema/condition.schema.json")
        let paths = try FileManager.default.subpathsOfDirectory(atPath: Checkout.content).filter {
            $0.hasSuffix(".json") && !$0.hasPrefix("schema/")
        }
        #expect(paths.count > 200)
        for path in paths.sorted() {
            let document = try json(path)
            let kind = try #require((document["schema"] as? String)?.split(separator: "/").first)
            let schema = try json("schema/\(kind).schema.json")
            let own = schema["$defs"] as? [String: [String: Any]] ?? [:]
            let checker = SchemaChecker { reference in
                reference.hasPrefix("#/$defs/") ? own[String(reference.dropFirst(8))] ?? [:] : condition
            }
            #expect(checker.faults(document, schema) == [], "\(path)")
        }
    }

    @Test func `knows no criterion that rests on itself`() throws {
        let broken = try BrokenKnowledge()
        defer { broken.remove() }
        try broken.edit(Breakage.topic, "\"criteria\": {", "\"criteria\": { \"loop\": { \"criterion\": \"loop\" },")
        #expect(broken.defects().map(\.code) == [.badCriterion])
    }
}

@Suite struct `SHA-256` {
    @Test(
        "of the vectors of FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func vectors(_ text: String, _ digest: String) {
        var whole = SHA256()
        whole.update(text.utf8)
        #expect(whole.finish() == digest)
        var pieces = SHA256()
        for byte in text.utf8 { pieces.update([byte]) }
        #expect(pieces.finish() == digest)
        var plain = PlainSHA256()
        for byte in text.utf8 { plain.update([byte]) }
        #expect(plain.finish() == digest)
    }
}

@Suite struct `Suggestions` {
    @Test(
        "find",
        arguments: [("tumor.ki76", "tumor.ki67"), ("tumour.ki67", "tumor.ki67"), ("xyz", nil)] as [(String, String?)])
    func nearest(_ word: String, _ found: String?) {
        #expect(Suggestion.nearest(to: word, among: ["tumor.grade", "tumor.ki67", "disease.pace"]) == found)
    }
}

@Suite struct `A drug` {
    @Test(
        "is found by",
        arguments: [
            ("lanreotide", "lanreotide"), ("Somatuline Depot", "lanreotide"), ("SOMATULINE-DEPOT", "lanreotide"),
            ("BIM 23014", "lanreotide"),
            ("¹⁷⁷Lu-DOTATATE", "lutetium-lu-177-dotatate"), ("Lutathera", "lutetium-lu-177-dotatate"),
            ("5-FU", "fluorouracil"),
            ("rad001", "everolimus"), ("Xeloda", "capecitabine"),
        ])
    func names(_ name: String, _ id: String) throws {
        #expect(try Checkout.knowledge.get().drug(named: name)?.id == id)
    }

    @Test func `is never taken for a name that is only near`() throws {
        let knowledge = try Checkout.knowledge.get()
        #expect(knowledge.drug(named: "lanreotid") == nil)
        #expect(knowledge.drugs(near: "lanreotid") == ["lanreotide"])
        #expect(knowledge.drug(named: "") == nil)
    }
}
