import ArgumentParser
import FoundationEssentials
import KnowledgeStore
import Signing

/// Signs a folder of knowledge with a key, for services that require it.
struct SignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Sign a folder of knowledge with an Ed25519 key.",
        discussion: """
            Loads the folder and adds a line to its file SIGNATURE. A key: `openssl genpkey -algorithm ed25519`; what \
            services trust: `openssl pkey -in KEY -pubout`. This says that the files are these; what a clinician approved \
            stands in the manifest.

            Exit code 65 where the knowledge has a defect, 78 where the key is none.
            """)

    @Argument(help: "The folder of a release, or the local one with --over.")
    var folder: String
    @Option(help: "The private key in PEM, without a passphrase.")
    var key: String
    @Option(help: "The release that FOLDER, local knowledge, lies over.")
    var over: String?

    func run() throws {
        let signing: SigningKey
        do {
            signing = try SigningKey(pem: FileManager.default.contents(atPath: key).map { [UInt8]($0) } ?? [])
        } catch {
            Console.error("consilium: `\(key)` holds no private key of Ed25519 in PEM without a passphrase")
            throw ExitCode.badConfiguration
        }
        let base = try KnowledgeOption.load(
            over ?? folder, local: over == nil ? nil : folder, failure: .badData)
        let kind = over == nil ? KnowledgeSignature.Kind.release : .local
        let digest = over == nil ? base.releaseDigest : base.localDigest ?? ""
        let signature = Base64.encode(try signing.sign(KnowledgeSignature.message(kind, digest)))
        let path = folder + "/" + KnowledgeSignature.file
        let before = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        // A line of before that this key wrote for other files is of no more use, but whose it is cannot be told.
        let lines = before.split { $0.isNewline }.map(String.init).filter { $0 != signature } + [signature]
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path), options: .atomic)
        Console.line("\(path): \(digest) signed by \(signing)")
    }
}
