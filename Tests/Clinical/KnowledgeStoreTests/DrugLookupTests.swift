import ClinicalModel
import KnowledgeStore
import TestSupport
import Testing

/// A spelling with what it must lead to.
struct Spelling: Sendable, CustomTestStringConvertible {
    let asked: String
    let drug: String
    let kind: DrugNameKind
    let folded: [NameFolding]

    init(_ asked: String, _ drug: String, _ kind: DrugNameKind, _ folded: [NameFolding] = []) {
        self.asked = asked
        self.drug = drug
        self.kind = kind
        self.folded = folded
    }

    var testDescription: String { asked }

    static let all: [Spelling] = [
        Spelling("everolimus", "everolimus", .generic), Spelling("EVEROLIMUS", "everolimus", .generic, [.letterCase]),
        Spelling("lanreotide acetate", "lanreotide", .generic), Spelling("lanreotide", "lanreotide", .generic),
        Spelling("Lanréotide", "lanreotide", .generic, [.letterCase, .diacritics]),
        Spelling("Lanre\u{301}otide", "lanreotide", .generic, [.letterCase, .diacritics]),
        Spelling("somatuline-depot", "lanreotide", .brand, [.letterCase, .separators]),
        Spelling("Lutathera®", "lutetium-lu-177-dotatate", .brand, [.separators]),
        Spelling("Ａfinitor", "everolimus", .brand, [.superscripts]), Spelling("RAD001", "everolimus", .code),
        Spelling("rad-001", "everolimus", .code, [.letterCase, .separators]),
        Spelling("BIM 23014", "lanreotide", .code, [.separators]), Spelling("VP-16", "etoposide", .code),
        Spelling("5-FU", "fluorouracil", .synonym), Spelling("streptozotocin", "streptozocin", .synonym),
        Spelling("telotristat etiprate", "telotristat-ethyl", .synonym),
        Spelling("temozolomide hydrochloride", "temozolomide", .generic, [.salt]),
        Spelling("lutetium-lu-177-dotatate", "lutetium-lu-177-dotatate", .id),
        Spelling("177Lu-dotatate", "lutetium-lu-177-dotatate", .radiolabel),
        Spelling("¹⁷⁷Lu-dotatate", "lutetium-lu-177-dotatate", .radiolabel, [.superscripts]),
        Spelling("lutetium-177 dotatate", "lutetium-lu-177-dotatate", .radiolabel, [.radiolabel]),
        Spelling("[177Lu]Lu-DOTA-TATE", "lutetium-lu-177-dotatate", .radiolabel, [.radiolabel]),
        Spelling("oxodotreotide lutetium-177", "lutetium-lu-177-dotatate", .radiolabel, [.radiolabel]),
        Spelling("[177Lu]Lu-DOTA-Tyr3-octreotate", "lutetium-lu-177-dotatate", .radiolabel, [.radiolabel]),
        Spelling("Lu177dotatate", "lutetium-lu-177-dotatate", .radiolabel, [.separators]),
        Spelling("edotreotide (68Ga)", "gallium-ga-68-dotatoc", .radiolabel, [.radiolabel]),
        Spelling("131I MIBG", "iobenguane-i-131", .radiolabel, [.separators]),
        Spelling("iobenguane (131I)", "iobenguane-i-131", .radiolabel, [.radiolabel]),
        Spelling("DOTATATE, copper-64", "copper-cu-64-dotatate", .radiolabel, [.radiolabel]),
    ]
}

@Suite struct `The names of drugs` {
    private func lookUp(_ name: String) throws -> DrugLookup { try Checkout.knowledge.get().lookUp(drug: name) }

    private func match(_ name: String) throws -> DrugMatch? {
        if case .found(let match) = try lookUp(name) { return match }
        return nil
    }

    @Test("lead to one drug, and how is told:", arguments: Spelling.all)
    func spellings(_ spelling: Spelling) throws {
        let match = try #require(try match(spelling.asked))
        #expect(match.drug.id == spelling.drug)
        #expect(match.kind == spelling.kind)
        #expect(Set(match.folded).isSuperset(of: spelling.folded), "\(match.folded)")
        #expect(match.folded.isEmpty == spelling.folded.isEmpty, "\(match.folded)")
    }

    @Test func `lead to their drug in every case and without hyphens`() throws {
        for drug in try Checkout.knowledge.get().clinical.drugs.values {
            for name in drug.names {
                for asked in [name, name.uppercased(), name.lowercased(), name.replacing("-", with: " ")] {
                    switch try lookUp(asked) {
                    case .found(let match): #expect(match.drug.id == drug.id, "\(asked)")
                    case .several(let choice):
                        #expect(choice.candidates.contains { $0.drug == drug.id }, "\(asked)")
                    default: Issue.record("\(asked) is not found")
                    }
                }
            }
        }
    }

