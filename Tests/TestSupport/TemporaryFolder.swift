package import Foundation
import KnowledgeStore

/// A folder of knowledge that a test may edit; it lies among the system's temporary files until `remove`.
package struct TemporaryFolder {
    /// The folder.
    package let url: URL
    /// Its path.
    package var path: String { url.path }

    /// An empty folder, or a copy of another.
    package init(copyOf source: String? = nil) throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("consilium-\(UUID().uuidString)")
        if let source {
            try Self.copy(source, to: url.path)
        } else {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }
    }

    /// Copies a folder by links to its files where the file system has them: the knowledge is 1 300 files, and a hundred tests
    /// copy it. What a test edits it replaces and never writes into, so that the other folder stays as it is.
    package static func copy(_ source: String, to target: String) throws {
        do {
            try FileManager.default.linkItem(atPath: source, toPath: target)
        } catch {
            try? FileManager.default.removeItem(atPath: target)
            try FileManager.default.copyItem(atPath: source, toPath: target)
        }
    }

    /// Takes the folder away.
    package func remove() { try? FileManager.default.removeItem(at: url) }

    /// Writes a file, with the folders that lead to it.
    package func write(_ file: String, _ text: String) throws {
        let target = url.appendingPathComponent(file)
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: target, atomically: true, encoding: .utf8)
    }

    /// The text of a file.
    package func text(_ file: String) throws -> String {
        try String(contentsOf: url.appendingPathComponent(file), encoding: .utf8)
    }

    /// Replaces the first occurrence of a text in a file.
    package func edit(_ file: String, _ old: String, _ new: String) throws {
        let text = try text(file)
        guard let range = text.range(of: old) else { throw NotThere(text: old, file: file) }
        try write(file, text.replacingCharacters(in: range, with: new))
    }

    /// Takes a file away.
    package func delete(_ file: String) throws {
        try FileManager.default.removeItem(at: url.appendingPathComponent(file))
    }

    /// A text that a test wanted to replace and that does not stand in the file.
    package struct NotThere: Error {
        let text: String
        let file: String
    }
}

extension TemporaryFolder {
    /// A folder of local knowledge as a hospital keeps it: a fact and words of its own, an overlay that takes sunitinib out
    /// of the formulary, one rule of the release in other words, one statement more.
    package static func hospital() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(
            "facts/hospital.json",
            """
            { "schema": "facts/1", "title": "Hospital",
              "facts": { "hospital.trialOpen": { "type": "boolean", "title": "a trial is open", "terms": ["trial open here"] } },
              "phrases": [ { "terms": ["tail NET"], "sets": [ { "fact": "tumor.primarySite", "is": "pancreas" }, { "fact": "tumor.kind", "is": "neuroendocrine-tumor" } ] } ] }
            """)
        try folder.write(
            "references/house-formulary.json",
            """
            { "schema": "reference/1", "id": "house-formulary", "type": "guideline", "title": "House formulary", "year": 2026, "confirmed": true }
            """)
        try folder.write(
            "topics/house-formulary/topic.json",
            """
            { "schema": "topic/1", "id": "house-formulary", "title": "House formulary", "role": "overlay", "order": 900,
              "version": "1", "review": { "status": "draft", "reviewed": "2026-11-26", "reviewBy": "2027-11-26" },
              "scope": { "fact": "tumor.kind", "isKnown": true }, "covers": ["What this hospital keeps."] }
            """)
        try folder.write(
            "topics/house-formulary/recommendations/no-sunitinib.json",
            """
            { "schema": "recommendation/1", "id": "house-formulary.no-sunitinib", "status": "active",
              "title": "Sunitinib is not kept here", "use": "tumour-control", "intervention": "sunitinib", "direction": "against",
              "appliesWhen": { "not": { "fact": "hospital.trialOpen", "is": true } },
              "evidence": [ { "reference": "house-formulary", "tier": "guideline", "statement": "Not kept.", "confirmed": true } ],
              "otherwise": [ { "statement": "Not in the formulary of this hospital.", "patient": "Not kept here.", "reference": "house-formulary" } ] }
            """)
        try folder.write(
            "topics/house-formulary/cases/no-sunitinib.json",
            """
            { "schema": "case/1", "id": "no-sunitinib", "title": "No sunitinib here",
              "case": { "tumor": { "kind": "neuroendocrine-tumor" }, "hospital": { "trialOpen": false } },
              "expect": { "outcome": "data-required" } }
            """)
        let rule = "topics/pancreatic-net/recommendations/first-line-lanreotide.json"
        try folder.write(
            rule,
            try Checkout.text("Sources/Clinical/GuidelineContent/Content/" + rule)
                .replacingOccurrences(of: "\"title\": \"Lanreotide", with: "\"title\": \"House lanreotide"))
        let statements = "topics/pancreatic-net/statements.json"
        try folder.write(
            statements,
            try Checkout.text("Sources/Clinical/GuidelineContent/Content/" + statements)
                .replacingOccurrences(
                    of: "\"statements\": [",
                    with: """
                        "statements": [
                          { "id": "house-board", "reference": "house-formulary", "tier": "guideline", "statement": "The board meets on Tuesdays.", "patient": "The board meets on Tuesdays.", "confirmed": true },
                        """))
        return folder
    }
}

extension TemporaryFolder {
    /// A folder of releases: copies of the bundled one under these versions.
    package static func releases(_ versions: [String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for version in versions {
            try copy(Checkout.content, to: folder.path + "/" + version)
            try folder.edit(version + "/manifest.json", "\"2026.11.0\"", "\"\(version)\"")
        }
        return folder
    }

    /// Signs a release as a clinician would: the manifest says who, when and which documents.
    package func sign() throws {
        let documents = try KnowledgeLoader(directory: path).load().documentsDigest
        try edit(
            "manifest.json", "\"review\": { \"status\": \"draft\"",
            """
            "signature": { "name": "Dr Ada Example", "role": "endocrinologist", "signed": "2026-12-01", "documents": "\(documents)" },
              "review": { "status": "approved"
            """)
    }
}

extension TemporaryFolder {
    /// A whole release of two topics with few cases, all of which pass: it loads and is checked in a moment.
    package static func smallRelease(version: String = "2026.11.0") throws -> TemporaryFolder {
        let folder = try TemporaryFolder(copyOf: Checkout.content)
        for topic in try FileManager.default.contentsOfDirectory(atPath: folder.path + "/topics")
        where !["pancreatic-net", "raised-marker"].contains(topic) {
            try folder.delete("topics/\(topic)")
        }
        let cases = "topics/pancreatic-net/cases"
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path + "/" + cases)
        where name != "boundary-ki67-2.9.json" {
            try folder.delete(cases + "/" + name)
        }
        try folder.delete("topics/raised-marker/cases/marker-normal.json")
        try folder.edit("manifest.json", "\"2026.11.0\"", "\"\(version)\"")
        return folder
    }
}
