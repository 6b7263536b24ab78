import ClinicalAPI
import HTTPServer
import HTTPTLS
import KnowledgeStore
import Telemetry

/// The figures that are not counted by anybody but looked up when somebody asks: what runs, with which knowledge, how long
/// its certificate lasts.
enum ServiceFigures {
    /// Adds them to a registry.
    static func add(
        to registry: MetricRegistry, server: ServerMetrics, current: CurrentKnowledge, readiness: Readiness,
        tls: TLSContext?, log: LogOutput
    ) {
        registry.addSource { ProcessFigures.read() }
        registry.addSource { server.read() }
        registry.addSource {
            let knowledge = current.advisor.knowledge
            var figures = [
                info("consilium_build", "what runs", [MetricLabel("version", ProductVersion.current)]),
                info(
                    "consilium_knowledge", "the release of the knowledge that answers",
                    [MetricLabel("version", knowledge.manifest.version), MetricLabel("digest", knowledge.digest)]),
                gauge(
                    "consilium_answer_memory_bytes", "how answers to posted cases were put together that are kept",
                    Double(current.advisor.rememberedBytes)),
                gauge("consilium_ready", "1 where /readyz says so", readiness.isReady ? 1 : 0),
                MetricFamily(
                    "consilium_log_dropped", .counter, help: "log lines lost to a slow reader",
                    [MetricSample("_total", [], Double(log.dropped))]),
            ]
            if let tls {
                figures.append(
                    gauge(
                        "consilium_tls_certificate_validity_seconds",
                        "until the first certificate expires; below 0 where one has", Double(tls.secondsOfValidity)))
            }
            return figures
        }
    }

    private static func info(_ name: String, _ help: String, _ labels: [MetricLabel]) -> MetricFamily {
        MetricFamily(name, .info, help: help, [MetricSample("_info", labels, 1)])
    }

    private static func gauge(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
        MetricFamily(name, .gauge, help: help, [MetricSample("", [], value)])
    }
}
