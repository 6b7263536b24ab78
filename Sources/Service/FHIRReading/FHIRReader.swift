import ClinicalModel
import DecisionLogic
public import JSONText
public import KnowledgeStore

/// Reads FHIR R4 resources into facts of a case. Pure: what it is given decides what comes out; it sees no file, no clock and
/// no socket. The only code that knows resources of patients. Safe from any thread.
public struct FHIRReader: Sendable {
    let knowledge: KnowledgeBase
    let treatments: TreatmentCodes

    /// A reader for one release.
    public init(knowledge: KnowledgeBase) {
        self.knowledge = knowledge
        treatments = TreatmentCodes(knowledge.clinical)
    }

    /// The case that resources and bundles tell.
    ///
    /// - Parameters:
    ///   - sent: resources or bundles, each with a name for whoever sent it (`labs`); values that are no resource are told.
    ///   - patient: the id of the patient it is about; nil: the one patient among them.
    ///   - day: the day of the request.
    public func read(_ sent: [(place: String, value: JSONValue)], patient: String?, on day: CivilDay) -> FHIRCase {
        var collection = ResourceCollection()
        for (place, value) in sent { collection.add(value, place: place) }
        var reading = FHIRReading(reader: self, collection: collection, patient: patient, day: day)
        return reading.run()
    }

    /// The drug that a CodeableConcept names, as `read` finds it: RxNorm, ATC, UNII, then a sure name.
    public func drug(of concept: JSONValue?) -> String? { concept.flatMap { medication($0)?.drug } }

    /// The row of a drug among a concept's codings, or what its name surely is.
    func medication(_ concept: JSONValue) -> (drug: String, row: Terminology.Row?)? {
        let codings = concept.codings
        for coding in codings {
            if let row = knowledge.terminology.row(system: coding.system, code: coding.code), let drug = row.drug {
                return (drug, row)
            }
        }
        for coding in codings where coding.system == Self.unii {
            let drugs = knowledge.clinical.drugs.values.filter { drug in
                drug.identifiers.contains { $0.name == "unii" && $0.value == coding.code }
            }
            if let drug = drugs.first, drugs.count == 1 { return (drug.id, nil) }
        }
        for name in names(concept) {
            if let drug = knowledge.drug(named: name) { return (drug.id, nil) }
        }
        return nil
    }

    /// The names under which a concept is known: its text, then the displays of its codings.
    func names(_ concept: JSONValue) -> [String] {
        ([concept["text"]?.text] + concept.codings.map(\.display)).compactMap { $0 }
            .filter { (2...80).contains($0.unicodeScalars.count) }
    }

    private static let unii = "http://fdasis.nlm.nih.gov"
}

/// One reading of one patient's resources.
struct FHIRReading {
    let reader: FHIRReader
    let collection: ResourceCollection
    let wanted: String?
    let day: CivilDay
    var pool: FactPool
    var uses: [DrugUse] = []
    var isDeceased = false
    private var patients: [String] = []
    private var patientURLs: Set<String> = []
    private var unreadTypes: Set<String> = []

    var vocabulary: Vocabulary { reader.knowledge.clinical.vocabulary }
    var terminology: Terminology { reader.knowledge.terminology }

    init(reader: FHIRReader, collection: ResourceCollection, patient: String?, day: CivilDay) {
        self.reader = reader
        self.collection = collection
        wanted = patient
        self.day = day
        pool = FactPool(vocabulary: reader.knowledge.clinical.vocabulary, day: day)
        patients = collection.resources.filter { $0.type == "Patient" }.map { $0.id ?? "" }
        let isWanted: (Int) -> Bool = { place in
            let resource = collection.resources[place]
            return resource.type == "Patient" && (patient == nil || resource.id == patient)
        }
        patientURLs = Set(collection.places.filter { isWanted($0.value) }.map(\.key))
    }

    mutating func run() -> FHIRCase {
        for place in collection.malformed {
            pool.leave(FHIRSource(resourceType: "Resource", id: nil, path: place), .malformed)
        }
        for resource in collection.resources { read(resource) }
        settleMedicines()
        let facts = pool.settled()
        let evidence = ["tumor.kind", "syndrome.functional"].compactMap { vocabulary.index(of: $0) }
        var current: [String] = []
        for use in uses where use.isCurrent && !current.contains(use.drug) { current.append(use.drug) }
        return FHIRCase(
            statements: facts.map(\.statement).reduce(into: []) { list, statement in
                let isThere = list.contains { $0.fact == statement.fact && $0.value == statement.value }
                if !isThere { list.append(statement) }
            },
            facts: facts, unread: pool.unread, unreadCount: pool.unreadCount, incomplete: collection.incomplete,
            showsNeuroendocrineNeoplasm: facts.contains { evidence.contains($0.statement.fact) },
            isDeceased: isDeceased, patientCount: Set(patients).count,
            patientID: wanted ?? patients.first { !$0.isEmpty }, day: day, currentDrugs: current)
    }

