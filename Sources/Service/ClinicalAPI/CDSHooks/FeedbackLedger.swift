public import Journal
import Synchronization
public import Telemetry

/// What clinicians did with cards: counted by service, rule, outcome and reason, and kept in a journal where one is named.
/// Its memory is bounded: of cards and of outcomes the last ones are known. Safe from any thread.
public final class FeedbackLedger: Sendable {
    private struct Key: Hashable {
        let card: JournalUUID
        let outcome: FeedbackEntry.Outcome
        let at: Int
    }

    /// The last so many values by their keys; the oldest makes room.
    private struct Recent<Name: Hashable & Sendable, Value: Sendable>: Sendable {
        private var values: [Name: Value] = [:]
        private var order: [Name] = []
        private var oldest = 0
        private let capacity: Int

        init(capacity: Int) { self.capacity = capacity }

        subscript(_ name: Name) -> Value? { values[name] }

        /// Whether the name is new.
        mutating func insert(_ name: Name, _ value: Value) -> Bool {
            guard values.updateValue(value, forKey: name) == nil else { return false }
            if order.count < capacity {
                order.append(name)
            } else {
                values[order[oldest]] = nil
                order[oldest] = name
                oldest = (oldest + 1) % capacity
            }
            return true
        }
    }

    private struct State {
        var cards: Recent<JournalUUID, String>
        var outcomes: Recent<Key, Bool>
        /// Requests that wait for the disk.
        var waiting = 0
    }

    /// What a request told, as it is kept and counted.
    private struct Taken {
        let items: [FeedbackRequest.Item]
        /// The rule of each one's card; nil where the card is not known.
        let rules: [String?]
        let service: JournalCode
    }

    /// As many requests may wait for the disk at once; more are told to come again.
    static let mostWaiting = 256

    private let registry: MetricRegistry
    private let journal: Journal?
    private let patience: Int
    private let state: Mutex<State>
    private static let services = JournalVocabulary(CDSService.all.map(\.id))

    /// A ledger that counts into a registry. `remembered` cards and four times as many outcomes are known; a request waits
    /// `patience` milliseconds for the disk.
    public init(
        _ registry: MetricRegistry, journal: Journal? = nil, remembered: Int = 10_000, patience: Int = 2_000
    ) {
        self.registry = registry
        self.journal = journal
        self.patience = patience
        state = Mutex(
            State(cards: Recent(capacity: remembered), outcomes: Recent(capacity: remembered * 4)))
    }

    /// A card was sent: feedback on it is counted under its first rule, `none` where it rests on none.
    public func remember(_ card: IssuedCard) {
        guard let uuid = JournalUUID(card.uuid) else { return }
        state.withLock { _ = $0.cards.insert(uuid, card.rules.first ?? "none") }
    }

    /// How many requests wait for the disk now.
    var waiting: Int { state.withLock { $0.waiting } }

    /// Whether outcomes are kept on a disk, which takes its time.
    var isDurable: Bool { journal != nil }

    /// Takes outcomes. Those that were taken before are not taken again; a card that is not known, since another replica or
    /// an earlier run sent it, is taken too. `done` is told once whether all are kept, from any thread, as soon as before
    /// this returns; after a no the sender sends all of them again. Waits for nothing.
    func take(_ items: [FeedbackRequest.Item], service: String, done: @escaping @Sendable (Bool) -> Void) {
        guard let service = Self.services[service] else { return done(true) }
        let taken = fresh(items, service)
        guard let journal else {
            count(taken)
            return done(true)
        }
        let hasRoom = state.withLock { state -> Bool in
            guard state.waiting < Self.mostWaiting else { return false }
            state.waiting += 1
            return true
        }
        guard hasRoom else { return done(false) }
        journal.keep(entries(taken), patience: patience) { [self] isKept in
            state.withLock { $0.waiting -= 1 }
            // Remembered only now: an outcome that could not be kept must be taken when it comes again.
            if isKept { count(taken) }
            done(isKept)
        }
    }

    /// Those of the outcomes that were not taken before.
    private func fresh(_ items: [FeedbackRequest.Item], _ service: JournalCode) -> Taken {
        state.withLock { state in
            var seen: Set<Key> = []
            let fresh = items.filter { item in
                let key = Self.key(item)
                return state.outcomes[key] == nil && seen.insert(key).inserted
            }
            return Taken(items: fresh, rules: fresh.map { state.cards[$0.card] }, service: service)
        }
    }

    private func entries(_ taken: Taken) -> [JournalEntry] {
        let known = JournalVocabulary(taken.rules.compactMap { $0 })
        return zip(taken.items, taken.rules).map { item, rule in
            JournalEntry.feedback(
                FeedbackEntry(
                    service: taken.service, card: item.card, outcome: item.outcome, outcomeAt: item.outcomeAt,
                    rule: rule.flatMap { known[$0] }, reason: item.reason, suggestions: item.suggestions))
        }
    }

    private func count(_ taken: Taken) {
        for (item, rule) in zip(taken.items, taken.rules)
        where state.withLock({ $0.outcomes.insert(Self.key(item), true) }) {
            registry.counter(
                "consilium_cds_feedback", help: "what clinicians did with cards",
                [
                    MetricLabel("service", taken.service.text), MetricLabel("outcome", item.outcome.rawValue),
                    MetricLabel("rule", rule ?? "unknown"),
                    MetricLabel("reason", item.reason?.text ?? (item.hasOtherReason ? "other" : "none")),
                ]
            ).add()
        }
    }

    private static func key(_ item: FeedbackRequest.Item) -> Key {
        Key(card: item.card, outcome: item.outcome, at: item.outcomeAt)
    }
}
