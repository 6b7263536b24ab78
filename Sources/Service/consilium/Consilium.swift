import ArgumentParser

/// The program.
@main
struct Consilium: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consilium",
        abstract: "Treatment options for neuroendocrine neoplasms, with their reasons and sources.",
        discussion: """
            For healthcare professionals. It lists options for discussion in a multidisciplinary team; it makes no \
            diagnosis and is not for emergencies.

            Exit codes follow sysexits: 0 done, 64 wrong usage, 65 bad data, 69 not available, 78 bad configuration.
            """,
        version: ProductVersion.current,
        subcommands: [
            ServeCommand.self, CheckCommand.self, AskCommand.self, DiffCommand.self, SignCommand.self,
            HealthcheckCommand.self, KeyCommand.self, JournalCommand.self,
        ])
}

/// The version of the service; the knowledge has its own.
enum ProductVersion {
    static let current = "0.1.0"
}

extension ExitCode {
    /// EX_DATAERR of sysexits: the input data was wrong.
    static let badData = ExitCode(65)
    /// EX_UNAVAILABLE.
    static let unavailable = ExitCode(69)
    /// EX_CONFIG.
    static let badConfiguration = ExitCode(78)
}
