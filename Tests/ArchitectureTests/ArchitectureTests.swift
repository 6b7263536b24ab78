import Foundation
import TestSupport
import Testing

/// The doors of the house and what each may import: the table of ARCHITECTURE.md as data.
private let doors: [String: (folder: String, imports: Set<String>)] = [
    "JSONText": ("Sources/JSONText", []),
    "Telemetry": ("Sources/Telemetry", ["JSONText", "CoreMetrics", "Glibc", "Dispatch", "Synchronization"]),
    "HTTPWire": ("Sources/HTTP/HTTPWire", []),
    "HTTPServer": (
        "Sources/HTTP/HTTPServer",
        ["HTTPWire", "CEpoll", "JSONText", "Telemetry", "Glibc", "Dispatch", "Synchronization"]
    ),
    "HTTPTLS": ("Sources/HTTP/HTTPTLS", ["HTTPServer", "HTTPWire", "COpenSSL", "Glibc", "Synchronization"]),
    "Signing": ("Sources/Signing", ["COpenSSL"]),
    "HTTPSignatures": ("Sources/HTTP/HTTPSignatures", ["HTTPServer", "HTTPWire", "Signing"]),
    "HTTPGzip": ("Sources/HTTP/HTTPGzip", ["HTTPServer", "CZlib"]),
    "DecisionLogic": ("Sources/Clinical/DecisionLogic", []),
    "ClinicalModel": ("Sources/Clinical/ClinicalModel", ["DecisionLogic"]),
    "GuidelineContent": ("Sources/Clinical/GuidelineContent", ["FoundationEssentials"]),
    "KnowledgeStore": (
        "Sources/Clinical/KnowledgeStore",
        [
            "ClinicalModel", "DecisionLogic", "JSONText", "Crypto", "FoundationEssentials", "Glibc", "Dispatch",
            "Synchronization",
        ]
    ),
    "RecommendationEngine": ("Sources/Clinical/RecommendationEngine", ["ClinicalModel", "DecisionLogic"]),
    "QuestionParsing": ("Sources/Clinical/QuestionParsing", ["ClinicalModel", "DecisionLogic"]),
    "ClinicalAPI": (
        "Sources/Service/ClinicalAPI",
        [
            "HTTPWire", "HTTPServer", "JSONText", "Telemetry", "DecisionLogic", "ClinicalModel", "KnowledgeStore",
            "RecommendationEngine", "QuestionParsing", "FHIRReading", "Journal", "Synchronization", "CPrefetch",
        ]
    ),
    "FHIRReading": (
        "Sources/Service/FHIRReading", ["JSONText", "DecisionLogic", "ClinicalModel", "KnowledgeStore"]
    ),
    "ReadingPages": ("Sources/Service/ReadingPages", ["FoundationEssentials"]),
    "Journal": ("Sources/Service/Journal", ["JSONText", "Crypto", "Glibc", "Dispatch", "Synchronization"]),
    "ClientAccess": (
        "Sources/Service/ClientAccess",
        [
            "HTTPWire", "HTTPServer", "JSONText", "Crypto", "CryptoExtras", "FoundationEssentials", "Glibc",
            "Synchronization",
        ]
    ),
    "consilium": (
        "Sources/Service/consilium",
        [
            "ClinicalAPI", "ClientAccess", "Journal", "HTTPServer", "HTTPTLS", "HTTPGzip", "HTTPSignatures", "HTTPWire",
            "JSONText", "Telemetry",
            "Signing", "ReadingPages", "ClinicalModel", "DecisionLogic", "KnowledgeStore", "RecommendationEngine",
            "GuidelineContent", "CMalloc",
            "CoreMetrics", "ArgumentParser", "Logging", "ServiceLifecycle", "UnixSignals", "FoundationEssentials",
            "Glibc", "Dispatch",
            "Synchronization",
        ]
    ),
]

/// A Swift file of the sources with its lines.
private struct SourceFile {
    let path: String
    let lines: [String]

    static func all() throws -> [SourceFile] {
        let root = URL(fileURLWithPath: Checkout.root + "/Sources")
        let files =
            FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.allObjects as? [URL] ?? []
        return try files.filter { $0.pathExtension == "swift" }.map { url in
            SourceFile(
                path: String(url.path.dropFirst(Checkout.root.count + 1)),
                lines: try String(contentsOf: url, encoding: .utf8).components(separatedBy: "\n"))
        }
    }

    /// The modules that the file imports.
    var imports: [String] {
        lines.compactMap { line in
            let words = line.split(separator: " ").map(String.init)
            guard let place = words.firstIndex(of: "import"), place < 2, place + 1 < words.count,
                place == 0 || ["public", "package", "private", "@testable"].contains(words[0])
            else { return nil }
            return words[place + 1]
        }
    }
}

@Suite struct `The house` {
    @Test func `has every source file behind a door that the table knows`() throws {
        let files = try SourceFile.all()
        #expect(files.count > 40)
        for file in files { #expect(doors.values.contains { file.path.hasPrefix($0.folder + "/") }, "\(file.path)") }
    }

    @Test("keeps the arrows of", arguments: doors.keys.sorted())
    func arrows(_ door: String) throws {
        let (folder, allowed) = try #require(doors[door])
        for file in try SourceFile.all() where file.path.hasPrefix(folder + "/") {
            for module in file.imports where !allowed.contains(module) {
                Issue.record(
                    "\(file.path) imports \(module); \(door) may import \(allowed.sorted().joined(separator: ", "))")
            }
        }
    }

    @Test func `reads imports as they are written`() {
        let file = SourceFile(
            path: "x", lines: ["import A", "public import B", "    import C", "// import D", "let import_ = 1"])
        #expect(file.imports == ["A", "B", "C"])
    }

    @Test func `imports Foundation and SwiftNIO nowhere`() throws {
        for file in try SourceFile.all() {
            #expect(!file.imports.contains { $0 == "Foundation" || $0.hasPrefix("NIO") }, "\(file.path)")
        }
        #expect(try !Checkout.text("Package.swift").contains("swift-nio"))
    }

    @Test(
        "has no", arguments: ["try!", "fatalError", "preconditionFailure", "@unchecked", "nonisolated(unsafe)", "as!"])
    func traps(_ word: String) throws {
        for file in try SourceFile.all() {
            for (number, line) in file.lines.enumerated() where line.contains(word) {
                Issue.record("\(file.path):\(number + 1): \(word)")
            }
        }
    }

    @Test func `declares in the manifest the arrows of the table`() throws {
        let manifest = try Checkout.text("Package.swift")
        for (door, entry) in doors { #expect(manifest.contains("path: \"\(entry.folder)\""), "\(door)") }
    }
}
