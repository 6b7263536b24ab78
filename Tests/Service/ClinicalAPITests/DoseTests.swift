import Foundation
import HTTPServer
import HTTPWire
import TestSupport
import Testing

/// A patient with a pancreatic NET who is offered chemotherapy first.
private func captem(_ patient: String, _ more: String = #""renal":{"creatinineClearance":90}"#) throws -> Reply {
    try Checkout.router().recommend(
        #"""
        {"case":{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"pancreas","ki67":15},
        "disease":{"extent":"metastatic","burden":"high","tumourSymptoms":true,"pace":"progressive"},
        "treatment":{"line":1},"imaging":{"somatostatinReceptor":"negative"},"syndrome":{"functional":"none"},
        "patient":\#(patient),\#(more)}}
        """#)
}

extension Reply {
    /// What was reckoned for a drug of an option.
    fileprivate func calculated(_ option: String, _ drug: String) -> [String: Any]? {
        let options = value("options") as? [[String: Any]] ?? []
        let regimen = options.first { $0["id"] as? String == option }?["regimen"] as? [String: Any]
        let parts = regimen?["parts"] as? [[String: Any]] ?? []
        return parts.first { $0["drug"] as? String == drug }?["calculated"] as? [String: Any]
    }

    fileprivate func steps(_ option: String, _ drug: String) -> [String] {
        (calculated(option, drug)?["steps"] as? [[String: Any]] ?? []).compactMap { $0["statement"] as? String }
    }
}

@Suite struct `A dose for one patient` {
    @Test func `by body surface is reckoned with its formula and steps`() throws {
        let reply = try captem(#"{"weight":70,"height":170}"#)
        let dose = try #require(reply.calculated("capecitabine-temozolomide", "capecitabine"))
        #expect(dose["value"] as? Double == 1365)
        #expect(dose["unit"] as? String == "mg")
        #expect(dose["perDay"] as? NSDictionary == ["value": 2730, "unit": "mg/d"])
        #expect((dose["rounding"] as? String)?.contains("rounded to whole units") == true)
        #expect(
            reply.steps("capecitabine-temozolomide", "capecitabine") == [
                "body surface (Mosteller): √(170 cm × 70 kg ÷ 3600) = 1.82 m², rounded to 0.01 m²",
                "750 mg/m² × 1.82 m² = 1365 mg", "Creatinine clearance above 50 mL/min: no step",
            ])
        #expect(reply.calculated("capecitabine-temozolomide", "temozolomide")?["value"] as? Double == 364)
        #expect(reply.calculated("capecitabine-temozolomide", "temozolomide")?["perDay"] == nil)
    }

    @Test func `takes the label's step of the kidney, with section and source`() throws {
        let reply = try captem(#"{"weight":70,"height":170}"#, #""renal":{"creatinineClearance":50}"#)
        let dose = try #require(reply.calculated("capecitabine-temozolomide", "capecitabine"))
        #expect(dose["value"] as? Double == 1024)
        let step = try #require((dose["steps"] as? [[String: Any]])?.last)
        #expect(
            step["statement"] as? String
                == "Creatinine clearance 30 to 50 mL/min: 75 % of the starting dose: 1365 mg × 0.75 = 1023.75 mg")
        #expect(step["section"] as? String == "2.6")
        let number = try #require(step["reference"] as? Int)
        #expect(reply.string("references.\(number - 1).id") == "label-xeloda-us")
    }

    @Test(
        "is not reckoned while it rests on what is not known:",
        arguments: [
            (#"{"weight":70}"#, #""renal":{"creatinineClearance":90}"#, ["patient.height"]),
            (#"{"height":170}"#, #""renal":{"creatinineClearance":90}"#, ["patient.weight"]),
            (
                #"{"weight":{"min":60,"max":70,"unit":"kg"},"height":170}"#, #""renal":{"creatinineClearance":90}"#,
                ["patient.weight"]
            ), (#"{"weight":70,"height":170}"#, #""renal":{"creatinine":80}"#, ["renal.egfr"]),
            (
                #"{"weight":70,"height":170}"#, #""renal":{"egfr":{"min":40,"max":60,"unit":"mL/min/1.73m2"}}"#,
                ["renal.egfr"]
            ), (#"{"age":60}"#, #""renal":{"creatinine":80}"#, ["patient.weight", "patient.height", "renal.egfr"]),
        ])
    func unknown(_ patient: String, _ renal: String, _ needs: [String]) throws {
        let dose = try #require(try captem(patient, renal).calculated("capecitabine-temozolomide", "capecitabine"))
        #expect(dose["needs"] as? [String] == needs)
        #expect((dose["explanation"] as? String)?.hasPrefix("Not calculated: ") == true)
        #expect(dose["value"] == nil)
    }

    @Test func `is withheld where the source names none`() throws {
        let reply = try captem(#"{"weight":70,"height":170,"comorbidities":["dpd-deficiency-partial"]}"#)
        let dose = try #require(reply.calculated("capecitabine-temozolomide", "capecitabine"))
        #expect(Set(dose.keys) == ["withheld"])
        let kidney = try captem(#"{"weight":70,"height":170}"#, #""renal":{"creatinineClearance":45}"#)
        #expect(kidney.calculated("streptozocin-fluorouracil", "streptozocin")?["withheld"] != nil)
    }

    @Test func `takes the step of the liver in place of the fixed dose`() throws {
        let reply = try captem(#"{"weight":70,"height":170}"#, #""hepatic":{"childPugh":"B"}"#)
        let dose = try #require(reply.calculated("everolimus", "everolimus"))
        #expect(dose["value"] as? Double == 5)
        #expect(reply.steps("everolimus", "everolimus") == ["Child-Pugh B: 5 mg instead of 10 mg"])
        #expect(dose["rounding"] == nil)
    }

    @Test(
        "goes by the weight band and the liver of cabozantinib:",
        arguments: [(80, "A", 60.0), (40, "A", 60), (39.9, "A", 40), (80, "B", 40), (39, "B", 20)])
    func bands(_ weight: Double, _ childPugh: String, _ expected: Double) throws {
        let reply = try Checkout.router().recommend(
            #"""
            {"case":{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"pancreas","ki67":6},
            "disease":{"extent":"metastatic","burden":"high","tumourSymptoms":false,"pace":"progressive"},
            "treatment":{"prior":["capecitabine-temozolomide"]},"imaging":{"somatostatinReceptor":"negative"},
            "syndrome":{"functional":"none"},"patient":{"weight":\#(weight)},"hepatic":{"childPugh":"\#(childPugh)"}}}
            """#)
        #expect(reply.calculated("cabozantinib", "cabozantinib")?["value"] as? Double == expected)
    }

    @Test func `of a body that cannot be is refused, with both members pointed at`() throws {
        let reply = try captem(#"{"weight":170,"height":70}"#)
        #expect(reply.status == 422)
        #expect(reply.strings("errors.*.code") == ["implausible", "implausible"])
        #expect(reply.strings("errors.*.pointer") == ["#/case/patient/weight", "#/case/patient/height"])
    }

    @Test(
        "of a weight or height outside what a body has is refused:",
        arguments: [
            (#"{"weight":0.5}"#, "weight"), (#"{"weight":4000}"#, "weight"), (#"{"height":1.7}"#, "height"),
            (#"{"height":{"value":170,"unit":"m"}}"#, "height"),
        ])
    func outside(_ patient: String, _ member: String) throws {
        let reply = try captem(patient)
        #expect(reply.status == 422)
        #expect(reply.strings("errors.*.code") == ["out-of-range"])
        #expect(reply.strings("errors.*.pointer") == ["#/case/patient/\(member)"])
    }

    @Test func `reads pounds and inches`() throws {
        let reply = try captem(
            #"{"weight":{"value":154.3,"unit":"[lb_av]"},"height":{"value":67,"unit":"[in_i]"}}"#)
        #expect(reply.calculated("capecitabine-temozolomide", "capecitabine")?["value"] as? Double == 1365)
    }

    @Test func `is told to no patient and for no child`() throws {
        let child = try captem(#"{"weight":30,"height":130,"age":9}"#)
        #expect(!String(decoding: child.response.body, as: UTF8.self).contains("\"calculated\""))
    }

    @Test func `gives the same bytes each time`() throws {
        #expect(
            try captem(#"{"weight":70,"height":170}"#).response.body
                == captem(#"{"weight":70,"height":170}"#).response.body)
    }
}
