import Glibc
import HTTPWire

/// Heads of posts that were answered by one who knows answers to other bodies too (`HTTPResponse.repeater`), but for the
/// length that they tell: what is decided by a head was decided then, so that the next that comes under it need not be read.
/// A head counts as the same where all its bytes are but the digits of `Content-Length`.
///
/// Looked up is only what fills the whole of what arrived, as in `PostedMemory`.
struct PostedHeads {
    private struct Entry {
        /// The head up to the digits of its length, and from behind them on.
        let before: [UInt8]
        let after: [UInt8]
        /// The fields of the answers.
        let fields: [UInt8]
        let route: String
        /// Not kept alive: it goes with its generation, of which a loop without posts hears late.
        weak var repeater: (any AnswerRepeater)?
        /// Whether it was found since it was last passed over.
        var isWanted = false
    }

    /// What is told of an answer that was given again.
    struct Given {
        let id: RequestID
        let route: String
        let answer: RepeatedAnswer
        /// Where the answer begins in the output, and how long its preamble is.
        let start: Int
        let preamble: Int
    }

    /// How many heads one loop knows, and how long they are at most; the next takes the place of the oldest that was not found
    /// meanwhile.
    private static let capacity = 8
    private static let longestHead = 2_048
    private static let longestBody = PostedMemory.longestRequest

    private var entries: [Entry] = []
    private var hand = 0
    private var generation: UInt64 = 0

    /// The place of the head that the bytes from `index` on begin with, and where the body stands that is all the rest; nil
    /// where none is known.
    mutating func find(_ bytes: borrowing Span<UInt8>, _ index: Int, generation: UInt64) -> (place: Int, body: Int)? {
        guard !entries.isEmpty, generation == self.generation, bytes[index] == UInt8(ascii: "P") else { return nil }
        let found: (place: Int, body: Int)? = bytes.withUnsafeBufferPointer { all in
            for place in entries.indices {
                var next = index
                guard Self.take(entries[place].before, all, &next), let length = Self.takeNumber(all, &next),
                    Self.take(entries[place].after, all, &next)
                else { continue }
                return length == all.count - next ? (place, next) : nil
            }
            return nil
        }
        if let found, !entries[found.place].isWanted { entries[found.place].isWanted = true }
        return found
    }

    private static func take(_ wanted: [UInt8], _ bytes: UnsafeBufferPointer<UInt8>, _ next: inout Int) -> Bool {
        guard bytes.count - next >= wanted.count, let start = bytes.baseAddress else { return false }
        let isSame = wanted.withUnsafeBufferPointer { wanted in
            wanted.baseAddress.map { memcmp($0, start + next, wanted.count) == 0 } ?? false
        }
        if isSame { next += wanted.count }
        return isSame
    }

    /// A length of a body that is not too long, without zeros in front.
    private static func takeNumber(_ bytes: UnsafeBufferPointer<UInt8>, _ next: inout Int) -> Int? {
        var number = 0
        let start = next
        while next < bytes.count, case let digit = bytes[next], digit >= 0x30, digit <= 0x39 {
            number = number * 10 + Int(digit - 0x30)
            if number == 0 || number > longestBody { return nil }
            next += 1
        }
        return next > start ? number : nil
    }

    /// Has the answer to a body written under a head; nil, and nothing is written, where it must be asked in full.
    func answer(
        _ place: Int, to body: Span<UInt8>, minimumSize: Int, after preamble: inout ResponsePreamble,
        into output: inout OutputQueue
    ) -> Given? {
        guard let repeater = entries[place].repeater else { return nil }
        let fields = entries[place].fields
        var id: RequestID?
        let start = output.bytes.count
        let answer = output.appendWhole { bytes in
            repeater.repeatAnswer(to: body, minimumSize: minimumSize, into: &bytes) { length, bytes in
                id = preamble.writeNext(into: &bytes)
                ResponseSerializer.writeRest(fields, length: length, into: &bytes)
            }
        }
        guard let answer, let id else { return nil }
        return Given(id: id, route: entries[place].route, answer: answer, start: start, preamble: preamble.length)
    }

    /// Notes a head of a generation that was current before the handler was asked, with what came of it.
    mutating func remember(_ response: HTTPResponse, under head: Span<UInt8>, generation: UInt64) {
        guard let repeater = response.repeater, head.count <= Self.longestHead, let digits = Self.length(in: head)
        else { return }
        if generation != self.generation {
            entries = []
            hand = 0
            self.generation = generation
        }
        let bytes = head.withUnsafeBufferPointer { Array($0) }
        let entry = Entry(
            before: Array(bytes[..<digits.lowerBound]), after: Array(bytes[digits.upperBound...]),
            fields: response.fields.wire, route: response.route, repeater: repeater)
        if entries.contains(where: { $0.before == entry.before && $0.after == entry.after }) { return }
        if entries.count < Self.capacity { return entries.append(entry) }
        // The hand clears what it passes, so this ends.
        while entries[hand].isWanted {
            entries[hand].isWanted = false
            hand = (hand + 1) % Self.capacity
        }
        entries[hand] = entry
        hand = (hand + 1) % Self.capacity
    }

    /// Where the digits of the only `Content-Length` stand in a head.
    private static func length(in head: Span<UInt8>) -> Range<Int>? {
        let name: StaticString = "content-length:"
        let size = name.utf8CodeUnitCount
        var found: Range<Int>?
        for start in 1..<max(1, head.count - size) where head[start - 1] == 0x0A {
            var place = 0
            while place < size, head[start + place] | 0x20 == name.utf8Start[place] { place += 1 }
            guard place == size else { continue }
            if found != nil { return nil }
            var first = start + size
            while first < head.count, head[first] == 0x20 { first += 1 }
            var end = first
            while end < head.count, head[end] >= 0x30, head[end] <= 0x39 { end += 1 }
            guard end > first, end < head.count, head[end] == 0x0D else { return nil }
            found = first..<end
        }
        return found
    }
}
