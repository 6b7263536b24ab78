import DecisionLogic
import Testing

@Suite struct `Three-valued truth` {
    private let all: [Truth] = [.false, .unknown, .true]

    @Test func `is Kleene's: all is the least, any the greatest, not the mirror`() {
        #expect(all.map { !$0 } == [.true, .unknown, .false])
        #expect(min(.unknown, .true) == Truth.unknown)
        #expect(max(.unknown, .true) == Truth.true)
        for left in all {
            for right in all {
                #expect(!min(left, right) == max(!left, !right), "De Morgan for \(left), \(right)")
            }
        }
    }
}

@Suite struct `A bit set` {
    @Test func `holds 256 members and drops others`() {
        let set = BitSet([0, 63, 64, 255, 256, -1])
        #expect(set.members == [0, 63, 64, 255])
        #expect(set.count == 4)
    }

    @Test func `agrees with a plain set on random members`() {
        for _ in 0..<500 {
            let (a, b) = (
                Set((0..<20).map { _ in Int.random(in: 0..<256) }), Set((0..<20).map { _ in Int.random(in: 0..<256) })
            )
            let (left, right) = (BitSet(a), BitSet(b))
            #expect(Set(left.union(right).members) == a.union(b))
            #expect(Set(left.intersection(right).members) == a.intersection(b))
            #expect(Set(left.subtracting(right).members) == a.subtracting(b))
            #expect(left.isSubset(of: right) == a.isSubset(of: b))
            #expect(left.isDisjoint(with: right) == a.isDisjoint(with: b))
        }
    }
}

@Suite struct `An interval` {
    @Test(
        "meets another",
        arguments: [
            (Interval(lower: 3, upper: 20), Interval(lower: 10), Interval(lower: 10, upper: 20), false),
            (
                Interval(upper: 3, upperIsOpen: true), Interval(lower: 3),
                Interval(lower: 3, upper: 3, upperIsOpen: true), true
            ),
            (
                Interval(lower: 20, lowerIsOpen: true), Interval(upper: 20),
                Interval(lower: 20, lowerIsOpen: true, upper: 20), true
            ),
            (Interval(exactly: 3), Interval(lower: 3, upper: 20), Interval(exactly: 3), false),
        ])
    func meets(_ left: Interval, _ right: Interval, _ both: Interval, _ isEmpty: Bool) {
        #expect(left.intersection(right) == both)
        #expect(right.intersection(left) == both)
        #expect(both.isEmpty == isEmpty)
    }

    @Test func `keeps the grade boundaries apart`() {
        let grade2 = Interval(lower: 3, upper: 20)
        #expect(FactTest.within(grade2).evaluate(.quantity(Interval(exactly: 2.9))) == .false)
        #expect(FactTest.within(grade2).evaluate(.quantity(Interval(exactly: 3))) == .true)
        #expect(FactTest.within(grade2).evaluate(.quantity(Interval(exactly: 20))) == .true)
        #expect(FactTest.within(grade2).evaluate(.quantity(Interval(exactly: 20.1))) == .false)
        #expect(FactTest.within(grade2).evaluate(.quantity(Interval(lower: 10))) == .unknown)
    }
}

/// Random facts and conditions: two code facts, a quantity, a set.
struct World {
    static let vocabulary = Vocabulary([
        FactDefinition(
            path: "a.code", title: "a", type: .code, codes: ["x", "y", "z"].map { CodeDefinition(id: $0, title: $0) }),
        FactDefinition(path: "a.flag", title: "flag", type: .boolean),
        FactDefinition(path: "a.number", title: "n", type: .quantity, unit: "1"),
        FactDefinition(
            path: "a.set", title: "s", type: .set, codes: ["p", "q"].map { CodeDefinition(id: $0, title: $0) }),
    ])

    static func values() -> [FactValue] {
        let low = Double(Int.random(in: 0...4))
        let codes = BitSet((0..<3).filter { _ in Bool.random() })
        return [
            .codes(codes.isEmpty ? BitSet([0, 1, 2]) : codes),
            .codes([BitSet([0]), BitSet([1]), BitSet([0, 1])][Int.random(in: 0...2)]),
            Bool.random()
                ? .quantity(.everything) : .quantity(Interval(lower: low, upper: low + Double(Int.random(in: 0...3)))),
            [
                .members(included: BitSet([0]), excluded: BitSet()),
                .members(included: BitSet(), excluded: BitSet([0, 1])),
                .members(included: BitSet(), excluded: BitSet()),
            ][Int.random(in: 0...2)],
        ]
    }

    /// Values in which every fact is settled, chosen among those that remain.
    static func settled(_ values: [FactValue], only facts: BitSet? = nil) -> [FactValue] {
        values.enumerated().map { index, value in
            if let facts, !facts.contains(index) { return value }
            switch value {
            case .codes(let codes): return .codes(BitSet([codes.members.randomElement() ?? 0]))
            case .quantity(let interval):
                return .quantity(
                    Interval(exactly: interval.lower.isFinite ? interval.lower : Double(Int.random(in: 0...6))))
            case .members(let included, let excluded):
                let open = BitSet([0, 1]).subtracting(included).subtracting(excluded)
                let more = BitSet(open.members.filter { _ in Bool.random() })
                return .members(included: included.union(more), excluded: excluded.union(open.subtracting(more)))
            }
        }
    }

