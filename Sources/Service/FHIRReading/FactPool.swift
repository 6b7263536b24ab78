import ClinicalModel
import DecisionLogic

/// Something that an element says of a fact, before it is weighed against the others.
struct Candidate {
    /// What decides between candidates of one fact.
    enum Kind {
        /// A result: the latest day wins, results of one day stand side by side.
        case result
        /// A record that stays true: all count.
        case record
    }

    let setting: Terminology.Setting
    let source: FHIRSource
    let date: FHIRDate?
    let kind: Kind
    var role = Terminology.Role.fact
    /// Sites at which it holds; empty: any.
    var sites = BitSet()
    /// Kinds of tumour that a histology must have named; empty: none is needed.
    var histology = BitSet()
    /// Whether the same resource shows that the tumour is neuroendocrine.
    var isOfNeuroendocrineRecord = false
    var remark: String?
    /// The code that was read, to tell it where it is not used in the end.
    var code: FHIRCoding?
}

/// Weighs what was said: which results stand, which sites are of this tumour, what needs a histology.
struct FactPool {
    let vocabulary: Vocabulary
    let day: CivilDay
    private(set) var candidates: [Candidate] = []
    private(set) var unread: [UnreadItem] = []
    private(set) var unreadCount = 0
    /// Malignant tumours that are not known to be this one, by resource.
    private var otherTumours = 0

    init(vocabulary: Vocabulary, day: CivilDay) {
        self.vocabulary = vocabulary
        self.day = day
    }

    mutating func add(_ candidate: Candidate) { candidates.append(candidate) }

    mutating func noteOtherTumour() { otherTumours += 1 }

    mutating func leave(
        _ source: FHIRSource, _ reason: UnreadItem.Reason, code: FHIRCoding? = nil, detail: String? = nil
    ) {
        unreadCount += 1
        guard unread.count < FHIRCase.mostUnread else { return }
        // A code is repeated only where it has a code's form: a display or a name sent in its place is not.
        let isCode = code.map { FHIRToken.isCode($0.code) && FHIRToken.isSystem($0.system) } ?? false
        unread.append(
            UnreadItem(
                resourceType: source.resourceType, id: source.id, path: source.path,
                system: isCode ? code?.system : nil, code: isCode ? code?.code : nil, reason: reason, detail: detail))
    }

    // MARK: - Weighing

    /// The facts that stand, in the order of the vocabulary.
    mutating func settled() -> [ReadFact] {
        let kind = vocabulary.index(of: "tumor.kind")
        let site = vocabulary.index(of: "tumor.primarySite")
        let known = candidates
        let histology = known.filter { $0.role == .histology && $0.setting.fact == kind && $0.sites.isEmpty }
        let isNeuroendocrine =
            known.contains { $0.setting.fact == kind } || known.contains { $0.role == .histology }
        candidates = []
        // A tumour of which only the site is told is this one where its site counts.
        let own = Set(
            known.filter {
                $0.role == .site && !$0.isOfNeuroendocrineRecord
                    && belongs($0, among: known, site: site, isNeuroendocrine: isNeuroendocrine)
            }.map { "\($0.source.resourceType)/\($0.source.id ?? "")" })
        let strangers = otherTumours - own.count
        for candidate in known {
            switch candidate.role {
            case .site where !belongs(candidate, among: known, site: site, isNeuroendocrine: isNeuroendocrine):
                leave(candidate.source, .ambiguousTumour, code: candidate.code)
            case .metastasis where !isNeuroendocrine || strangers > 0:
                leave(candidate.source, .ambiguousTumour, code: candidate.code)
            default: candidates.append(candidate)
            }
        }
        let sites = values(of: site)
        let kinds = histology.reduce(BitSet()) { sum, candidate in
            if case .codes(let codes) = candidate.setting.value { sum.union(codes) } else { sum }
        }
        let guarded = candidates
        candidates = guarded.filter { candidate in
            let fitsSite = candidate.sites.isEmpty || (!sites.isEmpty && sites.isSubset(of: candidate.sites))
            let fitsHistology =
                candidate.histology.isEmpty || (!kinds.isEmpty && kinds.isSubset(of: candidate.histology))
            return fitsSite && fitsHistology
        }
        for candidate in guarded where !candidate.histology.isEmpty {
            if kinds.isEmpty || !kinds.isSubset(of: candidate.histology) {
                leave(candidate.source, .needsHistology, code: candidate.code)
            }
        }
        keepLatestResults()
        dropOldAbsenceOfMetastases()
        return candidates.map(fact).reduce(into: [ReadFact]()) { list, fact in
            // The same said twice in one place is said once; two sources of one value are both shown.
            if !list.contains(fact) { list.append(fact) }
        }.enumerated().sorted { ($0.element.statement.fact, $0.offset) < ($1.element.statement.fact, $1.offset) }
            .map(\.element)
    }

