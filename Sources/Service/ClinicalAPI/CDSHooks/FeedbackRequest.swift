import FHIRReading
import HTTPWire
import JSONText
import Journal

/// The body of `POST /cds-services/{id}/feedback`, checked; every fault is told at once. Members that are not known are passed
/// over. A comment is looked at for its form and forgotten: it is a clinician's own words and may name a patient.
struct FeedbackRequest {
    /// What was done with one card.
    struct Item: Hashable {
        let card: JournalUUID
        let outcome: FeedbackEntry.Outcome
        /// Milliseconds since 1970.
        let outcomeAt: Int
        let suggestions: [JournalUUID]
        /// The code of the reason, where it is one of those that our cards offer; nil for another and for none.
        let reason: JournalCode?
        /// Whether a reason was given that is none of ours, or only a comment.
        let hasOtherReason: Bool
    }

    /// As many outcomes may come at once.
    static let largestBatch = 100
    private static let reasons = JournalVocabulary(Card.overrideReasons.map(\.code))

    let items: [Item]

    init(_ bytes: [UInt8]) throws(OperationOutcome) {
        let body: JSONValue
        do {
            body = try JSONReader().read(bytes)
        } catch {
            throw OperationOutcome(400, "structure", error.sentence)
        }
        guard case .array(let elements) = body["feedback"], !elements.isEmpty else {
            throw OperationOutcome(400, "required", "`feedback` is a list of one outcome or more", at: "feedback")
        }
        guard elements.count <= Self.largestBatch else {
            throw OperationOutcome(400, "too-costly", "at most \(Self.largestBatch) outcomes at once", at: "feedback")
        }
        var issues: [OperationOutcome.Issue] = []
        items = elements.enumerated().compactMap { Self.item($1, at: "feedback[\($0)]", &issues) }
        guard issues.isEmpty else { throw OperationOutcome(400, issues) }
    }

    private static func item(
        _ value: JSONValue, at place: String, _ issues: inout [OperationOutcome.Issue]
    ) -> Item? {
        let before = issues.count
        func fault(_ member: String, _ text: String) {
            issues.append(.init(code: "value", text: text, expression: place + "." + member))
        }
        let card = uuid(value["card"])
        if card == nil { fault("card", "`card` is the uuid of a card") }
        var outcome: FeedbackEntry.Outcome?
        if case .string(let text) = value["outcome"] { outcome = FeedbackEntry.Outcome(rawValue: text) }
        if outcome == nil { fault("outcome", "`outcome` is `accepted` or `overridden`") }
        let time = moment(value["outcomeTimestamp"])
        if time == nil { fault("outcomeTimestamp", "`outcomeTimestamp` is a moment in UTC, as 2026-11-26T09:30:00Z") }
        var suggestions: [JournalUUID] = []
        switch value["acceptedSuggestions"] {
        case nil:
            if outcome == .accepted { fault("acceptedSuggestions", "`accepted` needs `acceptedSuggestions`") }
        case .array(let elements) where !elements.isEmpty && elements.count <= largestBatch:
            suggestions = elements.compactMap { uuid($0["id"]) }
            if suggestions.count != elements.count { fault("acceptedSuggestions", "each has an `id`, a uuid") }
        default: fault("acceptedSuggestions", "`acceptedSuggestions` is a list of objects with `id`")
        }
        var reason: JournalCode?
        var hasOtherReason = false
        if let given = value["overrideReason"] {
            guard case .object = given, given["reason"] != nil || given["userComment"] != nil else {
                fault("overrideReason", "`overrideReason` has a `reason` or a `userComment`")
                return nil
            }
            if let coding = given["reason"] {
                if case .string(let code) = coding["code"], !code.isEmpty {
                    reason = reasons[code]
                } else {
                    fault("overrideReason.reason", "a `reason` has a `code`")
                }
                for name in ["system", "display"] {
                    if let text = coding[name], case .string = text { continue }
                    if coding[name] != nil { fault("overrideReason.reason", "the `\(name)` of a `reason` is a text") }
                }
            }
            if let comment = given["userComment"] {
                if case .string = comment {} else { fault("overrideReason.userComment", "a `userComment` is a text") }
            }
            hasOtherReason = reason == nil
        }
        guard issues.count == before, let card, let outcome, let time else { return nil }
        return Item(
            card: card, outcome: outcome, outcomeAt: time, suggestions: suggestions, reason: reason,
            hasOtherReason: hasOtherReason)
    }

    private static func uuid(_ value: JSONValue?) -> JournalUUID? {
        guard case .string(let text) = value else { return nil }
        return JournalUUID(text)
    }

    /// RFC 3339, with `Z` or an offset; milliseconds since 1970, what is finer is cut off. A leap second counts as the one
    /// before.
    static func moment(_ value: JSONValue?) -> Int? {
        guard case .string(let text) = value else { return nil }
        let bytes = Array(text.utf8)
        guard (20...40).contains(bytes.count) else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= bytes.count else { return nil }
            return bytes[range].reduce(Int?.some(0)) { sum, byte in
                guard let sum, (0x30...0x39).contains(byte) else { return nil }
                return sum * 10 + Int(byte) - 0x30
            }
        }
        guard let year = number(0..<4), bytes[4] == 0x2D, let month = number(5..<7), bytes[7] == 0x2D,
            let day = number(8..<10), bytes[10] | 0x20 == 0x74, let hour = number(11..<13), bytes[13] == 0x3A,
            let minute = number(14..<16), bytes[16] == 0x3A, let second = number(17..<19), hour < 24, minute < 60,
            second <= 60, let date = CivilDay(year: year, month: month, day: day)
        else { return nil }
        var place = 19
        var fraction = 0
        if bytes[place] == 0x2E {
            place += 1
            let start = place
            while place < bytes.count, (0x30...0x39).contains(bytes[place]) { place += 1 }
            guard place > start else { return nil }
            for index in 0..<3 {
                fraction = fraction * 10 + (start + index < place ? Int(bytes[start + index]) - 0x30 : 0)
            }
        }
        guard place < bytes.count else { return nil }
        var offset = 0
        if bytes[place] == 0x2B || bytes[place] == 0x2D {
            guard bytes.count == place + 6, let hours = number(place + 1..<place + 3), bytes[place + 3] == 0x3A,
                let minutes = number(place + 4..<place + 6), hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (bytes[place] == 0x2B ? 60 : -60)
        } else {
            guard bytes[place] | 0x20 == 0x7A, bytes.count == place + 1 else { return nil }
        }
        let seconds = date.number * 86_400 + hour * 3_600 + minute * 60 + min(second, 59) - offset
        return seconds * 1_000 + fraction
    }
}
