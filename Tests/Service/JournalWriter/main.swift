import Glibc
import Journal
import Synchronization

// Writes lines to a journal as fast as it takes them and prints the number of each once it is acknowledged, until it is
// killed: `Tests/conformance/run-journal` then looks whether everything that was printed is in the file.
//
//     journal-writer FILE FIRST [MAXIMUM-SIZE]

let arguments = CommandLine.arguments
guard arguments.count >= 3, var next = Int(arguments[2]) else {
    print("usage: journal-writer FILE FIRST [MAXIMUM-SIZE]")
    exit(64)
}
var settings = JournalSettings(path: arguments[1])
if arguments.count > 3, let size = Int(arguments[3]) { settings.maximumSize = size }
let journal: Journal
do {
    journal = try Journal(settings)
} catch {
    print("refused \(error.sentence)")
    exit(73)
}
let vocabulary = JournalVocabulary(["net-advisor"])
guard let service = vocabulary["net-advisor"] else { exit(70) }

/// Straight to the descriptor: what is printed is out when this returns.
@Sendable func tell(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    _ = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
}

for remark in journal.remarks { tell("remark \(remark)") }
while true {
    let number = next
    let digits = String(number)
    let text = "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.utf8.count) + digits
    guard let card = JournalUUID(text) else { exit(70) }
    let entry = JournalEntry.feedback(
        FeedbackEntry(service: service, card: card, outcome: .accepted, outcomeAt: number))
    let isTaken = journal.append(done: { tell($0 == .kept ? "kept \(number)" : "refused \(number)") }) { entry }
    if isTaken { next += 1 } else { usleep(200) }
}
