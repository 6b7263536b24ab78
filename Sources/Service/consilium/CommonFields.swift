import HTTPWire

/// What every answer of the service carries, whoever made it: also the refusal of what could not be read.
enum CommonFields {
    /// The fields. `API-Version` is the version of the contract, `info.version` of `openapi.yaml`; it moves with the program
    /// and not with the knowledge, which has `Knowledge-Version`.
    static let fields: HTTPFields = {
        var fields = HTTPFields()
        fields.append("API-Version", ProductVersion.current)
        // A question may stand in an address (`GET /recommend?question=`): it goes to no other site.
        fields.append("Referrer-Policy", "no-referrer")
        // Other sites read answers through CORS where the operator lists them, and in no other way (Fetch §3.7).
        fields.append("Cross-Origin-Resource-Policy", "same-origin")
        return fields
    }()
}
