/// A day of the proleptic Gregorian calendar, as a number of days since 1970-01-01. Records are dated to the day: what happened
/// at which hour changes no rule, and time zones of one day and the next would only pretend to be exact.
public struct CivilDay: Sendable, Hashable, Comparable {
    /// Days since 1970-01-01.
    public let number: Int

    /// The day that is so many days after 1970-01-01.
    public init(number: Int) { self.number = number }

    /// The day, in UTC, of a moment: seconds since 1970.
    public init(secondsSinceEpoch seconds: Int64) {
        number = Int(seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
    }

    /// A day by its calendar; nil where there is none such.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9_999).contains(year), (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year)
        else { return nil }
        // Days from civil: the year begins in March, so that the leap day is its last.
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        number = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The earlier day is the smaller.
    public static func < (left: CivilDay, right: CivilDay) -> Bool { left.number < right.number }

    /// Year, month and day.
    public var calendar: (year: Int, month: Int, day: Int) {
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }

    /// `2026-11-26`.
    public var text: String {
        let (year, month, day) = calendar
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Full years from a birthday to this day.
    func years(since birth: CivilDay) -> Int {
        let (now, then) = (calendar, birth.calendar)
        return now.year - then.year - ((now.month, now.day) < (then.month, then.day) ? 1 : 0)
    }
}

/// A FHIR `date` or `dateTime`: a day, or a month or year of which the day is not said.
struct FHIRDate: Sendable, Equatable {
    /// The first day that it may be.
    let first: CivilDay
    /// The last day that it may be.
    let last: CivilDay

    /// The day, where one is said.
    var day: CivilDay? { first == last ? first : nil }

    /// Reads `2026`, `2026-11`, `2026-11-26`, `2026-11-26T09:30:00+01:00`; nil for anything else. The day is that which is
    /// written, whatever its time zone.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 4, bytes.count <= 40 else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for place in range {
                guard place < bytes.count, (0x30...0x39).contains(bytes[place]) else { return nil }
                value = value * 10 + Int(bytes[place] - 0x30)
            }
            return value
        }
        guard let year = number(0..<4), year > 0 else { return nil }
        if bytes.count == 4 {
            guard let low = CivilDay(year: year, month: 1, day: 1),
                let high = CivilDay(year: year, month: 12, day: 31)
            else { return nil }
            (first, last) = (low, high)
            return
        }
        guard bytes[4] == UInt8(ascii: "-"), let month = number(5..<7), (1...12).contains(month) else { return nil }
        if bytes.count == 7 {
            guard let low = CivilDay(year: year, month: month, day: 1),
                let high = CivilDay(year: year, month: month, day: CivilDay.days(in: month, of: year))
            else { return nil }
            (first, last) = (low, high)
            return
        }
        guard bytes.count >= 10, bytes[7] == UInt8(ascii: "-"), let day = number(8..<10),
            bytes.count == 10 || bytes[10] == UInt8(ascii: "T"),
            let civil = CivilDay(year: year, month: month, day: day)
        else { return nil }
        (first, last) = (civil, civil)
    }
}
