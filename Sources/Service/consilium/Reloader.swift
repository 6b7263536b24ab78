import ClinicalAPI
import Dispatch
import FoundationEssentials
import HTTPServer
import JSONText
import Synchronization
import Telemetry

/// Brings knowledge, certificates and what else is named in the settings anew, off the event loops. Any fault keeps all of
/// what was in use and is told in the log, the readiness and the figures. Asked again while it works, it works once more
/// afterwards, however often it was asked. Safe from any thread.
final class Reloader: Sendable {
    /// What one reload came to.
    struct Outcome: Sendable {
        enum Result: String, CaseIterable, Sendable {
            /// Something new is in use.
            case reloaded
            /// Everything is as it was.
            case unchanged
            /// Nothing was changed, since something is wrong.
            case refused
        }

        /// Counted from 1.
        let number: Int
        let result: Result
        /// The parts that changed.
        let changed: [String]
        /// What is wrong.
        let sentences: [String]
        /// Where exactly, the first of many.
        let details: [String]
        /// How many things are wrong: a sentence with details only sums them up.
        let reasonCount: Int
        let milliseconds: Int
        /// Seconds since 1970.
        let finished: Double

        /// What the administrator reads.
        var json: [UInt8] {
            var json = JSONWriter()
            json.beginObject()
            json.member("number", number)
            write(to: &json)
            json.endObject()
            return json.bytes
        }

        /// The members that a log line has too.
        func write(to json: inout JSONWriter) {
            json.member("result", result.rawValue)
            json.list("changed", changed) { $0.string($1) }
            json.list("reasons", sentences) { $0.string($1) }
            json.list("details", details) { $0.string($1) }
            json.member("milliseconds", milliseconds)
        }
    }

    private struct State {
        var asked = 0
        var isWorking = false
        var last: Outcome?
        var waiting: [@Sendable (Outcome) -> Void] = []
    }

    /// As many details as are told of one reload.
    private static let detailLimit = 20

    private let reader: SettingsReader
    private let parts: [any ReloadPart]
    private let inForce: Mutex<EffectiveSettings>
    private let log: LogOutput
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "reload", qos: .utility)
    private let counts: [Outcome.Result: CounterCell]
    private let finishedAt: GaugeCell

    /// `inForce` are the settings that the process runs with.
    init(
        reader: SettingsReader, inForce: EffectiveSettings, parts: [any ReloadPart], log: LogOutput,
        registry: MetricRegistry
    ) {
        self.reader = reader
        self.parts = parts
        self.inForce = Mutex(inForce)
        self.log = log
        counts = Dictionary(
            uniqueKeysWithValues: Outcome.Result.allCases.map {
                let label = MetricLabel("result", $0.rawValue)
                return ($0, registry.counter("consilium_knowledge_reload", help: "reloads that were done", [label]))
            })
        finishedAt = registry.gauge(
            "consilium_knowledge_reload_timestamp_seconds",
            help: "when the last reload ended, seconds since 1970; 0: never")
    }

    /// What the last reload came to; nil before the first.
    var last: Outcome? { state.withLock { $0.last } }

    /// The settings that the process runs with.
    var settings: EffectiveSettings { inForce.withLock { $0 } }

    /// What readiness says: a reload that was refused keeps no request from its answer.
    var check: Readiness.Check {
        guard let last, last.result == .refused else { return .init("reload", .pass) }
        let reasons = last.reasonCount == 1 ? "1 reason" : "\(last.reasonCount) reasons"
        return .init("reload", .warn, "the last reload was refused for \(reasons); what was in use stays so")
    }

    /// Asks for a reload; returns at once. `done` is told what came of one that began after this.
    func reload(_ done: (@Sendable (Outcome) -> Void)? = nil) {
        let mustStart = state.withLock { state -> Bool in
            state.asked += 1
            if let done { state.waiting.append(done) }
            guard !state.isWorking else { return false }
            state.isWorking = true
            return true
        }
        if mustStart { queue.async { self.work() } }
    }

    private func work() {
        while true {
            let (asked, waiting) = state.withLock { state in
                let waiting = state.waiting
                state.waiting = []
                return (state.asked, waiting)
            }
            let outcome = once()
            counts[outcome.result]?.add()
            finishedAt.set(outcome.finished)
            tell(outcome)
            let isDone = state.withLock { state -> Bool in
                state.last = outcome
                // Who asked while this one ran may have changed a file after it was read.
                state.isWorking = state.asked != asked
                return !state.isWorking
            }
            for done in waiting { done(outcome) }
            if isDone { return }
        }
    }

    private func once() -> Outcome {
        let began = MonotonicClock.milliseconds()
        let number = (last?.number ?? 0) + 1
        func outcome(_ result: Outcome.Result, _ changed: [String] = [], _ error: ConfigurationError? = nil) -> Outcome
        {
            Outcome(
                number: number, result: result, changed: changed, sentences: error?.sentences ?? [],
                details: Array((error?.details ?? []).prefix(Self.detailLimit)),
                reasonCount: error.map { $0.details.isEmpty ? $0.sentences.count : $0.details.count } ?? 0,
                milliseconds: Int(MonotonicClock.milliseconds() - began), finished: Date().timeIntervalSince1970)
        }
        do throws(ConfigurationError) {
            let next = try reader.read()
            let fixed = settings.needingRestart(to: next)
            guard fixed.isEmpty else { throw Self.restart(fixed, settings, next) }
            var commits: [(name: String, commit: @Sendable () -> Void)] = []
            for part in parts {
                if let commit = try part.prepare(next.values) { commits.append((part.name, commit)) }
            }
            for (_, commit) in commits { commit() }
            inForce.withLock { $0 = next }
            return outcome(commits.isEmpty ? .unchanged : .reloaded, commits.map(\.name))
        } catch {
            return outcome(.refused, [], error)
        }
    }

    private static func restart(
        _ settings: [Setting], _ before: EffectiveSettings, _ next: EffectiveSettings
    ) -> ConfigurationError {
        ConfigurationError(
            sentences: settings.map { setting in
                let change =
                    setting.isSecret
                    ? "has changed"
                    : "changed from `\(setting.text(in: before.values))` to `\(setting.text(in: next.values))`"
                return "`\(setting.key)` \(change) in \(next.origin(of: setting.key).words); that needs a restart"
            })
    }

    private func tell(_ outcome: Outcome) {
        switch outcome.result {
        case .reloaded: log.write(.notice, "reloaded") { outcome.write(to: &$0) }
        case .unchanged: log.write(.notice, "reload: everything is as it was") { outcome.write(to: &$0) }
        case .refused:
            log.write(.error, "not reloaded; what was in use stays so") { outcome.write(to: &$0) }
        }
    }
}
