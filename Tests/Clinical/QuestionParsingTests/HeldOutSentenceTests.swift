import ReadingScore
import TestSupport
import Testing

@Suite struct `Held-out sentences` {
    // The shares seen when the sets were last measured, docs/reading.md, less a little; in the first, and in one sentence of the
    // second, a class of treatments is labelled by its name and read by its members, which costs the precision.
    @Test(
        "are read with fewer inventions than a known share",
        arguments: [("heldout", 0.88, 0.92), ("second-heldout", 0.97, 0.97)])
    func share(_ set: String, _ precision: Double, _ recall: Double) throws {
        let sentences = try LabelledSentence.all(
            in: Checkout.root + "/Tests/Clinical/QuestionParsingTests/Sentences/\(set).tsv")
        #expect(sentences.count >= 120)
        let total = ReadingScore(sentences, by: try Reader.advisor()).total
        #expect(total.precision >= precision)
        #expect(total.recall >= recall)
    }

    @Test(
        "say what was misread before:",
        arguments: [
            ("our daughter has a pNET", "sex=female"), ("pNET, Ki-67 - 12 %", "ki67=12 %"),
            ("pNET, everolimus, phenytoin", "planned=everolimus"), ("rectal NET 1 centimetre", "size=10 mm"),
            ("58 a, f, pNET", "age=58 a"), ("pNET, for PRRT?", "planned=lutetium-lu-177-dotatate"),
            ("neither liver nor bone metastases, pNET", "metastaticSites=-liver"),
            ("SI-NET, disease control after PRRT 14 months", "controlAfterRadioligand=14 mo"),
        ])
    func misread(_ text: String, _ fact: String) throws { #expect(try short(text).contains(fact), "\(text)") }

    /// A receptor that is called positive and negative decides radioligand therapy: both must be heard, so that the conflict is.
    @Test(
        "hear both of two findings that exclude each other:",
        arguments: [
            "pancreatic NET, SSTR positive and SSTR negative", "pNET, Dotatate positive and octreoscan negative",
            "pNET, SSTR positive but SSTR negative", "pNET, SSTR negative and SSTR positive",
        ])
    func opposed(_ text: String) throws {
        let read = try short(text)
        #expect(read.contains("somatostatinReceptor=positive"))
        #expect(read.contains("somatostatinReceptor=negative"))
    }

    @Test(
        "invent nothing from words of other things:",
        arguments: [
            ("pNET, DOTATATE uptake Krenning 2", "somatostatinReceptor=positive"),
            ("Lanreotide was considered but not started; SI-NET", "prior=+lanreotide"),
            ("Colon adenocarcinoma, treated with FOLFOX; pNET 8 mm", "prior=+folfox"),
            ("pNET, no amiodarone", "comedications=-metoprolol"),
            ("If the gallium scan is positive we would offer PRRT", "somatostatinReceptor=positive"),
            ("CT of a pNET: liver metastases, largest 34 mm", "size=34 mm"),
            ("My friend with a NET had PRRT, could it help my ileal NET?", "prior=+lutetium-lu-177-dotatate"),
            ("The insurer refused PRRT, SI-NET", "declines=+lutetium-lu-177-dotatate"),
            ("surgery was refused by the anaesthetist, pNET", "declines=+surgery"),
            ("a friend of mine had PRRT, SI-NET", "prior=+lutetium-lu-177-dotatate"),
            ("SI-NET, should the clearance drop to 25", "creatinineClearance=25 mL/min"),
            ("haemoglobin 93 g/L, SI-NET", "primarySite=stomach"),
            ("pNET, liver lesions negative on FDG", "metastaticSites=-liver"),
        ])
    func invented(_ text: String, _ fact: String) throws { #expect(try !short(text).contains(fact), "\(text)") }
}
