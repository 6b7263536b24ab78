import Testing

@testable import ClinicalAPI

@Suite struct `Recipes of answers given lately` {
    private func key(_ number: Int) -> RecentRecipes.Key {
        // The low bits, by which places are looked for, are the same for many.
        RecentRecipes.Key(first: UInt64(number % 97) << 32 | UInt64(number % 13), second: UInt64(number))
    }

    private func recipe(_ number: Int, words: Int = 60) -> [UInt32] { (0..<words).map { UInt32(number &* 31 &+ $0) } }

    private func keep(_ memory: inout RecentRecipes, _ number: Int, words: Int = 60, limit: Int = .max) {
        memory.keep(
            recipe(number, words: words), for: key(number), sources: (0..<Int32(number % 7)).map { $0 * 3 },
            length: 100 + number, topic: number % 5 == 0 ? nil : number % 5, isGuidance: number % 2 == 0
        ) { $0 <= limit }
    }

    /// Whether it holds a number, with all that was kept of it.
    private func holds(_ memory: inout RecentRecipes, _ number: Int, words: Int = 60) -> Bool {
        guard let found = memory.find(key(number)) else { return false }
        #expect(found.head.length == 100 + number && found.head.isGuidance == (number % 2 == 0))
        #expect(found.head.topic == (number % 5 == 0 ? -1 : Int16(number % 5)))
        memory.with(found.place, found.head) { sources, recipe in
            #expect(Array(sources) == (0..<UInt16(number % 7)).map { $0 * 3 })
            #expect(Array(recipe) == self.recipe(number, words: words))
        }
        return true
    }

    @Test func `are found as they were kept, and nothing else is`() {
        var memory = RecentRecipes()
        #expect(!holds(&memory, 1) && memory.size == 0)
        for number in 0..<2_000 { keep(&memory, number) }
        #expect(memory.count == 2_000)
        for number in 0..<2_000 { #expect(holds(&memory, number)) }
        for number in 2_000..<3_000 { #expect(!holds(&memory, number)) }
        // Kept once more, it takes no more room.
        let size = memory.size
        for number in 0..<2_000 { keep(&memory, number) }
        #expect(memory.count == 2_000 && memory.size == size)
    }

    @Test func `never take more than they may; the oldest go, and what is asked for stays`() {
        var memory = RecentRecipes()
        let limit = 400_000
        for number in 0..<20_000 {
            keep(&memory, number, words: 20 + number % 90, limit: limit)
            #expect(memory.size <= limit)
            if number % 50 == 0 { #expect(holds(&memory, 7, words: 27) == (number >= 7)) }
        }
        #expect(memory.count > 500)
        // What is there is a stretch at the end, but for what was asked for.
        let kept = (0..<20_000).filter { holds(&memory, $0, words: 20 + $0 % 90) }
        #expect(kept.count == memory.count && kept.contains(7) && kept.contains(19_999))
        #expect(kept.filter { $0 < 18_000 } == [7])
    }

    @Test func `give what nobody asks for again up, even where all were asked for once`() {
        var memory = RecentRecipes()
        for number in 0..<5_000 {
            keep(&memory, number, limit: 300_000)
            #expect(holds(&memory, number))
        }
        #expect(holds(&memory, 4_999) && !holds(&memory, 0))
    }

    /// The table of places is as wide as it may be; smaller recipes come, more than it has places for.
    @Test func `go on being kept when smaller ones come than those before`() {
        var memory = RecentRecipes()
        let limit = 1 << 20
        for number in 0..<4_000 { keep(&memory, number, words: 200, limit: limit) }
        var kept = 0
        for number in 4_000..<40_000 {
            keep(&memory, number, words: 1, limit: limit)
            #expect(memory.size <= limit)
            kept += holds(&memory, number, words: 1) ? 1 : 0
        }
        #expect(kept > 35_900 && memory.count > 2_000)
    }

    @Test func `of an answer that is too small are not looked for`() {
        var memory = RecentRecipes()
        keep(&memory, 1)
        #expect(memory.find(key(1), minimumSize: 102) == nil)
        #expect(memory.find(key(1), minimumSize: 101)?.ago == 2)
    }

    @Test func `are none where there is no room, or one is too large for a segment`() {
        var memory = RecentRecipes()
        keep(&memory, 1, limit: 0)
        keep(&memory, 1, limit: 10_000)
        #expect(memory.count == 0 && memory.size <= 10_000)
        keep(&memory, 2, words: 20_000)
        #expect(memory.count == 0)
        keep(&memory, 1)
        #expect(holds(&memory, 1))
    }

    @Test func `tell how many looks ago one was asked for`() {
        var memory = RecentRecipes()
        keep(&memory, 1)
        keep(&memory, 2)
        #expect(memory.find(key(1))?.ago == 1)
        for _ in 0..<9 { _ = memory.find(key(2)) }
        #expect(memory.find(key(1))?.ago == 10)
        #expect(memory.find(key(1))?.ago == 1)
    }
}
