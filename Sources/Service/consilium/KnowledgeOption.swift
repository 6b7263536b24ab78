import ArgumentParser
import FoundationEssentials
import GuidelineContent
import HTTPWire
import KnowledgeStore

/// Finds and loads the knowledge for a command.
enum KnowledgeOption {
    /// The knowledge of a folder, else the bundled one, with a folder of local knowledge over it where one is named.
    /// - Throws: exit code 78 after every defect, or the folders that were tried, stand on standard error.
    static func load(
        _ folder: String?, local: String? = nil, failure: ExitCode = .badConfiguration
    ) throws -> KnowledgeBase {
        let directory = try directory(folder)
        do {
            return try KnowledgeLoader(directory: directory, local: local, today: today).load()
        } catch {
            for defect in error.defects { Console.error(defect.description) }
            let over = local.map { " with `\($0)` over it" } ?? ""
            Console.error(
                "consilium: the knowledge in `\(directory)`\(over) has \(error.defects.count) defects and is not used")
            throw failure
        }
    }

    /// The folder that is named, else the bundled one.
    static func directory(_ folder: String?) throws -> String {
        if let found = folder ?? GuidelineContent.directory(executable: Console.executablePath) { return found }
        let tried = GuidelineContent.candidates(executable: Console.executablePath).joined(separator: ", ")
        Console.error("consilium: no knowledge was found; tried \(tried). Name a folder with --knowledge.")
        throw ExitCode.badConfiguration
    }

    /// The releases that are kept in a folder, newest first; none where no folder is named.
    /// - Throws: exit code 78 where one cannot be used, or says that it is the release in use and is another.
    static func releases(_ folder: String, beside base: KnowledgeBase) throws -> [KnowledgeBase] {
        if folder.isEmpty { return [] }
        let kept: [KnowledgeBase]
        do {
            kept = try KnowledgeReleases(directory: folder).load()
        } catch {
            for defect in error.defects { Console.error(defect.description) }
            Console.error("consilium: the releases in `\(folder)` have \(error.defects.count) defects and are not used")
            throw ExitCode.badConfiguration
        }
        let twin = kept.first { $0.manifest.version == base.manifest.version }
        if let twin, base.local.isEmpty, twin.digest != base.digest {
            Console.error(
                "consilium: the release \(twin.manifest.version) in `\(folder)` is not the one in use, which has the "
                    + "same version and another digest")
            throw ExitCode.badConfiguration
        }
        return kept
    }

    /// Today, for overdue reviews.
    static var today: String {
        HTTPDate.isoDay(secondsSince1970: Int(Date().timeIntervalSince1970))
    }
}
