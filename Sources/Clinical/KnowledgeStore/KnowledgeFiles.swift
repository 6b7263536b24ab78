import Dispatch
import FoundationEssentials
import Glibc
import JSONText

/// The files of a knowledge folder, with those of a local folder over them, sorted by path.
struct KnowledgeFiles: Sendable {
    /// Documents by path relative to the folder, ascending.
    let documents: [(path: String, value: JSONValue)]
    /// Works out the digests over the bytes of all documents, one chain each and so one thread's work: the loader does it
    /// beside the reading of the vocabulary.
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
        let release = OpenFolder(directory)
        let over = localDirectory.map(OpenFolder.init) ?? release
        let sources = (local == nil ? ownPaths : own.union(localPaths).sorted()).map { path in
            let isLocal = localPaths.contains(path)
            return Source(
                path: path, folder: isLocal ? over : release, isLocal: isLocal,
                // Hashed a second time only where something lies over the release.
                covered: isLocal && own.contains(path) ? release : nil)
        }
        let read = AllProcessors.map(sources.count, stride: 16) { number in
            let source = sources[number]
            return ReadSource(source, isRead: cases == .read || !KnowledgeFolder.lies(source.path, in: "cases"))
        }
        let hasLocal = local != nil
        digests = { Digests(sources, read, hasLocal: hasLocal) }
        var documents: [(path: String, value: JSONValue)] = []
        documents.reserveCapacity(sources.count)
        for (source, read) in zip(sources, read) {
            if let tree = read.tree { documents.append((source.path, tree)) }
            read.defects.forEach(log.add)
        }
        self.documents = documents
        self.local = Self.changes(documents, localPaths, own, release)
    }

    /// One document to read.
    struct Source: Sendable {
        let path: String
        let folder: OpenFolder
        let isLocal: Bool
        /// The folder of the release whose document of this path lies under a local one; nil: none does.
        let covered: OpenFolder?
    }

    /// A folder kept open, so that the way to it is walked once and not for each document.
    final class OpenFolder: Sendable {
        /// -1: it cannot be opened, and nothing in it.
        let descriptor: Int32

        init(_ path: String) { descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }

        deinit { if descriptor >= 0 { close(descriptor) } }
    }

    /// A document as it was read.
    struct ReadSource: Sendable {
        /// nil: it cannot be read.
        let bytes: [UInt8]?
        /// Those of what it covers.
        let covered: [UInt8]?
        /// nil where it has a defect; null where its bytes are all that counts.
        let tree: JSONValue?
        let defects: [KnowledgeDefect]

        init(_ source: Source, isRead: Bool) {
            // What a local document covers is only hashed; where it cannot be read, it counts as not there.
            covered = source.covered.flatMap { try? KnowledgeFiles.bytes($0, source.path) }
            do throws(KnowledgeDefect) {
                let bytes = try KnowledgeFiles.bytes(source.folder, source.path)
                self.bytes = bytes
                do throws(JSONSyntaxError) {
                    tree = try isRead ? JSONReader().read(bytes) : .null
                    defects = []
                } catch {
                    tree = nil
                    defects = [KnowledgeDefect(.syntax, file: source.path, error.sentence)]
                }
            } catch {
                (bytes, tree, defects) = (nil, nil, [error])
            }
        }
    }

    /// The bytes of a file.
    /// - Throws: a defect where it cannot be read.
    private static func bytes(_ folder: OpenFolder, _ path: String) throws(KnowledgeDefect) -> [UInt8] {
        let file = openat(folder.descriptor, path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        defer { if file >= 0 { close(file) } }
        guard file >= 0, fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw KnowledgeDefect(.unreadable, file: path, "the file cannot be read")
        }
        guard status.st_size <= maximumSize else {
            throw KnowledgeDefect(.unreadable, file: path, "the file is larger than \(maximumSize) bytes")
        }
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
        guard !failed else { throw KnowledgeDefect(.unreadable, file: path, "the file cannot be read") }
        return bytes
    }

    private static func changes(
        _ documents: [(path: String, value: JSONValue)], _ localPaths: Set<String>, _ own: Set<String>,
        _ release: OpenFolder
    ) -> LocalChanges {
        var statements: [String: LocalChanges.Kind] = [:]
        for (path, value) in documents where localPaths.contains(path) && path.hasSuffix("/statements.json") {
            // What is wrong in the release's own file is not told twice: it is not loaded.
            let before = (try? bytes(release, path)).flatMap { try? JSONReader().read($0) }
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

    /// The places of the documents under a folder. The layout has no folders in one that is asked for.
    func places(in folder: String) -> Range<Int> {
        firstPlace(from: folder + "/")..<placeBehind(folder)
    }

    /// The topics that have documents, ascending.
    var topicIDs: [String] {
        var ids: [String] = []
        var place = firstPlace(from: "topics/")
        while place < documents.count, let id = KnowledgeFolder.topic(documents[place].path) {
            ids.append(String(id))
            place = placeBehind("topics/\(id)")
        }
        return ids.sorted()
    }

    /// The place of the document at exactly this path. O(log n): every topic asks.
    func place(of path: String) -> Int? {
        let place = firstPlace(from: path)
        return place < documents.count && documents[place].path == path ? place : nil
    }

    /// The place behind the documents of a folder: `0` is the character that follows `/`.
    private func placeBehind(_ folder: String) -> Int { firstPlace(from: folder + "0") }

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
            let name = files.documents[place].path.utf8.dropFirst(path.utf8.count + 1).dropLast(5)
            return (String(Substring(name)), node(place))
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

    /// Relative paths of the documents, ascending; anything else than the layout is a defect, but for texts and the schemas.
    func paths(_ log: DefectLog) -> [String] {
        var documents: [String] = []
        var defects: [KnowledgeDefect] = []
        var level = [""]
        for depth in 0...Self.depth {
            let listed = AllProcessors.map(level.count, stride: 4) { [level] number in
                list(level[number], follows: depth < Self.depth)
            }
            for found in listed {
                documents += found.documents
                defects += found.defects
            }
            level = listed.flatMap(\.folders)
        }
        for defect in defects.sorted(by: { ($0.file, $0.code.rawValue) < ($1.file, $1.code.rawValue) }) {
            log.add(defect)
        }
        return documents.sorted()
    }

    /// What lies right in a folder.
    private struct Listing: Sendable {
        /// The paths of documents that the layout has there.
        var documents: [String] = []
        /// The paths of folders.
        var folders: [String] = []
        var defects: [KnowledgeDefect] = []
    }

    /// Lists a folder. Folders in it are followed through links, and names that begin with `..` are left out: Kubernetes mounts
    /// a ConfigMap as links into `..data`, which changes as a whole.
    private func list(_ folder: String, follows: Bool) -> Listing {
        var listing = Listing()
        guard let stream = opendir(directory + "/" + folder) else {
            listing.defects = [
                KnowledgeDefect(.unreadable, file: folder.isEmpty ? directory : folder, "the folder cannot be read")
            ]
            return listing
        }
        defer { closedir(stream) }
        let contents = Self.contents(of: folder)
        while let entry = readdir(stream) {
            let name = Self.name(of: entry)
            if name == "." || name.hasPrefix("..") { continue }
            let path = folder.isEmpty ? name : folder + "/" + name
            switch Self.kind(of: name, in: folder, contents) {
            case .document: listing.documents.append(path)
            case .noDocument: listing.defects.append(Self.unexpected(path, "the file is no JSON document"))
            case .misplaced:
                listing.defects.append(Self.unexpected(path, "the file has no place in the layout of the folder"))
            case .other: break
            }
            // Documents are files; a deeper folder than the layout has ends a circle of links too.
            guard follows, !name.hasSuffix(".json"), !name.hasSuffix(".md") else { continue }
            if isFolder(path, Int32(entry.pointee.d_type)) { listing.folders.append(path) }
        }
        // Here on all processors, so that the whole, made of such runs, is sorted with hardly a comparison too many.
        listing.documents.sort()
        return listing
    }

    private static func unexpected(_ path: String, _ sentence: String) -> KnowledgeDefect {
        KnowledgeDefect(.unexpectedFile, file: path, sentence)
    }

    /// What a name in a folder is.
    private enum Kind {
        case document, noDocument, misplaced
        /// A text, a schema, or a folder.
        case other
    }

    private static func kind(of name: String, in folder: String, _ contents: Contents) -> Kind {
        let isSchema = folder.isEmpty ? name.hasPrefix("schema") : folder.hasPrefix("schema")
        guard name.hasSuffix(".json"), !folder.hasPrefix("schema/"), folder != "schema" else {
            return name.hasSuffix(".md") || isSchema || !(folder + name).utf8.contains(0x2E) ? .other : .noDocument
        }
        return switch contents {
        case .single: single.contains(name[...]) ? .document : .misplaced
        case .topicDocuments: topicDocuments.contains(name[...]) ? .document : .misplaced
        case .any: .document
        case .nothing: .misplaced
        }
    }

    /// What the layout has in a folder.
    private enum Contents {
        case single, topicDocuments, any, nothing
    }

    private static func contents(of folder: String) -> Contents {
        let parts = folder.utf8.split(separator: 0x2F).map(Substring.init)
        switch parts.count {
        case 0: return .single
        case 1: return places.contains(parts[0]) ? .any : .nothing
        case 2: return parts[0] == "topics" ? .topicDocuments : .nothing
        case 3: return parts[0] == "topics" && topicPlaces.contains(parts[2]) ? .any : .nothing
        default: return .nothing
        }
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
        withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            String(decoding: UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.firstIndex(of: 0) ?? 0)]), as: UTF8.self)
        }
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