    @Test(
        "that several products bear are told with them:",
        arguments: [
            ("everolimus", ["Afinitor", "Afinitor Disperz", "Torpenz", "Zortress"]),
            ("octreotide", ["Sandostatin", "Sandostatin LAR Depot", "Bynfezia Pen", "Mycapssa"]),
            ("Octreotide Acetate", ["Sandostatin", "Sandostatin LAR Depot", "Bynfezia Pen", "Mycapssa"]),
            ("cabozantinib", ["Cabometyx", "Cometriq"]), ("doxorubicin", ["Adriamycin", "Doxil"]),
            ("pasireotide", ["Signifor", "Signifor LAR"]),
        ])
    func ambiguous(_ name: String, _ products: [String]) throws {
        #expect(try match(name)?.ambiguous?.candidates.map(\.name) == products)
    }

    @Test func `of one product say which`() throws {
        #expect(try match("Mycapssa")?.product?.name == "Mycapssa")
        #expect(try match("Mycapssa")?.ambiguous == nil)
        #expect(try match("lanreotide")?.product == nil)
    }

    @Test("of a carrier alone leave the choice:", arguments: ["dotatate", "DOTA-TATE", "oxodotreotide"])
    func several(_ name: String) throws {
        guard case .several(let choice) = try lookUp(name) else {
            Issue.record("\(name) is no choice")
            return
        }
        #expect(
            choice.candidates.compactMap(\.drug) == [
                "lutetium-lu-177-dotatate", "gallium-ga-68-dotatate", "copper-cu-64-dotatate",
            ])
    }

    @Test func `of a carrier with one covered isotope leave the choice too`() throws {
        guard case .several(let choice) = try lookUp("MIBG") else {
            Issue.record("MIBG is no choice")
            return
        }
        #expect(choice.candidates.map(\.drug) == ["iobenguane-i-131", nil, nil])
    }

    @Test(
        "of other products and other drugs are told as not covered:",
        arguments: [
            "Zortress", "zortress", "Cometriq", "Onivyde", "Vykat XR", "diazoxide choline", "Doxil", "sorafenib",
            "esomeprazole", "sirolimus", "interferon alfa-2a", "Lu-177 vipivotide tetraxetan", "177Lu-edotreotide",
            "lutetium (177Lu) edotreotide", "AdreView", "123I-MIBG",
        ])
    func notCovered(_ name: String) throws {
        guard case .notCovered = try lookUp(name) else {
            Issue.record("\(name) is not told as not covered")
            return
        }
    }

    @Test(
        "that are only near are suggested and never taken:",
        arguments: [
            ("octreotid", "octreotide"), ("lanreotid", "lanreotide"), ("sandostatn", "octreotide"),
            ("luthatera", "lutetium-lu-177-dotatate"), ("afinator", "everolimus"), ("sutemt", "sunitinib"),
            ("cabozantanib", "cabozantinib"), ("kapesitabine", "capecitabine"), ("detectnett", "copper-cu-64-dotatate"),
        ])
    func near(_ name: String, _ drug: String) throws {
        guard case .unknown(let near) = try lookUp(name) else {
            Issue.record("\(name) is taken for a drug")
            return
        }
        #expect(near.first?.drug == drug)
    }

    @Test(
        "with another number, of another script, or of nothing lead nowhere:",
        arguments: [
            "Lu-176 dotatate", "Cu-67 dotatate", "RAD002", "BIM-23015", "", " ", "-", "x", "💊", "lanreotide💊",
            "\u{441}isplatin\u{0}", "octreotide or lanreotide",
        ])
    func nowhere(_ name: String) throws {
        guard case .unknown(let near) = try lookUp(name) else {
            Issue.record("\(name) leads to something")
            return
        }
        #expect(near.isEmpty || name.contains("💊") || name.contains("\u{441}"))
    }

    @Test func `that are alike are never suggested for each other`() throws {
        let knowledge = try Checkout.knowledge.get()
        for group in knowledge.clinical.drugNames.lookAlikes {
            for name in group.names {
                switch knowledge.lookUp(drug: name) {
                case .found(let match): #expect(match.matchedOn.lowercased() == name.lowercased(), "\(name)")
                case .unknown(let near): #expect(near.isEmpty, "\(name)")
                case .several, .notCovered: break
                }
            }
        }
        #expect(knowledge.drugs(near: "esomeprazol") == [])
        #expect(knowledge.drugs(near: "sorafanib") == [])
        #expect(knowledge.notCovered(near: "esomeprazol")?.name == "esomeprazole")
    }

    @Test func `that are alike are told with the drug`() throws {
        let knowledge = try Checkout.knowledge.get()
        let cisplatin = try #require(knowledge.clinical.drugs["cisplatin"])
        #expect(knowledge.lookAlikes(of: cisplatin).map(\.names) == [["cisplatin", "carboplatin", "oxaliplatin"]])
    }
}
