import ClinicalModel
import DecisionLogic
import Foundation
import JSONText
import TestSupport
import Testing

@testable import KnowledgeStore

@Suite struct `Local knowledge` {
    private func load(_ local: TemporaryFolder) throws -> KnowledgeBase {
        try KnowledgeLoader(directory: Checkout.content, local: local.path).load()
    }

    private func defects(_ local: TemporaryFolder) -> [KnowledgeDefect] { KnowledgeLoader.defects(local: local.path) }

    @Test func `adds documents and overrides those of the same id`() throws {
        let folder = try TemporaryFolder.hospital()
        defer { folder.remove() }
        let base = try load(folder)
        #expect(
            base.local.documents.map { "\($0.kind) \($0.path)" } == [
                "added facts/hospital.json", "added references/house-formulary.json",
                "added topics/house-formulary/cases/no-sunitinib.json",
                "added topics/house-formulary/recommendations/no-sunitinib.json",
                "added topics/house-formulary/topic.json",
                "overridden topics/pancreatic-net/recommendations/first-line-lanreotide.json",
                "overridden topics/pancreatic-net/statements.json",
            ])
        #expect(base.clinical.topics.contains { $0.id == "house-formulary" })
        let rules = base.clinical.topics.flatMap(\.recommendations)
        #expect(rules.first { $0.id == "pancreatic-net.first-line-lanreotide" }?.title.hasPrefix("House") == true)
        #expect(base.clinical.vocabulary.index(of: "hospital.trialOpen") != nil)
    }

    @Test func `is read the same where Kubernetes mounts it from a ConfigMap`() throws {
        let plain = try TemporaryFolder.hospital()
        let volume = try TemporaryFolder()
        defer {
            plain.remove()
            volume.remove()
        }
        let files = FileManager.default
        try files.copyItem(atPath: plain.path, toPath: volume.path + "/..2026_11_26_12_00_00.1")
        try files.createSymbolicLink(
            atPath: volume.path + "/..data", withDestinationPath: "..2026_11_26_12_00_00.1")
        for name in try files.contentsOfDirectory(atPath: plain.path) {
            try files.createSymbolicLink(atPath: volume.path + "/" + name, withDestinationPath: "..data/" + name)
        }
        #expect(try load(volume).local == load(plain).local)
        #expect(try load(volume).digest == load(plain).digest)
    }

    @Test func `is refused where its links go in a circle`() throws {
        let folder = try TemporaryFolder.hospital()
        defer { folder.remove() }
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/topics/round", withDestinationPath: "..")
        #expect(defects(folder).contains { $0.code == .unexpectedFile })
    }

    @Test func `counts only the statements that it changed`() throws {
        let folder = try TemporaryFolder.hospital()
        defer { folder.remove() }
        try folder.edit("topics/pancreatic-net/statements.json", "\"confirmed\": true\n", "\"confirmed\": false\n")
        let local = try load(folder).local
        #expect(local.kind(ofStatement: "house-board", in: "pancreatic-net") == .added)
        let others = try load(folder).clinical.topics.first { $0.id == "pancreatic-net" }?.statements.compactMap(\.id)
        let changed = (others ?? []).filter { local.kind(ofStatement: $0, in: "pancreatic-net") == .overridden }
        #expect(changed.count == 1)
    }

    @Test func `has a digest of its own, also where it only repeats the release`() throws {
        let bundled = try Checkout.knowledge.get()
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        #expect(try load(folder).digest == bundled.digest, "an empty folder changes nothing")
        let path = "references/clarinet-2014.json"
        try folder.write(path, try Checkout.text("Sources/Clinical/GuidelineContent/Content/" + path))
        let repeated = try load(folder)
        #expect(repeated.digest != bundled.digest)
        #expect(repeated.local.kind(of: path) == .overridden)
        try folder.edit(path, "\n}", " \n}")
        #expect(try load(folder).digest != repeated.digest)
    }

    @Test func `makes the release a draft again`() throws {
        let folder = try TemporaryFolder.hospital()
        defer { folder.remove() }
        let release = try TemporaryFolder(copyOf: Checkout.content)
        defer { release.remove() }
        try release.sign()
        let signed = try KnowledgeLoader(directory: release.path).load()
        #expect(signed.review().status == "approved")
        #expect(
            signed.review(of: Array(signed.clinical.topics.prefix(1))).status == "draft", "the topic is a draft still")
        let over = try KnowledgeLoader(directory: release.path, local: folder.path).load()
        #expect(over.review().status == "draft")
    }

    @Test func `is validated together with the release, and its defects name its folder`() throws {
        let folder = try TemporaryFolder.hospital()
        defer { folder.remove() }
        try folder.edit(
            "topics/house-formulary/recommendations/no-sunitinib.json", "\"sunitinib\"", "\"sunitini\"")
        try folder.edit("facts/hospital.json", "\"pancreas\"", "\"pancrea\"")
        let found = defects(folder)
        #expect(Set(found.map(\.code)) == [.danglingIntervention, .unknownCode])
        #expect(found.allSatisfy { $0.file.hasPrefix(folder.path + "/") })
        #expect(Set(found.compactMap(\.suggestion)) == ["sunitinib", "pancreas"])
    }

    @Test func `breaks where it takes away what the release rests on`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let text = try Checkout.text("Sources/Clinical/GuidelineContent/Content/facts/imaging.json")
        try folder.write("facts/imaging.json", text.replacingOccurrences(of: "\"imaging.fdg\"", with: "\"imaging.fd\""))
        #expect(Set(defects(folder).map(\.code)).contains(.unknownFact))
    }

    @Test func `has no manifest and no file outside the layout`() throws {
        let folder = try TemporaryFolder.hospital()
        defer { folder.remove() }
        try folder.write("manifest.json", "{}")
        try folder.write("stray.json", "{}")
        try folder.write("README.md", "texts are welcome")
        #expect(Set(defects(folder).map(\.code)) == [.localManifest, .unexpectedFile])
        #expect(
            KnowledgeLoader.defects(local: "/nowhere").map(\.description) == [
                "/nowhere#: the folder cannot be read (K100)"
            ])
    }
}

