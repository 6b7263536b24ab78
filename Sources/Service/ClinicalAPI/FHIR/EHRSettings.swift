import FHIRReading
public import HTTPServer

/// What the doors for EHRs need from outside.
public struct EHRSettings: Sendable {
    /// The URL under which clients reach the service, without a slash at the end; nil: absolute links are left out, for a
    /// `Host` field is not to be believed.
    public let publicBaseURL: String?
    /// Milliseconds since 1970: the only clock that facts see, as the day of the request.
    let clock: @Sendable () -> UInt64
    /// Told of each card that was sent: the service, the card's uuid, and what it rests on.
    let issued: (@Sendable (IssuedCard) -> Void)?

    /// Settings. The clock is the machine's unless told.
    public init(
        publicBaseURL: String? = nil, clock: @escaping @Sendable () -> UInt64 = MonotonicClock.wallMilliseconds,
        issued: (@Sendable (IssuedCard) -> Void)? = nil
    ) {
        self.publicBaseURL = publicBaseURL
        self.clock = clock
        self.issued = issued
    }

    /// The day of a request.
    var today: CivilDay { CivilDay(secondsSinceEpoch: Int64(clock() / 1_000)) }

    /// An absolute URL of a path; nil without a base.
    func url(_ path: String) -> String? { publicBaseURL.map { $0 + path } }
}

/// A card that was sent, for whoever counts what became of it; without anything of the patient.
public struct IssuedCard: Sendable, Equatable {
    /// The id of the CDS service.
    public let service: String
    /// The card's uuid.
    public let uuid: String
    /// The ids of the rules, or what the order check found, in the order of the card.
    public let rules: [String]
}
