import FoundationEssentials
import Glibc
import ClinicalAPI
import KnowledgeStore

// What an answer costs inside the process: answer-cost KNOWLEDGE BODIES [ROUNDS]; BODIES holds one body of `POST /recommend`
// a line. Prints nanoseconds a request of each step, and how many cases compiled knowledge answers.
let arguments = CommandLine.arguments
guard arguments.count >= 3, let rounds = Int(arguments.count > 3 ? arguments[3] : "20") else {
    print("usage: answer-cost KNOWLEDGE BODIES [ROUNDS [read|press|whole]]")
    exit(64)
}
let advisor = Advisor(knowledge: try KnowledgeLoader(directory: arguments[1]).load())
let text = try String(contentsOfFile: arguments[2], encoding: .utf8)
let bodies = text.split(separator: "\n").map { Array($0.utf8) }
let cost = AnswerCost(advisor)
for line in cost.measure(bodies, rounds: rounds, only: arguments.count > 4 ? arguments[4] : nil) { print(line) }
