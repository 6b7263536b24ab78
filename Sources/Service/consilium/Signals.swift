import Dispatch
import Glibc

/// Ends the process at once on the second signal of those that ask it to stop, with 128 + its number.
final class SecondSignal {
    private var sources: [any DispatchSourceSignal] = []

    init(_ signals: [Int32]) {
        let counter = SignalCounter()
        for number in signals {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { if counter.isSecond() { _exit(128 + number) } }
            source.resume()
            sources.append(source)
        }
    }

    /// Watches no more.
    func cancel() { for source in sources { source.cancel() } }
}

/// Does something each time a signal comes.
final class ReloadSignal {
    private let source: any DispatchSourceSignal

    init(_ number: Int32, _ action: @escaping @Sendable () -> Void) {
        signal(number, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { action() }
        source.resume()
    }

    /// Watches no more.
    func cancel() { source.cancel() }
}

/// Does something every so often, on a queue of Dispatch.
final class Repetition {
    private let source: any DispatchSourceTimer

    init(
        every interval: DispatchTimeInterval, leeway: DispatchTimeInterval = .seconds(1),
        _ action: @escaping @Sendable () -> Void
    ) {
        source = DispatchSource.makeTimerSource(queue: .global())
        source.schedule(deadline: .now() + interval, repeating: interval, leeway: leeway)
        source.setEventHandler { action() }
        source.resume()
    }

    /// Does it no more.
    func cancel() { source.cancel() }
}
