import TestSupport
import Testing

@testable import ClinicalAPI

@Suite struct `Answers given lately` {
    private func body(_ number: Int) -> [UInt8] { Array("body \(number)".utf8) }

    private func answer(_ number: Int, size: Int = 1_000) -> RecentAnswers.Answer {
        RecentAnswers.Answer(
            bytes: Array(repeating: UInt8(number & 0xFF), count: size), topic: number, isGuidance: true)
    }

    /// Asks as an advisor does: looks, answers, keeps what was seen before.
    private func ask(_ memory: RecentAnswers, _ number: Int, size: Int = 1_000) -> Bool {
        let hash = RecentAnswers.hash(body(number))
        switch memory.find(body(number), hash) {
        case .answer(let found):
            #expect(found.bytes == answer(number, size: size).bytes && found.topic == number)
            return true
        case .seen: memory.keep(answer(number, size: size), for: body(number), hash)
        case .unseen: break
        }
        return false
    }

    @Test func `are given to the third who asks the same`() {
        let memory = RecentAnswers(limit: 1 << 20)
        #expect((0..<4).map { _ in ask(memory, 1) } == [false, false, true, true])
        #expect(!ask(memory, 2))
    }

    @Test func `never take more than they may, and keep what is asked again`() {
        let memory = RecentAnswers(limit: 100_000)
        for round in 0..<200 {
            for _ in 0..<2 { _ = ask(memory, round) }
            #expect(memory.size <= 100_000)
            if round > 0 { #expect(ask(memory, 0), "asked in every round") }
            if round == 0 { _ = ask(memory, 0) }
        }
        #expect(memory.size > 90_000)
    }

    @Test func `take more room while what is kept is asked for, and give it back when it is not`() {
        let memory = RecentAnswers(limit: 8 << 20)
        func stream(_ numbers: Range<Int>, rounds: Int) {
            for _ in 0..<rounds { for number in numbers { _ = ask(memory, number, size: 10_000) } }
        }
        // 300 of 10 kB do not fit into the first megabyte; they come again and again.
        stream(0..<300, rounds: 12)
        #expect(memory.size > 300 * 10_000)
        // Each comes twice and never again.
        for number in 1_000..<26_000 { for _ in 0..<2 { _ = ask(memory, number, size: 10_000) } }
        #expect(memory.size <= 1 << 20)
    }

    @Test func `once there is no room, let an old one go for some that come`() {
        let memory = RecentAnswers(limit: 50_000)
        func keep(_ numbers: Range<Int>) {
            for number in numbers { memory.keep(answer(number), for: body(number), RecentAnswers.hash(body(number))) }
        }
        func kept(_ numbers: Range<Int>) -> Int {
            numbers.count {
                if case .answer = memory.find(body($0), RecentAnswers.hash(body($0))) { true } else { false }
            }
        }
        keep(0..<30)
        #expect(kept(0..<30) == 30)
        keep(100..<260)
        // Those that were asked for stay once; of 160 that found it full some twenty were kept.
        #expect((10...21).contains(kept(100..<260)))
        #expect(memory.size <= 50_000)
    }

    @Test func `are not kept of bodies that come once`() {
        let memory = RecentAnswers(limit: 1 << 20)
        for _ in 0..<2 { for number in 0..<20_000 { #expect(!ask(memory, number)) } }
        // Only those whose mark happened to stay may have been kept.
        #expect(memory.size < 50 * 1_300)
    }

    @Test func `are none where nothing may be kept, or one is too large`() {
        let none = RecentAnswers(limit: 0)
        #expect(!(0..<4).contains { _ in ask(none, 1) })
        let small = RecentAnswers(limit: 8_000)
        #expect(!(0..<4).contains { _ in ask(small, 1, size: 5_000) })
        #expect(small.size == 0)
    }

    /// Two bodies of one hash: the one that is kept answers for itself alone.
    @Test func `answer for their own body only`() {
        let memory = RecentAnswers(limit: 1 << 20)
        for _ in 0..<2 { _ = memory.find(body(1), 7) }
        memory.keep(answer(1), for: body(1), 7)
        guard case .answer = memory.find(body(1), 7) else { return #expect(Bool(false)) }
        guard case .unseen = memory.find(body(2), 7) else { return #expect(Bool(false)) }
    }

    /// Every answer from memory is, byte for byte, what is answered without one.
    @Test func `are what a fresh advisor answers`() throws {
        let knowledge = try Checkout.knowledge.get()
        let advisor = Advisor(knowledge: knowledge, recentAnswers: 1 << 22)
        let fresh = Advisor(knowledge: knowledge)
        let bodies = [
            #"{"case":{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"pancreas","ki67":8}}}"#,
            #"{"question":"G2 small bowel NET, liver metastases, SSTR positive, progressed on lanreotide"}"#,
            #"{"case":{"tumor":{"primarySite":"lung"}},"question":"what next?"}"#,
        ].map { Array($0.utf8) }
        for _ in 0..<4 {
            for body in bodies { #expect(advisor.document(forPlain: body) == fresh.document(forPlain: body)) }
        }
        #expect(advisor.rememberedBytes > 10_000 && fresh.rememberedBytes == 0)
    }
}
