import ClinicalAPI
import ClinicalModel
import DecisionLogic
import KnowledgeStore
import TestSupport
import Testing

@testable import QuestionParsing

@Suite struct `Clinical text` {
    @Test(
        "gives the size in",
        arguments: [
            ("a 9-mm carcinoid", "9 mm"), ("NET of 1.2 cm", "12 mm"), ("4.1 x 2.8 cm mass, NET", "41 mm"),
            ("4.1\u{D7}2.8\u{D7}5 cm mass, NET", "50 mm"), ("size 2.1 x 1.4 cm", "21 mm"),
            ("a NET of 1-2 cm", "10 to 20 mm"), ("NET < 2 cm", "below 20 mm"), ("NET up to 15 mm", "at most 15 mm"),
            ("NET with nodules of 4 mm and 7 mm", "7 mm"), ("NET that grew from 1 cm to 1.6 cm", "16 mm"),
            ("NET measuring 13 mm, 8 cm from the anal verge", "13 mm"),
        ])
    func sizes(_ text: String, _ size: String) throws {
        #expect(try reading(text).filter { $0.hasPrefix("tumor.size") } == ["tumor.size = \(size)"])
    }

    @Test(
        "gives no size in",
        arguments: [
            "CA 19-9 30, lanreotide 120 mg", "liver metastases of 4 cm", "liver mets 3-7 cm", "a 2 cm lymph node",
            "14 mitoses per 2 mm2", "margins 5 mm", "height 170 cm", "mesoappendix invasion 3 mm", "stage 2, T3",
        ])
    func otherLengths(_ text: String) throws {
        #expect(try reading(text).allSatisfy { !$0.hasPrefix("tumor.size") })
    }

    @Test(
        "tells the receptors in",
        arguments: [
            ("octreotide scan: strong local uptake", "positive"), ("DOTATATE+", "positive"),
            ("takes up a somatostatin analogue", "positive"), ("SSTR uptake at the rim only", "heterogeneous"),
            ("SSTR PET was clearly negative", "negative"), ("no uptake on octreoscan", "negative"),
        ])
    func receptors(_ text: String, _ finding: String) throws {
        let said = try reading(text).filter { $0.hasPrefix("imaging.somatostatinReceptor") }
        #expect(said.count == 1 && said.allSatisfy { $0.contains(finding) }, "\(said)")
    }

    @Test(
        "tells nothing of receptors in",
        arguments: [
            "SSTR PET not repeated", "SSTR scan: no metastases", "if the tumour becomes SSTR negative",
            "octreotide scan pending, FDG positive", "SSTR PET - when?",
        ])
    func noReceptors(_ text: String) throws {
        #expect(try reading(text).allSatisfy { !$0.hasPrefix("imaging.somatostatinReceptor") })
    }

    @Test func `shares the word of a list among its parts`() throws {
        let sites = { (text: String) in try reading(text).filter { $0.hasPrefix("disease.metastaticSites") }.count }
        #expect(try sites("liver, omental, unusual and brain metastases") == 3)
        #expect(try sites("metastases to the liver, bone and brain") == 3)
        #expect(try reading("no liver, bone or lung metastases").filter { $0.contains("= not ") }.count == 3)
        #expect(try reading("no liver, bone or lung metastases").allSatisfy { !$0.contains("= metastatic") })
    }

    private func treatments(_ text: String, _ path: String) throws -> Set<String> {
        let advisor = try Reader.advisor()
        let vocabulary = advisor.knowledge.clinical.vocabulary
        let fact = try #require(vocabulary.index(of: path))
        return advisor.read(text).statements.filter { $0.fact == fact }.reduce(into: []) { result, statement in
            let codes: BitSet =
                switch statement.value {
                case .members(let included, _): included
                case .codes(let codes): codes
                case .quantity: BitSet()
                }
            result.formUnion(codes.members.map { vocabulary[fact].codes[$0].id })
        }
    }

    @Test(
        "tells what was given before in",
        arguments: [
            ("prior everolimus and sunitinib and CAPTEM", ["everolimus", "sunitinib", "capecitabine-temozolomide"]),
            ("progressed on octreotide, everolimus planned", ["octreotide"]),
            ("appendiceal carcinoid found incidentally at appendectomy", ["surgery"]),
            ("appendicitis, appendicectomy. NET 6 mm", ["surgery"]), ("s/p thymectomy", ["surgery"]),
            ("two 4 mm polyps removed", ["endoscopic-resection"]), ("removed by EMR", ["endoscopic-resection"]),
            ("several embolisations", ["liver-directed-therapy"]),
        ])
    func history(_ text: String, _ given: [String]) throws {
        #expect(try treatments(text, "treatment.prior").isSuperset(of: given))
        #expect(try treatments(text, "treatment.planned").isDisjoint(with: given))
    }

    @Test(
        "tells what is planned or asked about in",
        arguments: [
            ("dose of lanreotide", "lanreotide"), ("who should consider PRRT", "lutetium-lu-177-dotatate"),
            ("is everolimus safe", "everolimus"), ("plans an mTOR inhibitor", "everolimus"),
            ("about to start sunitinib", "sunitinib"), ("before surgery", "surgery"),
            ("during anesthesia", "anaesthesia"), ("progressed on octreotide, everolimus?", "everolimus"),
            ("hemicolectomy planned", "surgery"),
        ])
    func plans(_ text: String, _ planned: String) throws {
        #expect(try treatments(text, "treatment.planned").contains(planned))
        #expect(try !treatments(text, "treatment.prior").contains(planned))
    }

    @Test(
        "says",
        arguments: [
            ("HR 44", "bradycardia"), ("QTc of 510 ms", "long QT"), ("HbA1c 9.1 %", "diabetes"),
            ("gastric NETs, type 1", "type 1"), ("gastric carcinoid, type I", "type 1"),
            ("no evidence of metastatic disease", "localised or regional or locally advanced"),
            ("confined to the submucosa", "localised"), ("DIPNECH", "lung"), ("pheochromocytoma", "adrenal"),
            ("typical bronchial carcinoid", "typical carcinoid"), ("Hb 7.9", "79 g/L"),
            ("sunitinib declined", "patient.declines"),
        ])
    func findings(_ text: String, _ words: String) throws {
        let said = try reading(text)
        #expect(said.contains { $0.contains(words) }, "\(said)")
    }

    @Test(
        "does not say",
        arguments: [
            ("HR 72", "bradycardia"), ("QTc 430", "QT"), ("HbA1c 5.5 %", "diabetes"), ("glucose 90 mg/dL", "diabetes"),
            ("gastric NET, type 2 diabetes", "gastricType"), ("goblet cell carcinoid", "tumor.kind"),
            ("treated with lanreotide", "comedications"), ("jejunal perforation", "primarySite"),
            ("recent PPI use", "treatment"), ("pneumonitis grade 2", "tumor.grade"), ("ALT 5 x ULN", "hepatic.alt"),
            ("octreotide did not control flushing", "not flushing"),
            ("node-positive NET with liver mets", "= regional"),
            ("on diazoxide, wants surgery", "prior = surgery"), ("Surgery or observation?", "treatment"),
            ("the polyp should be resected", "treatment.prior"),
        ])
    func inventions(_ text: String, _ words: String) throws {
        let said = try reading(text)
        #expect(said.allSatisfy { !$0.contains(words) }, "\(said)")
    }
}
