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
        do throws(ConfigurationError) {
            return try read(folder, local: local)
        } catch {
            error.print()
            throw failure
        }
    }

    /// The same, without a word.
    /// - Throws: `ConfigurationError` with every defect, and the sentence that ends them last.
    static func read(
        _ folder: String?, local: String? = nil, cases: KnowledgeLoader.Cases = .read
    ) throws(ConfigurationError) -> KnowledgeBase {
        let directory = try find(folder)
        do throws(InvalidKnowledge) {
            return try KnowledgeLoader(directory: directory, local: local, today: today).load(cases: cases)
        } catch {
            let over = local.map { " with `\($0)` over it" } ?? ""
            throw ConfigurationError(
                error.defects,
                "the knowledge in `\(directory)`\(over) has \(error.defects.count) defects and is not used")
        }
    }

    /// The folder that is named, else the bundled one.
    /// - Throws: exit code 78 after the folders that were tried stand on standard error.
    static func directory(_ folder: String?) throws -> String {
        do throws(ConfigurationError) {
            return try find(folder)
        } catch {
            error.print()
            throw ExitCode.badConfiguration
        }
    }

    /// The same, without a word.
    static func find(_ folder: String?) throws(ConfigurationError) -> String {
        if let found = folder ?? GuidelineContent.directory(executable: Console.executablePath) { return found }
        let tried = GuidelineContent.candidates(executable: Console.executablePath).joined(separator: ", ")
        throw ConfigurationError([], "no knowledge was found; tried \(tried). Name a folder with --knowledge.")
    }

    /// The releases that are kept in a folder, newest first; none where no folder is named.
    /// - Throws: `ConfigurationError` where one cannot be used, or says that it is the release in use and is another.
    static func releases(
        _ folder: String, beside base: KnowledgeBase, cases: KnowledgeLoader.Cases
    ) throws(ConfigurationError) -> [KnowledgeBase] {
        if folder.isEmpty { return [] }
        let kept: [KnowledgeBase]
        do throws(InvalidKnowledge) {
            kept = try KnowledgeReleases(directory: folder).load(cases: cases)
        } catch {
            throw ConfigurationError(
                error.defects, "the releases in `\(folder)` have \(error.defects.count) defects and are not used")
        }
        let twin = kept.first { $0.manifest.version == base.manifest.version }
        if let twin, base.local.isEmpty, twin.digest != base.digest {
            throw ConfigurationError(
                [],
                "the release \(twin.manifest.version) in `\(folder)` is not the one in use, which has the same version "
                    + "and another digest")
        }
        return kept
    }

    /// Today, for overdue reviews.
    static var today: String {
        HTTPDate.isoDay(secondsSince1970: Int(Date().timeIntervalSince1970))
    }
}

extension ConfigurationError {
    /// Defects of knowledge and the sentence that ends them.
    init(_ defects: [KnowledgeDefect], _ sentence: String) {
        details = defects.map(\.description)
        sentences = [sentence]
    }

    /// Every detail and sentence on standard error.
    func print() {
        for detail in details { Console.error(detail) }
        for sentence in sentences { Console.error("consilium: \(sentence)") }
    }
}
