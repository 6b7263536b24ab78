import HTTPServer
import JSONText
import Journal
import KnowledgeStore
import Telemetry

/// The journals that the settings name, with their figures.
struct Journals: Sendable {
    /// Feedback on cards.
    let feedback: Journal?
    /// What was advised.
    let audit: Journal?

    /// Opens them.
    /// - Throws: `ConfigurationError` where one cannot be used.
    init(_ settings: Settings, _ registry: MetricRegistry) throws(ConfigurationError) {
        feedback = try Self.open(settings.feedbackJournal, settings, "feedback")
        // A line of the audit holds on to an answer until it is written: fewer may wait.
        audit = try Self.open(settings.auditJournal, settings, "audit", capacity: 512)
        let all = all
        if !all.isEmpty { registry.addSource { Self.figures(all.map { ($0.name, $0.journal.status) }) } }
    }

    /// Each with its name.
    var all: [(name: String, journal: Journal)] {
        [("feedback", feedback), ("audit", audit)].compactMap { name, journal in journal.map { (name, $0) } }
    }

    /// After a reload: whoever turns files over has moved them by now.
    func reopen() { for (_, journal) in all { journal.reopen() } }

    /// Waits until everything is on the disk, and says in the log where each ends.
    func close(_ log: LogOutput) {
        for (name, journal) in all {
            journal.settle()
            let status = journal.status
            log.write(.notice, "the \(name) journal is closed") { json in
                json.member("lastLine", status.last.number)
                json.member("lastDigest", status.last.digest)
                json.member("fault", status.fault)
            }
        }
    }

    private static func open(
        _ path: String, _ settings: Settings, _ name: String, capacity: Int = 4_096
    ) throws(ConfigurationError) -> Journal? {
        guard !path.isEmpty else { return nil }
        var kept = JournalSettings(path: path)
        kept.maximumSize = settings.journalMaximumSize
        kept.capacity = capacity
        do throws(JournalError) {
            let journal = try Journal(kept)
            for remark in journal.remarks { Console.error("warning: the \(name) journal: \(remark)") }
            return journal
        } catch {
            throw ConfigurationError(sentences: ["`\(name)Journal`: \(error.sentence)"])
        }
    }

    private static func figures(_ all: [(name: String, status: JournalStatus)]) -> [MetricFamily] {
        func family(
            _ name: String, _ kind: MetricKind, _ help: String, _ value: (JournalStatus) -> Int
        ) -> MetricFamily {
            let suffix = kind == .counter ? "_total" : ""
            return MetricFamily(
                "consilium_journal_" + name, kind, help: help,
                all.map { MetricSample(suffix, [MetricLabel("journal", $0.name)], Double(value($0.status))) })
        }
        return [
            family("lines", .counter, "lines that are on the disk") { $0.written },
            family("lost", .counter, "lines that the queue or the disk did not take") { $0.refused },
            family("synchronisations", .counter, "times that lines were written together") { $0.synchronisations },
            family("rotations", .counter, "files that were begun because one was full") { $0.rotations },
            family("waiting", .gauge, "lines that wait for the disk") { $0.waiting },
            family("faulty", .gauge, "1 while the disk takes nothing") { $0.fault == nil ? 0 : 1 },
            family("last_line", .gauge, "the number of the last line") { $0.last.number },
        ]
    }
}
