import ClinicalModel
import TestSupport
import Testing

@testable import QuestionParsing

@Suite struct `The persons of a question` {
    @Test(
        "tell nothing of a relative in",
        arguments: [
            "My aunt had MEN1", "my dad died of pancreatic NET", "My aunt had a pancreatic NET, am I at risk?",
            "My parents have MEN1", "MEN1 runs in the family", "MEN1 in her sister",
            "The sister of the patient had VHL",
            "Mother: MEN1", "My brother had VHL. Should I be tested?",
        ])
    func relatives(_ text: String) throws { #expect(try short(text) == []) }

    @Test(
        "leave the patient's facts beside a relative's in",
        arguments: [
            "pNET G2. My aunt had MEN1.", "pNET G2. My aunt had a carcinoid of the lung.",
            "A patient with pNET G2, whose mother had MEN1", "I have a pNET G2 and my sister has MEN1.",
            "I have a patient whose father had VHL. He has a pNET G2.", "pNET G2; MEN1 in the family",
        ])
    func both(_ text: String) throws {
        #expect(try short(text) == ["kind=neuroendocrine-tumor", "primarySite=pancreas", "grade=G2"])
    }

    @Test(
        "take a relative for the patient who is asked about in",
        arguments: [
            "my mother has a pNET", "I am asking about my mother, who has a pNET",
            "My mother has a pNET. My aunt had MEN1.", "My mother's sister had MEN1 and my mother has a pNET",
            "I have a question about my mother with a pNET", "My mother had a pNET. Her brother has VHL.",
        ])
    func patients(_ text: String) throws {
        #expect(try short(text) == ["sex=female", "kind=neuroendocrine-tumor", "primarySite=pancreas"])
    }
}

@Suite struct `Numbers in words` {
    @Test(
        "are read in",
        arguments: [
            ("Ki-67 of twelve percent", "ki67=12 %"), ("Ki-67 is twenty-five per cent", "ki67=25 %"),
            ("Ki-67 three to five percent", "ki67=3 to 5 %"), ("two prior lines", "line=3"),
            ("after one line", "line=2"), ("three previous lines", "line=4"), ("ECOG two", "performanceStatus=2"),
            ("performance status of one", "performanceStatus=1"), ("a NET of fifteen millimetres", "size=15 mm"),
            ("a forty-five-year-old", "age=45 a"), ("Krenning score of four", "krenning=4"),
        ])
    func read(_ text: String, _ fact: String) throws { #expect(try short(text).contains(fact)) }

    @Test(
        "stay words in", arguments: ["Ki-67 is one of the factors", "one of the lines", "Ki-67 one or two things"])
    func words(_ text: String) throws { #expect(try short(text) == []) }
}

@Suite struct `A minus` {
    @Test(
        "is never dropped from", arguments: ["T-score -3", "Ki-67 -12", "Ki-67 \u{2212}12 %", "bilirubin: -20 µmol/L"])
    func kept(_ text: String) throws { #expect(try short(text) == []) }

    @Test func `makes a value that cannot be`() throws {
        #expect(try notes("pNET, Ki-67 -3 %") == [.invalidValue])
    }

    @Test(
        "is no minus in",
        arguments: [
            ("Ki-67 3 -20 %", "ki67=3 to 20 %"), ("Ki -67 12 %", "ki67=12 %"), ("Ki-67 3-20 %", "ki67=3 to 20 %"),
        ])
    func dashes(_ text: String, _ fact: String) throws { #expect(try short(text) == [fact]) }
}

@Suite struct `A bare treatment` {
    @Test(
        "right behind the tumour is asked about in",
        arguments: [
            "pNET, everolimus", "pNET, everolimus, on phenytoin",
            "metastatic pNET G2; everolimus; is phenytoin a problem",
        ])
    func asked(_ text: String) throws { #expect(try short(text).contains("planned=everolimus")) }

    @Test(
        "is not in",
        arguments: [
            "pNET, everolimus, phenytoin, metformin", "pNET, everolimus, sunitinib", "pNET, everolimus, progressing",
            "everolimus, pNET", "pNET, hypertension, everolimus", "pNET, no everolimus",
        ])
    func unasked(_ text: String) throws {
        #expect(try !short(text).contains { $0.hasPrefix("planned") })
    }
}
