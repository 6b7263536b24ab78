import DecisionLogic
import Foundation
import Testing

/// A row of the conformance tables: language-neutral, so that another implementation of the rule language could run them.
private struct Rows<Row: Decodable>: Decodable {
    let rows: [Row]

    static func load(_ name: String) throws -> [Row] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Conformance")
        return try JSONDecoder().decode(Rows.self, from: Data(contentsOf: folder.appendingPathComponent(name))).rows
    }
}

private struct OperatorRow: Decodable {
    let `operator`: String
    let atLeast: Int?
    let of: [String]
    let `is`: String
}

private struct Ends: Decodable {
    let min: Double?
    let above: Double?
    let max: Double?
    let below: Double?

    var interval: Interval {
        Interval(
            lower: min ?? above ?? -.infinity, lowerIsOpen: above != nil, upper: max ?? below ?? .infinity,
            upperIsOpen: below != nil)
    }
}

private struct WithinRow: Decodable {
    let within: Ends
    let known: Ends
    let `is`: String
}

@Suite struct `The rule language conforms to` {
    private let truths: [String: Truth] = ["false": .false, "unknown": .unknown, "true": .true]
    /// Values of one boolean fact under which `is true` has each truth.
    private let values: [String: FactValue] = [
        "false": .codes(BitSet([0])), "unknown": .codes(BitSet([0, 1])), "true": .codes(BitSet([1])),
    ]

    @Test func `the table of operators`() throws {
        let rows = try Rows<OperatorRow>.load("operators.json")
        #expect(rows.count > 100)
        for row in rows {
            let leaves = row.of.indices.map { Condition.leaf(FactLeaf(fact: $0, test: .isOneOf(BitSet([1])), id: $0)) }
            let known = row.of.compactMap { values[$0] }
            let condition: Condition
            switch row.operator {
            case "all": condition = .all(leaves)
            case "any": condition = .any(leaves)
            case "not": condition = .not(leaves[0])
            default: condition = .count(atLeast: try #require(row.atLeast), of: leaves)
            }
            #expect(condition.evaluate(known) == truths[row.is], "\(row)")
        }
    }

    @Test func `the table of ranges`() throws {
        let rows = try Rows<WithinRow>.load("within.json")
        #expect(rows.count > 80)
        for row in rows {
            #expect(
                FactTest.within(row.within.interval).evaluate(.quantity(row.known.interval)) == truths[row.is], "\(row)"
            )
        }
    }
}
