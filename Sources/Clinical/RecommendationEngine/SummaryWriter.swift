import ClinicalModel
import DecisionLogic

/// Writes the two or three sentences that open an answer, for both readers.
struct SummaryWriter {
    let vocabulary: Vocabulary

    /// The opening of an answer with guidance: what is urgent or contradictory, what the topic says, what comes first.
    func guidance(_ answer: Guidance, _ topics: [Topic], _ values: [FactValue]) -> [Wording] {
        var sentences = opening(answer.notes)
        // Two openings at most: more would be no summary.
        let openings = topics.compactMap { topic in
            topic.summary.first { $0.when?.evaluate(values) ?? .true == .true }
        }
        sentences += openings.prefix(2).map(\.wording)
        sentences.append(order(answer.options))
        return sentences
    }

    /// The opening where no topic could be chosen.
    func undecided(_ answer: Guidance, covers: [String]) -> [Wording] {
        var sentences = opening(answer.notes)
        if answer.outcome == .dataRequired {
            let wanted = answer.followUp.map { vocabulary[$0.fact].title }.joined(separator: ", ")
            sentences.append(
                Wording(
                    clinician: "More must be known before options can be named: \(wanted).",
                    patient: "More must be known before the choices can be talked about: \(wanted)."))
        } else if let language = answer.notes.first(where: { $0.code == .unsupportedLanguage }) {
            // What was not read may well be covered: it is declined for its language, not for its subject.
            let words = "\(language.text) Covered: \(covers.joined(separator: " "))"
            sentences.append(Wording(clinician: words, patient: words))
        } else {
            let list = covers.joined(separator: " ")
            sentences.append(
                Wording(
                    clinician: "This case is outside what this release covers. Covered: \(list)",
                    patient: "This question is outside what this service covers. Covered: \(list)"))
        }
        return sentences
    }

    private func opening(_ notes: [CaseNote]) -> [Wording] {
        notes.filter { $0.code == .urgentCare || $0.code == .contradiction }
            .map { Wording(clinician: $0.text, patient: $0.text) }
    }

    private func order(_ options: [Guidance.Option]) -> Wording {
        let recommended = options.filter(\.isRecommended)
        guard let first = recommended.first ?? options.first else {
            return Wording(
                clinician: "No option of this topic applies to the case as stated.",
                patient: "None of the choices described here fits what was said.")
        }
        let lead = (recommended.isEmpty ? options : recommended).prefix(3)
        let names = lead.map(\.intervention.title.clinician).joined(separator: "; ")
        let plain = lead.map { $0.intervention.title.patient ?? $0.intervention.title.clinician }.joined(
            separator: "; ")
        if first.isRecommended {
            return Wording(
                clinician: "First in order: \(names).",
                patient: "Choices that doctors would talk about first: \(plain).")
        }
        let decisive = first.needs.map { vocabulary[$0].title }.joined(separator: ", ")
        return Wording(
            clinician:
                "First in order, each only once what it needs is known: \(names). The first depends on: \(decisive).",
            patient: "Choices that may fit, once more is known (\(decisive)): \(plain).")
    }
}
