import Foundation
import TestSupport
import Testing

/// A walk-through of `docs/editing-knowledge.md`, taken from its text: what a reader would do, step by step.
struct WalkThrough {
    /// One thing to do.
    enum Step {
        /// Write a file.
        case write(file: String, text: String)
        /// Replace a text in a file.
        case replace(file: String, old: String, new: String)

        var file: String {
            switch self {
            case .write(let file, _), .replace(let file, _, _): file
            }
        }
    }

    let steps: [Step]

    /// The walk-through under a heading.
    init(_ title: String) throws {
        let document = try Checkout.text("docs/editing-knowledge.md")
        let start = try #require(document.range(of: "\n### \(title)\n"))
        let rest = document[start.upperBound...]
        let end = rest.range(of: "\n##")?.lowerBound ?? rest.endIndex
        // Texts and blocks of code take turns.
        let parts = rest[..<end].components(separatedBy: "```")
        var steps: [Step] = []
        var replaced: (file: String, old: String)?
        for (said, block) in zip(Self.every(parts, from: 0), Self.every(parts, from: 1)) {
            let code = Self.unindented(block)
            if let (file, old) = replaced {
                steps.append(.replace(file: file, old: old, new: code))
                replaced = nil
            } else {
                let file = try #require(said.components(separatedBy: "`").dropLast().last, "no file named: \(said)")
                if said.contains("Write `\(file)`") {
                    steps.append(.write(file: file, text: code + "\n"))
                } else {
                    replaced = (file, code)
                }
            }
        }
        self.steps = steps
    }

    private static func every(_ parts: [String], from first: Int) -> [String] {
        stride(from: first, to: parts.count - 1, by: 2).map { parts[$0] }
    }

    /// A block without its language and without the indent of its list.
    private static func unindented(_ block: String) -> String {
        block.components(separatedBy: "\n").dropFirst().map { $0.hasPrefix("   ") ? String($0.dropFirst(3)) : $0 }
            .joined(separator: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

extension TemporaryFolder {
    fileprivate func perform(_ steps: [WalkThrough.Step]) throws {
        for step in steps {
            switch step {
            case .write(let file, let text): try write(file, text)
            case .replace(let file, let old, let new): try edit(file, old, new)
            }
        }
    }
}

@Suite struct `A walk-through of the editing guide` {
    @Test func `updates a guideline`() throws {
        let folder = try TemporaryFolder(copyOf: Checkout.content)
        defer { folder.remove() }
        let walk = try WalkThrough("A guideline update")
        #expect(walk.steps.count == 5)
        try folder.perform(walk.steps.filter { !$0.file.contains("/cases/") })
        let before = try Command(["check", folder.path])
        #expect(before.status == 65)
        #expect(
            before.output.contains(
                #"topics/raised-marker/cases/marker-only.json#: recommended: expected ["mdt-discussion"], "#
                    + #"found ["mdt-discussion", "surveillance"] (K501)"#))
        #expect(before.output.contains("\n1 defects\n"))
        try folder.perform(walk.steps.filter { $0.file.contains("/cases/") })
        let after = try Command(["check", folder.path])
        #expect(after.status == 0)
        #expect(after.output.contains("knowledge 2027.1.0 sha256:"))
        let diff = try Command(["diff", "bundled", folder.path])
        #expect(diff.status == 1)
        #expect(diff.output.contains(" cases asked, 1 answered differently\n"))
        #expect(
            diff.output.contains(
                "  option surveillance\n    + recommended\n    why: topics/raised-marker/recommendations/watch.json added"
            ))
    }

    @Test func `brings a new drug`() throws {
        let folder = try TemporaryFolder(copyOf: Checkout.content)
        defer { folder.remove() }
        try folder.perform(try WalkThrough("A new drug").steps)
        #expect(try Command(["check", folder.path]).status == 0)
        let asked = try Command([
            "ask", "--knowledge", folder.path, "PNET G2, liver mets, SSTR positive, progressed on Examplix",
        ])
        #expect(asked.output.contains("treatment so far: Examplinib"))
        let diff = try Command(["diff", "bundled", folder.path])
        #expect(
            !diff.output.contains("\n  option "), "nothing offers it yet")
    }

    @Test func `brings a new topic`() throws {
        let folder = try TemporaryFolder(copyOf: Checkout.content)
        defer { folder.remove() }
        try folder.perform(try WalkThrough("A new topic").steps)
        let run = try Command(["check", folder.path])
        #expect(run.status == 0, "\(run.output)")
        let asked = try Command(["ask", "--knowledge", folder.path, "PNET G2, liver mets, bone density 70 mg/cm3"])
        #expect(asked.output.contains("Bone protection — recommended"))
    }
}