@Suite struct `Kept releases` {
    @Test func `are loaded by their names, newest first`() throws {
        let folder = try TemporaryFolder.releases(["2026.11.0", "2026.9.0", "2027.1.2"])
        defer { folder.remove() }
        try folder.write("README.md", "what lies here")
        let releases = KnowledgeReleases(directory: folder.path)
        #expect(try releases.names() == ["2027.1.2", "2026.11.0", "2026.9.0"])
        #expect(try releases.load("2026.9.0").manifest.version == "2026.9.0")
    }

    @Test func `are refused under another name, and where they are broken`() throws {
        let folder = try TemporaryFolder.releases(["2026.9.0"])
        defer { folder.remove() }
        try FileManager.default.moveItem(atPath: folder.path + "/2026.9.0", toPath: folder.path + "/2026.8.0")
        try folder.write("2026.7.0/readme.txt", "no release")
        do throws(InvalidKnowledge) {
            _ = try KnowledgeReleases(directory: folder.path).load()
            Issue.record("a release was taken under another name")
        } catch {
            #expect(
                error.defects.map(\.description) == [
                    "\(folder.path)/2026.8.0/manifest.json#/version: the release calls itself `2026.9.0`, its folder "
                        + "`2026.8.0` (K111)",
                    "\(folder.path)/2026.7.0#: the folder has no readable manifest.json (K100)",
                ])
        }
    }
}

@Suite struct `A signature` {
    private func codes(_ release: TemporaryFolder) -> [DefectCode] {
        do throws(InvalidKnowledge) {
            return try KnowledgeLoader(directory: release.path).load().warnings.map(\.code)
        } catch {
            return error.defects.map(\.code)
        }
    }

    @Test func `is needed for the word approved`() throws {
        let release = try TemporaryFolder(copyOf: Checkout.content)
        defer { release.remove() }
        try release.edit("manifest.json", "\"status\": \"draft\"", "\"status\": \"approved\"")
        #expect(codes(release) == [.unsigned])
    }

    @Test func `holds for the documents that were signed and for no others`() throws {
        let release = try TemporaryFolder(copyOf: Checkout.content)
        defer { release.remove() }
        try release.sign()
        #expect(codes(release) == [])
        try release.edit("drugs/sunitinib.json", "\n}", " \n}")
        #expect(codes(release) == [.signatureBroken])
    }
}

extension KnowledgeLoader {
    /// The defects of the bundled knowledge with this local folder over it.
    static func defects(local: String) -> [KnowledgeDefect] {
        do throws(InvalidKnowledge) {
            return try KnowledgeLoader(directory: Checkout.content, local: local).load().warnings
        } catch {
            return error.defects
        }
    }
}
