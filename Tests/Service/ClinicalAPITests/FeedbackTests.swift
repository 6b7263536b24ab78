import Foundation
import FoundationNetworking
import HTTPServer
import HTTPWire
import KnowledgeStore
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import ClinicalAPI
@testable import Journal

/// The feedback door over a journal in a folder of its own, whose fsync a test may hold.
private final class FeedbackDesk: Sendable {
    static let card = "9368d37b-283f-44a0-93ea-547cebab93ed"
    static let suggestion = "11111111-2222-4333-8444-555555555555"
    let path = NSTemporaryDirectory() + "feedback-" + UUID().uuidString
    let registry = MetricRegistry()
    let ledger: FeedbackLedger
    let router: Router
    let journal: Journal?
    private let gate = DispatchSemaphore(value: 0)

    /// A request waits for the disk as long as a test holds it, however slow the machine is.
    init(keeps: Bool = true) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let (held, gate) = (Held(), gate)
        self.held = held
        let disk = JournalDisk(sync: { descriptor in
            if held.value.withLock({ $0 }) { gate.wait() }
            return fdatasync(descriptor)
        })
        journal = keeps ? try Journal(JournalSettings(path: path + "/f.jsonl"), disk, clock: { 0 }) : nil
        let ledger = FeedbackLedger(registry, journal: journal, patience: 600_000)
        self.ledger = ledger
        router = Router(
            routes: ClinicalAPI(
                current: CurrentKnowledge(try Checkout.advisor()),
                ehr: EHRSettings(issued: { ledger.remember($0) }), feedback: ledger
            ).routes)
    }

    private final class Held: Sendable { let value = Mutex(false) }
    private let held: Held

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func hold() { held.value.withLock { $0 = true } }

    func release() {
        held.value.withLock { $0 = false }
        gate.signal()
    }

    static func item(_ changes: [String: Any?] = [:]) -> [String: Any] {
        var item: [String: Any] = [
            "card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-26T09:30:00Z",
            "overrideReason": [
                "reason": [
                    "code": "prefers-alternative",
                    "system": "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes",
                ]
            ],
        ]
        for (name, value) in changes { item[name] = value }
        return item
    }

    func send(_ items: [[String: Any]], service: String = "net-advisor") throws -> Reply {
        try send(JSONSerialization.data(withJSONObject: ["feedback": items]), service: service)
    }

    func send(_ body: Data, service: String = "net-advisor") throws -> Reply {
        try router.send(
            .post, "/cds-services/\(service)/feedback", fields: [("Content-Type", "application/json")],
            body: Array(body))
    }

    /// The lines of the journal.
    func lines() throws -> [[String: Any]] {
        try text().split(separator: "\n").compactMap {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
    }

    func text() throws -> String { try String(contentsOfFile: path + "/f.jsonl", encoding: .utf8) }

    /// The lines of the metric, without its name.
    func counts() -> [String] {
        String(decoding: MetricsText.write(registry.read(), as: .prometheus), as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix("consilium_cds_feedback_total") }
            .map { String($0.dropFirst("consilium_cds_feedback_total".count)) }.sorted()
    }
}

