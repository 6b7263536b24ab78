import HTTPWire
import JSONText

/// A CDS service as CDS Hooks 2.0 knows it: an id, the hooks it answers, what it wants prefetched.
struct CDSService: Sendable {
    let id: String
    let hooks: [String]
    let title: String
    let description: String
    let prefetch: [CDSPrefetchTemplate]

    /// The patient's page is opened.
    static let advisor = CDSService(
        id: "net-advisor", hooks: ["patient-view"], title: "Neuroendocrine neoplasms: treatment options",
        description:
            "Lists treatment options for a patient with a neuroendocrine neoplasm, with their sources, and what is missing to decide. Silent for every other patient.",
        prefetch: CDSPrefetchTemplate.all)

    /// Orders are chosen or signed. One id for both hooks: a client then puts the later cards in the place of the earlier.
    static let orderCheck = CDSService(
        id: "net-order-check", hooks: ["order-select", "order-sign"],
        title: "Neuroendocrine neoplasms: check of drafted orders",
        description:
            "Checks drafted orders of medicines against labels, interactions and the options for this patient. Silent where there is nothing to say.",
        prefetch: CDSPrefetchTemplate.all)

    /// The services, in the order of discovery.
    static let all = [advisor, orderCheck]

    /// The service of an id.
    static func named(_ id: String) -> CDSService? { all.first { $0.id == id } }

    /// The body of `GET /cds-services`.
    static func discovery() -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.list("services", all.flatMap { service in service.hooks.map { (service, $0) } }) { json, entry in
            let (service, hook) = entry
            json.beginObject()
            json.member("hook", hook)
            json.member("id", service.id)
            json.member("title", service.title)
            json.member("description", service.description)
            json.object("prefetch") { json in
                for template in service.prefetch { json.member(template.key, template.query) }
            }
            json.member(
                "usageRequirements",
                "Works from prefetched data alone and never calls the FHIR server. \(needed(service)) must be there; "
                    + "what the other keys would hold counts as unknown where they are left out.")
            // CDS Hooks 3.0 (ballot) adds both; a client of 2.0 passes over them.
            json.member("version", "2.0.0")
            json.member("hookVersion", "1.0")
            json.endObject()
        }
        json.endObject()
        return json.bytes
    }

    private static func needed(_ service: CDSService) -> String {
        service.prefetch.filter(\.isNeeded).map { "`\($0.key)`" }.joined(separator: " and ")
    }
}

/// One prefetch template, in the grammar that CDS Hooks 2.0 recommends for templates: reads and simple searches, one token
/// `{{context.patientId}}`.
struct CDSPrefetchTemplate: Sendable {
    let key: String
    let query: String
    /// Whether nothing can be said without it.
    var isNeeded = false
    /// What it holds, in words.
    let words: String

    private static let patient = "{{context.patientId}}"
    private static let loinc = "http://loinc.org"
    private static let ncit = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
    private static let snomed = "http://snomed.info/sct"

    /// The templates of both services, the needed ones first.
    static let all = [
        CDSPrefetchTemplate(key: "patient", query: "Patient/\(patient)", isNeeded: true, words: "the patient"),
        CDSPrefetchTemplate(
            key: "conditions", query: "Condition?patient=\(patient)", isNeeded: true, words: "the diagnoses"),
        CDSPrefetchTemplate(
            key: "tumour",
            query: "Observation?patient=\(patient)&code="
                + tokens(
                    [
                        (loinc, ["29593-1", "31206-6", "97509-4", "21907-1", "21901-4"]), (ncit, ["C18000"]),
                        (snomed, ["399387003", "371497001"]),
                    ]), words: "Ki-67, histology, grade, M category, disease status"),
        CDSPrefetchTemplate(
            key: "labs",
            query: "Observation?patient=\(patient)&category=laboratory&code="
                + tokens([
                    (
                        loinc,
                        [
                            "2160-0", "38483-4", "98979-8", "62238-1", "33914-3", "48642-3", "48643-1", "26499-4",
                            "751-8", "777-3", "26515-7", "718-7", "6690-2", "1975-2", "1742-6", "1751-7",
                        ]
                    )
                ]) + "&_sort=-date&_count=100", words: "kidney, liver and blood counts"),
        CDSPrefetchTemplate(
            key: "status",
            query: "Observation?patient=\(patient)&code=" + tokens([(loinc, ["89247-1", "29463-7", "82810-3"])])
                + "&_sort=-date&_count=50", words: "performance status, weight, pregnancy"),
        CDSPrefetchTemplate(
            key: "medications", query: "MedicationRequest?patient=\(patient)&_sort=-authoredon&_count=200",
            words: "orders of medicines"),
        CDSPrefetchTemplate(
            key: "administrations",
            query: "MedicationAdministration?patient=\(patient)&_sort=-effective-time&_count=200",
            words: "medicines that were given"),
        CDSPrefetchTemplate(
            key: "statements", query: "MedicationStatement?patient=\(patient)&status=active",
            words: "medicines that are taken"),
        CDSPrefetchTemplate(
            key: "allergies", query: "AllergyIntolerance?patient=\(patient)", words: "allergies and intolerances"),
        CDSPrefetchTemplate(key: "procedures", query: "Procedure?patient=\(patient)", words: "procedures"),
        CDSPrefetchTemplate(
            key: "reports", query: "DiagnosticReport?patient=\(patient)&_sort=-date&_count=50",
            words: "coded conclusions of reports"),
    ]

    private static func tokens(_ codes: [(system: String, codes: [String])]) -> String {
        codes.flatMap { system, codes in codes.map { "\(system)|\($0)" } }.joined(separator: ",")
    }
}
