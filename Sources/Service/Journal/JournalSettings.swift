/// Where a journal is kept and how.
public struct JournalSettings: Sendable, Equatable {
    /// The file that is written; those that were full lie beside it as `name.000001`, `name.000002`, …
    public var path: String
    /// Bytes after which a new file begins.
    public var maximumSize = 67_108_864
    /// Lines that wait for the disk at most; more are refused.
    public var capacity = 4_096
    /// Whether each line carries the SHA-256 of the one before.
    public var isChained = true

    /// A journal in this file.
    public init(path: String) { self.path = path }
}

/// How a journal fares.
public struct JournalStatus: Sendable, Equatable {
    /// Lines that are on the disk since the start.
    public var written = 0
    /// Lines that were refused since the start: the queue was full, or the disk would not take them.
    public var refused = 0
    /// Lines that wait now.
    public var waiting = 0
    /// Times that the disk was asked to keep something; with `written`, how many lines share one.
    public var synchronisations = 0
    /// Files that were begun because one was full.
    public var rotations = 0
    /// What keeps it from writing; nil while it writes.
    public var fault: String?
    /// The number and digest of the last line. Who keeps them elsewhere can tell later that the end was cut off.
    public var last = (number: 0, digest: "")

    /// Whether two are the same in every figure.
    public static func == (one: JournalStatus, other: JournalStatus) -> Bool {
        one.written == other.written && one.refused == other.refused && one.waiting == other.waiting
            && one.synchronisations == other.synchronisations && one.rotations == other.rotations
            && one.fault == other.fault && one.last == other.last
    }
}
