import ClinicalModel

/// Takes the amounts of drugs out of sentences, where an answer must hold no dose: a child's, or an emergency's. The
/// sentence stays, since its warning must reach the reader; only the figure goes.
struct DoseSilence {
    /// What stands in the place of a dose.
    static let mark = "[dose withheld]"

    private static let units = [
        "mg", "g/m2", "g/m²", "µg", "mcg", "micrograms", "microgram", "GBq", "MBq", "mCi", "IU",
    ]
    .map { Array($0.unicodeScalars) }
    /// What follows a unit in a concentration, which is no dose.
    private static let concentrations = ["/dL", "/L", "/l", "/mL", "/ml"].map { Array($0.unicodeScalars) }

    /// The words without doses.
    func wording(_ wording: Wording) -> Wording {
        Wording(clinician: text(wording.clinician), patient: wording.patient.map(text))
    }

    /// The text without doses. Linear in its length.
    func text(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result: [Unicode.Scalar] = []
        var place = 0
        while place < scalars.count {
            guard Self.isDigit(scalars[place]), let end = Self.doseEnd(scalars, from: place) else {
                // A number that is no dose is passed over whole, so that its last digits are not looked at alone.
                let next = Self.isDigit(scalars[place]) ? Self.numberEnd(scalars, from: place) : place + 1
                result += scalars[place..<next]
                place = next
                continue
            }
            result += Array(Self.mark.unicodeScalars)
            place = end
        }
        return String(String.UnicodeScalarView(result))
    }

    /// The end of `7.5 mg`, `100 to 200 mg/m2`, `3.7–7.4 GBq` that begins here; nil where no dose does.
    private static func doseEnd(_ scalars: [Unicode.Scalar], from start: Int) -> Int? {
        var place = numberEnd(scalars, from: start)
        for separator in [" to ", " or ", "–", "-", " – ", " - "].map({ Array($0.unicodeScalars) })
        where begins(scalars, place, separator) {
            let second = place + separator.count
            if second < scalars.count, isDigit(scalars[second]) {
                place = numberEnd(scalars, from: second)
                break
            }
        }
        while place < scalars.count, [" ", "\u{A0}", "-"].contains(scalars[place]) { place += 1 }
        guard let unit = units.first(where: { begins(scalars, place, $0) }) else { return nil }
        place += unit.count
        if place < scalars.count, scalars[place].properties.isAlphabetic { return nil }
        if concentrations.contains(where: { begins(scalars, place, $0) }) { return nil }
        // `/m2`, `/kg`, `/day` belong to the dose.
        if place < scalars.count, scalars[place] == "/" {
            while place < scalars.count, ![" ", ",", ";", ".", ")", ":"].contains(scalars[place]) { place += 1 }
        }
        return place
    }

    private static func numberEnd(_ scalars: [Unicode.Scalar], from start: Int) -> Int {
        var place = start
        while place < scalars.count {
            let isPoint =
                (scalars[place] == "." || scalars[place] == ",") && place + 1 < scalars.count
                && isDigit(scalars[place + 1])
            guard isDigit(scalars[place]) || isPoint else { break }
            place += 1
        }
        return place
    }

    private static func begins(_ scalars: [Unicode.Scalar], _ place: Int, _ part: [Unicode.Scalar]) -> Bool {
        place + part.count <= scalars.count && scalars[place..<place + part.count].elementsEqual(part)
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
}

// MARK: - Answers

extension DoseSilence {
    /// The answer without doses. Numbers of sources, facts and needs stay as they are.
    func guidance(_ answer: Guidance) -> Guidance {
        var answer = answer
        answer.summary = answer.summary.map(wording)
        for index in answer.options.indices {
            answer.options[index].placement = answer.options[index].placement.map(text)
            answer.options[index].evidence = answer.options[index].evidence.map(cited)
            for place in answer.options[index].cautions.indices {
                answer.options[index].cautions[place].wording = wording(answer.options[index].cautions[place].wording)
            }
            answer.options[index].safety = answer.options[index].safety.map(item)
        }
        for index in answer.excluded.indices {
            answer.excluded[index].reason = wording(answer.excluded[index].reason)
            answer.excluded[index].safety = answer.excluded[index].safety.map(item)
        }
        answer.diagnostics = answer.diagnostics.map { examination in
            let diagnostic = examination.diagnostic
            return Guidance.Examination(
                diagnostic: Diagnostic(
                    id: diagnostic.id, title: diagnostic.title, order: diagnostic.order,
                    appliesWhen: diagnostic.appliesWhen, wording: wording(diagnostic.wording),
                    evidence: diagnostic.evidence),
                needs: examination.needs, evidence: examination.evidence.map(cited))
        }
        answer.tiers = answer.tiers.map {
            Guidance.TierPart(tier: $0.tier, summary: $0.summary.map(wording), statements: $0.statements.map(cited))
        }
        answer.disagreements = answer.disagreements.map { entry in
            Guidance.CitedDisagreement(disagreement: disagreement(entry.disagreement), numbers: entry.numbers)
        }
        return answer
    }

    private func cited(_ entry: Guidance.Cited) -> Guidance.Cited {
        let statement = entry.statement
        return Guidance.Cited(
            statement: Statement(
                id: statement.id, tier: statement.tier, wording: wording(statement.wording),
                reference: statement.reference, section: statement.section, isConfirmed: statement.isConfirmed,
                when: statement.when),
            number: entry.number)
    }

    private func item(_ item: SafetyItem) -> SafetyItem {
        var item = item
        item.wording = wording(item.wording)
        return item
    }

    private func disagreement(_ entry: Disagreement) -> Disagreement {
        Disagreement(
            id: entry.id, topic: wording(entry.topic), when: entry.when,
            positions: entry.positions.map {
                Disagreement.Position(
                    source: $0.source, wording: wording($0.wording), reference: $0.reference,
                    isConfirmed: $0.isConfirmed)
            }, reason: entry.reason.map(text), between: entry.between)
    }
}
