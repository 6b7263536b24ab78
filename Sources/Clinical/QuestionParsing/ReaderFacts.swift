import DecisionLogic

/// The facts that the reader treats apart, by their names in the contract.
struct ReaderFacts: Sendable {
    /// What was given so far, declined, not tolerated, planned, and taken beside it.
    let prior, declines, intolerance, planned, comedications: Int?
    /// What cannot wait.
    let emergency: Int?
    /// The line of treatment.
    let line: Int?
    /// Where and how the disease is.
    let extent, sites, pace: Int?
    /// The tumour's kind, place, size and grade.
    let kind, site, size, grade: Int?
    /// What a scan was made with, what it says of the receptor, and its score.
    let tracer, receptor, krenning: Int?
    /// The person.
    let age, sex, weight: Int?
    /// What the patient suffers from.
    let symptoms, comorbidities: Int?
    /// The diseases that are named apart from the tumour.
    let hereditary: Int?

    /// The numbers of the facts in a vocabulary.
    init(_ vocabulary: Vocabulary) {
        prior = vocabulary.index(of: "treatment.prior")
        declines = vocabulary.index(of: "patient.declines")
        intolerance = vocabulary.index(of: "treatment.intolerance")
        planned = vocabulary.index(of: "treatment.planned")
        comedications = vocabulary.index(of: "patient.comedications")
        emergency = vocabulary.index(of: "disease.emergency")
        line = vocabulary.index(of: "treatment.line")
        extent = vocabulary.index(of: "disease.extent")
        sites = vocabulary.index(of: "disease.metastaticSites")
        receptor = vocabulary.index(of: "imaging.somatostatinReceptor")
        krenning = vocabulary.index(of: "imaging.krenning")
        pace = vocabulary.index(of: "disease.pace")
        kind = vocabulary.index(of: "tumor.kind")
        site = vocabulary.index(of: "tumor.primarySite")
        size = vocabulary.index(of: "tumor.size")
        grade = vocabulary.index(of: "tumor.grade")
        tracer = vocabulary.index(of: "imaging.tracer")
        age = vocabulary.index(of: "patient.age")
        sex = vocabulary.index(of: "patient.sex")
        weight = vocabulary.index(of: "patient.weight")
        symptoms = vocabulary.index(of: "syndrome.symptoms")
        comorbidities = vocabulary.index(of: "patient.comorbidities")
        hereditary = vocabulary.index(of: "syndrome.hereditary")
    }

    /// The facts that may be harm of a treatment.
    var harms: BitSet { BitSet([symptoms, comorbidities].compactMap { $0 }) }
}
