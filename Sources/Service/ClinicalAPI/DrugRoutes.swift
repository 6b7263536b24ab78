import ClinicalModel
import HTTPServer
import HTTPWire
import JSONText
import KnowledgeStore

extension ClinicalAPI {
    /// Names longer than this are none: the longest of the knowledge has a third of it.
    static let longestDrugName = 200

    func listDrugs(_ request: HTTPRequest) -> HTTPResponse {
        list(request, known: ["q", "class", "indication"], ListColumns.drugs) { advisor, query in
            let knowledge = advisor.knowledge
            let (search, drugClass) = (value("q", query), value("class", query))
            let indication = value("indication", query)
            return knowledge.clinical.drugs.values.sorted { $0.id < $1.id }.filter { drug in
                (search.map { knowledge.holds(drug, search: $0) } ?? true)
                    && (drugClass.map { knowledge.holds(drug.drugClass, search: $0) } ?? true)
                    && (indication.map { knowledge.indicates(drug, search: $0) } ?? true)
            }
        }
    }

    /// A drug by a name of it; the choice where several bear the name; 404 for what is not covered, and for what is not
    /// known, with names that are near. A name that is only near is never taken for the drug's.
    func drug(_ request: HTTPRequest, _ name: String, _ advisor: Advisor) -> HTTPResponse {
        if let document = advisor.stored.drugsByWrittenName.value[name], MediaType.acceptsJSON(request) {
            return document.value.response(to: request)
        }
        guard name.unicodeScalars.count <= Self.longestDrugName else {
            return refused(
                .badParameter("name", "a name has at most \(Self.longestDrugName) characters"), request, of: advisor)
        }
        let knowledge = advisor.knowledge
        switch knowledge.lookUp(drug: name) {
        case .found(let match):
            return json(request, of: advisor) { _ in
                DrugJSON.bytes(match, askedFor: name, lookAlikes: knowledge.lookAlikes(of: match.drug))
            }
        case .several(let choice):
            var response = json(request, of: advisor) { _ in DrugJSON.bytes(choice, askedFor: name) }
            // RFC 9110 §15.4.1: whoever asked chooses; there is no preferred one, so no Location.
            if response.status.code == 200 { response.status = HTTPStatus(300) }
            return response
        case .notCovered(let known): return refused(notCovered(known), request, of: advisor)
        case .unknown(let near): return refused(unknown(name, near, knowledge), request, of: advisor)
        }
    }

    private func notCovered(_ known: DrugNotCovered) -> ProblemDetails {
        ProblemDetails(
            slug: "drug-not-covered", title: "Drug Not Covered", status: HTTPStatus(404),
            detail: "`\(known.name)` is not covered here: \(known.statement)")
    }

    private func unknown(_ name: String, _ near: [DrugSuggestion], _ knowledge: KnowledgeBase) -> ProblemDetails {
        var detail = "no drug of this name is covered"
        if let first = near.first {
            detail += "; `\(first.name)` is near"
            let groups = knowledge.clinical.drugs[first.drug].map(knowledge.lookAlikes) ?? []
            for group in groups { detail += ". \(group.statement)" }
        } else if let other = knowledge.notCovered(near: name) {
            detail += "; `\(other.name)` is near and not covered either. \(other.statement)"
        }
        return ProblemDetails(
            slug: "not-found", title: "Not Found", status: HTTPStatus(404), detail: detail,
            suggestions: near.map(\.drug))
    }
}