    /// A site counts where the same record is of this tumour, or where it is the only tumour there is.
    private func belongs(
        _ candidate: Candidate, among known: [Candidate], site: Int?, isNeuroendocrine: Bool
    ) -> Bool {
        if candidate.isOfNeuroendocrineRecord { return true }
        guard isNeuroendocrine, otherTumours <= 1 else { return false }
        return !known.contains { other in
            other.setting.fact == site && (other.role != .site || other.isOfNeuroendocrineRecord)
                && !Self.agree(other.setting, candidate.setting)
        }
    }

    /// Whether one value allows what the other says: a carcinoid of unspecified site does not contradict a site.
    private static func agree(_ one: Terminology.Setting, _ other: Terminology.Setting) -> Bool {
        !one.value.intersection(other.value).isEmpty
    }

    private func values(of fact: Int?) -> BitSet {
        guard let fact else { return BitSet() }
        var remaining: BitSet?
        for candidate in candidates where candidate.setting.fact == fact && candidate.sites.isEmpty {
            guard case .codes(let codes) = candidate.setting.value else { continue }
            remaining = remaining?.intersection(codes) ?? codes
        }
        return remaining ?? BitSet()
    }

    private mutating func keepLatestResults() {
        var latest: [Int: CivilDay] = [:]
        for candidate in candidates where candidate.kind == .result {
            guard let last = candidate.date?.last else { continue }
            latest[candidate.setting.fact] = max(latest[candidate.setting.fact] ?? last, last)
        }
        let all = candidates
        candidates = []
        for candidate in all {
            guard candidate.kind == .result, let newest = latest[candidate.setting.fact] else {
                candidates.append(candidate)
                continue
            }
            // An undated result yields to a dated one.
            if candidate.date?.last == newest {
                candidates.append(candidate)
            } else {
                leave(candidate.source, .superseded, code: candidate.code)
            }
        }
    }

    /// "No metastases" of an earlier day says nothing against metastases that were found later.
    private mutating func dropOldAbsenceOfMetastases() {
        guard let extent = vocabulary.index(of: "disease.extent"),
            let metastatic = vocabulary[extent].index(of: "metastatic")
        else { return }
        func says(_ candidate: Candidate, _ value: FactValue) -> Bool {
            candidate.setting.fact == extent && candidate.setting.value == value
        }
        let found = candidates.filter { says($0, .codes(BitSet([metastatic]))) }.compactMap { $0.date?.first }.max()
        guard let found else { return }
        let all = candidates
        candidates = all.filter { candidate in
            guard candidate.setting.fact == extent, candidate.kind == .result, let date = candidate.date,
                case .codes(let codes) = candidate.setting.value, !codes.contains(metastatic)
            else { return true }
            return date.last >= found
        }
    }

    private func fact(_ candidate: Candidate) -> ReadFact {
        let age = candidate.date?.day.map { day.number - $0.number }
        let isQuantity = if case .quantity = candidate.setting.value { true } else { false }
        let carriesAge = isQuantity && candidate.kind == .result
        return ReadFact(
            statement: FactStatement(
                fact: candidate.setting.fact, value: candidate.setting.value, origin: .read,
                age: carriesAge ? age.flatMap { FactAge(value: Double($0), unit: "d") } : nil),
            source: candidate.source, date: candidate.date.map { $0.day?.text ?? "\($0.first.text)/\($0.last.text)" },
            ageDays: age, remark: candidate.remark)
    }
}
