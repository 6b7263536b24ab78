import FoundationEssentials
import JSONText

/// The files of a knowledge folder, with those of a local folder over them, sorted by path, and the digests over them.
struct KnowledgeFiles {
    /// Documents by path relative to the folder, ascending.
    let documents: [(path: String, node: DocumentNode)]
    /// `sha256:` and the digest over every document but the manifest: what a reviewer signs.
    let documentsDigest: String
    /// `sha256:` and the digest over the manifest and `documentsDigest`: the whole release.
    let digest: String
    /// `sha256:` and the digest over the release alone, whatever lies over it: what its maker signs.
    let releaseDigest: String
    /// `sha256:` and the digest over the local folder alone; nil where there is none.
    let localDigest: String?
    /// What the local folder changed.
    let local: LocalChanges
    /// The documents of each folder, with the name without `.json` of each: topics ask for theirs again and again.
    private let folders: [Substring: [(name: String, node: DocumentNode)]]

    /// Files larger than this are refused unread: no document of knowledge is that large.
    static let maximumSize = 4 << 20

    private static let manifest = "manifest.json"

    /// Reads every JSON document of the layout. Defects of reading and syntax go to the log.
    init(directory: String, local localDirectory: String? = nil, log: DefectLog) {
        let own = Set(KnowledgeFolder(directory: directory).paths(log))
        let local = localDirectory.map { KnowledgeFolder(directory: $0) }
        var localPaths = Set(local?.paths(log) ?? [])
        if localPaths.remove(Self.manifest) != nil {
            log.add(
                KnowledgeDefect(
                    .localManifest, file: Self.manifest, "a local folder has no manifest; the release keeps its own"))
        }
        var documents: [(path: String, node: DocumentNode)] = []
        var hash = SHA256()
        // Hashed a second time only where something lies over the release.
        var (releaseHash, localHash) = (SHA256(), SHA256())
        var manifestBytes: [UInt8] = []
        for path in own.union(localPaths).sorted() {
            let isLocal = localPaths.contains(path)
            let folder = isLocal ? local?.directory ?? directory : directory
            guard let bytes = Self.bytes(folder, path, log) else { continue }
            if path == Self.manifest {
                manifestBytes = bytes
            } else {
                // A local document counts as local: the same bytes in the release are another release.
                if isLocal { hash.update("local".utf8) }
                Self.add(path, bytes, to: &hash)
                if isLocal { Self.add(path, bytes, to: &localHash) }
                if local != nil, own.contains(path),
                    let covered = isLocal ? Self.bytes(directory, path, log) : bytes
                {
                    Self.add(path, covered, to: &releaseHash)
                }
            }
            do {
                let value = try JSONReader().read(bytes)
                documents.append((path, DocumentNode(value: value, file: path, pointer: .root, log: log)))
            } catch {
                log.add(KnowledgeDefect(.syntax, file: path, error.sentence))
            }
        }
        self.documents = documents
        var folders: [Substring: [(name: String, node: DocumentNode)]] = [:]
        for (path, node) in documents {
            guard let slash = path.utf8.lastIndex(of: 0x2F), path.hasSuffix(".json") else { continue }
            let name = String(path[path.utf8.index(after: slash)...].dropLast(5))
            folders[path[..<slash], default: []].append((name, node))
        }
        self.folders = folders
        documentsDigest = "sha256:" + hash.finish()
        digest = Self.digest(manifestBytes, documentsDigest)
        releaseDigest = local == nil ? digest : Self.digest(manifestBytes, "sha256:" + releaseHash.finish())
        localDigest = local == nil ? nil : "sha256:" + localHash.finish()
        self.local = Self.changes(documents, localPaths, own, directory)
    }

    /// The digest over a manifest and the documents beside it.
    private static func digest(_ manifest: [UInt8], _ documentsDigest: String) -> String {
        var whole = SHA256()
        add(Self.manifest, manifest, to: &whole)
        whole.update(documentsDigest.utf8)
        return "sha256:" + whole.finish()
    }

    /// The bytes of a file; nil, with a defect, where it cannot be read.
    private static func bytes(_ folder: String, _ path: String, _ log: DefectLog) -> [UInt8]? {
        guard let data = FileManager.default.contents(atPath: folder + "/" + path) else {
            log.add(KnowledgeDefect(.unreadable, file: path, "the file cannot be read"))
            return nil
        }
        guard data.count <= maximumSize else {
            log.add(KnowledgeDefect(.unreadable, file: path, "the file is larger than \(maximumSize) bytes"))
            return nil
        }
        return [UInt8](data)
    }

