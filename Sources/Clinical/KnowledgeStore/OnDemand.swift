import Synchronization

/// A value that is made when it is first asked for, then kept: most of what a release could say is never asked in the life of
/// a process. Safe from any thread; two that ask first wait for one making. What makes it
/// must not ask for it.
package final class OnDemand<Value: Sendable>: Sendable {
    private let present = Mutex<Value?>(nil)
    private let make: @Sendable () -> Value

    /// A value that `make` will make.
    package init(_ make: @escaping @Sendable () -> Value) { self.make = make }

    /// The value.
    package var value: Value {
        present.withLock { present in
            if let present { return present }
            let made = make()
            present = made
            return made
        }
    }
}
