// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is built the same way: Swift 6 mode, all warnings as errors, imports internal unless said.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "consilium",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        .target(name: "JSONText", path: "Sources/JSONText", swiftSettings: settings),
        .target(
            name: "Telemetry",
            dependencies: ["JSONText", .product(name: "CoreMetrics", package: "swift-metrics")],
            path: "Sources/Telemetry", swiftSettings: settings),
        .target(name: "CEpoll", path: "Sources/HTTP/CEpoll"),
        .target(name: "HTTPWire", path: "Sources/HTTP/HTTPWire", swiftSettings: settings),
        .target(
            name: "HTTPServer",
            dependencies: [
                "HTTPWire", "CEpoll", "JSONText", "Telemetry",
            ],
            path: "Sources/HTTP/HTTPServer", swiftSettings: settings),
        .target(
            name: "COpenSSL", path: "Sources/HTTP/COpenSSL",
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(
            name: "HTTPTLS", dependencies: ["HTTPServer", "HTTPWire", "COpenSSL"], path: "Sources/HTTP/HTTPTLS",
            swiftSettings: settings),
        .target(
            name: "Signing", dependencies: ["COpenSSL"], path: "Sources/Signing", swiftSettings: settings),
        .target(
            name: "HTTPSignatures", dependencies: ["HTTPServer", "HTTPWire", "Signing"],
            path: "Sources/HTTP/HTTPSignatures", swiftSettings: settings),
        .target(name: "CZlib", path: "Sources/HTTP/CZlib", linkerSettings: [.linkedLibrary("z")]),
        .target(
            name: "HTTPGzip", dependencies: ["HTTPServer", "CZlib"], path: "Sources/HTTP/HTTPGzip",
            swiftSettings: settings),
        .target(name: "DecisionLogic", path: "Sources/Clinical/DecisionLogic", swiftSettings: settings),
        .target(
            name: "ClinicalModel", dependencies: ["DecisionLogic"], path: "Sources/Clinical/ClinicalModel",
            swiftSettings: settings),
        .target(
            name: "KnowledgeStore",
            dependencies: [
                "ClinicalModel", "DecisionLogic", "JSONText", .product(name: "Crypto", package: "swift-crypto"),
            ],
            path: "Sources/Clinical/KnowledgeStore", swiftSettings: settings),
        .target(
            name: "RecommendationEngine", dependencies: ["ClinicalModel", "DecisionLogic"],
            path: "Sources/Clinical/RecommendationEngine", swiftSettings: settings),
        .target(
            name: "QuestionParsing", dependencies: ["ClinicalModel", "DecisionLogic"],
            path: "Sources/Clinical/QuestionParsing", swiftSettings: settings),
        .target(
            name: "GuidelineContent", path: "Sources/Clinical/GuidelineContent", resources: [.copy("Content")],
            swiftSettings: settings),
        .target(
            name: "FHIRReading", dependencies: ["JSONText", "DecisionLogic", "ClinicalModel", "KnowledgeStore"],
            path: "Sources/Service/FHIRReading", swiftSettings: settings),
        .target(
            name: "ClinicalAPI",
            dependencies: [
                "HTTPWire", "HTTPServer", "JSONText", "Telemetry", "DecisionLogic", "ClinicalModel", "KnowledgeStore",
                "RecommendationEngine", "QuestionParsing", "FHIRReading", "Journal", "CPrefetch",
            ],
            path: "Sources/Service/ClinicalAPI", swiftSettings: settings),
        .target(name: "CPrefetch", path: "Sources/Service/CPrefetch"),
        .target(name: "CMalloc", path: "Sources/Service/CMalloc"),
        .target(
            name: "Journal", dependencies: ["JSONText", .product(name: "Crypto", package: "swift-crypto")],
            path: "Sources/Service/Journal", swiftSettings: settings),
        .target(
            name: "ClientAccess",
            dependencies: [
                "HTTPWire", "HTTPServer", "JSONText", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            path: "Sources/Service/ClientAccess", swiftSettings: settings),
        .target(
            name: "ReadingPages", path: "Sources/Service/ReadingPages", resources: [.copy("Pages")],
            swiftSettings: settings),
        .executableTarget(
            name: "consilium",
            dependencies: [
                "ReadingPages",
                "CMalloc",
                "ClinicalAPI", "ClientAccess", "Journal", "HTTPServer", "HTTPTLS", "HTTPGzip", "HTTPSignatures",
                "HTTPWire", "JSONText", "Signing",
                "Telemetry", "ClinicalModel",
                "DecisionLogic", "KnowledgeStore", "RecommendationEngine", "GuidelineContent",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Sources/Service/consilium", swiftSettings: settings),
        .target(
            name: "TestSupport", dependencies: ["ClinicalAPI", "HTTPServer", "HTTPWire", "KnowledgeStore"],
            path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(
            name: "JSONTextTests", dependencies: ["JSONText"], path: "Tests/JSONTextTests", swiftSettings: settings),
        .target(name: "WireCorpus", path: "Tests/HTTP/WireCorpus", swiftSettings: settings),
        .testTarget(
            name: "HTTPWireTests", dependencies: ["HTTPWire", "WireCorpus"], path: "Tests/HTTP/HTTPWireTests",
            exclude: ["Corpus"],
            swiftSettings: settings),
        .testTarget(
            name: "HTTPServerTests",
            dependencies: [
                "HTTPServer", "HTTPWire", "CEpoll", "WireCorpus", "Telemetry",
            ],
            path: "Tests/HTTP/HTTPServerTests", swiftSettings: settings),
        .testTarget(
            name: "TelemetryTests",
            dependencies: ["Telemetry", "JSONText", .product(name: "Metrics", package: "swift-metrics")],
            path: "Tests/TelemetryTests", swiftSettings: settings),
        .testTarget(
            name: "SigningTests", dependencies: ["Signing", "HTTPSignatures", "HTTPServer", "HTTPWire"],
            path: "Tests/SigningTests", swiftSettings: settings),
        .testTarget(
            name: "HTTPTLSTests", dependencies: ["HTTPTLS", "HTTPServer", "COpenSSL"],
            path: "Tests/HTTP/HTTPTLSTests", swiftSettings: settings),
        .testTarget(
            name: "HTTPGzipTests", dependencies: ["HTTPGzip", "HTTPServer"], path: "Tests/HTTP/HTTPGzipTests",
            swiftSettings: settings),
        .testTarget(
            name: "DecisionLogicTests", dependencies: ["DecisionLogic"], path: "Tests/Clinical/DecisionLogicTests",
            exclude: ["Conformance"],
            swiftSettings: settings),
        .testTarget(
            name: "KnowledgeStoreTests",
            dependencies: ["KnowledgeStore", "ClinicalModel", "DecisionLogic", "JSONText", "TestSupport"],
            path: "Tests/Clinical/KnowledgeStoreTests", swiftSettings: settings),
        .testTarget(
            name: "RecommendationEngineTests",
            dependencies: [
                "RecommendationEngine", "KnowledgeStore", "ClinicalAPI", "ClinicalModel", "DecisionLogic", "JSONText",
                "TestSupport",
            ],
            path: "Tests/Clinical/RecommendationEngineTests", swiftSettings: settings),
        .target(
            name: "ClinicalLaws",
            dependencies: [
                "ClinicalAPI", "RecommendationEngine", "KnowledgeStore", "ClinicalModel", "DecisionLogic", "JSONText",
            ],
            path: "Tests/Clinical/ClinicalLaws", swiftSettings: settings),
        .executableTarget(
            name: "laws",
            dependencies: ["ClinicalLaws", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Tests/Clinical/LawRunner", swiftSettings: settings),
        .testTarget(
            name: "ClinicalLawsTests", dependencies: ["ClinicalLaws", "ClinicalModel", "TestSupport"],
            path: "Tests/Clinical/ClinicalLawsTests", swiftSettings: settings),
        .executableTarget(
            name: "answer-cost", dependencies: ["ClinicalAPI", "KnowledgeStore"], path: "Tests/Service/AnswerCost",
            swiftSettings: settings),
        .target(
            name: "ReadingScore", dependencies: ["ClinicalAPI", "KnowledgeStore", "ClinicalModel", "DecisionLogic"],
            path: "Tests/Clinical/ReadingScore", swiftSettings: settings),
        .executableTarget(
            name: "reading-score", dependencies: ["ReadingScore", "ClinicalAPI", "ClinicalModel", "KnowledgeStore"],
            path: "Tests/Clinical/ReadingRunner", swiftSettings: settings),
        .testTarget(
            name: "QuestionParsingTests",
            dependencies: [
                "QuestionParsing", "ClinicalAPI", "ClinicalModel", "DecisionLogic", "KnowledgeStore", "ReadingScore",
                "TestSupport",
            ],
            path: "Tests/Clinical/QuestionParsingTests", exclude: ["Sentences"], swiftSettings: settings),
        .testTarget(
            name: "JournalTests", dependencies: ["Journal", "JSONText"], path: "Tests/Service/JournalTests",
            swiftSettings: settings),
        .testTarget(
            name: "ClientAccessTests",
            dependencies: [
                "ClientAccess", "HTTPServer", "HTTPWire", "JSONText", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            path: "Tests/Service/ClientAccessTests", swiftSettings: settings),
        .testTarget(
            name: "ClinicalAPITests",
            dependencies: [
                "ClinicalAPI", "ClinicalModel", "HTTPServer", "HTTPWire", "Journal", "KnowledgeStore", "Telemetry",
                "TestSupport", "Yams",
            ],
            path: "Tests/Service/ClinicalAPITests", swiftSettings: settings),
        .testTarget(
            name: "FHIRReadingTests",
            dependencies: [
                "FHIRReading", "KnowledgeStore", "ClinicalModel", "DecisionLogic", "JSONText", "TestSupport",
            ],
            path: "Tests/Service/FHIRReadingTests", swiftSettings: settings),
        .testTarget(
            name: "LiveServerTests",
            dependencies: ["HTTPServer", "HTTPTLS", "HTTPGzip", "HTTPWire", "COpenSSL", "TestSupport", "WireCorpus"],
            path: "Tests/Service/LiveServerTests", swiftSettings: settings),
        .testTarget(
            name: "CommandTests", dependencies: ["consilium", "ClinicalModel", "KnowledgeStore", "TestSupport"],
            path: "Tests/Service/CommandTests",
            swiftSettings: settings),
        .testTarget(
            name: "ArchitectureTests", dependencies: ["TestSupport"], path: "Tests/ArchitectureTests",
            swiftSettings: settings),
    ]
)
