import HTTPServer
import Synchronization

/// A stored document that is rendered when it is first asked for, then kept: most of what a release could say is never asked
/// in the life of a process. Safe from any thread; two that ask first wait for one rendering.
final class StoredOnDemand: Sendable {
    private let present = Mutex<StoredDocument?>(nil)
    private let render: @Sendable () -> StoredDocument

    init(_ render: @escaping @Sendable () -> StoredDocument) { self.render = render }

    /// The document.
    var document: StoredDocument {
        present.withLock { present in
            if let present { return present }
            let made = render()
            present = made
            return made
        }
    }
}
