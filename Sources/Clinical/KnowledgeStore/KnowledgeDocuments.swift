public import JSONText

/// The documents of a release as they are written, for whoever compares releases.
public struct KnowledgeDocuments: Sendable {
    /// How a document of one release stands to the other.
    public struct Change: Sendable, Equatable {
        /// What became of it.
        public enum Kind: String, Sendable {
            /// Only the newer release has it.
            case added
            /// Only the older release has it.
            case removed
            /// Both have it, with other content; spacing does not count.
            case changed
        }

        /// The document's path in its release.
        public let path: String
        /// What became of it.
        public let kind: Kind
        /// The members that differ, in the order of the newer document; empty but for `changed`.
        public let members: [String]

        /// `drugs/sunitinib.json changed (pitfalls)`.
        public var words: String {
            "\(path) \(kind.rawValue)" + (members.isEmpty ? "" : " (\(members.joined(separator: ", ")))")
        }
    }

    /// A case as its document asks it, before any vocabulary has read it.
    public struct PosedCase: Sendable {
        /// The document's path.
        public let path: String
        /// What it shows.
        public let title: String
        /// The question, where it asks one.
        public let question: String?
        /// The structured case, where it has one.
        public let content: JSONValue?
    }

    /// The documents by path.
    public let documents: [String: JSONValue]

    /// The cases, by path ascending.
    public var cases: [PosedCase] {
        documents.keys.filter { $0.contains("/cases/") }.sorted().compactMap { path in
            guard let document = documents[path] else { return nil }
            func text(_ name: String) -> String? {
                if case .string(let text) = document[name] { text } else { nil }
            }
            return PosedCase(
                path: path, title: text("title") ?? "", question: text("question"), content: document["case"])
        }
    }

    /// What became of each document on the way to a newer release, by path ascending; the cases are left out, as they
    /// answer nothing.
    public func changes(to newer: KnowledgeDocuments) -> [Change] {
        Set(documents.keys).union(newer.documents.keys).filter { !$0.contains("/cases/") }.sorted().compactMap { path in
            switch (documents[path], newer.documents[path]) {
            case (nil, _): return Change(path: path, kind: .added, members: [])
            case (_, nil): return Change(path: path, kind: .removed, members: [])
            case (let old?, let new?):
                if old == new { return nil }
                return Change(path: path, kind: .changed, members: Self.members(old, new))
            }
        }
    }

    private static func members(_ old: JSONValue, _ new: JSONValue) -> [String] {
        guard case .object(let before) = old, case .object(let after) = new else { return [] }
        let names = after.map(\.name) + before.map(\.name).filter { new[$0] == nil }
        return names.filter { old[$0] != new[$0] }
    }
}

extension KnowledgeLoader {
    /// The documents as they are written, the local ones in the place of the release's.
    /// - Throws: `InvalidKnowledge` where one cannot be read as JSON; nothing else is checked.
    public func documents() throws(InvalidKnowledge) -> KnowledgeDocuments {
        let log = DefectLog()
        let files = try files(log)
        guard !log.hasErrors else { throw InvalidKnowledge(defects: log.defects) }
        return KnowledgeDocuments(
            documents: Dictionary(
                files.documents.map { ($0.path, $0.value) }, uniquingKeysWith: { first, _ in first }))
    }
}
