import ArgumentParser
import ClinicalAPI
import FoundationEssentials
import KnowledgeStore

/// Tells which cases two releases answer differently, and why.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Tell which cases two releases answer differently, and why.",
        discussion: """
            OLD and NEW are folders of knowledge, names of releases in the folder of --releases, or `bundled`. Every case of \
            both is asked of both; with --local-knowledge NEW has that folder over it.

            Exit code 0 where all answers are the same, 1 where some differ, 2 where a release cannot be loaded.
            """)

    @Argument(help: "The older release.")
    var old: String
    @Argument(help: "The newer release.")
    var new: String
    @Flag(help: "Print the comparison as JSON.")
    var json = false
    @Option(help: "A folder of kept releases (default: CONSILIUM_RELEASES).")
    var releases: String?
    @Option(help: "A folder of local knowledge over the newer release.")
    var localKnowledge: String?

    func run() throws {
        let before = try release(old, local: nil)
        let after = try release(new, local: localKnowledge)
        let comparison = ReleaseComparison(before, after) { Console.progress($0) }
        Console.endProgress()
        let (oldBase, newBase) = (before.advisor.knowledge, after.advisor.knowledge)
        if json {
            Console.bytes(comparison.json(old: oldBase, new: newBase) + [0x0A])
        } else {
            for line in Self.lines(comparison, oldBase, newBase) { Console.line(line) }
        }
        if !comparison.cases.isEmpty { throw ExitCode(1) }
    }

    /// Loads one side.
    /// - Throws: exit code 2 after its defects stand on standard error.
    private func release(_ name: String, local: String?) throws -> ComparedRelease {
        Console.progress("reading \(name) …")
        let loader = KnowledgeLoader(directory: try folder(name), local: local)
        do throws(InvalidKnowledge) {
            let base = try loader.load()
            return ComparedRelease(advisor: Advisor(knowledge: base), documents: try loader.documents())
        } catch {
            Console.endProgress()
            for defect in error.defects { Console.error(defect.description) }
            Console.error("consilium: `\(name)` cannot be loaded")
            throw ExitCode(2)
        }
    }

    /// A folder with a manifest, else a kept release, else the folder that is not there.
    private func folder(_ name: String) throws -> String {
        if FileManager.default.fileExists(atPath: name + "/manifest.json") { return name }
        if name == "bundled" { return try KnowledgeOption.directory(nil) }
        let kept = releases ?? ProcessInfo.processInfo.environment["CONSILIUM_RELEASES"] ?? ""
        return kept.isEmpty ? name : kept + "/" + name
    }

    // MARK: - Text

    private static func lines(
        _ comparison: ReleaseComparison, _ old: KnowledgeBase, _ new: KnowledgeBase
    ) -> [String] {
        var lines = [
            "old \(old.manifest.version) \(old.digest)", "new \(new.manifest.version) \(new.digest)",
            "\(comparison.changes.count) documents differ",
        ]
        lines += comparison.changes.map { "  \($0.words)" }
        lines.append("\(comparison.asked) cases asked, \(comparison.cases.count) answered differently")
        for differing in comparison.cases { lines += ["", differing.path + ": " + differing.title] + told(differing) }
        return lines
    }

    private static func told(_ differing: ReleaseComparison.Case) -> [String] {
        differing.differences.flatMap { difference -> [String] in
            let subject = difference.subject.isEmpty ? "" : " " + difference.subject
            return ["  \(difference.what)\(subject)"] + difference.old.map { "    - \($0)" }
                + difference.new.map { "    + \($0)" } + difference.why.map { "    why: \($0)" }
        }
    }
}
