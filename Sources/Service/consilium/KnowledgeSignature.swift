import FoundationEssentials
import KnowledgeStore
import Signing

/// The signature of a folder of knowledge: the file `SIGNATURE` in it holds, a line each, Ed25519 signatures in base64 over what
/// the folder is and its digest. Whose key it is stands nowhere: one of the keys that are trusted must fit.
enum KnowledgeSignature {
    /// What a folder is; a signature of the one is none of the other.
    enum Kind: String {
        case release = "consilium-knowledge-v1"
        case local = "consilium-local-knowledge-v1"
    }

    /// The file in the folder.
    static let file = "SIGNATURE"

    /// What is signed: the kind, a line feed, the digest.
    static func message(_ kind: Kind, _ digest: String) -> [UInt8] { Array("\(kind.rawValue)\n\(digest)".utf8) }

    /// The key that signed this folder; nil where none of these did.
    static func signer(
        of folder: String, _ kind: Kind, _ digest: String, among keys: [VerifyingKey]
    ) -> VerifyingKey? {
        guard let data = FileManager.default.contents(atPath: folder + "/" + file), data.count <= 65_536 else {
            return nil
        }
        let message = message(kind, digest)
        let signatures = String(decoding: data, as: UTF8.self).split { $0.isNewline }.prefix(16)
            .compactMap { Base64.decode(String($0)) }
        return keys.first { key in signatures.contains { key.accepts($0, of: message) } }
    }
}

/// What must be signed before it is served.
struct KnowledgeTrust: Sendable {
    /// Public keys in PEM, several to a file.
    let files: [String]

    /// Checks a load: the release, each kept one, and what lies over the release.
    /// - Throws: `ConfigurationError` with a sentence for each folder that nobody trusted signed.
    func check(_ loaded: KnowledgeSource.Loaded, _ folders: KnowledgeSource.Folders) throws(ConfigurationError) {
        let keys = try keys()
        var sentences: [String] = []
        func look(_ folder: String, _ kind: KnowledgeSignature.Kind, _ digest: String) {
            if KnowledgeSignature.signer(of: folder, kind, digest, among: keys) == nil {
                sentences.append(
                    "the knowledge in `\(folder)` (\(digest)) is not signed by a trusted key and is not used")
            }
        }
        look(folders.release, .release, loaded.base.releaseDigest)
        if let digest = loaded.base.localDigest { look(folders.local, .local, digest) }
        for kept in loaded.kept {
            look(folders.releases + "/" + kept.manifest.version, .release, kept.releaseDigest)
        }
        guard sentences.isEmpty else { throw ConfigurationError(sentences: sentences) }
    }

    private func keys() throws(ConfigurationError) -> [VerifyingKey] {
        var keys: [VerifyingKey] = []
        for file in files {
            do throws(SigningError) {
                keys += try VerifyingKey.read(pem: FileManager.default.contents(atPath: file).map { [UInt8]($0) } ?? [])
            } catch {
                throw ConfigurationError(sentences: ["`\(file)` holds no public key of Ed25519 in PEM"])
            }
        }
        return keys
    }
}
