import ArgumentParser
import ClientAccess

/// Makes an API key for a client and what the operator's file says of it.
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make an API key for a client, and its hash.",
        discussion: """
            The first line is the key, for the client alone; it is shown once and kept nowhere. The second is its hash, for \
            the member `hash` in the file that the setting `clients` names. The key is 256 random bits, so the hash is one \
            SHA-256: there is nothing to guess.
            """)

    @Flag(help: "Only the key, for a pipe; the hash goes to standard error.")
    var bare = false

    func run() throws {
        let key = APIKey()
        if bare {
            Console.line(key.text)
            Console.error(key.hash)
        } else {
            Console.line("key   \(key.text)")
            Console.line("hash  \(key.hash)")
        }
    }
}