    static func condition(depth: Int = 0) -> Condition {
        let leaf: [FactLeaf] = [
            FactLeaf(fact: 0, test: .isOneOf(BitSet([Int.random(in: 0...2), Int.random(in: 0...2)])), id: 0),
            FactLeaf(fact: 1, test: .isOneOf(BitSet([1])), id: 1),
            FactLeaf(fact: 2, test: .within(Interval(lower: Double(Int.random(in: 0...3)), upper: 4)), id: 2),
            FactLeaf(fact: 3, test: .includes(Int.random(in: 0...1)), id: 3),
        ]
        guard depth < 3, Int.random(in: 0...2) > 0 else { return .leaf(leaf[Int.random(in: 0...3)]) }
        let parts = (0..<Int.random(in: 1...3)).map { _ in condition(depth: depth + 1) }
        switch Int.random(in: 0...3) {
        case 0: return .all(parts)
        case 1: return .any(parts)
        case 2: return .not(parts[0])
        default: return .count(atLeast: Int.random(in: 1...parts.count), of: parts)
        }
    }
}

@Suite struct `A condition` {
    @Test func `never turns from true to false, or from false to true, by learning more`() {
        for _ in 0..<20_000 {
            let (condition, values) = (World.condition(), World.values())
            let before = condition.evaluate(values)
            if before != .unknown { #expect(condition.evaluate(World.settled(values)) == before) }
        }
    }

    @Test func `is settled by settling what it needs, and by nothing less than known`() {
        for _ in 0..<20_000 {
            let (condition, values) = (World.condition(), World.values())
            let needs = condition.needs(values)
            #expect(needs.isEmpty == (condition.evaluate(values) != .unknown))
            #expect(condition.evaluate(World.settled(values, only: needs)) != .unknown)
        }
    }

    @Test func `does not care for the order of its clauses`() {
        for _ in 0..<2_000 {
            let (parts, values) = ((0..<4).map { _ in World.condition() }, World.values())
            for build in [Condition.all, Condition.any, { Condition.count(atLeast: 2, of: $0) }] {
                #expect(build(parts).evaluate(values) == build(parts.shuffled()).evaluate(values))
            }
        }
    }

    @Test func `is refuted where it is false and rests on grounds where it is settled`() {
        for _ in 0..<2_000 {
            let (condition, values) = (World.condition(), World.values())
            let truth = condition.evaluate(values)
            #expect(condition.refutations(values, World.vocabulary).isEmpty == (truth != .false))
            if truth != .unknown { #expect(!condition.grounds(values).isEmpty) }
            #expect(condition.trace(values, World.vocabulary).truth == truth)
        }
    }

    @Test func `knows that isPartlyKnown is two-valued, and true from the first end on`() {
        for (interval, truth) in [
            (Interval.everything, Truth.false), (Interval(upper: 20), .true), (Interval(lower: 1), .true),
            (Interval(exactly: 4), .true),
        ] {
            #expect(FactTest.isPartlyKnown.evaluate(.quantity(interval)) == truth)
        }
    }

    @Test func `knows that isKnown is two-valued`() {
        let known = Condition.leaf(FactLeaf(fact: 0, test: .isKnown, id: 0))
        #expect(known.evaluate([.codes(BitSet([0, 1]))]) == .false)
        #expect(known.evaluate([.codes(BitSet([1]))]) == .true)
    }
}

@Suite struct `A set fact` {
    private let definition = FactDefinition(
        path: "t.prior", title: "prior", type: .set,
        codes: [
            CodeDefinition(id: "class", title: "class", descendants: BitSet([1, 2])),
            CodeDefinition(id: "one", title: "one", ancestors: BitSet([0])),
            CodeDefinition(id: "two", title: "two", ancestors: BitSet([0])),
        ])

    @Test func `holds a class where one of its members holds, and excludes the members with the class`() {
        let held = definition.membership(included: BitSet([1]), excluded: BitSet())
        #expect(FactTest.includes(0).evaluate(held) == .true)
        #expect(FactTest.includes(2).evaluate(held) == .unknown)
        let denied = definition.membership(included: BitSet(), excluded: BitSet([0]))
        #expect(FactTest.includes(2).evaluate(denied) == .false)
        #expect(FactTest.includes(0).evaluate(definition.unrestricted) == .unknown)
    }

    @Test(
        "is told in words",
        arguments: [
            (Interval(exactly: 12), "12 %"), (Interval(lower: 3, upper: 20), "3 to 20 %"),
            (Interval(upper: 3, upperIsOpen: true), "below 3 %"),
            (Interval(lower: 20, lowerIsOpen: true), "above 20 %"), (.everything, "not known"),
        ])
    func words(_ interval: Interval, _ text: String) {
        let number = FactDefinition(path: "t.ki67", title: "Ki-67", type: .quantity, unit: "%")
        #expect(number.words(for: .quantity(interval)) == text)
    }
}
