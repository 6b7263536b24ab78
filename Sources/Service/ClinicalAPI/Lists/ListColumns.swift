import ClinicalModel

/// The members of the entries of each list, in the order of the contract.
enum ListColumns {
    static let drugs: [ListColumn<Drug>] = [
        ListColumn("id") { .text($0.id) },
        ListColumn("generic") { .text($0.generic) },
        ListColumn("brands", isSorted: false) { .words($0.brands) },
        ListColumn("class") { .text($0.drugClass) },
    ]

    static let references: [ListColumn<Reference>] = [
        ListColumn("id") { .text($0.id) },
        ListColumn("type") { .text($0.type.rawValue) },
        ListColumn("design") { .text($0.design) },
        ListColumn("title") { .text($0.title) },
        ListColumn("authors") { .text($0.authors) },
        ListColumn("journal") { .text($0.journal) },
        ListColumn("year") { .number($0.year) },
        ListColumn("pmid", isSorted: false) { .text($0.pmid) },
        ListColumn("doi", isSorted: false) { .text($0.doi) },
        ListColumn("labelSetId", isSorted: false) { .text($0.setId) },
        ListColumn("revision", isSorted: false) { .text($0.revision) },
        ListColumn("jurisdiction") { .text($0.jurisdiction) },
        ListColumn("confirmed", isSorted: false) { .flag($0.isConfirmed) },
    ]

    static let topics: [ListColumn<Topic>] = [
        ListColumn("id") { .text($0.id) },
        ListColumn("title") { .text($0.title.clinician) },
        ListColumn("version") { .text($0.version) },
        ListColumn("covers", isSorted: false) { .words($0.covers) },
    ]
}
