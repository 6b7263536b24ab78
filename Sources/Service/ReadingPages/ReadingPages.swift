import FoundationEssentials

/// Where the pages are that people read: hand-written documents that stand alone, without a resource of any other place.
public enum ReadingPages {
    /// Folders that may hold the pages, for an executable at this path: beside it, under the name that the build gives, and
    /// as `Pages`.
    public static func candidates(executable path: String) -> [String] {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return ["consilium_ReadingPages.resources/Pages", "Pages"].map { folder + "/" + $0 }
    }

    /// The bytes of a page, such as `index.html`; nil where it does not lie beside the program.
    public static func page(_ name: String, executable path: String) -> [UInt8]? {
        for folder in candidates(executable: path) {
            if let data = FileManager.default.contents(atPath: folder + "/" + name) { return [UInt8](data) }
        }
        return nil
    }
}
