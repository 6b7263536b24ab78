package import ClinicalModel
package import DecisionLogic
package import JSONText

/// Reads a structured case straight from the bytes of a request into statements, where it is written plainly and faultless;
/// nil for everything else, which `PatientCaseReader` then reads and explains: its plain twin, and its oracle in the tests.
package final class CaseScanner: Sendable {
    private let vocabulary: Vocabulary
    private let body: DoseRules.Body?
    private let groups: NameTable
    /// Facts by their group and their name in it.
    private let members: NameTable
    /// Codes by their fact.
    private let codes: NameTable
    private let kinds: [FactType]
    private let bounds: [Interval]
    private let units: [[UInt8]]
    private let memberships: [[FactValue]]

    /// A scanner.
    package init(vocabulary: Vocabulary, body: DoseRules.Body? = nil) {
        self.vocabulary = vocabulary
        self.body = body
        let names = vocabulary.groups.sorted()
        groups = NameTable(names.enumerated().map { (0, $1, $0) })
        members = NameTable(
            vocabulary.facts.enumerated().compactMap { number, fact in
                guard let dot = fact.path.firstIndex(of: "."),
                    let group = names.firstIndex(of: String(fact.path[..<dot]))
                else { return nil }
                return (group, String(fact.path[fact.path.index(after: dot)...]), number)
            })
        codes = NameTable(
            vocabulary.facts.enumerated().flatMap { number, fact in
                fact.codes.enumerated().map { (number, $1.id, $0) }
            })
        kinds = vocabulary.facts.map(\.type)
        bounds = vocabulary.facts.map(\.bounds)
        units = vocabulary.facts.map { Array($0.unit.utf8) }
        // What naming one code of a set says, classes included.
        memberships = vocabulary.facts.map { fact in
            guard fact.type == .set else { return [] }
            return fact.codes.indices.map { fact.membership(included: BitSet(only: $0), excluded: BitSet()) }
        }
    }

    /// The statements of the case that stands next in a text, in its order.
    package func read(_ scan: inout JSONScan) -> [FactStatement]? {
        guard scan.take(UInt8(ascii: "{")) else { return nil }
        var statements: [FactStatement] = []
        statements.reserveCapacity(16)
        var seenGroups = BitSet()
        var seen = BitSet()
        repeat {
            guard let name = scan.name(), let group = groups.number(scan[name], owner: 0),
                !seenGroups.contains(group), group < BitSet.capacity, scan.take(UInt8(ascii: "{"))
            else { return nil }
            seenGroups.insert(group)
            repeat {
                guard let name = scan.name(), let fact = members.number(scan[name], owner: group),
                    !seen.contains(fact), let value = value(of: fact, &scan)
                else { return nil }
                seen.insert(fact)
                statements.append(FactStatement(fact: fact, value: value, origin: .stated))
            } while scan.take(UInt8(ascii: ","))
            guard scan.take(UInt8(ascii: "}")) else { return nil }
        } while scan.take(UInt8(ascii: ","))
        guard scan.take(UInt8(ascii: "}")) else { return nil }
        // The reader points at a weight and a height that cannot be one person's.
        if let body, seen.contains(body.weight), seen.contains(body.height),
            let weight = statements.first(where: { $0.fact == body.weight })?.value,
            let height = statements.first(where: { $0.fact == body.height })?.value, !body.fits(weight, height)
        {
            return nil
        }
        return statements
    }

    private func value(of fact: Int, _ scan: inout JSONScan) -> FactValue? {
        switch kinds[fact] {
        case .boolean:
            if scan.take("true") { return .codes(BitSet(only: 1)) }
            return scan.take("false") ? .codes(BitSet(only: 0)) : nil
        case .code:
            guard let text = scan.string(), let code = codes.number(scan[text], owner: fact) else { return nil }
            return .codes(BitSet(only: code))
        case .quantity: return quantity(fact, &scan)
        case .set: return set(fact, &scan)
        }
    }

    private func set(_ fact: Int, _ scan: inout JSONScan) -> FactValue? {
        guard scan.take(UInt8(ascii: "[")) else { return nil }
        var (included, excluded) = (BitSet(), BitSet())
        repeat {
            guard let text = scan.string(), let code = codes.number(scan[text], owner: fact),
                case .members(let holds, let fails) = memberships[fact][code]
            else { return nil }
            included.formUnion(holds)
            excluded.formUnion(fails)
        } while scan.take(UInt8(ascii: ","))
        guard scan.take(UInt8(ascii: "]")), included.isDisjoint(with: excluded) else { return nil }
        return .members(included: included, excluded: excluded)
    }

    private func quantity(_ fact: Int, _ scan: inout JSONScan) -> FactValue? {
        if scan.next() != UInt8(ascii: "{") {
            guard let number = scan.number() else { return nil }
            return checked(Interval(exactly: number), fact)
        }
        _ = scan.take(UInt8(ascii: "{"))
        var single: Double?
        var (low, high): (Double?, Double?)
        var hasUnit = false
        repeat {
            guard let name = scan.name() else { return nil }
            switch (scan[name].count, scan[name][0]) {
            case (5, UInt8(ascii: "v")) where scan[name].elementsEqual("value".utf8) && single == nil:
                single = scan.number()
                if single == nil { return nil }
            case (3, UInt8(ascii: "m")) where scan[name].elementsEqual("min".utf8) && low == nil:
                low = scan.number()
                if low == nil { return nil }
            case (3, UInt8(ascii: "m")) where scan[name].elementsEqual("max".utf8) && high == nil:
                high = scan.number()
                if high == nil { return nil }
            case (4, UInt8(ascii: "u")) where scan[name].elementsEqual("unit".utf8) && !hasUnit:
                guard let unit = scan.string(), scan[unit].elementsEqual(units[fact]) else { return nil }
                hasUnit = true
            default: return nil
            }
        } while scan.take(UInt8(ascii: ","))
        guard scan.take(UInt8(ascii: "}")), hasUnit else { return nil }
        if let single { return low == nil && high == nil ? checked(Interval(exactly: single), fact) : nil }
        guard low != nil || high != nil else { return nil }
        return checked(Interval(lower: low ?? -.infinity, upper: high ?? .infinity), fact)
    }

    /// A value that lies in what the fact can physically be.
    private func checked(_ interval: Interval, _ fact: Int) -> FactValue? {
        let bounds = bounds[fact]
        let lowFits = !interval.lower.isFinite || (interval.lower >= bounds.lower && interval.lower <= bounds.upper)
        let highFits = !interval.upper.isFinite || (interval.upper >= bounds.lower && interval.upper <= bounds.upper)
        return lowFits && highFits && !interval.isEmpty ? .quantity(interval) : nil
    }
}
