import Metrics
import Testing

@testable import Telemetry

@Suite struct `What a library counts through swift-metrics` {
    @Test func `stands among the figures under a name that can be told`() {
        let registry = MetricRegistry()
        let counter = Counter(label: "library.requests-total", dimensions: [("the.path", "/")], factory: registry)
        counter.increment(by: 2)
        counter.increment()
        Meter(label: "depth", dimensions: [], factory: registry).set(7)
        Timer(label: "wait_seconds", dimensions: [], factory: registry).recordMilliseconds(1_500)
        Recorder(label: "size", dimensions: [], aggregate: true, factory: registry).record(4)
        #expect(
            String(decoding: MetricsText.write(registry.read(), as: .openMetrics), as: UTF8.self) == """
                # HELP depth counted by a library through swift-metrics
                # TYPE depth gauge
                depth 7
                # HELP library_requests counted by a library through swift-metrics
                # TYPE library_requests counter
                library_requests_total{the_path="/"} 3
                # HELP size counted by a library through swift-metrics
                # TYPE size summary
                size_sum 4
                size_count 1
                # HELP wait_seconds counted by a library through swift-metrics
                # TYPE wait_seconds summary
                wait_seconds_sum 1.5
                wait_seconds_count 1
                # EOF

                """)
    }
}
