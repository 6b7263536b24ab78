import Glibc
import JSONText

/// The chain of lines at one moment: what the next one must say of those before it.
struct JournalChain: Sendable, Equatable {
    /// The number of the line written last; 0 before the first.
    var number = 0
    /// SHA-256 of that line without its line feed; zeros before the first.
    var last = JournalDigest(bytes: [UInt8](repeating: 0, count: 32))

    /// The next line with its line feed, and the chain after it. `at` is milliseconds since 1970.
    mutating func line(_ entry: JournalEntry, at time: Int, isChained: Bool) -> [UInt8] {
        number += 1
        var json = JSONWriter(capacity: 512)
        json.beginObject()
        json.member("n", number)
        json.member("at", JournalTime.text(time))
        switch entry {
        case .feedback(let feedback): Self.write(feedback, &json)
        case .advice(let advice): Self.write(advice, &json)
        case .recovered(let count):
            json.member("kind", "recovered")
            json.member("cutBytes", count)
        case .resumed: json.member("kind", "resumed")
        }
        if isChained { json.member("previous", last.text) }
        json.endObject()
        let line = json.bytes
        last = .of(line)
        return line + [0x0A]
    }

    private static func write(_ entry: FeedbackEntry, _ json: inout JSONWriter) {
        json.member("kind", "feedback")
        json.member("service", entry.service.text)
        json.member("card", entry.card.text)
        json.member("outcome", entry.outcome.rawValue)
        json.member("outcomeAt", JournalTime.text(entry.outcomeAt))
        json.member("rule", entry.rule?.text)
        json.member("reason", entry.reason?.text)
        json.member("suggestions", entry.suggestions.map(\.text))
    }

    private static func write(_ entry: AdviceEntry, _ json: inout JSONWriter) {
        json.member("kind", "advice")
        json.member("operation", entry.operation.text)
        json.member("case", entry.asked.text)
        json.member("answer", entry.answer.text)
        json.member("knowledge", (entry.knowledge?.text).map { "sha256:" + $0 })
        json.member("options", entry.options.map(\.text))
    }

    /// The chain after a line that is one of a journal; nil where it is none.
    init?(after line: some Collection<UInt8>) {
        let bytes = Array(line)
        guard let value = try? JSONReader(maximumDepth: 4).read(bytes), case .number(let count) = value["n"],
            let number = Int(exactly: count), number > 0
        else { return nil }
        self.number = number
        last = .of(bytes)
    }

    init() {}
}

/// Moments as journals write them: RFC 3339, UTC, with milliseconds.
enum JournalTime {
    static func text(_ milliseconds: Int) -> String {
        // From year 1 to 9999, so that the text has its fixed length.
        let bounded = min(max(milliseconds, -62_135_596_800_000), 253_402_300_799_999)
        let seconds = (bounded - (bounded % 1_000 + 1_000) % 1_000) / 1_000
        var moment = time_t(seconds)
        var parts = tm()
        gmtime_r(&moment, &parts)
        func digits(_ number: Int32, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        let day = "\(digits(parts.tm_year + 1_900, 4))-\(digits(parts.tm_mon + 1, 2))-\(digits(parts.tm_mday, 2))"
        let time = "\(digits(parts.tm_hour, 2)):\(digits(parts.tm_min, 2)):\(digits(parts.tm_sec, 2))"
        return "\(day)T\(time).\(digits(Int32(bounded - seconds * 1_000), 3))Z"
    }

    /// Milliseconds since 1970.
    static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
    }
}