    private static func add(_ path: String, _ bytes: [UInt8], to hash: inout SHA256) {
        hash.update(path.utf8)
        hash.update([0])
        hash.update(String(bytes.count).utf8)
        hash.update([0])
        hash.update(bytes)
    }

    private static func changes(
        _ documents: [(path: String, node: DocumentNode)], _ localPaths: Set<String>, _ own: Set<String>,
        _ directory: String
    ) -> LocalChanges {
        var statements: [String: LocalChanges.Kind] = [:]
        for (path, node) in documents where localPaths.contains(path) && path.hasSuffix("/statements.json") {
            // What is wrong in the release's own file is not told twice: it is not loaded.
            let before = bytes(directory, path, DefectLog()).flatMap { try? JSONReader().read($0) }
            let known = Self.statements(before)
            let topic = String(path.split(separator: "/").dropFirst().first ?? "")
            for (id, value) in Self.statements(node.value) where known[id] != value {
                statements["\(topic).\(id)"] = known[id] == nil ? .added : .overridden
            }
        }
        return LocalChanges(
            documents: localPaths.sorted().map { .init(path: $0, kind: own.contains($0) ? .overridden : .added) },
            statements: statements)
    }

    private static func statements(_ document: JSONValue?) -> [String: JSONValue] {
        guard case .array(let elements) = document?["statements"] else { return [:] }
        return Dictionary(
            elements.compactMap { element in
                if case .string(let id) = element["id"] { (id, element) } else { nil }
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Whether a folder holds a manifest.
    static func isKnowledge(_ directory: String) -> Bool {
        FileManager.default.isReadableFile(atPath: directory + "/" + manifest)
    }

    /// The documents right under a folder, with the name without `.json` of each.
    func folder(_ path: String) -> [(name: String, node: DocumentNode)] { folders[path[...]] ?? [] }

    /// The document at exactly this path.
    func document(_ path: String) -> DocumentNode? { documents.first { $0.path == path }?.node }
}

/// The layout of a folder of knowledge, of a release or a local one.
struct KnowledgeFolder {
    let directory: String

    private static let single = [
        "manifest.json", "coverage.json", "drug-names.json", "dose-rules.json", "patient-advice.json",
    ]
    private static let places = ["facts", "references", "drugs", "interventions", "terminology"]
    private static let topicPlaces = ["recommendations", "diagnostics", "disagreements", "cases"]

    /// Relative paths of the documents; anything else than the layout is a defect, but for texts and the schemas.
    func paths(_ log: DefectLog) -> [String] {
        var names: [String] = []
        collect("", depth: 0, into: &names, log)
        return names.sorted().filter { path in
            guard !path.hasPrefix("schema/"), path.hasSuffix(".json") else {
                let isText = path.hasSuffix(".md") || path.hasPrefix("schema") || !path.contains(".")
                if !isText { log.add(KnowledgeDefect(.unexpectedFile, file: path, "the file is no JSON document")) }
                return false
            }
            let parts = path.split(separator: "/").map(String.init)
            let fits =
                switch parts.count {
                case 1: Self.single.contains(path)
                case 2: Self.places.contains(parts[0])
                case 3: parts[0] == "topics" && ["topic.json", "statements.json"].contains(parts[2])
                case 4: parts[0] == "topics" && Self.topicPlaces.contains(parts[2])
                default: false
                }
            if !fits {
                log.add(
                    KnowledgeDefect(.unexpectedFile, file: path, "the file has no place in the layout of the folder"))
            }
            return fits
        }
    }

    /// The paths below a folder. Folders are followed through links, and names that begin with `..` are left out: Kubernetes
    /// mounts a ConfigMap as links into `..data`, which changes as a whole.
    private func collect(_ folder: String, depth: Int, into names: inout [String], _ log: DefectLog) {
        guard let entries = try? FileManager.default.contentsOfDirectory(atPath: directory + "/" + folder) else {
            return log.add(
                KnowledgeDefect(.unreadable, file: folder.isEmpty ? directory : folder, "the folder cannot be read"))
        }
        for entry in entries where !entry.hasPrefix("..") {
            let path = folder.isEmpty ? entry : folder + "/" + entry
            names.append(path)
            // Documents are files; a deeper folder than the layout has ends a circle of links too.
            guard depth < Self.depth, !entry.hasSuffix(".json"), !entry.hasSuffix(".md") else { continue }
            var isFolder = false
            if FileManager.default.fileExists(atPath: directory + "/" + path, isDirectory: &isFolder), isFolder {
                collect(path, depth: depth + 1, into: &names, log)
            }
        }
    }

    /// Folders in folders: `topics/<topic>/recommendations`, and one that is too many, so that it is told.
    private static let depth = 4
}
