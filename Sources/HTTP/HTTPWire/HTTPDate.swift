/// Dates as HTTP writes them (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
public enum HTTPDate {
    /// The date of a moment, in seconds since 1970-01-01 00:00 UTC; moments before it are written as it.
    public static func text(secondsSince1970 seconds: Int) -> String {
        let time = max(0, seconds)
        let days = time / 86_400
        let rest = time % 86_400
        let (year, month, day) = civil(days: days)
        return "\(weekdays[(days + 4) % 7]), \(two(day)) \(months[month - 1]) \(year) "
            + "\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60)) GMT"
    }

    /// `2026-11-24` of a moment.
    public static func isoDay(secondsSince1970 seconds: Int) -> String {
        let (year, month, day) = civil(days: max(0, seconds) / 86_400)
        return "\(year)-\(two(month))-\(two(day))"
    }

    /// Year, month and day of a day number from 1970-01-01, by the 400-year cycle of the Gregorian calendar with years
    /// that begin in March, so that the leap day is the last of its year.
    private static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// The moment of a date in any of the three forms that a recipient must read (RFC 9110 §5.6.7), in seconds since
    /// 1970, negative before it; nil where it is none of them to the letter, or a day that no calendar has. A year of two
    /// digits lies between 1970 and 2069.
    public static func seconds(_ text: String) -> Int? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        switch words.count {
        // `Sun, 06 Nov 1994 08:49:37 GMT`
        case 6 where words[5] == "GMT" && weekdays.contains { $0 + "," == words[0] }:
            return moment(number(words[1], 1...31), words[2], number(words[3], 0...9_999, digits: 4), words[4])
        // `Sunday, 06-Nov-94 08:49:37 GMT`
        case 4 where words[3] == "GMT" && longWeekdays.contains { $0 + "," == words[0] }:
            let parts = words[1].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 3, let year = number(parts[2], 0...99) else { return nil }
            return moment(number(parts[0], 1...31), parts[1], year < 70 ? 2_000 + year : 1_900 + year, words[2])
        // `Sun Nov  6 08:49:37 1994`
        case 6 where weekdays.contains(words[0]) && words[2].isEmpty:
            return moment(
                number(words[3], 1...9, digits: 1), words[1], number(words[5], 0...9_999, digits: 4), words[4])
        case 5 where weekdays.contains(words[0]):
            return moment(number(words[2], 10...31), words[1], number(words[4], 0...9_999, digits: 4), words[3])
        default: return nil
        }
    }

    /// The first moment of a day from 1970 on written as `2026-11-24`, in seconds since 1970; nil where it is none.
    public static func seconds(isoDay text: String) -> Int? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let month = number(parts[1], 1...12) else { return nil }
        return moment(
            number(parts[2], 1...31), months[month - 1], number(parts[0], 1_970...9_999, digits: 4), "00:00:00")
    }

    private static func moment(_ day: Int?, _ month: String, _ year: Int?, _ time: String) -> Int? {
        let parts = time.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let day, let year, let monthIndex = months.firstIndex(of: month), parts.count == 3,
            let hour = number(parts[0], 0...23), let minute = number(parts[1], 0...59),
            let second = number(parts[2], 0...60)
        else { return nil }
        // Days by the same cycle as above: the year begins in March.
        let shifted = monthIndex < 2 ? year - 1 : year
        let monthFromMarch = (monthIndex + 10) % 12
        let days =
            shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + (153 * monthFromMarch + 2) / 5 + day - 1
            - 719_468
        // A 31st of February would be a day of March.
        guard days < 0 || civil(days: days).day == day else { return nil }
        return days * 86_400 + hour * 3_600 + minute * 60 + second
    }

    private static func number(_ text: String, _ range: ClosedRange<Int>, digits: Int = 2) -> Int? {
        guard text.utf8.count == digits, text.utf8.allSatisfy(Byte.isDigit), let value = Int(text),
            range.contains(value)
        else { return nil }
        return value
    }

    private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let longWeekdays = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
