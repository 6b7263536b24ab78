import Dispatch
import FoundationEssentials
import Synchronization

/// Work of a load that has parts that know nothing of each other, done on all processors of the process. What comes out does
/// not depend on how many there are: results stand in the order of their numbers.
enum AllProcessors {
    /// How many processors the process has; the system reads files to tell.
    private static let count = ProcessInfo.processInfo.activeProcessorCount

    /// The values made of the numbers from 0 to `count`, in their order. So many numbers are taken at a time as `stride` says:
    /// one for what takes long, more for documents, of which each takes hardly longer than to ask for the next.
    static func map<Value: Sendable>(_ count: Int, stride: Int, _ make: @Sendable (Int) -> Value) -> [Value] {
        let workers = min(Self.count, count / stride)
        guard workers > 1 else { return (0..<count).map(make) }
        let next = Atomic(0)
        let done = Mutex<[(start: Int, values: [Value])]>([])
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            widenHeap()
            var own: [(start: Int, values: [Value])] = []
            while true {
                let start = next.add(stride, ordering: .relaxed).oldValue
                guard start < count else { break }
                own.append((start, (start..<min(start + stride, count)).map(make)))
            }
            done.withLock { $0 += own }
        }
        return done.withLock { $0.sorted { $0.start < $1.start }.flatMap(\.values) }
    }

    /// The heap of each thread but the first grows by one page at a time, and the kernel is asked each time, while the other
    /// threads wait for it: 2 000 times in a load. A large piece, taken and given back untouched, makes it wide at once.
    /// Where the allocator takes such pieces from the kernel, and not from the heap, nothing comes of it.
    private static func widenHeap() {
        UnsafeMutableRawPointer.allocate(byteCount: 16 << 20, alignment: 16).deallocate()
    }

    /// Does something here, and something else on another thread meanwhile; here too, where no thread has come to it by then:
    /// a thread of the pool must not wait for another of it to become free.
    static func both<Own, Other: Sendable>(_ own: () -> Own, _ other: @escaping @Sendable () -> Other) -> (Own, Other) {
        guard count > 1 else { return (own(), other()) }
        let made = Made<Other>()
        let work = DispatchWorkItem {
            guard made.claim() else { return }
            widenHeap()
            made.value.withLock { $0 = other() }
        }
        DispatchQueue.global().async(execute: work)
        let result = own()
        if made.claim() { return (result, other()) }
        // INVARIANT: whoever claimed it is doing it, so that this ends, and the value is there.
        work.wait()
        return (result, made.value.withLock { $0 } ?? other())
    }

    /// Where the other thread puts what it made.
    private final class Made<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
        private let isClaimed = Atomic(false)

        /// True for the first who asks.
        func claim() -> Bool { isClaimed.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged }
    }
}
