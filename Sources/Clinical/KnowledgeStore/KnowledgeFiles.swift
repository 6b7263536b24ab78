import Dispatch
import FoundationEssentials
import Glibc
import JSONText

/// The files of a knowledge folder, with those of a local folder over them, sorted by path.
struct KnowledgeFiles: Sendable {
    /// Documents by path relative to the folder, ascending.
    let documents: [(path: String, value: JSONValue)]
    /// Works out the digests over the bytes of all documents, one chain each and so one thread's work: the loader does it
    /// beside the reading of the trees.
    let digests: @Sendable () -> Digests
    /// What the local folder changed.
    let local: LocalChanges

    /// Files larger than this are refused unread: no document of knowledge is that large.
    static let maximumSize = 4 << 20

    static let manifest = "manifest.json"

    /// Reads every JSON document of the layout. Defects of reading and syntax go to the log. Cases that are only `hashed`
    /// stand among the documents without content.
    init(
        directory: String, local localDirectory: String? = nil, cases: KnowledgeLoader.Cases = .read, log: DefectLog
    ) {
        let ownPaths = KnowledgeFolder(directory: directory).paths(log)
        let local = localDirectory.map { KnowledgeFolder(directory: $0) }
        // Only what lies over a release has to be looked up in it.
        let own = local == nil ? [] : Set(ownPaths)
        var localPaths = Set(local?.paths(log) ?? [])
        if localPaths.remove(Self.manifest) != nil {
            log.add(
                KnowledgeDefect(
                    .localManifest, file: Self.manifest, "a local folder has no manifest; the release keeps its own"))
        }
        let sources = (local == nil ? ownPaths : own.union(localPaths).sorted()).map { path in
            let isLocal = localPaths.contains(path)
            return Source(
                path: path, folder: isLocal ? local?.directory ?? directory : directory, isLocal: isLocal,
                // Hashed a second time only where something lies over the release.
                covered: isLocal && own.contains(path) ? directory : nil)
        }
        let made = AllProcessors.map(sources.count, stride: 16) { number in
            let (source, read) = (sources[number], Self.read(sources[number]))
            let isLeft = cases == .hashed && KnowledgeFolder.lies(source.path, in: "cases")
            return (read: read, tree: isLeft ? read.bytes.map { _ in .null } : Self.tree(read, source.path))
        }
        let hasLocal = local != nil
        digests = { [read = made.map(\.read)] in Digests(sources, read, hasLocal: hasLocal) }
        var documents: [(path: String, value: JSONValue)] = []
        documents.reserveCapacity(sources.count)
        for (source, made) in zip(sources, made) {
            switch made.tree {
            case .success(let value): documents.append((source.path, value))
            case .failure(let defect): log.add(defect)
            }
        }
        self.documents = documents
        self.local = Self.changes(documents, localPaths, own, directory)
    }

    /// One document to read.
    struct Source: Sendable {
        let path: String
        let folder: String
        let isLocal: Bool
        /// The folder of the release whose document of this path lies under a local one; nil: none does.
        let covered: String?
    }

    /// The bytes of a document, and of what it covers; a defect where it cannot be read.
    struct ReadSource: Sendable {
        let bytes: Result<[UInt8], KnowledgeDefect>
        let covered: Result<[UInt8], KnowledgeDefect>?
    }

    private static func read(_ source: Source) -> ReadSource {
        ReadSource(
            bytes: bytes(source.folder, source.path), covered: source.covered.map { bytes($0, source.path) })
    }

    private static func tree(_ source: ReadSource, _ path: String) -> Result<JSONValue, KnowledgeDefect> {
        let bytes: [UInt8]
        switch source.bytes {
        case .success(let read): bytes = read
        case .failure(let defect): return .failure(defect)
        }
        do throws(JSONSyntaxError) {
            return .success(try JSONReader().read(bytes))
        } catch {
            return .failure(KnowledgeDefect(.syntax, file: path, error.sentence))
        }
    }

