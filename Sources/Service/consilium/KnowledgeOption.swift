import ArgumentParser
import FoundationEssentials
import GuidelineContent
import HTTPWire
import KnowledgeStore

/// Finds and loads the knowledge for a command.
enum KnowledgeOption {
    /// The knowledge of a folder, else the bundled one.
    /// - Throws: exit code 78 after every defect, or the folders that were tried, stand on standard error.
    static func load(_ folder: String?, failure: ExitCode = .badConfiguration) throws -> KnowledgeBase {
        guard let directory = folder ?? GuidelineContent.directory(executable: Console.executablePath) else {
            let tried = GuidelineContent.candidates(executable: Console.executablePath).joined(separator: ", ")
            Console.error("consilium: no knowledge was found; tried \(tried). Name a folder with --knowledge.")
            throw ExitCode.badConfiguration
        }
        do {
            return try KnowledgeLoader(directory: directory, today: today).load()
        } catch {
            for defect in error.defects { Console.error(defect.description) }
            Console.error(
                "consilium: the knowledge in `\(directory)` has \(error.defects.count) defects and is not used")
            throw failure
        }
    }

    /// Today, for overdue reviews.
    static var today: String {
        HTTPDate.isoDay(secondsSince1970: Int(Date().timeIntervalSince1970))
    }
}
