import JSONText
import Logging
import Telemetry

/// Takes what libraries log and puts it into the log of the service. Callers give routes, codes and counts; never a
/// question, a case, a path or a field value.
struct JSONLogHandler: LogHandler {
    let output: LogOutput
    var logLevel = Logger.Level.debug
    var metadata: Logger.Metadata = [:]

    init(_ output: LogOutput) { self.output = output }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        output.write(Self.level(event.level), event.message.description) { json in
            for (name, value) in all.sorted(by: { $0.key < $1.key }) { json.member(name, value.description) }
        }
    }

    private static func level(_ level: Logger.Level) -> LogLevel {
        switch level {
        case .trace, .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error, .critical: .error
        }
    }
}
