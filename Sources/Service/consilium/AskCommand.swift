import ArgumentParser
import ClinicalAPI
import ClinicalModel
import KnowledgeStore

/// Answers one question on the terminal.
struct AskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask", abstract: "Answer one question on the terminal.",
        discussion: "Runs no server and keeps nothing. `-` reads the question from standard input.")

    @Argument(help: "The question, in the words of a clinician.")
    var question: String
    @Flag(help: "Print the JSON document that POST /recommend gives.")
    var json = false
    @Option(help: "Whose words: clinician or patient.")
    var audience = "clinician"
    @Option(help: "How much of the reasoning: none, summary or full (with --json).")
    var explain = "none"
    @Option(help: "A folder of knowledge instead of the bundled one.")
    var knowledge: String?
    @Option(help: "A folder of local knowledge that adds to it and overrides it.")
    var localKnowledge: String?

    func run() throws {
        guard let audience = Audience(rawValue: audience) else {
            throw ValidationError("--audience is clinician or patient")
        }
        guard ["none", "summary", "full"].contains(explain) else {
            throw ValidationError("--explain is none, summary or full")
        }
        let text = question == "-" ? readAll() : question
        guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            throw ValidationError("the question is empty")
        }
        guard text.unicodeScalars.count <= Advisor.longestQuestion else {
            Console.error("consilium: a question has at most \(Advisor.longestQuestion) characters")
            throw ExitCode.badData
        }
        let advisor = Advisor(knowledge: try KnowledgeOption.load(knowledge, local: localKnowledge))
        if json {
            Console.bytes(advisor.document(question: text, audience: audience, explain: explain) + [0x0A])
        } else {
            let guidance = advisor.guidance(statements: [], question: text, audience: audience)
            Console.line(
                ReadableAnswer(
                    guidance: guidance, vocabulary: advisor.knowledge.clinical.vocabulary, audience: audience
                )
                .text(disclaimer: advisor.knowledge.manifest.disclaimer, release: release(advisor.knowledge, guidance)))
        }
    }

    /// The release with its review state, and what lies over it.
    private func release(_ knowledge: KnowledgeBase, _ guidance: Guidance) -> String {
        let topics = [guidance.topic].compactMap { $0 } + guidance.overlays
        let local = knowledge.local.isEmpty ? "" : ", with \(knowledge.local.documents.count) local documents"
        return "\(knowledge.manifest.version), \(knowledge.review(of: topics).status)\(local)"
    }

    private func readAll() -> String {
        var lines: [String] = []
        while let line = readLine(strippingNewline: true) { lines.append(line) }
        return lines.joined(separator: "\n")
    }
}
