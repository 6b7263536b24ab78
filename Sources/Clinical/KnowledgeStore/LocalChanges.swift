/// What a folder of local knowledge changed in a release.
public struct LocalChanges: Sendable, Equatable {
    /// How a local document stands to the release.
    public enum Kind: String, Sendable {
        /// The release has no document of this id.
        case added
        /// It stands in the place of the release's document of the same id.
        case overridden
    }

    /// One document of the local folder.
    public struct Document: Sendable, Equatable {
        /// Its path relative to the folder, which is its place in the release.
        public let path: String
        /// How it stands to the release.
        public let kind: Kind
    }

    /// The documents of the local folder, by path ascending; empty where no local folder was named.
    public let documents: [Document]
    /// Statements of topics that the local folder brought or changed, by `<topic>.<statement>`; those that a local
    /// `statements.json` repeats from the release are none of them.
    private let statements: [String: Kind]

    init(documents: [Document] = [], statements: [String: Kind] = [:]) {
        self.documents = documents
        self.statements = statements
    }

    /// Whether the release stands as it was published.
    public var isEmpty: Bool { documents.isEmpty }

    /// How the document of a path stands to the release; nil where it is the release's own. O(documents).
    public func kind(of path: String) -> Kind? { documents.first { $0.path == path }?.kind }

    /// How a statement of a topic stands to the release; nil where it is the release's own.
    public func kind(ofStatement id: String, in topic: String) -> Kind? { statements["\(topic).\(id)"] }
}
