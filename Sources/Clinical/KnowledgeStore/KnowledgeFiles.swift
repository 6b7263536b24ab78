import FoundationEssentials
import JSONText

/// The files of a knowledge folder, sorted by path, and the digest over them.
struct KnowledgeFiles {
    /// Documents by path relative to the folder, ascending.
    let documents: [(path: String, node: DocumentNode)]
    /// `sha256:` and the digest over the paths and bytes of every loaded document.
    let digest: String

    /// Files larger than this are refused unread: no document of knowledge is that large.
    static let maximumSize = 4 << 20

    /// Reads every JSON document of the layout. Defects of reading and syntax go to the log.
    init(directory: String, log: DefectLog) {
        var documents: [(path: String, node: DocumentNode)] = []
        var hash = SHA256()
        for path in Self.paths(in: directory, log: log) {
            guard let data = FileManager.default.contents(atPath: directory + "/" + path) else {
                log.add(KnowledgeDefect(.unreadable, file: path, "the file cannot be read"))
                continue
            }
            guard data.count <= Self.maximumSize else {
                log.add(KnowledgeDefect(.unreadable, file: path, "the file is larger than \(Self.maximumSize) bytes"))
                continue
            }
            let bytes = [UInt8](data)
            hash.update(path.utf8)
            hash.update([0])
            hash.update(String(bytes.count).utf8)
            hash.update([0])
            hash.update(bytes)
            do {
                let value = try JSONReader().read(bytes)
                documents.append((path, DocumentNode(value: value, file: path, pointer: .root, log: log)))
            } catch {
                log.add(KnowledgeDefect(.syntax, file: path, error.sentence))
            }
        }
        self.documents = documents
        digest = "sha256:" + hash.finish()
    }

    /// Whether a folder holds a manifest.
    static func isKnowledge(_ directory: String) -> Bool {
        FileManager.default.isReadableFile(atPath: directory + "/manifest.json")
    }

    /// The documents under a folder, with the name without `.json` of each.
    func folder(_ prefix: String) -> [(name: String, node: DocumentNode)] {
        documents.compactMap { path, node in
            guard path.hasPrefix(prefix + "/"), path.hasSuffix(".json") else { return nil }
            let name = path.dropFirst(prefix.count + 1).dropLast(5)
            return name.contains("/") ? nil : (String(name), node)
        }
    }

    /// The document at exactly this path.
    func document(_ path: String) -> DocumentNode? { documents.first { $0.path == path }?.node }

    private static let places = ["facts", "references", "drugs", "interventions"]
    private static let topicPlaces = ["recommendations", "diagnostics", "disagreements", "cases"]

    /// Relative paths of the documents; anything else than the layout is a defect, but for texts and the schemas.
    private static func paths(in directory: String, log: DefectLog) -> [String] {
        let manager = FileManager.default
        guard let names = try? manager.subpathsOfDirectory(atPath: directory) else {
            log.add(KnowledgeDefect(.unreadable, file: directory, "the folder cannot be read"))
            return []
        }
        return names.sorted().filter { path in
            guard !path.hasPrefix("schema/"), path.hasSuffix(".json") else {
                let isText = path.hasSuffix(".md") || path.hasPrefix("schema") || !path.contains(".")
                if !isText { log.add(KnowledgeDefect(.unexpectedFile, file: path, "the file is no JSON document")) }
                return false
            }
            let parts = path.split(separator: "/").map(String.init)
            let fits =
                switch parts.count {
                case 1: path == "manifest.json" || path == "coverage.json"
                case 2: places.contains(parts[0])
                case 3: parts[0] == "topics" && ["topic.json", "statements.json"].contains(parts[2])
                case 4: parts[0] == "topics" && topicPlaces.contains(parts[2])
                default: false
                }
            if !fits {
                log.add(
                    KnowledgeDefect(.unexpectedFile, file: path, "the file has no place in the layout of the folder"))
            }
            return fits
        }
    }
}
