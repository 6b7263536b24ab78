/// The digests over a folder of knowledge: each is one chain over paths, lengths and bytes in the order of the paths.
struct Digests: Sendable {
    /// `sha256:` and the digest over every document but the manifest.
    let documents: String
    /// `sha256:` and the digest over the manifest and `documents`.
    let whole: String
    /// `sha256:` and the digest over the release alone, whatever lies over it.
    let release: String
    /// `sha256:` and the digest over the local folder alone; nil where there is none.
    let local: String?

    /// Hashes what was read; documents that could not be read are left out, and are defects elsewhere.
    init(_ sources: [KnowledgeFiles.Source], _ read: [KnowledgeFiles.ReadSource], hasLocal: Bool) {
        var hash = SHA256()
        // Hashed a second time only where something lies over the release.
        var (releaseHash, localHash) = (SHA256(), SHA256())
        var manifest: [UInt8] = []
        for (source, read) in zip(sources, read) {
            guard let bytes = read.bytes else { continue }
            if source.path == KnowledgeFiles.manifest {
                manifest = bytes
                continue
            }
            // A local document counts as local: the same bytes in the release are another release.
            if source.isLocal { hash.update("local".utf8) }
            Self.add(source.path, bytes, to: &hash)
            if source.isLocal { Self.add(source.path, bytes, to: &localHash) }
            if hasLocal {
                if !source.isLocal { Self.add(source.path, bytes, to: &releaseHash) }
                if let covered = read.covered { Self.add(source.path, covered, to: &releaseHash) }
            }
        }
        documents = "sha256:" + hash.finish()
        whole = Self.digest(manifest, documents)
        release = hasLocal ? Self.digest(manifest, "sha256:" + releaseHash.finish()) : whole
        local = hasLocal ? "sha256:" + localHash.finish() : nil
    }

    /// The digest over a manifest and the documents beside it.
    private static func digest(_ manifest: [UInt8], _ documents: String) -> String {
        var whole = SHA256()
        add(KnowledgeFiles.manifest, manifest, to: &whole)
        whole.update(documents.utf8)
        return "sha256:" + whole.finish()
    }

    private static func add(_ path: String, _ bytes: [UInt8], to hash: inout SHA256) {
        hash.update(path.utf8)
        hash.update([0])
        hash.update(String(bytes.count).utf8)
        hash.update([0])
        hash.update(bytes)
    }
}
