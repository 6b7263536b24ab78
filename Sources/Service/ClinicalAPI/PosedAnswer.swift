import ClinicalModel
import HTTPServer
import JSONText
import KnowledgeStore

/// How a release answers a case that it may not understand.
enum PosedAnswer {
    /// The answer.
    case given(AnswerFeatures)
    /// Why the case cannot be asked.
    case refused([String])

    var refusal: [String] {
        if case .refused(let reasons) = self { reasons } else { ["answered"] }
    }
}

extension Advisor {
    /// The answer to a case as its document asks it.
    func answer(to posed: KnowledgeDocuments.PosedCase) -> PosedAnswer {
        var json = JSONWriter()
        json.beginObject()
        json.member("question", posed.question)
        if let content = posed.content {
            json.key("case")
            content.write(to: &json)
        }
        json.endObject()
        do throws(Refusal) {
            let asked = try RecommendRequest(body: json.bytes, current: CurrentKnowledge(self))
            let guidance = guidance(statements: asked.statements, notes: asked.notes, question: asked.question)
            let body = GuidanceBody(
                guidance: guidance, knowledge: knowledge, audience: .clinician, explanation: .none)
            guard let answer = try? JSONReader().read(body.bytes()) else { return .refused(["no answer"]) }
            return .given(AnswerFeatures(answer))
        } catch {
            return .refused(error.problem.errors.map(\.detail))
        }
    }
}
