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
    ///
    /// A clinician reads what each topic covers; a patient reads the topics' plain titles.
    func undecided(_ answer: Guidance, topics: [Topic]) -> [Wording] {
        var sentences = opening(answer.notes)
        let covers = topics.flatMap(\.covers)
        if answer.outcome == .dataRequired {
            let wanted = answer.followUp.map { vocabulary[$0.fact].title }.joined(separator: ", ")
            sentences.append(
                Wording(
                    clinician: "More must be known before options can be named: \(wanted).",
                    patient: "More must be known before the choices can be talked about."
                        + asked(first: answer.followUp.map(\.fact))))
        } else if let several = answer.notes.first(where: { $0.code == .multiplePatients }) {
            // Nothing was judged: whether it is covered cannot be said.
            sentences.append(
                Wording(
                    clinician: "No options are given: \(Self.lowercased(several.text))",
                    patient: "More than one person seems to be described. Please ask about one at a time."))
        } else if let language = answer.notes.first(where: { $0.code == .unsupportedLanguage }) {
            // What was not read may well be covered: it is declined for its language, not for its subject.
            sentences.append(
                Wording(
                    clinician: "\(language.text) Covered: \(covers.joined(separator: " "))",
                    patient: "\(language.text) \(Self.plainCover(topics))"))
        } else {
            sentences.append(
                Wording(
                    clinician:
                        "This case is outside what this release covers. Covered: \(covers.joined(separator: " "))",
                    patient: "This service does not cover what was asked. \(Self.plainCover(topics))"))
        }
        return sentences
    }

    /// What is covered, in a patient's words.
    private static func plainCover(_ topics: [Topic]) -> String {
        "It covers: \(topics.map { $0.title.patient ?? $0.title.clinician }.joined(separator: "; "))."
    }

    /// What a patient is asked first; the other questions follow in the answer.
    private func asked(first facts: [Int]) -> String {
        facts.lazy.compactMap { vocabulary[$0].patientQuestion }.first.map { " First: \($0)" } ?? ""
    }

    private static func lowercased(_ sentence: String) -> String {
        sentence.prefix(1).lowercased() + sentence.dropFirst()
    }

    /// A clinician reads the remark itself; a patient reads what it means, and the plain words of its topic follow.
    private func opening(_ notes: [CaseNote]) -> [Wording] {
        notes.compactMap { note in
            switch note.code {
            case .urgentCare:
                Wording(
                    clinician: note.text,
                    patient: "This may be an emergency: call for help now. This service is not for emergencies.")
            case .contradiction:
                Wording(
                    clinician: note.text,
                    patient: "Some of what was said does not fit together, so it was left out. "
                        + "Please check it with the report.")
            default: nil
            }
        }
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
            patient: "Choices that may fit, once more is known: \(plain).\(asked(first: first.needs))")
    }
}
