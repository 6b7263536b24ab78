import ClinicalModel

/// How near two names are: close enough that one may be a slip of the other.
enum NearName {
    /// The edit distance of two keys, or 3 where they only sound alike; nil where they are not near. A slip never changes a
    /// digit: another number is another compound or radionuclide.
    static func distance(_ asked: String, _ name: String) -> Int? {
        let length = min(asked.unicodeScalars.count, 64)
        let limit = length < 4 ? 0 : length < 6 ? 1 : 2
        guard limit > 0, asked.unicodeScalars.count <= 64, digits(asked) == digits(name) else { return nil }
        let distance = EditDistance.between(asked, name, limit: limit)
        if distance <= limit { return distance }
        return length >= 6 && sound(asked) == sound(name) ? 3 : nil
    }

    private static func digits(_ text: String) -> String { text.filter { ("0"..."9").contains($0) } }

    /// A rough sound: letters that are spoken alike become one, doubled letters and a mute h go.
    private static func sound(_ text: String) -> String {
        var result = ""
        var rest = Substring(text)
        while let letter = rest.popFirst() {
            let next: Character =
                switch letter {
                case "p" where rest.first == "h": "f"
                case "c", "q": "k"
                case "y": "i"
                case "z": "s"
                case "w": "v"
                default: letter
                }
            if next != "h", result.last != next { result.append(next) }
        }
        return result
    }
}
