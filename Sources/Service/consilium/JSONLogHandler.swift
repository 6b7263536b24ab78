import FoundationEssentials
import Glibc
import JSONText
import Logging

/// Logs one JSON object a line on standard error. Callers give routes, codes and counts; never a question, a case, a path
/// or a field value.
struct JSONLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(level: Logger.Level) { logLevel = level }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var json = JSONWriter(capacity: 256)
        json.beginObject()
        json.member("ts", Date().formatted(.iso8601))
        json.member("level", event.level.rawValue)
        json.member("msg", event.message.description)
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        for (name, value) in all.sorted(by: { $0.key < $1.key }) { json.member(name, value.description) }
        json.endObject()
        let line = json.bytes + [0x0A]
        _ = line.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
