import Testing

@testable import QuestionParsing

/// The same numbers each time.
private struct Chance: RandomNumberGenerator {
    private var state: UInt64 = 20_261_127

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}

/// The reader's own tables of words and places say what those of the standard library say.
struct WordTablesTests {
    /// Words that share lengths, first letters, beginnings and ends, and some that are none.
    private static let words: [String] = {
        var chance = Chance()
        let letters = Array("abcABC019-/\u{2264}\u{E9}s")
        var words = ["", "a", "s", "as", "ass", "no", "not", "note", "notes", "naïve", "≤", "\n", "%"]
        for _ in 0..<4_000 {
            let count = Int.random(in: 1...20, using: &chance)
            words.append(String((0..<count).map { _ in letters.randomElement(using: &chance) ?? "a" }))
        }
        return words
    }()

    @Test func `a set of words has what was put in, and nothing else`() {
        let (some, more) = (Array(Self.words.prefix(300)), Array(Self.words[200..<500]))
        let (one, two) = (WordSet(some), WordSet(more))
        let (plainOne, plainBoth) = (Set(some), Set(some + more))
        let both = one.union(two)
        let all = WordSet.union(of: [two, [], one, two])
        #expect(
            Self.words.filter {
                one.contains($0) != plainOne.contains($0) || both.contains($0) != plainBoth.contains($0)
                    || all.contains($0) != plainBoth.contains($0)
            } == [])
        #expect(!([] as WordSet).contains(""))
        #expect((["only"] as WordSet).contains("only") && !(["only"] as WordSet).contains("onli"))
    }

    @Test func `a set of places has what was put in, at any distance`() {
        var places = TokenSet([3..<5, 64..<66, 700..<701])
        places.insert(1)
        let plain: Set = [1, 3, 4, 64, 65, 700]
        #expect((-70...800).filter { places.contains($0) != plain.contains($0) } == [])
        #expect(places.first == 1 && !places.isEmpty)
        #expect(places.isDisjoint(with: 5..<64) && !places.isDisjoint(with: 5..<65) && places.isDisjoint(with: 9..<9))
        #expect(([] as TokenSet).isEmpty && ([] as TokenSet).first == nil && ([2, 1] as TokenSet).first == 1)
        #expect(!([] as TokenSet).contains(0) && !([] as TokenSet).contains(-1))
    }

    @Test func `an edge leads where it was laid, from its own node alone`() {
        var table = EdgeTable()
        var plain: [Int32: [String: Int32]] = [:]
        for (number, word) in Self.words.enumerated() {
            let (node, next) = (Int32(number % 7), Int32(number))
            if plain[node]?[word] != nil { continue }
            plain[node, default: [:]][word] = next
            var bytes = word
            bytes.withUTF8 { table.insert(from: node, $0, to: next) }
        }
        for node in Int32(0)...7 {
            #expect(
                Self.words.filter { word in
                    var bytes = word
                    return bytes.withUTF8 { table.next(from: node, $0) } != plain[node]?[word]
                } == [])
        }
    }

    @Test func `a term is found by its singular and its plural, and the longest counts`() {
        let trie = TermTrie(["tumor", "tumor of the lung", "nets", "net", "as"])
        func longest(_ text: String) -> [Int] {
            trie.longestMatch(Tokenizer.tokens(of: text), at: 0).map { $0.entries + [$0.length] } ?? []
        }
        #expect(longest("tumors of the lungs") == [1, 4])
        #expect(longest("tumors of a lung") == [0, 1])
        // A term that has the plural itself and one that has the singular are both meant.
        #expect(longest("nets") == [2, 3, 1])
        #expect(longest("as") == [4, 1] && longest("ass").isEmpty && longest("tumo").isEmpty && longest("").isEmpty)
        #expect(trie.matches(Tokenizer.tokens(of: "x tumor"), at: 1).map(\.length) == [1])
        #expect(trie.matches([], at: 0).isEmpty && trie.matches(Tokenizer.tokens(of: "net"), at: 1).isEmpty)
    }
}
