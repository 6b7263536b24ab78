import FoundationEssentials

/// Where the bundled knowledge is. SwiftPM's own `Bundle.module` traps where its folder is missing; this says nil.
public enum GuidelineContent {
    /// Folders that may hold the bundled knowledge, for an executable at this path: beside it, under the name that the
    /// build gives, and as `Content`.
    public static func candidates(executable path: String) -> [String] {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return ["consilium_GuidelineContent.resources/Content", "Content"].map { folder + "/" + $0 }
    }

    /// The first candidate that holds a manifest; nil where none does.
    public static func directory(executable path: String) -> String? {
        candidates(executable: path).first { FileManager.default.fileExists(atPath: $0 + "/manifest.json") }
    }
}
