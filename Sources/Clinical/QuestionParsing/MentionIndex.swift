/// Mentions by the tokens they take, so that those at a place are found without looking at all.
struct MentionIndex {
    /// The mentions, in the order in which they came.
    private(set) var mentions: [Mention] = []
    private var byToken: [[Int]]

    /// An index over a text of a number of tokens.
    init(_ mentions: [Mention], count: Int) {
        byToken = Array(repeating: [], count: count)
        for mention in mentions { append(mention) }
    }

    /// Adds a mention.
    mutating func append(_ mention: Mention) {
        for token in mention.tokens { byToken[token].append(mentions.count) }
        mentions.append(mention)
    }

    /// The mentions that share a token with a range.
    func overlapping(_ range: Range<Int>) -> [Mention] {
        var seen: [Int] = []
        for token in range { for number in byToken[token] where !seen.contains(number) { seen.append(number) } }
        return seen.map { mentions[$0] }
    }
}
