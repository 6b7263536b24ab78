import DecisionLogic
import Testing

@Suite struct `Units` {
    @Test(
        "are told as people write them:",
        arguments: [
            ("a", 58, "58 years"), ("a", 1, "1 year"), ("mo", 14, "14 months"), ("wk", 4, "4 weeks"),
            ("d", 28, "28 days"),
            ("mL/min/{1.73_m2}", 22, "22 mL/min/1.73 m²"), ("10*9/L", 150, "150 × 10⁹/L"),
            ("umol/L", 88.4, "88.4 µmol/L"),
            ("/(2.mm2)", 14, "14 per 2 mm²"), ("mg/m2", 750, "750 mg/m²"), ("%", 12, "12 %"), ("1", 2, "2"),
            ("", 2, "2"),
        ])
    func words(_ unit: String, _ number: Double, _ text: String) {
        #expect(UnitWords.amount(number, number, unit) == text)
        let fact = FactDefinition(path: "t.f", title: "Fact", type: .quantity, unit: unit)
        #expect(fact.words(for: .quantity(Interval(exactly: number))) == text)
    }

    @Test func `are many between two numbers and behind a limit`() {
        #expect(UnitWords.amount(1, 2, "wk") == "1 to 2 weeks")
        let age = FactDefinition(path: "t.age", title: "Age", type: .quantity, unit: "a")
        #expect(age.words(for: .quantity(Interval(lower: 18))) == "at least 18 years")
        #expect(age.code(for: .quantity(Interval(exactly: 58))) == "58 a")
    }
}
