import HTTPWire
import KnowledgeStore
import TestSupport
import Testing

@testable import ClinicalAPI

/// What is given again of a recipe is, byte for byte, what is answered without one.
@Suite struct `Answers given again` {
    /// Cases of all sorts: numbers, sets, ranges, doses for one body, contradictions, urgency, questions with spans and notes.
    private static let bodies: [[UInt8]] = {
        var bodies = [
            #"{"case":{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"pancreas","ki67":8}}}"#,
            #"{"question":"G2 small bowel NET, liver metastases, SSTR positive, progressed on lanreotide"}"#,
            #"{"question":"Ki-67 12.5 %, pancreatic NET, 71 kg, 178 cm, vomiting blood. What next?"}"#,
            #"{"case":{"tumor":{"primarySite":"lung"}},"question":"what next?"}"#,
            #"{"case":{"tumor":{"kind":"neuroendocrine-tumor","grade":"G1","ki67":30,"primarySite":"ileum"}}}"#,
            #"{"case":{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"stomach","ki67":{"min":3,"max":9.5,"unit":"%"}},"disease":{"extent":"metastatic"}}}"#,
        ]
        for (number, site) in ["pancreas", "small-intestine", "lung", "rectum", "unknown-primary"].enumerated() {
            for extent in ["localised", "metastatic"] {
                for more in ["", #","metastaticSites":["liver","bone"]"#] {
                    bodies.append(
                        """
                        {"case":{"tumor":{"kind":"neuroendocrine-tumor","primarySite":"\(site)","differentiation":"well",\
                        "ki67":\(2 + 7 * number)},"disease":{"extent":"\(extent)"\(more)},\
                        "patient":{"age":\(40 + number),"weight":\(70.5 + Double(number)),"height":17\(number)},\
                        "treatment":{"prior":["lanreotide","everolimus"]},"renal":{"creatinineClearance":\(25 + 20 * number)},\
                        "imaging":{"somatostatinReceptor":"positive"}}}
                        """)
                }
            }
        }
        return bodies.map { Array($0.utf8) }
    }()

    /// What a body is answered from memory, behind a head.
    private static func again(_ advisor: Advisor, _ body: [UInt8], minimumSize: Int = 0) -> [UInt8]? {
        var output = Array("before ".utf8)
        var told = 0
        let given = advisor.repeatAnswer(to: body.span, minimumSize: minimumSize, into: &output) { length, output in
            told = length
            output += Array("head ".utf8)
        }
        guard let given else {
            #expect(output == Array("before ".utf8) && told == 0)
            return nil
        }
        #expect(output.starts(with: "before head ".utf8) && output.count == 12 + told && given.length == told)
        return Array(output[12...])
    }

    @Test(arguments: [1 << 24, 1 << 17])
    func `are what a fresh advisor answers`(_ learned: Int) throws {
        let knowledge = try Checkout.knowledge.get()
        let advisor = Advisor(knowledge: knowledge, recentAnswers: 1 << 22, learned: learned)
        let fresh = Advisor(knowledge: knowledge)
        var kept = 0
        for round in 0..<3 {
            for body in Self.bodies {
                let plain = fresh.document(forPlain: body)
                let again = Self.again(advisor, body)
                if round == 0 { #expect(again == nil) }
                #expect(again == nil || again == plain)
                #expect(advisor.document(forPlain: body) == plain)
                if round == 2 { kept += again == nil ? 0 : 1 }
            }
        }
        // Those that nobody takes plainly are answered the long way; where little may be learned, long recipes are not kept.
        #expect(kept > (learned > 1 << 20 ? Self.bodies.count - 5 : 5))
        #expect(advisor.rememberedBytes > 60_000 && advisor.rememberedBytes <= 1 << 22)
        #expect(fresh.rememberedBytes == 0)
    }

    /// Numbers, ranks and places are each answer's own; the scripts are common to all.
    @Test func `stay right whatever else is asked between, and when all learned is forgotten`() throws {
        let knowledge = try Checkout.knowledge.get()
        let press = AnswerPress(knowledge, memory: 1 << 19, patience: 10, room: 1 << 22)
        let fresh = Advisor(knowledge: knowledge)
        var again = 0
        var (learned, wasForgotten) = (0, false)
        for round in 0..<12 {
            for body in Self.bodies.shuffled() {
                guard let key = press.key(of: body.span), let asked = RequestScan(body, press.scanner),
                    asked.question == nil
                else { continue }
                var output: [UInt8] = []
                if press.answer(again: key, into: &output, head: { _, _ in }) != nil {
                    again += 1
                } else if let answer = press.answer(asked.statements, notes: [], for: key) {
                    output = answer.bytes
                }
                #expect(output.isEmpty || output == fresh.document(asked.statements), "round \(round)")
                wasForgotten = wasForgotten || press.learnedBytes < learned
                learned = press.learnedBytes
            }
        }
        #expect(again > 5)
        #expect(wasForgotten)
    }

    @Test func `are for their own body alone, and none where nothing may be kept`() throws {
        let knowledge = try Checkout.knowledge.get()
        let advisor = Advisor(knowledge: knowledge, recentAnswers: 1 << 22)
        let body = Self.bodies[0]
        _ = advisor.document(forPlain: body)
        #expect(Self.again(advisor, body) != nil)
        #expect(Self.again(advisor, body, minimumSize: 1 << 20) == nil)
        for place in body.indices {
            var other = body
            other[place] ^= 1
            #expect(Self.again(advisor, other) == nil)
        }
        #expect(Self.again(advisor, body + [0x20]) == nil)
        let none = Advisor(knowledge: knowledge, recentAnswers: 0)
        for _ in 0..<3 {
            _ = none.document(forPlain: body)
            #expect(Self.again(none, body) == nil)
        }
        #expect(none.rememberedBytes == 0)
    }

    @Test func `name the same body alike in one press, and otherwise in another`() throws {
        let knowledge = try Checkout.knowledge.get()
        func key(_ press: AnswerPress) -> RecentRecipes.Key? {
            let body = Self.bodies[0]
            return press.key(of: body.span)
        }
        let presses = (0..<2).map { _ in AnswerPress(knowledge, memory: 1, room: 1) }
        let keys = presses.map(key)
        #expect(keys[0] == key(presses[0]) && keys[0] != keys[1])
        #expect(keys[0]?.first != keys[0]?.second)
        #expect(key(AnswerPress(knowledge, memory: 1)) == nil)
    }
}