@Suite struct `Feedback on cards` {
    @Test func `counts an outcome once, however often and in whatever batch it comes`() throws {
        let desk = try FeedbackDesk()
        let other = FeedbackDesk.item(["outcomeTimestamp": "2026-11-26T10:00:00.5+01:00"])
        for items in [[FeedbackDesk.item()], [FeedbackDesk.item()], [FeedbackDesk.item(), FeedbackDesk.item(), other]] {
            let reply = try desk.send(items)
            #expect(reply.status == 200 && reply.response.body.isEmpty)
            #expect(reply.response.fields["Cache-Control"] == "no-store")
        }
        #expect(
            try desk.lines().map { $0["outcomeAt"] as? String } == [
                "2026-11-26T09:30:00.000Z", "2026-11-26T09:00:00.500Z",
            ])
        let labels = "{service=\"net-advisor\",outcome=\"overridden\",rule=\"unknown\",reason=\"prefers-alternative\"}"
        #expect(desk.counts() == [labels + " 2"])
    }

    @Test func `is kept for a card that nobody here made, and says its rule where this instance made it`() throws {
        let desk = try FeedbackDesk()
        let mine = "00000000-0000-4000-8000-000000000001"
        desk.ledger.remember(IssuedCard(service: "net-order-check", uuid: mine, rules: ["sunitinib-line-1", "other"]))
        desk.ledger.remember(
            IssuedCard(service: "net-order-check", uuid: "00000000-0000-4000-8000-000000000002", rules: []))
        let items = [
            FeedbackDesk.item(["card": mine]), FeedbackDesk.item(),
            FeedbackDesk.item([
                "card": "00000000-0000-4000-8000-000000000002", "outcome": "accepted", "overrideReason": nil,
                "acceptedSuggestions": [["id": FeedbackDesk.suggestion]],
            ]),
        ]
        #expect(try desk.send(items, service: "net-order-check").status == 200)
        #expect(try desk.lines().map { $0["rule"] as? String } == ["sunitinib-line-1", nil, "none"])
        #expect(try desk.lines().last?["suggestions"] as? [String] == [FeedbackDesk.suggestion])
        #expect(
            desk.counts() == [
                "{service=\"net-order-check\",outcome=\"accepted\",rule=\"none\",reason=\"none\"} 1",
                "{service=\"net-order-check\",outcome=\"overridden\",rule=\"sunitinib-line-1\",reason=\"prefers-alternative\"} 1",
                "{service=\"net-order-check\",outcome=\"overridden\",rule=\"unknown\",reason=\"prefers-alternative\"} 1",
            ])
    }

    @Test func `finds the rule of a card that was just sent`() throws {
        let desk = try FeedbackDesk()
        let call = """
            {"hook":"patient-view","hookInstance":"d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
            "context":{"userId":"Practitioner/1","patientId":"p1"},"prefetch":{
            "patient":{"resourceType":"Patient","id":"p1","gender":"female","birthDate":"1961-03-01"},
            "conditions":{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"Condition",
            "id":"c1","subject":{"reference":"Patient/p1"},"code":{"coding":[
            {"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"C7A.012"}]}}}]}}}
            """
        let reply = try desk.router.send(
            .post, "/cds-services/net-advisor", fields: [("Content-Type", "application/json")], body: Array(call.utf8))
        let uuid = try #require(reply.string("cards.0.uuid"))
        #expect(try desk.send([FeedbackDesk.item(["card": uuid])]).status == 200)
        // A rule of the release, or `none` where the card rests on no rule, but never "not known here".
        #expect(try desk.lines().first?["rule"] is String)
        #expect(desk.counts().first?.contains("rule=\"unknown\"") == false)
    }

    @Test(
        "counts as reason",
        arguments: [
            (#"{"reason":{"code":"too-costly-uncovered"},"userComment":"Mrs Canary"}"#, "too-costly-uncovered"),
            (#"{"reason":{"code":"canary-reason","system":"http://hospital.example.org/canary"}}"#, "other"),
            (#"{"userComment":"Mrs Canary, born 1961-03-01, cannot pay"}"#, "other"),
        ])
    func reasons(_ reason: String, _ counted: String) throws {
        let desk = try FeedbackDesk()
        let body = """
            {"feedback":[{"card":"\(FeedbackDesk.card)","outcome":"overridden","outcomeTimestamp":"2026-11-26T09:30:00Z",
            "overrideReason":\(reason),"patient":"canary-p1","note":{"name":"Canary"}}],"extra":"canary"}
            """
        #expect(try desk.send(Data(body.utf8)).status == 200)
        let labels = "{service=\"net-advisor\",outcome=\"overridden\",rule=\"unknown\",reason=\"\(counted)\"} 1"
        #expect(desk.counts() == [labels])
        // Nothing of a sender's own words is anywhere.
        let text =
            try desk.text()
            + String(decoding: MetricsText.write(desk.registry.read(), as: .prometheus), as: UTF8.self)
        #expect(!text.lowercased().contains("canary") && !text.contains("1961"))
        #expect(try desk.lines().first?["reason"] as? String == (counted == "other" ? nil : counted))
    }

    @Test(
        "refuses, with the place of each fault,",
        arguments: [
            ("", [nil]), ("[]", ["feedback"]), ("{}", ["feedback"]), (#"{"feedback":[]}"#, ["feedback"]),
            (#"{"feedback":{}}"#, ["feedback"]),
            (
                #"{"feedback":[{}]}"#,
                ["feedback[0].card", "feedback[0].outcome", "feedback[0].outcomeTimestamp"]
            ),
            (
                #"{"feedback":[{"card":"x","outcome":"ignored","outcomeTimestamp":"2026-02-30T00:00:00Z"},3]}"#,
                [
                    "feedback[0].card", "feedback[0].outcome", "feedback[0].outcomeTimestamp", "feedback[1].card",
                    "feedback[1].outcome", "feedback[1].outcomeTimestamp",
                ]
            ),
            (
                #"{"feedback":[{"card":"\#(FeedbackDesk.card)","outcome":"accepted","outcomeTimestamp":"2026-11-26T09:30:00"}]}"#,
                ["feedback[0].outcomeTimestamp", "feedback[0].acceptedSuggestions"]
            ),
            (
                #"{"feedback":[{"card":"\#(FeedbackDesk.card)","outcome":"overridden","outcomeTimestamp":"2026-11-26T09:30:00Z","overrideReason":{}}]}"#,
                ["feedback[0].overrideReason"]
            ),
            (
                #"{"feedback":[{"card":"\#(FeedbackDesk.card)","outcome":"overridden","outcomeTimestamp":"2026-11-26T09:30:00Z","overrideReason":{"reason":{},"userComment":7}}]}"#,
                ["feedback[0].overrideReason.reason", "feedback[0].overrideReason.userComment"]
            ),
            (
                #"{"feedback":[{"card":"\#(FeedbackDesk.card)","outcome":"overridden","outcomeTimestamp":"2026-11-26T09:30:00Z","overrideReason":{"reason":{"code":"a","system":1,"display":null}}}]}"#,
                ["feedback[0].overrideReason.reason", "feedback[0].overrideReason.reason"]
            ),
        ] as [(String, [String?])])
    func faults(_ body: String, _ places: [String?]) throws {
        let desk = try FeedbackDesk()
        let reply = try desk.send(Data(body.utf8))
        #expect(reply.status == 400)
        let issues = try #require(reply.value("issue") as? [[String: Any]])
        #expect(issues.map { ($0["expression"] as? [String])?.first } == places)
        #expect(try desk.text().isEmpty && desk.counts().isEmpty)
    }

    @Test func `takes a hundred outcomes at once and refuses one more`() throws {
        let desk = try FeedbackDesk()
        let items = (0...100).map { number in
            FeedbackDesk.item(["card": "00000000-0000-4000-8000-" + String(format: "%012d", number)])
        }
        #expect(try desk.send(items).status == 400)
        #expect(try desk.send(Array(items.dropLast())).status == 200)
        #expect(try desk.lines().count == 100)
        // They share an fsync, but for those that came before the first one began.
        #expect((1...10).contains(desk.journal?.status.synchronisations ?? 0))
    }

    @Test func `is taken without a journal, and by no service that is not there`() throws {
        let desk = try FeedbackDesk(keeps: false)
        #expect(try desk.send([FeedbackDesk.item()]).status == 200)
        #expect(desk.counts().count == 1)
        #expect(try desk.send([FeedbackDesk.item()], service: "other").status == 404)
    }

    @Test func `that the disk keeps waiting is answered 503, counted nowhere, and taken when it comes again`() throws {
        let desk = try FeedbackDesk()
        desk.hold()
        let answers = Mutex<[Bool]>([])
        let told = DispatchSemaphore(value: 0)
        let body = Array(try JSONSerialization.data(withJSONObject: ["feedback": [FeedbackDesk.item()]]))
        // As many as may wait, and one more: that one is told at once.
        for number in 0...FeedbackLedger.mostWaiting {
            desk.ledger.take(try FeedbackRequest(body).items, service: "net-advisor") { isKept in
                answers.withLock { $0.append(isKept) }
                told.signal()
            }
            if number < FeedbackLedger.mostWaiting { #expect(answers.withLock { $0.isEmpty }) }
        }
        told.wait()
        #expect(answers.withLock { $0 } == [false] && desk.counts().isEmpty)
        let refused = try desk.send([FeedbackDesk.item()])
        #expect(refused.status == 503 && refused.response.fields["Retry-After"] == "2")
        #expect(refused.string("issue.0.code") == "transient")
        desk.release()
        for _ in 0..<FeedbackLedger.mostWaiting { told.wait() }
        #expect(answers.withLock { $0.count { $0 } } == FeedbackLedger.mostWaiting)
        #expect(desk.counts().map { $0.suffix(2) } == [" 1"])
        // The first was on its way; all that came meanwhile shared the next fsync.
        #expect((desk.journal?.status.synchronisations ?? 0) <= 3)
        #expect(try desk.send([FeedbackDesk.item()]).status == 200)
    }

    @Test func `that waits for the disk keeps no card waiting on the same loop, and a drain waits for it`() async throws
    {
        let desk = try FeedbackDesk()
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.loops = 1
        configuration.deadlines.write = 600_000
        let session = URLSessionConfiguration.ephemeral
        session.timeoutIntervalForRequest = 600
        let server = HTTPServer(configuration: configuration, handler: desk.router)
        let base = "http://\(try server.start())"
        desk.hold()
        let body = try JSONSerialization.data(withJSONObject: ["feedback": [FeedbackDesk.item()]])
        func status(_ path: String, _ body: Data?) async throws -> Int {
            var request = URLRequest(url: try #require(URL(string: base + path)))
            request.httpMethod = body == nil ? "GET" : "POST"
            request.httpBody = body
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            let (_, response) = try await URLSession(configuration: session).data(for: request)
            return (response as? HTTPURLResponse)?.statusCode ?? 0
        }
        async let one = status("/cds-services/net-advisor/feedback", body)
        async let two = status("/cds-services/net-advisor/feedback", body)
        while desk.ledger.waiting < 2 { try await Task.sleep(for: .milliseconds(1)) }
        for _ in 0..<20 { #expect(try await status("/cds-services", nil) == 200) }
        server.beginDrain()
        desk.release()
        #expect(try await [one, two] == [200, 200])
        await server.stop(within: .seconds(20))
        #expect(try desk.lines().count >= 1 && desk.counts().map { $0.suffix(2) } == [" 1"])
    }
}
