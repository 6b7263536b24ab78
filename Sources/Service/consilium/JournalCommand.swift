import ArgumentParser
import Journal

/// What is done with journals.
struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "Examine a journal.", subcommands: [Verify.self])

    /// Reads a journal from its first line to its last.
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Say whether a journal is whole and in order.",
            discussion: """
                Reads the file and those that were full beside it (name.000001, …), line by line: numbers without a gap, and \
                in each line the SHA-256 of the one before. Who could write the file could also write all of it anew, or cut \
                off its end: compare the number and digest of the last line with those noted elsewhere (the metric \
                consilium_journal_last_line, the log line of the shutdown).

                Exit code 0 where all is in order, 65 where not.
                """)

        @Argument(help: "The file, as the setting `feedbackJournal` or `auditJournal` names it.")
        var file: String
        @Flag(help: "The oldest files are elsewhere: the first line here need not be number 1.")
        var part = false

        func run() throws {
            let found: JournalVerification
            do throws(JournalError) {
                found = try JournalVerification(path: file, isPart: part)
            } catch {
                Console.error("consilium: \(error.sentence)")
                throw ExitCode.badData
            }
            for fault in found.faults { Console.error(fault) }
            if found.tornBytes > 0 {
                Console.line("\(found.tornBytes) bytes of a torn last line: the service cuts them at its next start")
            }
            Console.line("\(found.lines) lines in \(found.files.count) files")
            Console.line("the last is \(found.lastNumber), \(found.lastDigest)")
            guard found.faults.isEmpty else { throw ExitCode.badData }
            Console.line("whole and in order")
        }
    }
}
