public import HTTPWire
import Synchronization

/// A token bucket for each client address. Answers tell what is left by the RateLimit fields of
/// draft-ietf-httpapi-ratelimit-headers-10; a client without tokens gets 429 with `Retry-After` (RFC 6585 §4).
public final class RateLimit: Middleware {
    private struct Bucket {
        /// Thousandths of a token.
        var milliTokens: Int
        var at: UInt64
    }

    private struct State {
        var buckets: [PeerAddress: Bucket] = [:]
        var sweptAt: UInt64 = 0
    }

    /// What is left to a client.
    struct Verdict: Equatable {
        let isAllowed: Bool
        let remaining: Int
        /// Seconds until the bucket is full again.
        let reset: Int
        /// Seconds until there is a token.
        let retryAfter: Int
    }

    private let quota: Int
    private let window: Int
    private let exempt: @Sendable (HTTPRequest) -> Bool
    private let client: @Sendable (HTTPRequest) -> PeerAddress?
    private let clock: @Sendable () -> UInt64
    private let state = Mutex(State())
    private let policy: String
    /// Clients that are remembered at most. Beyond it newcomers share one bucket, so that a flood of addresses costs
    /// neither memory nor a way around the limit.
    private let capacity: Int
    private static let overflow = PeerAddress(high: .max, low: .max)

    /// So many requests a minute for each client. `exempt` requests are neither counted nor refused; `clock` is monotonic,
    /// milliseconds. `client` gives the key of a client that is known by more than its address, shaped like one; it must
    /// cost next to nothing, since it is asked for every request.
    public init(
        requestsPerMinute: Int, capacity: Int = 65_536,
        exempt: @escaping @Sendable (HTTPRequest) -> Bool = { _ in false },
        client: @escaping @Sendable (HTTPRequest) -> PeerAddress? = { _ in nil },
        clock: @escaping @Sendable () -> UInt64 = { MonotonicClock.milliseconds() }
    ) {
        quota = max(1, requestsPerMinute)
        window = 60
        self.capacity = capacity
        self.exempt = exempt
        self.client = client
        self.clock = clock
        policy = "\"default\";q=\(quota);w=\(window)"
    }

    /// Answers while the client has tokens.
    public func respond(to request: HTTPRequest, next: (HTTPRequest) -> HTTPResponse) -> HTTPResponse {
        guard !exempt(request) else { return next(request) }
        let verdict = take(client(request) ?? request.peer?.client ?? Self.overflow)
        var response = verdict.isAllowed ? next(request) : refused(verdict, request)
        response.fields["RateLimit-Policy"] = policy
        response.fields["RateLimit"] = "\"default\";r=\(verdict.remaining);t=\(verdict.reset)"
        return response
    }

    private func refused(_ verdict: Verdict, _ request: HTTPRequest) -> HTTPResponse {
        var response = ProblemDetails(
            slug: "rate-limited", title: "Too Many Requests", status: HTTPStatus(429),
            detail: "more than \(quota) requests in \(window) seconds from this client"
        ).response(requestID: request.id)
        response.fields["Retry-After"] = "\(verdict.retryAfter)"
        return response
    }

    /// Takes a token of a client.
    func take(_ client: PeerAddress) -> Verdict {
        let now = clock()
        return state.withLock { state in
            sweep(&state, now)
            let key = state.buckets[client] == nil && state.buckets.count >= capacity ? Self.overflow : client
            var bucket = state.buckets[key] ?? Bucket(milliTokens: quota * 1_000, at: now)
            // Loops read the clock before they wait for the lock: who comes last may bring a moment before the bucket's,
            // and then no time has passed.
            let passed = now > bucket.at ? now - bucket.at : 0
            // Milli-tokens a millisecond are tokens a second: quota / window.
            let gained = Int(clamping: passed &* UInt64(quota) / UInt64(window))
            if gained > 0 {
                bucket.milliTokens = min(quota * 1_000, bucket.milliTokens + gained)
                // Only what was gained is used up: the rest of the time counts for the next token.
                bucket.at = gained < quota * 1_000 ? bucket.at &+ UInt64(gained * window / quota) : now
            }
            let isAllowed = bucket.milliTokens >= 1_000
            if isAllowed { bucket.milliTokens -= 1_000 }
            state.buckets[key] = bucket
            let missing = quota * 1_000 - bucket.milliTokens
            return Verdict(
                isAllowed: isAllowed, remaining: bucket.milliTokens / 1_000, reset: seconds(missing),
                retryAfter: max(1, seconds(1_000 - bucket.milliTokens)))
        }
    }

    /// How long it takes to gain so many milli-tokens, whole seconds, rounded up.
    private func seconds(_ milliTokens: Int) -> Int {
        max(0, (milliTokens * window + quota * 1_000 - 1) / (quota * 1_000))
    }

    /// Forgets, once a window, the clients whose bucket has filled up again: they are like new ones.
    private func sweep(_ state: inout State, _ now: UInt64) {
        let full = UInt64(window) * 1_000
        guard now >= state.sweptAt &+ full else { return }
        state.sweptAt = now
        state.buckets = state.buckets.filter { now < $0.value.at &+ full }
    }

    /// Buckets that are remembered now.
    var count: Int { state.withLock { $0.buckets.count } }
}