    private mutating func read(_ resource: FHIRResource) {
        guard belongs(resource) else { return pool.leave(resource.source(""), .otherPatient) }
        guard !resource.hasModifierExtension else {
            return pool.leave(resource.source("modifierExtension"), .modifierExtension)
        }
        readOwnExtensions(resource)
        switch resource.type {
        case "Patient": readPatient(resource)
        case "Condition": readCondition(resource)
        case "Observation": readObservation(resource)
        case "DiagnosticReport": readReport(resource)
        case "MedicationRequest", "MedicationAdministration", "MedicationStatement": readMedication(resource)
        case "Procedure": readProcedure(resource)
        case "AllergyIntolerance": readAllergy(resource)
        // What a medicine is, and who ran a search, says nothing of the patient by itself.
        case "Medication", "OperationOutcome", "Practitioner", "PractitionerRole", "Organization", "Encounter": return
        default:
            if unreadTypes.insert(resource.type).inserted { pool.leave(resource.source(""), .resourceNotRead) }
        }
    }

    /// Whether a resource is of the patient that is asked about. One that names no patient is; of two patients nothing is.
    private func belongs(_ resource: FHIRResource) -> Bool {
        if resource.type == "Patient" { return wanted == nil || resource.id == wanted }
        guard let reference = resource.patientID else { return true }
        if patientURLs.contains(reference) { return true }
        let parts = reference.split(separator: "/").map(String.init)
        guard parts.count >= 2, parts[parts.count - 2] == "Patient" else {
            return !reference.hasPrefix("urn:") || patientURLs.isEmpty
        }
        let id = parts[parts.count - 1]
        return wanted.map { $0 == id } ?? (patients.isEmpty || patients.contains(id))
    }

    // MARK: - Parts that several resources share

    /// Whether a date lies after the day of the request; such a record is a plan or a slip, and nothing is read from it.
    func isFuture(_ date: FHIRDate?) -> Bool { date.map { $0.first > day } ?? false }

    /// Adds what a row sets.
    mutating func add(
        _ settings: Terminology.Settings, of row: Terminology.Row?, _ source: FHIRSource, _ date: FHIRDate?,
        kind: Candidate.Kind, isOfNeuroendocrineRecord: Bool = false, code: FHIRCoding?
    ) {
        for setting in settings.sets {
            pool.add(
                Candidate(
                    setting: setting, source: source, date: date, kind: kind, role: row?.role ?? .fact,
                    isOfNeuroendocrineRecord: isOfNeuroendocrineRecord, remark: row?.remark, code: code))
        }
        for part in settings.guarded {
            for setting in part.sets {
                pool.add(
                    Candidate(
                        setting: setting, source: source, date: date, kind: kind, role: row?.role ?? .fact,
                        sites: part.sites, histology: part.histology,
                        isOfNeuroendocrineRecord: isOfNeuroendocrineRecord, remark: row?.remark, code: code))
            }
        }
    }

    /// The reported findings that no standard has a code for come as extensions of our own.
    private mutating func readOwnExtensions(_ resource: FHIRResource) {
        for own in resource.value["extension"].elements.prefix(64) {
            guard let url = own["url"]?.text,
                let row = terminology.row(system: "urn:consilium:extensions", code: url), let fact = row.takes
            else { continue }
            let source = resource.source("extension")
            guard isFinal(resource) else { continue }
            let code = own["valueCode"]?.text ?? own["valueString"]?.text ?? own["valueCodeableConcept"]?.codes.first
            guard let code, let index = vocabulary[fact].index(of: code) else {
                pool.leave(source, .unknownCode)
                continue
            }
            pool.add(
                Candidate(
                    setting: .init(fact: fact, value: .codes(BitSet([index]))), source: source,
                    date: resource.date("effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued"),
                    kind: .result))
        }
    }

    /// Whether a result is one that stands; resources without the states of a result are.
    func isFinal(_ resource: FHIRResource) -> Bool {
        guard resource.type == "Observation" || resource.type == "DiagnosticReport" else { return true }
        return ["final", "amended", "corrected"].contains(resource.status)
    }
}
