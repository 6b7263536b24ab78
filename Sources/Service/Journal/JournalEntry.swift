/// What a journal holds. Its parts are closed types: numbers, digests, and codes of a list that is known before anybody asks.
/// There is no member for a text of a peer, so that no name, question or comment can get into a file.
public enum JournalEntry: Sendable, Equatable {
    /// What a clinician did with a card.
    case feedback(FeedbackEntry)
    /// What was advised.
    case advice(AdviceEntry)
    /// A start after a crash: so many bytes of a line that nobody was told of were cut off.
    case recovered(cutBytes: Int)
    /// The disk takes lines again after it did not.
    case resumed
}

/// One outcome of one card (CDS Hooks 2.0, feedback).
public struct FeedbackEntry: Sendable, Equatable {
    /// What was done.
    public enum Outcome: String, Sendable, CaseIterable {
        case accepted
        case overridden
    }

    /// The service of the card.
    public let service: JournalCode
    /// The card's UUID.
    public let card: JournalUUID
    /// What was done.
    public let outcome: Outcome
    /// When, milliseconds since 1970, as the sender says.
    public let outcomeAt: Int
    /// The rule behind the card, where this instance made it and still knows.
    public let rule: JournalCode?
    /// The code of the reason for an override, where it is one of ours.
    public let reason: JournalCode?
    /// The suggestions that were taken.
    public let suggestions: [JournalUUID]

    /// An outcome.
    public init(
        service: JournalCode, card: JournalUUID, outcome: Outcome, outcomeAt: Int, rule: JournalCode? = nil,
        reason: JournalCode? = nil, suggestions: [JournalUUID] = []
    ) {
        self.service = service
        self.card = card
        self.outcome = outcome
        self.outcomeAt = outcomeAt
        self.rule = rule
        self.reason = reason
        self.suggestions = suggestions
    }
}

/// One answer, without the case: who has the case, the key and the release can prove that this was the advice.
public struct AdviceEntry: Sendable, Equatable {
    /// The operation that answered.
    public let operation: JournalCode
    /// The request's content under the key.
    public let asked: JournalDigest
    /// The answer's bytes under the key.
    public let answer: JournalDigest
    /// The digest of the knowledge that answered; nil where the answer names none.
    public let knowledge: JournalDigest?
    /// The options that were offered, best first.
    public let options: [JournalCode]

    /// An answer.
    public init(
        operation: JournalCode, asked: JournalDigest, answer: JournalDigest, knowledge: JournalDigest?,
        options: [JournalCode]
    ) {
        self.operation = operation
        self.asked = asked
        self.answer = answer
        self.knowledge = knowledge
        self.options = options
    }
}
