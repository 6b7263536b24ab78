import Foundation
import HTTPServer
import HTTPWire
import TestSupport
import Testing

@Suite struct `The age of a value` {
    /// A patient for radioligand therapy with a platelet count.
    private func answer(platelets: String, _ more: String = "") throws -> Reply {
        try Checkout.router().recommend(
            #"""
            {"case":{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"pancreas","ki67":15},
            "disease":{"extent":"metastatic","burden":"high","tumourSymptoms":true,"pace":"progressive"},
            "treatment":{"line":1},"imaging":{"somatostatinReceptor":"positive"},"syndrome":{"functional":"none"},
            "marrow":{"platelets":\#(platelets)}\#(more)}}
            """#)
    }

    private func aged(_ value: Double, _ age: String) -> String {
        #"{"value":\#(value),"unit":"10*9/L","age":\#(age)}"#
    }

    @Test func `is told back with the fact`() throws {
        let reply = try answer(platelets: aged(210, #"{"value":3,"unit":"wk"}"#))
        let facts = try #require(reply.value("case.facts") as? [[String: Any]])
        let fact = try #require(facts.first { $0["path"] as? String == "marrow.platelets" })
        #expect(fact["age"] as? NSDictionary == ["value": 3, "unit": "wk"])
        #expect(try Contract().faults(reply.json, Contract().schema("Recommendation")) == [])
    }

    @Test(
        "is remarked from the limit on, not before:",
        arguments: [
            (#"{"value":28,"unit":"d"}"#, false), (#"{"value":28.5,"unit":"d"}"#, true),
            (#"{"value":4,"unit":"wk"}"#, false), (#"{"value":1,"unit":"mo"}"#, true),
            (#"{"value":672,"unit":"h"}"#, false), (#"{"value":1,"unit":"a"}"#, true),
        ])
    func limit(_ age: String, _ isOld: Bool) throws {
        let codes = try answer(platelets: aged(210, age)).strings("case.notes.*.code")
        #expect(codes.contains("old-value") == isOld)
    }

    @Test func `is remarked where the value clears a limit, with what rests on it`() throws {
        let reply = try answer(platelets: aged(210, #"{"value":90,"unit":"d"}"#))
        let notes = try #require(reply.value("case.notes") as? [[String: Any]])
        let note = try #require(notes.first { $0["code"] as? String == "old-value" })
        #expect(note["facts"] as? [String] == ["marrow.platelets"])
        #expect((note["options"] as? [String])?.contains("lutetium-lu-177-dotatate") == true)
        #expect(
            (note["text"] as? String)?.hasPrefix(
                "Old value of platelets: 90 days, more than 28 days (the engine's own default: no source gives a limit). "
            )
                == true)
    }

    @Test func `is remarked where the value excludes an option`() throws {
        let reply = try answer(platelets: aged(30, #"{"value":90,"unit":"d"}"#))
        #expect(reply.strings("excluded.*.id").contains("lutetium-lu-177-dotatate"))
        #expect(reply.strings("case.notes.*.code").contains("old-value"))
    }

    @Test func `is remarked where a dose is reckoned with it`() throws {
        let reply = try answer(
            platelets: "210",
            #","patient":{"weight":{"value":70,"unit":"kg","age":{"value":1,"unit":"a"}},"height":170},"renal":{"creatinineClearance":90}"#
        )
        #expect(reply.strings("case.notes.*.code").contains("old-value"))
    }

    @Test func `is not remarked where nothing was said of it or nothing rests on the value`() throws {
        #expect(!(try answer(platelets: "210").strings("case.notes.*.code").contains("old-value")))
        let reply = try answer(
            platelets: #"210,"lymphocytes":{"value":2,"unit":"10*9/L","age":{"value":5,"unit":"a"}}"#)
        #expect(reply.status == 200)
        #expect(!reply.strings("case.notes.*.code").contains("old-value"))
    }

    @Test(
        "is refused with its place where it is none:",
        arguments: [
            (#"{"value":-1,"unit":"d"}"#, "out-of-range", "/age"),
            (#"{"value":121,"unit":"a"}"#, "out-of-range", "/age"),
            (#"{"unit":"d"}"#, "out-of-range", "/age"), (#"{"value":3}"#, "wrong-unit", "/age"),
            (#"{"value":3,"unit":"days"}"#, "wrong-unit", "/age"), ("3", "wrong-type", "/age"),
            (#"{"value":3,"unit":"d","on":1}"#, "unknown-member", "/age/on"),
            (#"{"value":"3","unit":"d"}"#, "wrong-type", "/age/value"),
        ])
    func refused(_ age: String, _ code: String, _ place: String) throws {
        let reply = try answer(platelets: aged(210, age))
        #expect(reply.status == 422)
        #expect(reply.string("errors.0.code") == code)
        #expect(reply.string("errors.0.pointer") == "#/case/marrow/platelets" + place)
    }

    @Test func `changes nothing else of an answer`() throws {
        let old = try answer(platelets: aged(210, #"{"value":90,"unit":"d"}"#))
        let plain = try answer(platelets: "210")
        for path in ["options.*.id", "excluded.*.id", "references.*.id", "followUp.*.fact"] {
            #expect(old.strings(path) == plain.strings(path))
        }
    }
}