    /// The bytes of a file; a defect where it cannot be read.
    private static func bytes(_ folder: String, _ path: String) -> Result<[UInt8], KnowledgeDefect> {
        let file = open(folder + "/" + path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        defer { if file >= 0 { close(file) } }
        guard file >= 0, fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return .failure(KnowledgeDefect(.unreadable, file: path, "the file cannot be read"))
        }
        let tooLarge = KnowledgeDefect(.unreadable, file: path, "the file is larger than \(maximumSize) bytes")
        guard status.st_size <= maximumSize else { return .failure(tooLarge) }
        // A byte more than the file has: the read that fills less has reached its end, and no second one has to say so.
        let capacity = Int(status.st_size) + 1
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            while count < capacity, let start = buffer.baseAddress {
                let taken = Glibc.read(file, start + count, capacity - count)
                if taken < 0, errno == EINTR { continue }
                failed = taken < 0
                if taken <= 0 { break }
                count += taken
                if count == capacity - 1 { break }
            }
        }
        guard !failed else { return .failure(KnowledgeDefect(.unreadable, file: path, "the file cannot be read")) }
        return .success(bytes)
    }

    private static func changes(
        _ documents: [(path: String, value: JSONValue)], _ localPaths: Set<String>, _ own: Set<String>,
        _ directory: String
    ) -> LocalChanges {
        var statements: [String: LocalChanges.Kind] = [:]
        for (path, value) in documents where localPaths.contains(path) && path.hasSuffix("/statements.json") {
            // What is wrong in the release's own file is not told twice: it is not loaded.
            let before = (try? bytes(directory, path).get()).flatMap { try? JSONReader().read($0) }
            let known = Self.statements(before)
            let topic = String(path.split(separator: "/").dropFirst().first ?? "")
            for (id, value) in Self.statements(value) where known[id] != value {
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

    /// Says that nothing more is read from them. To take the trees apart takes as long as to make a third of them: another
    /// thread does it, once whoever loads has let go of the nodes.
    func letGo() {
        DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + .milliseconds(500)) { [documents] in
            withExtendedLifetime(documents) {}
        }
    }

    /// The places of the documents right under a folder.
    func places(in folder: String) -> [Int] {
        let prefix = folder + "/"
        return documents[firstPlace(from: prefix)...].prefix { $0.path.hasPrefix(prefix) }.indices.filter { place in
            !documents[place].path.utf8.dropFirst(prefix.utf8.count).contains(0x2F)
        }
    }

    /// The place of the document at exactly this path. O(log n): every topic asks.
    func place(of path: String) -> Int? {
        let place = firstPlace(from: path)
        return place < documents.count && documents[place].path == path ? place : nil
    }

    /// The first place whose path is not before this one.
    private func firstPlace(from path: String) -> Int {
        var (low, high) = (0, documents.count)
        while low < high {
            let middle = (low + high) / 2
            if documents[middle].path < path { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// The files as one reader sees them, whose defects go to a log of its own.
struct LoggedFiles {
    let files: KnowledgeFiles
    let log: DefectLog

    /// The documents right under a folder, with the name without `.json` of each.
    func folder(_ path: String) -> [(name: String, node: DocumentNode)] {
        files.places(in: path).map { place in
            (String(files.documents[place].path.dropFirst(path.count + 1).dropLast(5)), node(place))
        }
    }

    /// The document at exactly this path.
    func document(_ path: String) -> DocumentNode? { files.place(of: path).map(node) }

    private func node(_ place: Int) -> DocumentNode {
        DocumentNode(value: files.documents[place].value, file: files.documents[place].path, log: log)
    }
}

/// The layout of a folder of knowledge, of a release or a local one.
struct KnowledgeFolder {
    let directory: String

    private static let single: [Substring] = [
        "manifest.json", "coverage.json", "drug-names.json", "dose-rules.json", "patient-advice.json",
    ]
    private static let places: [Substring] = ["facts", "references", "drugs", "interventions", "terminology"]
    private static let topicDocuments: [Substring] = ["topic.json", "statements.json"]
    private static let topicPlaces: [Substring] = ["recommendations", "diagnostics", "disagreements", "cases"]

    /// The topic that a path of the layout belongs to; nil where it is of none.
    static func topic(_ path: String) -> Substring? {
        guard path.utf8.starts(with: "topics/".utf8) else { return nil }
        let rest = path.utf8.dropFirst(7)
        return rest.firstIndex(of: 0x2F).map { Substring(rest[..<$0]) }
    }

    /// Whether a path of the layout lies in a folder of its topic, as `topics/<topic>/cases/…`.
    static func lies(_ path: String, in folder: String) -> Bool {
        guard let topic = topic(path) else { return false }
        let rest = path.utf8[topic.endIndex...].dropFirst()
        return rest.starts(with: folder.utf8) && rest.dropFirst(folder.utf8.count).first == 0x2F
    }

    /// Relative paths of the documents; anything else than the layout is a defect, but for texts and the schemas.
    func paths(_ log: DefectLog) -> [String] {
        var names: [String] = []
        collect("", depth: 0, into: &names, log)
        var last: (folder: Substring, holds: Contents) = ("", .single)
        return names.sorted().filter { path in
            guard !path.hasPrefix("schema/"), path.hasSuffix(".json") else {
                let isText = path.hasSuffix(".md") || path.hasPrefix("schema") || !path.contains(".")
                if !isText { log.add(KnowledgeDefect(.unexpectedFile, file: path, "the file is no JSON document")) }
                return false
            }
            let slash = path.utf8.lastIndex(of: 0x2F)
            let folder = slash.map { path[..<$0] } ?? ""
            // Documents of one folder follow each other.
            if folder != last.folder { last = (folder, Self.contents(of: folder)) }
            let name = slash.map { path[path.utf8.index(after: $0)...] } ?? path[...]
            let fits =
                switch last.holds {
                case .single: Self.single.contains(name)
                case .topicDocuments: Self.topicDocuments.contains(name)
                case .any: true
                case .nothing: false
                }
            if !fits {
                log.add(
                    KnowledgeDefect(.unexpectedFile, file: path, "the file has no place in the layout of the folder"))
            }
            return fits
        }
    }

    /// What the layout has in a folder.
    private enum Contents {
        case single, topicDocuments, any, nothing
    }

    private static func contents(of folder: Substring) -> Contents {
        let parts = folder.utf8.split(separator: 0x2F).map(Substring.init)
        switch parts.count {
        case 0: return .single
        case 1: return places.contains(parts[0]) ? .any : .nothing
        case 2: return parts[0] == "topics" ? .topicDocuments : .nothing
        case 3: return parts[0] == "topics" && topicPlaces.contains(parts[2]) ? .any : .nothing
        default: return .nothing
        }
    }

    /// The paths below a folder. Folders are followed through links, and names that begin with `..` are left out: Kubernetes
    /// mounts a ConfigMap as links into `..data`, which changes as a whole.
    private func collect(_ folder: String, depth: Int, into names: inout [String], _ log: DefectLog) {
        guard let stream = opendir(directory + "/" + folder) else {
            return log.add(
                KnowledgeDefect(.unreadable, file: folder.isEmpty ? directory : folder, "the folder cannot be read"))
        }
        defer { closedir(stream) }
        var folders: [String] = []
        while let entry = readdir(stream) {
            let name = Self.name(of: entry)
            if name == "." || name.hasPrefix("..") { continue }
            let path = folder.isEmpty ? name : folder + "/" + name
            names.append(path)
            // Documents are files; a deeper folder than the layout has ends a circle of links too.
            guard depth < Self.depth, !name.hasSuffix(".json"), !name.hasSuffix(".md") else { continue }
            if isFolder(path, Int32(entry.pointee.d_type)) { folders.append(path) }
        }
        for path in folders { collect(path, depth: depth + 1, into: &names, log) }
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
        withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// Whether a path is a folder or a link to one. Not every file system tells the type with the name.
    private func isFolder(_ path: String, _ type: Int32) -> Bool {
        if type == Int32(DT_DIR) { return true }
        guard type == Int32(DT_LNK) || type == Int32(DT_UNKNOWN) else { return false }
        var status = stat()
        return stat(directory + "/" + path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Folders in folders: `topics/<topic>/recommendations`, and one that is too many, so that it is told.
    private static let depth = 4
}
