import ClinicalModel
import DecisionLogic
import FoundationEssentials
import KnowledgeStore

/// The reader over the words of the knowledge that the environment names.
private let reader: QuestionParser? = {
    guard let folder = ProcessInfo.processInfo.environment["FUZZ_KNOWLEDGE"],
        let knowledge = try? KnowledgeLoader(directory: folder).load()
    else { return nil }
    return QuestionParser(lexicon: knowledge.lexicon, vocabulary: knowledge.clinical.vocabulary)
}()

/// Loads the knowledge before the clock of an input runs.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> CInt {
    reader == nil ? 1 : 0
}

/// The question reader over the words of the knowledge: it never traps, every fact has its place in the text, the same text
/// reads the same twice, and a text of 4 000 scalars takes no longer than its bound.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard let reader else { preconditionFailure("FUZZ_KNOWLEDGE names no knowledge") }
    let scalars = Array(String(decoding: UnsafeBufferPointer(start: data, count: size), as: UTF8.self).unicodeScalars)
        .prefix(4_000)
    let text = String(String.UnicodeScalarView(scalars))
    let read = reader.parse(text)
    for statement in read.statements {
        guard let span = statement.span else { preconditionFailure("a fact without its words") }
        precondition(!span.isEmpty && span.lowerBound >= 0 && span.upperBound <= scalars.count)
    }
    let again = reader.parse(text)
    precondition(again.statements.map(\.value) == read.statements.map(\.value) && again.notes == read.notes)
    return 0
}
