public import KnowledgeStore

/// One release for a comparison: what answers, and the documents behind it.
public struct ComparedRelease: Sendable {
    /// What answers.
    public let advisor: Advisor
    /// The documents as they are written.
    public let documents: KnowledgeDocuments

    /// A release.
    public init(advisor: Advisor, documents: KnowledgeDocuments) {
        self.advisor = advisor
        self.documents = documents
    }
}

/// What two releases answer differently, asked every case of both, and the documents that account for it. The same two
/// releases give the same comparison.
public struct ReleaseComparison: Sendable {
    /// One thing that an answer says otherwise.
    public struct Difference: Sendable, Equatable {
        /// `refused`, `outcome`, `topic`, `option`, `order`, `doses`, or a member of the contract.
        public let what: String
        /// The id, path or code of what it is about; "" for the answer as a whole.
        public let subject: String
        /// What only the older answer says.
        public let old: [String]
        /// What only the newer answer says.
        public let new: [String]
        /// The documents that changed and bear on it, those that bear most closely alone.
        public let why: [String]
    }

    /// A case that is answered differently.
    public struct Case: Sendable, Equatable {
        /// Its path.
        public let path: String
        /// What it shows.
        public let title: String
        /// What differs, in the order of the answer.
        public let differences: [Difference]
    }

    /// What became of each document.
    public let changes: [KnowledgeDocuments.Change]
    /// How many cases were asked.
    public let asked: Int
    /// The cases that are answered differently, by path.
    public let cases: [Case]

    /// Asks both releases every case of both; a case that both have is asked as the newer one asks it.
    public init(_ old: ComparedRelease, _ new: ComparedRelease, progress: (String) -> Void = { _ in }) {
        let changes = old.documents.changes(to: new.documents)
        let posed = Dictionary(
            (old.documents.cases + new.documents.cases).map { ($0.path, $0) }, uniquingKeysWith: { $1 })
        let accounts = ChangeAccounts(changes, old.advisor.knowledge.clinical, new.advisor.knowledge.clinical)
        var cases: [Case] = []
        for posed in posed.values.sorted(by: { $0.path < $1.path }) {
            progress(posed.path)
            let differences = Self.differences(
                old.advisor.answer(to: posed), new.advisor.answer(to: posed), accounts)
            if !differences.isEmpty {
                cases.append(Case(path: posed.path, title: posed.title, differences: differences))
            }
        }
        self.changes = changes
        self.asked = posed.count
        self.cases = cases
    }

    private static func differences(
        _ old: PosedAnswer, _ new: PosedAnswer, _ accounts: ChangeAccounts
    ) -> [Difference] {
        guard case .given(let before) = old, case .given(let after) = new else {
            let (was, becomes) = (old.refusal, new.refusal)
            if was == becomes { return [] }
            return [
                Difference(
                    what: "refused", subject: "", old: was, new: becomes,
                    why: accounts.words(of: "facts", "", topics: []))
            ]
        }
        return before.differences(
            to: after, why: { accounts.words(of: $0, $1, topics: $2) },
            whyOrder: { accounts.words(ofOrder: $0, topics: $1) })
    }
}

extension AnswerFeatures {
    /// What another answer says otherwise, in its order. `why` accounts for a difference of a member and subject, `whyOrder`
    /// for interventions that moved; both are told the topics that spoke in either.
    func differences(
        to after: AnswerFeatures, why: (String, String, [String]) -> [String],
        whyOrder: ([String], [String]) -> [String]
    ) -> [ReleaseComparison.Difference] {
        let before = self
        let topics = before.topics + after.topics.filter { !before.topics.contains($0) }
        var found: [ReleaseComparison.Difference] = []
        for key in after.keys + before.keys.filter({ after.texts[$0] == nil }) {
            let (was, becomes) = (before.texts[key] ?? [], after.texts[key] ?? [])
            if was == becomes { continue }
            if key.isDetail && before.order.contains(key.subject) != after.order.contains(key.subject) { continue }
            let gone = was.filter { !becomes.contains($0) }
            let come = becomes.filter { !was.contains($0) }
            found.append(
                ReleaseComparison.Difference(
                    what: key.what, subject: key.subject, old: gone.isEmpty && come.isEmpty ? was : gone,
                    new: gone.isEmpty && come.isEmpty ? becomes : come,
                    why: why(key.what, key.subject, topics)))
        }
        let common = before.order.filter(after.order.contains)
        let moved = after.order.filter(before.order.contains)
        if common != moved {
            found.append(
                ReleaseComparison.Difference(
                    what: "order", subject: "", old: common, new: moved,
                    why: whyOrder(zip(common, moved).filter { $0 != $1 }.map(\.1), topics)))
        }
        return found
    }
}
