import HTTPWire
import JSONText

/// The input of `$apply`: a Bundle, or Parameters with `subject` and `data`.
struct ApplyRequest {
    let resources: [(place: String, value: JSONValue)]
    /// The id of the patient; nil: the one patient in the data.
    let patientID: String?

    /// Reads a body.
    /// - Throws: 400 for what is no FHIR, 422 for data that cannot be of one patient.
    init(_ bytes: [UInt8]) throws(OperationOutcome) {
        let body: JSONValue
        do {
            body = try JSONReader().read(bytes)
        } catch {
            throw OperationOutcome(400, "structure", error.sentence)
        }
        switch body["resourceType"] {
        case .string("Bundle")?:
            resources = [("Bundle", body)]
            patientID = nil
        case .string("Parameters")?:
            var found: [(place: String, value: JSONValue)] = []
            var subject: String?
            var parameters: [JSONValue] = []
            if case .array(let elements)? = body["parameter"] { parameters = elements }
            for (index, parameter) in parameters.enumerated() {
                if let resource = parameter["resource"] { found.append(("parameter[\(index)]", resource)) }
                if parameter["name"] == .string("subject") {
                    subject = try Self.subject(parameter, at: "Parameters.parameter[\(index)]")
                }
            }
            guard !found.isEmpty else {
                throw OperationOutcome(
                    422, "required", "the data of the patient is missing: a Bundle as the parameter `data`",
                    at: "Parameters.parameter")
            }
            resources = found
            patientID = subject
        default:
            throw OperationOutcome(400, "structure", "the body is a Bundle or Parameters")
        }
    }

    private static func subject(_ parameter: JSONValue, at place: String) throws(OperationOutcome) -> String {
        let texts = [parameter["valueString"], parameter["valueUri"], parameter["valueReference"]?["reference"]]
        for case .string(let text)? in texts {
            let parts = text.split(separator: "/").map(String.init)
            if parts.count >= 2, parts[parts.count - 2] == "Patient", let id = parts.last, UUIDText.isFHIRID(id) {
                return id
            }
            if parts.count == 1, UUIDText.isFHIRID(text) { return text }
        }
        throw OperationOutcome(422, "value", "`subject` is a reference to a Patient", at: place)
    }
}
