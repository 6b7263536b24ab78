import Synchronization

/// Answers given lately, by the exact bytes that asked for them. A chart that is opened again, a form that is sent twice and
/// the questions that everybody asks cost no more than sending: the same bytes of the same release have the same answer.
///
/// It holds bodies, which may be of patients, in memory alone and as many bytes as it may: what is over goes, oldest first,
/// unless it was asked for again meanwhile. An answer is kept when its body comes a second time within a few thousand others,
/// so that a stream of patients who never come back is neither copied nor pushes out those who do. It begins with little room
/// and takes more while what it holds is asked for often enough to pay for it. Safe from any thread; who finds it busy goes
/// without.
final class RecentAnswers: Sendable {
    /// An answer and what is counted of it.
    struct Answer: Sendable {
        let bytes: [UInt8]
        /// The number of the topic that leads.
        let topic: Int?
        let isGuidance: Bool
        /// Counts it once more; set where it is kept.
        var repeated: (@Sendable () -> Void)?
    }

    /// What a look at it found.
    enum Finding {
        case answer(Answer)
        /// The body was seen lately: its answer is worth keeping.
        case seen
        case unseen
    }

    private struct Entry: Sendable {
        let hash: Int
        let body: [UInt8]
        let answer: Answer
        /// Whether it was asked for since it was last passed over.
        var isWanted = false

        var size: Int { body.count + answer.bytes.count + 256 }
    }

    private struct State: Sendable {
        /// Where each hash lies in the ring.
        var places: [Int: Int] = [:]
        var ring: [Entry?] = []
        var free: [Int] = []
        var hand = 0
        var size = 0
        /// The bytes that it may hold now.
        var room: Int
        /// Since the room last changed: how many looked, how many found their answer, how many found no room.
        var looks = 0
        var hits = 0
        var refused = 0
        /// Hashes of bodies seen lately, in sets of four, the newest first.
        var seen: [UInt32]
    }

    /// The most bytes that it holds.
    let limit: Int
    private static let sets = 1024
    /// The room that it begins with.
    private static let start = 1 << 20
    /// So many find no room until an old answer makes some.
    private static let patience = 8
    /// It pays where one of so many looks finds its answer; told after so many looks, and given up after so many.
    private static let (worth, trial, patienceWithout) = (32, 64, 16_384)
    private let state: Mutex<State>

    /// Holds at most `limit` bytes; 0: it remembers nothing.
    init(limit: Int) {
        self.limit = limit
        state = Mutex(
            State(
                room: min(limit, Self.start), seen: limit > 0 ? Array(repeating: 0, count: Self.sets * 4) : []))
    }

    /// The bytes that it holds.
    var size: Int { state.withLock { $0.size } }

    /// The name of a body among those of this process: no peer can tell which bodies share one.
    static func hash(_ body: [UInt8]) -> Int {
        var hasher = Hasher()
        body.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }

    /// Looks for the answer to a body.
    func find(_ body: [UInt8], _ hash: Int) -> Finding {
        if limit == 0 { return .unseen }
        return state.withLockIfAvailable { state in
            state.looks += 1
            if let place = state.places[hash] {
                guard let entry = state.ring[place], entry.body == body else { return .unseen }
                state.hits += 1
                state.ring[place]?.isWanted = true
                return .answer(entry.answer)
            }
            return Self.notice(hash, &state.seen) ? .seen : .unseen
        } ?? .unseen
    }

    /// Whether a hash was seen lately; it is from now on.
    private static func notice(_ hash: Int, _ seen: inout [UInt32]) -> Bool {
        let mark = UInt32(truncatingIfNeeded: hash >> 16) | 1
        let first = (hash & (sets - 1)) * 4
        if seen[first] == mark || seen[first + 1] == mark || seen[first + 2] == mark || seen[first + 3] == mark {
            return true
        }
        (seen[first + 3], seen[first + 2], seen[first + 1]) = (seen[first + 2], seen[first + 1], seen[first])
        seen[first] = mark
        return false
    }

    /// Keeps the answer to a body, where there is room.
    func keep(_ answer: Answer, for body: [UInt8], _ hash: Int) {
        let isRoom: Bool? = state.withLockIfAvailable { state in
            if state.size + body.count + answer.bytes.count + 256 <= state.room { return true }
            // What was asked for before it was full tells nothing.
            if state.refused == 0 { (state.looks, state.hits) = (0, 0) }
            state.refused += 1
            return Self.hasMoved(&state, limit) || state.refused % Self.patience == 0
        }
        guard isRoom == true else { return }
        // Copied to their length: what came from a buffer of the answer's or the loop's may be much longer.
        let entry = Entry(
            hash: hash, body: body.exact,
            answer: Answer(
                bytes: answer.bytes.exact, topic: answer.topic, isGuidance: answer.isGuidance, repeated: answer.repeated
            ))
        // One answer may not push out everything.
        guard entry.size <= limit / 8 else { return }
        _ = state.withLockIfAvailable { state in
            if state.places[hash] != nil { return }
            while state.size + entry.size > state.room { Self.drop(&state) }
            let place = state.free.popLast() ?? state.ring.count
            if place == state.ring.count { state.ring.append(entry) } else { state.ring[place] = entry }
            state.places[hash] = place
            state.size += entry.size
        }
    }

    /// Gives it four times the room where it pays, half where it has not for long; whether there is more room now.
    private static func hasMoved(_ state: inout State, _ limit: Int) -> Bool {
        guard state.looks >= trial else { return false }
        if state.hits * worth >= state.looks {
            guard state.room < limit else { return false }
            state.room = min(limit, state.room * 4)
        } else if state.looks >= patienceWithout {
            state.room = max(min(limit, start), state.room / 2)
            while state.size > state.room { drop(&state) }
        } else {
            return false
        }
        (state.looks, state.hits, state.refused) = (0, 0, 0)
        return state.size < state.room
    }

    /// Drops the next that was not asked for since the hand last passed it. The hand clears what it passes, so this ends.
    private static func drop(_ state: inout State) {
        while true {
            if state.hand >= state.ring.count { state.hand = 0 }
            let place = state.hand
            state.hand += 1
            guard let entry = state.ring[place] else { continue }
            if entry.isWanted {
                state.ring[place]?.isWanted = false
                continue
            }
            state.ring[place] = nil
            state.free.append(place)
            state.places[entry.hash] = nil
            state.size -= entry.size
            return
        }
    }
}

extension [UInt8] {
    /// The same bytes with no room behind them.
    fileprivate var exact: [UInt8] {
        let source = self
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, count in
            count = buffer.initialize(from: source).index
        }
    }
}
