import FoundationEssentials

/// A folder in which releases of the knowledge are kept: each subfolder is a whole release, named by its version.
public struct KnowledgeReleases: Sendable {
    /// The folder.
    public let directory: String

    /// The releases of a folder.
    public init(directory: String) { self.directory = directory }

    /// The names of the releases, newest first. Hidden files and texts beside them are left alone.
    /// - Throws: `InvalidKnowledge` where the folder cannot be read.
    public func names() throws(InvalidKnowledge) -> [String] {
        guard let entries = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            throw InvalidKnowledge(defects: [
                KnowledgeDefect(.unreadable, file: directory, "the folder cannot be read")
            ])
        }
        return Self.newestFirst(entries.filter { !$0.hasPrefix(".") && !$0.hasSuffix(".md") })
    }

    /// Loads every release, newest first.
    /// - Throws: `InvalidKnowledge` with every defect of every release: what is held must answer.
    public func load(cases: KnowledgeLoader.Cases = .read) throws(InvalidKnowledge) -> [KnowledgeBase] {
        var releases: [KnowledgeBase] = []
        var defects: [KnowledgeDefect] = []
        for name in try names() {
            do {
                releases.append(try load(name, cases: cases))
            } catch {
                defects += error.defects
            }
        }
        guard defects.isEmpty else { throw InvalidKnowledge(defects: defects) }
        return releases
    }

    /// Loads one release by its name.
    /// - Throws: `InvalidKnowledge`, also where the release calls itself by another name.
    public func load(
        _ name: String, cases: KnowledgeLoader.Cases = .read
    ) throws(InvalidKnowledge) -> KnowledgeBase {
        let folder = directory + "/" + name
        let release: KnowledgeBase
        do {
            release = try KnowledgeLoader(directory: folder).load(cases: cases)
        } catch {
            throw InvalidKnowledge(defects: error.defects.map { $0.file == folder ? $0 : $0.moved(to: folder) })
        }
        if release.manifest.version == name { return release }
        let sentence = "the release calls itself `\(release.manifest.version)`, its folder `\(name)`"
        throw InvalidKnowledge(defects: [
            KnowledgeDefect(.releaseName, file: folder + "/manifest.json", pointer: "#/version", sentence)
        ])
    }

    /// Versions by their numbers, newest first; what is no number counts as nothing and goes by its letters.
    public static func newestFirst(_ versions: [String]) -> [String] {
        func numbers(_ version: String) -> [Int] { version.split(separator: ".").map { Int($0) ?? -1 } }
        return versions.sorted { left, right in
            let (first, second) = (numbers(left), numbers(right))
            return first == second ? left > right : second.lexicographicallyPrecedes(first)
        }
    }
}
