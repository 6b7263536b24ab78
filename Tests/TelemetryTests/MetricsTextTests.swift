import Foundation
import Testing

@testable import Telemetry

@Suite struct `The text of figures` {
    private let families = [
        MetricFamily(
            "z_requests", .counter, help: "said \"so\"\nand \\ so",
            [MetricSample("_total", [MetricLabel("route", "/a/{b}"), MetricLabel("x", "q\"\\\n")], 3)]),
        MetricFamily("a_build", .info, help: "what runs", [MetricSample("_info", [MetricLabel("version", "1")], 1)]),
        MetricFamily("b_temperature", .gauge, help: "how warm", [MetricSample("", [], 0.5)]),
        MetricFamily("c_unused", .gauge, help: "no line", []),
    ]

    @Test func `names the lines for Prometheus`() {
        #expect(
            String(decoding: MetricsText.write(families, as: .prometheus), as: UTF8.self) == """
                # HELP a_build_info what runs
                # TYPE a_build_info gauge
                a_build_info{version="1"} 1
                # HELP b_temperature how warm
                # TYPE b_temperature gauge
                b_temperature 0.5
                # HELP z_requests_total said "so"\\nand \\\\ so
                # TYPE z_requests_total counter
                z_requests_total{route="/a/{b}",x="q\\"\\\\\\n"} 3

                """)
    }

    @Test func `names the family for OpenMetrics and says where it ends`() {
        #expect(
            String(decoding: MetricsText.write(families, as: .openMetrics), as: UTF8.self) == """
                # HELP a_build what runs
                # TYPE a_build info
                a_build_info{version="1"} 1
                # HELP b_temperature how warm
                # TYPE b_temperature gauge
                b_temperature 0.5
                # HELP z_requests said \\"so\\"\\nand \\\\ so
                # TYPE z_requests counter
                z_requests_total{route="/a/{b}",x="q\\"\\\\\\n"} 3
                # EOF

                """)
    }

    @Test(
        "is chosen by Accept",
        arguments: [
            (nil, MetricsText.Format.prometheus), ("*/*", .prometheus), ("text/plain", .prometheus),
            ("application/openmetrics-text", .openMetrics),
            ("application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", .openMetrics),
            ("text/plain, Application/OpenMetrics-Text; version=1.0.0", .openMetrics),
            ("application/openmetrics-text;q=0,text/plain", .prometheus),
        ] as [(String?, MetricsText.Format)])
    func format(_ accept: String?, _ format: MetricsText.Format) {
        #expect(MetricsText.Format(accept: accept) == format)
    }

    @Test func `counts durations up to and with each bound`() {
        let cells = DurationCells()
        for duration in [0, 50, 51, 1_000_000, 1_000_001, UInt64.max / 4] { cells.record(duration) }
        var totals = DurationTotals()
        cells.add(to: &totals)
        #expect(totals.counts == [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2])
        let samples = totals.samples([MetricLabel("route", "/")])
        #expect(samples.map(\.value).prefix(14) == [2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 6])
        #expect(samples[0].labels == [MetricLabel("route", "/"), MetricLabel("le", "5e-05")])
        #expect(samples[13].labels.last == MetricLabel("le", "+Inf") && samples[15].value == 6)
    }
}

@Suite struct `The registry of figures` {
    @Test func `gives the same cell for the same name and labels`() {
        let registry = MetricRegistry()
        registry.counter("a", help: "h", [MetricLabel("x", "1")]).add(2)
        registry.counter("a", help: "h", [MetricLabel("x", "1")]).add()
        registry.counter("a", help: "h", [MetricLabel("x", "2")]).add()
        let family = registry.read()[0]
        #expect(family.samples.map(\.value) == [3, 1])
    }

    @Test func `keeps a name to one kind`() {
        let registry = MetricRegistry()
        registry.counter("a", help: "h").add()
        registry.gauge("a", help: "h").set(5)
        #expect(registry.read() == [MetricFamily("a", .counter, help: "h", [MetricSample("_total", [], 1)])])
    }

    @Test func `bounds the combinations of labels`() {
        let registry = MetricRegistry()
        for number in 0..<2_000 { registry.counter("a", help: "h", [MetricLabel("x", "\(number)")]).add() }
        let samples = registry.read()[0].samples
        #expect(samples.count == MetricRegistry.maximumSeries + 1)
        #expect(samples.last?.labels == [MetricLabel("x", "other")])
        #expect(samples.last?.value == Double(2_000 - MetricRegistry.maximumSeries))
    }

    @Test func `loses no count of many threads`() async {
        let registry = MetricRegistry()
        let gauge = registry.gauge("g", help: "h")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let cell = registry.counter("a", help: "h")
                    for _ in 0..<10_000 {
                        cell.add()
                        gauge.add(1)
                    }
                }
            }
        }
        #expect(registry.counter("a", help: "h").value == 40_000 && gauge.value == 40_000)
    }

    @Test func `tells of the process`() throws {
        let figures = ProcessFigures.read()
        func value(_ name: String) -> Double { figures.first { $0.name == name }?.samples[0].value ?? -1 }
        #expect(figures.count == 7)
        #expect(value("process_resident_memory_bytes") > 1_000_000 && value("process_open_fds") >= 3)
        #expect(value("process_open_fds") < value("process_max_fds"))
        let age = Date().timeIntervalSince1970 - value("process_start_time_seconds")
        #expect(age > -2 && age < 86_400, "\(age)")
        #expect(value("process_cpu_seconds") >= 0 && value("process_threads") >= 1)
    }
}
