import ClinicalModel
import DecisionLogic

/// Times the steps of an answer inside the process, for benchmarks.
package struct AnswerCost {
    private let advisor: Advisor
    private let current: CurrentKnowledge

    /// Over an advisor.
    package init(_ advisor: Advisor) {
        self.advisor = advisor
        advisor.prepare()
        current = CurrentKnowledge(advisor)
    }

    /// Lines of a report on bodies of `POST /recommend`; `only` names the one step to time: `read`, `scan`, `press`, `whole`, `plain`.
    package func measure(_ bodies: [[UInt8]], rounds: Int, only: String? = nil) -> [String] {
        let asked = bodies.compactMap { try? RecommendRequest(body: $0, current: current) }
        // Asking for these teaches them: the first of `whole` alone is a case that nothing is known of.
        let posted =
            only == nil || only == "press"
            ? asked.filter { $0.question == nil && advisor.pressed($0.statements) != nil } : []
        var lines = posted.isEmpty ? [] : ["\(posted.count) of \(asked.count) cases are answered by compiled knowledge"]
        var size = 0
        for step in ["read", "scan", "press", "whole", "plain"] where only == nil || only == step {
            let (time, count) =
                switch step {
                case "read": (time(rounds) { for body in bodies { size += read(body) } }, bodies.count)
                case "press":
                    (
                        time(rounds) {
                            for request in posted { size += advisor.pressed(request.statements)?.count ?? 0 }
                        },
                        posted.count
                    )
                case "scan":
                    (time(rounds) { for body in bodies { size += advisor.scanned(body)?.count ?? 0 } }, bodies.count)
                case "whole":
                    (
                        time(rounds) {
                            for body in bodies { size += advisor.document(forPlain: body)?.count ?? answered(body) }
                        }, bodies.count
                    )
                default: (time(rounds) { for body in bodies { size += answered(body) } }, bodies.count)
                }
            lines.append("\(step): \(time / UInt64(max(count, 1))) ns")
        }
        return lines + ["\(size) bytes in all", "\(advisor.learnedBytes) bytes learned"]
            + advisor.learnedParts.map { "  \($0.count) \($0.name)" }
    }

    private func answered(_ body: [UInt8]) -> Int {
        guard let request = try? RecommendRequest(body: body, current: current) else { return 0 }
        let guidance = advisor.guidance(
            statements: request.statements, notes: request.notes, question: request.question)
        return GuidanceBody(
            guidance: guidance, knowledge: advisor.knowledge, audience: .clinician, explanation: .none
        ).bytes().count
    }

    private func read(_ body: [UInt8]) -> Int {
        (try? RecommendRequest(body: body, current: current))?.statements.count ?? 0
    }

    /// Nanoseconds of the quickest round.
    private func time(_ rounds: Int, _ work: () -> Void) -> UInt64 {
        var best = UInt64.max
        for _ in 0..<rounds {
            let start = ContinuousClock.now
            work()
            let took = start.duration(to: .now)
            best = min(
                best,
                UInt64(took.components.attoseconds / 1_000_000_000) + UInt64(took.components.seconds) * 1_000_000_000)
        }
        return best
    }
}
